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
/// Source: EPA's Allowance Management System, first in, first out by default.
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

    /// Moves the oldest `count` permits to the end of `taken`; the caller has checked that there are so many.
    mutating func take(_ count: Int64, into taken: inout ContiguousArray<SerialBlock>) {
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

    func encode(to writer: inout ByteWriter) {
        writer.write(count: count)
        for block in blocks[head...] {
            writer.write(block.first)
            writer.write(block.last)
        }
    }

    init() {}

    init(from reader: inout ByteReader) throws(SnapshotError) {
        for _ in 0..<(try reader.readCount()) {
            let first: Int64 = try reader.read()
            blocks.append(SerialBlock(first: first, last: try reader.read()))
        }
    }
}
