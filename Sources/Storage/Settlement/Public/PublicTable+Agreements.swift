// Agreements that were concluded: who signs one agrees that it is public. Drafts and dialogues are not here.

extension PublicTable {
    private static let ofContract = "JOIN compact ON compact.id = %.compact AND compact.contract IS NOT NULL"
    private static func contract(_ table: String) -> String {
        ofContract.split(separator: "%").joined(separator: table)
    }
    private static let agreement = [
        Column.integer("agreement", "compact.id", "the agreement's number"),
        Column.text("code", "compact.code", "its code; a later one may have it again"),
    ].flatMap(\.self)

    static let agreements = [
        PublicTable(
            "agreements",
            "Agreements that bind or bound, with their text.",
            key: ["agreement"],
            time: "concluded",
            from: """
                compact JOIN compact_draft AS draft ON draft.compact = compact.id AND draft.number = compact.contract
                    JOIN currency ON currency.code = draft.currency
                """,
            [
                agreement, Column.text("kind", "draft.kind", "what it is about"),
                Column.text("title", "draft.title", "its title"),
                Column.currency,
                Column.integer("scale", "currency.scale", "digits after the decimal point of the currency"),
                Column.text("stage", "compact.stage", "whether it is in force"),
                Column.text("ending", "compact.ending", "how it ended", optional: true),
                Column.time("concluded", "compact.concluded", "when it first bound", optional: true),
                Column.time("leaves", "compact.leaves", "when a party that gave notice leaves", optional: true),
                Column.text("text", "draft.text", "the exact terms"),
                Column.text("digest", "draft.digest", "SHA-256 of the terms, which the parties signed, hexadecimal"),
            ]
        ),
        PublicTable(
            "agreement-parties",
            "Who is named in agreements.",
            key: ["agreement", "party"],
            from: "compact_party \(contract("compact_party")) JOIN member ON member.id = compact_party.member",
            [
                agreement, Column.text("party", "compact_party.name", "the name in the terms"),
                Column.text("member", "member.code", "who that is"),
                Column.integer("signs", "compact_party.signs", "0: a monitor, which only measures and decides"),
            ]
        ),
        PublicTable(
            "agreement-readings",
            "Every reading; a later one corrects an earlier one of the same sampler, measure, period and sample.",
            key: ["seq"],
            time: "time",
            from: "compact_reading AS reading \(contract("reading")) JOIN member ON member.id = reading.member",
            [
                Column.sequence("reading.seq"), Column.time("time", "reading.time", "when"), agreement,
                Column.text("measure", "reading.measure", "what is measured"),
                Column.text("period", "reading.period", "for when"),
                Column.integer("sample", "reading.sample", "0: a decision about the whole period"),
                Column.text("sampler", "reading.sampler", "the sampler's name in the terms"),
                Column.text("member", "member.code", "who reports"),
                Column.integer("value", "reading.value", "in millionths of the measure's unit"),
                Column.integer("determination", "reading.determination", "1: a decision of the arbiter"),
                Column.text("evidence", "reading.evidence", "SHA-256, hexadecimal; empty for none"),
            ]
        ),
        PublicTable(
            "agreement-figures",
            "What measures and indices came to when a period was settled.",
            key: ["agreement", "period", "name"],
            from: "compact_figure AS figure \(contract("figure"))",
            [
                agreement, Column.text("period", "figure.period", "the period"),
                Column.text("name", "figure.name", "the figure"),
                Column.text("value", "figure.value", "decimal text, exact"),
            ]
        ),
        PublicTable(
            "agreement-payments",
            "What clauses paid, and what they should have paid: the rest is a claim.",
            key: ["seq", "n"],
            time: "time",
            from: "compact_payment AS payment \(contract("payment")) JOIN currency ON currency.code = payment.currency",
            [
                Column.sequence("payment.seq"), Column.integer("n", "payment.n", "position within the command"),
                Column.time("time", "payment.time", "when"), agreement,
                Column.text("clause", "payment.clause", "which clause"),
                Column.text("period", "payment.period", "entry: a bond is put up; end: what is left"),
                Column.text("payer", "payment.payer", "a party's or fund's name in the terms"),
                Column.text("payee", "payment.payee", "the same, or fees"), Column.currency,
                Column.money("paid", "payment.paid", "what was paid"),
                Column.money("due", "payment.due", "what was due"),
            ]
        ),
        PublicTable(
            "agreement-claims",
            "What was not paid when it was due, as it stands now.",
            key: ["claim"],
            from: """
                compact_claim AS claim \(contract("claim")) JOIN currency ON currency.code = claim.currency
                    JOIN member AS debtor ON debtor.id = claim.debtor LEFT JOIN member AS creditor ON creditor.id = claim.creditor
                """,
            [
                Column.integer("claim", "claim.number", "its number"), agreement,
                Column.text("clause", "claim.clause", "which clause"),
                Column.text("period", "claim.period", "the period"), Column.text("debtor", "debtor.code", "who owes"),
                Column.text("creditor", "creditor.code", "to whom; NULL: a fund of the agreement", optional: true),
                Column.currency, Column.money("owed", "claim.owed", "penalties included"),
                Column.integer("quantity", "claim.quantity", "permits still to be delivered", optional: true),
                Column.text("state", "claim.state", "how it stands"),
                Column.time("cure", "claim.cure", "when it is broken"),
                Column.text("text", "claim.text", "why it last changed"),
                Column.time("since", "claim.since", "since when"),
            ]
        ),
        PublicTable(
            "agreement-events",
            "What else happened: waivers, deliveries, tasks, reports of others, motions and votes, the end.",
            key: ["seq", "n"],
            time: "time",
            from: "compact_event AS event \(contract("event")) LEFT JOIN member ON member.id = event.member",
            [
                Column.sequence("event.seq"), Column.integer("n", "event.n", "position within the command"),
                Column.time("time", "event.time", "when"), agreement, Column.text("kind", "event.kind", "what"),
                Column.text("clause", "event.clause", "or the task's name; empty for none"),
                Column.text("period", "event.period", "empty for none"),
                Column.text("member", "member.code", "by whom", optional: true),
                Column.text("text", "event.text", "their words"),
                Column.text("evidence", "event.evidence", "SHA-256, hexadecimal; empty for none"),
            ]
        ),
        PublicTable(
            "agreement-spending",
            "What funds paid for their purposes, what they were given, and what they refused to pay.",
            key: ["seq", "n"],
            time: "time",
            from: """
                compact_spending AS spending \(contract("spending")) JOIN currency ON currency.code = spending.currency
                    JOIN member ON member.id = spending.member LEFT JOIN member AS payee ON payee.id = spending.payee
                """,
            [
                Column.sequence("spending.seq"), Column.integer("n", "spending.n", "position within the command"),
                Column.time("time", "spending.time", "when"), agreement,
                Column.text("fund", "spending.fund", "which fund"),
                Column.text("kind", "spending.kind", "spending, misuse (refused) or donation"),
                Column.text("purpose", "spending.purpose", "empty for a donation"),
                Column.text("member", "member.code", "who spent, tried to, or gave"),
                Column.text("payee", "payee.code", "to whom", optional: true), Column.currency,
                Column.money("amount", "spending.amount", "how much"),
                Column.text("text", "spending.text", "their words"),
            ]
        ),
        PublicTable(
            "complaints",
            "Complaints and answers.",
            key: ["complaint"],
            time: "time",
            from: """
                complaint JOIN member AS complainer ON complainer.id = complaint.complainer
                    JOIN member ON member.id = complaint.member LEFT JOIN compact ON compact.id = complaint.compact
                """,
            [
                Column.integer("complaint", "complaint.number", "its number"),
                Column.time("time", "complaint.time", "when"),
                Column.text("complainer", "complainer.code", "who complains"),
                Column.text("member", "member.code", "who must answer"),
                Column.integer("agreement", "compact.id", "about which agreement", optional: true),
                Column.text("measure", "complaint.measure", "of the reading that is disputed; empty for none"),
                Column.text("period", "complaint.period", "empty for none"),
                Column.text("state", "complaint.state", "how it stands"),
                Column.text("text", "complaint.text", "the complaint"),
                Column.text("answer", "complaint.answer", "the answer"),
                Column.time("due", "complaint.due", "until when an answer is due"),
            ]
        ),
    ]
}
