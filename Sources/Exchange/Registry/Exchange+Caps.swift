import Audit
import Ledger
import OrderBook
package import Permits
package import Registry

// The regulator: programs, caps, issue.

extension Exchange {
    /// Looks a program up by its code.
    /// - Throws: `unknownProgram`.
    package func findProgram(_ code: Code) throws(Refusal) -> ProgramID {
        guard let program = registry.program(code) else {
            throw Refusal(.unknownProgram, "no program \(code); PROGRAMS lists them")
        }
        return program
    }

    /// Looks a class up by program, vintage and zone.
    /// - Throws: `unknownProgram`, `unknownVintage`.
    package func findClass(_ name: ClassName) throws(Refusal) -> ClassID {
        guard
            let permitClass = registry.permitClass(
                try findProgram(name.program),
                vintage: name.vintage,
                zone: name.zone
            )
        else {
            let zone = name.zone.isEmpty ? "" : " in zone \(name.zone)"
            throw Refusal(.unknownVintage, "\(name.program) has no vintage \(name.vintage)\(zone); PROGRAMS lists them")
        }
        return permitClass
    }

    func checkRegulator(of program: ProgramID, _ sender: Sender) throws(Refusal) {
        let terms = registry[program]
        guard terms.regulator == sender.member else {
            throw Refusal(.notYourProgram, "\(terms.code) is regulated by \(members[terms.regulator].code)")
        }
    }

    mutating func defineProgram(_ new: NewProgram, _ sender: Sender) throws(Refusal) {
        var offsetsFor: ProgramID?
        if let code = new.offsets {
            let program = try findProgram(code)
            try checkRegulator(of: program, sender)
            offsetsFor = program
        }
        var yields: ProgramID?
        if let code = new.yields {
            let program = try findProgram(code)
            try checkRegulator(of: program, sender)
            guard registry.programs.count(where: { $0.yields == program }) < Limits.entitlementsMax else {
                let text = "\(code) has \(Limits.entitlementsMax) programs of entitlements, the most of one source"
                throw Refusal(.limitReached, text)
            }
            yields = program
        }
        guard registry.program(new.code) == nil else {
            throw Refusal(.alreadyExists, "there is a program \(new.code) already")
        }
        let own = registry.programs.count { $0.regulator == sender.member }
        guard own < Limits.programsMax else {
            throw Refusal(.limitReached, "you have \(own) programs, the most a regulator can")
        }
        let rules: ComplianceRules
        do throws(RejectCode) { rules = try ComplianceRules.composed(new.rules, new.policies) } catch {
            let known = ComplianceRules.all.map(\.code).joined(separator: ", ")
            let with = new.policies.isEmpty ? "" : " with \(new.policies)"
            throw Refusal(.badValue, "no rule book \(new.rules)\(with); books are \(known), RULES shows policies")
        }
        let price = try minorUnits(
            rules.penaltyPrice,
            "penalty-price",
            currency: new.currency,
            max: Limits.priceMax.minorUnits
        )
        var program = Program(
            code: new.code,
            name: new.name,
            unit: new.unit,
            currency: new.currency,
            regulator: sender.member,
            rules: rules
        )
        program.offsetsFor = offsetsFor
        program.yields = yields
        program.calendar.zone = new.timeZone
        program.penaltyPrice = Money(minorUnits: price)
        publish(.program(registry.define(program), program))
    }

    mutating func addHoliday(program code: Code, date: Timestamp, _ sender: Sender) throws(Refusal) {
        let program = try findProgram(code)
        try checkRegulator(of: program, sender)
        // A bare date reads as the end of its day.
        let day = date.adding(microseconds: -1).day
        let coming = registry[program].calendar.holidays.count { $0 >= now.day }
        guard coming < Limits.holidaysMax else {
            throw Refusal(.limitReached, "\(code) has \(coming) holidays before it, the most it can")
        }
        registry[program].calendar.forgetHolidays(before: now.day)
        guard registry[program].calendar.add(holiday: day) else {
            throw Refusal(.alreadyExists, "\(code) does not work on \(CalendarDate(dayNumber: day).text) already")
        }
    }

    /// Sets a class's cap; creates the class if it is new.
    ///
    /// What is left out stays as it is.
    ///
    /// A cap may fall below what is issued, which stays; it may not fall below what auctions that are announced will issue.
    mutating func setCap(_ new: NewCap, _ sender: Sender) throws(Refusal) -> Outcome {
        let program = try findProgram(new.permits.program)
        let cap = try level(of: new, program)
        try checkRegulator(of: program, sender)
        try checkNoSweep(of: program)
        if let expiry = new.expiry, expiry <= now {
            throw Refusal(.expiryPassed, "expire \(expiry) is not after \(now)")
        }
        let (vintage, zone) = (new.permits.vintage, new.permits.zone)
        let existing = registry.permitClass(program, vintage: vintage, zone: zone)
        guard existing != nil || registry.classes.count(where: { $0.program == program }) < Limits.classesMax else {
            throw Refusal(.limitReached, "\(new.permits.program) has \(Limits.classesMax) classes, the most it can")
        }
        var permitClass =
            existing.map { registry[$0] } ?? PermitClass(program: program, vintage: vintage, zone: zone, cap: cap)
        permitClass.cap = cap
        if let limit = new.holdingLimit { permitClass.holdingLimit = limit > .zero ? limit : nil }
        if let expiry = new.expiry { permitClass.expiry = expiry }
        let reserve = new.reserve ?? permitClass.reserve
        guard permitClass.pledged == .zero || permitClass.issued + permitClass.pledged + reserve <= cap else {
            throw Refusal(
                .capExceeded,
                "\(new.permits.program) \(vintage): auctions will issue \(permitClass.pledged.units) beside "
                    + "\(permitClass.issued.units), so the cap cannot be \(cap.units); call them off first"
            )
        }
        guard reserve == .zero || permitClass.issued + reserve <= cap else {
            throw Refusal(.capExceeded, "issued \(permitClass.issued.units), so the reserve cannot be \(reserve.units)")
        }
        permitClass.reserve = reserve
        try checkTotal(permitClass, replacing: existing)
        guard !permitClass.isExpired else { throw Refusal(.expiryPassed, "the class has ended") }
        // Nothing below may fail.
        let id: ClassID
        if let existing {
            id = existing
            registry[id] = permitClass
        } else {
            id = registry.add(permitClass)
            findCouplings()
        }
        if new.expiry != nil { timers.add(.classExpires(id), at: permitClass.expiry) }
        publish(.cap(id, permitClass))
        if existing == nil { couple(permitClass.program) }
        if isLimited(id) { begin(Sweep(.limits(id), began: now)) }
        return .registry(.cap(cap, excess: permitClass.excess))
    }

    /// Refuses a reserve that the cap over all zones has no room for, and a total below what auctions will issue.
    private func checkTotal(_ permitClass: PermitClass, replacing existing: ClassID?) throws(Refusal) {
        let (program, vintage) = (permitClass.program, permitClass.vintage)
        let before = existing.map { registry[$0].committed } ?? .zero
        let committed = registry.committedOverZones(of: program, vintage: vintage) - before + permitClass.committed
        let total = registry.permitClass(program, vintage: vintage)
        if permitClass.zone.isEmpty {
            let others = registry.classIDs.filter { $0 != existing }.map { registry[$0] }
            let isWaiting = (others + [permitClass]).contains {
                $0.program == program && $0.vintage == vintage && $0.pledged + $0.reserve > .zero
            }
            guard isWaiting, committed > permitClass.cap else { return }
        } else {
            guard let total, permitClass.reserve > .zero, committed > registry[total].cap else { return }
        }
        throw Refusal(
            .capExceeded,
            "over all zones \(committed.units) is issued, set aside for auctions or in reserve, more than the cap allows"
        )
    }

    private func level(of new: NewCap, _ program: ProgramID) throws(Refusal) -> Quantity {
        switch new.level {
        case .quantity(let quantity): return quantity
        case .kept:
            let permits = new.permits
            guard let id = registry.permitClass(program, vintage: permits.vintage, zone: permits.zone) else {
                throw Refusal(.missingKey, "CAP needs cap= or base= and reduce= for a vintage that is new")
            }
            return registry[id].cap
        case .reduced(let base, let given):
            let percent = Percent(hundredths: try scaled(given, "reduce", to: 2, max: 10_000, unit: "per cent"))
            guard let from = registry.permitClass(program, vintage: base, zone: new.permits.zone) else {
                throw Refusal(.unknownVintage, "\(new.permits.program) has no vintage \(base) to reduce")
            }
            let years = new.permits.vintage - base
            guard years > 0 else { throw Refusal(.outOfRange, "base must be a year before \(new.permits.vintage)") }
            let cap = Int128(registry[from].cap.units)
            let left = max(0, 10_000 - Int128(percent.hundredths) * Int128(years))
            return Quantity(Int64(cap * left / 10_000))
        }
    }

    /// Refuses a class whose permits have ended.
    @inline(__always)
    mutating func checkLasts(_ id: ClassID) throws(Refusal) {
        if registry.classes[Int(id.index)].isExpired { throw hasEnded(id) }
    }

    @inline(never)
    private mutating func hasEnded(_ id: ClassID) -> Refusal { Refusal(.expiryPassed, "\(label(of: id)) has ended") }

    /// Checks an issue against the caps.
    func checkIssue(of quantity: Quantity, _ id: ClassID) throws(Refusal) {
        let terms = registry[id]
        let room = registry.roomUnderCap(of: id)
        let total = registry.permitClass(terms.program, vintage: terms.vintage).map { registry[$0].cap }
        try PermitLimits.checkIssue(
            of: quantity,
            .init(
                cap: terms.cap,
                issued: terms.issued,
                pledged: terms.pledged + terms.promised,
                reserve: terms.reserve,
                room: room,
                total: room < terms.cap - terms.committed ? total : nil
            ),
            label: label(of: id)
        )
    }
}
