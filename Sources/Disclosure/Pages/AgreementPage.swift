import Compacts

extension PageContext {
    /// Every agreement that binds or bound.
    func agreements() throws -> Page {
        let rows = try reading.rows("SELECT * FROM public_agreements ORDER BY agreement DESC LIMIT 200")
        var page = Page(title: say("part.agreements"), lead: say("agreements.lead"), part: "agreements")
        page.sections = [
            Section(
                id: "list",
                tables: [
                    table(
                        "agreements",
                        [
                            Show.text("code").leading { "/agreements/\($0.text("agreement"))" }, .text("title"),
                            .word("kind"),
                            .tag("stage", ["contract": "ok"]), .word("ending"), .time("concluded"),
                        ],
                        rows,
                        data: "agreements",
                        isFiltered: true
                    )
                ]
            ),
            Section(
                id: "complaints",
                heading: say("agreements.complaints"),
                tables: [
                    complaintTable(try reading.rows("SELECT * FROM public_complaints ORDER BY complaint DESC LIMIT 50"))
                ]
            ),
        ]
        return page
    }

    /// An agreement: its terms in plain words, the readings, what was owed and paid by period, how it stands.
    /// - Returns: nil if there is no such agreement, or none that was concluded.
    func agreement(_ number: Int64) throws -> Page? {
        guard let agreement = try reading.first("SELECT * FROM public_agreements WHERE agreement = ?", [number]) else {
            return nil
        }
        var page = Page(title: agreement.text("title"), lead: nil, part: "agreements")
        page.crumbs = [Cell(text: say("part.agreements"), href: base + "/agreements")]
        page.sections = [
            try facts(of: agreement, number), words(of: agreement), try payments(agreement, number),
            try readings(number),
            try claims(number), try events(number),
        ]
        return page
    }

    private func facts(of agreement: Record, _ number: Int64) throws -> Section {
        let parties = try reading.rows(
            "SELECT * FROM public_agreement_parties WHERE agreement = ? ORDER BY party",
            [number]
        )
        return Section(
            id: "facts",
            facts: [
                fact(agreement, .text("code")), fact(agreement, .word("kind")), fact(agreement, .word("stage")),
                fact(agreement, .word("ending")), fact(agreement, .time("concluded")),
                fact(agreement, .text("currency")),
                fact(agreement, .code("digest")),
            ].filter { !$0.cell.text.isEmpty },
            tables: [
                table(
                    "parties",
                    [
                        .text("party"), Show.text("member").leading { "/members/\($0.text("member"))" },
                        .flag("signs", "ok"),
                    ],
                    parties
                )
            ]
        )
    }

    /// The terms as `weir compact check` says them, and as they were signed.
    private func words(of agreement: Record) -> Section {
        let text = agreement.text("text")
        let words: String
        do throws(TermsProblem) { words = CompactWords(try Terms(text)).text } catch { words = error.text }
        return Section(
            id: "terms",
            heading: say("agreement.terms"),
            verbatim: words,
            special: "terms",
            values: ["heading": say("agreement.text"), "text": text]
        )
    }

    private func payments(_ agreement: Record, _ number: Int64) throws -> Section {
        let rows = try reading.rows(
            "SELECT * FROM public_agreement_payments WHERE agreement = ? ORDER BY seq, n",
            [number]
        )
        let parties = try reading.rows(
            "SELECT party FROM public_agreement_parties WHERE agreement = ? AND signs = 1 ORDER BY party",
            [number]
        ).map { $0.text("party") }
        var periods: [(label: String, values: [Int64])] = []
        for row in rows {
            let label = row.text("period")
            if periods.last?.label != label, !periods.contains(where: { $0.label == label }) {
                periods.append((label, parties.map { _ in 0 }))
            }
            guard let place = periods.firstIndex(where: { $0.label == label }) else { continue }
            let paid = row.number("paid") ?? 0
            if let payer = parties.firstIndex(of: row.text("payer")) { periods[place].values[payer].add(-paid) }
            if let payee = parties.firstIndex(of: row.text("payee")) { periods[place].values[payee].add(paid) }
        }
        let chart = PeriodBars(
            id: "payments-chart",
            title: say("agreement.payments.chart"),
            unit: agreement.text("currency"),
            scale: Int(agreement.number("scale") ?? 0),
            empty: say("empty"),
            series: parties,
            periods: periods.map { PeriodBars.Period(label: $0.label, values: $0.values) }
        )
        return Section(
            id: "payments",
            heading: say("agreement.payments"),
            intro: say("agreement.payments.text"),
            charts: [Chart(svg: chart.svg)],
            tables: [
                table(
                    "payments",
                    [
                        .text("period"), .text("clause"), .text("payer"), .text("payee"), .money("due"), .money("paid"),
                        .text("currency"),
                        .time("time"),
                    ],
                    Array(rows.suffix(PageContext.rowsMax)),
                    data: "agreement-payments"
                )
            ]
        )
    }

    private func readings(_ number: Int64) throws -> Section {
        let rows = try reading.rows(
            "SELECT * FROM public_agreement_readings WHERE agreement = ? ORDER BY seq DESC LIMIT \(PageContext.rowsMax)",
            [number]
        )
        let figures = try reading.rows(
            "SELECT * FROM public_agreement_figures WHERE agreement = ? ORDER BY period, name LIMIT \(PageContext.rowsMax)",
            [number]
        )
        let value = Show(column: "value", isNumber: true) { row, _ in
            Cell(text: Digits.text(row.number("value") ?? 0, scale: 6), isNumber: true)
        }
        return Section(
            id: "readings",
            heading: say("agreement.readings"),
            tables: [
                table("figures", [.text("period"), .text("name"), .text("value")], figures, data: "agreement-figures"),
                table(
                    "readings",
                    [
                        .text("period"), .text("measure"), .number("sample"), .text("sampler"), value,
                        .flag("determination", "quiet"),
                        .time("time"),
                    ],
                    rows,
                    data: "agreement-readings"
                ),
            ]
        )
    }

    private func claims(_ number: Int64) throws -> Section {
        let rows = try reading.rows(
            "SELECT * FROM public_agreement_claims WHERE agreement = ? ORDER BY claim",
            [number]
        )
        return Section(
            id: "claims",
            heading: say("agreement.claims"),
            tables: [claimTable(rows)]
        )
    }

    /// Claims, with how each stands.
    func claimTable(_ rows: [Record]) -> TableView {
        table(
            "claims",
            [
                Show.number("claim").leading { "/agreements/\($0.text("agreement"))" }, .text("clause"),
                .text("period"), .text("debtor"),
                .text("creditor"), .money("owed"), .count("quantity"),
                .tag("state", ["broken": "bad", "open": "warn", "paid": "ok", "waived": "quiet"]), .time("since"),
            ],
            rows,
            data: "agreement-claims"
        )
    }

    /// Complaints with their answers.
    func complaintTable(_ rows: [Record]) -> TableView {
        table(
            "complaints",
            [
                .number("complaint"), .time("time"),
                Show.text("complainer").leading { "/members/\($0.text("complainer"))" },
                Show.text("member").leading { "/members/\($0.text("member"))" }, .text("text"), .word("state"),
                .text("answer"),
            ],
            rows,
            data: "complaints"
        )
    }

    private func events(_ number: Int64) throws -> Section {
        let events = try reading.rows(
            "SELECT * FROM public_agreement_events WHERE agreement = ? ORDER BY seq DESC, n DESC LIMIT 50",
            [number]
        )
        let complaints = try reading.rows(
            "SELECT * FROM public_complaints WHERE agreement = ? ORDER BY complaint DESC LIMIT 50",
            [number]
        )
        let spending = try reading.rows(
            "SELECT * FROM public_agreement_spending WHERE agreement = ? ORDER BY seq DESC, n DESC LIMIT 50",
            [number]
        )
        return Section(
            id: "events",
            heading: say("agreement.events"),
            tables: [
                table(
                    "events",
                    [.time("time"), .word("kind"), .text("clause"), .text("period"), .text("member"), .text("text")],
                    events,
                    data: "agreement-events"
                ),
                table(
                    "spending",
                    [
                        .time("time"), .text("fund"), .word("kind"), .text("purpose"), .text("member"), .text("payee"),
                        .money("amount"), .text("text"),
                    ],
                    spending,
                    data: "agreement-spending"
                ),
                complaintTable(complaints),
            ]
        )
    }
}
