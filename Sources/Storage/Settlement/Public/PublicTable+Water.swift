// Seasons of water sources, links between their zones, and what passed.

extension PublicTable {
    private static let ofLink = "JOIN program ON program.id = link.program"

    static let water = [
        PublicTable(
            "seasons",
            "Seasons of water sources.",
            key: ["program", "vintage"],
            from: "season JOIN program ON program.id = season.program",
            [
                Column.text("program", "program.code", "the program"),
                Column.integer("vintage", "season.vintage", "the season"),
                Column.time("ends", "season.ends", "when it ends"),
                Column.integer(
                    "carry",
                    "season.carry",
                    "what may be carried over, hundredths of a per cent of the entitlement"
                ),
                Column.integer("spills", "season.spills", "1: more goes to spillable accounts"),
                Column.integer(
                    "carried",
                    "season.carried",
                    "carried over at the end, permits; NULL: it lasts",
                    optional: true
                ),
                Column.integer("spillable", "season.spillable", "went to spillable accounts, permits", optional: true),
                Column.integer("forfeited", "season.forfeited", "forfeited, permits", optional: true),
            ]
        ),
        PublicTable(
            "announcements",
            "Water announced to the holders of entitlements.",
            key: ["seq"],
            time: "time",
            from: """
                announcement JOIN program ON program.id = announcement.program
                    JOIN program AS entitlement ON entitlement.id = announcement.entitlements
                """,
            [
                Column.sequence("announcement.seq"), Column.time("time", "announcement.time", "when"),
                Column.text("program", "program.code", "the program"),
                Column.integer("vintage", "announcement.vintage", "the season"),
                Column.text("entitlements", "entitlement.code", "to whose holders it was credited"),
                Column.integer(
                    "announced",
                    "announcement.announced",
                    "hundredths of a per cent of the entitlement, in all"
                ),
                Column.integer("credited", "announcement.credited", "permits issued by it"),
            ]
        ),
        PublicTable(
            "links",
            "Ways between zones, with their accounts as they stand now.",
            key: ["link"],
            from: "link \(ofLink)",
            [
                Column.text("link", "link.code", "the link's code"),
                Column.text("program", "program.code", "the program"),
                Column.text("from_zone", "link.from_zone", "from where"),
                Column.text("to_zone", "link.to_zone", "to where"),
                Column.integer(
                    "max_balance",
                    "link.max_balance",
                    "the most that may be out; NULL: no limit",
                    optional: true
                ),
                Column.integer("balance", "link.balance", "went out, neither delivered nor traded back"),
                Column.integer(
                    "min_balance",
                    "link.min_balance",
                    "the least, by trade back; NULL: no floor",
                    optional: true
                ),
                Column.text("ratio", "link.ratio", "what arrives : what leaves"),
                Column.integer("window", "link.window", "seconds for which orders gather when it opens"),
                Column.time(
                    "opens",
                    "link.opens",
                    "when what gathers is cleared; NULL: nothing gathers",
                    optional: true
                ),
                Column.integer("frozen", "link.frozen", "1: deliveries make no more room"),
                Column.integer(
                    "reopens",
                    "link.reopens",
                    "the balance at which the way out opens again",
                    optional: true
                ),
                Column.integer(
                    "back_reopens",
                    "link.back_reopens",
                    "the balance at which the way back does",
                    optional: true
                ),
                Column.integer("one_way", "link.one_way", "1: nothing goes back"),
                Column.time("changes", "link.changes", "when new terms start", optional: true),
            ]
        ),
        PublicTable(
            "deliveries",
            "Water delivered through links, which made room in their accounts.",
            key: ["seq"],
            time: "time",
            from: "delivered JOIN link ON link.code = delivered.link \(ofLink)",
            [
                Column.sequence("delivered.seq"), Column.time("time", "delivered.time", "when"),
                Column.text("program", "program.code", "the program"), Column.text("link", "link.code", "the link"),
                Column.integer("quantity", "delivered.quantity", "in the program's unit"),
            ]
        ),
        PublicTable(
            "moves",
            "Permits that passed a link. Whose they are is not public.",
            key: ["seq", "n"],
            time: "time",
            from: "zone_move JOIN link ON link.code = zone_move.link \(ofLink)",
            [
                Column.sequence("zone_move.seq"), Column.integer("n", "zone_move.n", "position within the command"),
                Column.time("time", "zone_move.time", "when"), Column.text("program", "program.code", "the program"),
                Column.text("link", "link.code", "the link"),
                Column.integer("left", "zone_move.left", "permits that left"),
                Column.integer("arrived", "zone_move.arrived", "permits that arrived"),
                Column.integer("back", "zone_move.back", "1: against the link's direction"),
            ]
        ),
        PublicTable(
            "off-market",
            "Permits that changed hands without a price, in a swap, or by agreement, by day; nobody is named.",
            key: ["program", "vintage", "zone", "date", "kind"],
            time: "date",
            from: """
                (SELECT permit_class, substr(time, 1, 10) AS date, kind, SUM(amount) AS quantity, COUNT(*) AS transfers
                    FROM transfer WHERE kind IN ('transfer', 'swap', 'sale') AND permit_class IS NOT NULL
                    GROUP BY permit_class, substr(time, 1, 10), kind) AS moved
                    JOIN permit_class ON permit_class.id = moved.permit_class
                    JOIN program ON program.id = permit_class.program
                """,
            [
                Column.permitClass, Column.text("date", "moved.date", "the day, UTC"),
                Column.text("kind", "moved.kind", "transfer, swap, or sale by agreement"),
                Column.integer("transfers", "moved.transfers", "how many"),
                Column.integer("quantity", "moved.quantity", "permits"),
            ]
        ),
    ]
}
