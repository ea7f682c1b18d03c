import Permits

extension PageContext {
    /// A market: its book, price and volume, trades, phase and band; live.
    /// - Returns: nil if there is no such market.
    func market(_ code: String) throws -> Page? {
        guard let market = try reading.first("SELECT * FROM public_markets WHERE market = ?", [code]) else {
            return nil
        }
        var page = Page(title: code, lead: lead(of: market), part: "front")
        page.crumbs = [
            Cell(text: say("part.front"), href: base + "/"),
            Cell(text: market.text("program"), href: "\(base)/programs/\(market.text("program"))"),
        ]
        page.live = Page.Live(address: "/live/markets/\(code)", number: try reading.lastLine(of: code))
        let trades = try reading.rows(
            "SELECT * FROM public_trades WHERE market = ? AND day = ? ORDER BY trade DESC LIMIT 30",
            [code, try lastDay(of: code)?.number("day") ?? 0]
        )
        page.sections = [
            try state(of: market, lastTrade: trades.first), try book(market), try prices(market),
            Section(id: "trades", heading: say("market.trades"), tables: [tradeTable(trades)]),
            Section(id: "terms", heading: say("market.terms"), facts: terms(of: market)),
        ]
        return page
    }

    private func unit(of market: Record) -> String { "\(market.text("currency"))/\(market.text("unit"))" }

    private func lead(of market: Record) -> String {
        let permits = [market.text("program"), market.text("vintage"), market.text("zone")].filter { !$0.isEmpty }
        return say("market.lead", permits.joined(separator: " "), market.text("unit"), market.text("currency"))
    }

    private func state(of market: Record, lastTrade: Record?) throws -> Section {
        var section = Section(id: "state", special: "live", isRefreshed: true)
        section.values = ["phase": say.word(market.text("phase"))]
        section.facts = [fact(market, .word("phase"))]
        if let lastTrade { section.facts.append(fact("last", Show.money("price").cell(lastTrade, self))) }
        let band = [Show.money("band_low"), .money("band_high")].map { $0.cell(market, self).text }
        section.facts += [
            fact("band", Cell(text: "\(band[0]) – \(band[1])")), fact(market, .money("reference")),
        ]
        if !market.isNull("indicative") {
            section.facts += [fact(market, .money("indicative")), fact(market, .count("indicative_volume"))]
        }
        if let day = try lastDay(of: market.text("market")) {
            section.facts += [fact(day, .text("date")), fact(day, .count("volume")), fact(day, .money("turnover"))]
        }
        return section
    }

    private func levels(_ market: Record, _ side: String, _ limit: Int) throws -> [Record] {
        try reading.rows(
            "SELECT * FROM public_books WHERE market = ? AND side = ? ORDER BY price \(side == "buy" ? "DESC" : "ASC") LIMIT ?",
            [market.text("market"), side, limit]
        )
    }

    private func book(_ market: Record) throws -> Section {
        func curve(_ side: String) throws -> [DepthChart.Level] {
            try levels(market, side, 200).map {
                DepthChart.Level(price: $0.number("price") ?? 0, quantity: $0.number("quantity") ?? 0)
            }
        }
        func side(_ side: String) throws -> TableView {
            let rows = try levels(market, side, 12)
            var view = table("book." + side, [.money("price"), .count("quantity")], rows)
            view.side = side
            for (place, row) in rows.enumerated() { view.rows[place].price = row.text("price_text") }
            return view
        }
        let chart = DepthChart(
            id: "depth",
            title: say("market.depth"),
            buy: say.word("buy"),
            sell: say.word("sell"),
            upTo: say("market.upto"),
            unit: unit(of: market),
            scale: Int(market.number("scale") ?? 0),
            quantityUnit: say("permits"),
            empty: say("empty"),
            bids: try curve("buy"),
            asks: try curve("sell")
        )
        return Section(
            id: "book",
            heading: say("market.book"),
            charts: [Chart(svg: chart.svg, refresh: "depth")],
            tables: [try side("buy"), try side("sell")],
            isWide: true
        )
    }

    private func prices(_ market: Record) throws -> Section {
        let code = market.text("market")
        let days = try reading.rows(
            "SELECT * FROM (SELECT * FROM public_market_days WHERE market = ? ORDER BY day DESC LIMIT 250) ORDER BY day",
            [code]
        )
        let scale = Int(market.number("scale") ?? 0)
        let words = CandleChart.Words(
            price: say.heading("price"),
            volume: say.heading("volume"),
            open: say.heading("open"),
            high: say.heading("high"),
            low: say.heading("low"),
            close: say.heading("close"),
            trades: say.heading("trades")
        )
        let candles = CandleChart(
            id: "candles",
            title: say("market.days"),
            words: words,
            unit: unit(of: market),
            scale: scale,
            quantityUnit: say("permits"),
            empty: say("empty"),
            days: days.map { day in
                func value(_ column: String) -> Int64 { day.number(column) ?? 0 }
                return CandleChart.Day(
                    date: day.text("date"),
                    open: value("open"),
                    high: value("high"),
                    low: value("low"),
                    close: value("close"),
                    volume: value("volume"),
                    trades: value("trades")
                )
            }
        )
        return Section(
            id: "prices",
            heading: say("market.prices"),
            charts: [Chart(svg: candles.svg), Chart(svg: try line(market, days.last, scale).svg)],
            tables: [
                table(
                    "days",
                    [
                        .text("date"), .money("open"), .money("high"), .money("low"), .money("close"), .count("volume"),
                        .money("turnover"), .count("trades"),
                    ],
                    days.suffix(10).reversed(),
                    data: "market-days"
                )
            ],
            isRefreshed: true
        )
    }

    /// The newest trades of the newest trading day.
    private func line(_ market: Record, _ day: Record?, _ scale: Int) throws -> PriceLine {
        let trades = try reading.rows(
            """
            SELECT * FROM (
                SELECT trade, time, price, quantity FROM public_trades WHERE market = ? AND day = ? AND undone = 0
                ORDER BY trade DESC LIMIT 1000
            ) ORDER BY trade
            """,
            [market.text("market"), day?.number("day") ?? 0]
        )
        return PriceLine(
            id: "line",
            title: say("market.line", day?.text("date") ?? ""),
            price: say.heading("price"),
            quantity: say.heading("quantity"),
            reference: say.heading("reference"),
            band: say("fact.band"),
            unit: unit(of: market),
            scale: scale,
            quantityUnit: say("permits"),
            empty: say("empty"),
            points: trades.compactMap { row in
                Timestamp(row.text("time")).map { time in
                    let seconds = time.microseconds / 1_000_000 % 86_400
                    return PriceLine.Point(
                        seconds: seconds,
                        price: row.number("price") ?? 0,
                        quantity: row.number("quantity") ?? 0
                    )
                }
            },
            limits: market.number("band_low").flatMap { low in market.number("band_high").map { (low: low, high: $0) }
            },
            referencePrice: market.number("reference")
        )
    }

    private func tradeTable(_ rows: [Record]) -> TableView {
        var view = table(
            "trades",
            [
                Show(column: "time", isNumber: false) { row, _ in Cell(text: Moment.second(row.text("time"))) },
                .money("price"),
                .count("quantity"), .word("side"), .flag("undone", "bad"),
            ],
            rows,
            data: "trades"
        )
        view.isTrades = true
        return view
    }

    private func terms(of market: Record) -> [Fact] {
        [
            fact(market, .money("tick")), fact(market, .count("lot")), fact(market, .count("quantity_max")),
            fact("band.width", Cell(text: "± " + Digits.text(market.number("band_bp") ?? 0, scale: 2) + " %")),
            fact("maker", Cell(text: Digits.text(market.number("maker_ppm") ?? 0, scale: 4) + " %")),
            fact("taker", Cell(text: Digits.text(market.number("taker_ppm") ?? 0, scale: 4) + " %")),
            fact(market, .text("timezone")), fact(market, .time("listed")),
        ]
    }
}
