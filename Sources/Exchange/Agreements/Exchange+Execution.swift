import Compacts
import Ledger
package import Permits
import Registry
import Seals

// Contracts execute by themselves: from readings and dates alone.

extension Exchange {
    /// Does all that is due under an agreement, and sets the timer for what comes next.
    ///
    /// What is done is marked first, so nothing is done twice. What is more than a slice of work goes on with the next `CLOCK`.
    mutating func advance(_ id: AgreementID) {
        guard let terms = compacts[id].terms else { return }
        stepsLeft -= terms.schedule.periods.count / Exchange.periodsOfStep
        for (rank, moment) in moments(terms, id).enumerated() {
            guard compacts[id].state == .contract else { break }
            guard rank == 0 || !isSliceOver else { return wake(id) }
            stepsLeft -= 1 + terms.clauses.count + compacts[id].readings.count / Exchange.readingsOfStep
            pass(moment, terms, id)
        }
        guard collect(id) else { return wake(id) }
        if compacts[id].state == .contract, isOver(terms, id) { end(id, .completed, text: "") }
        // An earlier timer looks again and sets the next one.
        guard let next = nextMoment(terms, id), compacts[id].wakes <= now || next < compacts[id].wakes else { return }
        compacts[id].wakes = next
        timers.add(.agreement(id), at: next)
    }

    /// How many periods, and how many readings, cost a step of a slice to look at.
    private static let (periodsOfStep, readingsOfStep) = (100, 50)

    /// Ends the slice at hand, and goes on with an agreement as soon as others had their turn.
    mutating func wake(_ id: AgreementID) {
        stepsLeft = 0
        compacts[id].wakes = now
        timers.add(.agreement(id), at: now)
    }

    /// Something that falls due at a time.
    private struct Moment: Comparable {
        enum Kind: Int, Comparable {
            // At one time what ends comes before what begins, and leaving last.
            case settle, task, claim, start, leave

            static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
        }

        let time: Timestamp
        let kind: Kind
        /// The period or task by its place, or the claim by its number.
        var index = 0

        static func < (a: Moment, b: Moment) -> Bool { (a.time, a.kind, a.index) < (b.time, b.kind, b.index) }
    }

    /// What has come and is not done, in order of time, so that what was missed while the venue was down is done in turn.
    private func moments(_ terms: Terms, _ id: AgreementID) -> [Moment] {
        guard compacts[id].state == .contract else { return [] }
        var moments: [Moment] = []
        for (index, period) in terms.schedule.periods.enumerated() {
            guard period.starts <= now else { break }
            let progress = compacts[id].progress[index]
            if !progress.hasStarted { moments.append(Moment(time: period.starts, kind: .start, index: index)) }
            guard !progress.isSettled else { continue }
            moments.append(Moment(time: period.due, kind: .settle, index: index))
            moments.append(Moment(time: terms.schedule.lastCall(of: period), kind: .settle, index: index))
        }
        for (index, task) in terms.tasks.enumerated() where compacts[id].tasks[index].state.isUndecided {
            moments.append(Moment(time: task.due, kind: .task, index: index))
            moments.append(Moment(time: terms.schedule.cure(from: task.due), kind: .task, index: index))
        }
        for claim in compacts.owed(under: id) where claim.state == .open {
            moments.append(Moment(time: claim.cure, kind: .claim, index: Int(claim.number)))
        }
        moments.append(Moment(time: compacts[id].leaves, kind: .leave))
        return moments.filter { $0.time <= now }.sorted()
    }

    private mutating func pass(_ moment: Moment, _ terms: Terms, _ id: AgreementID) {
        switch moment.kind {
        case .start:
            compacts[id].progress[moment.index].hasStarted = true
            run(terms.clauses(in: moment.index, at: .start), moment.index, terms, id)
        case .settle: settle(moment.index, at: moment.time, terms, id)
        case .task: passTask(moment.index, at: moment.time, terms, id)
        case .claim: collect(claim: UInt64(moment.index), id)
        case .leave: end(id, .exited, text: "")
        }
    }

    /// Notes which agreements may have waited for a public fact: those that go by a facility's verified use or saving.
    mutating func markAgreements(_ fact: RegistryFact) {
        guard case .use(of: let facility) = fact.bearing else { return }
        awakened += compacts.contracts(goingBy: registry[facility].code)
    }

    /// Executes what a fact of the command has made due.
    mutating func advanceAwakened() {
        while let id = awakened.popLast() {
            if isSliceOver { wake(id) } else { advance(id) }
        }
    }

    /// Whether everything is done: periods settled, tasks decided, nothing left to pay.
    private func isOver(_ terms: Terms, _ id: AgreementID) -> Bool {
        now >= terms.schedule.end && compacts[id].progress.allSatisfy(\.isSettled)
            && compacts[id].tasks.allSatisfy { $0.state == .done || $0.state == .broken }
            && !compacts.owed(under: id).contains { $0.state == .open }
    }

    /// When something falls due next.
    private func nextMoment(_ terms: Terms, _ id: AgreementID) -> Timestamp? {
        let open = compacts.owed(under: id).filter { $0.state == .open }
        var moments = open.map(\.cure)
        if compacts[id].state == .contract {
            moments += [compacts[id].leaves, terms.schedule.end]
            for (progress, period) in zip(compacts[id].progress, terms.schedule.periods) where !progress.isSettled {
                moments += [period.starts, period.due, terms.schedule.lastCall(of: period)]
                if period.starts > now { break }
            }
            for (task, state) in zip(terms.tasks, compacts[id].tasks) where state.state.isUndecided {
                moments += [task.due, terms.schedule.cure(from: task.due)]
            }
            // An open claim is tried every day.
            if !open.isEmpty { moments.append(now.nextMidnight) }
        }
        return moments.filter { $0 > now && $0 != .never }.min()
    }

    // MARK: Periods

    /// Settles a period that is due, if all that it needs is known or no longer awaited, and the one before is settled.
    private mutating func settle(_ period: Int, at time: Timestamp, _ terms: Terms, _ id: AgreementID) {
        let times = terms.schedule.periods[period]
        guard times.due <= now, !compacts[id].progress[period].isSettled,
            period == 0 || compacts[id].progress[period - 1].isSettled
        else { return }
        let isLast = terms.schedule.lastCall(of: times) <= time
        let needed = terms.measuresNeeded(in: period)
        let inputs = inputs(terms, period, id, isLast: isLast)
        let isDisputed = compacts.isDisputed(id, times.label)
        guard isLast || (!isDisputed && needed.allSatisfy { inputs.figures[$0] != nil }) else { return }
        compacts[id].progress[period].isSettled = true
        if isLast { countUnread(needed, period, terms, id) }
        tell(id, .settled(period: times.label, figures: figures(terms, needed, inputs)))
        run(terms.clauses(in: period, at: .due), period, terms, id)
    }

    /// What an agreement is reckoned with now.
    private func inputs(_ terms: Terms, _ period: Int, _ id: AgreementID, isLast: Bool) -> Inputs {
        let times = terms.schedule.periods[period]
        let ofPeriod = compacts[id].readings(in: times.label)
        let figures = terms.measures.map { measure -> Figure? in
            switch measure.source {
            case .readings(let sampling):
                let readings = Readings(ofPeriod[measure.name] ?? [], of: sampling, terms)
                return isLast ? readings.final : readings.agreed
            case .facility(let code, let kind):
                let facility = registry.facility(code)
                let verified = facility.flatMap { registry[$0].verified(kind, period: times.year) }
                return verified.flatMap { Figure(DecimalNumber(whole: $0.units)) }
            case .proceeds(let program):
                let sum = registry.program(program).map { compacts.proceeds(of: $0, in: times.starts..<times.ends) }
                return Figure(minorUnits: sum ?? 0, terms.currency)
            case .balance, .received: return nil
            }
        }
        var inputs = Inputs(
            figures: figures,
            standings: terms.parties.map { party in members.member(party.member).map { standing(of: $0).score } ?? 0 },
            balances: [],
            rests: [],
            fees: .zero
        )
        refresh(&inputs, terms, times.label, id)
        return inputs
    }

    /// What accounts hold changes with every clause.
    private func refresh(_ inputs: inout Inputs, _ terms: Terms, _ label: Code, _ id: AgreementID) {
        let turnovers = terms.funds.map { fund in
            compacts[id].funds.first { $0.name == fund.name }?.turnover(in: label)
        }
        inputs.balances = terms.funds.map { balance(of: $0.name, id) }
        inputs.rests = turnovers.map { $0?.rest ?? .zero }
        inputs.fees = fees(terms.currency)
        for (index, measure) in terms.measures.enumerated() {
            let amount: Money
            switch measure.source {
            case .balance(.fund(let fund)): amount = inputs.balances[fund]
            case .balance: amount = inputs.fees
            case .received(let fund): amount = turnovers[fund]?.received ?? .zero
            case .readings, .facility, .proceeds: continue
            }
            inputs.figures[index] = Figure(minorUnits: Int128(amount.minorUnits), terms.currency)
        }
    }

    /// What is known of a period that is not settled, and the measures that are awaited.
    package func known(in period: Int, of id: AgreementID) -> (figures: [(name: Code, value: String)], missing: [Code])
    {
        guard let terms = compacts[id].terms else { return ([], []) }
        let inputs = inputs(terms, period, id, isLast: false)
        let needed = terms.measuresNeeded(in: period)
        return (
            figures(terms, needed, inputs),
            needed.filter { inputs.figures[$0] == nil }.map { terms.measures[$0].name }
        )
    }

    /// Measures and indices by name, as far as they are known.
    private func figures(_ terms: Terms, _ needed: [Int], _ inputs: Inputs) -> [(name: Code, value: String)] {
        let measured = needed.compactMap { index in
            inputs.figures[index].map { (terms.measures[index].name, "\($0)") }
        }
        let reckoned = terms.indices.compactMap { index in
            terms.known(index, inputs).map { (index.name, "\($0)") }
        }
        return measured + reckoned
    }

    /// Counts those who have not measured what was needed.
    private mutating func countUnread(_ needed: [Int], _ period: Int, _ terms: Terms, _ id: AgreementID) {
        let ofPeriod = compacts[id].readings(in: terms.schedule.periods[period].label)
        let samplers = Set(compacts[id].readings.lazy.map(\.sampler))
        for index in needed {
            guard case .readings(let sampling) = terms.measures[index].source, sampling.otherwise == nil else {
                continue
            }
            for party in Readings(ofPeriod[terms.measures[index].name] ?? [], of: sampling, terms).missing {
                // A monitor that has never measured anything here may not know of it.
                let name = terms.parties[party].name
                guard terms.parties[party].signs || samplers.contains(name), !compacts[id].isExpelled(party) else {
                    continue
                }
                guard let member = members.member(terms.parties[party].member) else { continue }
                count(\.unread, of: member)
            }
        }
    }

    /// Executes clauses of a period, each with what those before it have left.
    private mutating func run(_ clauses: [Int], _ period: Int, _ terms: Terms, _ id: AgreementID) {
        let label = terms.schedule.periods[period].label
        guard !clauses.isEmpty else { return }
        var inputs = inputs(terms, period, id, isLast: true)
        for index in clauses where compacts[id].state == .contract {
            let clause = terms.clauses[index]
            refresh(&inputs, terms, label, id)
            do throws(Undetermined) {
                guard try terms.applies(clause, inputs) else { continue }
                switch clause.action {
                case .pay, .split:
                    for due in try terms.dues(of: clause, period: period, inputs)
                    where !compacts[id].isExpelled(due.from) && !compacts[id].isExpelled(due.to) {
                        pay(due, of: id, terms, clause: clause.name, period: label)
                    }
                case .deliver(let delivery):
                    guard !compacts[id].isExpelled(delivery.from), !compacts[id].isExpelled(delivery.to) else {
                        continue
                    }
                    deliver(delivery, period, clause.name, terms, id)
                case .issue(let issue):
                    guard !compacts[id].isExpelled(issue.to), !compacts[id].isExpelled(issue.regulator) else {
                        continue
                    }
                    self.issue(issue, clause.name, label, terms, id)
                case .suspend(let suspension):
                    guard !compacts[id].isExpelled(suspension.regulator) else { continue }
                    bar(suspension, clause.name, label, terms, id)
                case .expel(let expulsion): find(expulsion, clause.name, label, terms, id)
                }
            } catch { tell(id, .undetermined(clause: clause.name, period: label, text: error.text)) }
        }
    }

    /// Issues the permits that a verified saving creates, as the regulator would.
    private mutating func issue(
        _ issue: IssueTerms,
        _ clause: Code,
        _ period: Code,
        _ terms: Terms,
        _ id: AgreementID
    ) {
        let regulator = members.member(terms.parties[issue.regulator].member) ?? .venue
        guard let facility = registry.facility(issue.facility) else { return }
        let saved = registry[facility].verifiedTotal(.saving) - registry[facility].savingUsed
        guard saved > .zero else {
            let text = "no saving of \(issue.facility) is verified that has no permits yet"
            return tell(id, .undetermined(clause: clause, period: period, text: text))
        }
        let new = NewAllocation(
            issue.permits,
            member: terms.parties[issue.to].member,
            facility: issue.facility,
            method: .saving,
            basis: saved,
            factor: issue.factor.decimal
        )
        do throws(Refusal) {
            _ = try allocate(new, Sender(member: regulator, user: .venue, id: .none))
        } catch { tell(id, .undetermined(clause: clause, period: period, text: error.text)) }
    }

    /// Suspends a party from a program, as the regulator would.
    private mutating func bar(
        _ suspension: SuspensionTerms,
        _ clause: Code,
        _ period: Code,
        _ terms: Terms,
        _ id: AgreementID
    ) {
        let regulator = members.member(terms.parties[suspension.regulator].member) ?? .venue
        let until = now.adding(microseconds: suspension.days * Timestamp.microsecondsPerDay)
        let before = registry.program(suspension.program).flatMap { program in
            members.member(terms.parties[suspension.party].member).flatMap { registry.suspension(of: $0, in: program) }
        }
        // What is in force is never lessened.
        guard before.map({ $0.until < until && $0.auctions == nil }) ?? true else {
            let text = "\(terms.parties[suspension.party].member) is suspended for longer already"
            return tell(id, .undetermined(clause: clause, period: period, text: text))
        }
        let new = NewSuspension(
            program: suspension.program,
            member: terms.parties[suspension.party].member,
            until: until,
            auctions: nil,
            isFrozen: before?.isFrozen ?? false,
            text: "\(compacts[id].code) \(clause) \(period)"
        )
        do throws(Refusal) {
            try suspend(new, Sender(member: regulator, user: .venue, id: .none))
        } catch { tell(id, .undetermined(clause: clause, period: period, text: error.text)) }
    }

    // MARK: Tasks

    private mutating func passTask(_ index: Int, at time: Timestamp, _ terms: Terms, _ id: AgreementID) {
        let task = terms.tasks[index]
        if compacts[id].tasks[index].state == .open {
            compacts[id].tasks[index].state = .late
            tell(id, .task(task.name, .late, evidence: .zero))
        }
        guard compacts[id].tasks[index].state == .late, terms.schedule.cure(from: task.due) <= time else { return }
        breakTask(index, task, terms, id)
    }

    /// A task is not done: its owner's bond pays for it.
    mutating func breakTask(_ index: Int, _ task: Terms.Task, _ terms: Terms, _ id: AgreementID) {
        compacts[id].tasks[index].state = .broken
        if let owner = members.member(terms.parties[task.owner].member) { count(\.broken, of: owner) }
        tell(id, .task(task.name, .broken, evidence: .zero))
        guard let forfeit = task.forfeit else { return }
        _ = drawBonds(of: task.owner, forfeit, for: task.name, terms, id, to: nil)
    }
}
