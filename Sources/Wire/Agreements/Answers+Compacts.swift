import Compacts
import Exchange
import Ledger
import Permits
import Registry
import Seals

// Queries about agreements, claims, standing, complaints and labels.

extension Venue {
    func answer(_ query: CompactQuery, _ member: MemberID, _ rows: inout Rows) throws(Refusal) {
        switch query {
        case .compacts(let code, let party, let from): try compacts(code, party, from, member, &rows)
        case .terms(let code, let ofDraft): try terms(code, ofDraft, member, &rows)
        case .periods(let code): try periods(code, &rows)
        case .readings(let code, let measure, let period, let from): try readings(code, measure, period, from, &rows)
        case .claims(let code, let party, let from): try claims(code, party, from, &rows)
        case .funds(let code): try funds(code, &rows)
        case .standing(let code, let from): try standing(code, from, &rows)
        case .complaints(let code, let party, let from): try complaints(code, party, from, &rows)
        case .labels(let code, let owner, let facility, let from): try labels(code, owner, facility, from, &rows)
        }
    }

    /// The agreement with a code, if it was ever a contract: those are public.
    private func findContract(_ code: Code) throws(Refusal) -> AgreementID {
        guard let id = exchange.compacts.agreement(code), exchange.compacts[id].contract != nil else {
            throw Refusal(.unknownAgreement, "no contract \(code); COMPACTS lists them")
        }
        return id
    }

    private func compacts(
        _ code: Code?,
        _ party: Code?,
        _ from: Code?,
        _ member: MemberID,
        _ rows: inout Rows
    ) throws(Refusal) {
        let subject = try party.map { code throws(Refusal) in try exchange.findMember(code) }
        let visible = exchange.compacts.agreements.filter { agreement in
            (agreement.contract != nil || agreement.isOpen || agreement.members.contains(member))
                && (code == nil || agreement.code == code)
                && (subject.map { agreement.members.contains($0) } ?? true)
                && (from.map { agreement.code > $0 } ?? true)
        }
        if let code, visible.isEmpty { throw Refusal(.unknownAgreement, "no agreement \(code) that you can see") }
        for agreement in visible.sorted(by: { $0.code < $1.code }).prefix(Limits.rowsMax) {
            rows.row { append(agreement, isOfParty: agreement.members.contains(member), to: &$0) }
        }
    }

    private func append(_ agreement: Agreement, isOfParty: Bool, to bytes: inout [UInt8]) {
        bytes.append("compact", agreement.code)
        bytes.append("stage", agreement.state)
        if let ending = agreement.ending { bytes.append("ending", ending) }
        if agreement.isOpen { bytes.append(" open=1") }
        bytes.append(codes: agreement.members.map { exchange.members[$0].code }, "members")
        if let contract = agreement.contract {
            bytes.append("contract", contract.number)
            bytes.append(text: " digest=\(contract.terms.digest.hex)")
            bytes.append("concluded", agreement.concluded)
            bytes.append("type", contract.terms.kind)
            bytes.append("currency", contract.terms.currency)
            bytes.append(codes: contract.terms.signatories, "parties")
            bytes.append(
                text: " starts=\(contract.terms.schedule.starts.text) ends=\(contract.terms.schedule.ends.text)"
            )
            if agreement.leaves != .never { bytes.append("until", agreement.leaves) }
            if !agreement.tasks.isEmpty {
                bytes.append(
                    text: " tasks=" + agreement.tasks.map { "\($0.name):\($0.state.text)" }.joined(separator: ",")
                )
            }
        }
        if isOfParty, let draft = agreement.draft {
            bytes.append("draft", draft.number)
            bytes.append(text: " draftdigest=\(draft.terms.digest.hex)")
            bytes.append(text: " signed=" + agreement.signatures.map(name).joined(separator: ","))
        }
        if isOfParty, !agreement.endSignatures.isEmpty {
            bytes.append(text: " endsigned=" + agreement.endSignatures.map(name).joined(separator: ","))
        }
        if let contract = agreement.contract { bytes.append("title", quoted: contract.terms.title) }
    }

    private func name(_ signature: Agreement.Signature) -> String {
        "\(exchange.members[signature.member].code)/\(exchange.members[signature.user].code)"
    }

    private func terms(_ code: Code, _ ofDraft: Bool, _ member: MemberID, _ rows: inout Rows) throws(Refusal) {
        let id = try exchange.findAgreement(code, seenBy: member)
        let agreement = exchange.compacts[id]
        let draft = ofDraft ? (agreement.members.contains(member) ? agreement.draft : nil) : agreement.contract
        guard let draft else {
            throw Refusal(.unknownDraft, "\(code) has no \(ofDraft ? "draft at hand that you can see" : "contract")")
        }
        rows.head.append("compact", code)
        rows.head.append("draft", draft.number)
        rows.head.append(text: " digest=\(draft.terms.digest.hex)")
        let lines = Array(draft.terms.text.utf8).split(separator: 10, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            rows.row { bytes in
                bytes.append("line", UInt64(index + 1))
                bytes.append("text", quoted: String(decoding: line, as: UTF8.self))
            }
        }
    }

    private func periods(_ code: Code, _ rows: inout Rows) throws(Refusal) {
        let id = try findContract(code)
        guard let terms = exchange.compacts[id].terms else { return }
        rows.head.append("compact", code)
        var reckoned = 0
        for (index, period) in terms.schedule.periods.enumerated() {
            let progress = exchange.compacts[id].progress[index]
            rows.row { bytes in
                bytes.append("period", period.label)
                bytes.append("starts", period.starts)
                bytes.append("ends", period.ends)
                bytes.append("due", period.due)
                bytes.append(progress.isSettled ? " settled=1" : " settled=0")
                guard !progress.isSettled, period.starts <= exchange.now, reckoned < Venue.periodsReckonedMax else {
                    return
                }
                reckoned += 1
                let (figures, missing) = exchange.known(in: index, of: id)
                bytes.append(figures: figures)
                bytes.append(codes: missing, "awaits")
                if exchange.compacts.isDisputed(id, period.label) { bytes.append(" disputed=1") }
            }
        }
    }

    private func readings(
        _ code: Code,
        _ measure: Code?,
        _ period: Code?,
        _ from: UInt64,
        _ rows: inout Rows
    ) throws(Refusal) {
        let agreement = exchange.compacts[try findContract(code)]
        rows.head.append("compact", code)
        let found = agreement.readings.filter { reading in
            reading.number >= from && (measure == nil || reading.measure == measure)
                && (period == nil || reading.period == period)
        }
        for reading in found.prefix(Limits.rowsMax) {
            rows.row { bytes in
                bytes.append("number", reading.number)
                bytes.append("time", reading.time)
                bytes.append(reading)
            }
        }
    }

    /// Of how many open periods, the oldest first, the figures are told.
    private static let periodsReckonedMax = 12

    private func claims(_ code: Code?, _ party: Code?, _ from: UInt64, _ rows: inout Rows) throws(Refusal) {
        let agreement = try code.map { code throws(Refusal) in try findContract(code) }
        let member = try party.map { code throws(Refusal) in try exchange.findMember(code) }
        let found = exchange.compacts.claims.filter { claim in
            claim.number >= from && (agreement == nil || claim.agreement == agreement)
                && (member.map { claim.debtor == $0 || claim.creditor == .member($0) } ?? true)
        }
        for claim in found.prefix(Limits.rowsMax) {
            rows.row { bytes in
                bytes.append("compact", exchange.compacts[claim.agreement].code)
                bytes.append(claim, exchange)
                bytes.append("since", claim.since)
            }
        }
    }

    private func funds(_ code: Code, _ rows: inout Rows) throws(Refusal) {
        let id = try findContract(code)
        let agreement = exchange.compacts[id]
        guard let terms = agreement.terms else { return }
        rows.head.append("compact", code)
        for state in agreement.funds {
            guard let fund = terms.funds.first(where: { $0.name == state.name }) else { continue }
            let total = exchange.ledger.balance(.fund(state.fund), .cash(terms.currency)).total
            rows.row { bytes in
                bytes.append("fund", state.name)
                bytes.append(fund.bond == nil ? " bond=0" : " bond=1")
                if let manager = fund.manager { bytes.append("manager", terms.parties[manager].member) }
                bytes.append("currency", terms.currency)
                bytes.append("total", money: total, terms.currency)
            }
            for purpose in terms.purposes where terms.funds[purpose.fund].name == state.name {
                rows.row { bytes in
                    bytes.append("fund", state.name)
                    bytes.append("purpose", purpose.name)
                    bytes.append(codes: purpose.payees, "to")
                    bytes.append("currency", terms.currency)
                    bytes.append("spent", money: agreement.spent(purpose, fund: state.name).minorUnits, terms.currency)
                    if let most = purpose.most { bytes.append("max", money: most.minorUnits, terms.currency) }
                }
            }
        }
    }

    private func standing(_ code: Code?, _ from: Code?, _ rows: inout Rows) throws(Refusal) {
        let only = try code.map { code throws(Refusal) in try exchange.findMember(code) }
        let all = exchange.members.byCode(behind: from)
        for id in only.map({ [$0] }) ?? Array(all.prefix(Limits.rowsMax)) {
            let standing = exchange.standing(of: id)
            rows.row { bytes in
                bytes.append("member", exchange.members[id].code)
                bytes.append("score", UInt64(standing.score))
                bytes.append("kept", UInt64(standing.kept))
                bytes.append("late", UInt64(standing.late))
                bytes.append("broken", UInt64(standing.broken))
                bytes.append("goodwill", UInt64(standing.goodwill))
                bytes.append("misuse", UInt64(standing.misuse))
                bytes.append("unanswered", UInt64(standing.unanswered))
                bytes.append("unread", UInt64(standing.unread))
                bytes.append("surrendered", UInt64(standing.surrendered))
                bytes.append("penalties", UInt64(standing.penalties))
            }
        }
    }

    private func complaints(_ code: Code?, _ party: Code?, _ from: UInt64, _ rows: inout Rows) throws(Refusal) {
        let agreement = try code.map { code throws(Refusal) in try findContract(code) }
        let member = try party.map { code throws(Refusal) in try exchange.findMember(code) }
        let found = exchange.compacts.complaints.filter { complaint in
            complaint.number >= from && (agreement == nil || complaint.agreement == agreement)
                && (member.map { complaint.by == $0 || complaint.about == $0 } ?? true)
        }
        for complaint in found.prefix(Limits.rowsMax) {
            rows.row { bytes in
                bytes.append(complaint, exchange)
                bytes.append("text", quoted: complaint.text)
                if complaint.state == .answered { bytes.append("answer", quoted: complaint.answer) }
            }
        }
    }

    private func labels(
        _ code: Code?,
        _ owner: Code?,
        _ facility: Code?,
        _ from: Code?,
        _ rows: inout Rows
    ) throws(Refusal) {
        let owner = try owner.map { code throws(Refusal) in try exchange.findMember(code) }
        let facility = try facility.map { code throws(Refusal) in try exchange.findFacility(code) }
        for label in exchange.compacts.labels where code == nil || label.code == code {
            rows.row { $0.append(label, exchange) }
        }
        let awarded = exchange.registry.facilitiesByCode(behind: from).lazy
            .filter { (facility == nil || $0 == facility) && exchange.registry.isOf(nil, owner, $0) }
        var count = 0
        // A facility is told whole, so that `from` can go on behind it.
        for id in awarded {
            guard count < Limits.rowsMax else { break }
            for award in exchange.compacts.awards(of: id) where code == nil || award.label == code {
                rows.row { $0.append(award, exchange) }
                count += 1
            }
        }
    }
}
