import Permits

/// What the clauses of a period must do, reckoned from the plain terms with plain integers.
struct CompactOracle {
    /// What one clause does.
    struct Act: Equatable, CustomStringConvertible {
        var kind: String
        var clause: String
        var from = ""
        var to = ""
        var due: Int64 = 0
        var paid: Int64 = 0

        var description: String { "\(kind) \(clause) \(from)>\(to) due \(due) paid \(paid)" }
    }

    let terms: PlainTerms
    let period: String
    let index: Int
    /// By measure, in hundredths times ten thousand: millionths.
    let figures: [String: Int64]
    /// Cash by member and fund, in cents.
    var balances: [String: Int64]
    /// What came in for the period less what went out, by fund.
    var rests: [String: Int64]
    /// What is given up: clause and by whom.
    let waived: Set<String>
    private(set) var acts: [Act] = []

    init(
        _ terms: PlainTerms,
        period: String,
        index: Int,
        figures: [String: Int64],
        balances: [String: Int64],
        rests: [String: Int64],
        waived: Set<String>
    ) {
        self.terms = terms
        self.period = period
        self.index = index
        self.figures = figures
        self.balances = balances
        self.rests = rests
        self.waived = waived
    }

    /// Everything of one moment, in order.
    mutating func run(atStart: Bool) {
        for clause in terms.clauses where clause.atStart == atStart { run(clause) }
    }

    private mutating func run(_ clause: PlainTerms.Clause) {
        if let condition = clause.condition {
            guard let holds = holds(condition) else {
                return acts.append(Act(kind: "undetermined", clause: clause.name))
            }
            guard holds else { return }
        }
        func sum(_ sums: [Int64]) -> Int64 { sums.count == 1 ? sums[0] : sums[index] }
        switch clause.amount {
        case .fixed(let sums): pay(clause, clause.from, clause.to, sum(sums))
        case .all: pay(clause, clause.from, clause.to, balances[clause.from] ?? 0)
        case .rest:
            pay(clause, clause.from, clause.to, min(balances[clause.from] ?? 0, max(0, rests[clause.from] ?? 0)))
        case .rate(let rate, let measure, let least, let most, let rounding):
            guard let figure = figures[measure] else {
                return acts.append(Act(kind: "undetermined", clause: clause.name))
            }
            // Thousandths × millionths, into cents.
            let product = rate * figure
            let unit: Int64 = 10_000_000
            var cents = product / unit
            if rounding == "up", product % unit > 0 { cents += 1 }
            if rounding == "half", product % unit * 2 >= unit { cents += 1 }
            pay(clause, clause.from, clause.to, min(max(cents, least ?? 0), most ?? .max))
        case .split(let measure, let total, let tiers):
            split(clause, measure, total, tiers)
        }
    }

    private mutating func split(
        _ clause: PlainTerms.Clause,
        _ measure: String?,
        _ total: [Int64],
        _ tiers: [(upTo: Int64?, shares: [(String, Int64)], rest: String)]
    ) {
        var cents = total.count == 1 ? total[0] : total.isEmpty ? 0 : total[index]
        if let measure {
            guard let figure = figures[measure] else {
                return acts.append(Act(kind: "undetermined", clause: clause.name))
            }
            cents = figure / 10_000
        }
        var names: [String] = []
        var parts: [String: Int64] = [:]
        var below: Int64 = 0
        for tier in tiers {
            let top = max(below, tier.upTo.map { $0 * 100 } ?? max(below, cents))
            let here = max(0, min(cents, top) - below)
            var left = here
            for (name, share) in tier.shares {
                if !names.contains(name) { names.append(name) }
                parts[name, default: 0] += here * share / 100_000
                left -= here * share / 100_000
            }
            parts[tier.rest, default: 0] += left
            below = top
        }
        guard cents <= below else { return acts.append(Act(kind: "undetermined", clause: clause.name)) }
        for name in names {
            let (from, to) = measure == nil ? (name, clause.to) : (clause.from, name)
            if from != to { pay(clause, from, to, parts[name] ?? 0) }
        }
    }

    private func holds(_ condition: (name: String, relation: String, bound: Int64)) -> Bool? {
        // Eighteen decimals.
        let value: Int128
        if condition.name == "P", let index = terms.index {
            var sum: Int128 = 0
            for part in index.parts {
                guard let figure = figures[part.measure] else { return nil }
                let base = Int128(part.baseline) * 10_000
                let ratio = (Int128(figure) * 1_000_000 + base / 2) / base
                sum += Int128(part.weight) * 10_000 * ratio
            }
            value = sum * Int128(index.factor) * 10_000
        } else {
            guard let figure = figures[condition.name] else { return nil }
            value = Int128(figure) * 1_000_000_000_000
        }
        let bound = Int128(condition.bound) * 10_000_000_000_000_000
        return switch condition.relation {
        case "<=": value <= bound
        case ">=": value >= bound
        case "<": value < bound
        case ">": value > bound
        case "=": value == bound
        default: value != bound
        }
    }

    private mutating func pay(_ clause: PlainTerms.Clause, _ from: String, _ to: String, _ due: Int64) {
        guard due > 0 else { return }
        if waived.contains("\(clause.name) \(to)") { return acts.append(Act(kind: "waived", clause: clause.name)) }
        let paid = min(due, max(0, balances[from] ?? 0))
        balances[from, default: 0] -= paid
        balances[to, default: 0] += paid
        rests[from, default: 0] -= paid
        rests[to, default: 0] += paid
        acts.append(Act(kind: "payment", clause: clause.name, from: from, to: to, due: due, paid: paid))
        let isFund = terms.funds.contains { $0.name == from }
        guard paid < due, !isFund else { return }
        acts.append(Act(kind: "claim", clause: clause.name, due: due - paid))
    }
}
