package import Exchange
import Ledger
import Permits

extension Settlement.Balances {
    /// Where these balances differ from the engine's ledger after the same command; one sentence each.
    package func differences(from exchange: Exchange) -> [String] {
        var found: [String] = []
        var expected: [Holding: Int64] = [:]
        for asset in exchange.ledger.assets {
            for (account, balance) in exchange.ledger.holders(of: asset) where balance.total != 0 {
                expected[Holding(account: account, asset: asset)] = balance.total
            }
        }
        func compare(_ account: AccountID, _ asset: AssetID, _ total: Int64) {
            let engine = expected.removeValue(forKey: Holding(account: account, asset: asset)) ?? 0
            guard engine != total else { return }
            found.append("account \(account.index), asset \(asset.index): settlement \(total), engine \(engine)")
        }
        for balance in cash { compare(balance.account, .cash(balance.currency), balance.total.minorUnits) }
        for balance in permits {
            compare(balance.account, .permits(balance.permitClass), balance.quantity.units)
        }
        for (holding, total) in expected.sorted(by: { $0.key < $1.key }) {
            found.append(
                "account \(holding.account.index), asset \(holding.asset.index): settlement 0, engine \(total)"
            )
        }
        return found
    }

    private struct Holding: Hashable, Comparable {
        let account: AccountID
        let asset: AssetID

        static func < (a: Holding, b: Holding) -> Bool { (a.account, a.asset) < (b.account, b.asset) }
    }
}
