import Audit
import Ledger
package import Permits
import Registry

// Facilities, who measures them, and what they report.

extension Exchange {
    /// Looks a facility up by its code.
    /// - Throws: `unknownFacility`.
    package func findFacility(_ code: Code) throws(Refusal) -> FacilityID {
        guard let facility = registry.facility(code) else {
            throw Refusal(.unknownFacility, "no facility \(code); FACILITIES lists them")
        }
        return facility
    }

    mutating func registerFacility(_ new: NewFacility, _ sender: Sender) throws(Refusal) {
        let member = try findMember(new.member)
        let program = try findProgram(new.program)
        if new.closes { return try closeFacility(new, member, program, sender) }
        if let id = registry.facility(new.code) { return try changeFacility(id, new, member, program, sender) }
        try checkRegulator(of: program, sender)
        try checkAtRest(program)
        guard registry.facilityCount(of: sender.member) < Limits.facilitiesMax else {
            throw Refusal(.limitReached, "you have \(Limits.facilitiesMax) facilities, the most a regulator can")
        }
        try checkParticipant(member)
        var facility = Facility(
            code: new.code,
            program: program,
            zone: new.zone ?? .none,
            name: new.name ?? "\(new.code)",
            member: member
        )
        // What it used in periods that are settled is due at the next deadline.
        for deadline in registry.deadlines where deadline.program == program && deadline.isDone && deadline.isFinal {
            facility.obligations.append(.settled(period: deadline.period, since: deadline.since))
        }
        facility.obligations.sort { $0.period < $1.period }
        publish(.facility(registry.add(facility), facility))
    }

    /// Gives a facility another name, owner or zone.
    ///
    /// What is in its compliance account and what it owes goes along; penalties stay with who owned it then.
    /// Source: the change of an installation's operator in the Union Registry.
    private mutating func changeFacility(
        _ id: FacilityID,
        _ new: NewFacility,
        _ member: MemberID,
        _ program: ProgramID,
        _ sender: Sender
    ) throws(Refusal) {
        let facility = registry[id]
        let (zone, name) = (new.zone ?? facility.zone, new.name ?? facility.name)
        guard facility.program == program, (member, zone, name) != (facility.member, facility.zone, facility.name)
        else {
            throw Refusal(
                .alreadyExists,
                "there is a facility \(new.code) already; another name=, member= or zone= changes it"
            )
        }
        try checkRegulator(of: program, sender)
        try checkAtRest(program)
        try checkOpen(id)
        try checkParticipant(member)
        let held = ledger.holdings(of: .compliance(id)).filter { $0.balance.total > 0 }
        let isZoned = held.contains { $0.asset.permitClass.map { !registry[$0].zone.isEmpty } ?? false }
        guard zone == facility.zone || !isZoned else {
            throw Refusal(
                .invalidCombination,
                "the facility's account has permits of zone \(facility.zone); COVER takes them out"
            )
        }
        if member != facility.member {
            for permits in held {
                guard let permitClass = permits.asset.permitClass else { continue }
                try checkNotFrozen(facility.member, in: registry[permitClass].program)
                let quantity = Quantity(permits.balance.total)
                try checkHolding(
                    adding: quantity,
                    member: member,
                    permitClass: permitClass,
                    from: isAssociated(member, facility.member) ? quantity : .zero
                )
            }
        }
        // Nothing below may fail.
        registry.change(id, member: member, zone: zone, name: name)
        publish(.facility(id, registry[id]))
    }

    private mutating func closeFacility(
        _ closed: NewFacility,
        _ member: MemberID,
        _ program: ProgramID,
        _ sender: Sender
    ) throws(Refusal) {
        let id = try findFacility(closed.code)
        try checkRegulator(of: program, sender)
        try checkAtRest(program)
        guard registry[id].member == member, registry[id].program == program else {
            throw Refusal(.notYourFacility, "\(closed.code) is not a facility of \(closed.member) in \(closed.program)")
        }
        try checkOpen(id)
        guard registry[id].openDue == .zero, registry[id].deduction == .zero else {
            throw Refusal(
                .invalidCombination,
                "\(closed.code) still has \(registry[id].openDue.units) to surrender and "
                    + "\(registry[id].deduction.units) to be deducted"
            )
        }
        if let year = unreportedYear(of: id) {
            throw Refusal(
                .invalidCombination,
                "the use of \(closed.code) in \(year) is not verified; your own REPORT determines it, with qty=0 if there was none"
            )
        }
        // Nothing below may fail.
        if let other = registry.facilities(of: member, in: program).first(where: { $0 != id && !registry[$0].isClosed })
        {
            registry[other].credit += registry[id].credit
        }
        registry[id].credit = .zero
        registry[id].isClosed = true
        publish(.facilityClosed(id))
        // What is left in its account goes back to the member.
        for (asset, balance) in ledger.holdings(of: .compliance(id)) {
            guard let permitClass = asset.permitClass, balance.total > 0 else { continue }
            var transfer = Transfer(
                kind: .cover,
                from: member,
                to: member,
                asset: .permits(permitClass),
                amount: balance.total
            )
            transfer.fromFacility = id
            move(&transfer)
        }
    }

    /// The first year, of those to come before a deadline, that has begun and for which a measured facility has no verified use.
    private func unreportedYear(of id: FacilityID) -> Int64? {
        let facility = registry[id]
        guard facility.monitoring != nil || !facility.reports.isEmpty else { return nil }
        let years = (Int64(now.date.year) - Limits.reportYearsMax + 1)...Int64(now.date.year)
        return registry.deadlines.filter { $0.program == facility.program && $0.isFinal && !$0.isDone }
            .flatMap { Array($0.since...$0.period) }
            .filter { years.contains($0) && facility.verified(.use, period: $0) == nil }
            .min()
    }

    func checkOpen(_ id: FacilityID) throws(Refusal) {
        guard !registry[id].isClosed else {
            throw Refusal(.invalidCombination, "facility \(registry[id].code) is closed")
        }
    }

    mutating func appoint(
        facility code: Code,
        verifier: Code,
        second: Code?,
        rule: DisagreementRule,
        tolerance: DecimalNumber,
        _ sender: Sender
    ) throws(Refusal) {
        let first = try findMember(verifier)
        let other = try second.map { code throws(Refusal) in try findMember(code) }
        let id = try findFacility(code)
        let percent = Percent(hundredths: try scaled(tolerance, "within", to: 2, max: 10_000, unit: "per cent"))
        try checkRegulator(of: registry[id].program, sender)
        try checkAtRest(registry[id].program)
        try checkOpen(id)
        for member in [first, other ?? first] where members[member].role != .verifier {
            throw Refusal(
                .invalidCombination,
                "\(members[member].code) is \(members[member].role.text), not a verifier"
            )
        }
        guard first != other else { throw Refusal(.invalidCombination, "two verifiers must be two members") }
        let before = registry[id]
        let monitoring = Monitoring(verifier: first, second: other, rule: rule, tolerance: percent)
        registry[id].monitoring = monitoring
        publish(.monitoring(id, monitoring))
        for (period, measure) in before.reportedYears {
            let verified = registry[id].verified(measure, period: period)
            guard verified != before.verified(measure, period: period) else { continue }
            publish(.verified(id, period: period, measure, verified))
        }
        carryCorrections(of: id, since: before)
    }

    mutating func report(_ new: NewReport, _ sender: Sender) throws(Refusal) {
        let id = try findFacility(new.facility)
        let facility = registry[id]
        let isDetermination = members[sender.member].role == .regulator
        if isDetermination { try checkRegulator(of: facility.program, sender) }
        try checkOpen(id)
        try checkAtRest(facility.program)
        guard
            isDetermination || facility.monitoring?.verifier == sender.member
                || facility.monitoring?.second == sender.member
        else {
            throw Refusal(.notAppointed, "\(members[sender.member].code) does not measure \(facility.code)")
        }
        guard new.period <= now.date.year else {
            throw Refusal(.outOfRange, "period \(new.period) has not begun")
        }
        guard new.period > Int64(now.date.year) - Limits.reportYearsMax else {
            throw Refusal(.outOfRange, "period \(new.period) is more than \(Limits.reportYearsMax) years ago")
        }
        // Nothing below may fail.
        let report = Report(
            time: now,
            period: new.period,
            measure: new.measure,
            quantity: new.quantity,
            verifier: sender.member,
            isDetermination: isDetermination,
            evidence: new.evidence
        )
        registry[id].take(report)
        let usedBefore = registry.evidence.note(report, of: id, registry[id], before: facility.reports)
        let verified = registry[id].verified(new.measure, period: new.period)
        publish(.report(id, report, text: new.text, verified: verified))
        carryCorrections(of: id, since: facility)
        if let first = usedBefore {
            let text =
                "\(facility.code) \(new.period): the evidence was given before, for \(registry[first.facility].code) \(first.period)"
            alert(.evidence, in: facility.program, text)
            let other = registry[first.facility].program
            if registry[other].regulator != registry[facility.program].regulator { alert(.evidence, in: other, text) }
        }
        let saved = registry[id].verifiedTotal(.saving)
        if new.measure == .saving, saved < registry[id].savingUsed {
            let used = registry[id].savingUsed.units
            alert(
                .saving,
                in: facility.program,
                "\(facility.code): permits were issued for a saving of \(used), verified is \(saved.units)"
            )
        }
        let readings = registry[id].reports.filter { $0.period == new.period && $0.measure == new.measure }
        if verified == nil, Set(readings.map(\.verifier)).count > 1 {
            alert(.dispute, in: facility.program, "\(facility.code) \(new.period): two verifiers disagree")
        }
    }

    /// Carries what changed in the use of periods that are settled to the next deadline.
    private mutating func carryCorrections(of id: FacilityID, since before: Facility) {
        let rules = registry[before.program].rules
        for (index, obligation) in before.obligations.enumerated() where obligation.isSettled {
            func use(of facility: Facility) -> Quantity {
                facility.countedUse(
                    since: obligation.since,
                    through: obligation.period,
                    unreported: rules.unreported
                ).use
            }
            let change = use(of: registry[id]) - use(of: before)
            if change != .zero { registry[id].carry(change, of: index, penaltyPermits: rules.penaltyPermits) }
        }
    }

    mutating func setDeadline(_ new: NewDeadline, _ sender: Sender) throws(Refusal) {
        let program = try findProgram(new.program)
        let share = Percent(hundredths: try scaled(new.share, "share", to: 2, max: 10_000, unit: "per cent"))
        try checkRegulator(of: program, sender)
        let since = new.since ?? new.period
        guard share > .zero else { throw Refusal(.outOfRange, "share must be above 0") }
        guard since <= new.period, new.period - since < 20 else {
            throw Refusal(.outOfRange, "since must be at most 20 years up to the period")
        }
        guard new.due > now else { throw Refusal(.expiryPassed, "due \(new.due) is not after \(now)") }
        let own = registry.deadlines.count { $0.program == program }
        guard own < Limits.deadlinesMax else {
            throw Refusal(.limitReached, "\(new.program) has had \(own) deadlines, the most it can")
        }
        let others = registry.deadlines.enumerated().filter {
            $0.element.program == program && $0.element.period == new.period
        }
        guard !others.contains(where: { $0.element.isDone && $0.element.isFinal }) else {
            throw Refusal(.periodClosed, "period \(new.period) of \(new.program) is settled")
        }
        guard !others.contains(where: { $0.element.isDone && $0.element.share == share }) else {
            throw Refusal(.periodClosed, "that deadline of period \(new.period) has passed")
        }
        guard others.allSatisfy({ $0.element.since == since }) else {
            throw Refusal(.invalidCombination, "since differs from that of the period's other deadline")
        }
        let isFinal = share == .whole
        let isOutOfOrder = others.contains { _, other in
            !other.isReplaced && other.share != share
                && (isFinal ? other.due >= new.due : other.isFinal && other.due <= new.due)
        }
        guard !isOutOfOrder else {
            throw Refusal(.invalidCombination, "the final deadline of a period must be its last")
        }
        let overlaps = registry.deadlines.contains {
            $0.program == program && !$0.isReplaced && $0.period != new.period && $0.since <= new.period
                && since <= $0.period
        }
        guard !overlaps else {
            throw Refusal(.invalidCombination, "the years overlap with another period's")
        }
        // Nothing below may fail.
        for (index, deadline) in others where deadline.share == share && !deadline.isDone && !deadline.isReplaced {
            registry.replace(deadline: index)
            publish(.deadlineReplaced(index))
        }
        let deadline = Deadline(program: program, period: new.period, since: since, due: new.due, share: share)
        let index = registry.add(deadline)
        for facility in registry.facilityIDs where registry[facility].program == program {
            registry[facility].gatherObligations(since: since, period: new.period)
        }
        timers.add(.deadline(index), at: new.due)
        publish(.deadline(index, deadline))
    }
}
