import Audit
import Ledger
import Permits
import Registry

// Water: entitlements yield allocations season by season; what is left at the end is carried over, spills or is forfeited.

extension Exchange {
    mutating func openSeason(
        _ new: NewSeason,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
        let program = try findProgram(new.program)
        let carry = Percent(hundredths: try scaled(new.carry, "carry", to: 2, max: 10_000, unit: "per cent"))
        guard !registry.classes(of: program, vintage: new.vintage).isEmpty else {
            throw Refusal(.unknownVintage, "\(new.program) has no vintage \(new.vintage); CAP creates it")
        }
        try checkRegulator(of: program, sender)
        guard new.ends > now else { throw Refusal(.expiryPassed, "ends \(new.ends) is not after \(now)") }
        var season = Season(
            program: program,
            vintage: new.vintage,
            ends: new.ends,
            carry: carry,
            spills: new.spills
        )
        if let index = registry.season(of: program, vintage: new.vintage) {
            let before = registry.seasons[index]
            guard !before.isEnded else { throw unknownSeason(new.program, new.vintage, "has ended") }
            season.takeAnnounced(from: before)
        }
        // Nothing below may fail.
        let index = registry.set(season)
        timers.add(.seasonEnds(index), at: season.ends)
        publish(.season(season), &events)
    }

    private func unknownSeason(_ program: Code, _ vintage: Int64, _ why: String) -> Refusal {
        Refusal(.unknownSeason, "season \(vintage) of \(program) \(why); SEASONS lists them")
    }

    /// What one holder of an entitlement is credited.
    private struct Credit {
        let member: MemberID
        let permitClass: ClassID
        let quantity: Quantity
    }

    /// Credits the holders of entitlements with what is announced on top of what was, all or nothing.
    mutating func announce(
        program: Code,
        vintage: Int64,
        percent: DecimalNumber,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) -> Outcome {
        let upTo = Percent(hundredths: try scaled(percent, "percent", to: 2, max: 100_000, unit: "per cent"))
        let entitlements = try findProgram(program)
        try checkRegulator(of: entitlements, sender)
        guard let source = registry[entitlements].yields else {
            throw Refusal(.invalidCombination, "\(program) has no entitlements; PROGRAM yields= says of what they are")
        }
        guard let index = registry.season(of: source, vintage: vintage), !registry.seasons[index].isEnded else {
            throw unknownSeason(registry[source].code, vintage, "is not open")
        }
        let season = registry.seasons[index]
        let before = season.announced(of: entitlements)
        guard upTo > before else {
            throw Refusal(.outOfRange, "announced are \(before.text) per cent already, and an announcement only rises")
        }
        var credits: [Credit] = []
        for permitClass in registry.classes(of: season.program, vintage: vintage)
        where !registry[permitClass].isExpired {
            let first = credits.count
            for entitlement in registry.entitlements(yielding: permitClass)
            where registry[entitlement].program == entitlements {
                for (account, balance) in ledger.holders(of: .permits(entitlement)) {
                    guard let member = account.member else { continue }
                    // What is leased yields to the lessee.
                    let leases = registry.leases(of: member, entitlement, in: season)
                    let own = Quantity(balance.total) - leases.reduce(.zero) { $0 + $1.quantity }
                    for (owner, entitled) in [(member, own)] + leases.map({ ($0.buyer, $0.quantity) }) {
                        let quantity = Season.credit(for: entitled, from: before, to: upTo)
                        guard quantity > .zero else { continue }
                        credits.append(Credit(member: owner, permitClass: permitClass, quantity: quantity))
                    }
                }
            }
            try checkIssue(of: credits[first...].reduce(.zero) { $0 + $1.quantity }, permitClass)
        }
        try checkTotalIssue(of: credits.reduce(.zero) { $0 + $1.quantity }, season.program, vintage: vintage)
        // Nothing below may fail.
        registry.announce(upTo, of: entitlements, season: index)
        for credit in credits {
            registry.countIssued(credit.quantity, of: credit.permitClass)
            var transfer = Transfer(
                kind: .allocation,
                from: sender.member,
                to: credit.member,
                asset: .permits(credit.permitClass),
                amount: credit.quantity.units,
                text: "announced \(upTo.text) per cent"
            )
            move(&transfer, &events)
        }
        let total = credits.reduce(Quantity.zero) { $0 + $1.quantity }
        publish(.announcement(season, of: entitlements, upTo, credited: total), &events)
        return .registry(.issued(total))
    }

    /// Checks an issue in several zones at once against the cap over all of them.
    private func checkTotalIssue(of quantity: Quantity, _ program: ProgramID, vintage: Int64) throws(Refusal) {
        guard let total = registry.permitClass(program, vintage: vintage) else { return }
        try checkIssue(of: quantity, total)
    }

    /// Ends a season: what is left is carried over as far as the entitlement allows, then spills or is forfeited.
    mutating func endSeason(_ index: Int, at time: Timestamp, _ events: inout ContiguousArray<Event>) {
        let season = registry.seasons[index]
        guard season.ends == time, !season.isEnded else { return }
        registry.endSeason(index)
        var carried = Quantity.zero
        var spillable = Quantity.zero
        var forfeited = Quantity.zero
        for old in registry.classes(of: season.program, vintage: season.vintage) where !registry[old].isExpired {
            endTrading(of: old, "its season has ended", &events)
            registry[old].isExpired = true
            for (account, balance) in ledger.holders(of: .permits(old)) where balance.total > 0 {
                guard let member = account.member ?? account.spiller else {
                    forfeited += cancel(balance.total, of: old, in: account, .expiry, &events)
                    continue
                }
                let hasNext = hasNextSeason(after: old)
                let allowed = account.member == nil || !hasNext ? .zero : carryRoom(of: member, old, season)
                let kept = min(Quantity(balance.total), allowed)
                let above = Quantity(balance.total) - kept
                let spilling = season.spills && hasNext ? above : .zero
                forfeited += cancel((above - spilling).units, of: old, in: account, .expiry, &events)
                guard kept + spilling > .zero else { continue }
                _ = cancel((kept + spilling).units, of: old, in: account, .carryover, &events)
                let next = nextSeason(after: old, &events)
                carry(kept, of: next, to: member, spillable: false, &events)
                carry(spilling, of: next, to: member, spillable: true, &events)
                carried += kept
                spillable += spilling
            }
        }
        settleRights(of: registry.seasons[index], &events)
        publish(
            .seasonEnd(registry.seasons[index], carried: carried, spillable: spillable, forfeited: forfeited),
            &events
        )
        couple(season.program, &events)
    }

    /// How much of a member's allocation may be carried over: a share of its entitlements, rounded down; what is leased
    /// counts for the lessee.
    private func carryRoom(of member: MemberID, _ permitClass: ClassID, _ season: Season) -> Quantity {
        let held = registry.entitlements(yielding: permitClass).reduce(Quantity.zero) {
            $0 + Quantity(ledger.balance(.general(member), .permits($1)).total)
                + registry.netLease(of: $1, to: member, in: season)
        }
        return season.carry.shareRoundedDown(of: held)
    }

    /// Whether water can be carried over: not into a class that has ended already.
    private func hasNextSeason(after id: ClassID) -> Bool {
        let next = registry.permitClass(
            registry[id].program,
            vintage: registry[id].vintage + 1,
            zone: registry[id].zone
        )
        return next.map { !registry[$0].isExpired } ?? true
    }

    /// The class of the season after, which is made with a cap of nothing if it is not there: what is carried over is old water.
    private mutating func nextSeason(after id: ClassID, _ events: inout ContiguousArray<Event>) -> ClassID {
        let (program, vintage, zone) = (registry[id].program, registry[id].vintage + 1, registry[id].zone)
        if let next = registry.permitClass(program, vintage: vintage, zone: zone) { return next }
        let next = registry.add(PermitClass(program: program, vintage: vintage, zone: zone, cap: .zero))
        findCouplings()
        publish(.cap(next, registry[next]), &events)
        return next
    }

    private mutating func cancel(
        _ amount: Int64,
        of id: ClassID,
        in account: AccountID,
        _ kind: Transfer.Kind,
        _ events: inout ContiguousArray<Event>
    ) -> Quantity {
        guard !account.isBacking, !account.isFinal, amount > 0 else { return .zero }
        let owner = account.member ?? account.spiller ?? account.facility.map { registry[$0].member } ?? .venue
        var transfer = Transfer(kind: kind, from: owner, to: .venue, asset: .permits(id), amount: amount)
        transfer.fromFacility = account.facility
        transfer.isFromSpillable = account.spiller != nil
        move(&transfer, &events)
        return Quantity(amount)
    }

    private mutating func carry(
        _ quantity: Quantity,
        of id: ClassID,
        to member: MemberID,
        spillable: Bool,
        _ events: inout ContiguousArray<Event>
    ) {
        guard quantity > .zero else { return }
        registry.countCarried(quantity, of: id)
        var transfer = Transfer(
            kind: .carryover,
            from: .venue,
            to: member,
            asset: .permits(id),
            amount: quantity.units
        )
        transfer.isToSpillable = spillable
        move(&transfer, &events)
    }

    /// A spill takes its share of what lies in spillable accounts, rounded down for each.
    mutating func spill(
        program: Code,
        vintage: Int64,
        percent: DecimalNumber,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) -> Outcome {
        let share = Percent(hundredths: try scaled(percent, "percent", to: 2, max: 10_000, unit: "per cent"))
        let classes = try spillableClasses(program, vintage, sender)
        var lost = Quantity.zero
        for id in classes {
            for (account, balance) in ledger.holders(of: .permits(id)) where account.spiller != nil {
                let part = share.shareRoundedDown(of: Quantity(balance.total))
                lost += cancel(part.units, of: id, in: account, .spill, &events)
            }
        }
        publish(.spill(registry[classes[0]].program, vintage: vintage, share, lost: lost), &events)
        return .registry(.issued(lost))
    }

    /// The risk of a spill is low: what lies in spillable accounts may be used.
    mutating func release(
        program: Code,
        vintage: Int64,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) -> Outcome {
        let classes = try spillableClasses(program, vintage, sender)
        var released = Quantity.zero
        for id in classes {
            for (account, balance) in ledger.holders(of: .permits(id)) where balance.total > 0 {
                guard let member = account.spiller else { continue }
                var transfer = Transfer(
                    kind: .release,
                    from: member,
                    to: member,
                    asset: .permits(id),
                    amount: balance.total
                )
                transfer.isFromSpillable = true
                released += Quantity(balance.total)
                move(&transfer, &events)
            }
        }
        publish(.release(registry[classes[0]].program, vintage: vintage, released: released), &events)
        return .registry(.issued(released))
    }

    private func spillableClasses(_ code: Code, _ vintage: Int64, _ sender: Sender) throws(Refusal) -> [ClassID] {
        let program = try findProgram(code)
        try checkRegulator(of: program, sender)
        let classes = registry.classes(of: program, vintage: vintage).filter { !registry[$0].isExpired }
        guard !classes.isEmpty else { throw unknownSeason(code, vintage, "has no permits") }
        return classes
    }
}
