import Permits

extension PageContext {
    /// The overview: each program with its cap, price and next dates; what happened today; how to check all of it.
    func front() throws -> Page {
        var page = Page(title: say("front.title"), lead: say("front.lead"), part: "front")
        page.sections = [
            Section(id: "programs", heading: say("front.programs"), cards: try programCards(), isRefreshed: true),
            Section(
                id: "today",
                heading: say("front.today", String("\(now)".prefix(10))),
                tables: try today(),
                isRefreshed: true
            ),
            Section(id: "next", heading: say("front.next"), tables: [try nextDates(program: nil)]),
            Section(
                id: "check",
                heading: say("front.check"),
                intro: say("front.check.text"),
                links: [
                    Cell(text: say("part.log"), href: base + "/log"),
                    Cell(text: say("part.data"), href: base + "/data"),
                    Cell(text: say("part.retirements"), href: base + "/retirements"),
                ]
            ),
        ]
        return page
    }

    private func programCards() throws -> [Card] {
        try reading.rows("SELECT * FROM public_programs ORDER BY program").map { program in
            let code = program.text("program")
            let current = try reading.first(
                """
                SELECT SUM(cap) AS cap, SUM(issued) AS issued, vintage FROM public_permit_classes
                WHERE program = ?1 AND vintage = (SELECT MAX(vintage) FROM public_permit_classes WHERE program = ?1 AND issued > 0)
                GROUP BY vintage
                """,
                [code]
            )
            let markets = try reading.rows("SELECT * FROM public_markets WHERE program = ? ORDER BY market", [code])
            var card = Card(title: Cell(text: program.text("name"), href: "\(base)/programs/\(code)"))
            card.facts.append(fact("unit", Cell(text: program.text("unit"))))
            if let current {
                card.facts += [
                    fact(
                        "cap.of",
                        Cell(
                            text: count(current, "cap")
                                + (current.number("vintage") == 0 ? "" : " (\(current.text("vintage")))")
                        )
                    ),
                    fact("issued", Cell(text: count(current, "issued"))),
                ]
            }
            for market in markets.prefix(3) {
                let day = try lastDay(of: market.text("market"))
                card.facts.append(
                    Fact(
                        name: market.text("market"),
                        cell: Cell(
                            text: day.map { Digits.spaced($0.text("close_text")) + " " + market.text("currency") }
                                ?? "–",
                            href: "\(base)/markets/\(market.text("market"))"
                        )
                    )
                )
            }
            return card
        }
    }

    /// The newest trading day of a market that has trades.
    func lastDay(of market: String) throws -> Record? {
        try reading.first("SELECT * FROM public_market_days WHERE market = ? ORDER BY day DESC LIMIT 1", [market])
    }

    func count(_ row: Record, _ column: String) -> String {
        row.number(column).map { Digits.text($0, scale: 0) } ?? "–"
    }

    private func today() throws -> [TableView] {
        let markets = try reading.rows(
            """
            SELECT days.* FROM public_markets AS market
            JOIN public_market_days AS days ON days.market = market.market
            WHERE days.day = (SELECT MAX(day) FROM public_market_days AS last WHERE last.market = market.market)
            ORDER BY days.market
            """
        )
        let registry = try reading.rows(
            """
            SELECT * FROM (
                SELECT time, 'surrender' AS what, facility AS name, quantity FROM public_surrenders WHERE time >= ?1
                UNION ALL SELECT time, 'retirement', member, quantity FROM public_retirements WHERE time >= ?1
                UNION ALL SELECT time, 'allocation', COALESCE(facility, member), quantity FROM public_allocations WHERE time >= ?1
                UNION ALL SELECT time, 'announcement', program, credited FROM public_announcements WHERE time >= ?1
                UNION ALL SELECT time, 'penalty', facility, shortfall FROM public_penalties WHERE time >= ?1
                UNION ALL SELECT cleared, 'auction', auction, sold FROM public_auctions WHERE cleared >= ?1
            ) ORDER BY time DESC LIMIT 30
            """,
            [String("\(now)".prefix(10))]
        )
        return [
            table(
                "lastdays",
                [
                    .text("market").leading(to: { "/markets/\($0.text("market"))" }), .text("date"), .money("open"),
                    .money("high"),
                    .money("low"), .money("close"), .count("volume"), .count("trades"), .text("currency"),
                ],
                markets,
                data: "market-days"
            ),
            table("happened", [.time("time"), .word("what"), .text("name"), .count("quantity")], registry),
        ]
    }

    /// What is due next, the soonest first.
    func nextDates(program: String?) throws -> TableView {
        let rows = try reading.rows(
            """
            SELECT * FROM (
                SELECT due AS time, 'deadline' AS what, program, CAST(period AS TEXT) AS name, NULL AS number FROM public_deadlines
                    WHERE due > ?1 AND replaced = 0
                UNION ALL SELECT opens, 'auction-opens', program, auction, number FROM public_auctions WHERE opens > ?1
                UNION ALL SELECT closes, 'auction-closes', program, auction, number FROM public_auctions WHERE closes > ?1
                UNION ALL SELECT ends, 'season-ends', program, CAST(vintage AS TEXT), NULL FROM public_seasons WHERE ends > ?1
                UNION ALL SELECT expires, 'expiry', program, CAST(vintage AS TEXT), NULL FROM public_permit_classes WHERE expires > ?1
            ) WHERE ?2 IS NULL OR program = ?2 ORDER BY time LIMIT 20
            """,
            ["\(now)", program]
        )
        return table(
            "next",
            [
                .time("time"), .word("what"), .text("program").leading(to: { "/programs/\($0.text("program"))" }),
                .text("name").leading(to: { $0.isNull("number") ? nil : "/auctions/\($0.text("number"))" }),
            ],
            rows
        )
    }
}
