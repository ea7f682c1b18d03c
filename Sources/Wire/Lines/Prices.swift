import Exchange
package import Permits

/// Trades of the last seven days, counted by market and price, and what changed hands off the markets meanwhile.
package struct TradeRecord: Sendable {
    /// The trades at one price.
    package struct Level: Sendable {
        package var price: Price
        package var trades: Int
        package var quantity: Quantity

        package init(price: Price, trades: Int, quantity: Quantity) {
            self.price = price
            self.trades = trades
            self.quantity = quantity
        }
    }

    /// By market, each from the lowest price up, without trades that were undone.
    package var levels: [MarketID: [Level]]
    /// By class: transfers, swaps and sales by agreement, which make no market's price.
    package var offMarket: [ClassID: Quantity]

    package init(levels: [MarketID: [Level]], offMarket: [ClassID: Quantity]) {
        self.levels = levels
        self.offMarket = offMarket
    }

    /// How many calendar days count, the current one included.
    ///
    /// Source: the published prices of the Murray–Darling water market, a rolling seven-day median.
    static let days: Int64 = 7
    /// With fewer trades no median is shown, since each would show somebody's deal.
    ///
    /// Source: as above.
    static let tradesMin = 5

    /// When the days that count now began.
    static func begin(at time: Timestamp) -> Timestamp {
        Timestamp(microseconds: (time.day - days + 1) * 86_400_000_000)
    }

    /// Whether a transfer of this kind changes who owns permits, off the markets.
    static func isOffMarket(_ kind: Transfer.Kind) -> Bool { kind == .transfer || kind == .swap || kind == .sale }
}

/// The figures of one market.
struct PublishedPrice {
    private(set) var trades = 0
    private(set) var quantity = Int128.zero
    private var turnover = Int128.zero
    private let levels: [TradeRecord.Level]

    init(_ levels: [TradeRecord.Level], least: Price) {
        self.levels = levels.filter { $0.price >= least }
        for level in self.levels {
            trades += level.trades
            quantity += Int128(level.quantity.units)
            turnover += Int128(level.price.minorUnits) * Int128(level.quantity.units)
        }
    }

    var low: Price? { levels.first?.price }
    var high: Price? { levels.last?.price }

    /// The volume-weighted average, rounded half up to the minor unit.
    var average: Price? {
        quantity > 0 ? Price(minorUnits: Int64((2 * turnover + quantity) / (2 * quantity))) : nil
    }

    /// The median of the trades' prices, of an even number the mean of the middle two, rounded half up; nil for few trades.
    var median: Price? {
        guard trades >= TradeRecord.tradesMin else { return nil }
        let (low, high) = (price(at: (trades - 1) / 2), price(at: trades / 2))
        return Price(minorUnits: (low.minorUnits + high.minorUnits + 1) / 2)
    }

    /// The price of the trade at a place, counted from 0 in order of price.
    private func price(at place: Int) -> Price {
        var before = 0
        for level in levels {
            before += level.trades
            if place < before { return level.price }
        }
        preconditionFailure("no trade has place \(place) of \(trades)")
    }
}

extension Venue {
    /// The markets that `PRICES` asks about, each with the lowest price that counts.
    func priced(_ code: Code?, least: DecimalNumber?) throws(Refusal) -> [(MarketID, Price)] {
        let markets = try code.map { code throws(Refusal) in [try exchange.findMarket(code)] }
        return try (markets ?? exchange.markets.indices.map { MarketID(UInt32($0)) }).map { market throws(Refusal) in
            let currency = exchange.markets[Int(market.index)].terms.currency
            let price = try least.map { least throws(Refusal) in
                try exchange.minorUnits(least, "min", currency: currency, max: Limits.priceMax.minorUnits)
            }
            return (market, Price(minorUnits: price ?? 0))
        }
    }

    func answer(_ record: TradeRecord, _ markets: [(MarketID, Price)], id: Code, output: inout Output) {
        var rows = Rows()
        for (market, least) in markets {
            let terms = exchange.markets[Int(market.index)].terms
            let figures = PublishedPrice(record.levels[market] ?? [], least: least)
            rows.row { bytes in
                bytes.append("market", terms.code)
                bytes.append(class: terms.permitClass, exchange)
                bytes.append("trades", UInt64(figures.trades))
                bytes.append(text: " qty=\(figures.quantity)")
                if let average = figures.average { bytes.append("vwap", average, terms.currency) }
                if let low = figures.low { bytes.append("low", low, terms.currency) }
                if let high = figures.high { bytes.append("high", high, terms.currency) }
                if let median = figures.median { bytes.append("median", median, terms.currency) }
                bytes.append("offmarket", record.offMarket[terms.permitClass] ?? .zero)
            }
        }
        rows.write(id: id, to: &output)
    }
}
