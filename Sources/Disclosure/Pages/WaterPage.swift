import Permits

extension PageContext {
    /// The water of a program: zones and links as a map, announcements through the season, prices by zone.
    /// - Returns: nil if the program has neither links nor seasons.
    func water(_ code: String) throws -> Page? {
        guard let program = try reading.first("SELECT * FROM public_programs WHERE program = ?", [code]) else {
            return nil
        }
        let links = try reading.rows("SELECT * FROM public_links WHERE program = ? ORDER BY link", [code])
        let seasons = try reading.rows("SELECT * FROM public_seasons WHERE program = ? ORDER BY vintage DESC", [code])
        guard !links.isEmpty || !seasons.isEmpty else { return nil }
        var page = Page(title: say("water.title", program.text("name")), lead: say("water.lead"), part: "water")
        page.crumbs = [
            Cell(text: say("part.front"), href: base + "/"), Cell(text: code, href: "\(base)/programs/\(code)"),
        ]
        page.sections = [
            try map(program, links), try announcements(code, seasons), try prices(code), try moves(code),
        ]
        return page
    }

    /// Whether something can still go out through a link, and back.
    private func ways(_ link: Record) -> (out: Bool, back: Bool) {
        let balance = link.number("balance") ?? 0
        let isOpen = link.number("max_balance").map { balance < $0 } ?? true
        let isBackOpen = link.number("one_way") != 1 && balance > (link.number("min_balance") ?? 0)
        return (isOpen, isBackOpen)
    }

    private func map(_ program: Record, _ links: [Record]) throws -> Section {
        let unit = program.text("unit")
        var zones: [String] = []
        for link in links {
            for zone in [link.text("from_zone"), link.text("to_zone")] where !zones.contains(zone) {
                zones.append(zone)
            }
        }
        let nodes = try zones.map { zone in
            let market = try reading.first(
                "SELECT market, currency FROM public_markets WHERE program = ? AND zone = ? ORDER BY vintage DESC LIMIT 1",
                [program.text("program"), zone]
            )
            let day = try market.flatMap { try lastDay(of: $0.text("market")) }
            let price = day.map { Digits.spaced($0.text("close_text")) + " \($0.text("currency"))/\(unit)" }
            return NetworkMap.Node(name: zone, lines: price.map { [$0] } ?? [])
        }
        let edges = links.map { link in
            let (isOpen, isBackOpen) = ways(link)
            let (balance, limit) = (link.number("balance") ?? 0, link.number("max_balance"))
            let room = limit.map { say("water.room", Digits.text(max(0, $0 - balance), scale: 0), unit) }
            return NetworkMap.Edge(
                from: zones.firstIndex(of: link.text("from_zone")) ?? 0,
                to: zones.firstIndex(of: link.text("to_zone")) ?? 0,
                name: link.text("link"),
                lines: [say("water.balance", Digits.text(balance, scale: 0), unit)] + (room.map { [$0] } ?? []),
                share: limit.map { $0 > 0 ? min(1, max(0, Double(balance) / Double($0))) : 1 },
                isOpen: isOpen,
                isBackOpen: isBackOpen
            )
        }
        let chart = NetworkMap(
            id: "map",
            title: say("water.map"),
            open: say("water.open"),
            closed: say("water.closed"),
            empty: say("empty"),
            nodes: nodes,
            edges: edges
        )
        return Section(
            id: "map-section",
            heading: say("water.map"),
            intro: say("water.map.text"),
            charts: [Chart(svg: chart.svg)],
            tables: [
                table(
                    "links",
                    [
                        .text("link"), .text("from_zone"), .text("to_zone"), .count("balance"), .count("max_balance"),
                        .count("min_balance"), .text("ratio"), .flag("one_way", "quiet"), .flag("frozen", "warn"),
                        .time("opens"),
                    ],
                    links,
                    data: "links"
                )
            ]
        )
    }

    private func announcements(_ code: String, _ seasons: [Record]) throws -> Section {
        let rows = try reading.rows(
            "SELECT * FROM public_announcements WHERE program = ? ORDER BY seq DESC LIMIT 200",
            [code]
        )
        var section = Section(id: "season", heading: say("water.seasons"))
        if let season = rows.first?.text("vintage") {
            let named = rows.filter { $0.text("vintage") == season }
            for entitlements in Set(named.map { $0.text("entitlements") }).sorted() {
                let steps = named.filter { $0.text("entitlements") == entitlements }.reversed()
                let chart = StepChart(
                    id: "announced-\(entitlements)",
                    title: say("water.announced", entitlements, season),
                    unit: "%",
                    scale: 2,
                    empty: say("empty"),
                    points: steps.map {
                        StepChart.Point(date: String($0.text("time").prefix(10)), value: $0.number("announced") ?? 0)
                    },
                    end: seasons.first { $0.text("vintage") == season }.map { String($0.text("ends").prefix(10)) }
                )
                section.charts.append(Chart(svg: chart.svg))
            }
        }
        section.tables = [
            table(
                "announcements",
                [.time("time"), .number("vintage"), .text("entitlements"), .percent("announced"), .count("credited")],
                Array(rows.prefix(30)),
                data: "announcements"
            ),
            table(
                "seasons",
                [
                    .number("vintage"), .time("ends"), .percent("carry"), .flag("spills", "quiet"), .count("carried"),
                    .count("spillable"), .count("forfeited"),
                ],
                seasons,
                data: "seasons"
            ),
        ]
        return section
    }

    /// Prices by zone in the seven days that end with the newest trade; trades off the market stand apart.
    private func prices(_ code: String) throws -> Section {
        let markets = try reading.rows(
            "SELECT market, zone, vintage, currency, scale FROM public_markets WHERE program = ? ORDER BY zone, vintage DESC",
            [code]
        )
        let since = String("\(now.adding(microseconds: -6 * Timestamp.microsecondsPerDay))".prefix(10))
        let rows = try markets.map { market in
            let trades = try reading.rows(
                """
                SELECT COALESCE(counts_at, price) AS price, COUNT(*) AS trades, SUM(quantity) AS quantity FROM public_trades
                WHERE market = ?1 AND undone = 0 AND time >= ?2
                    AND day >= (SELECT COALESCE(MIN(day), 0) FROM public_market_days WHERE market = ?1 AND date >= ?2)
                GROUP BY 1 ORDER BY 1
                """,
                [market.text("market"), since]
            )
            let scale = Int(market.number("scale") ?? 0)
            let count = trades.reduce(0) { $0 + ($1.number("trades") ?? 0) }
            let median = PageContext.median(
                trades.map { (price: $0.number("price") ?? 0, trades: $0.number("trades") ?? 0) }
            )
            func money(_ units: Int64?) -> Cell {
                Cell(text: units.map { Digits.text($0, scale: scale) } ?? "–", isNumber: true)
            }
            return TableView.Row(cells: [
                Cell(text: market.text("zone")),
                Cell(text: market.text("market"), href: "\(base)/markets/\(market.text("market"))"),
                Cell(text: Digits.text(count, scale: 0), isNumber: true),
                Cell(
                    text: Digits.text(trades.reduce(0) { $0 + ($1.number("quantity") ?? 0) }, scale: 0),
                    isNumber: true
                ),
                money(trades.first?.number("price")), money(trades.last?.number("price")),
                money(count >= 5 ? median : nil),
                Cell(text: market.text("currency")),
            ])
        }
        let heads = ["zone", "market", "trades", "volume", "low", "high", "median", "currency"]
        let texts: Set<String> = ["zone", "market", "currency"]
        let view = TableView(
            id: "zone-prices",
            caption: say("table.zone-prices"),
            heads: heads.map { Cell(text: say.heading($0), isNumber: !texts.contains($0)) },
            rows: rows
        )
        return Section(id: "prices", heading: say("water.prices"), intro: say("water.prices.text"), tables: [view])
    }

    /// The median of trades given by price, from the lowest up; of two in the middle, their mean rounded half up.
    static func median(_ levels: [(price: Int64, trades: Int64)]) -> Int64? {
        let count = levels.reduce(0) { $0 + $1.trades }
        guard count > 0 else { return nil }
        func price(at place: Int64) -> Int64 {
            var passed: Int64 = 0
            for level in levels {
                passed += level.trades
                if passed >= place { return level.price }
            }
            return levels.last?.price ?? 0
        }
        let (low, high) = (price(at: (count + 1) / 2), price(at: (count + 2) / 2))
        return low + (high - low + 1) / 2
    }

    private func moves(_ code: String) throws -> Section {
        let moved = try reading.rows(
            """
            SELECT link, back, COUNT(*) AS moves, SUM("left") AS "left", SUM(arrived) AS arrived FROM public_moves
            WHERE program = ? GROUP BY link, back ORDER BY link, back
            """,
            [code]
        )
        let apart = try reading.rows(
            "SELECT * FROM public_off_market WHERE program = ? ORDER BY date DESC, vintage, zone, kind LIMIT 30",
            [code]
        )
        return Section(
            id: "moved",
            heading: say("water.moved"),
            tables: [
                table(
                    "moves",
                    [.text("link"), .flag("back", "quiet"), .count("moves"), .count("left"), .count("arrived")],
                    moved,
                    data: "moves"
                ),
                table(
                    "off-market",
                    [
                        .text("date"), .number("vintage"), .text("zone"), .word("kind"), .count("transfers"),
                        .count("quantity"),
                    ],
                    apart,
                    data: "off-market"
                ),
            ]
        )
    }
}
