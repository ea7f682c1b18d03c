package import Permits

extension Ledger: Layout {
    /// What accounts hold, by account and asset.
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Ledger?) throws(SnapshotError) -> Ledger {
        var new = Ledger()
        let balances = try coder.list("balances", old?.balances.held) { coder, old throws(SnapshotError) in
            (
                blocks: try BlockQueue.layout(&coder, old?.blocks),
                key: try coder.value("key", old?.slot.key),
                total: try coder.value("total", old?.slot.balance.total),
                held: try coder.value("held", old?.slot.balance.held),
                incoming: try coder.value("incoming", old?.slot.balance.incoming)
            )
        }
        for balance in balances {
            let slot = new.balances.findOrAdd(
                AccountID(index: UInt32(balance.key >> 32)),
                AssetID(index: UInt32(truncatingIfNeeded: balance.key))
            )
            new.balances.blocks[slot] = balance.blocks
            new.balances[slot].total = balance.total
            new.balances[slot].held = balance.held
            new.balances[slot].incoming = balance.incoming
        }
        return new
    }

    /// Appends the ledger in snapshot form.
    package func write(to writer: inout ByteWriter) { writer.write(self) }
}

extension BalanceTable {
    /// The slots that hold something, in order of their keys, so that equal ledgers give equal bytes.
    fileprivate var held: some Sequence<(blocks: BlockQueue, slot: Slot)> {
        slots.indices.filter { slots[$0].balance != Balance() }.sorted { slots[$0].key < slots[$1].key }
            .lazy.map { (blocks: blocks[$0], slot: slots[$0]) }
    }
}
