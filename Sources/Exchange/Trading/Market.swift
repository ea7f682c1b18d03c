package import OrderBook
package import Permits

/// One permit class in one currency: terms, phase and book.
package struct Market: Sendable {
    package let terms: MarketListing
    package internal(set) var phase = Phase.closed
    package internal(set) var reference: Price {
        didSet { band = Market.band(around: reference, terms) }
    }
    /// The prices allowed today.
    package internal(set) var band: Band
    package internal(set) var book: OrderBook
    /// The number of the last event on its public stream.
    package internal(set) var streamCount: UInt64 = 0
    /// Whether anything traded since the last day end; then the last price is the next reference price.
    var hasTraded = false
    /// On which sides of the reference price the regulator was told of a move today: 1 below, 2 above.
    var alertedSides: UInt8 = 0
    /// Whether it goes from one phase to another in slices; made from the sweeps.
    var isSwept = false
    /// The indicative price that was last published in this call.
    var published: Indicative?
    package internal(set) var recentTrades = RecentTrades()

    init(terms: MarketListing) {
        self.terms = terms
        reference = terms.reference
        band = Market.band(around: reference, terms)
        book = OrderBook(tick: terms.tick, low: band.low, high: band.high, lastPrice: terms.reference)
    }

    /// The prices allowed around a reference price.
    static func band(around reference: Price, _ terms: MarketListing) -> Band {
        Band(reference: reference, tick: terms.tick, basisPoints: terms.bandBasisPoints)
    }
}

/// The lowest and highest price allowed, both on the tick grid.
package struct Band: Sendable, Equatable {
    package let low: Price
    package let high: Price

    /// Reference price ± basis points, rounded inwards to the tick; the low end is at least one tick.
    ///
    /// Source: the ±10 % band of KRX and of the Chinese national market around the previous close.
    package init(reference: Price, tick: Price, basisPoints: Int64) {
        let step = tick.minorUnits
        // Within Limits: 10^9 × 1.1 × 10^5 < 2^63.
        let below = reference.minorUnits * max(0, 10_000 - basisPoints)
        let above = reference.minorUnits * (10_000 + basisPoints)
        low = Price(minorUnits: max(step, (below + 10_000 * step - 1) / (10_000 * step) * step))
        high = Price(minorUnits: max(low.minorUnits, above / (10_000 * step) * step))
    }

    /// How many prices the band has.
    func levelCount(tick: Price) -> Int64 { (high.minorUnits - low.minorUnits) / tick.minorUnits + 1 }
}

/// One of a market's last trades.
package struct TradePrint: Sendable, Equatable {
    package var number: UInt64
    package var time: Timestamp
    package var price: Price
    package var quantity: Quantity
    package var aggressor: Side?
    package var buyer: MemberID
    package var seller: MemberID
    package var buyerFee: Money
    package var sellerFee: Money
    /// Whether one of the orders was of another market.
    package var isAcross = false
    package var isBusted = false
}

/// The last trades of a market, oldest first; what `TRADES` answers from.
package struct RecentTrades: Sendable {
    /// How many are kept.
    package static let capacity = 100
    private var prints: ContiguousArray<TradePrint> = []
    private var start = 0

    mutating func append(_ print: TradePrint) {
        if prints.count < RecentTrades.capacity {
            prints.append(print)
        } else {
            prints[start] = print
            start = start + 1 == RecentTrades.capacity ? 0 : start + 1
        }
    }

    /// The trade with a number, if it is still here.
    func trade(_ number: UInt64) -> TradePrint? { prints.first { $0.number == number } }

    /// Marks a trade as undone.
    mutating func bust(_ number: UInt64) {
        for index in prints.indices where prints[index].number == number { prints[index].isBusted = true }
    }

    /// The latest of the `depth` trades before the last one that went the other way between the same members, in the same
    /// quantity, since `time`.
    func opposite(depth: Int, since time: Timestamp) -> TradePrint? {
        guard !prints.isEmpty else { return nil }
        var index = start == 0 ? prints.count - 1 : start - 1
        let (buyer, seller, quantity) = (prints[index].buyer, prints[index].seller, prints[index].quantity)
        for _ in 1..<max(1, min(depth, prints.count)) {
            index = index == 0 ? prints.count - 1 : index - 1
            guard prints[index].time >= time else { return nil }
            if prints[index].quantity == quantity, prints[index].buyer == seller, prints[index].seller == buyer {
                return prints[index]
            }
        }
        return nil
    }

    /// The last `count` trades, oldest first.
    package func last(_ count: Int) -> [TradePrint] {
        let wanted = min(count, prints.count)
        return (prints.count - wanted..<prints.count).map { prints[(start + $0) % prints.count] }
    }
}
