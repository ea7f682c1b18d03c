import Compacts
import Foundation
import Permits
import Testing

@Suite("Texts of terms")
struct TermsTests {
    static let templates: [String] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("ops/compacts")
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".compact") }
                .sorted().map { try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8) }
        } catch { preconditionFailure("\(error)") }
    }()

    /// A small text that reads, to which tests add lines.
    static let base = """
        agreement kind=fund currency=EUR title=t
        term starts=2027-01-01 ends=2027-12-31 each=quarter
        party name=a member=aa
        party name=b member=bb
        monitor name=m member=mm
        fund name=f manager=a rest=b
        purpose name=p fund=f to=cc
        measure name=x by=a second=b
        """

    @Test("the templates read, and each kind has one")
    func templates() throws {
        #expect(TermsTests.templates.count >= 12)
        let kinds = Set(try TermsTests.templates.map { try Terms($0).kind.text })
        #expect(kinds == Set(Terms.Kind.allCases.map(\.text)))
    }

    @Test(
        "what is wrong is told with its line",
        arguments: [
            ("paid name=q", "line 9: no clause paid"), ("party name=a member=cc", "line 9: the name a is taken"),
            ("party name=fees member=cc", "line 9: the name fees is taken"),
            ("pay name=q from=a to=z amount=1", "line 9: to: no party or fund z"),
            ("pay name=q from=a to=m amount=1", "line 9: to: m is a monitor"),
            ("pay name=q from=a to=a amount=1", "line 9: from and to are the same"),
            ("pay name=q from=a to=b amount=1,2,3", "line 9: amount is one sum, or one for each of the 4 periods"),
            ("pay name=q from=a to=b amount=300,000", "line 9: amount: 000 is no sum of EUR"),
            ("pay name=q from=a to=b amount=1.234", "line 9: amount: 1.234 is no sum of EUR"),
            ("pay name=q from=a to=b amount=all", "line 9: amount=all is of a fund"),
            ("pay name=q from=a to=b rate=0 of=x", "line 9: rate must be above 0"),
            ("pay name=q from=a to=b rate=1 of=y", "line 9: of: no measure y"),
            ("pay name=q from=a to=b rate=1 of=x at=start", "line 9: at=start comes before anything is measured"),
            ("pay name=q from=a to=b amount=1 when=x<1,y=2", "line 9: when: no measure or index y"),
            ("pay name=q from=a to=b amount=1 when=x", "line 9: x is not like P<=1"),
            ("pay name=q from=a to=b amount=1 what=2", "line 9: pay has no key what"),
            ("pay name=q from=a to=b amount=1 amount=2", "line 9: amount is given twice"),
            ("split name=s of=x from=a shares=b:60,f:39 rest=b", "line 9: shares: the shares must sum to 100 per cent"),
            ("split name=s of=x from=a shares=b:100 rest=f", "line 9: rest: f has no share"),
            ("bond name=s from=m amount=5", "line 9: from: m is a monitor"),
            ("bond name=s from=a amount=5 standing=70", "line 9: standing= and reduced= go together"),
            ("task name=t owner=a due=2027-02-30", "line 9: due must be a date"),
            ("task name=t owner=a due=2027-03-01 forfeit=5", "line 9: forfeit needs a bond of the owner"),
            ("measure name=y by=a second=a", "line 9: second is the same member"),
            ("measure name=y by=a second=b split=dispute", "line 9: split=dispute needs an arbiter"),
            ("measure name=y by=a second=b arbiter=b", "line 9: the arbiter is the same member"),
            ("measure name=y", "line 9: measure needs one of by="),
            ("index name=P of=x:1:0", "line 9: of: x:1:0 is not MEASURE:WEIGHT"),
            ("index name=P of=x:101", "line 9: of: a weight is at most 100"),
            ("deliver name=d from=a to=b permits=X qty=1", "line 9: permits must be PROGRAM:VINTAGE"),
            ("deliver name=d from=a to=b permits=X:2027 qty=1 price=1 total=1", "line 9: price= is for one permit"),
            ("term starts=2027-01-01 ends=2027-12-31", "line 9: there must be one line term, not 2"),
            ("breach\nbreach ends=1", "line 10: there is a line breach already"),
            ("exit party=a\nexit party=a", "line 10: there is an exit of a already"),
            ("a\tb", "line 9: there is a tab"), ("a\rb", "line 9: there is a carriage return"),
            ("pay name=\"q", "line 9: name: a double quote is not closed"),
        ]
    )
    func problems(line: String, problem: String) {
        do throws(TermsProblem) {
            _ = try Terms(TermsTests.base + "\n" + line)
            Issue.record("\(line) reads")
        } catch { #expect(error.text.hasPrefix(problem), "\(error.text)") }
    }

    @Test("a text that has lost or gained bytes reads or is refused, and never ends the process")
    func mutations() {
        var state: UInt64 = 7
        func number(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let spice = Array("=\":,|<>!.-0123456789 \nabcxP".utf8)
        var read = 0
        for _ in 0..<6000 {
            var bytes = Array(TermsTests.templates[number(TermsTests.templates.count)].utf8)
            for _ in 0...number(4) {
                let place = number(bytes.count)
                switch number(4) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(spice[number(spice.count)], at: place)
                case 2: bytes[place] = spice[number(spice.count)]
                default: bytes.replaceSubrange(place..<min(bytes.count, place + number(40)), with: [])
                }
                if bytes.isEmpty { bytes = [35] }
            }
            do throws(TermsProblem) {
                let terms = try Terms(String(decoding: bytes, as: UTF8.self))
                read += 1
                // What reads can be reckoned, with nothing known and with the largest figures.
                for figure in [nil, Figure.max] {
                    let figures = terms.schedule.periods.map { _ in
                        [Figure?](repeating: figure, count: terms.measures.count)
                    }
                    let forecast = Forecast(
                        terms,
                        figures: figures,
                        standings: terms.parties.map { _ in 100 },
                        opening: terms.funds.map { _ in Limits.moneyMax }
                    )
                    #expect(forecast.periods.count == terms.schedule.periods.count)
                }
            } catch { #expect(!error.text.isEmpty) }
        }
        #expect(read > 300)
    }

    @Test(
        "periods are cut by the calendar",
        arguments: [
            ("year", "2027-04-01", "2030-03-31", "2027,2028,2029"),
            ("half", "2027-02-01", "2028-01-31", "2027-H1,2027-H2"),
            ("quarter", "2027-11-28", "2028-05-27", "2027-Q4,2028-Q1"),
            ("month", "2027-12-15", "2028-02-20", "2027-12,2028-01,2028-02"),
            ("once", "2027-01-31", "2031-12-31", "once"),
        ]
    )
    func periods(each: String, starts: String, ends: String, labels: String) throws {
        let text = TermsTests.base.replacing(
            "starts=2027-01-01 ends=2027-12-31 each=quarter",
            with: "starts=\(starts) ends=\(ends) each=\(each) due=10"
        )
        let schedule = try Terms(text).schedule
        #expect(schedule.periods.map { "\($0.label)" }.joined(separator: ",") == labels)
        #expect(schedule.periods.first?.starts == Timestamp(starts))
        for (period, next) in zip(schedule.periods, schedule.periods.dropFirst()) {
            #expect(period.ends == next.starts)
        }
        for period in schedule.periods {
            #expect(period.due == period.ends.adding(microseconds: 10 * Timestamp.microsecondsPerDay))
        }
        #expect(schedule.end == Timestamp(ends)?.nextMidnight)
        #expect(schedule.periods.last?.ends == schedule.end)
    }
}
