package import Permits
import Registry
import Seals

// Programs, caps, issue; permits and their serial numbers.

extension RequestRule {
    package static let program = RequestRule(
        .program,
        "Defines a program that the sender regulates, under a rule book; RULES lists its policies.",
        by: .regulator,
        .twoPersons,
        required: [(.program, .code), (.unit, .text), (.currency, .currency)],
        optional: [
            (.name, .text), (.rules, .code), (.with, .list("POLICY=VALUE")), (.offsets, .code), (.yields, .code),
            (.timezone, .text),
        ]
    )

    package static let cap = RequestRule(
        .cap,
        "Sets the cap of a vintage and zone: a number, or that of vintage base less reduce per cent of it a year.",
        by: .regulator,
        .twoPersons,
        required: .permits,
        optional: [
            (.zone, .code), (.cap, .integer), (.base, .integer), (.reduce, .decimal), (.holding, .integer),
            (.reserve, .integer), (.expire, .time),
        ],
        example: #"program=CO2 vintage=2027 cap=1000000"#
    )

    package static let allocate = RequestRule(
        .allocate,
        "Issues permits under the cap: qty, or history, output or saving times factor; reserve=1 from the reserve.",
        by: .regulator,
        .twoPersons,
        required: .permits,
        optional: [
            (.zone, .code), (.member, .code), (.facility, .code), (.qty, .integer), (.history, .integer),
            (.output, .integer), (.saving, .integer), (.factor, .decimal), (.reserve, .flag),
        ],
        example: #"program=CO2 vintage=2027 member=acme qty=100"#
    )

    package static let holiday = RequestRule(
        .holiday,
        "A day on which the program's registry does not work.",
        by: .regulator,
        required: [(.program, .code), (.date, .time)]
    )

    package static let retire = RequestRule(
        .retire,
        "Takes permits out of circulation for good, with a certificate.",
        by: .participant,
        .twoPersons,
        required: .permits + [(.qty, .integer)],
        optional: [(.zone, .code), (.first, .integer), (.text, .text)]
    )

    package static let rules = RequestRule(
        .rules,
        "A program's rule book, policy by policy.",
        by: .everyone,
        required: [(.program, .code)]
    )

    package static let programs = RequestRule(
        .programs,
        "The programs and vintages: cap, issued, held, retired.",
        by: .everyone,
        .inPages,
        optional: [(.program, .code)]
    )

    package static let blocks = RequestRule(
        .blocks,
        "The serial blocks of a holding, oldest first.",
        by: .parties,
        required: .permits,
        optional: [(.zone, .code), (.member, .code), (.facility, .code), (.from, .integer), (.limit, .integer)]
    )

    package static let trace = RequestRule(
        .trace,
        "The path of a serial number from its issue.",
        by: .everyone,
        required: .permits + [(.serial, .integer)],
        optional: [(.zone, .code), (.page, .integer)]
    )

    package static let certificate = RequestRule(
        .certificate,
        "A certificate of retirement; with digest, only if it is genuine.",
        by: .everyone,
        required: [(.number, .integer)],
        optional: [(.digest, .digest)]
    )

    package static let concentration = RequestRule(
        .concentration,
        "How concentrated a class is: shares of members with their associates, and their HHI.",
        by: .everyone,
        required: .permits,
        optional: [(.zone, .code)]
    )
}

extension LineScanner {
    func readHoliday(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .holiday(program: try required(code(.program, line), .program), date: try required(time(.date, line), .date))
    }

    func readRules(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let program = try code(.program, line)
        return .rules(program: try required(program, .program))
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
        if let zone = try timeZone(line) { new.timeZone = zone }
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
        case (nil, nil, nil): level = .kept
        default: throw Refusal(.missingKey, "CAP takes either cap= or base= and reduce=")
        }
        let most = Limits.capMax.units
        var new = NewCap(permits, level, holdingLimit: try integer(.holding, line, in: 0...most).map { Quantity($0) })
        new.reserve = try integer(.reserve, line, in: 0...most).map { Quantity($0) }
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
