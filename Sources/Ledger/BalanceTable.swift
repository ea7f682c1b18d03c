import Permits

/// (account, asset) → balance; entries are never removed.
struct BalanceTable: Sendable {
    struct Slot: Sendable, BitwiseCopyable {
        let key: UInt64
        var balance = Balance()

        var account: AccountID { AccountID(index: UInt32(key >> 32)) }
        var asset: AssetID { AssetID(index: UInt32(truncatingIfNeeded: key)) }
    }

    private(set) var slots = Buffer<Slot>()
    /// The serial blocks of each slot that holds permits.
    var blocks: ContiguousArray<BlockQueue> = []
    /// Finds slots, counted from 1, by their key.
    private var table = SlotTable()
    /// The slots of each account, and of each asset, in the order in which they were made.
    private var slotsOfAccount: [UInt32: ContiguousArray<UInt32>] = [:]
    private var slotsOfAsset: [UInt32: ContiguousArray<UInt32>] = [:]

    /// Gives this copy memory of its own.
    mutating func makeOwn() {
        slots.makeOwn()
        table.makeOwn()
    }

    /// The balance in a slot.
    subscript(slot: Int) -> Balance {
        @inline(__always) get { slots[slot].balance }
        @inline(__always) _modify { yield &slots[slot].balance }
    }

    private static func key(_ account: AccountID, _ asset: AssetID) -> UInt64 {
        UInt64(account.index) << 32 | UInt64(asset.index)
    }

    private static func hash(_ key: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> 32)
    }

    /// The slot of a pair, or nil.
    @inline(__always)
    func find(_ account: AccountID, _ asset: AssetID) -> Int? {
        let key = BalanceTable.key(account, asset)
        let slot = table.slot(BalanceTable.hash(key)) { slots[Int($0) - 1].key == key }
        return slot == 0 ? nil : Int(slot) - 1
    }

    /// The slot of a pair, made with a zero balance if there is none.
    @inline(__always)
    mutating func findOrAdd(_ account: AccountID, _ asset: AssetID) -> Int {
        find(account, asset) ?? add(BalanceTable.key(account, asset))
    }

    @inline(never)
    private mutating func add(_ key: UInt64) -> Int {
        slots.append(Slot(key: key))
        blocks.append(BlockQueue())
        table.insert(UInt32(slots.count), BalanceTable.hash(key))
        let slot = UInt32(slots.count - 1)
        slotsOfAccount[slots[Int(slot)].account.index, default: []].append(slot)
        slotsOfAsset[slots[Int(slot)].asset.index, default: []].append(slot)
        return Int(slot)
    }

    /// The slots of an account.
    func slots(of account: AccountID) -> ContiguousArray<UInt32> { slotsOfAccount[account.index] ?? [] }

    /// Every asset that has a slot, in order.
    var assets: [AssetID] { slotsOfAsset.keys.map { AssetID(index: $0) }.sorted() }

    /// The slots of an asset.
    func slots(of asset: AssetID) -> ContiguousArray<UInt32> { slotsOfAsset[asset.index] ?? [] }

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
}
