package import Permits
import Registry
import Seals

// Standing, complaints, eco-labels.

extension RequestRule {
    package static let complain = RequestRule(
        .complain,
        "Complains about a member in public; about a reading, it is not settled before the answer.",
        by: .everyone,
        required: [(.member, .code), (.text, .text)],
        optional: [(.compact, .code), (.measure, .code), (.period, .code), (.evidence, .digest)]
    )

    package static let answer = RequestRule(
        .answer,
        "Answers a complaint in public.",
        by: .everyone,
        required: [(.number, .integer), (.text, .text)]
    )

    package static let observe = RequestRule(
        .observe,
        "Publishes one's own report about how an agreement is kept.",
        by: .everyone,
        required: .compact + [(.text, .text)],
        optional: [(.evidence, .digest)]
    )

    package static let label = RequestRule(
        .label,
        "Makes an eco-label with criteria over registry facts, which awards and withdraws itself; close=1: no more.",
        by: .regulator,
        .twoPersons,
        required: [(.label, .code), (.program, .code), (.criteria, .text), (.days, .integer)],
        optional: [(.name, .text), (.close, .flag)],
        example: #"label=blue program=CO2 criteria=shortfall=0 days=365"#
    )

    package static let standing = RequestRule(
        .standing,
        "What members have kept and broken, as counts, and the score.",
        by: .everyone,
        optional: [(.member, .code), (.from, .code)]
    )

    package static let complaints = RequestRule(
        .complaints,
        "The complaints and how they stand, by number.",
        by: .everyone,
        optional: [(.compact, .code), (.member, .code), (.from, .integer)]
    )

    package static let labels = RequestRule(
        .labels,
        "The eco-labels, and which facilities have them.",
        by: .everyone,
        optional: [(.label, .code), (.member, .code), (.facility, .code), (.from, .code)]
    )
}

extension LineScanner {
    func readComplain(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        .complain(
            NewComplaint(
                about: try required(code(.member, line), .member),
                agreement: try code(.compact, line),
                measure: try code(.measure, line),
                period: try code(.period, line),
                evidence: try evidence(line),
                text: try required(text(.text, line), .text)
            )
        )
    }

    func readAnswer(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        .answer(
            complaint: UInt64(try required(integer(.number, line, in: 1...Int64.max), .number)),
            text: try required(text(.text, line), .text)
        )
    }

    func readObserve(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        .observe(
            agreement: try agreement(line),
            text: try required(text(.text, line), .text),
            evidence: try evidence(line)
        )
    }

    func readLabel(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        let label = try required(code(.label, line), .label)
        return .label(
            NewLabel(
                code: label,
                program: try required(code(.program, line), .program),
                name: try text(.name, line) ?? label.description,
                criteria: try required(text(.criteria, line), .criteria),
                days: try required(integer(.days, line, in: 1...3660), .days),
                isClosed: try flag(.close, line)
            )
        )
    }

    func readStanding(_ line: Span<UInt8>) throws(Refusal) -> CompactQuery {
        let member = try code(.member, line)
        return .standing(member: member, from: try code(.from, line))
    }

    func readComplaints(_ line: Span<UInt8>) throws(Refusal) -> CompactQuery {
        func number() throws(Refusal) -> UInt64 { UInt64(try integer(.from, line, in: 1...Int64.max) ?? 1) }
        let member = try code(.member, line)
        let compact = try code(.compact, line)
        return .complaints(compact, member: member, from: try number())
    }

    func readLabels(_ line: Span<UInt8>) throws(Refusal) -> CompactQuery {
        let member = try code(.member, line)
        return .labels(
            try code(.label, line),
            member: member,
            facility: try code(.facility, line),
            from: try code(.from, line)
        )
    }
}
