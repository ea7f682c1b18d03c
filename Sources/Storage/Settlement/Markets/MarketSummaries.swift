import Exchange
import GRDB
import OrderBook
import Permits

/// What a batch changes of each market's day and of its visible book, gathered before it is written.
///
/// So a chart of a year reads a row a day, and nobody adds up a million trades.
struct MarketSummaries {
    private struct DayKey: Hashable {
        var market: MarketID
        var day: Int64
    }
    private struct Day {
        var first: Trade
        var last: Trade
        var high: Int64
        var low: Int64
        var volume: Int64 = 0
        var turnover: Int64 = 0
        var trades: Int64 = 0
        var across: Int64 = 0
    }
    private struct LevelKey: Hashable {
        var market: MarketID
        var side: Side
        var price: Price
    }

    private var days: [DayKey: Day] = [:]
    private var levels: [LevelKey: Quantity] = [:]
    private var indicatives: [MarketID: Indicative?] = [:]
    /// Trades that no longer count as they were made.
    private var busted: [UInt64] = []

    mutating func add(_ trade: Trade, day: Int64) {
        let (price, quantity) = (trade.price.minorUnits, trade.quantity.units)
        var summary =
            days[DayKey(market: trade.market, day: day)]
            ?? Day(first: trade, last: trade, high: price, low: price)
        summary.last = trade
        summary.high = max(summary.high, price)
        summary.low = min(summary.low, price)
        summary.volume += quantity
        summary.turnover += price * quantity
        summary.trades += 1
        if trade.across != nil { summary.across += quantity }
        days[DayKey(market: trade.market, day: day)] = summary
    }

    mutating func bust(_ trade: UInt64) { busted.append(trade) }

    /// Notes what a level shows from now on; zero if it is gone.
    mutating func show(_ quantity: Quantity, at price: Price, _ side: Side, of market: MarketID) {
        levels[LevelKey(market: market, side: side, price: price)] = quantity
    }

    /// Notes where a market's call would trade; nil: nowhere, or no call.
    mutating func indicate(_ indicative: Indicative?, of market: MarketID) { indicatives[market] = .some(indicative) }

    /// Writes it, behind the batch's trades.
    func write(to database: Database) throws {
        try writeDays(database)
        for day in try bustedDays(database) { try MarketSummaries.sumUp(day, database) }
        try writeLevels(database)
        for (market, indicative) in indicatives {
            try Table(database: database, name: "market", conflict: .fails).row("id", market).set([
                "indicative_price": indicative?.price, "indicative_volume": indicative?.volume,
                "indicative_surplus": indicative?.surplus, "indicative_side": indicative?.surplusSide?.text,
            ])
        }
    }

    private func writeDays(_ database: Database) throws {
        var row = try RawStatement(
            database,
            """
            INSERT INTO market_day VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (market, day) DO UPDATE SET
                last = excluded.last, high = MAX(high, excluded.high), low = MIN(low, excluded.low), close = excluded.close,
                volume = volume + excluded.volume, turnover = turnover + excluded.turnover, trades = trades + excluded.trades,
                volume_across = volume_across + excluded.volume_across
            """
        )
        for (key, day) in days {
            row.add(key.market.index)
            row.add(key.day)
            row.add(day.first.number)
            row.add(day.last.number)
            row.add(day.first.price.minorUnits)
            row.add(day.high)
            row.add(day.low)
            row.add(day.last.price.minorUnits)
            row.add(day.volume)
            row.add(day.turnover)
            row.add(day.trades)
            row.add(day.across)
            try row.run()
        }
    }

    /// The days with trades that were undone or corrected.
    private func bustedDays(_ database: Database) throws -> Set<DayKey> {
        var days: Set<DayKey> = []
        for trade in busted {
            let sql = "SELECT market, day FROM trade WHERE number = ?"
            guard let row = try Row.fetchOne(database, sql: sql, arguments: [Int64(bitPattern: trade)]) else {
                throw DatabaseError(message: "trade \(trade) is undone, and is not here")
            }
            days.insert(DayKey(market: MarketID(try row.value("market") as UInt32), day: try row.value("day")))
        }
        return days
    }

    /// Adds up anew what counts of a day.
    private static func sumUp(_ key: DayKey, _ database: Database) throws {
        let arguments: StatementArguments = [key.market.index, key.day]
        try database.execute(sql: "DELETE FROM market_day WHERE market = ? AND day = ?", arguments: arguments)
        try database.execute(
            sql: """
                INSERT INTO market_day
                SELECT summary.market, summary.day, summary.first, summary.last, first.price, summary.high, summary.low, last.price,
                    summary.volume, summary.turnover, summary.trades, summary.across
                FROM (
                    SELECT market, day, MIN(number) AS first, MAX(number) AS last, MAX(price) AS high, MIN(price) AS low,
                        SUM(quantity) AS volume, SUM(price * quantity) AS turnover, COUNT(*) AS trades,
                        COALESCE(SUM(quantity) FILTER (WHERE across_market IS NOT NULL), 0) AS across
                    FROM counted_trade WHERE market = ? AND day = ? GROUP BY market, day
                ) AS summary
                JOIN counted_trade AS first ON first.number = summary.first
                JOIN counted_trade AS last ON last.number = summary.last
                """,
            arguments: arguments
        )
    }

    private func writeLevels(_ database: Database) throws {
        var set = try RawStatement(
            database,
            "INSERT INTO level VALUES (?, ?, ?, ?) ON CONFLICT (market, side, price) DO UPDATE SET quantity = excluded.quantity"
        )
        var remove = try RawStatement(database, "DELETE FROM level WHERE market = ? AND side = ? AND price = ?")
        for (key, quantity) in levels {
            func add(to row: inout RawStatement) {
                row.add(key.market.index)
                row.add(word: key.side.word)
                row.add(key.price.minorUnits)
            }
            if quantity == .zero {
                add(to: &remove)
                try remove.run()
            } else {
                add(to: &set)
                set.add(quantity.units)
                try set.run()
            }
        }
    }
}

extension SettlementSchema {
    /// What each market has come to, by day, and what its book shows.
    static let markets = """
        CREATE TABLE market_day (
            -- Per market and trading day with trades that count, each at the price it counts at. Prices and turnover in minor units.
            market INTEGER NOT NULL REFERENCES market,
            day INTEGER NOT NULL REFERENCES trading_day,
            first INTEGER NOT NULL REFERENCES trade,
            last INTEGER NOT NULL REFERENCES trade,
            open INTEGER NOT NULL,
            high INTEGER NOT NULL,
            low INTEGER NOT NULL,
            close INTEGER NOT NULL,
            volume INTEGER NOT NULL,
            turnover INTEGER NOT NULL,                             -- the sum of price * quantity
            trades INTEGER NOT NULL,
            volume_across INTEGER NOT NULL,                        -- what orders of another zone bought or sold here
            PRIMARY KEY (market, day)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE level (
            -- What a market's book shows: the displayed quantity at each price.
            market INTEGER NOT NULL REFERENCES market,
            side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
            price INTEGER NOT NULL,                                -- minor units
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            PRIMARY KEY (market, side, price)
        ) STRICT, WITHOUT ROWID;

        """
}
