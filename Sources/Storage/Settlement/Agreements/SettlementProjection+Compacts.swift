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
            try insert(
                into: "compact_draft",
                [
                    "compact": id.number, "number": draft.number, "author": draft.author, "kind": terms.kind,
                    "title": terms.title, "currency": terms.currency, "text": terms.text, "digest": terms.digest,
                    "seq": seq,
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
            try update(
                "compact",
                where: "id",
                id.number,
                [
                    "leaves": until, "seq": seq,
                ]
            )
            try note("leaving", member: member, text: "\(until)", id, position, seq, time)
        case .ended(let ending, let text):
            try update(
                "compact",
                where: "id",
                id.number,
                [
                    "stage": "ended", "ending": ending, "seq": seq,
                ]
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
            try insert(
                into: "compact_reading",
                [
                    "seq": seq, "compact": id.number, "measure": reading.measure, "period": reading.period,
                    "sample": reading.sample, "sampler": reading.sampler, "member": by,
                    "value": reading.figure.millionths, "determination": reading.isDetermination,
                    "evidence": text(of: reading.evidence), "time": time,
                ]
            )
        case .settled(let period, let figures):
            for figure in figures {
                try insert(
                    into: "compact_figure",
                    [
                        "compact": id.number, "period": period, "name": figure.name, "value": figure.value,
                        "seq": seq,
                    ]
                )
            }
        case .payment(let payment):
            try insert(
                into: "compact_payment",
                [
                    "seq": seq, "n": position, "compact": id.number, "clause": payment.clause,
                    "period": payment.period, "payer": payment.from, "payee": payment.to,
                    "currency": payment.currency, "paid": payment.paid, "due": payment.due, "time": time,
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
            try insert(
                into: "compact_spending",
                [
                    "seq": seq, "n": position, "compact": id.number, "fund": fund, "kind": "donation",
                    "purpose": "", "member": by, "currency": currency, "amount": amount, "text": text,
                    "evidence": "", "time": time,
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
        try insert(
            into: "compact_message",
            [
                "seq": seq, "compact": id.number, "member": member, "kind": kind, "text": text, "time": time,
            ]
        )
    }

    private func sign(
        _ signature: Agreement.Signature,
        draft: UInt64,
        _ id: AgreementID,
        _ seq: Int64,
        _ time: Timestamp
    ) throws {
        try insert(
            into: "compact_signature",
            [
                "compact": id.number, "draft": draft, "member": signature.member, "login": signature.user,
                "seq": seq, "time": time,
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
        try insert(
            into: "compact_event",
            [
                "seq": seq, "n": position, "compact": id.number, "kind": kind, "clause": clause, "period": period,
                "member": member, "text": text, "evidence": self.text(of: evidence), "time": time,
            ]
        )
    }

    private func write(_ claim: Claim, text: String, _ seq: Int64) throws {
        let creditor: UInt32? = if case .member(let member) = claim.creditor { member.index } else { nil }
        try insert(
            into: "compact_claim",
            [
                "number": claim.number, "compact": claim.agreement.number, "clause": claim.clause,
                "period": claim.period, "debtor": claim.debtor, "creditor": creditor, "currency": claim.currency,
                "owed": claim.owed, "permit_class": claim.delivery?.permitClass,
                "quantity": claim.delivery?.quantity, "state": claim.state, "cure": claim.cure, "text": text,
                "since": claim.since, "seq": seq,
            ],
            .updates("number")
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
        try insert(
            into: "compact_spending",
            [
                "seq": seq, "n": position, "compact": id.number, "fund": spending.fund, "kind": kind,
                "purpose": spending.purpose, "member": spending.by, "payee": spending.to,
                "currency": spending.currency, "amount": spending.amount, "text": text,
                "evidence": self.text(of: spending.evidence), "time": time,
            ]
        )
    }

    /// Writes a complaint, or what became of it.
    func write(_ complaint: Complaint, text: String, _ seq: Int64, _ time: Timestamp) throws {
        guard complaint.state != .open else {
            try insert(
                into: "complaint",
                [
                    "number": complaint.number, "complainer": complaint.by, "member": complaint.about,
                    "compact": complaint.agreement, "measure": complaint.measure, "period": complaint.period,
                    "state": "open", "text": complaint.text, "answer": "",
                    "evidence": self.text(of: complaint.evidence), "due": complaint.due, "seq": seq, "time": time,
                ]
            )
            return
        }
        try update(
            "complaint",
            where: "number",
            complaint.number,
            [
                "state": complaint.state, "answer": text, "seq": seq,
            ]
        )
    }

    /// Writes a label's terms.
    func write(_ label: Label, _ seq: Int64) throws {
        try insert(
            into: "label",
            [
                "code": label.code, "program": label.program, "name": label.name, "criteria": label.text,
                "days": label.days, "closed": label.isClosed, "seq": seq,
            ],
            .updates("code")
        )
    }

    /// Writes what became of an award.
    func write(_ award: LabelAward, _ state: LabelAward.State, _ position: Int, _ seq: Int64, _ time: Timestamp) throws
    {
        try insert(
            into: "label_award",
            [
                "seq": seq, "n": position, "label": award.label, "facility": award.facility, "state": state,
                "until": award.until, "time": time,
            ]
        )
    }

    private func text(of evidence: Digest) -> String { evidence == .zero ? "" : evidence.hex }
}
