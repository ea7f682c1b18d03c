import Audit
import Ledger
import Permits
import Registry

// Water: entitlements yield allocations season by season; what is left at the end is carried over, spills or is forfeited.

extension Exchange {
    mutating func openSeason(_ new: NewSeason, _ sender: Sender) throws(Refusal) {
        let program = try findProgram(new.program)
        let carry = Percent(hundredths: try scaled(new.carry, "carry", to: 2, max: 10_000, unit: "per cent"))
        guard !registry.classes(of: program, vintage: new.vintage).isEmpty else {
            throw Refusal(.unknownVintage, "\(new.program) has no vintage \(new.vintage); CAP creates it")
        }
        try checkRegulator(of: program, sender)
        try checkNoSweep(of: program)
        guard new.ends > now else { throw Refusal(.expiryPassed, "ends \(new.ends) is not after \(now)") }
        var season = Season(program: program, vintage: new.vintage, ends: new.ends, carry: carry, spills: new.spills)
        if let index = registry.season(of: program, vintage: new.vintage) {
            let before = registry.seasons[index]
            guard !before.isEnded else { throw unknownSeason(new.program, new.vintage, "has ended") }
            season.takeAnnounced(from: before)
        }
        // Nothing below may fail.
        let index = registry.set(season)
        timers.add(.seasonEnds(index), at: season.ends)
        publish(.season(season))
    }

    private func unknownSeason(_ program: Code, _ vintage: Int64, _ why: String) -> Refusal {
        Refusal(.unknownSeason, "season \(vintage) of \(program) \(why); SEASONS lists them")
    }

    /// Credits the holders of entitlements with what is announced on top of what was, all or nothing.
    mutating func announce(
        program: Code,
        vintage: Int64,
        percent: DecimalNumber,
        _ sender: Sender
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
        try checkNoSweep(of: source)
        let season = registry.seasons[index]
        let before = season.announced(of: entitlements)
        guard upTo > before else {
            throw Refusal(.outOfRange, "announced are \(before.text) per cent already, and an announcement only rises")
        }
        var sweep = Sweep(.announcement(index, entitlements, upTo), began: now)
        var total = Quantity.zero
        var promised: [(ClassID, Quantity)] = []
        var rests: [Announcement.Rest] = []
        for permitClass in registry.classes(of: source, vintage: vintage) where !registry[permitClass].isExpired {
            var announcement = entitled(permitClass, entitlements, season)
            let shares = announcement.shares(
                of: Percent(hundredths: upTo.hundredths - before.hundredths),
                season.rests(of: entitlements, in: permitClass)
            )
            rests += shares.rests
            let quantity = shares.credits.reduce(Quantity.zero) { $0 + $1.quantity }
            try checkIssue(of: quantity, permitClass)
            promised.append((permitClass, quantity))
            total += quantity
            sweep.parts += shares.credits.map {
                Sweep.Part(account: .general($0.member), permitClass: permitClass, amount: $0.quantity.units)
            }
        }
        try checkTotalIssue(of: total, source, vintage: vintage)
        // Nothing below may fail.
        registry.announce(upTo, of: entitlements, season: index, rests: rests)
        for (permitClass, quantity) in promised { registry[permitClass].promised += quantity }
        begin(sweep)
        return .registry(.issued(total))
    }

    /// Who holds entitlements that yield a class; what is leased yields to the lessee.
    private func entitled(_ permitClass: ClassID, _ program: ProgramID, _ season: Season) -> Announcement {
        var announcement = Announcement(of: permitClass)
        for entitlement in registry.entitlements(yielding: permitClass)
        where registry[entitlement].program == program {
            let leases = registry.leases(of: entitlement, in: season)
            for (account, balance) in ledger.holders(of: .permits(entitlement)) {
                guard let member = account.member else { continue }
                announcement.add(Quantity(balance.total), of: member)
                for lease in leases.isEmpty ? [] : leases[member] ?? [] {
                    announcement.add(.zero - lease.quantity, of: member)
                    announcement.add(lease.quantity, of: lease.buyer)
                }
            }
        }
        return announcement
    }

    /// Credits one holder with what was announced.
    mutating func credit(_ part: Sweep.Part, _ sweep: inout Sweep, _ upTo: Percent) {
        let quantity = Quantity(part.amount)
        registry[part.permitClass].promised -= quantity
        registry.countIssued(quantity, of: part.permitClass)
        var transfer = Transfer(
            kind: .allocation,
            from: registry[registry[part.permitClass].program].regulator,
            to: part.account.member ?? .venue,
            asset: .permits(part.permitClass),
            amount: part.amount,
            text: "announced \(upTo.text) per cent"
        )
        move(&transfer)
        sweep.sum += quantity
    }

    /// Publishes an announcement.
    /// - Returns: true.
    mutating func announced(_ index: Int, of entitlements: ProgramID, _ upTo: Percent, _ sweep: Sweep) -> Bool {
        publish(.announcement(registry.seasons[index], of: entitlements, upTo, credited: sweep.sum))
        return true
    }

    /// Checks an issue in several zones at once against the cap over all of them.
    private func checkTotalIssue(of quantity: Quantity, _ program: ProgramID, vintage: Int64) throws(Refusal) {
        guard let total = registry.permitClass(program, vintage: vintage) else { return }
        try checkIssue(of: quantity, total)
    }

    /// A spill takes its share of what lies in spillable accounts, of all together rounded down, by the largest remainder.
    mutating func spill(
        program: Code,
        vintage: Int64,
        percent: DecimalNumber,
        _ sender: Sender
    ) throws(Refusal) -> Outcome {
        let share = Percent(hundredths: try scaled(percent, "percent", to: 2, max: 10_000, unit: "per cent"))
        let classes = try spillableClasses(program, vintage, sender)
        var sweep = Sweep(.spill(registry[classes[0]].program, vintage: vintage, share), began: now)
        sweep.parts = classes.flatMap { id in
            let parts = spillable([id])
            let total = Quantity(parts.reduce(0) { $0 + $1.amount })
            let lost = Apportionment.parts(of: share.shareRoundedDown(of: total).units, by: parts.map(\.amount))
            return zip(parts, lost).map { Sweep.Part(account: $0.account, permitClass: id, amount: $1) }
                .filter { $0.amount > 0 }
        }
        sweep.sum = Quantity(sweep.parts.reduce(0) { $0 + $1.amount })
        begin(sweep)
        return .registry(.issued(sweep.sum))
    }

    /// Takes what spills out of an account.
    mutating func spill(_ part: Sweep.Part) {
        _ = cancel(part.amount, of: part.permitClass, in: part.account, .spill)
    }

    /// Publishes a spill.
    /// - Returns: true.
    mutating func spilled(_ program: ProgramID, vintage: Int64, _ share: Percent, _ sweep: Sweep) -> Bool {
        publish(.spill(program, vintage: vintage, share, lost: sweep.sum))
        return true
    }

    /// The risk of a spill is low: what lies in spillable accounts may be used.
    mutating func release(program: Code, vintage: Int64, _ sender: Sender) throws(Refusal) -> Outcome {
        let classes = try spillableClasses(program, vintage, sender)
        var sweep = Sweep(.release(registry[classes[0]].program, vintage: vintage), began: now)
        sweep.parts = spillable(classes)
        sweep.sum = Quantity(sweep.parts.reduce(0) { $0 + $1.amount })
        begin(sweep)
        return .registry(.issued(sweep.sum))
    }

    /// Puts what lies in a spillable account into the member's own.
    mutating func release(_ part: Sweep.Part) {
        guard let member = part.account.spiller else { return }
        var transfer = Transfer(
            kind: .release,
            from: member,
            to: member,
            asset: .permits(part.permitClass),
            amount: part.amount
        )
        transfer.isFromSpillable = true
        move(&transfer)
    }

    /// Publishes a release.
    /// - Returns: true.
    mutating func released(_ program: ProgramID, vintage: Int64, _ sweep: Sweep) -> Bool {
        publish(.release(program, vintage: vintage, released: sweep.sum))
        return true
    }

    /// All that lies in spillable accounts of some classes.
    private func spillable(_ classes: [ClassID]) -> [Sweep.Part] {
        classes.flatMap { id in
            ledger.holders(of: .permits(id), where: { $0.spiller != nil }).map {
                Sweep.Part(account: $0.account, permitClass: id, amount: $0.balance.total)
            }.filter { $0.amount > 0 }
        }
    }

    private func spillableClasses(_ code: Code, _ vintage: Int64, _ sender: Sender) throws(Refusal) -> [ClassID] {
        let program = try findProgram(code)
        try checkRegulator(of: program, sender)
        try checkNoSweep(of: program)
        let classes = registry.classes(of: program, vintage: vintage).filter { !registry[$0].isExpired }
        guard !classes.isEmpty else { throw unknownSeason(code, vintage, "has no permits") }
        return classes
    }
}
