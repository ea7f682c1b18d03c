import Auctions
import Exchange
import GRDB
import Permits
import Seals

// Sealed-bid auctions as rows.

extension SettlementProjection {
    func write(announced auction: Auction, _ at: Origin) throws {
        let terms = auction.terms
        try table("auction").insert([
            "id": terms.id.number, "code": terms.code, "permit_class": terms.permitClass,
            "currency": terms.currency, "seller": terms.seller, "rules": terms.rules,
            "policies": terms.policies, "lot": terms.lot, "reserve": terms.reserve,
            "tiers": terms.tiers.map(text).joined(separator: " "), "withheld": terms.withheld.map(text),
            "opens": terms.opens, "closes": terms.closes, "seal_key": terms.sealKey, "commitment": terms.commitment,
            "phase": "announced", "offered": auction.offered, "announced_seq": at.seq,
        ])
    }

    private func text(_ tier: ContainmentTier) -> String { "\(tier.trigger.minorUnits):\(tier.quantity.units)" }

    func write(cleared auction: Auction, _ at: Origin) throws {
        guard let result = auction.result else { return }
        let statistics = result.statistics
        try table("auction").row("id", auction.terms.id.number).set([
            "phase": auction.phase, "offered": result.offered, "cleared_seq": at.seq, "cleared_time": at.time,
            "price": result.price, "failure": result.failure, "bid": statistics.bid,
            "demanded": result.demanded, "sold": result.sold, "proceeds": result.proceeds,
            "initial": result.initial,
            "bidders_compliance": statistics.biddersByClass[Int(BidderClass.compliance.place)],
            "bidders_general": statistics.biddersByClass[Int(BidderClass.general.place)],
            "successful": statistics.successful, "winning_mean": statistics.winningMean,
            "bidders": statistics.bidders, "winners": statistics.winners, "highest": statistics.highest,
            "lowest": statistics.lowest, "mean": statistics.mean, "median_bid": statistics.medianBid,
            "median_allowance": statistics.medianAllowance, "hhi": statistics.concentration,
            "sold_compliance": statistics.soldByClass[Int(BidderClass.compliance.place)],
            "sold_general": statistics.soldByClass[Int(BidderClass.general.place)],
            "unopened": result.unopened, "seed": result.seed,
        ])
        for (index, step) in result.steps.enumerated() {
            try table("auction_step").insert([
                "auction": auction.terms.id.number, "step": index + 1, "member": step.member,
                "price": step.price, "quantity": step.quantity, "won": step.won, "paid": step.paid,
            ])
            for (number, cut) in step.cuts.enumerated() {
                try table("auction_cut").insert([
                    "auction": auction.terms.id.number, "step": index + 1, "n": number + 1,
                    "rule": cut.rule.number, "name": cut.rule, "quantity": cut.quantity,
                ])
            }
        }
    }
}
