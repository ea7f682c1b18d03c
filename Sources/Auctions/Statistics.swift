package import Permits

/// What a program publishes about an auction besides price and volume.
package struct AuctionStatistics: Hashable, Sendable {
    /// Who bid, and who won something.
    package var bidders = 0
    package var winners = 0
    /// Who bid, by `BidderClass.place`.
    package var biddersByClass: [Int]
    /// Price steps that were entered, and those of which something was served.
    package var steps = 0
    package var successful = 0
    /// What all steps asked for, before any limit.
    package var bid = Quantity.zero
    /// Highest and lowest price bid.
    package var highest: Price?
    package var lowest: Price?
    /// By quantity, rounded half up to the minor unit.
    package var mean: Price?
    /// What winners bid for what they won, by quantity, rounded half up; not what they pay.
    package var winningMean: Price?
    /// Of the price steps: the middle one; of two middle ones the lower.
    package var medianBid: Price?
    /// Of the permits that were bid for: the price at the middle permit; the two were mixed up in California until June 2013.
    package var medianAllowance: Price?
    /// The Herfindahl–Hirschman index of the winners, 0 to 10,000, rounded half up.
    package var concentration: Int64 = 0
    /// Sold to each class, by `BidderClass.place`.
    package var soldByClass: [Quantity]

    /// Nothing counted yet.
    package init() {
        soldByClass = [Quantity](repeating: .zero, count: BidderClass.allCases.count)
        biddersByClass = [Int](repeating: 0, count: BidderClass.allCases.count)
    }

    /// Counts an auction's steps and what `clearing` made of them.
    package init(_ steps: [BidStep], bidders: [Bidder], clearing: Clearing) {
        self.init()
        self.steps = steps.count
        var won = [Int64](repeating: 0, count: bidders.count)
        for award in clearing.awards {
            let bidder = steps[award.step].bidder
            won[bidder] += award.quantity.units
            soldByClass[Int(bidders[bidder].bidderClass.place)] += award.quantity
        }
        var hasBid = [Bool](repeating: false, count: bidders.count)
        for step in steps { hasBid[step.bidder] = true }
        self.bidders = hasBid.count { $0 }
        for (bidder, hasBid) in zip(bidders, hasBid) where hasBid {
            biddersByClass[Int(bidder.bidderClass.place)] += 1
        }
        countWinners(steps, clearing)
        winners = won.count { $0 > 0 }
        concentration = AuctionStatistics.concentration(won, of: clearing.sold.units)
        countPrices(steps, clearing.order)
    }

    private mutating func countWinners(_ steps: [BidStep], _ clearing: Clearing) {
        // A step that a guarantee brought down may have been served at two prices.
        var isSuccessful = [Bool](repeating: false, count: steps.count)
        var value = UInt128(0)
        for award in clearing.awards {
            isSuccessful[award.step] = true
            value += UInt128(steps[award.step].price.minorUnits) * UInt128(award.quantity.units)
        }
        successful = isSuccessful.count { $0 }
        let sold = UInt128(clearing.sold.units)
        if sold > 0 { winningMean = Price(minorUnits: Int64((value * 2 + sold) / (sold * 2))) }
    }

    /// What is demanded for each permit on offer, in hundredths, rounded half up as programs publish it; nil if none is.
    package static func cover(demanded: Quantity, offered: Quantity) -> Int64? {
        guard offered > .zero else { return nil }
        return Int64((UInt128(demanded.units) * 200 + UInt128(offered.units)) / (UInt128(offered.units) * 2))
    }

    private static func concentration(_ won: [Int64], of sold: Int64) -> Int64 {
        guard sold > 0 else { return 0 }
        let squares = won.reduce(UInt128(0)) { $0 + UInt128($1) * UInt128($1) }
        let whole = UInt128(sold) * UInt128(sold)
        return Int64((squares * 20_000 + whole) / (whole * 2))
    }

    private mutating func countPrices(_ steps: [BidStep], _ order: [UInt32]) {
        guard !steps.isEmpty else { return }
        let prices = order.map { steps[Int($0)].price }
        highest = prices.first
        lowest = prices.last
        // The highest stand first: of an even number the lower middle is the later one.
        medianBid = prices[steps.count / 2]
        let total = steps.reduce(Int64(0)) { $0 + $1.quantity.units }
        bid = Quantity(total)
        var sum: Int64 = 0
        for index in order {
            sum += steps[Int(index)].quantity.units
            if sum * 2 > total {
                medianAllowance = steps[Int(index)].price
                break
            }
        }
        let value = steps.reduce(UInt128(0)) { $0 + UInt128($1.price.minorUnits) * UInt128($1.quantity.units) }
        mean = Price(minorUnits: Int64((value * 2 + UInt128(total)) / (UInt128(total) * 2)))
    }
}
