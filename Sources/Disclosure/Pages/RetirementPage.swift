import Permits
import Registry
import Seals

extension PageContext {
    /// The newest retirements, and how much was retired in each program.
    func retirements() throws -> Page {
        let rows = try reading.rows(
            "SELECT * FROM public_retirements ORDER BY certificate DESC LIMIT \(PageContext.rowsMax)"
        )
        let sums = try reading.rows(
            """
            SELECT program, unit, COUNT(*) AS certificates, SUM(quantity) AS quantity FROM public_retirements WHERE reversed = 0
            GROUP BY program, unit ORDER BY program
            """
        )
        var page = Page(title: say("part.retirements"), lead: say("retirements.lead"), part: "retirements")
        page.sections = [
            Section(
                id: "sums",
                tables: [
                    table(
                        "retired",
                        [
                            Show.text("program").leading { "/programs/\($0.text("program"))" }, .count("certificates"),
                            .count("quantity"), .text("unit"),
                        ],
                        sums
                    )
                ]
            ),
            Section(id: "list", heading: say("retirements.newest"), tables: [retirementTable(rows)]),
        ]
        return page
    }

    func retirementTable(_ rows: [Record]) -> TableView {
        table(
            "retirements",
            [
                Show.number("certificate").leading { "/retirements/\($0.text("certificate"))" }, .time("time"),
                Show.text("name").leading { "/members/\($0.text("member"))" }, .text("program"), .number("vintage"),
                .count("quantity"),
                .text("unit"), .text("text"), .flag("reversed", "bad"),
            ],
            rows,
            data: "retirements",
            isFiltered: true
        )
    }

    /// A certificate of retirement: its text and digest, which anyone can check on the page.
    /// - Returns: nil if there is no such certificate.
    func retirement(_ number: Int64) throws -> Page? {
        guard let row = try reading.first("SELECT * FROM public_retirements WHERE certificate = ?", [number]),
            let document = document(of: row)
        else { return nil }
        var page = Page(
            title: say("retirement.title", row.text("certificate")),
            lead: say("retirement.lead"),
            part: "retirements"
        )
        page.crumbs = [Cell(text: say("part.retirements"), href: base + "/retirements")]
        page.sections = [
            Section(
                id: "facts",
                facts: [
                    fact(row, Show.text("name").leading { "/members/\($0.text("member"))" }),
                    fact(row, .count("quantity")), fact(row, .text("unit")),
                    fact(row, Show.text("program").leading { "/programs/\($0.text("program"))" }),
                    fact(row, .number("vintage")),
                    fact(row, .text("zone")), fact(row, .code("serials")), fact(row, .text("text")),
                    fact(row, .time("time")),
                    fact(row, .flag("reversed", "bad")),
                ].filter { !$0.cell.text.isEmpty }
            ),
            Section(
                id: "check",
                heading: say("retirement.check"),
                intro: say("retirement.check.text"),
                special: "certificate",
                values: [
                    "text": document, "digest": row.text("digest"), "label": say("retirement.text"),
                    "button": say("check.button"), "rest": say("check.waiting"),
                ]
            ),
        ]
        return page
    }

    /// The certificate's text, as `CERTIFICATE` answers it.
    private func document(of row: Record) -> String? {
        guard let time = Timestamp(row.text("time")), let quantity = row.number("quantity"),
            let number = row.number("certificate"),
            let vintage = row.number("vintage"), let digest = Hex.bytes(row.text("digest")).flatMap({ Digest($0) })
        else { return nil }
        let serials = row.text("serials").split(separator: ",").compactMap { text -> ClosedRange<Int64>? in
            let ends = text.split(separator: "-").compactMap { Int64($0) }
            return ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil
        }
        return Certificate(
            number: UInt64(clamping: number),
            time: time,
            member: .venue,
            name: row.text("name"),
            permitClass: ClassID(0),
            quantity: Quantity(quantity),
            serials: serials,
            text: row.text("text"),
            digest: digest
        ).document(
            member: row.text("member"),
            program: row.text("program"),
            unit: row.text("unit"),
            vintage: vintage,
            zone: row.text("zone")
        )
    }
}
