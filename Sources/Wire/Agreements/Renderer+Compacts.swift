import Compacts
import Exchange
import Permits
import Registry
import Seals

// What happens to agreements, complaints and labels, as lines.

extension TextSink {
    /// Appends what happened to an agreement.
    mutating func append(_ fact: CompactFact, of id: AgreementID, _ exchange: Exchange) {
        append("compact", exchange.compacts[id].code)
        switch fact {
        case .interest(let by, let partners, let isOpen, let text):
            append(" what=interest")
            append("by", exchange.members[by].code)
            append(isOpen ? " open=1" : "")
            append(codes: partners.map { exchange.members[$0].code }, "to")
            append("text", quoted: text)
        case .joined(let member):
            append(" what=joined")
            append("member", exchange.members[member].code)
        case .left(let member):
            append(" what=left")
            append("member", exchange.members[member].code)
        case .message(let by, let user, let text):
            append(" what=message")
            append("by", exchange.members[by].code)
            append("user", exchange.members[user].code)
            append("text", quoted: text)
        case .draft(let draft):
            append(" what=draft")
            append("by", exchange.members[draft.author].code)
            append(draft)
        case .signed(let draft, let signature):
            append(" what=signed")
            append("draft", draft)
            append(signature, exchange)
        case .endSigned(let signature):
            append(" what=end-signed")
            append(signature, exchange)
        case .contract(let draft, let isAmended):
            append(isAmended ? " what=amended" : " what=contract")
            append(draft)
            append("type", draft.terms.kind)
            append(codes: draft.terms.signatories, "parties")
            append("title", quoted: draft.terms.title)
        case .leaving(let member, let time):
            append(" what=leaving")
            append("member", exchange.members[member].code)
            append("until", time)
        case .ended(let ending, let text):
            append(" what=ended")
            append("ending", ending)
            if !text.isEmpty { append("text", quoted: text) }
        case .reading(let reading, let by):
            append(" what=reading")
            append(reading)
            append("member", exchange.members[by].code)
        case .settled(let period, let figures):
            append(" what=settled")
            append("period", period)
            append(figures: figures)
        case .motion(let motion, let party):
            append(" what=motion")
            append("clause", motion.clause)
            append("period", motion.period)
            append("party", party)
        case .vote(let clause, let by):
            append(" what=vote")
            append("clause", clause)
            append("by", exchange.members[by].code)
        case .expelled(let party, let motion):
            append(" what=expelled")
            append("party", party)
            append("clause", motion.clause)
            append("period", motion.period)
        case .undetermined(let clause, let period, let text):
            append(" what=undetermined")
            append("clause", clause)
            append("period", period)
            append("text", quoted: text)
        case .payment(let payment):
            append(" what=payment")
            append("clause", payment.clause)
            append("period", payment.period)
            append("from", payment.from)
            append("to", payment.to)
            append("currency", payment.currency)
            append("paid", money: payment.paid.minorUnits, payment.currency)
            append("due", money: payment.due.minorUnits, payment.currency)
        case .claim(let claim, let text):
            append(" what=claim")
            append(claim, exchange)
            append("text", quoted: text)
        case .waived(let waiver, let text):
            append(" what=waived")
            append("clause", waiver.clause)
            append("period", waiver.period)
            append("by", exchange.members[waiver.by].code)
            append("text", quoted: text)
        case .delivered(let clause, let period, let delivery):
            append(" what=delivered")
            append("clause", clause)
            append("period", period)
            append(delivery, exchange)
        case .task(let name, let state, let evidence):
            append(" what=task")
            append("task", name)
            append("state", state)
            append(evidence: evidence)
        case .spending(let spending):
            append(" what=spending")
            append(spending, exchange)
        case .misuse(let spending, let text):
            append(" what=misuse")
            append(spending, exchange)
            append("text", quoted: text)
        case .donation(let by, let fund, let amount, let currency, let text):
            append(" what=donation")
            append("by", exchange.members[by].code)
            append("fund", fund)
            append("currency", currency)
            append("amount", money: amount.minorUnits, currency)
            if !text.isEmpty { append("text", quoted: text) }
        case .observation(let by, let text, let evidence):
            append(" what=observation")
            append("by", exchange.members[by].code)
            append(evidence: evidence)
            append("text", quoted: text)
        }
    }

    private mutating func append(_ draft: Agreement.Draft) {
        append("draft", draft.number)
        append(" digest=")
        append(text: draft.terms.digest.hex)
    }

    private mutating func append(_ signature: Agreement.Signature, _ exchange: Exchange) {
        append("member", exchange.members[signature.member].code)
        append("user", exchange.members[signature.user].code)
    }

    /// Appends ` key=a,b`, or nothing.
    mutating func append(codes: [Code], _ key: StaticString) {
        guard !codes.isEmpty else { return }
        append(UInt8(ascii: " "))
        append(key)
        append(text: "=" + codes.map { "\($0)" }.joined(separator: ","))
    }

    private mutating func append(evidence: Digest) {
        guard evidence != .zero else { return }
        append(" evidence=")
        append(text: evidence.hex)
    }

    /// Appends ` figures=P:0.8925,…`, or nothing.
    mutating func append(figures: [(name: Code, value: String)]) {
        guard !figures.isEmpty else { return }
        append(text: " figures=" + figures.map { "\($0.name):\($0.value)" }.joined(separator: ","))
    }

    /// Appends a reading, without whose member sent it.
    mutating func append(_ reading: Reading) {
        append("measure", reading.measure)
        append("period", reading.period)
        if reading.sample > 0 { append("sample", UInt64(reading.sample)) }
        append("sampler", reading.sampler)
        append(text: " value=\(reading.figure)")
        if reading.isDetermination { append(" determination=1") }
        append(evidence: reading.evidence)
    }

    private mutating func append(_ spending: CompactSpending, _ exchange: Exchange) {
        append("fund", spending.fund)
        append("purpose", spending.purpose)
        append("by", exchange.members[spending.by].code)
        append("to", exchange.members[spending.to].code)
        append("currency", spending.currency)
        append("amount", money: spending.amount.minorUnits, spending.currency)
        append(evidence: spending.evidence)
    }

    private mutating func append(_ delivery: Claim.Delivery, _ exchange: Exchange) {
        append("seller", exchange.members[delivery.seller].code)
        append("buyer", exchange.members[delivery.buyer].code)
        append(class: delivery.permitClass, exchange)
        append("qty", delivery.quantity)
    }

    /// Appends a claim.
    mutating func append(_ claim: Claim, _ exchange: Exchange) {
        append("claim", claim.number)
        append("state", claim.state)
        append("clause", claim.clause)
        append("period", claim.period)
        append("debtor", exchange.members[claim.debtor].code)
        switch claim.creditor {
        case .member(let member): append("creditor", exchange.members[member].code)
        case .fund(let fund):
            let state = exchange.compacts[claim.agreement].funds.first { $0.fund == fund }
            if let state { append("fund", state.name) }
        }
        append("currency", claim.currency)
        append("owed", money: claim.owed.minorUnits, claim.currency)
        if let delivery = claim.delivery { append(delivery, exchange) }
        append("cure", claim.cure)
    }

    /// Appends a complaint without its text.
    mutating func append(_ complaint: Complaint, _ exchange: Exchange) {
        append("number", complaint.number)
        append("state", complaint.state)
        append("by", exchange.members[complaint.by].code)
        append("member", exchange.members[complaint.about].code)
        if let id = complaint.agreement { append("compact", exchange.compacts[id].code) }
        if !complaint.measure.isEmpty {
            append("measure", complaint.measure)
            append("period", complaint.period)
        }
        append("due", complaint.due)
        append(evidence: complaint.evidence)
    }

    /// Appends a label's terms.
    mutating func append(_ label: Label, _ exchange: Exchange) {
        append("label", label.code)
        append("program", exchange.registry[label.program].code)
        append("days", UInt64(label.days))
        append("criteria", quoted: label.text)
        append(label.isClosed ? " closed=1" : "")
        append("name", quoted: label.name)
    }

    /// Appends an award.
    mutating func append(_ award: LabelAward, _ exchange: Exchange) {
        append("label", award.label)
        append("facility", exchange.registry[award.facility].code)
        append("member", exchange.members[exchange.registry[award.facility].member].code)
        append("since", award.since)
        append("until", award.until)
    }
}
