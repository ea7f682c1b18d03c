import Compacts
import Permits
import Seals
import Testing

@Suite("How agreements are reckoned")
struct ReckoningTests {
    /// The payments of one period, with one figure for each measure.
    private func payments(_ clauses: String, _ figures: [String?], currency: String = "EUR", opening: Int64 = 0) throws
        -> [String]
    {
        let measures = figures.indices.map { "measure name=m\($0) by=a" }.joined(separator: "\n")
        let terms = try Terms(
            """
            agreement kind=fund currency=\(currency) title=t
            term starts=2027-01-01 ends=2027-12-31
            party name=a member=aa
            party name=b member=bb
            fund name=f manager=a rest=b
            purpose name=p fund=f to=cc
            \(measures)
            \(clauses)
            """
        )
        let forecast = Forecast(
            terms,
            figures: [figures.map { $0.flatMap { Figure($0) } }],
            standings: [80, 30],
            opening: [Money(minorUnits: opening)]
        )
        return forecast.periods[0].payments.map { "\($0.clause) \($0.due.amount.minorUnits)" }
            + forecast.periods[0].notes.map { "\($0.clause) \($0.text)" }
    }

    @Test(
        "P = k0 × Σ ki × Ci ÷ Ci0, exact after each ratio's six decimals; a threshold that is met exactly counts as met"
    )
    func index() throws {
        let index = "index name=P factor=0.85 of=m0:0.25:2,m1:0.25:0.25,m2:0.25:0.04,m3:0.25:1.5"
        let pays = index + "\npay name=down from=a to=b amount=1 when=P<=1\npay name=up from=b to=a amount=1 when=P>1"
        #expect(try payments(pays, ["2.0", "0.225", "0.044", "1.8"]) == ["down 100"])
        #expect(try payments(pays, ["2.6", "0.325", "0.052", "1.95"]) == ["up 100"])
        // k0 × ratio: 0.8 × 1.25 is exactly 1.
        let exact =
            "index name=P factor=0.8 of=m0:1:4\npay name=down from=a to=b amount=1 when=P<=1\npay name=up from=b to=a amount=1 when=P>1"
        #expect(try payments(exact, ["5"]) == ["down 100"])
        #expect(try payments(exact, ["5.000004"]) == ["up 100"])
        // A third has six decimals: 3 × 0.333333 is below 1.
        let third = "index name=P of=m0:3:3\npay name=below from=a to=b amount=1 when=P<1"
        #expect(try payments(third, ["1"]) == ["below 100"])
    }

    @Test("KRS 79.325: tiers, an indexed bound, nothing beyond it, and the remainder of rounding")
    func tiers() throws {
        let split = """
            split name=s of=m0 from=a shares=b:58.735,f:41.265 rest=b upto=100
            split name=s shares=b:59.7,f:40.3 rest=f upto=100 indexed=m1:100
            """
        #expect(try payments(split, ["100", "130"]) == ["s 5874", "s 4126"])
        #expect(try payments(split, ["120", "130"]) == ["s 7068", "s 4932"])
        #expect(try payments(split, ["130", "130"]) == ["s 7665", "s 5335"])
        #expect(try payments(split, ["130.01", "130"]) == ["s no tier says how so much is divided"])
        #expect(try payments(split, ["120", nil]) == ["s m1 was not measured"])
        // A bound below the one before leaves its tier empty.
        #expect(try payments(split, ["100.01", "90"]) == ["s no tier says how so much is divided"])
        #expect(try payments(split, ["0.019", "130"]) == ["s 1"])
    }

    @Test(
        "a rate is exact before it is rounded, then bounded; yen have no decimals",
        arguments: [
            ("rate=85.50 of=m0", "412.37", "EUR", 3_525_763),
            ("rate=85.50 of=m0 round=half", "412.37", "EUR", 3_525_764),
            ("rate=85.50 of=m0 round=up", "412.37", "EUR", 3_525_764),
            ("rate=0.1 of=m0", "49999000", "CNY", 499_990_000),
            ("rate=0.333333 of=m0 round=up", "3", "JPY", 1), ("rate=0.5 of=m0 round=half", "1", "JPY", 1),
            ("rate=1 of=m0 min=5", "1", "EUR", 500), ("rate=1 of=m0 max=5", "9", "EUR", 500),
        ] as [(String, String, String, Int64)]
    )
    func rates(clause: String, figure: String, currency: String, amount: Int64) throws {
        #expect(try payments("pay name=q from=a to=b \(clause)", [figure], currency: currency) == ["q \(amount)"])
    }

    @Test("a product that no payment could be is told, not paid")
    func tooLarge() throws {
        #expect(
            try payments("pay name=q from=a to=b rate=9000000000000 of=m0", ["9000000000000"]) == [
                "q the product is too large"
            ]
        )
    }

    @Test("what is not known decides nothing, unless the rest decides")
    func unknown() throws {
        let alternatives = "pay name=q from=a to=b amount=1 when=m0>1|m1>0"
        #expect(try payments(alternatives, [nil, "1"]) == ["q 100"])
        #expect(try payments(alternatives, [nil, "0"]) == ["q m0 was not measured"])
        #expect(try payments("pay name=q from=a to=b amount=1 when=m0>1,m1>0", [nil, "0"]) == [])
        #expect(try payments("pay name=q from=a to=b amount=1 when=standing.a>=80,standing.b<50", []) == ["q 100"])
    }

    @Test("a fund pays what it has: all of it, or what is left of a period's own")
    func funds() throws {
        let own = "pay name=in from=a to=f amount=10 at=start\npay name=half from=f to=b amount=4\n"
        #expect(
            try payments(own + "pay name=out from=f to=b amount=rest", [], opening: 500) == [
                "in 1000", "half 400", "out 600",
            ]
        )
        #expect(
            try payments(own + "pay name=out from=f to=b amount=all", [], opening: 500) == [
                "in 1000", "half 400", "out 1100",
            ]
        )
        #expect(try payments("pay name=out from=f to=b amount=9", [], opening: 500) == ["out 500"])
        let gathered =
            "contribute name=c to=f total=100 key=a:33.333,b:66.667 rest=a\nmeasure name=got received=f\npay name=match from=b to=f rate=0.5 of=got"
        #expect(try payments(gathered, []) == ["c 3334", "c 6666", "match 5000"])
    }

    @Test(
        "two samplers: near ones count as their mean, far ones as the terms say",
        arguments: [
            ("mean", "2", "2.1", "2.05", "2.05"), ("mean", "2", "3", "2.5", "2.5"), ("higher", "2", "3", "3", "3"),
            ("lower", "2", "3", "2", "2"), ("higher", "2", "2.1", "2.05", "2.05"),
            ("dispute", "0.044", "0.05", "-", "0.047"),
            ("dispute", "0.044", nil, "-", "0.044"), ("dispute", nil, nil, "-", "-"),
            ("mean", "0.000001", "0.000002", "0.000002", "0.000002"),
        ] as [(String, String?, String?, String, String)]
    )
    func samplers(rule: String, first: String?, second: String?, agreed: String, final: String) throws {
        let terms = try Terms(
            TermsTests.base.replacing(
                "measure name=x by=a second=b",
                with: "measure name=x by=a second=b split=\(rule) within=10 arbiter=m"
            )
        )
        guard case .readings(let sampling) = terms.measures[0].source else { return }
        let code = try #require(Code("x"))
        func reading(_ sampler: String, _ value: String, _ isDetermination: Bool = false) throws -> Reading {
            Reading(
                number: 1,
                measure: code,
                period: code,
                sample: isDetermination ? 0 : 1,
                sampler: try #require(Code(sampler)),
                figure: try #require(Figure(value)),
                isDetermination: isDetermination,
                time: .zero,
                evidence: .zero
            )
        }
        var all = try [("a", first), ("b", second)].compactMap { name, value in try value.map { try reading(name, $0) }
        }
        let readings = Readings(all, of: sampling, terms)
        #expect(readings.agreed.map { "\($0)" } ?? "-" == agreed)
        #expect(readings.final.map { "\($0)" } ?? "-" == final)
        all.append(try reading("m", "7", true))
        #expect(Readings(all, of: sampling, terms).agreed == Figure("7"))
    }

    @Test(
        "the score is 50 of nothing, and what is broken weighs three times",
        arguments: [
            (0, 0, 0, 50), (5, 0, 0, 66), (5, 0, 1, 55), (0, 1, 0, 45), (90, 0, 0, 95), (0, 0, 30, 5),
        ] as [(Int64, Int64, Int64, Int64)]
    )
    func score(kept: Int64, late: Int64, broken: Int64, score: Int64) {
        var standing = Standing()
        (standing.kept, standing.late, standing.broken) = (kept, late, broken)
        #expect(standing.score == score)
    }
}
