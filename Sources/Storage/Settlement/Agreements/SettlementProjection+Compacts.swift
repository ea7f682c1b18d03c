import Compacts
import Exchange
import GRDB
import Permits
import Seals

// Agreements, complaints and labels as rows.

extension SettlementProjection {
    /// Writes what happened to an agreement.
    func write(
        _ fact: CompactFact,
        of id: AgreementID,
        _ code: Code,
        position: Int,
        sequence: UInt64,
        time: Timestamp
    ) throws {
        let seq = Int64(bitPattern: sequence)
        switch fact {
        case .interest(let by, to: _, isOpen: _, let text):
            try database.execute(
                sql: """
                    INSERT INTO compact (id, code, stage, seq) VALUES (?, ?, 'dialogue', ?)
                    ON CONFLICT (id) DO UPDATE SET seq = excluded.seq
                    """,
                arguments: [Int64(bitPattern: id.number), "\(code)", seq]
            )
            try say("interest", by, text, id, seq, time)
        case .joined(let member): try say("joined", member, "", id, seq, time)
        case .left(let member): try say("left", member, "", id, seq, time)
        case .message(let by, _, let text): try say("message", by, text, id, seq, time)
        case .draft(let draft):
            let terms = draft.terms
            try database.execute(
                sql: "INSERT INTO compact_draft VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    Int64(bitPattern: id.number), Int64(bitPattern: draft.number), draft.author.index, terms.kind.text,
                    terms.title,
                    terms.currency.text, terms.text, terms.digest.hex, seq,
                ]
            )
        case .signed(let draft, let signature): try sign(signature, draft: draft, id, seq, time)
        case .endSigned(let signature): try sign(signature, draft: 0, id, seq, time)
        case .contract(let draft, isAmended: _):
            try database.execute(
                sql: """
                    UPDATE compact SET stage = 'contract', contract = ?, concluded = COALESCE(concluded, ?), seq = ?
                    WHERE id = ?
                    """,
                arguments: [Int64(bitPattern: draft.number), "\(time)", seq, Int64(bitPattern: id.number)]
            )
            try database.execute(
                sql: "DELETE FROM compact_party WHERE compact = ?",
                arguments: [Int64(bitPattern: id.number)]
            )
            for party in draft.terms.parties {
                try database.execute(
                    sql: "INSERT INTO compact_party SELECT ?, ?, id, ? FROM member WHERE code = ?",
                    arguments: [Int64(bitPattern: id.number), "\(party.name)", party.signs, "\(party.member)"]
                )
            }
        case .leaving(let member, let until):
            try database.execute(
                sql: "UPDATE compact SET leaves = ?, seq = ? WHERE id = ?",
                arguments: ["\(until)", seq, Int64(bitPattern: id.number)]
            )
            try note("leaving", member: member, text: "\(until)", id, position, seq, time)
        case .ended(let ending, let text):
            try database.execute(
                sql: "UPDATE compact SET stage = 'ended', ending = ?, seq = ? WHERE id = ?",
                arguments: [ending.text, seq, Int64(bitPattern: id.number)]
            )
            try note("ended", text: text, id, position, seq, time)
        case .reading, .settled, .undetermined, .payment, .claim, .waived, .delivered, .task, .spending, .misuse,
            .donation, .observation:
            try write(executed: fact, id, position, seq, time)
        }
    }

    private func write(
        executed fact: CompactFact,
        _ id: AgreementID,
        _ position: Int,
        _ seq: Int64,
        _ time: Timestamp
    ) throws {
        switch fact {
        case .reading(let reading, let by):
            try database.execute(
                sql: "INSERT INTO compact_reading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    seq, Int64(bitPattern: id.number), "\(reading.measure)", "\(reading.period)", reading.sample,
                    "\(reading.sampler)",
                    by.index, reading.figure.millionths, reading.isDetermination, text(of: reading.evidence), "\(time)",
                ]
            )
        case .settled(let period, let figures):
            for figure in figures {
                try database.execute(
                    sql: "INSERT INTO compact_figure VALUES (?, ?, ?, ?, ?)",
                    arguments: [Int64(bitPattern: id.number), "\(period)", "\(figure.name)", figure.value, seq]
                )
            }
        case .payment(let payment):
            try database.execute(
                sql: "INSERT INTO compact_payment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    seq, position, Int64(bitPattern: id.number), "\(payment.clause)", "\(payment.period)",
                    "\(payment.from)",
                    "\(payment.to)", payment.currency.text, payment.paid.minorUnits, payment.due.minorUnits, "\(time)",
                ]
            )
        case .claim(let claim, let text): try write(claim, text: text, seq)
        case .waived(let waiver, let text):
            try note(
                "waived",
                waiver.clause,
                waiver.period,
                member: waiver.by,
                text: text,
                id,
                position,
                seq,
                time
            )
        case .delivered(let clause, let period, let delivery):
            let text = "\(delivery.quantity.units)"
            try note("delivered", clause, period, member: delivery.buyer, text: text, id, position, seq, time)
        case .task(let name, let state, let evidence):
            try note("task", name, text: state.text, evidence: evidence, id, position, seq, time)
        case .undetermined(let clause, let period, let text):
            try note("undetermined", clause, period, text: text, id, position, seq, time)
        case .observation(let by, let text, let evidence):
            try note("observation", member: by, text: text, evidence: evidence, id, position, seq, time)
        case .spending(let spending): try write(spending, "spending", text: "", id, position, seq, time)
        case .misuse(let spending, let text): try write(spending, "misuse", text: text, id, position, seq, time)
        case .donation(let by, let fund, let amount, let currency, let text):
            try database.execute(
                sql: "INSERT INTO compact_spending VALUES (?, ?, ?, ?, 'donation', '', ?, NULL, ?, ?, ?, '', ?)",
                arguments: [
                    seq, position, Int64(bitPattern: id.number), "\(fund)", by.index, currency.text, amount.minorUnits,
                    text, "\(time)",
                ]
            )
        case .interest, .joined, .left, .message, .draft, .signed, .endSigned, .contract, .leaving, .ended:
            break
        }
    }

    private func say(
        _ kind: String,
        _ member: MemberID,
        _ text: String,
        _ id: AgreementID,
        _ seq: Int64,
        _ time: Timestamp
    ) throws {
        try database.execute(
            sql: "INSERT INTO compact_message VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [seq, Int64(bitPattern: id.number), member.index, kind, text, "\(time)"]
        )
    }

    private func sign(
        _ signature: Agreement.Signature,
        draft: UInt64,
        _ id: AgreementID,
        _ seq: Int64,
        _ time: Timestamp
    ) throws {
        try database.execute(
            sql: "INSERT INTO compact_signature VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                Int64(bitPattern: id.number), Int64(bitPattern: draft), signature.member.index, signature.user.index,
                seq, "\(time)",
            ]
        )
    }

    private func note(
        _ kind: String,
        _ clause: Code = .none,
        _ period: Code = .none,
        member: MemberID? = nil,
        text: String,
        evidence: Digest = .zero,
        _ id: AgreementID,
        _ position: Int,
        _ seq: Int64,
        _ time: Timestamp
    ) throws {
        try database.execute(
            sql: "INSERT INTO compact_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                seq, position, Int64(bitPattern: id.number), kind, "\(clause)", "\(period)", member?.index, text,
                self.text(of: evidence), "\(time)",
            ]
        )
    }

    private func write(_ claim: Claim, text: String, _ seq: Int64) throws {
        let creditor: UInt32? = if case .member(let member) = claim.creditor { member.index } else { nil }
        try database.execute(
            sql: """
                INSERT INTO compact_claim VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (number) DO UPDATE SET debtor = excluded.debtor, creditor = excluded.creditor, owed = excluded.owed,
                    permit_class = excluded.permit_class, quantity = excluded.quantity, state = excluded.state,
                    cure = excluded.cure, text = excluded.text, seq = excluded.seq
                """,
            arguments: [
                Int64(bitPattern: claim.number), Int64(bitPattern: claim.agreement.number), "\(claim.clause)",
                "\(claim.period)",
                claim.debtor.index, creditor, claim.currency.text, claim.owed.minorUnits,
                claim.delivery?.permitClass.index, claim.delivery?.quantity.units, claim.state.text, "\(claim.cure)",
                text, "\(claim.since)", seq,
            ]
        )
    }

    private func write(
        _ spending: CompactSpending,
        _ kind: String,
        text: String,
        _ id: AgreementID,
        _ position: Int,
        _ seq: Int64,
        _ time: Timestamp
    ) throws {
        try database.execute(
            sql: "INSERT INTO compact_spending VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                seq, position, Int64(bitPattern: id.number), "\(spending.fund)", kind, "\(spending.purpose)",
                spending.by.index,
                spending.to.index, spending.currency.text, spending.amount.minorUnits, text,
                self.text(of: spending.evidence), "\(time)",
            ]
        )
    }

    /// Writes a complaint, or what became of it.
    func write(_ complaint: Complaint, text: String, _ seq: Int64, _ time: Timestamp) throws {
        guard complaint.state != .open else {
            try database.execute(
                sql: "INSERT INTO complaint VALUES (?, ?, ?, ?, ?, ?, 'open', ?, '', ?, ?, ?, ?)",
                arguments: [
                    Int64(bitPattern: complaint.number), complaint.by.index, complaint.about.index,
                    complaint.agreement.map { Int64(bitPattern: $0.number) }, "\(complaint.measure)",
                    "\(complaint.period)", complaint.text,
                    self.text(of: complaint.evidence), "\(complaint.due)", seq, "\(time)",
                ]
            )
            return
        }
        try database.execute(
            sql: "UPDATE complaint SET state = ?, answer = ?, seq = ? WHERE number = ?",
            arguments: [complaint.state.text, text, seq, Int64(bitPattern: complaint.number)]
        )
    }

    /// Writes a label's terms.
    func write(_ label: Label, _ seq: Int64) throws {
        try database.execute(
            sql: """
                INSERT INTO label VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (code) DO UPDATE SET program = excluded.program, name = excluded.name, criteria = excluded.criteria,
                    days = excluded.days, closed = excluded.closed, seq = excluded.seq
                """,
            arguments: [
                "\(label.code)", label.program.index, label.name, label.text, label.days, label.isClosed, seq,
            ]
        )
    }

    /// Writes what became of an award.
    func write(_ award: LabelAward, _ state: LabelAward.State, _ position: Int, _ seq: Int64, _ time: Timestamp) throws
    {
        try database.execute(
            sql: "INSERT INTO label_award VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                seq, position, "\(award.label)", award.facility.index, state.text, "\(award.until)", "\(time)",
            ]
        )
    }

    private func text(of evidence: Digest) -> String { evidence == .zero ? "" : evidence.hex }
}
