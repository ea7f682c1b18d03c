// Programs, caps, issue, members, retirements, labels: the public account of who complies.

extension PublicTable {
    private static let ofClass = """
        JOIN program ON program.id = permit_class.program
        """

    static let registry = [
        PublicTable(
            "programs",
            "Cap-and-trade and water-share schemes.",
            key: ["program"],
            from: """
                program JOIN currency ON currency.code = program.currency
                    JOIN member AS regulator ON regulator.id = program.regulator
                    LEFT JOIN program AS covered ON covered.id = program.offsets_for
                    LEFT JOIN program AS yielding ON yielding.id = program.yields
                """,
            [
                Column.text("program", "program.code", "the program's code"),
                Column.text("name", "program.name", "its name"),
                Column.text("unit", "program.unit", "what one permit allows: tCO2e, kg, m3, ML"), Column.currency,
                Column.integer("scale", "currency.scale", "digits after the decimal point of the currency"),
                Column.text("regulator", "regulator.code", "the member that runs it"),
                Column.text("rules", "program.rules", "its rule book"),
                Column.text("policies", "program.policies", "what it comes to: NAME=VALUE, a space between two"),
                Column.text("offsets_for", "covered.code", "whose obligations its credits may cover", optional: true),
                Column.text("yields", "yielding.code", "whose allocations its entitlements yield", optional: true),
                Column.text(
                    "timezone",
                    "program.timezone",
                    "by whose clock its registry works: a name of the tz database"
                ),
            ]
        ),
        PublicTable(
            "permit-classes",
            "Permits of one program, vintage and zone: the cap, and issued = held + surrendered + retired + cancelled.",
            key: ["program", "vintage", "zone"],
            from: """
                permit_class JOIN issuance ON issuance.permit_class = permit_class.id
                    JOIN program ON program.id = permit_class.program
                """,
            [
                Column.permitClass, Column.text("unit", "program.unit", "what one permit allows"),
                Column.integer("cap", "permit_class.cap", "the most permits that may be issued"),
                Column.integer(
                    "holding_limit",
                    "permit_class.holding_limit",
                    "the most that a member may hold; NULL: no fixed limit",
                    optional: true
                ),
                Column.integer("issued", "issuance.issued", "permits"),
                Column.integer("held", "issuance.held", "permits"),
                Column.integer("surrendered", "issuance.surrendered", "permits"),
                Column.integer("retired", "issuance.retired", "permits"),
                Column.integer("cancelled", "issuance.cancelled", "permits"),
                Column.time("expires", "permit_class.expires", "when what is held is cancelled", optional: true),
            ]
        ),
        PublicTable(
            "caps",
            "Every cap and holding limit that was ever set.",
            key: ["seq", "program", "vintage", "zone"],
            time: "time",
            from: "cap_change JOIN permit_class ON permit_class.id = cap_change.permit_class \(ofClass)",
            [
                Column.sequence("cap_change.seq"), Column.time("time", "cap_change.time", "when it was set"),
                Column.permitClass, Column.integer("cap", "cap_change.cap", "permits"),
                Column.integer(
                    "holding_limit",
                    "cap_change.holding_limit",
                    "permits; NULL: no fixed limit",
                    optional: true
                ),
                Column.integer("reserve", "cap_change.reserve", "set aside for new entrants, permits"),
                Column.integer("issued", "cap_change.issued", "what was issued then, permits"),
            ]
        ),
        PublicTable(
            "concentration",
            "Per permit class, the shares of those who hold it, with their associates, the largest first; without names.",
            key: ["program", "vintage", "zone", "rank"],
            from: """
                (SELECT permit_balance.permit_class, COALESCE(classification.lead, holder.id) AS lead,
                        SUM(permit_balance.quantity) AS quantity
                    FROM permit_balance LEFT JOIN facility ON facility.id = permit_balance.facility
                        JOIN member AS holder ON holder.id = COALESCE(facility.member, permit_balance.member)
                        LEFT JOIN classification ON classification.member = holder.id
                    WHERE permit_balance.account IN ('general', 'compliance', 'spillable') AND permit_balance.quantity > 0
                    GROUP BY permit_balance.permit_class, COALESCE(classification.lead, holder.id)) AS holding
                    JOIN permit_class ON permit_class.id = holding.permit_class \(ofClass)
                """,
            [
                Column.permitClass,
                Column.integer(
                    "rank",
                    "ROW_NUMBER() OVER (PARTITION BY holding.permit_class ORDER BY holding.quantity DESC, holding.lead)",
                    "from 1"
                ),
                Column.integer("quantity", "holding.quantity", "permits held"),
                Column.real(
                    "share",
                    "1.0 * holding.quantity / SUM(holding.quantity) OVER (PARTITION BY holding.permit_class)",
                    "of all that is held, 0 to 1"
                ),
            ]
        ),
        PublicTable(
            "members",
            "Legal entities. Member `venue` is the venue itself.",
            key: ["member"],
            from: "member",
            [
                Column.text("member", "member.code", "the member's code"),
                Column.text("role", "member.role", "operator, regulator, participant, verifier or observer"),
                Column.text("name", "member.name", "its name"),
            ]
        ),
        PublicTable(
            "retirements",
            "Certificates of retirement: permits that were taken out of use for good.",
            key: ["certificate"],
            time: "time",
            from: """
                certificate JOIN member ON member.id = certificate.member
                    JOIN permit_class ON permit_class.id = certificate.permit_class \(ofClass)
                """,
            [
                Column.integer("certificate", "certificate.number", "the certificate's number"),
                Column.sequence("certificate.seq"), Column.time("time", "certificate.time", "when"),
                Column.text("member", "member.code", "who retired them"),
                Column.text("name", "certificate.name", "the member's name then"), Column.permitClass,
                Column.text("unit", "program.unit", "what one permit allows"),
                Column.integer("quantity", "certificate.quantity", "permits"),
                Column.text("serials", "certificate.serials", "their serial numbers: 1-400,900-950"),
                Column.text("text", "certificate.text", "the member's words: for whom"),
                Column.text("digest", "certificate.digest", "SHA-256 of the certificate's text, hexadecimal"),
                Column.integer("reversed", "certificate.reversed_seq IS NOT NULL", "1: the retirement was undone"),
            ]
        ),
        PublicTable(
            "labels",
            "Which facilities have which labels.",
            key: ["label", "facility"],
            from: "label_holder JOIN label ON label.code = label_holder.label",
            [
                Column.text("label", "label_holder.label", "the label's code"),
                Column.text("name", "label.name", "its name"),
                Column.text("criteria", "label.criteria", "what it stands for"),
                Column.text("facility", "label_holder.facility", "who has it"),
                Column.text("member", "label_holder.member", "the facility's owner"),
                Column.time("until", "label_holder.until", "until when"),
            ]
        ),
    ]
}
