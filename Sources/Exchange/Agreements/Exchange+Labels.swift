import Compacts
import Permits
import Registry

// Eco-labels: awarded, renewed, withdrawn and lapsed by the registry's facts.

extension Exchange {
    mutating func setLabel(_ new: NewLabel, _ sender: Sender) throws(Refusal) {
        let program = try findProgram(new.program)
        try checkRegulator(of: program, sender)
        if let before = compacts.label(new.code), before.program != program {
            throw Refusal(.alreadyExists, "there is a label \(new.code) of another program")
        }
        guard compacts.label(new.code) != nil || compacts.livingLabels(of: program) < Limits.labelsMax else {
            throw Refusal(
                .limitReached,
                "\(new.program) has \(Limits.labelsMax) labels, the most it can; close one that nobody has"
            )
        }
        let label: Label
        do throws(TermsProblem) {
            label = try Label(
                code: new.code,
                program: program,
                name: new.name,
                days: new.days,
                text: new.criteria,
                isClosed: new.isClosed
            )
        } catch { throw Refusal(.badTerms, "criteria: \(error.text)") }
        // Nothing below may fail.
        compacts.forgetClosedLabels(of: program)
        compacts.set(label)
        publish(.label(label))
        for facility in registry.facilityIDs where registry[facility].program == program { unlabelled.append(facility) }
    }

    /// Notes that the labels of a member's facilities must be looked at.
    mutating func markLabels(of member: MemberID) {
        guard !compacts.labels.isEmpty else { return }
        unlabelled += registry.facilityIDs(of: member)
    }

    /// Notes which facilities' labels a public fact may change.
    mutating func markLabels(_ fact: RegistryFact) {
        guard !compacts.labels.isEmpty else { return }
        switch fact.bearing {
        case .nothing: break
        case .use(of: let id), .facility(let id): unlabelled.append(id)
        case .owner(of: let id): markLabels(of: registry[id].member)
        case .member(let member): markLabels(of: member)
        }
    }

    /// Awards and withdraws what the facts of a command have changed: of some facilities at once, of the others in a `CLOCK`.
    mutating func reviewLabels() {
        let facilities = Set(unlabelled.prefix(Limits.reviewsMax)).sorted()
        unlabelled.removeFirst(min(Limits.reviewsMax, unlabelled.count))
        if !unlabelled.isEmpty { timers.add(.review, at: now) }
        for facility in facilities {
            for label in compacts.labels where label.program == registry[facility].program {
                review(label, facility)
            }
        }
    }

    private mutating func review(_ label: Label, _ facility: FacilityID) {
        let award = compacts.award(label.code, to: facility)
        let fulfils = !registry[facility].isClosed && fulfils(label, facility)
        let state: LabelAward.State
        switch award {
        case nil:
            guard fulfils, !label.isClosed else { return }
            state = .awarded
        case let award?:
            if !fulfils {
                state = award.until <= now ? .lapsed : .withdrawn
            } else {
                guard award.until <= now else { return }
                state = label.isClosed ? .lapsed : .renewed
            }
        }
        let until = now.adding(microseconds: label.days * Timestamp.microsecondsPerDay)
        var next = award ?? LabelAward(label: label.code, facility: facility, since: now, until: until)
        if state == .awarded || state == .renewed {
            next.until = until
            compacts.set(next, label.code, of: facility)
            timers.add(.labelEnds(facility), at: until)
        } else {
            compacts.set(nil, label.code, of: facility)
        }
        publish(.award(next, state))
    }

    /// Whether a facility fulfils a label's criteria; what is not known yet does not.
    private func fulfils(_ label: Label, _ facility: FacilityID) -> Bool {
        do throws(Undetermined) {
            return try label.criteria.holds { fact throws(Undetermined) in try value(of: fact, label.program, facility)
            }
        } catch { return false }
    }

    private func value(of fact: Label.Fact, _ program: ProgramID, _ id: FacilityID) throws(Undetermined) -> ExactNumber
    {
        func whole(_ units: Int64) -> ExactNumber { ExactNumber(units: Int128(units) * 1_000_000_000_000_000_000) }
        let facility = registry[id]
        let years = facility.reportedYears.filter { $0.measure == .use }.map(\.period)
        func use(_ year: Int64?) throws(Undetermined) -> Quantity {
            guard let year, let use = facility.verified(.use, period: year) else { throw .unmeasured(facility.code) }
            return use
        }
        switch fact {
        case .shortfall:
            guard let outcome = facility.obligations.last(where: \.isSettled)?.outcome, outcome.isVerified else {
                throw .unmeasured(facility.code)
            }
            return whole(outcome.shortfall.units)
        case .use: return whole(try use(years.last { facility.verified(.use, period: $0) != nil }).units)
        case .cut:
            let last = years.last { facility.verified(.use, period: $0) != nil }
            let (now, before) = (try use(last), try use(last.map { $0 - 1 }))
            guard before > .zero, now < before else { return whole(0) }
            let hundredths = Int128((before - now).units) * 10_000 / Int128(before.units)
            return ExactNumber(units: hundredths * 10_000_000_000_000_000)
        case .saving: return whole(facility.verifiedTotal(.saving).units)
        case .penalties:
            return whole(Int64(registry.penalties(of: facility.member).count { $0.program == program }))
        case .suspended: return whole(registry.suspension(of: facility.member, in: program) == nil ? 0 : 1)
        case .retired:
            return whole(registry.retired(by: facility.member, of: program))
        case .standing: return whole(standing(of: facility.member).score)
        }
    }
}
