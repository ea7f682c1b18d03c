import Storage

extension PageContext {
    /// The open data: every public table with its columns, their meaning and units, and how to have it.
    func data() throws -> Page {
        var page = Page(title: say("part.data"), lead: say("data.lead"), part: "data")
        page.sections = [
            Section(
                id: "how",
                heading: say("data.how"),
                intro: say("data.how.text"),
                links: [Cell(text: "/openapi.json", href: "/openapi.json")]
            ),
            Section(
                id: "tables",
                heading: say("data.tables"),
                tables: [
                    TableView(
                        id: "dictionary",
                        caption: say("table.dictionary"),
                        heads: ["table", "meaning"].map { Cell(text: say.heading($0)) },
                        rows: PublicTable.all.map { table in
                            TableView.Row(cells: [
                                Cell(text: table.name, href: "\(base)/data/\(table.name)"), Cell(text: table.meaning),
                            ])
                        },
                        isFiltered: true
                    )
                ]
            ),
        ]
        return page
    }

    /// One public table: what its columns mean, and its newest rows.
    func data(_ table: PublicTable) throws -> Page {
        var page = Page(title: table.name, lead: table.meaning, part: "data")
        page.crumbs = [Cell(text: say("part.data"), href: base + "/data")]
        let columns = TableView(
            id: "columns",
            caption: say("table.columns"),
            heads: ["column", "kind", "meaning"].map { Cell(text: say.heading($0)) },
            rows: table.columns.map { column in
                let kind = column.kind.rawValue + (column.isOptional ? " · NULL" : "")
                return TableView.Row(cells: [
                    Cell(text: column.name, isCode: true), Cell(text: kind), Cell(text: column.meaning),
                ])
            }
        )
        let order = table.key.map { "\"\($0)\" DESC" }.joined(separator: ", ")
        let rows = try reading.rows("SELECT * FROM \(table.view) ORDER BY \(order) LIMIT 20")
        let sample = TableView(
            id: "sample",
            caption: say("table.sample"),
            heads: table.columns.map { Cell(text: $0.name, isNumber: $0.kind == .integer) },
            rows: rows.map { row in
                TableView.Row(
                    cells: table.columns.map {
                        Cell(text: String(row.text($0.name).prefix(60)), isNumber: $0.kind == .integer)
                    }
                )
            }
        )
        page.sections = [
            Section(
                id: "get",
                links: [
                    Cell(text: "JSON", href: "/data/\(table.name).json"),
                    Cell(text: "CSV", href: "/data/\(table.name).csv"),
                ],
                verbatim: "sqlite3 settlement.db 'SELECT * FROM \(table.view) LIMIT 10'"
            ),
            Section(id: "columns-section", heading: say("data.columns"), tables: [columns]),
            Section(id: "sample-section", heading: say("data.sample"), tables: [sample]),
        ]
        return page
    }
}
