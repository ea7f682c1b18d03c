import Audit
import Exchange
import Permits
import Registry

// From fields to the requests of the registry and of four eyes.

extension LineScanner {
    func readHoliday(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .holiday(
            program: try required(code(.program, line), .program),
            date: try required(time(.date, line), .date)
        )
    }

    func readFacility(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        let facility = try required(code(.facility, line), .facility)
        return .facility(
            NewFacility(
                code: facility,
                program: try required(code(.program, line), .program),
                member: try required(code(.member, line), .member),
                zone: try code(.zone, line) ?? .none,
                name: try text(.name, line) ?? facility.description,
                closes: try flag(.close, line)
            )
        )
    }

    func readMonitor(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .monitor(
            facility: try required(code(.facility, line), .facility),
            verifier: try required(code(.verifier, line), .verifier),
            second: try code(.second, line),
            rule: try word(.split, line) ?? .dispute,
            tolerance: try decimal(.within, line) ?? .zero
        )
    }

    func readReport(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .report(
            NewReport(
                facility: try required(code(.facility, line), .facility),
                period: try period(line),
                quantity: Quantity(try required(integer(.qty, line, in: 0...Limits.useMax.units), .qty)),
                measure: try word(.kind, line) ?? .use,
                evidence: try required(digest(.evidence, line), .evidence),
                text: try text(.text, line) ?? ""
            )
        )
    }

    func readDeadline(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .deadline(
            NewDeadline(
                program: try required(code(.program, line), .program),
                period: try period(line),
                due: try required(time(.due, line), .due),
                since: try integer(.since, line, in: LineScanner.vintages),
                share: try decimal(.share, line) ?? DecimalNumber(whole: 100)
            )
        )
    }

    func readSuspend(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .suspend(
            NewSuspension(
                program: try required(code(.program, line), .program),
                member: try required(code(.member, line), .member),
                until: try time(.until, line),
                auctions: try integer(.auctions, line, in: 1...1000),
                isFrozen: try flag(.freeze, line),
                text: try text(.text, line) ?? ""
            )
        )
    }

    func readReadmit(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .readmit(
            program: try required(code(.program, line), .program),
            member: try required(code(.member, line), .member),
            text: try text(.text, line) ?? ""
        )
    }

    func readBust(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .bust(
            market: try required(code(.market, line), .market),
            trade: try number(.trade, line),
            text: try text(.text, line) ?? ""
        )
    }

    func readCover(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .cover(
            facility: try required(code(.facility, line), .facility),
            try amount(line),
            from: try code(.from, line)
        )
    }

    func readSurrender(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .surrender(
            facility: try required(code(.facility, line), .facility),
            period: try period(line),
            try amount(line)
        )
    }

    func readRules(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let program = try code(.program, line)
        return .rules(program: try required(program, .program))
    }

    func readFacilities(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let program = try code(.program, line)
        let member = try code(.member, line)
        let facility = try code(.facility, line)
        return .facilities(program: program, member: member, facility: facility, from: try code(.from, line))
    }

    func readReports(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let facility = try code(.facility, line)
        let year = try integer(.period, line, in: LineScanner.vintages)
        return .reports(facility: try required(facility, .facility), period: year)
    }

    func readObligations(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let program = try code(.program, line)
        let member = try code(.member, line)
        let facility = try code(.facility, line)
        let year = try integer(.period, line, in: LineScanner.vintages)
        return .obligations(
            program: program,
            member: member,
            facility: facility,
            period: year,
            from: try code(.from, line)
        )
    }

    func readBlocks(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let rows = 1...Int64(Limits.rowsMax)
        let member = try code(.member, line)
        let facility = try code(.facility, line)
        return .blocks(
            try className(line),
            member: member,
            facility: facility,
            from: Int(try integer(.from, line, in: 1...Int64(Int32.max)) ?? 1),
            limit: Int(try integer(.limit, line, in: rows) ?? rows.upperBound)
        )
    }

    func readPenalties(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let program = try code(.program, line)
        let member = try code(.member, line)
        return .penalties(
            program: program,
            member: member,
            from: UInt64(try integer(.from, line, in: 1...Int64.max) ?? 1)
        )
    }

    func readTrace(_ line: Span<UInt8>) throws(Refusal) -> Inquiry {
        let permits = try className(line)
        return .trace(
            permits,
            serial: Int64(try number(.serial, line)),
            page: Int(try integer(.page, line, in: 1...Inquiry.pathPagesMax) ?? 1)
        )
    }

    func readCertificate(_ line: Span<UInt8>) throws(Refusal) -> Inquiry {
        .certificate(number: try number(.number, line), digest: try digest(.digest, line))
    }

    /// The years that a vintage or period may name.
    static var vintages: ClosedRange<Int64> { 1900...2999 }

    /// Program, vintage and zone; vintage 0 is that of entitlements, which last.
    func className(_ line: Span<UInt8>) throws(Refusal) -> ClassName {
        let program = try required(code(.program, line), .program)
        let vintage = try required(integer(.vintage, line, in: 0...LineScanner.vintages.upperBound), .vintage)
        guard vintage == 0 || vintage >= LineScanner.vintages.lowerBound else {
            let years = LineScanner.vintages
            throw Refusal(
                .outOfRange,
                "vintage must be \(years.lowerBound) to \(years.upperBound), or 0 for entitlements"
            )
        }
        return ClassName(program: program, vintage: vintage, zone: try code(.zone, line) ?? .none)
    }

    func amount(_ line: Span<UInt8>) throws(Refusal) -> PermitAmount {
        PermitAmount(
            try className(line),
            try required(quantity(.qty, line), .qty),
            first: try integer(.first, line, in: 1...Limits.capMax.units)
        )
    }

    func period(_ line: Span<UInt8>) throws(Refusal) -> Int64 {
        try required(integer(.period, line, in: LineScanner.vintages), .period)
    }

    func number(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> UInt64 {
        UInt64(try required(integer(key, line, in: 1...Int64.max), key))
    }

    func newProgram(_ line: Span<UInt8>) throws(Refusal) -> NewProgram {
        let program = try required(code(.program, line), .program)
        var new = NewProgram(
            code: program,
            unit: try required(text(.unit, line), .unit),
            currency: try required(word(.currency, line), .currency),
            name: try text(.name, line) ?? program.description
        )
        if let rules = try code(.rules, line) { new.rules = rules.description }
        if let policies = try text(.with, line) { new.policies = policies }
        new.offsets = try code(.offsets, line)
        new.yields = try code(.yields, line)
        return new
    }

    func newCap(_ line: Span<UInt8>) throws(Refusal) -> NewCap {
        let permits = try className(line)
        let level: NewCap.Level
        let quantity = try quantity(.cap, line, max: Limits.capMax)
        let base = try integer(.base, line, in: LineScanner.vintages)
        switch (quantity, base, try decimal(.reduce, line)) {
        case (let cap?, nil, nil): level = .quantity(cap)
        case (nil, let base?, let percent?): level = .reduced(base: base, percent: percent)
        default: throw Refusal(.missingKey, "CAP needs either cap= or base= and reduce=")
        }
        var new = NewCap(permits, level, holdingLimit: try self.quantity(.holding, line, max: Limits.capMax))
        new.reserve = try self.quantity(.reserve, line, max: Limits.capMax)
        new.expiry = try time(.expire, line)
        return new
    }

    func newAllocation(_ line: Span<UInt8>) throws(Refusal) -> NewAllocation {
        let permits = try className(line)
        let max = Limits.useMax
        let factor = try decimal(.factor, line)
        guard Int(factor?.fractionCount ?? 0) <= Limits.factorDecimalsMax else {
            throw Refusal(.badNumber, "factor has more than \(Limits.factorDecimalsMax) decimals")
        }
        var given: [(AllocationMethod, Quantity)] = []
        if let direct = try quantity(.qty, line) { given.append((.direct, direct)) }
        if let history = try quantity(.history, line, max: max) { given.append((.history, history)) }
        if let output = try quantity(.output, line, max: max) { given.append((.benchmark, output)) }
        if let saving = try quantity(.saving, line, max: max) { given.append((.saving, saving)) }
        guard given.count == 1, (given[0].0 == .direct) == (factor == nil) else {
            throw Refusal(.missingKey, "ALLOCATE needs qty=, or factor= with one of history=, output= and saving=")
        }
        var new = NewAllocation(
            permits,
            member: try code(.member, line),
            facility: try code(.facility, line),
            method: given[0].0,
            basis: given[0].1,
            factor: factor ?? DecimalNumber(whole: 1)
        )
        guard new.member != nil || new.facility != nil else {
            throw Refusal(.missingKey, "ALLOCATE needs member= or facility=")
        }
        new.fromReserve = try flag(.reserve, line)
        return new
    }
}
