import Permits

/// Permits of one class with consecutive serial numbers, which count from 1 in the order of issue.
package struct SerialBlock: Hashable, Sendable, BitwiseCopyable {
    package let first: Int64
    package let last: Int64

    package init(first: Int64, last: Int64) {
        self.first = first
        self.last = last
    }

    package var count: Int64 { last - first + 1 }
}

/// The serial blocks of one holding, in the order in which they came: what leaves first, unless the holder says otherwise.
///
/// Source: EPA's Allowance Management System, first in, first out by default. One movement takes at most `Limits.blocksMax`
/// blocks wherever the holder's largest ones suffice, which is checked before (`Ledger.piecesExceeded`).
/// Layout: `blocks[head...]`; what stands before `head` has left.
struct BlockQueue: Sendable {
    private var blocks: ContiguousArray<SerialBlock> = []
    private var head = 0

    /// All blocks, oldest first.
    var all: [SerialBlock] { Array(blocks[head...]) }

    /// The number of blocks.
    var count: Int { blocks.count - head }

    /// Adds a block behind the others; it joins the last one if it continues it.
    mutating func append(_ block: SerialBlock) {
        if blocks.count > head, let last = blocks.last, last.last + 1 == block.first {
            blocks[blocks.count - 1] = SerialBlock(first: last.first, last: block.last)
        } else {
            blocks.append(block)
        }
    }

    /// Moves `count` permits to the end of `taken`; the caller has checked that there are so many.
    ///
    /// The oldest go first; but where those lie in more than `Limits.blocksMax` blocks, the largest blocks go, the older of
    /// equals first. So whoever is given permits in pieces parts with whole blocks as before.
    mutating func take(_ count: Int64, into taken: inout ContiguousArray<SerialBlock>) {
        if self.count > Limits.blocksMax, !isWithin(Limits.blocksMax, count) { return takeLargest(count, into: &taken) }
        var rest = count
        while rest > 0 {
            let block = blocks[head]
            if block.count > rest {
                taken.append(SerialBlock(first: block.first, last: block.first + rest - 1))
                blocks[head] = SerialBlock(first: block.first + rest, last: block.last)
                return
            }
            taken.append(block)
            rest -= block.count
            head += 1
        }
        compact()
    }

    /// Whether the oldest `limit` blocks hold `count` permits.
    private func isWithin(_ limit: Int, _ count: Int64) -> Bool {
        var sum: Int64 = 0
        for block in blocks[head..<min(blocks.count, head + limit)] {
            sum += block.count
            if sum >= count { return true }
        }
        return false
    }

    /// The most permits that `limit` blocks hold; `.max` if the oldest hold `wanted`.
    func movable(atMost limit: Int, wanted: Int64) -> Int64 {
        guard !isWithin(limit, wanted) else { return .max }
        return largest(limit).reduce(0) { $0 + blocks[$1].count }
    }

    /// The places of the `limit` largest blocks, the largest first, the older of equals before the younger.
    private func largest(_ limit: Int) -> [Int] {
        (head..<blocks.count).lazy.map { Ranked(count: blocks[$0].count, index: $0) }.largest(limit).map(\.index)
    }

    /// A block by its size; of equal ones the older is the greater.
    private struct Ranked: Comparable {
        let count: Int64
        let index: Int

        static func < (a: Ranked, b: Ranked) -> Bool { (a.count, b.index) < (b.count, a.index) }
    }

    private mutating func takeLargest(_ count: Int64, into taken: inout ContiguousArray<SerialBlock>) {
        var rest = count
        var gone: [Int] = []
        var places = largest(min(self.count, Limits.blocksMax))
        if places.reduce(0, { $0 + blocks[$1].count }) < count { places = largest(self.count) }
        for place in places where rest > 0 {
            let block = blocks[place]
            let part = min(rest, block.count)
            taken.append(SerialBlock(first: block.first, last: block.first + part - 1))
            rest -= part
            if part == block.count {
                gone.append(place)
            } else {
                blocks[place] = SerialBlock(first: block.first + part, last: block.last)
            }
        }
        drop(gone.sorted())
    }

    /// Takes the blocks at these places out, which ascend.
    private mutating func drop(_ places: [Int]) {
        guard var kept = places.first else { return }
        var next = 0
        for index in kept..<blocks.count {
            if next < places.count, places[next] == index {
                next += 1
            } else {
                blocks[kept] = blocks[index]
                kept += 1
            }
        }
        blocks.removeLast(blocks.count - kept)
    }

    /// Whether every serial number of `wanted` is here.
    func contains(_ wanted: SerialBlock) -> Bool {
        blocks[head...].reduce(0) { $0 + BlockQueue.overlap($1, wanted) } == wanted.count
    }

    /// Takes the serial numbers of `wanted` out; the caller has checked that they are here.
    mutating func remove(_ wanted: SerialBlock) {
        var left: ContiguousArray<SerialBlock> = []
        for block in blocks[head...] {
            guard BlockQueue.overlap(block, wanted) > 0 else {
                left.append(block)
                continue
            }
            if block.first < wanted.first { left.append(SerialBlock(first: block.first, last: wanted.first - 1)) }
            if block.last > wanted.last { left.append(SerialBlock(first: wanted.last + 1, last: block.last)) }
        }
        blocks = left
        head = 0
    }

    private static func overlap(_ a: SerialBlock, _ b: SerialBlock) -> Int64 {
        max(0, min(a.last, b.last) - max(a.first, b.first) + 1)
    }

    /// Drops what has left, once it is most of the memory.
    private mutating func compact() {
        guard head > 32, head * 2 > blocks.count else {
            if head == blocks.count {
                blocks.removeAll(keepingCapacity: true)
                head = 0
            }
            return
        }
        blocks.removeFirst(head)
        head = 0
    }
}

extension BlockQueue {
    static func layout(_ coder: inout some SnapshotCoder, _ old: BlockQueue?) throws(SnapshotError) -> BlockQueue {
        var new = BlockQueue()
        let blocks = try coder.list("blocks", old.map { $0.blocks[$0.head...] }) { coder, old throws(SnapshotError) in
            SerialBlock(first: try coder.value("first", old?.first), last: try coder.value("last", old?.last))
        }
        new.blocks = ContiguousArray(blocks)
        return new
    }
}
