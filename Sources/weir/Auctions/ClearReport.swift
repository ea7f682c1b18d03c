import Auctions
import Disclosure
import Foundation
import Permits

/// What `weir clear` found, for people and for programs.
struct ClearReport {
    let list: BidFile
    let book: RuleBook
    let clearing: Clearing
    let statistics: AuctionStatistics
    let decimals: Int

    init(list: BidFile, book: RuleBook, clearing: Clearing, decimals: Int) {
        self.list = list
        self.book = book
        self.clearing = clearing
        self.decimals = decimals
        statistics = AuctionStatistics(list.steps, bidders: list.bidders, clearing: clearing)
    }

    func text(_ price: Price?) -> String { price.map { FixedPoint.text($0.minorUnits, scale: decimals) } ?? "-" }
    func text(_ money: Money) -> String { FixedPoint.text(money.minorUnits, scale: decimals) }

    /// What is bid for each permit on offer in the end, and at first, with two decimals.
    var cover: String { cover(of: clearing.offered) }
    var initialCover: String { cover(of: clearing.initial) }

    private func cover(of offered: Quantity) -> String {
        AuctionStatistics.cover(demanded: clearing.demanded, offered: offered).map { FixedPoint.text($0, scale: 2) }
            ?? "-"
    }

    /// What each step won and pays, and what each rule cut of it.
    struct Step {
        var won: Int64 = 0
        var paid = Money.zero
        var cuts: [(rule: CutRule, quantity: Int64)] = []
    }

    func steps() -> [Step] {
        var steps = [Step](repeating: Step(), count: list.steps.count)
        for award in clearing.awards {
            steps[award.step].won += award.quantity.units
            steps[award.step].paid = steps[award.step].paid + award.price.notional(of: award.quantity)
        }
        for cut in clearing.cuts where cut.quantity.units > 0 {
            steps[cut.step].cuts.append((cut.rule, cut.quantity.units))
        }
        return steps
    }

    /// One row a price step.
    func csv() -> String {
        let heads = ["step", "bidder", "price", "quantity", "won", "paid", "cut_rule", "cut_quantity"]
        var lines = CSVText.line(heads.map { .text($0) })
        for (index, step) in steps().enumerated() {
            let bid = list.steps[index]
            func row(_ won: Int64, _ paid: Money, _ cut: (rule: CutRule, quantity: Int64)?) -> String {
                CSVText.line([
                    .number("\(index + 1)"), .text(list.names[bid.bidder]), .number(text(bid.price)),
                    .number("\(bid.quantity.units)"),
                    .number("\(won)"), .number(text(paid)), .number(cut.map { "\($0.rule.number)" } ?? ""),
                    .number(cut.map { "\($0.quantity)" } ?? ""),
                ])
            }
            if step.cuts.isEmpty { lines += row(step.won, step.paid, nil) }
            // A step that several rules cut has several rows; its award stands in the first.
            for (place, cut) in step.cuts.enumerated() {
                lines += place == 0 ? row(step.won, step.paid, cut) : row(0, .zero, cut)
            }
        }
        return String(lines.dropLast())
    }

    /// The whole result as one JSON object; money and prices as decimal text.
    func json() throws -> String {
        struct Result: Encodable {
            struct Award: Encodable { let step: Int, bidder: String, quantity: Int64, price: String, paid: String }
            struct Cut: Encodable { let step: Int, bidder: String, quantity: Int64, rule: UInt8, name: String }
            let rules: String, source: String, failure: String?, price: String?
            let offered: Int64, bid: Int64, demanded: Int64, sold: Int64, cover: String, initialCover: String
            let proceeds: String, bidders: Int, complianceBidders: Int, generalBidders: Int, winners: Int
            let steps: Int, successful: Int, highest: String, lowest: String, mean: String, winningMean: String
            let medianBid: String, medianAllowance: String, hhi: Int64, soldToCompliance: Int64, soldToGeneral: Int64
            let awards: [Award], cuts: [Cut]
        }
        func name(_ step: Int) -> String { list.names[list.steps[step].bidder] }
        let result = Result(
            rules: book.code,
            source: book.source,
            failure: clearing.failure?.text,
            price: clearing.price.map { text($0) },
            offered: clearing.offered.units,
            bid: statistics.bid.units,
            demanded: clearing.demanded.units,
            sold: clearing.sold.units,
            cover: cover,
            initialCover: initialCover,
            proceeds: text(clearing.proceeds),
            bidders: statistics.bidders,
            complianceBidders: statistics.biddersByClass[Int(BidderClass.compliance.place)],
            generalBidders: statistics.biddersByClass[Int(BidderClass.general.place)],
            winners: statistics.winners,
            steps: statistics.steps,
            successful: statistics.successful,
            highest: text(statistics.highest),
            lowest: text(statistics.lowest),
            mean: text(statistics.mean),
            winningMean: text(statistics.winningMean),
            medianBid: text(statistics.medianBid),
            medianAllowance: text(statistics.medianAllowance),
            hhi: statistics.concentration,
            soldToCompliance: statistics.soldByClass[Int(BidderClass.compliance.place)].units,
            soldToGeneral: statistics.soldByClass[Int(BidderClass.general.place)].units,
            awards: clearing.awards.map {
                .init(
                    step: $0.step + 1,
                    bidder: name($0.step),
                    quantity: $0.quantity.units,
                    price: text($0.price),
                    paid: text($0.price.notional(of: $0.quantity))
                )
            },
            cuts: clearing.cuts.map {
                .init(
                    step: $0.step + 1,
                    bidder: name($0.step),
                    quantity: $0.quantity.units,
                    rule: $0.rule.number,
                    name: $0.rule.text
                )
            }
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(result), as: UTF8.self)
    }
}
