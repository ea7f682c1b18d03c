import Permits

/// Order id → slot: open addressing, linear probing, backward-shift deletion, so that no tombstones pile up.
///
/// Never iterated: its order depends on its history.
struct OrderIndex: Sendable {
    private struct Entry: Sendable {
        var id: UInt64
        var slot: UInt32
    }

    /// Slot 0 marks an empty entry; the count is a power of two.
    private var entries: ContiguousArray<Entry>
    /// 64 minus the binary logarithm of the entry count.
    private var shift: UInt64
    private(set) var count = 0

    init() {
        entries = ContiguousArray(repeating: Entry(id: 0, slot: 0), count: 64)
        shift = 58
    }

    /// The slot of `id`, or 0.
    func slot(of id: OrderID) -> UInt32 {
        let mask = entries.count - 1
        var position = home(of: id.number)
        while entries[position].slot != 0 {
            if entries[position].id == id.number { return entries[position].slot }
            position = (position + 1) & mask
        }
        return 0
    }

    /// Adds an id that is not there yet.
    mutating func insert(_ id: OrderID, slot: UInt32) {
        // At most half full: probes stay short.
        if count * 2 >= entries.count { grow() }
        place(Entry(id: id.number, slot: slot))
        count += 1
    }

    /// Removes an id that is there.
    mutating func remove(_ id: OrderID) {
        let mask = entries.count - 1
        var hole = home(of: id.number)
        while entries[hole].id != id.number || entries[hole].slot == 0 {
            precondition(entries[hole].slot != 0, "order \(id.number) is not in the index")
            hole = (hole + 1) & mask
        }
        var position = (hole + 1) & mask
        while entries[position].slot != 0 {
            // An entry may move back only if its home is not between the hole and itself.
            let distance = (position - home(of: entries[position].id)) & mask
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
    private func home(of id: UInt64) -> Int { Int((id &* 0x9E37_79B9_7F4A_7C15) &>> shift) }

    private mutating func place(_ entry: Entry) {
        let mask = entries.count - 1
        var position = home(of: entry.id)
        while entries[position].slot != 0 {
            precondition(entries[position].id != entry.id, "order \(entry.id) is in the book already")
            position = (position + 1) & mask
        }
        entries[position] = entry
    }

    private mutating func grow() {
        let old = entries
        entries = ContiguousArray(repeating: Entry(id: 0, slot: 0), count: old.count * 2)
        shift -= 1
        for entry in old where entry.slot != 0 { place(entry) }
    }
}
