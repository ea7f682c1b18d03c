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
    /// Finds the first slot of each account, counted from 1.
    ///
    /// No dictionary: it would hash all accounts anew where it grows.
    private var firstOfAccount = SlotTable()
    /// Behind each first slot the other slots of its account, the last made first; 0 ends them.
    private var next = Buffer<UInt32>()
    /// The slots of each asset, in the order in which they were made.
    private var slotsOfAsset: [UInt32: ContiguousArray<UInt32>] = [:]

    /// Gives this copy memory of its own.
    mutating func makeOwn() {
        slots.makeOwn()
        table.makeOwn()
        firstOfAccount.makeOwn()
        next.makeOwn()
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
        let number = UInt32(slots.count)
        table.insert(number, BalanceTable.hash(key))
        let slot = slots[Int(number) - 1]
        let first = firstSlot(of: slot.account)
        if first == 0 {
            firstOfAccount.insert(number, BalanceTable.hash(UInt64(slot.account.index)))
            next.append(0)
        } else {
            next.append(next[Int(first) - 1])
            next[Int(first) - 1] = number
        }
        slotsOfAsset[slot.asset.index, default: []].append(number - 1)
        return Int(number) - 1
    }

    /// The first slot of an account, counted from 1; 0 if it has none.
    private func firstSlot(of account: AccountID) -> UInt32 {
        firstOfAccount.slot(BalanceTable.hash(UInt64(account.index))) { slots[Int($0) - 1].account == account }
    }

    /// The slots of an account, in the order in which they were made.
    func slots(of account: AccountID) -> ContiguousArray<UInt32> {
        let first = firstSlot(of: account)
        guard first > 0 else { return [] }
        var others: ContiguousArray<UInt32> = []
        var number = next[Int(first) - 1]
        while number > 0 {
            others.append(number - 1)
            number = next[Int(number) - 1]
        }
        return [first - 1] + others.reversed()
    }

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
