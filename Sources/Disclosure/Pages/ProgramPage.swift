import Registry

extension PageContext {
    /// A program: its account by vintage, allocation, compliance, deadlines and rules.
    /// - Returns: nil if there is no such program.
    func program(_ code: String) throws -> Page? {
        guard let program = try reading.first("SELECT * FROM public_programs WHERE program = ?", [code]) else {
            return nil
        }
        var page = Page(title: program.text("name"), lead: say("program.lead", program.text("unit")), part: "front")
        page.crumbs = [Cell(text: say("part.front"), href: base + "/")]
        page.sections = [
            Section(id: "facts", facts: try facts(of: program), links: try links(of: code)),
            try account(code, program.text("unit")),
            try allocation(code),
            try compliance(code),
            Section(
                id: "dates",
                heading: say("program.dates"),
                tables: [try nextDates(program: code), try deadlines(code)]
            ),
            try concentration(code),
            rules(program),
        ]
        return page
    }

    private func facts(of program: Record) throws -> [Fact] {
        [
            fact(program, .text("program")), fact(program, .text("unit")), fact(program, .text("currency")),
            fact(program, Show.text("regulator").leading { "/members/\($0.text("regulator"))" }),
            fact(program, .text("timezone")),
        ]
    }

    private func links(of code: String) throws -> [Cell] {
        let markets = try reading.rows("SELECT market FROM public_markets WHERE program = ? ORDER BY market", [code])
        var links = markets.map {
            Cell(text: say("link.market", $0.text("market")), href: "\(base)/markets/\($0.text("market"))")
        }
        if try reading.first(
            "SELECT 1 FROM public_links WHERE program = ? UNION ALL SELECT 1 FROM public_seasons WHERE program = ?",
            [code, code]
        ) != nil {
            links.append(Cell(text: say("link.water"), href: "\(base)/water/\(code)"))
        }
        let auctions = try reading.rows(
            "SELECT number, auction FROM public_auctions WHERE program = ? ORDER BY number DESC LIMIT 5",
            [code]
        )
        return links
            + auctions.map {
                Cell(text: say("link.auction", $0.text("auction")), href: "\(base)/auctions/\($0.text("number"))")
            }
    }

    private func account(_ code: String, _ unit: String) throws -> Section {
        let classes = try reading.rows(
            "SELECT * FROM public_permit_classes WHERE program = ? ORDER BY vintage, zone",
            [code]
        )
        let parts = ["held", "surrendered", "retired", "cancelled"]
        let chart = StackChart(
            id: "account-chart",
            title: say("program.account.chart"),
            parts: parts.map { say.heading($0) },
            marker: say.heading("cap"),
            unit: unit,
            empty: say("empty"),
            bars: classes.map { row in
                StackChart.Bar(
                    label: [row.text("vintage"), row.text("zone")].filter { !$0.isEmpty }.joined(separator: " · "),
                    parts: parts.map { row.number($0) ?? 0 },
                    marker: row.number("cap")
                )
            }
        )
        return Section(
            id: "account",
            heading: say("program.account"),
            intro: say("program.account.text"),
            charts: [Chart(svg: chart.svg)],
            tables: [
                table(
                    "classes",
                    [
                        .number("vintage"), .text("zone"), .count("cap"), .count("issued"), .count("held"),
                        .count("surrendered"),
                        .count("retired"), .count("cancelled"), .time("expires"),
                    ],
                    classes,
                    data: "permit-classes"
                )
            ],
            isRefreshed: true
        )
    }

    private func allocation(_ code: String) throws -> Section {
        let sums = try reading.rows(
            """
            SELECT vintage, method, COUNT(*) AS allocations, SUM(quantity) AS quantity, SUM(deducted) AS deducted
            FROM public_allocations WHERE program = ? GROUP BY vintage, method ORDER BY vintage, method
            """,
            [code]
        )
        let auctioned = try reading.rows(
            """
            SELECT number, auction, vintage, rules, offered, sold, price, price_text, currency, phase, closes FROM public_auctions
            WHERE program = ? ORDER BY number DESC LIMIT 20
            """,
            [code]
        )
        return Section(
            id: "allocation",
            heading: say("program.allocation"),
            tables: [
                table(
                    "allocations",
                    [
                        .number("vintage"), .word("method"), .count("allocations"), .count("quantity"),
                        .count("deducted"),
                    ],
                    sums,
                    data: "allocations"
                ),
                table(
                    "auctions",
                    [
                        Show.text("auction").leading { "/auctions/\($0.text("number"))" }, .number("vintage"),
                        .text("rules"), .word("phase"),
                        .time("closes"), .count("offered"), .count("sold"), .money("price"), .text("currency"),
                    ],
                    auctioned,
                    data: "auctions"
                ),
            ]
        )
    }

    private func compliance(_ code: String) throws -> Section {
        let rows = try reading.rows(
            """
            SELECT found.*, penalty.amount_text, penalty.permits, penalty.paid, penalty.penalty FROM public_compliance AS found
            LEFT JOIN public_penalties AS penalty ON penalty.facility = found.facility AND penalty.period = found.period
            WHERE found.program = ? ORDER BY found.period DESC, found.shortfall DESC, found.facility LIMIT \(PageContext.rowsMax)
            """,
            [code]
        )
        return Section(
            id: "compliance",
            heading: say("program.compliance"),
            intro: say("program.compliance.text"),
            tables: [
                table(
                    "compliance",
                    [
                        .number("period"), .text("facility"),
                        Show.text("member").leading { "/members/\($0.text("member"))" }, .count("use"),
                        .count("due"), .count("surrendered"), .count("shortfall"),
                        Show.money("amount").named("penalty"), .count("permits"), .flag("paid", "ok"),
                    ],
                    rows,
                    data: "compliance",
                    isFiltered: true
                )
            ]
        )
    }

    private func deadlines(_ code: String) throws -> TableView {
        table(
            "deadlines",
            [.number("since"), .number("period"), .time("due"), .percent("share"), .flag("replaced", "quiet")],
            try reading.rows("SELECT * FROM public_deadlines WHERE program = ? ORDER BY due DESC LIMIT 30", [code]),
            data: "deadlines"
        )
    }

    private func concentration(_ code: String) throws -> Section {
        let rows = try reading.rows(
            """
            SELECT * FROM public_concentration WHERE program = ?1 AND rank <= 10 AND vintage = (
                SELECT MAX(vintage) FROM public_permit_classes WHERE program = ?1 AND held > 0
            ) ORDER BY zone, rank
            """,
            [code]
        )
        guard let vintage = rows.first?.text("vintage") else { return Section(id: "concentration") }
        let chart = ShareBars(
            id: "concentration-chart",
            title: say("program.concentration.chart", vintage),
            unit: "%",
            empty: say("empty"),
            bars: rows.map { row in
                let name = say("holder", row.text("rank")) + (row.text("zone").isEmpty ? "" : " · \(row.text("zone"))")
                return ShareBars.Bar(label: name, share: Int64(((row.fraction("share") ?? 0) * 10_000).rounded()))
            }
        )
        return Section(
            id: "concentration",
            heading: say("program.concentration"),
            intro: say("program.concentration.text"),
            charts: [Chart(svg: chart.svg)]
        )
    }

    /// The rule book in words: each policy of `PROGRAM`, and where the book comes from.
    private func rules(_ program: Record) -> Section {
        let source = ComplianceRules.all.first { $0.code == program.text("rules") }?.source ?? ""
        var section = Section(
            id: "rules",
            heading: say("program.rules"),
            intro: source.isEmpty || source == "none" ? nil : say("program.rules.source", program.text("rules"), source)
        )
        for policy in program.text("policies").split(separator: " ") {
            let parts = policy.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            section.facts.append(Fact(name: say("policy." + parts[0]), cell: Cell(text: say.word(parts[1]))))
        }
        return section
    }
}
