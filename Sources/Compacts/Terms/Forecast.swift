package import Permits
import Registry

/// What an agreement would pay on given figures, if every party always has the money.
///
/// The same clauses are reckoned by the same functions as a contract's; only claims, breaches and permits are left out.
package struct Forecast: Sendable {
    /// A payment of a clause in a period.
    package struct Payment: Sendable {
        package let clause: Code
        package let due: Due
    }

    /// One period.
    package struct Period: Sendable {
        package let label: Code
        /// What was known, by the places of the measures.
        package var figures: [Figure?]
        /// What the indices came to; nil: something was not known.
        package var indices: [ExactNumber?]
        package var payments: [Payment] = []
        /// What clauses that move permits or bar a member would do, and clauses that said nothing, with why.
        package var notes: [(clause: Code, text: String)] = []
        /// What each party has got less what it has paid in this period, in minor units.
        package var net: [Int64]
    }

    package let terms: Terms
    package private(set) var periods: [Period] = []
    /// What is left in each fund and bond, before the end returns it.
    package private(set) var balances: [Money]
    /// The parties that the others have expelled, if they all vote for it.
    private var expelled: Set<Terms.Place> = []

    /// Reckons every period.
    ///
    /// - Parameters:
    ///   - terms: the agreement.
    ///   - figures: by period and measure; what is nil and has no default was not measured.
    ///   - standings: the score of each party, as it stays throughout.
    ///   - opening: what each fund has at the beginning.
    package init(_ terms: Terms, figures: [[Figure?]], standings: [Int64], opening: [Money]) {
        self.terms = terms
        balances = opening
        for period in terms.schedule.periods.indices {
            run(period, figures[period], standings)
        }
    }

    private mutating func run(_ index: Int, _ given: [Figure?], _ standings: [Int64]) {
        var turnovers = [Agreement.FundState.Turnover](
            repeating: .init(period: terms.schedule.periods[index].label),
            count: terms.funds.count
        )
        var period = Period(
            label: terms.schedule.periods[index].label,
            figures: [],
            indices: [],
            net: [Int64](repeating: 0, count: terms.parties.count)
        )
        for place in terms.clauses(in: index, at: .start) {
            execute(terms.clauses[place], index, inputs(given, standings, turnovers), &period, &turnovers)
        }
        let known = inputs(given, standings, turnovers)
        period.figures = known.figures
        period.indices = terms.indices.map { terms.known($0, known) }
        for place in terms.clauses(in: index, at: .due) {
            execute(terms.clauses[place], index, inputs(given, standings, turnovers), &period, &turnovers)
        }
        periods.append(period)
    }

    private func inputs(
        _ given: [Figure?],
        _ standings: [Int64],
        _ turnovers: [Agreement.FundState.Turnover]
    ) -> Inputs {
        Inputs(
            figures: terms.measures.indices.map { figure($0, given, turnovers) },
            standings: standings,
            balances: balances,
            rests: turnovers.map(\.rest),
            fees: .zero
        )
    }

    private mutating func execute(
        _ clause: Clause,
        _ index: Int,
        _ inputs: Inputs,
        _ period: inout Period,
        _ turnovers: inout [Agreement.FundState.Turnover]
    ) {
        do throws(Undetermined) {
            guard try terms.applies(clause, inputs) else { return }
            if let note = terms.note(on: clause, period: index) { period.notes.append((clause.name, note)) }
            if case .expel(let expulsion) = clause.action { expelled.insert(.party(expulsion.party)) }
            for due in try terms.dues(of: clause, period: index, inputs) + terms.prices(of: clause, period: index)
            where !expelled.contains(due.from) && !expelled.contains(due.to) {
                move(due, clause.name, &period, &turnovers)
            }
        } catch { period.notes.append((clause.name, error.text)) }
    }

    /// Moves what a clause says, as far as a fund has it.
    private mutating func move(
        _ due: Due,
        _ clause: Code,
        _ period: inout Period,
        _ turnovers: inout [Agreement.FundState.Turnover]
    ) {
        var due = due
        func add(_ amount: Int64, to party: Int) {
            period.net[party] = Money(minorUnits: period.net[party]).clampedSum(Money(minorUnits: amount)).minorUnits
        }
        switch due.from {
        case .fund(let fund):
            due.amount = min(due.amount, balances[fund])
            balances[fund] = balances[fund] - due.amount
            turnovers[fund].paid = turnovers[fund].paid.clampedSum(due.amount)
        case .party(let party): add(-due.amount.minorUnits, to: party)
        case .fees: break
        }
        switch due.to {
        case .fund(let fund):
            balances[fund] = balances[fund].clampedSum(due.amount)
            turnovers[fund].received = turnovers[fund].received.clampedSum(due.amount)
        case .party(let party): add(due.amount.minorUnits, to: party)
        case .fees: break
        }
        if due.amount > .zero { period.payments.append(Payment(clause: clause, due: due)) }
    }

    private func figure(_ measure: Int, _ given: [Figure?], _ turnovers: [Agreement.FundState.Turnover]) -> Figure? {
        switch terms.measures[measure].source {
        case .readings(let sampling): given[measure] ?? sampling.otherwise
        case .balance(.fund(let fund)): Figure(minorUnits: Int128(balances[fund].minorUnits), terms.currency)
        case .received(let fund): Figure(minorUnits: Int128(turnovers[fund].received.minorUnits), terms.currency)
        case .facility, .proceeds, .balance: given[measure]
        }
    }
}

extension Terms {
    /// What is paid for permits that a clause delivers.
    func prices(of clause: Clause, period: Int) -> [Due] {
        guard case .deliver(let delivery) = clause.action, delivery.totals.of(period) > .zero else { return [] }
        return [Due(from: .party(delivery.to), to: .party(delivery.from), amount: delivery.totals.of(period))]
    }

    /// What a clause does that moves no money by itself.
    func note(on clause: Clause, period: Int) -> String? {
        switch clause.action {
        case .pay, .split: nil
        case .deliver(let delivery):
            "\(delivery.quantity(in: period).units) permits of \(delivery.permits.text) from \(parties[delivery.from].name) to "
                + "\(parties[delivery.to].name)"
        case .issue(let issue):
            "permits of \(issue.permits.text) to \(parties[issue.to].name), \(issue.factor) for a unit that \(issue.facility) saves"
        case .suspend(let suspension):
            "\(parties[suspension.party].name) is suspended from \(suspension.program) for \(suspension.days) days"
        case .expel(let expulsion):
            "\(parties[expulsion.party].name) "
                + (expulsion.votes == 0 ? "is expelled" : "may be expelled: the others vote")
        }
    }
}
