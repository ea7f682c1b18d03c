import Exchange
import Permits
import Seals

// From fields to what is asked about agreements.

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
