package import OrderBook
package import Permits

/// One permit class in one currency: terms, phase and book.
package struct Market: Sendable {
    package internal(set) var terms: MarketListing
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
    /// The day that goes on, and the one whose close became its reference price; nil if that was set.
    var today: TradingDay
    var yesterday: TradingDay?
    /// Stops that a trade has triggered and that rest since, and some that rest no more; made from the book.
    private(set) var setOff: ContiguousArray<OrderID> = []
    /// How many of them were alive when they were last looked through.
    private var setOffAlive = 0

    init(terms: MarketListing) {
        self.terms = terms
        reference = terms.reference
        today = TradingDay(after: 0, reference: terms.reference)
        band = Market.band(around: reference, terms)
        book = OrderBook(tick: terms.tick, low: band.low, high: band.high, lastPrice: terms.reference)
    }

    /// Notes a stop that was triggered; those that have ended are forgotten now and then.
    mutating func noteSetOff(_ order: Order) {
        guard order.kind == .limit else { return }
        setOff.append(order.id)
        guard setOff.count > 2 * setOffAlive + 64 else { return }
        setOff.removeAll { book.find($0) == nil }
        setOffAlive = setOff.count
    }

    /// Whether a triggered stop would be one by the trades that count: those since it came, and the last price when it did.
    func wasDue(_ order: Order) -> Bool {
        recentTrades.isDue(order) { $0.nextOrder > order.id }
            || order.isDue(at: recentTrades.lastPrice(after: today.after, before: order.id) ?? reference)
    }

    /// The prices allowed around a reference price.
    static func band(around reference: Price, _ terms: MarketListing) -> Band {
        Band(reference: reference, tick: terms.tick, basisPoints: terms.bandBasisPoints)
    }
}

/// Where a market's trading day began.
struct TradingDay: Sendable {
    /// The venue's last trade before it.
    var after: UInt64
    /// The reference price it began with.
    var reference: Price
    /// When the market first left the phase `closed` in it; nil if it has not yet.
    var opened: Timestamp?
}

/// The lowest and highest price allowed, both on the tick grid.
package struct Band: Sendable, Equatable {
    package let low: Price
    package let high: Price

    /// Reference price ± basis points, rounded inwards to the tick but never less than a tick, from one tick to the largest price.
    ///
    /// A band of more prices than a book can hold is narrower: it keeps the reference price, and either side gives up what is
    /// above half of them first, so that a side that is short leaves its part to the other.
    ///
    /// Source: the ±10 % band of KRX and of the Chinese national market around the previous close.
    package init(reference: Price, tick: Price, basisPoints: Int64) {
        let whole = Band.whole(reference: reference, tick: tick, basisPoints: basisPoints)
        let step = tick.minorUnits
        let most = Int64(Limits.levelsMax) - 1
        var below = (reference.minorUnits - whole.low) / step
        var above = (whole.high - reference.minorUnits) / step
        if below + above > most {
            (below, above) = (min(below, max(most / 2, most - above)), min(above, max(most - most / 2, most - below)))
        }
        low = Price(minorUnits: max(whole.low, reference.minorUnits - below * step))
        high = Price(minorUnits: min(whole.high, reference.minorUnits + above * step))
    }

    /// The band before it is made to fit a book, in minor units.
    private static func whole(reference: Price, tick: Price, basisPoints: Int64) -> (low: Int64, high: Int64) {
        let step = tick.minorUnits
        // Within Limits: 10^9 × 1.1 × 10^5 < 2^63.
        let below = reference.minorUnits * max(0, 10_000 - basisPoints)
        let above = reference.minorUnits * (10_000 + basisPoints)
        let low = (below + 10_000 * step - 1) / (10_000 * step) * step
        let high = above / (10_000 * step) * step
        let least = basisPoints > 0 ? step : 0
        let largest = Limits.priceMax.minorUnits / step * step
        return (
            max(step, min(low, reference.minorUnits - least)),
            min(max(high, reference.minorUnits + least), largest)
        )
    }

    /// How many prices the band would have if every book could hold it.
    static func levelCount(reference: Price, tick: Price, basisPoints: Int64) -> Int64 {
        let whole = whole(reference: reference, tick: tick, basisPoints: basisPoints)
        return (whole.high - whole.low) / tick.minorUnits + 1
    }
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
    /// The fees before they are rounded.
    package var buyerFee: ExactAmount
    package var sellerFee: ExactAmount
    /// Orders with smaller numbers came before it.
    package var nextOrder: OrderID
    /// Whether one of the orders was of another market.
    package var isAcross = false
    package var isBusted = false
    /// Whether its price is not the one at which it was made.
    package var isCorrected = false
}

/// The last trades of a market, oldest first; what `TRADES` answers from.
package struct RecentTrades: Sendable {
    /// How many are kept.
    package static let capacity = 100
    private var prints: ContiguousArray<TradePrint> = []
    private var start = 0
    /// The last trade that counts among those that are no longer here.
    var base: TradePrint?

    mutating func append(_ print: TradePrint) {
        if prints.count < RecentTrades.capacity {
            prints.append(print)
        } else {
            if !prints[start].isBusted { base = prints[start] }
            prints[start] = print
            start = start + 1 == RecentTrades.capacity ? 0 : start + 1
        }
    }

    /// The trade with a number, if it is still here.
    func trade(_ number: UInt64) -> TradePrint? { prints.first { $0.number == number } }

    /// Marks a trade as undone, or as one of another price.
    mutating func bust(_ number: UInt64, price: Price?) {
        for index in prints.indices where prints[index].number == number {
            prints[index].isBusted = price == nil
            prints[index].isCorrected = price != nil
            prints[index].price = price ?? prints[index].price
        }
    }

    /// The price of the last trade that counts of those with numbers above `after` and up to `through`, before the order
    /// numbered `order`.
    func lastPrice(
        after: UInt64,
        through: UInt64 = .max,
        before order: OrderID = OrderID(number: .max)
    ) -> Price? {
        func counts(_ print: TradePrint) -> Bool {
            !print.isBusted && print.number > after && print.number <= through && print.nextOrder <= order
        }
        let kept = last(prints.count).last(where: counts)
        return (kept ?? base.flatMap { counts($0) ? $0 : nil })?.price
    }

    /// Whether one of the trades that count and that match triggers a stop.
    func isDue(_ order: Order, where matches: (TradePrint) -> Bool) -> Bool {
        prints.contains { !$0.isBusted && matches($0) && order.isDue(at: $0.price) }
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
            if !prints[index].isBusted, prints[index].quantity == quantity, prints[index].buyer == seller,
                prints[index].seller == buyer
            {
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
