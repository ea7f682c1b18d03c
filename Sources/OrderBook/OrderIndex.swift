import Permits

/// Order id → slot: open addressing, linear probing, backward-shift deletion, so that no tombstones pile up.
///
/// An entry is a slot and half of its id's hash; the id itself stands in the slab, which whoever looks it up reads next
/// anyway. Never iterated: its order depends on its history.
struct OrderIndex: Sendable {
    private struct Entry: Sendable {
        var hash: UInt32
        /// 0 marks an empty entry.
        var slot: UInt32
    }

    /// A power of two of them, at most 2^31.
    private var entries: Buffer<Entry>
    /// 32 minus the binary logarithm of the entry count.
    private var shift: UInt32
    private(set) var count = 0

    init() {
        entries = Buffer(repeating: Entry(hash: 0, slot: 0), count: 64)
        shift = 26
    }

    mutating func makeOwn() { entries.makeOwn() }

    /// The slot of `id`, or 0.
    @inline(__always)
    func slot(of id: UInt64, _ nodes: borrowing Buffer<Node>) -> UInt32 {
        let hash = OrderIndex.hash(id)
        let mask = entries.count - 1
        var position = OrderIndex.home(of: hash, shift)
        while true {
            let entry = entries[position]
            if entry.slot == 0 || (entry.hash == hash && nodes[Int(entry.slot)].id == id) { return entry.slot }
            position = (position + 1) & mask
        }
    }

    /// Adds the slot of an id that is not there yet.
    @inline(__always)
    mutating func insert(_ slot: UInt32, of id: UInt64) {
        // At most three quarters full: probes stay short.
        if count * 4 >= entries.count * 3 { grow() }
        place(Entry(hash: OrderIndex.hash(id), slot: slot))
        count += 1
    }

    /// Removes the slot of an id that is there.
    @inline(__always)
    mutating func remove(_ slot: UInt32, of id: UInt64) {
        let mask = entries.count - 1
        var hole = OrderIndex.home(of: OrderIndex.hash(id), shift)
        while entries[hole].slot != slot {
            precondition(entries[hole].slot != 0, "an order is not in the index")
            hole = (hole + 1) & mask
        }
        var position = (hole + 1) & mask
        while entries[position].slot != 0 {
            // An entry may move back only if its home is not between the hole and itself.
            let distance = (position - OrderIndex.home(of: entries[position].hash, shift)) & mask
            if distance >= (position - hole) & mask {
                entries[hole] = entries[position]
                hole = position
            }
            position = (position + 1) & mask
        }
        entries[hole].slot = 0
        count -= 1
    }

    /// Fibonacci hashing: ids are an arithmetic progression, which the golden ratio spreads evenly.
    @inline(__always)
    private static func hash(_ id: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (id &* 0x9E37_79B9_7F4A_7C15) &>> 32)
    }

    @inline(__always)
    private static func home(of hash: UInt32, _ shift: UInt32) -> Int { Int(hash &>> shift) }

    @inline(__always)
    private mutating func place(_ entry: Entry) {
        let mask = entries.count - 1
        var position = OrderIndex.home(of: entry.hash, shift)
        while entries[position].slot != 0 { position = (position + 1) & mask }
        entries[position] = entry
    }

    @inline(never)
    private mutating func grow() {
        let old = entries
        entries = Buffer(repeating: Entry(hash: 0, slot: 0), count: old.count * 2)
        shift -= 1
        for index in 0..<old.count where old[index].slot != 0 { place(old[index]) }
    }
}
