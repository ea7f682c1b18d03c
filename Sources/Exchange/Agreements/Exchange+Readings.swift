import Compacts
import Permits
import Registry
import Seals

// What parties and monitors measure for agreements, and tasks that are done.

extension Exchange {
    /// A reading of a sampler, or a decision of the arbiter.
    mutating func read(_ new: NewReading, _ sender: Sender) throws(Refusal) {
        let (id, terms) = try findInForce(new.agreement, seenBy: sender.member)
        guard let index = terms.measures.firstIndex(where: { $0.name == new.measure }),
            case .readings(let sampling) = terms.measures[index].source
        else { throw Refusal(.unknownMeasure, "\(new.agreement) has no measure \(new.measure) that is read") }
        guard let period = terms.schedule.period(new.period) else {
            throw Refusal(.unknownPeriod, "\(new.agreement) has no period \(new.period)")
        }
        let own = compacts[id].parties(of: members[sender.member].code)
        let sampler = [sampling.first, sampling.second].compactMap(\.self).first { own.contains($0) }
        let arbiter = sampling.arbiter.flatMap { own.contains($0) ? $0 : nil }
        guard let party = sampler ?? arbiter else {
            throw Refusal(.notAppointed, "\(members[sender.member].code) does not measure \(new.measure)")
        }
        guard !compacts[id].progress[period].isSettled else {
            throw Refusal(.periodClosed, "period \(new.period) is settled; an amendment can correct it")
        }
        guard terms.schedule.periods[period].starts <= now else {
            throw Refusal(.outOfRange, "period \(new.period) has not begun")
        }
        guard let figure = Figure(new.value) else {
            throw Refusal(.badNumber, "value must be 0 to \(Figure.max), with at most \(Figure.scale) decimals")
        }
        let isDetermination = sampler == nil
        guard new.sample.map({ $0 <= sampling.samples }) ?? (isDetermination || sampling.samples == 1) else {
            throw Refusal(.outOfRange, "sample must be 1 to \(sampling.samples)")
        }
        // Nothing below may fail.
        let reading = Reading(
            number: compacts[id].readingCount + 1,
            measure: new.measure,
            period: new.period,
            sample: new.sample ?? (isDetermination ? 0 : 1),
            sampler: terms.parties[party].name,
            figure: figure,
            isDetermination: isDetermination,
            time: now,
            evidence: new.evidence
        )
        compacts[id].take(reading)
        tell(id, .reading(reading, by: sender.member))
        advance(id)
    }

    /// Who must say so says that a task is done.
    mutating func fulfil(_ name: Code, of code: Code, evidence: Digest, _ sender: Sender) throws(Refusal) {
        let (id, terms) = try findInForce(code, seenBy: sender.member)
        guard let index = terms.tasks.firstIndex(where: { $0.name == name }) else {
            throw Refusal(.unknownClause, "\(code) has no task \(name)")
        }
        let task = terms.tasks[index]
        // Who was expelled confirms nothing any more.
        let confirmer = task.confirmer.flatMap { compacts[id].isExpelled($0) ? nil : $0 } ?? task.owner
        guard terms.parties[confirmer].member == members[sender.member].code else {
            throw Refusal(.notAppointed, "\(terms.parties[confirmer].member) says when \(name) is done")
        }
        let state = compacts[id].tasks[index].state
        guard state == .open || state == .late else {
            throw Refusal(.periodClosed, "task \(name) is \(state.text)")
        }
        // Nothing below may fail.
        compacts[id].tasks[index].state = .done
        if let owner = members.member(terms.parties[task.owner].member) {
            // Who says it of itself has earned nothing by it.
            if state == .late { count(\.late, of: owner) } else { credit(\.kept, owner, for: sender.member) }
        }
        tell(id, .task(name, .done, evidence: evidence))
        advance(id)
    }
}
