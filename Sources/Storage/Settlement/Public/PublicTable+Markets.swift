// Markets, their books, trades and days.

extension PublicTable {
    private static let ofMarket = """
        JOIN currency ON currency.code = market.currency
            JOIN permit_class ON permit_class.id = market.permit_class
            JOIN program ON program.id = permit_class.program
        """

    static let markets = [
        PublicTable(
            "markets",
            "Where permits are traded: terms, and how each market stands now.",
            key: ["market"],
            from: "market \(ofMarket)",
            [
                Column.text("market", "market.code", "the market's code"), Column.permitClass, Column.currency,
                Column.integer("scale", "currency.scale", "digits after the decimal point of the currency"),
                Column.text("unit", "program.unit", "what one permit allows"),
                Column.money("tick", "market.tick", "prices are multiples of it"),
                Column.integer("lot", "market.lot", "quantities are multiples of it, permits"),
                Column.integer("quantity_max", "market.quantity_max", "the most of one order, permits"),
                Column.integer("band_bp", "market.band_basis_points", "half the band, in 1/10000 of the reference"),
                Column.money("band_low", "market.band_low", "the lowest price allowed", optional: true),
                Column.money("band_high", "market.band_high", "the highest price allowed", optional: true),
                Column.money("reference", "market.reference", "the price that the band is laid around"),
                Column.integer("maker_ppm", "market.maker_ppm", "fee of the resting side, millionths of the turnover"),
                Column.integer("taker_ppm", "market.taker_ppm", "fee of the incoming side, millionths of the turnover"),
                Column.text("phase", "market.phase", "closed, preopen, open, halt or closing"),
                Column.money("indicative", "market.indicative_price", "where a call would trade now", optional: true),
                Column.integer(
                    "indicative_volume",
                    "market.indicative_volume",
                    "what would trade there, permits",
                    optional: true
                ),
                Column.integer(
                    "indicative_surplus",
                    "market.indicative_surplus",
                    "what one side could not trade there, permits",
                    optional: true
                ),
                Column.text("indicative_side", "market.indicative_side", "the side of the surplus", optional: true),
                Column.text("timezone", "market.timezone", "whose days its orders live by: a name of the tz database"),
                Column.time("listed", "market.listed_time", "since when it is there"),
            ]
        ),
        PublicTable(
            "books",
            "What the books show now: the displayed quantity at each price.",
            key: ["market", "side", "price"],
            from: "level JOIN market ON market.id = level.market \(ofMarket)",
            [
                Column.text("market", "market.code", "the market's code"),
                Column.text("side", "level.side", "buy or sell"),
                Column.money("price", "level.price", "for one permit"),
                Column.integer("quantity", "level.quantity", "permits"), Column.currency,
            ]
        ),
        PublicTable(
            "trades",
            "Trades. Who bought and sold is not public.",
            key: ["trade"],
            time: "time",
            from: """
                trade LEFT JOIN bust ON bust.trade = trade.number
                    JOIN market ON market.id = trade.market JOIN currency ON currency.code = market.currency
                """,
            [
                Column.integer("trade", "trade.number", "over the venue, from 1"), Column.sequence("trade.seq"),
                Column.time("time", "trade.time", "when it was made"),
                Column.integer("day", "trade.day", "the trading day"),
                Column.text("market", "market.code", "the market's code"),
                Column.money("price", "trade.price", "for one permit"),
                Column.integer("quantity", "trade.quantity", "permits"), Column.currency,
                Column.money("turnover", "trade.price * trade.quantity", "price times quantity"),
                Column.text("side", "trade.aggressor", "who took liquidity; NULL: a call auction", optional: true),
                Column.integer("across", "trade.across_market IS NOT NULL", "1: an order of another zone took part"),
                Column.integer("undone", "bust.trade IS NOT NULL AND bust.price IS NULL", "1: it does not count"),
                Column.money("counts_at", "bust.price", "the price it counts at instead, if corrected", optional: true),
            ]
        ),
        PublicTable(
            "market-days",
            "Each market's trading days with trades that count, each at the price it counts at.",
            key: ["market", "day"],
            time: "date",
            from: """
                market_day JOIN market ON market.id = market_day.market
                    JOIN trading_day ON trading_day.number = market_day.day JOIN currency ON currency.code = market.currency
                """,
            [
                Column.text("market", "market.code", "the market's code"),
                Column.integer("day", "market_day.day", "the trading day"),
                Column.text("date", "trading_day.date", "when it ended, UTC; while it lasts, when it began"),
                Column.currency, Column.money("open", "market_day.open", "first price"),
                Column.money("high", "market_day.high", "highest price"),
                Column.money("low", "market_day.low", "lowest price"),
                Column.money("close", "market_day.close", "last price"),
                Column.integer("volume", "market_day.volume", "permits"),
                Column.money("turnover", "market_day.turnover", "the sum of price times quantity"),
                Column.integer("trades", "market_day.trades", "how many trades"),
                Column.integer(
                    "volume_across",
                    "market_day.volume_across",
                    "permits that orders of another zone traded"
                ),
            ]
        ),
        PublicTable(
            "phases",
            "Every change of a market's phase.",
            key: ["seq", "n"],
            time: "time",
            from: "phase_change JOIN market ON market.id = phase_change.market",
            [
                Column.sequence("phase_change.seq"),
                Column.integer("n", "phase_change.n", "position within the command"),
                Column.text("market", "market.code", "the market's code"),
                Column.text("phase", "phase_change.phase", "the phase that began"),
                Column.text("text", "phase_change.text", "the reason given"),
                Column.time("time", "phase_change.time", "when"),
            ]
        ),
    ]
}
