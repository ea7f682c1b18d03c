package import Compacts
package import Permits
import Registry
import Seals

/// An agreement in plain words.
package struct CompactWords {
    private let terms: Terms
    private var lines: [String] = []

    /// Says what terms mean.
    package init(_ terms: Terms) {
        self.terms = terms
        head()
        figures()
        for clause in terms.clauses { lines.append("- \(clause.name): \(sentence(of: clause))") }
        rest()
        lines.append("")
        lines.append("SHA-256 of the text, which the parties sign: \(terms.digest.hex)")
    }

    /// All of it.
    package var text: String { lines.joined(separator: "\n") }

    private mutating func head() {
        let schedule = terms.schedule
        lines.append("\(terms.title) (\(terms.kind.text), \(terms.currency.text))")
        lines.append("")
        for party in terms.parties {
            lines.append(
                "- \(party.name): \(party.member)\(party.signs ? ", two persons of which sign" : ", a monitor, which does not sign")"
            )
        }
        lines.append("")
        lines.append(
            "\(schedule.starts.text) to \(schedule.ends.text), in \(schedule.periods.count) period\(schedule.periods.count == 1 ? "" : "s"): "
                + schedule.periods.prefix(4).map { "\($0.label)" }.joined(separator: ", ")
                + (schedule.periods.count > 4 ? ", …" : "")
        )
        lines.append(
            "Each is settled \(schedule.dueDays) days after its end; missing or disputed readings may take \(schedule.graceDays) days more. "
                + "A debt that is still open after \(schedule.cureDays) days is broken. Complaints are answered in \(schedule.answerDays) days."
        )
        lines.append("")
    }

    private mutating func figures() {
        for measure in terms.measures {
            lines.append("- \(measure.name)\(measure.unit.isEmpty ? "" : " (\(measure.unit))"): \(source(of: measure))")
        }
        for index in terms.indices {
            let parts = index.parts.map { part in
                let name = "\(terms.measures[part.measure].name)"
                let ratio = part.baseline == .one ? name : "\(name) ÷ \(part.baseline)"
                return "\(part.weight) × \(ratio)"
            }
            lines.append("- \(index.name) = \(index.factor) × (\(parts.joined(separator: " + ")))")
        }
        for fund in terms.funds {
            if let bond = fund.bond {
                let reduced =
                    bond.standing.map { ", or \(money(bond.reduced)) with a standing of at least \($0)" } ?? ""
                lines.append("- \(fund.name): a bond of \(money(bond.amount)) from \(name(bond.from))\(reduced)")
            } else {
                let manager =
                    fund.manager.map { ", spent by \(name($0)) for its purposes alone" }
                    ?? ", which the clauses alone spend"
                lines.append("- \(fund.name): a fund\(manager); what is left at the end goes to \(name(fund.rest))")
            }
        }
        for purpose in terms.purposes {
            let most = purpose.most.map { ", \(money($0)) at most" } ?? ""
            let payees = purpose.payees.map { "\($0)" }.joined(separator: ", ")
            lines.append("- \(terms.funds[purpose.fund].name) may pay \(payees) for \(purpose.name)\(most)")
        }
        if !terms.measures.isEmpty || !terms.funds.isEmpty { lines.append("") }
    }

    private func source(of measure: MeasureTerms) -> String {
        switch measure.source {
        case .readings(let sampling):
            var text = "measured by \(name(sampling.first))"
            if let second = sampling.second {
                text += " and \(name(second)); more than \(sampling.tolerance.text) per cent apart, "
                text += sampling.rule == .dispute ? "it is in dispute" : "the \(sampling.rule.text) counts"
            }
            if let arbiter = sampling.arbiter { text += "; \(name(arbiter)) decides" }
            if sampling.samples > 1 { text += "; the mean of \(sampling.samples) samples a period" }
            if let otherwise = sampling.otherwise { text += "; \(otherwise) if nobody reports" }
            return text
        case .facility(let code, let measure): return "the verified \(measure.text) of the facility \(code)"
        case .proceeds(let program): return "what auctions of \(program) bring its regulator"
        case .balance(let place): return "what \(terms.name(of: place)) holds"
        case .received(let fund): return "what came into \(terms.funds[fund].name)"
        }
    }

    private func sentence(of clause: Clause) -> String {
        let when =
            clause.condition.map {
                ", when \($0.text.replacing("|", with: " or ").replacing(",", with: " and "))"
            } ?? ""
        let moment = clause.moment == .start ? " with its first day" : ""
        let period =
            switch clause.selector {
            case .every: "in each period"
            case .first: "in the first period"
            case .last: "in the last period"
            case .one(let index): "in \(terms.schedule.periods[index].label)"
            }
        return "\(period)\(moment)\(when), \(act(of: clause.action))"
    }

    private func act(of action: Clause.Action) -> String {
        switch action {
        case .pay(let payment):
            let amount =
                switch payment.amount {
                case .fixed(let sums): list(sums)
                case .all: "all that it has"
                case .rest: "what is left of what came in for the period"
                case .rate(let rate, let measure, let least, let most, let rounding):
                    "\(rate) \(terms.currency.text) for each unit of \(terms.measures[measure].name), rounded \(rounding.text)"
                        + (least.map { ", at least \(money($0))" } ?? "")
                        + (most.map { ", at most \(money($0))" } ?? "")
                }
            return "\(terms.name(of: payment.from)) pays \(terms.name(of: payment.to)) \(amount)"
        case .split(let split):
            let total =
                switch split.total {
                case .fixed(let sums): list(sums)
                case .measure(let measure): "\(terms.measures[measure].name)"
                }
            let tiers = split.tiers.map { tier in
                let shares = split.ends.indices.filter { tier.shares[$0] > 0 }
                    .map { "\(terms.name(of: split.ends[$0])) \(Figure(millionths: tier.shares[$0])) %" }
                let indexed = tier.indexed.map { " × \(terms.measures[$0.measure].name) ÷ \($0.base)" } ?? ""
                let top = tier.upTo.map { " up to \($0)\(indexed)" } ?? ""
                return
                    "\(shares.joined(separator: ", "))\(top) (what rounding leaves to \(terms.name(of: split.ends[tier.rest])))"
            }
            let shares = tiers.joined(separator: "; above that ")
            return split.isPaidOut
                ? "\(terms.name(of: split.hub)) divides \(total) among \(shares)"
                : "\(terms.name(of: split.hub)) gets \(total) from \(shares)"
        case .deliver(let delivery):
            let quantities = delivery.quantities.map { "\($0.units)" }.joined(separator: ", ")
            return
                "\(name(delivery.from)) delivers \(quantities) permits of \(delivery.permits.text) to \(name(delivery.to)) for \(list(delivery.totals))"
        case .issue(let issue):
            return
                "\(name(issue.regulator)) issues to \(name(issue.to)) \(issue.factor) permits of \(issue.permits.text) for each unit that \(issue.facility) is verified to have saved"
        case .suspend(let suspension):
            return
                "\(name(suspension.regulator)) suspends \(name(suspension.party)) from \(suspension.program) for \(suspension.days) days"
        case .expel(let expulsion):
            let vote =
                switch expulsion.votes {
                case 0: ""
                case nil: ", if all other members vote for it"
                case let votes?: ", if \(votes) other members vote for it"
                }
            return "\(name(expulsion.party)) is expelled\(vote); the agreement goes on among the others"
        }
    }

    private mutating func rest() {
        for task in terms.tasks {
            let confirmer = task.confirmer ?? task.owner
            let forfeit = task.forfeit.map { ", or loses \(money($0)) of its bond" } ?? ""
            let text = task.text.isEmpty ? "" : " (\(task.text))"
            let due = CalendarDate(dayNumber: task.due.day - 1).text
            lines.append(
                "- \(task.name)\(text): done by \(name(task.owner)) until \(due), as \(name(confirmer)) says\(forfeit)"
            )
        }
        for entry in terms.entries {
            let needs = [entry.standing.map { "a standing of \($0)" }, entry.funds.map { "\(money($0)) free" }]
            lines.append(
                "- \(name(entry.party)) must have \(needs.compactMap(\.self).joined(separator: " and ")) to enter"
            )
        }
        let penalty = terms.breach.penalty == .zero ? "" : " \(terms.breach.penalty.text) per cent is owed on top;"
        lines.append(
            "- when a debt is broken:\(penalty) bonds pay what they can; the agreement \(terms.breach.ends ? "ends" : "goes on")"
        )
        for exit in terms.exits {
            lines.append("- \(name(exit.party)) may end it with \(exit.noticeDays) days' notice")
        }
    }

    private func name(_ party: Int) -> String { "\(terms.parties[party].name)" }

    private func money(_ amount: Money) -> String {
        "\(CompactWords.amount(amount.minorUnits, terms.currency)) \(terms.currency.text)"
    }

    private func list(_ sums: [Money]) -> String { sums.map(money).joined(separator: ", then ") }

    /// An amount with thousands apart.
    package static func amount(_ minorUnits: Int64, _ currency: Currency) -> String {
        let text = FixedPoint.text(Int64(clamping: minorUnits.magnitude), scale: currency.scale)
        let parts = text.split(separator: ".").map(String.init)
        var grouped = ""
        for (index, digit) in parts[0].enumerated() {
            if index > 0, (parts[0].count - index).isMultiple(of: 3) { grouped.append(" ") }
            grouped.append(digit)
        }
        return (minorUnits < 0 ? "-" : "") + ([grouped] + parts.dropFirst()).joined(separator: ".")
    }
}
