extension PageContext {
    /// Every member, with its role.
    func members() throws -> Page {
        let rows = try reading.rows(
            "SELECT * FROM public_members WHERE member <> 'venue' ORDER BY role, member LIMIT 1000"
        )
        var page = Page(title: say("part.members"), lead: say("members.lead"), part: "members")
        page.sections = [
            Section(
                id: "list",
                tables: [
                    table(
                        "members",
                        [
                            Show.text("member").leading { "/members/\($0.text("member"))" }, .text("name"),
                            .word("role"),
                        ],
                        rows,
                        data: "members",
                        isFiltered: true
                    )
                ]
            )
        ]
        return page
    }

    /// What is public of a member: its facilities, retirements, agreements, labels, penalties, claims and complaints.
    /// - Returns: nil if there is no such member.
    func member(_ code: String) throws -> Page? {
        guard let member = try reading.first("SELECT * FROM public_members WHERE member = ?", [code]) else {
            return nil
        }
        var page = Page(title: member.text("name"), lead: say("member.lead"), part: "members")
        page.crumbs = [Cell(text: say("part.members"), href: base + "/members")]
        page.sections = [
            Section(id: "facts", facts: [fact(member, .text("member")), fact(member, .word("role"))]),
            try scorecard(code), try complianceRecord(code), try agreementRecord(code),
            Section(
                id: "retired",
                heading: say("part.retirements"),
                tables: [
                    retirementTable(
                        try reading.rows(
                            "SELECT * FROM public_retirements WHERE member = ? ORDER BY certificate DESC LIMIT 50",
                            [code]
                        )
                    )
                ]
            ),
        ]
        return page
    }

    /// How a member has kept what it owes: counts, each of which the tables below and the log show one by one.
    private func scorecard(_ code: String) throws -> Section {
        func count(_ key: String, _ sql: String) throws -> Fact {
            let number = try reading.first("SELECT COUNT(*) AS count FROM \(sql)", [code])?.number("count") ?? 0
            return fact(key, Cell(text: Digits.text(number, scale: 0), isNumber: true))
        }
        return Section(
            id: "scorecard",
            heading: say("member.scorecard"),
            intro: say("member.scorecard.text"),
            facts: [
                try count("score.met", "public_compliance WHERE member = ? AND shortfall = 0"),
                try count("score.short", "public_compliance WHERE member = ? AND shortfall > 0"),
                try count("score.penalties", "public_penalties WHERE member = ?"),
                try count("score.unpaid", "public_penalties WHERE member = ? AND paid = 0"),
                try count("score.suspensions", "public_suspensions WHERE member = ?"),
                try count("score.claims", "public_agreement_claims WHERE debtor = ?"),
                try count("score.broken", "public_agreement_claims WHERE debtor = ? AND state = 'broken'"),
                try count("score.complaints", "public_complaints WHERE member = ?"),
                try count("score.labels", "public_labels WHERE member = ?"),
            ]
        )
    }

    private func complianceRecord(_ code: String) throws -> Section {
        let facilities = try reading.rows(
            "SELECT * FROM public_facilities WHERE member = ? ORDER BY facility LIMIT \(PageContext.rowsMax)",
            [code]
        )
        let found = try reading.rows(
            "SELECT * FROM public_compliance WHERE member = ? ORDER BY period DESC, facility LIMIT \(PageContext.rowsMax)",
            [code]
        )
        let suspensions = try reading.rows(
            "SELECT * FROM public_suspensions WHERE member = ? ORDER BY seq DESC LIMIT 20",
            [code]
        )
        let labels = try reading.rows(
            "SELECT * FROM public_labels WHERE member = ? ORDER BY label, facility LIMIT 50",
            [code]
        )
        return Section(
            id: "compliance",
            heading: say("member.compliance"),
            tables: [
                table(
                    "facilities",
                    [
                        .text("facility"), .text("name"),
                        Show.text("program").leading { "/programs/\($0.text("program"))" }, .text("zone"),
                        .text("verifier"), .flag("closed", "quiet"),
                    ],
                    facilities,
                    data: "facilities"
                ),
                table(
                    "compliance",
                    [
                        .number("period"), .text("facility"), .count("use"), .count("due"), .count("surrendered"),
                        .count("shortfall"),
                    ],
                    found,
                    data: "compliance"
                ),
                table(
                    "suspensions",
                    [
                        .text("program"), .time("until"), .count("auctions"), .flag("frozen", "bad"), .text("text"),
                        .flag("ended", "quiet"),
                    ],
                    suspensions,
                    data: "suspensions"
                ),
                table(
                    "labels",
                    [.text("name"), .text("facility"), .text("criteria"), .time("until")],
                    labels,
                    data: "labels"
                ),
            ]
        )
    }

    private func agreementRecord(_ code: String) throws -> Section {
        let agreements = try reading.rows(
            """
            SELECT agreement.* FROM public_agreement_parties AS party
            JOIN public_agreements AS agreement ON agreement.agreement = party.agreement
            WHERE party.member = ? ORDER BY agreement.agreement DESC LIMIT 50
            """,
            [code]
        )
        return Section(
            id: "agreements",
            heading: say("part.agreements"),
            tables: [
                table(
                    "agreements",
                    [
                        Show.text("title").leading { "/agreements/\($0.text("agreement"))" }, .word("kind"),
                        .word("stage"), .time("concluded"),
                    ],
                    agreements,
                    data: "agreements"
                ),
                claimTable(
                    try reading.rows(
                        "SELECT * FROM public_agreement_claims WHERE debtor = ?1 OR creditor = ?1 ORDER BY claim DESC LIMIT 50",
                        [code]
                    )
                ),
                complaintTable(
                    try reading.rows(
                        "SELECT * FROM public_complaints WHERE member = ?1 OR complainer = ?1 ORDER BY complaint DESC LIMIT 50",
                        [code]
                    )
                ),
            ]
        )
    }
}
