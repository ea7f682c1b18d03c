/// Hash → slot: open addressing, linear probing, backward-shift deletion, so that no tombstones pile up.
///
/// An entry is a slot, which is a place in the caller's own array, and half of its key's hash; the key itself stands in that
/// array, which whoever looks it up reads next anyway. Slot 0 means none, so callers leave place 0 unused or count from 1.
/// Never iterated: its order depends on its history. 8 bytes an entry, at most three quarters full.
public struct SlotTable: Sendable {
    @usableFromInline
    struct Entry: Sendable, BitwiseCopyable {
        @usableFromInline var hash: UInt32
        /// 0 marks an empty entry.
        @usableFromInline var slot: UInt32

        @inlinable
        init(hash: UInt32, slot: UInt32) {
            self.hash = hash
            self.slot = slot
        }
    }

    /// A power of two of them, at most 2^31.
    @usableFromInline var entries: Buffer<Entry>
    /// 32 minus the binary logarithm of the entry count.
    @usableFromInline var shift: UInt32
    /// How many entries are in use.
    @inlinable public var count: Int { used }
    @usableFromInline var used = 0

    /// A seed for hashes of what others choose, another in every process, so that nobody can make entries collide.
    ///
    /// The one chance in the deterministic rooms: what a table finds does not depend on it, only how fast.
    public static func seed() -> UInt64 { UInt64(truncatingIfNeeded: Code.none.hashValue) }

    /// An empty table.
    public init() {
        entries = Buffer(repeating: Entry(hash: 0, slot: 0), count: 64)
        shift = 26
    }

    /// Gives this copy memory of its own.
    public mutating func makeOwn() { entries.makeOwn() }

    /// The slot of the key with a hash for which `isIt` holds, or 0.
    @inlinable @inline(__always)
    public func slot(_ hash: UInt32, where isIt: (UInt32) -> Bool) -> UInt32 {
        let mask = entries.count - 1
        var position = home(of: hash)
        while true {
            let entry = entries[position]
            if entry.slot == 0 || (entry.hash == hash && isIt(entry.slot)) { return entry.slot }
            position = (position + 1) & mask
        }
    }

    /// Adds the slot of a key that is not there yet.
    @inlinable @inline(__always)
    public mutating func insert(_ slot: UInt32, _ hash: UInt32) {
        // At most three quarters full: probes stay short.
        if used * 4 >= entries.count * 3 { grow() }
        place(Entry(hash: hash, slot: slot))
        used += 1
    }

    /// Removes the slot of a key that is there.
    @inlinable @inline(__always)
    public mutating func remove(_ slot: UInt32, _ hash: UInt32) {
        let mask = entries.count - 1
        var hole = home(of: hash)
        while entries[hole].slot != slot {
            precondition(entries[hole].slot != 0, "a slot is not in its table")
            hole = (hole + 1) & mask
        }
        var position = (hole + 1) & mask
        while entries[position].slot != 0 {
            // An entry may move back only if its home is not between the hole and itself.
            let distance = (position - home(of: entries[position].hash)) & mask
            if distance >= (position - hole) & mask {
                entries[hole] = entries[position]
                hole = position
            }
            position = (position + 1) & mask
        }
        entries[hole].slot = 0
        used -= 1
    }

    /// Forgets all slots, keeping the memory.
    public mutating func removeAll() {
        for index in 0..<entries.count { entries[index].slot = 0 }
        used = 0
    }

    @inlinable @inline(__always)
    func home(of hash: UInt32) -> Int { Int(hash &>> shift) }

    @inlinable @inline(__always)
    mutating func place(_ entry: Entry) {
        let mask = entries.count - 1
        var position = home(of: entry.hash)
        while entries[position].slot != 0 { position = (position + 1) & mask }
        entries[position] = entry
    }

    @usableFromInline @inline(never)
    mutating func grow() {
        let old = entries
        entries = Buffer(repeating: Entry(hash: 0, slot: 0), count: old.count * 2)
        shift -= 1
        for index in 0..<old.count where old[index].slot != 0 { place(old[index]) }
    }
}
