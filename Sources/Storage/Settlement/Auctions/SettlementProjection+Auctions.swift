import Auctions
import Exchange
import GRDB
import Permits
import Seals

// Sealed-bid auctions as rows.

extension SettlementProjection {
    func write(announced auction: Auction, sequence: UInt64, time: Timestamp) throws {
        let terms = auction.terms
        try database.execute(
            sql: """
                INSERT INTO auction (id, code, permit_class, currency, seller, rules, policies, lot, reserve, opens, closes,
                    seal_key, commitment, phase, offered, announced_seq)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'announced', ?, ?)
                """,
            arguments: [
                terms.id.number, "\(terms.code)", terms.permitClass.index, terms.currency.text, terms.seller.index,
                terms.rules, terms.policies, terms.lot.units, terms.reserve?.minorUnits, "\(terms.opens)",
                "\(terms.closes)", terms.sealKey.hex, terms.commitment.hex, auction.offered.units,
                Int64(bitPattern: sequence),
            ]
        )
    }

    func write(cleared auction: Auction, sequence: UInt64, time: Timestamp) throws {
        guard let result = auction.result else { return }
        let statistics = result.statistics
        try database.execute(
            sql: """
                UPDATE auction SET phase = ?, offered = ?, cleared_seq = ?, cleared_time = ?, price = ?, failure = ?, bid = ?, demanded = ?,
                    sold = ?, proceeds = ?, bidders = ?, winners = ?, highest = ?, lowest = ?, mean = ?, median_bid = ?,
                    median_allowance = ?, hhi = ?, sold_compliance = ?, sold_general = ?, unopened = ?, seed = ?
                WHERE id = ?
                """,
            arguments: [
                auction.phase.text, result.offered.units, Int64(bitPattern: sequence), "\(time)",
                result.price?.minorUnits, result.failure?.text, statistics.bid.units, result.demanded.units,
                result.sold.units, result.proceeds.minorUnits, statistics.bidders, statistics.winners,
                statistics.highest?.minorUnits, statistics.lowest?.minorUnits, statistics.mean?.minorUnits,
                statistics.medianBid?.minorUnits, statistics.medianAllowance?.minorUnits, statistics.concentration,
                statistics.soldByClass[Int(BidderClass.compliance.place)].units,
                statistics.soldByClass[Int(BidderClass.general.place)].units, result.unopened, result.seed.hex,
                auction.terms.id.number,
            ]
        )
        for (index, step) in result.steps.enumerated() {
            try database.execute(
                sql: "INSERT INTO auction_step VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    auction.terms.id.number, index + 1, step.member.index, step.price.minorUnits, step.quantity.units,
                    step.won.units, step.paid.minorUnits,
                ]
            )
            for (number, cut) in step.cuts.enumerated() {
                try database.execute(
                    sql: "INSERT INTO auction_cut VALUES (?, ?, ?, ?, ?, ?)",
                    arguments: [
                        auction.terms.id.number, index + 1, number + 1, cut.rule.number, cut.rule.text,
                        cut.quantity.units,
                    ]
                )
            }
        }
    }
}
