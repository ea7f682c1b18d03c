import Compacts
import Exchange
import Permits
import Seals
@testable import Simulation

/// The terms of a random agreement, as plain data: the text is made from them, and the oracle reckons with them.
struct PlainTerms {
    enum Amount {
        case fixed([Int64])
        case all
        case rest
        /// Thousandths of the currency's unit for a unit of the measure.
        case rate(Int64, measure: String, least: Int64?, most: Int64?, rounding: String)
        /// Shares in thousandths of a per cent, by name; tiers with their upper bound in whole units.
        case split(measure: String?, total: [Int64], tiers: [(upTo: Int64?, shares: [(String, Int64)], rest: String)])
    }
    struct Clause {
        var name: String
        var from: String
        var to: String
        var amount: Amount
        var atStart = false
        /// Name, relation, bound in hundredths.
        var condition: (name: String, relation: String, bound: Int64)?
    }
    struct Measure {
        var name: String
        var first: String
        var second: String?
        var rule: String
        var otherwise: Int64?
    }

    var parties: [(name: String, member: String)] = []
    var hasMonitor = false
    var funds: [(name: String, rest: String, manager: String?)] = []
    var bonds: [(name: String, from: String, amount: Int64)] = []
    var measures: [Measure] = []
    /// The index P: factor in hundredths, and weight and baseline in hundredths by measure.
    var index: (factor: Int64, parts: [(measure: String, weight: Int64, baseline: Int64)])?
    var clauses: [Clause] = []
    var step = "quarter"
    var periodCount = 4
    var due: Int64 = 10
    var grace: Int64 = 20
    var cure: Int64 = 15
    var penalty: Int64 = 0
    var ends = false
    var exit: String?

    static func money(_ cents: Int64) -> String { FixedPoint.text(cents, scale: 2) }

    /// As the parties write it.
    func text() -> String {
        let months = step == "quarter" ? 3 * periodCount : periodCount
        let last = CalendarDate(year: 2028 + months / 12, month: months % 12 + 1, day: 1)?.dayNumber ?? 0
        var lines = [
            "agreement kind=compensation currency=EUR title=random",
            "term starts=2028-01-01 ends=\(CalendarDate(dayNumber: last - 1).text) each=\(step) due=\(due) grace=\(grace) cure=\(cure)",
        ]
        lines += parties.map { "party name=\($0.name) member=\($0.member)" }
        if hasMonitor { lines.append("monitor name=eye member=eye") }
        lines += funds.map { "fund name=\($0.name) rest=\($0.rest)" + ($0.manager.map { " manager=\($0)" } ?? "") }
        for fund in funds where fund.manager != nil {
            lines.append("purpose name=good fund=\(fund.name) to=p3 max=50.00")
        }
        lines += bonds.map { "bond name=\($0.name) from=\($0.from) amount=\(PlainTerms.money($0.amount))" }
        for measure in measures {
            var line = "measure name=\(measure.name) by=\(measure.first)"
            if let second = measure.second { line += " second=\(second) split=\(measure.rule) within=5 arbiter=eye" }
            if let otherwise = measure.otherwise { line += " default=\(PlainTerms.money(otherwise))" }
            lines.append(line)
        }
        if let index {
            let parts = index.parts.map {
                "\($0.measure):\(PlainTerms.money($0.weight)):\(PlainTerms.money($0.baseline))"
            }
            lines.append("index name=P factor=\(PlainTerms.money(index.factor)) of=\(parts.joined(separator: ","))")
        }
        for clause in clauses { lines += self.lines(of: clause) }
        lines.append("breach penalty=\(penalty) ends=\(ends ? 1 : 0)")
        if let exit { lines.append("exit party=\(exit) notice=30") }
        return lines.joined(separator: "\n")
    }

    private func lines(of clause: Clause) -> [String] {
        let start = clause.atStart ? " at=start" : ""
        let when = clause.condition.map { " when=\($0.name)\($0.relation)\(PlainTerms.money($0.bound))" } ?? ""
        func list(_ sums: [Int64]) -> String { sums.map(PlainTerms.money).joined(separator: ",") }
        switch clause.amount {
        case .fixed(let sums):
            return ["pay name=\(clause.name) from=\(clause.from) to=\(clause.to) amount=\(list(sums))\(start)\(when)"]
        case .all: return ["pay name=\(clause.name) from=\(clause.from) to=\(clause.to) amount=all\(start)\(when)"]
        case .rest: return ["pay name=\(clause.name) from=\(clause.from) to=\(clause.to) amount=rest\(start)\(when)"]
        case .rate(let rate, let measure, let least, let most, let rounding):
            var line = "pay name=\(clause.name) from=\(clause.from) to=\(clause.to) of=\(measure)"
            line += " rate=\(FixedPoint.text(rate, scale: 3)) round=\(rounding)"
            if let least { line += " min=\(PlainTerms.money(least))" }
            if let most { line += " max=\(PlainTerms.money(most))" }
            return [line + when]
        case .split(let measure, let total, let tiers):
            return tiers.enumerated().map { index, tier in
                let shares = tier.shares.map { "\($0.0):\(FixedPoint.text($0.1, scale: 3))" }.joined(separator: ",")
                let top = tier.upTo.map { " upto=\($0)" } ?? ""
                guard let measure else {
                    return
                        "contribute name=\(clause.name) to=\(clause.to) total=\(list(total)) key=\(shares) rest=\(tier.rest)\(start)\(when)"
                }
                return index == 0
                    ? "split name=\(clause.name) from=\(clause.from) of=\(measure) shares=\(shares) rest=\(tier.rest)\(top)\(when)"
                    : "split name=\(clause.name) shares=\(shares) rest=\(tier.rest)\(top)"
            }
        }
    }
}

/// Random lives of agreements, as lines of a stream file: most requests are sensible, some are not.
struct CompactSequence {
    private var random: SplitMix64
    private let agreements = ["A", "B"]
    /// The texts put forward, by agreement; the last is at hand.
    private(set) var drafts: [String: [PlainTerms]] = [:]
    /// What is in force.
    private(set) var contracts: [String: PlainTerms] = [:]
    private let members = ["p0", "p1", "p2"]

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// The text that was put forward last was refused.
    mutating func drop(_ agreement: String) { drafts[agreement]?.removeLast() }

    /// The text at hand is in force.
    mutating func conclude(_ agreement: String) { contracts[agreement] = drafts[agreement]?.last }

    static func key(_ member: String, _ user: String) -> Ed25519.PrivateKey {
        Ed25519.PrivateKey(seed: SHA256.digest(of: Array("\(member)/\(user)".utf8)))
    }

    mutating func opening() -> [String] {
        var lines = [
            "2027-11-01T08:00:00Z venue MEMBER member=hub role=operator name=H",
            "+0s hub MEMBER member=eye role=verifier name=E",
        ]
        for member in members + ["p3"] {
            lines.append("+0s hub MEMBER member=\(member) role=participant name=P")
            for user in ["ann", "ben", "cat"] {
                let person = user == "cat" ? " person=\(member)-ann" : user == "ann" ? " person=\(member)-ann" : ""
                lines.append(
                    "+0s hub LOGIN member=\(member) user=\(user) key=\(CompactSequence.key(member, user).publicKey.bytes.hex)\(person)"
                )
            }
            lines.append(
                "+0s hub DEPOSIT member=\(member) currency=EUR amount=\(random.number(100...3000)).\(random.number(10...99))"
            )
        }
        for agreement in agreements {
            lines.append("+0s p0/ann INTEREST compact=\(agreement) to=p1,p2,eye text=let-us-talk")
            lines += draft(agreement)
            // Most are signed whole.
            for member in members where random.chance(950) {
                lines += ["ann", "ben"].map { "+1s \(member)/\($0) " + sign(agreement, member, $0) }
            }
        }
        return lines
    }

    /// The next lines.
    mutating func next() -> [String] {
        let step = random.pick(["+1s", "+1h", "+1d", "+3d", "+10d", "+20d"])
        let agreement = random.pick(agreements)
        let member = random.pick(members)
        let user = random.pick(["ann", "ben", "cat"])
        let who = "\(step) \(member)/\(user)"
        let amount = "\(random.number(0...300)).\(random.number(10...99))"
        switch random.number(0...24) {
        case 0...8: return reading(step, agreement)
        case 9: return ["\(step) hub DEPOSIT member=\(member) currency=EUR amount=\(amount)"]
        case 10: return ["\(step) hub WITHDRAW member=\(member) currency=EUR amount=\(amount)"]
        case 11...12: return ["\(who) SETTLE claim=\(random.number(1...9))"]
        case 13:
            let claim = "WAIVE claim=\(random.number(1...9))"
            return members.map { "\(step) \($0)/\(user) \(claim)" + (random.chance(500) ? "" : " amount=\(amount)") }
        case 14: return ["\(who) WAIVE claim=\(random.number(1...9)) until=2028-\(random.number(10...12))-01"]
        case 15:
            return ["\(who) WAIVE compact=\(agreement) clause=c\(random.number(0...5)) period=\(period(agreement))"]
        case 16:
            return [
                "\(step) p1/\(user) SPEND compact=\(agreement) fund=f0 purpose=\(random.pick(["good", "good", "bad"])) to=\(random.pick(["p3", "p3", "p1"])) amount=\(random.number(0...30)).50"
            ]
        case 17: return ["\(who) DONATE compact=\(agreement) fund=f0 amount=\(amount)"]
        case 18:
            guard random.chance(400) else { return [who + " " + sign(agreement, member, user)] }
            return draft(agreement, from: "\(step) \(member)/\(user)")
        case 19: return [who + " " + sign(agreement, member, user)]
        case 20:
            guard random.chance(200) else { return [who + " " + end(agreement, member, user)] }
            return members.flatMap { member in
                ["ann", "ben"].map { "+1s \(member)/\($0) " + end(agreement, member, $0) }
            }
        case 21:
            return [
                "\(who) COMPLAIN member=\(random.pick(members)) compact=\(agreement) measure=m0 period=\(period(agreement)) text=no"
            ]
        case 22: return ["\(who) ANSWER number=\(random.number(1...4)) text=yes"]
        default: return ["\(random.pick(["+5d", "+30d", "+60d"])) venue CLOCK"]
        }
    }

    private mutating func reading(_ step: String, _ agreement: String) -> [String] {
        guard let terms = contracts[agreement] ?? drafts[agreement]?.last else { return ["\(step) venue CLOCK"] }
        let measure = random.pick(terms.measures)
        let period = period(agreement)
        func member(_ name: String) -> String { terms.parties.first { $0.name == name }?.member ?? name }
        let value = random.number(0...30_000)
        let from = "READING compact=\(agreement) measure=\(measure.name) period=\(period) value="
        let sampler = random.chance(50) ? "p3" : member(measure.first)
        var lines = ["\(step) \(sampler) \(from)\(PlainTerms.money(value))"]
        if let second = measure.second {
            let other = random.chance(600) ? value + random.number(0...100) : random.number(0...30_000)
            lines.append("+1s \(member(second)) \(from)\(PlainTerms.money(other))")
            if random.chance(300) { lines.append("+1s eye \(from)\(PlainTerms.money(random.number(0...30_000)))") }
        }
        return lines
    }

    private mutating func period(_ agreement: String) -> String {
        let terms = drafts[agreement]?.last
        return terms?.step == "month"
            ? "2028-0\(random.number(1...Int64(min(9, terms?.periodCount ?? 1))))"
            : "2028-Q\(random.number(1...Int64(min(4, terms?.periodCount ?? 1))))"
    }

    private func sign(_ agreement: String, _ member: String, _ user: String) -> String {
        let number = drafts[agreement]?.count ?? 0
        let digest = SHA256.digest(of: Array((drafts[agreement]?.last?.text() ?? "").utf8))
        guard let codes = CompactSequence.codes(agreement, member, user) else { return "PING" }
        let text = CompactText.signed(
            agreement: codes.0,
            draft: UInt64(number),
            digest: digest,
            member: codes.1,
            user: codes.2
        )
        let signature = Hex.text(CompactSequence.key(member, user).signature(of: text))
        return "SIGN compact=\(agreement) draft=\(number) digest=\(digest.hex) sign=\(signature)"
    }

    private func end(_ agreement: String, _ member: String, _ user: String) -> String {
        let digest = SHA256.digest(of: Array((contracts[agreement]?.text() ?? "").utf8))
        guard let codes = CompactSequence.codes(agreement, member, user) else { return "PING" }
        let text = CompactText.end(agreement: codes.0, digest: digest, member: codes.1, user: codes.2)
        return "TERMINATE compact=\(agreement) sign=\(Hex.text(CompactSequence.key(member, user).signature(of: text)))"
    }

    private static func codes(_ agreement: String, _ member: String, _ user: String) -> (Code, Code, Code)? {
        guard let a = Code(agreement), let b = Code(member), let c = Code(user) else { return nil }
        return (a, b, c)
    }

    /// Puts a random text forward; an amendment keeps what it must.
    private mutating func draft(_ agreement: String, from sender: String = "+1s p0/ann") -> [String] {
        let terms = terms(after: drafts[agreement]?.last)
        drafts[agreement, default: []].append(terms)
        let text = terms.text().replacing("\n", with: "\\n")
        return ["\(sender) DRAFT compact=\(agreement) text=\"\(text)\""]
    }

    private mutating func terms(after before: PlainTerms?) -> PlainTerms {
        var terms = PlainTerms()
        terms.parties = [("a", "p0"), ("b", "p1"), ("c", "p2")]
        terms.hasMonitor = true
        terms.step = before?.step ?? random.pick(["quarter", "month"])
        terms.periodCount = Int(random.number(2...4))
        terms.due = random.number(0...20)
        terms.grace = random.number(0...30)
        terms.cure = random.number(0...20)
        terms.penalty = random.pick([0, 0, 7])
        terms.ends = random.chance(150)
        terms.exit = random.chance(200) ? "b" : nil
        terms.funds = [("f0", random.pick(["a", "b", "c"]), "b"), ("f1", random.pick(["a", "c"]), nil)]
        if random.chance(500) || !(before?.bonds.isEmpty ?? true) {
            terms.bonds = before?.bonds ?? [("s", random.pick(["a", "b"]), random.number(1...8000))]
        }
        if before?.bonds.isEmpty ?? false { terms.bonds = [] }
        for index in 0..<Int(random.number(1...3)) {
            let names = random.pick([["a", "b"], ["b", "c"], ["c", "a"], ["eye", "a"]])
            terms.measures.append(
                PlainTerms.Measure(
                    name: "m\(index)",
                    first: names[0],
                    second: random.chance(600) ? names[1] : nil,
                    rule: random.pick(["mean", "higher", "lower", "dispute"]),
                    otherwise: random.chance(300) ? random.number(0...20_000) : nil
                )
            )
        }
        terms.index = (
            random.number(50...100),
            terms.measures.map { ($0.name, random.number(1...80), random.number(1...30_000)) }
        )
        for index in 0..<Int(random.number(2...6)) { terms.clauses.append(clause("c\(index)", terms)) }
        // A compensation has a condition somewhere.
        terms.clauses.append(
            PlainTerms.Clause(name: "c9", from: "a", to: "b", amount: .fixed([100]), condition: ("P", "<", 100))
        )
        return terms
    }

    private mutating func clause(_ name: String, _ terms: PlainTerms) -> PlainTerms.Clause {
        let parties = ["a", "b", "c"]
        let from = random.pick(parties)
        let to = random.pick((parties + ["f0", "f1"]).filter { $0 != from })
        let measure = random.pick(terms.measures).name
        func sums(_ random: inout SplitMix64) -> [Int64] {
            (0..<(random.chance(500) ? 1 : terms.periodCount)).map { _ in random.number(0...60_000) }
        }
        var clause = PlainTerms.Clause(name: name, from: from, to: to, amount: .fixed([]))
        switch random.number(0...7) {
        case 0...2: clause.amount = .fixed(sums(&random))
        case 3:
            clause.from = random.pick(["f0", "f1"])
            clause.to = random.pick(parties)
            clause.amount = random.chance(500) ? .all : .rest
        case 4:
            clause.amount = .rate(
                random.number(0...5000),
                measure: measure,
                least: random.chance(300) ? random.number(0...500) : nil,
                most: random.chance(300) ? random.number(500...40_000) : nil,
                rounding: random.pick(["down", "up", "half"])
            )
        case 5:
            let share = random.number(0...100_000)
            clause.amount = .split(
                measure: nil,
                total: sums(&random),
                tiers: [(nil, [("a", share), ("c", 100_000 - share)], random.pick(["a", "c"]))]
            )
            clause.to = random.pick(["f0", "f1"])
        default:
            let (one, two) = (random.number(0...100_000), random.number(0...50_000))
            clause.to = ""
            clause.amount = .split(
                measure: measure,
                total: [],
                tiers: [
                    (random.number(0...150), [("a", one), ("b", 100_000 - one)], random.pick(["a", "b"])),
                    (
                        random.chance(700) ? nil : 250, [("b", two), ("c", two), ("f1", 100_000 - 2 * two)],
                        random.pick(["b", "c", "f1"])
                    ),
                ]
            )
        }
        if case .fixed = clause.amount, random.chance(300) {
            clause.atStart = true
        } else if random.chance(400) {
            let name = random.pick(["P", measure])
            clause.condition = (name, random.pick(["<=", ">=", "<", ">", "=", "!="]), random.number(0...300))
        }
        return clause
    }
}
