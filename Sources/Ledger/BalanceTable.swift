import Permits

/// (account, asset) → balance: open addressing with linear probing; entries are never removed.
///
/// Layout: `buckets` holds slot numbers + 1 (0 = empty), a power of two of them, at most half full.
struct BalanceTable: Sendable {
    struct Slot: Sendable {
        let key: UInt64
        var balance = Balance()

        var account: AccountID { AccountID(index: UInt32(key >> 32)) }
        var asset: AssetID { AssetID(index: UInt32(truncatingIfNeeded: key)) }
    }

    var slots: ContiguousArray<Slot> = []
    /// The serial blocks of each slot that holds permits.
    var blocks: ContiguousArray<BlockQueue> = []
    private var buckets = ContiguousArray<UInt32>(repeating: 0, count: 64)

    private static func key(_ account: AccountID, _ asset: AssetID) -> UInt64 {
        UInt64(account.index) << 32 | UInt64(asset.index)
    }

    private func bucket(of key: UInt64) -> Int {
        let mixed = key &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: (mixed ^ mixed >> 32) & UInt64(buckets.count - 1))
    }

    /// The slot of a pair, or nil.
    func find(_ account: AccountID, _ asset: AssetID) -> Int? {
        let key = BalanceTable.key(account, asset)
        var bucket = bucket(of: key)
        while buckets[bucket] != 0 {
            let slot = Int(buckets[bucket] - 1)
            if slots[slot].key == key { return slot }
            bucket = (bucket + 1) & (buckets.count - 1)
        }
        return nil
    }

    /// The slot of a pair, made with a zero balance if there is none.
    mutating func findOrAdd(_ account: AccountID, _ asset: AssetID) -> Int {
        if let slot = find(account, asset) { return slot }
        if slots.count * 2 >= buckets.count { grow() }
        let key = BalanceTable.key(account, asset)
        slots.append(Slot(key: key))
        blocks.append(BlockQueue())
        insert(slot: slots.count - 1)
        return slots.count - 1
    }

    /// Moves serial numbers between two slots: the oldest of the source, or from `first` on; from nowhere if it is an issue.
    /// - Returns: nothing; `moved` gets the blocks.
    mutating func moveBlocks(
        _ quantity: Int64,
        from source: Int?,
        to target: Int,
        first: Int64?,
        moved: inout ContiguousArray<SerialBlock>
    ) {
        moved.removeAll(keepingCapacity: true)
        guard quantity > 0 else { return }
        if let first {
            moved.append(SerialBlock(first: first, last: first + quantity - 1))
            if let source { blocks[source].remove(moved[0]) }
        } else if let source {
            blocks[source].take(quantity, into: &moved)
        }
        for block in moved { blocks[target].append(block) }
    }

    private mutating func insert(slot: Int) {
        var bucket = bucket(of: slots[slot].key)
        while buckets[bucket] != 0 { bucket = (bucket + 1) & (buckets.count - 1) }
        buckets[bucket] = UInt32(slot + 1)
    }

    private mutating func grow() {
        buckets = ContiguousArray(repeating: 0, count: buckets.count * 2)
        for slot in slots.indices { insert(slot: slot) }
    }
}
