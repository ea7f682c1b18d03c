package import Permits

extension Ledger {
    /// Where `asset` stands; issued = held + surrendered + retired + cancelled, or the ledger is broken.
    ///
    /// Complexity: the number of accounts that ever had it.
    package func statement(of asset: AssetID) -> AssetStatement {
        var statement = AssetStatement()
        for index in balances.slots(of: asset) {
            let slot = balances.slots[Int(index)]
            if slot.account.isBacking {
                statement.issued -= slot.balance.total
            } else if slot.account == .retirement {
                statement.retired += slot.balance.total
            } else if slot.account == .surrendered {
                statement.surrendered += slot.balance.total
            } else if slot.account == .cancelled {
                statement.cancelled += slot.balance.total
            } else {
                statement.held += slot.balance.total
                statement.onHold += slot.balance.held
            }
        }
        return statement
    }

    /// What an account has, by asset.
    ///
    /// Complexity: the number of assets that it ever had.
    package func holdings(of account: AccountID) -> [(asset: AssetID, balance: Balance)] {
        balances.slots(of: account).map { balances.slots[Int($0)] }.filter { $0.balance != Balance() }
            .map { ($0.asset, $0.balance) }.sorted { $0.asset < $1.asset }
    }

    /// Every account that has `asset`, by account.
    ///
    /// Complexity: the number of accounts that ever had it, and the sort.
    package func holders(
        of asset: AssetID,
        where isWanted: (AccountID) -> Bool = { _ in true }
    ) -> [(account: AccountID, balance: Balance)] {
        var holders: [(account: AccountID, balance: Balance)] = []
        holders.reserveCapacity(balances.slots(of: asset).count)
        forEachHolder(of: asset) { if isWanted($0) { holders.append(($0, $1)) } }
        return holders.sorted { $0.account < $1.account }
    }

    /// Calls `body` with every account that has `asset`, in no order that means anything.
    package func forEachHolder(of asset: AssetID, _ body: (AccountID, Balance) -> Void) {
        for index in balances.slots(of: asset) {
            let slot = balances.slots[Int(index)]
            if slot.balance != Balance() { body(slot.account, slot.balance) }
        }
    }

    /// How many serial blocks an account holds of an asset.
    package func blockCount(of account: AccountID, _ asset: AssetID) -> Int {
        balances.find(account, asset).map { balances.blocks[$0].count } ?? 0
    }

    /// Whether an account could not part with `amount` besides what it holds for orders and the like, since too many serial
    /// blocks would move at once.
    ///
    /// One movement lowers what `Limits.blocksMax` blocks can hold by no more than its quantity. So an account whose holds are
    /// within that can part with all of them, in any order, and no movement takes more blocks.
    /// - Returns: how much it could; nil if it can.
    /// - Complexity: O(1) if its blocks are few, or the oldest few hold that much; else O(blocks).
    package func piecesExceeded(by amount: Int64, of asset: AssetID, in account: AccountID) -> Int64? {
        guard let slot = balances.find(account, asset), balances.blocks[slot].count > Limits.blocksMax else {
            return nil
        }
        let held = balances[slot].held
        let movable = balances.blocks[slot].movable(atMost: Limits.blocksMax, wanted: held + amount)
        return movable < held + amount ? movable - held : nil
    }

    /// The serial blocks of a holding, oldest first.
    package func blocks(of account: AccountID, _ asset: AssetID) -> [SerialBlock] {
        balances.find(account, asset).map { balances.blocks[$0].all } ?? []
    }

    /// Whether an account holds `count` consecutive serial numbers from `first` on.
    package func holds(_ count: Int64, first: Int64, of asset: AssetID, in account: AccountID) -> Bool {
        guard first > 0, count > 0, first <= Int64.max - count, let slot = balances.find(account, asset) else {
            return false
        }
        return balances.blocks[slot].contains(SerialBlock(first: first, last: first + count - 1))
    }

    /// Who holds a serial number now; nil if it was never issued.
    ///
    /// Complexity: the number of blocks of the class.
    package func holder(ofSerial serial: Int64, _ asset: AssetID) -> AccountID? {
        let wanted = SerialBlock(first: serial, last: serial)
        for index in balances.slots(of: asset) where balances.blocks[Int(index)].contains(wanted) {
            return balances.slots[Int(index)].account
        }
        return nil
    }

    /// Every asset that any account has, in order.
    package var assets: [AssetID] {
        balances.assets.filter { asset in
            balances.slots(of: asset).contains { balances.slots[Int($0)].balance != Balance() }
        }
    }

    /// Stops the program if an invariant of the ledger does not hold.
    package func checkInvariants() {
        for asset in assets {
            let statement = statement(of: asset)
            precondition(
                statement.issued
                    == statement.held + statement.retired + statement.surrendered + statement.cancelled,
                "asset \(asset.index) does not balance"
            )
            if asset.permitClass != nil { checkSerials(of: asset, issued: statement.issued) }
        }
        for slot in balances.slots where !slot.account.isBacking {
            let balance = slot.balance
            precondition(0 <= balance.held && balance.held <= balance.total, "a hold exceeds its balance")
            precondition(balance.incoming >= 0, "incoming quantity below zero")
        }
    }

    /// Stops the program unless the blocks of all accounts are 1 to `issued`, each number once.
    private func checkSerials(of asset: AssetID, issued: Int64) {
        var all: [SerialBlock] = []
        for index in balances.slots(of: asset) {
            let slot = balances.slots[Int(index)]
            guard !slot.account.isBacking else { continue }
            let blocks = balances.blocks[Int(index)].all
            precondition(
                blocks.reduce(0) { $0 + $1.count } == slot.balance.total,
                "account \(slot.account.index) has other serial numbers than permits"
            )
            all += blocks
        }
        var next: Int64 = 1
        for block in all.sorted(by: { $0.first < $1.first }) {
            precondition(block.first == next && block.last >= block.first, "serial number \(next) is not there once")
            next = block.last + 1
        }
        precondition(next == issued + 1, "serial numbers end at \(next - 1), issued \(issued)")
    }

    /// What the live orders should hold, to compare with what is held.
    package struct HoldTally {
        fileprivate var ledger = Ledger()

        package init() {}

        /// Adds what an order should hold.
        package mutating func add(held amount: Int64, of asset: AssetID, in account: AccountID) {
            add(held: ExactAmount(units: amount), of: asset, in: account)
        }

        /// Adds what an order should hold, of which the fractions are rounded together.
        package mutating func add(held amount: ExactAmount, of asset: AssetID, in account: AccountID) {
            let slot = ledger.balances.findOrAdd(account, asset)
            ledger.balances[slot].held += amount.units
            if amount.millionths != 0 { ledger.balances[slot].fractions.promised += amount.millionths }
        }

        /// Adds what a buy order could bring.
        package mutating func add(incoming amount: Int64, of asset: AssetID, in account: AccountID) {
            let slot = ledger.balances.findOrAdd(account, asset)
            ledger.balances[slot].incoming += amount
        }
    }

    /// Whether every hold and incoming quantity is exactly the tally's.
    package func holdsEqual(_ tally: HoldTally) -> Bool {
        let tallied = tally.ledger
        func isEqual(_ actual: Balance, _ expected: Balance, _ asset: AssetID) -> Bool {
            guard asset.permitClass == nil else {
                return actual.held == expected.held && actual.incoming == expected.incoming
            }
            return actual.held == expected.held + actual.fractions.whole
                && actual.fractions.promised == expected.fractions.promised
        }
        return balances.slots.allSatisfy { isEqual($0.balance, tallied.balance($0.account, $0.asset), $0.asset) }
            && tallied.balances.slots.allSatisfy { isEqual(balance($0.account, $0.asset), $0.balance, $0.asset) }
    }
}
