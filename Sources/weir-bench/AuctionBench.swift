import ArgumentParser
import Auctions
import Permits

/// A large sealed-bid auction beside a plain sort of the same bids.
struct AuctionBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auction",
        abstract: "Seconds to clear an auction, and the ratio to a plain sort of the same bids."
    )

    @Option(help: "Price steps.")
    var bids = 1_000_000

    @Option(help: "Bidders.")
    var bidders = 10_000

    @Option(help: "Runs a rule book; the median counts.")
    var runs = 5

    @Option(help: "Seed of the bids.")
    var seed: UInt64 = 1

    func run() throws {
        var chance = SplitMix64(seed: seed)
        let steps = (0..<bids).map { _ in
            BidStep(
                bidder: chance.below(bidders),
                price: Price(minorUnits: Int64(5000 + chance.below(3000))),
                quantity: Quantity(Int64(1 + chance.below(20)) * 1000)
            )
        }
        let plain = (0..<bidders).map { Bidder(group: $0) }
        let limited = (0..<bidders).map {
            Bidder(group: $0, guarantee: Money(minorUnits: 400_000_000_000), room: Quantity(1_000_000))
        }
        var sale = Sale(supply: Quantity(Int64(bids) * 5000), lot: Quantity(1000))
        sale.reserve = Price(minorUnits: 5100)
        var sorted: [Double] = []
        for _ in 0..<runs {
            sorted.append(seconds { _ = steps.sorted { $0.price > $1.price } })
        }
        var report = Report(
            "auction",
            ["bids": bids, "bidders": bidders, "runs": runs, "seed": Int(seed)],
            columns: ["rules", "seconds", "ratio_to_sort", "sold"]
        )
        var worst = 0.0
        for (rules, owners) in [(RuleBook.eu, plain), (.epa, plain), (.wci, limited), (.korea, plain)] {
            var times: [Double] = []
            var sold = Quantity.zero
            for _ in 0..<runs {
                times.append(seconds { sold = Clearing(steps, bidders: owners, sale: sale, rules: rules).sold })
            }
            let ratio = times.median / sorted.median
            worst = max(worst, ratio)
            report.add([
                "rules": "\(rules.code)", "seconds": times.median, "ratio_to_sort": ratio, "sold": Int(sold.units),
            ])
        }
        report.summary = ["sort_seconds": sorted.median, "worst_ratio_to_sort": worst]
        try report.write()
    }
}
