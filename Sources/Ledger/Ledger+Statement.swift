package import Permits

extension Ledger {
    /// Where `asset` stands; issued = held + retired, or the ledger is broken.
    ///
    /// Complexity: the number of accounts.
    package func statement(of asset: AssetID) -> AssetStatement {
        var statement = AssetStatement()
        for slot in balances.slots where slot.asset == asset {
            if slot.account.isBacking {
                statement.issued -= slot.balance.total
            } else if slot.account == .retirement {
                statement.retired += slot.balance.total
            } else {
                statement.held += slot.balance.total
                statement.onHold += slot.balance.held
            }
        }
        return statement
    }

    /// What an account has, by asset.
    package func holdings(of account: AccountID) -> [(asset: AssetID, balance: Balance)] {
        balances.slots.filter { $0.account == account && $0.balance != Balance() }
            .map { ($0.asset, $0.balance) }.sorted { $0.asset < $1.asset }
    }

    /// Every account that has `asset`, by account.
    package func holders(of asset: AssetID) -> [(account: AccountID, balance: Balance)] {
        balances.slots.filter { $0.asset == asset && $0.balance != Balance() }
            .map { ($0.account, $0.balance) }.sorted { $0.account < $1.account }
    }

    /// Every asset that any account has, in order.
    package var assets: [AssetID] {
        var seen: [AssetID] = []
        let used = balances.slots.filter { $0.balance != Balance() }.map(\.asset).sorted()
        for asset in used where seen.last != asset { seen.append(asset) }
        return seen
    }

    /// Stops the program if an invariant of the ledger does not hold.
    package func checkInvariants() {
        for asset in assets {
            let statement = statement(of: asset)
            precondition(
                statement.issued == statement.held + statement.retired,
                "asset \(asset.index) does not balance"
            )
        }
        for slot in balances.slots where !slot.account.isBacking {
            let balance = slot.balance
            precondition(0 <= balance.held && balance.held <= balance.total, "a hold exceeds its balance")
            precondition(balance.incoming >= 0, "incoming quantity below zero")
        }
    }

    /// Appends the ledger in snapshot form, by account and asset.
    package func encode(to writer: inout ByteWriter) {
        let sorted = balances.slots.sorted { $0.key < $1.key }.filter { $0.balance != Balance() }
        writer.write(count: sorted.count)
        for slot in sorted {
            writer.write(slot.key)
            writer.write(slot.balance.total)
            writer.write(slot.balance.held)
            writer.write(slot.balance.incoming)
        }
    }

    /// Reads a ledger from snapshot form.
    package init(from reader: inout ByteReader) throws(SnapshotError) {
        self.init()
        for _ in 0..<(try reader.readCount()) {
            let key: UInt64 = try reader.read()
            let slot = balances.findOrAdd(
                AccountID(index: UInt32(key >> 32)),
                AssetID(index: UInt32(truncatingIfNeeded: key))
            )
            balances.slots[slot].balance.total = try reader.read()
            balances.slots[slot].balance.held = try reader.read()
            balances.slots[slot].balance.incoming = try reader.read()
        }
    }

    /// What the live orders should hold, to compare with what is held.
    package struct HoldTally {
        fileprivate var ledger = Ledger()

        package init() {}

        /// Adds what an order should hold.
        package mutating func add(held amount: Int64, of asset: AssetID, in account: AccountID) {
            let slot = ledger.balances.findOrAdd(account, asset)
            ledger.balances.slots[slot].balance.held += amount
        }

        /// Adds what a buy order could bring.
        package mutating func add(incoming amount: Int64, of asset: AssetID, in account: AccountID) {
            let slot = ledger.balances.findOrAdd(account, asset)
            ledger.balances.slots[slot].balance.incoming += amount
        }
    }

    /// Whether every hold and incoming quantity is exactly the tally's.
    package func holdsEqual(_ tally: HoldTally) -> Bool {
        let tallied = tally.ledger
        return balances.slots.allSatisfy { slot in
            let expected = tallied.balance(slot.account, slot.asset)
            return slot.balance.held == expected.held && slot.balance.incoming == expected.incoming
        }
            && tallied.balances.slots.allSatisfy { slot in
                let actual = balance(slot.account, slot.asset)
                return actual.held == slot.balance.held && actual.incoming == slot.balance.incoming
            }
    }
}
