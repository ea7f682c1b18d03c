import Auctions
import Permits
import Seals

/// A bid list by names, as a person would write it: `("A", 10.50, 300)` is `("A", 1050, 300)`.
struct BidList {
    var names: [String] = []
    var bidders: [Bidder] = []
    var steps: [BidStep] = []

    init(_ bids: [(name: String, cents: Int64, quantity: Int64)]) {
        for bid in bids {
            if !names.contains(bid.name) {
                names.append(bid.name)
                bidders.append(Bidder(group: bidders.count))
            }
            let bidder = names.firstIndex(of: bid.name) ?? 0
            steps.append(
                BidStep(bidder: bidder, price: Price(minorUnits: bid.cents), quantity: Quantity(bid.quantity))
            )
        }
    }

    func clear(_ sale: Sale, _ rules: RuleBook) -> Clearing {
        Clearing(steps, bidders: bidders, sale: sale, rules: rules)
    }

    /// What each step won, in the order of entry.
    func won(_ clearing: Clearing) -> [Int64] {
        var won = [Int64](repeating: 0, count: steps.count)
        for award in clearing.awards { won[award.step] += award.quantity.units }
        return won
    }

    /// What each bidder won.
    func wonByName(_ clearing: Clearing) -> [String: Int64] {
        var won: [String: Int64] = [:]
        for award in clearing.awards { won[names[steps[award.step].bidder], default: 0] += award.quantity.units }
        return won
    }
}

extension Clearing {
    /// How much each rule cut.
    var cutByRule: [CutRule: Int64] {
        cuts.reduce(into: [:]) { $0[$1.rule, default: 0] += $1.quantity.units }
    }
}

func sale(_ supply: Int64, lot: Int64 = 1, reserve: Int64? = nil) -> Sale {
    var sale = Sale(supply: Quantity(supply), lot: Quantity(lot), seed: SHA256.digest(of: Array("seed".utf8)))
    sale.reserve = reserve.map { Price(minorUnits: $0) }
    return sale
}
