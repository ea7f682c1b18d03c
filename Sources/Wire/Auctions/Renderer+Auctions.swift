import Auctions
import Exchange
import Permits
import Seals

// Auctions' events and results as lines.

extension Output {
    /// Appends an auction's new phase, with its result if it has one.
    mutating func append(
        _ id: AuctionID,
        _ phase: AuctionPhase,
        _ offered: Quantity,
        _ text: String,
        _ count: UInt64,
        _ sequence: UInt64,
        _ exchange: Exchange
    ) {
        let auction = exchange.auction(id)
        line("AUCTION", sequence, .market(.auctions), count, .everybody) { bytes in
            bytes.append("auction", auction.terms.code)
            if phase == .announced { bytes.append("number", id.number) }
            bytes.append("phase", phase)
            bytes.append("offered", offered)
            if phase == .settled || phase == .failed, let result = auction.result {
                bytes.append(result, auction.terms)
            }
            if !text.isEmpty { bytes.append("text", quoted: text) }
        }
    }

    /// Appends what became of one of a member's price steps.
    mutating func append(
        award step: Int,
        of id: AuctionID,
        _ member: MemberID,
        _ count: UInt64,
        _ sequence: UInt64,
        _ exchange: Exchange
    ) {
        let auction = exchange.auction(id)
        line("AWARD", sequence, .member(member), count, .owner) { bytes in
            bytes.append("auction", auction.terms.code)
            bytes.append(step: step, auction)
        }
    }
}

extension TextSink {
    /// Appends a cleared auction's figures.
    mutating func append(_ result: Auction.Result, _ terms: Auction.Terms) {
        let statistics = result.statistics
        func append(_ key: StaticString, _ price: Price?, to bytes: inout Self) {
            if let price { bytes.append(key, price, terms.currency) }
        }
        append("price", result.price, to: &self)
        self.append("sold", result.sold)
        self.append("proceeds", money: result.proceeds.minorUnits, terms.currency)
        self.append("bid", statistics.bid)
        self.append("demanded", result.demanded)
        if let cover = AuctionStatistics.cover(demanded: result.demanded, offered: result.offered) {
            self.append(" cover=")
            self.append(decimal: cover, scale: 2)
        }
        if let cover = AuctionStatistics.cover(demanded: result.demanded, offered: result.initial) {
            self.append(" initialcover=")
            self.append(decimal: cover, scale: 2)
        }
        self.append("bidders", UInt64(statistics.bidders))
        self.append("winners", UInt64(statistics.winners))
        self.append("compliancebidders", UInt64(statistics.biddersByClass[Int(BidderClass.compliance.place)]))
        self.append("generalbidders", UInt64(statistics.biddersByClass[Int(BidderClass.general.place)]))
        self.append("steps", UInt64(statistics.steps))
        self.append("successful", UInt64(statistics.successful))
        append("highest", statistics.highest, to: &self)
        append("lowest", statistics.lowest, to: &self)
        append("mean", statistics.mean, to: &self)
        append("winningmean", statistics.winningMean, to: &self)
        append("medianbid", statistics.medianBid, to: &self)
        append("medianallowance", statistics.medianAllowance, to: &self)
        self.append("hhi", UInt64(statistics.concentration))
        self.append("compliance", statistics.soldByClass[Int(BidderClass.compliance.place)])
        self.append("general", statistics.soldByClass[Int(BidderClass.general.place)])
        if result.unopened > 0 { self.append("unopened", UInt64(result.unopened)) }
        self.append(" seed=")
        self.append(text: result.seed.hex)
        self.append(" secret=")
        self.append(text: result.secret.hex)
    }

    /// Appends a price step with what it won, and how much which rule cut: `cut=3:1000,9:500`.
    mutating func append(step index: Int, _ auction: Auction) {
        guard let result = auction.result else { return }
        let step = result.steps[index]
        append("step", UInt64(index + 1))
        append("price", step.price, auction.terms.currency)
        append("qty", step.quantity)
        append("won", step.won)
        append("paid", money: step.paid.minorUnits, auction.terms.currency)
        guard !step.cuts.isEmpty else { return }
        append(" cut=")
        append(text: step.cuts.map { "\($0.rule.number):\($0.quantity.units)" }.joined(separator: ","))
    }
}
