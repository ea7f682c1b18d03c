// Facilities, what they were given, what they used, what they surrendered, and what they fell short.

extension PublicTable {
    private static let ofFacility = """
        JOIN program ON program.id = facility.program JOIN member ON member.id = facility.member
        """
    private static let facility = [
        Column.text("facility", "facility.code", "the facility's code"),
        Column.text("program", "program.code", "its program"),
        Column.text("member", "member.code", "its owner"),
    ].flatMap(\.self)

    static let compliance = [
        PublicTable(
            "facilities",
            "Installations whose use is measured.",
            key: ["facility"],
            from: """
                facility \(ofFacility) LEFT JOIN member AS verifier ON verifier.id = facility.verifier
                    LEFT JOIN member AS second ON second.id = facility.second
                """,
            [
                facility, Column.text("name", "facility.name", "its name"),
                Column.text("zone", "facility.zone", "empty for none"),
                Column.text("verifier", "verifier.code", "who measures", optional: true),
                Column.text("second_verifier", "second.code", "who measures with it", optional: true),
                Column.integer("closed", "facility.closed_seq IS NOT NULL", "1: it has closed"),
            ]
        ),
        PublicTable(
            "allocations",
            "Permits issued other than by auction, and why so many.",
            key: ["seq"],
            time: "time",
            from: """
                allocation JOIN permit_class ON permit_class.id = allocation.permit_class
                    JOIN program ON program.id = permit_class.program JOIN member ON member.id = allocation.member
                    LEFT JOIN facility ON facility.id = allocation.facility
                """,
            [
                Column.sequence("allocation.seq"), Column.time("time", "allocation.time", "when"), Column.permitClass,
                Column.text("member", "member.code", "to whom"),
                Column.text("facility", "facility.code", "for which facility", optional: true),
                Column.text("method", "allocation.method", "how the number was found"),
                Column.integer("basis", "allocation.basis", "history, output or saving; the quantity itself if direct"),
                Column.text("factor", "allocation.factor", "permits for one of the basis, decimal text"),
                Column.integer("quantity", "allocation.quantity", "permits"),
                Column.integer("from_reserve", "allocation.from_reserve", "1: of what is set aside for new entrants"),
                Column.integer("deducted", "allocation.deducted", "kept for what was owed, permits"),
            ]
        ),
        PublicTable(
            "reports",
            "Every report of measured use; a later one corrects an earlier one of the same verifier, facility, period and measure.",
            key: ["seq"],
            time: "time",
            from:
                "report JOIN facility ON facility.id = report.facility \(ofFacility) JOIN member AS verifier ON verifier.id = report.verifier",
            [
                Column.sequence("report.seq"), Column.time("time", "report.time", "when"), facility,
                Column.integer("period", "report.period", "the year"),
                Column.text("measure", "report.measure", "what was measured"),
                Column.text("verifier", "verifier.code", "who reports"),
                Column.integer("quantity", "report.quantity", "in the program's unit"),
                Column.integer("determination", "report.determination", "1: the regulator's own"),
                Column.text("evidence", "report.evidence", "SHA-256, hexadecimal"),
                Column.integer(
                    "verified",
                    "report.verified",
                    "what is verified with it; NULL: still open",
                    optional: true
                ),
                Column.text("text", "report.text", "the verifier's words"),
            ]
        ),
        PublicTable(
            "verified-use",
            "What is verified for each facility and year now.",
            key: ["facility", "period", "measure"],
            from: "verified_use JOIN facility ON facility.id = verified_use.facility \(ofFacility)",
            [
                facility, Column.integer("period", "verified_use.period", "the year"),
                Column.text("measure", "verified_use.measure", "what was measured"),
                Column.integer(
                    "quantity",
                    "verified_use.quantity",
                    "in the program's unit; NULL: a reading is missing, or two are in dispute",
                    optional: true
                ),
            ]
        ),
        PublicTable(
            "deadlines",
            "When permits must be surrendered.",
            key: ["deadline"],
            from: "deadline JOIN program ON program.id = deadline.program",
            [
                Column.integer("deadline", "deadline.id", "its number"),
                Column.text("program", "program.code", "the program"),
                Column.integer("since", "deadline.since", "the first year that it is about"),
                Column.integer("period", "deadline.period", "the last year"),
                Column.time("due", "deadline.due", "when"),
                Column.integer("share", "deadline.share", "hundredths of a per cent; 10000 is the final deadline"),
                Column.integer("replaced", "deadline.replaced_seq IS NOT NULL", "1: another one stands for it"),
            ]
        ),
        PublicTable(
            "surrenders",
            "Permits surrendered against verified use.",
            key: ["seq", "n"],
            time: "time",
            from: """
                surrender JOIN facility ON facility.id = surrender.facility JOIN member ON member.id = facility.member
                    JOIN permit_class ON permit_class.id = surrender.permit_class
                    JOIN program ON program.id = permit_class.program
                """,
            [
                Column.sequence("surrender.seq"), Column.integer("n", "surrender.n", "position within the command"),
                Column.time("time", "surrender.time", "when"),
                Column.text("facility", "facility.code", "for whose use"),
                Column.text("member", "member.code", "its owner"),
                Column.integer("period", "surrender.period", "the year"),
                Column.permitClass, Column.integer("quantity", "surrender.quantity", "permits"),
                Column.text("counts", "surrender.counts", "what they count as"),
                Column.integer("automatic", "surrender.automatic", "1: taken at a deadline or from an allocation"),
                Column.integer("undone", "surrender.reversed_seq IS NOT NULL", "1: it does not count"),
            ]
        ),
        PublicTable(
            "compliance",
            "What each deadline found at each facility.",
            key: ["deadline", "facility"],
            from: """
                compliance JOIN deadline ON deadline.id = compliance.deadline
                    JOIN facility ON facility.id = compliance.facility \(ofFacility)
                """,
            [
                Column.integer("deadline", "deadline.id", "its number"), facility,
                Column.integer("period", "deadline.period", "the year"),
                Column.time("due_time", "deadline.due", "when"),
                Column.integer("use", "compliance.use", "verified since the period began, the program's unit"),
                Column.integer(
                    "due",
                    "compliance.due",
                    "permits that had to be surrendered, debts and credits included"
                ),
                Column.integer("surrendered", "compliance.surrendered", "permits"),
                Column.integer("offsets", "compliance.offsets", "credits among them"),
                Column.integer("shortfall", "compliance.shortfall", "permits missing"),
                Column.integer("verified", "compliance.verified", "1: the use was verified in time"),
            ]
        ),
        PublicTable(
            "penalties",
            "Penalties for shortfalls.",
            key: ["penalty"],
            time: "time",
            from: """
                penalty JOIN facility ON facility.id = penalty.facility JOIN program ON program.id = penalty.program
                    JOIN member ON member.id = penalty.member JOIN currency ON currency.code = program.currency
                """,
            [
                Column.integer("penalty", "penalty.number", "its number"), Column.sequence("penalty.seq"),
                Column.time("time", "penalty.time", "when"), facility,
                Column.integer("period", "penalty.period", "the year"),
                Column.integer("shortfall", "penalty.shortfall", "permits missing"), Column.currency,
                Column.money("amount", "penalty.amount", "what is due; NULL: not determined yet", optional: true),
                Column.integer("permits", "penalty.permits", "permits owed on top"),
                Column.integer("paid", "penalty.paid", "1: paid"),
            ]
        ),
        PublicTable(
            "suspensions",
            "Members kept from trading or bidding.",
            key: ["program", "member", "seq"],
            from:
                "suspension JOIN program ON program.id = suspension.program JOIN member ON member.id = suspension.member",
            [
                Column.text("program", "program.code", "the program"), Column.text("member", "member.code", "who"),
                Column.sequence("suspension.seq"),
                Column.time("until", "suspension.until", "until when; NULL: until readmitted", optional: true),
                Column.integer("auctions", "suspension.auctions", "for how many auctions", optional: true),
                Column.integer("frozen", "suspension.frozen", "1: its permits stay where they are"),
                Column.text("text", "suspension.text", "why"),
                Column.integer("ended", "suspension.ended_seq IS NOT NULL", "1: it is over"),
            ]
        ),
    ]
}
