import Auctions
import Permits
import Seals

extension PageContext {
    /// An auction: its terms and commitments, and once it is cleared its curve, statistics, cuts, draw and what-if.
    /// - Returns: nil if there is no such auction.
    func auction(_ number: Int64) throws -> Page? {
        guard let auction = try reading.first("SELECT * FROM public_auctions WHERE number = ?", [number]) else {
            return nil
        }
        let code = auction.text("auction")
        let permits = [auction.text("program"), auction.text("vintage"), auction.text("zone")].filter { !$0.isEmpty }
        var page = Page(
            title: say("auction.title", code),
            lead: say("auction.lead", permits.joined(separator: " ")),
            part: "front"
        )
        page.crumbs = [
            Cell(text: say("part.front"), href: base + "/"),
            Cell(text: auction.text("program"), href: "\(base)/programs/\(auction.text("program"))"),
        ]
        page.sections = [terms(of: auction)]
        guard !auction.isNull("cleared_seq") else { return page }
        let steps = try reading.rows("SELECT * FROM public_auction_steps WHERE auction = ? ORDER BY step", [number])
        page.sections += [
            curve(auction, steps), statistics(auction), try cuts(auction), stepTable(steps), draw(auction),
            whatIf(auction, steps),
        ]
        return page
    }

    private func terms(of auction: Record) -> Section {
        let book = RuleBook.named(auction.text("rules"))
        var section = Section(
            id: "terms",
            heading: say("auction.terms"),
            intro: book.map { say("auction.rules", $0.title, $0.source) }
        )
        section.facts = [
            fact(auction, .word("phase")),
            fact(auction, Show.text("seller").leading { "/members/\($0.text("seller"))" }),
            fact(auction, .text("rules")), fact(auction, .count("offered")), fact(auction, .count("lot")),
            fact(auction, .money("reserve")), fact(auction, .time("opens")), fact(auction, .time("closes")),
            fact(auction, .code("seal_key")), fact(auction, .code("commitment")),
        ]
        if !auction.text("policies").isEmpty { section.facts.append(fact(auction, .text("policies"))) }
        return section
    }

    /// The tiers of a text `PRICE:QUANTITY …`.
    private func tiers(_ text: String) -> [ContainmentTier] {
        text.split(separator: " ").compactMap { tier in
            let parts = tier.split(separator: ":").compactMap { Int64($0) }
            guard parts.count == 2 else { return nil }
            return ContainmentTier(trigger: Price(minorUnits: parts[0]), quantity: Quantity(parts[1]))
        }
    }

    private func curve(_ auction: Record, _ steps: [Record]) -> Section {
        let chart = AuctionCurve(
            id: "curve",
            title: say("auction.curve"),
            words: AuctionCurve.Words(
                price: say.heading("price"),
                permits: say("permits"),
                demand: say("auction.demand"),
                supply: say("auction.supply"),
                initial: say.heading("initial"),
                reserve: say.heading("reserve"),
                tier: say("auction.tier"),
                clearing: say("auction.clearing")
            ),
            unit: "\(auction.text("currency"))/\(auction.text("unit"))",
            scale: Int(auction.number("scale") ?? 0),
            quantityUnit: say("permits"),
            empty: say("empty"),
            demand: steps.map {
                AuctionCurve.Step(price: $0.number("price") ?? 0, quantity: $0.number("quantity") ?? 0)
            },
            offered: auction.number("offered") ?? 0,
            initial: auction.number("initial"),
            reservePrice: auction.number("reserve"),
            tiers: tiers(auction.text("tiers")).map {
                AuctionCurve.Tier(trigger: $0.trigger.minorUnits, quantity: $0.quantity.units)
            },
            price: auction.number("price")
        )
        return Section(id: "result", heading: say("auction.result"), charts: [Chart(svg: chart.svg)])
    }

    private func statistics(_ auction: Record) -> Section {
        let cover = AuctionStatistics.cover(
            demanded: Quantity(auction.number("demanded") ?? 0),
            offered: Quantity(auction.number("offered") ?? 0)
        )
        var section = Section(id: "statistics", heading: say("auction.statistics"))
        section.facts = [
            fact(auction, .money("price")), fact(auction, .count("sold")), fact(auction, .money("proceeds")),
            fact(auction, .count("bid")), fact(auction, .count("demanded")),
            fact("cover", Cell(text: cover.map { FixedPoint.text($0, scale: 2) } ?? "–")),
            fact(auction, .count("bidders")), fact(auction, .count("winners")), fact(auction, .money("highest")),
            fact(auction, .money("lowest")), fact(auction, .money("mean")), fact(auction, .money("median_bid")),
            fact(auction, .money("winning_mean")), fact(auction, .count("hhi")), fact(auction, .count("unopened")),
        ]
        if !auction.text("failure").isEmpty { section.facts.insert(fact(auction, .word("failure")), at: 0) }
        return section
    }

    private func cuts(_ auction: Record) throws -> Section {
        let rows = try reading.rows(
            """
            SELECT rule, name, COUNT(*) AS steps, SUM(quantity) AS quantity FROM public_auction_cuts WHERE auction = ?
            GROUP BY rule, name ORDER BY rule
            """,
            [auction.number("number") ?? 0]
        )
        return Section(
            id: "cuts",
            heading: say("auction.cuts"),
            intro: say("auction.cuts.text"),
            tables: [
                table(
                    "cuts",
                    [.number("rule"), .word("name"), .count("steps"), .count("quantity")],
                    rows,
                    data: "auction-cuts"
                )
            ]
        )
    }

    private func stepTable(_ steps: [Record]) -> Section {
        Section(
            id: "steps",
            heading: say("auction.steps"),
            intro: steps.count > PageContext.rowsMax
                ? say("more.rows", "\(PageContext.rowsMax)", "\(steps.count)") : nil,
            tables: [
                table(
                    "steps",
                    [
                        .number("step"), .number("bidder"), .money("price"), .count("quantity"), .count("won"),
                        .money("paid"),
                    ],
                    Array(steps.prefix(PageContext.rowsMax)),
                    data: "auction-steps"
                )
            ]
        )
    }

    private func draw(_ auction: Record) -> Section {
        var section = Section(id: "draw", heading: say("auction.draw"), intro: say("auction.draw.text"))
        section.facts = [fact(auction, .code("commitment")), fact(auction, .code("seed"))]
        section.verbatim = "ops/check-auction EVENTS \(auction.text("auction"))\nweir clear --compare bids.csv"
        return section
    }

    /// The same bids under every rule book, by the code that cleared the auction and that `weir clear --compare` runs.
    private func whatIf(_ auction: Record, _ steps: [Record]) -> Section {
        let bids = steps.map { step in
            BidStep(
                bidder: Int(step.number("bidder") ?? 1) - 1,
                price: Price(minorUnits: step.number("price") ?? 0),
                quantity: Quantity(step.number("quantity") ?? 0)
            )
        }
        let bidders = (0...(bids.map(\.bidder).max() ?? 0)).map { Bidder(group: $0) }
        let (scale, currency) = (Int(auction.number("scale") ?? 0), auction.text("currency"))
        func money(_ units: Int64?) -> Cell {
            Cell(text: units.map { Digits.text($0, scale: scale) + " " + currency } ?? "–", isNumber: true)
        }
        let rows = RuleBook.all.map { book in
            var sale = Sale(
                supply: Quantity(auction.number("initial") ?? auction.number("offered") ?? 0),
                lot: Quantity(auction.number("lot") ?? 1),
                seed: Hex.bytes(auction.text("seed")).flatMap { Digest($0) } ?? .zero
            )
            sale.reserve = auction.number("reserve").map { Price(minorUnits: $0) }
            sale.containment = tiers(auction.text("tiers"))
            sale.withholding = tiers(auction.text("withheld")).first
            let clearing = Clearing(bids, bidders: bidders, sale: sale, rules: book)
            let statistics = AuctionStatistics(bids, bidders: bidders, clearing: clearing)
            func count(_ number: Int64) -> Cell { Cell(text: Digits.text(number, scale: 0), isNumber: true) }
            return TableView.Row(cells: [
                Cell(text: book.code, tag: book.code == auction.text("rules") ? "ok" : nil), Cell(text: book.title),
                money(clearing.price?.minorUnits), count(clearing.sold.units), money(clearing.proceeds.minorUnits),
                count(Int64(statistics.winners)), count(statistics.concentration),
                Cell(text: say.word(clearing.failure?.text ?? "sold")),
            ])
        }
        let heads = ["rules", "title", "price", "sold", "proceeds", "winners", "hhi", "outcome"]
        let numbers: Set<String> = ["price", "sold", "proceeds", "winners", "hhi"]
        let view = TableView(
            id: "whatif",
            caption: say("table.whatif"),
            heads: heads.map { Cell(text: say.heading($0), isNumber: numbers.contains($0)) },
            rows: rows
        )
        return Section(id: "what-if", heading: say("auction.whatif"), intro: say("auction.whatif.text"), tables: [view])
    }
}
