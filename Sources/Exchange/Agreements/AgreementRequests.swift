package import Permits
import Registry
import Seals

// Agreements and what is owed by them.

extension RequestRule {
    package static let interest = RequestRule(
        .interest,
        "Opens a dialogue about an agreement with some members, or with anyone who joins; or invites more to it.",
        by: .everyone,
        required: .compact + [(.text, .text)],
        optional: [(.to, .list("CODE"))]
    )

    package static let join = RequestRule(.join, "Takes part in an open dialogue.", by: .everyone, required: .compact)

    package static let leave = RequestRule(.leave, "Leaves a dialogue.", by: .everyone, required: .compact)

    package static let message = RequestRule(
        .message,
        "Says something to everyone who takes part.",
        by: .everyone,
        required: .compact + [(.text, .text)]
    )

    package static let draft = RequestRule(
        .draft,
        "Puts forward the exact text of an agreement; with more=1 the next DRAFT goes on where this one ends.",
        by: .parties,
        required: .compact + [(.text, .text)],
        optional: [(.more, .flag)]
    )

    package static let sign = RequestRule(
        .sign,
        "Signs the draft at hand with the key of one's login; two persons of each party make it a contract.",
        by: .parties,
        required: .compact + [(.draft, .integer), (.digest, .digest), (.sign, .text)],
        example:
            #"compact=canal draft=1 digest=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa sign=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"#
    )

    package static let terminate = RequestRule(
        .terminate,
        "Signs the end of a contract: of all parties at once, or of one's own part as the terms allow.",
        by: .parties,
        required: .compact + [(.sign, .text)],
        example:
            #"compact=canal sign=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"#
    )

    package static let reading = RequestRule(
        .reading,
        "Reports what was measured for an agreement; the arbiter decides with the same verb.",
        by: .everyone,
        required: .compact + [(.measure, .code), (.period, .code), (.value, .decimal)],
        optional: [(.sample, .integer), (.evidence, .digest)]
    )

    package static let fulfil = RequestRule(
        .fulfil,
        "Says that a task of an agreement is done.",
        by: .everyone,
        required: .compact + [(.task, .code)],
        optional: [(.evidence, .digest)]
    )

    package static let spend = RequestRule(
        .spend,
        "Spends money of a fund for one of its purposes; anything else is refused and published.",
        by: [.regulator, .participant],
        .twoPersons,
        required: .compact + [(.fund, .code), (.purpose, .code), (.to, .code), (.amount, .decimal)],
        optional: [(.evidence, .digest)]
    )

    package static let donate = RequestRule(
        .donate,
        "Gives money to a fund, whose purposes bind it.",
        by: .participant,
        .twoPersons,
        required: .compact + [(.fund, .code), (.amount, .decimal)],
        optional: [(.text, .text)]
    )

    package static let vote = RequestRule(
        .vote,
        "Votes for the expulsion of a party, as a clause of the terms provides for it.",
        by: .parties,
        .twoPersons,
        required: .compact + [(.clause, .code)]
    )

    package static let settle = RequestRule(
        .settle,
        "Pays a claim, as far as one has the money.",
        by: [.regulator, .participant],
        .twoPersons,
        required: [(.claim, .integer)]
    )

    package static let waive = RequestRule(
        .waive,
        "Gives up a claim, a part of it, or more time for it; or what a clause will pay for a period.",
        by: [.regulator, .participant],
        .twoPersons,
        optional: [
            (.claim, .integer), (.amount, .decimal), (.until, .time), (.compact, .code), (.clause, .code),
            (.period, .code), (.text, .text),
        ],
        example: #"claim=1"#
    )

    package static let compacts = RequestRule(
        .compacts,
        "The agreements that bind or bound, the open dialogues and one's own.",
        by: .everyone,
        optional: [(.compact, .code), (.member, .code), (.from, .code)]
    )

    package static let terms = RequestRule(
        .terms,
        "The exact text of a contract, line by line; draft=1: of the draft at hand.",
        by: .everyone,
        required: .compact,
        optional: [(.draft, .flag)]
    )

    package static let periods = RequestRule(
        .periods,
        "The periods of a contract: when each is settled, what is known and what is awaited.",
        by: .everyone,
        required: .compact
    )

    package static let readings = RequestRule(
        .readings,
        "Every reading of a contract, oldest first.",
        by: .everyone,
        required: .compact,
        optional: [(.measure, .code), (.period, .code), (.from, .integer)]
    )

    package static let claims = RequestRule(
        .claims,
        "What is and was owed under contracts, by number.",
        by: .everyone,
        optional: [(.compact, .code), (.member, .code), (.from, .integer)]
    )

    package static let funds = RequestRule(
        .funds,
        "The accounts of a contract, and what was spent for each purpose.",
        by: .everyone,
        required: .compact
    )
}

extension LineScanner {
    func readInterest(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        .interest(
            agreement: try agreement(line),
            to: try codes(.to, line),
            text: try required(text(.text, line), .text)
        )
    }

    func readMessage(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        .message(agreement: try agreement(line), text: try required(text(.text, line), .text))
    }

    func readDraft(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        .draft(
            agreement: try agreement(line),
            text: try required(text(.text, line, bytesMax: Limits.draftBytesMax), .text),
            isUnfinished: try flag(.more, line)
        )
    }

    func readSign(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        .sign(
            agreement: try agreement(line),
            draft: UInt64(try required(integer(.draft, line, in: 1...Int64.max), .draft)),
            digest: try required(digest(.digest, line), .digest),
            signature: try required(signature(line), .sign)
        )
    }

    func readTerminate(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        .terminate(agreement: try agreement(line), signature: try required(signature(line), .sign))
    }

    func readReading(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        .reading(
            NewReading(
                agreement: try agreement(line),
                measure: try required(code(.measure, line), .measure),
                period: try required(code(.period, line), .period),
                sample: try integer(.sample, line, in: 1...Int64(Int32.max)),
                value: try required(decimal(.value, line), .value),
                evidence: try evidence(line)
            )
        )
    }

    func readFulfil(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        .fulfil(
            agreement: try agreement(line),
            task: try required(code(.task, line), .task),
            evidence: try evidence(line)
        )
    }

    func readSpend(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        .spend(
            NewSpending(
                agreement: try agreement(line),
                fund: try required(code(.fund, line), .fund),
                purpose: try required(code(.purpose, line), .purpose),
                to: try required(code(.to, line), .to),
                amount: try required(decimal(.amount, line), .amount),
                evidence: try evidence(line)
            )
        )
    }

    func readDonate(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        .donate(
            agreement: try agreement(line),
            fund: try required(code(.fund, line), .fund),
            amount: try required(decimal(.amount, line), .amount),
            text: try text(.text, line) ?? ""
        )
    }

    func readSettle(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        .settle(claim: UInt64(try required(integer(.claim, line, in: 1...Int64.max), .claim)))
    }

    func readCompacts(_ line: Span<UInt8>) throws(Refusal) -> CompactQuery {
        let member = try code(.member, line)
        let compact = try code(.compact, line)
        return .compacts(compact, member: member, from: try code(.from, line))
    }

    func readReadings(_ line: Span<UInt8>) throws(Refusal) -> CompactQuery {
        func number() throws(Refusal) -> UInt64 { UInt64(try integer(.from, line, in: 1...Int64.max) ?? 1) }
        return .readings(
            try agreement(line),
            measure: try code(.measure, line),
            period: try code(.period, line),
            from: try number()
        )
    }

    func readClaims(_ line: Span<UInt8>) throws(Refusal) -> CompactQuery {
        func number() throws(Refusal) -> UInt64 { UInt64(try integer(.from, line, in: 1...Int64.max) ?? 1) }
        let member = try code(.member, line)
        let compact = try code(.compact, line)
        return .claims(compact, member: member, from: try number())
    }

    /// Either of a claim, or of a clause for a period.
    func waiver(_ line: Span<UInt8>) throws(Refusal) -> CompactCommand {
        let text = try text(.text, line) ?? ""
        let amount = try decimal(.amount, line)
        let until = try time(.until, line)
        let claim = try integer(.claim, line, in: 1...Int64.max)
        switch (claim, try code(.compact, line), try code(.clause, line), try code(.period, line)) {
        case (let claim?, nil, nil, nil):
            return .waiveClaim(UInt64(claim), amount: amount, until: until, text: text)
        case (nil, let agreement?, let clause?, let period?) where amount == nil && until == nil:
            return .waiveClause(agreement: agreement, clause: clause, period: period, text: text)
        default:
            throw Refusal(
                .missingKey,
                "WAIVE needs claim=, alone or with amount= or until=; or compact=, clause= and period="
            )
        }
    }

    func agreement(_ line: Span<UInt8>) throws(Refusal) -> Code {
        try required(code(.compact, line), .compact)
    }

    func evidence(_ line: Span<UInt8>) throws(Refusal) -> Digest { try digest(.evidence, line) ?? .zero }

    /// Codes with commas between.
    func codes(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> [Code]? {
        guard let text = try text(key, line, bytesMax: Limits.partiesMax * (Code.lengthMax + 1)) else { return nil }
        var codes: [Code] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let code = Code(String(part)) else {
                throw Refusal(.badValue, "\(key.name) must be codes with commas between")
            }
            codes.append(code)
        }
        return codes
    }
}
