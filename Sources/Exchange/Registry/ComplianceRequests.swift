package import Permits
import Registry
import Seals

// Facilities, their use, surrender, sanctions.

extension RequestRule {
    package static let facility = RequestRule(
        .facility,
        "Registers a participant's installation, gives it another name, owner or zone, or closes it.",
        by: .regulator,
        .twoPersons,
        required: [(.facility, .code), (.program, .code), (.member, .code)],
        optional: [(.zone, .code), (.name, .text), (.close, .flag)]
    )

    package static let monitor = RequestRule(
        .monitor,
        "Appoints who measures a facility, and what counts when two disagree by more than within per cent.",
        by: .regulator,
        .twoPersons,
        required: [(.facility, .code), (.verifier, .code)],
        optional: [(.second, .code), (.split, .words(DisagreementRule.self)), (.within, .decimal)],
        example: #"facility=mill verifier=tuv"#
    )

    package static let report = RequestRule(
        .report,
        "Reports what a facility used or saved in a year; evidence is the SHA-256 of what proves it.",
        by: [.verifier, .regulator],
        required: [(.facility, .code), (.period, .integer), (.qty, .integer), (.evidence, .digest)],
        optional: [(.kind, .words(Measure.self)), (.text, .text)]
    )

    package static let deadline = RequestRule(
        .deadline,
        "By when permits must be surrendered for a period, or for share per cent of its use.",
        by: .regulator,
        .twoPersons,
        required: [(.program, .code), (.period, .integer), (.due, .time)],
        optional: [(.since, .integer), (.share, .decimal)]
    )

    package static let suspend = RequestRule(
        .suspend,
        "Bars a member from a program's markets and auctions; freeze=1: nothing leaves its accounts.",
        by: .regulator,
        .twoPersons,
        required: [(.program, .code), (.member, .code)],
        optional: [(.until, .time), (.auctions, .integer), (.freeze, .flag), (.text, .text)]
    )

    package static let readmit = RequestRule(
        .readmit,
        "Lifts a suspension.",
        by: .regulator,
        .twoPersons,
        required: [(.program, .code), (.member, .code)],
        optional: [(.text, .text)]
    )

    package static let bust = RequestRule(
        .bust,
        "Undoes a trade, or corrects its price; two persons.",
        by: .regulator,
        [.alwaysTwoPersons, .twoPersons],
        required: [(.market, .code), (.trade, .integer)],
        optional: [(.price, .decimal), (.text, .text)]
    )

    package static let cover = RequestRule(
        .cover,
        "Puts permits into a facility's compliance account; from=FACILITY: out of that one's.",
        by: .participant,
        required: [(.facility, .code)] + .permits + [(.qty, .integer)],
        optional: [(.zone, .code), (.from, .code), (.first, .integer)]
    )

    package static let surrender = RequestRule(
        .surrender,
        "Surrenders permits for a facility's verified use in a period.",
        by: .participant,
        required: [(.facility, .code), (.period, .integer)] + .permits + [(.qty, .integer)],
        optional: [(.zone, .code), (.first, .integer)]
    )

    package static let pay = RequestRule(
        .pay,
        "Pays a penalty's money to the regulator.",
        by: .participant,
        required: [(.penalty, .integer)]
    )

    package static let determine = RequestRule(
        .determine,
        "Says the price that a penalty is a multiple of, where no market has one.",
        by: .regulator,
        .twoPersons,
        required: [(.penalty, .integer), (.price, .decimal)]
    )

    package static let reverse = RequestRule(
        .reverse,
        "Undoes a transfer, a retirement (by its certificate's number) or a surrender (by its seq) that was a mistake.",
        by: .regulator,
        .twoPersons,
        required: [(.text, .text)],
        optional: [(.transfer, .integer), (.number, .integer), (.seq, .integer)],
        example: #"transfer=1 text="the wrong member""#
    )

    package static let takeBack = RequestRule(
        .takeBack,
        "Takes back what was allocated in excess; reserve=1: into the reserve.",
        by: .regulator,
        .twoPersons,
        required: .permits + [(.member, .code), (.qty, .integer), (.text, .text)],
        optional: [(.zone, .code), (.first, .integer), (.reserve, .flag)]
    )

    package static let facilities = RequestRule(
        .facilities,
        "The facilities, their verifiers and what they owe.",
        by: .everyone,
        optional: [(.program, .code), (.member, .code), (.facility, .code), (.from, .code)]
    )

    package static let reports = RequestRule(
        .reports,
        "Every report on a facility, oldest first, and what is verified.",
        by: .everyone,
        .inPages,
        required: [(.facility, .code)],
        optional: [(.period, .integer)]
    )

    package static let obligations = RequestRule(
        .obligations,
        "What facilities used, surrendered and fell short of, by period.",
        by: .everyone,
        optional: [(.program, .code), (.member, .code), (.facility, .code), (.period, .integer), (.from, .code)]
    )

    package static let deadlines = RequestRule(
        .deadlines,
        "The deadlines of programs, and which have been settled.",
        by: .everyone,
        .inPages,
        optional: [(.program, .code)]
    )

    package static let penalties = RequestRule(
        .penalties,
        "The penalties, and which are paid.",
        by: .everyone,
        optional: [(.program, .code), (.member, .code), (.from, .integer)]
    )
}

extension LineScanner {
    func readReverse(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        let text = try required(text(.text, line), .text)
        func number(_ key: Key) throws(Refusal) -> UInt64? {
            try integer(key, line, in: 1...Int64.max).map { UInt64($0) }
        }
        switch (try number(.transfer), try number(.number), try number(.seq)) {
        case (let number?, nil, nil): return .reverse(.init(.transfer, number), text: text)
        case (nil, let number?, nil): return .reverse(.init(.retirement, number), text: text)
        case (nil, nil, let number?): return .reverse(.init(.surrender, number), text: text)
        default: throw Refusal(.missingKey, "REVERSE needs one of transfer=, number= and seq=")
        }
    }

    func readTakeBack(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .takeBack(
            try amount(line),
            from: try required(code(.member, line), .member),
            toReserve: try flag(.reserve, line),
            text: try required(text(.text, line), .text)
        )
    }

    func readFacility(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        let facility = try required(code(.facility, line), .facility)
        return .facility(
            NewFacility(
                code: facility,
                program: try required(code(.program, line), .program),
                member: try required(code(.member, line), .member),
                zone: try code(.zone, line),
                name: try text(.name, line),
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
            price: try decimal(.price, line),
            text: try text(.text, line) ?? ""
        )
    }

    func readDetermine(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .determine(
            penalty: try number(.penalty, line),
            price: try required(decimal(.price, line), .price)
        )
    }

    func readCover(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .cover(facility: try required(code(.facility, line), .facility), try amount(line), from: try code(.from, line))
    }

    func readSurrender(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .surrender(facility: try required(code(.facility, line), .facility), period: try period(line), try amount(line))
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

    func readPenalties(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let program = try code(.program, line)
        let member = try code(.member, line)
        return .penalties(
            program: program,
            member: member,
            from: UInt64(try integer(.from, line, in: 1...Int64.max) ?? 1)
        )
    }

    func period(_ line: Span<UInt8>) throws(Refusal) -> Int64 {
        try required(integer(.period, line, in: LineScanner.vintages), .period)
    }
}
