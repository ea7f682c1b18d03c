import Compacts
import Exchange
import GRDB
import Permits
import Seals

// Agreements, complaints and labels as rows.

extension SettlementProjection {
    /// Writes what happened to an agreement.
    func write(_ fact: CompactFact, of id: AgreementID, _ code: Code, _ at: Origin) throws {
        switch fact {
        case .interest(let by, to: _, isOpen: _, let text):
            try table("compact", .stays).insert(["id": id, "code": code, "stage": "dialogue", "seq": at.seq])
            try table("compact").row("id", id).set(["seq": at.seq])
            try say("interest", by, text, id, at)
        case .joined(let member): try say("joined", member, "", id, at)
        case .left(let member): try say("left", member, "", id, at)
        case .message(let by, _, let text): try say("message", by, text, id, at)
        case .draft(let draft):
            let terms = draft.terms
            try table("compact_draft").insert([
                "compact": id.number, "number": draft.number, "author": draft.author, "kind": terms.kind,
                "title": terms.title, "currency": terms.currency, "text": terms.text, "digest": terms.digest,
                "seq": at.seq,
            ])
        case .signed(let draft, let signature): try sign(signature, draft: draft, id, at)
        case .endSigned(let signature): try sign(signature, draft: 0, id, at)
        case .contract(let draft, isAmended: _):
            try database.execute(
                sql: """
                    UPDATE compact SET stage = 'contract', contract = ?, concluded = COALESCE(concluded, ?), seq = ?
                    WHERE id = ?
                    """,
                arguments: [Int64(bitPattern: draft.number), "\(at.time)", at.seq, Int64(bitPattern: id.number)]
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
            try table("compact").row("id", id.number).set([
                "leaves": until, "seq": at.seq,
            ])
            try note("leaving", member: member, text: "\(until)", id, at)
        case .ended(let ending, let text):
            try table("compact").row("id", id.number).set([
                "stage": "ended", "ending": ending, "seq": at.seq,
            ])
            try note("ended", text: text, id, at)
        case .reading(let reading, let by):
            try table("compact_reading").insert([
                "seq": at.seq, "compact": id.number, "measure": reading.measure, "period": reading.period,
                "sample": reading.sample, "sampler": reading.sampler, "member": by,
                "value": reading.figure.millionths, "determination": reading.isDetermination,
                "evidence": text(of: reading.evidence), "time": at.time,
            ])
        case .settled(let period, let figures):
            for figure in figures {
                try table("compact_figure").insert([
                    "compact": id.number, "period": period, "name": figure.name, "value": figure.value,
                    "seq": at.seq,
                ])
            }
        case .motion(let motion, let party):
            try note("motion", motion.clause, motion.period, text: "\(party)", id, at)
        case .vote(let clause, let by): try note("vote", clause, member: by, text: "", id, at)
        case .expelled(let party, let motion):
            try note("expelled", motion.clause, motion.period, text: "\(party)", id, at)
        case .payment(let payment):
            try table("compact_payment").insert([
                "seq": at.seq, "n": at.position, "compact": id.number, "clause": payment.clause,
                "period": payment.period, "payer": payment.from, "payee": payment.to,
                "currency": payment.currency, "paid": payment.paid, "due": payment.due, "time": at.time,
            ])
        case .claim(let claim, let text): try write(claim, text: text, at)
        case .waived(let waiver, let text):
            try note("waived", waiver.clause, waiver.period, member: waiver.by, text: text, id, at)
        case .delivered(let clause, let period, let delivery):
            let text = "\(delivery.quantity.units)"
            try note("delivered", clause, period, member: delivery.buyer, text: text, id, at)
        case .task(let name, let state, let evidence):
            try note("task", name, text: state.text, evidence: evidence, id, at)
        case .undetermined(let clause, let period, let text):
            try note("undetermined", clause, period, text: text, id, at)
        case .observation(let by, let text, let evidence):
            try note("observation", member: by, text: text, evidence: evidence, id, at)
        case .spending(let spending): try write(spending, "spending", text: "", id, at)
        case .misuse(let spending, let text): try write(spending, "misuse", text: text, id, at)
        case .donation(let by, let fund, let amount, let currency, let text):
            try table("compact_spending").insert([
                "seq": at.seq, "n": at.position, "compact": id.number, "fund": fund, "kind": "donation",
                "purpose": "", "member": by, "currency": currency, "amount": amount, "text": text,
                "evidence": "", "time": at.time,
            ])
        }
    }

    private func say(_ kind: String, _ member: MemberID, _ text: String, _ id: AgreementID, _ at: Origin) throws {
        try table("compact_message").insert([
            "seq": at.seq, "compact": id.number, "member": member, "kind": kind, "text": text, "time": at.time,
        ])
    }

    private func sign(_ signature: Agreement.Signature, draft: UInt64, _ id: AgreementID, _ at: Origin) throws {
        try table("compact_signature").insert([
            "compact": id.number, "draft": draft, "member": signature.member, "login": signature.user,
            "seq": at.seq, "time": at.time,
        ])
    }

    private func note(
        _ kind: String,
        _ clause: Code = .none,
        _ period: Code = .none,
        member: MemberID? = nil,
        text: String,
        evidence: Digest = .zero,
        _ id: AgreementID,
        _ at: Origin
    ) throws {
        try table("compact_event").insert([
            "seq": at.seq, "n": at.position, "compact": id.number, "kind": kind, "clause": clause, "period": period,
            "member": member, "text": text, "evidence": self.text(of: evidence), "time": at.time,
        ])
    }

    private func write(_ claim: Claim, text: String, _ at: Origin) throws {
        let creditor: UInt32? = if case .member(let member) = claim.creditor { member.index } else { nil }
        try table("compact_claim", .updates("number")).insert([
            "number": claim.number, "compact": claim.agreement.number, "clause": claim.clause,
            "period": claim.period, "debtor": claim.debtor, "creditor": creditor, "currency": claim.currency,
            "owed": claim.owed, "permit_class": claim.delivery?.permitClass,
            "quantity": claim.delivery?.quantity, "state": claim.state, "cure": claim.cure, "text": text,
            "since": claim.since, "seq": at.seq,
        ])
    }

    private func write(
        _ spending: CompactSpending,
        _ kind: String,
        text: String,
        _ id: AgreementID,
        _ at: Origin
    ) throws {
        try table("compact_spending").insert([
            "seq": at.seq, "n": at.position, "compact": id.number, "fund": spending.fund, "kind": kind,
            "purpose": spending.purpose, "member": spending.by, "payee": spending.to,
            "currency": spending.currency, "amount": spending.amount, "text": text,
            "evidence": self.text(of: spending.evidence), "time": at.time,
        ])
    }

    /// Writes a complaint, or what became of it.
    func write(_ complaint: Complaint, text: String, _ at: Origin) throws {
        guard complaint.state != .open else {
            try table("complaint").insert([
                "number": complaint.number, "complainer": complaint.by, "member": complaint.about,
                "compact": complaint.agreement, "measure": complaint.measure, "period": complaint.period,
                "state": "open", "text": complaint.text, "answer": "",
                "evidence": self.text(of: complaint.evidence), "due": complaint.due, "seq": at.seq, "time": at.time,
            ])
            return
        }
        try table("complaint").row("number", complaint.number).set([
            "state": complaint.state, "answer": text, "seq": at.seq,
        ])
    }

    /// Writes a label's terms.
    func write(_ label: Label, _ at: Origin) throws {
        try table("label", .updates("code")).insert([
            "code": label.code, "program": label.program, "name": label.name, "criteria": label.text,
            "days": label.days, "closed": label.isClosed, "seq": at.seq,
        ])
    }

    /// Writes what became of an award.
    func write(_ award: LabelAward, _ state: LabelAward.State, _ at: Origin) throws {
        try table("label_award").insert([
            "seq": at.seq, "n": at.position, "label": award.label, "facility": award.facility, "state": state,
            "until": award.until, "time": at.time,
        ])
    }

    private func text(of evidence: Digest) -> String { evidence == .zero ? "" : evidence.hex }
}
