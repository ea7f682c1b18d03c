/// A table that anyone may read: a view of `settlement.db` that names nobody whom PROTOCOL.md, section 4, does not name to everyone.
///
/// The site and `weir export` read these views and nothing else of settlement, so what is not a column here is on no page.
/// The views' SQL is made of the columns; their meanings go in as comments, which the data dictionary shows.
package struct PublicTable: Sendable {
    /// One column.
    package struct Column: Sendable {
        /// What its values are.
        package enum Kind: String, Sendable {
            case integer
            case text
            /// A time of the journal, UTC, with six decimals.
            case time
            /// A fraction; for statistics alone.
            case real
        }

        package let name: String
        package let kind: Kind
        /// What it says, with its unit.
        package let meaning: String
        /// Whether it may be NULL.
        package let isOptional: Bool
        let sql: String
    }

    /// As in addresses; the view is `public_` and this.
    package let name: String
    /// What a row is.
    package let meaning: String
    /// The columns that tell rows apart and give their order.
    package let key: [String]
    /// The column that time ranges go by; nil: the rows have no time.
    package let time: String?
    package let columns: [Column]
    private let source: String

    init(
        _ name: String,
        _ meaning: String,
        key: [String],
        time: String? = nil,
        from source: String,
        _ columns: [[Column]]
    ) {
        (self.name, self.meaning, self.key, self.time) = (name, meaning, key, time)
        (self.source, self.columns) = (source, columns.flatMap(\.self))
    }

    /// The view's name.
    package var view: String { "public_" + name.replacing("-", with: "_") }

    /// The column with a name.
    package func column(_ name: String) -> Column? { columns.first { $0.name == name } }

    /// Makes the view.
    var sql: String {
        let lines = columns.enumerated().map { place, column in
            "        \(column.sql) AS \(column.name)\(place == columns.count - 1 ? "" : ",") -- \(column.meaning)"
        }
        return """
            CREATE VIEW \(view) AS
                -- \(meaning)
                SELECT
            \(lines.joined(separator: "\n"))
                FROM \(source);

            """
    }

    /// Every public table, by subject.
    package static let all = markets + auctions + registry + compliance + water + agreements

    /// The table with a name; nil if there is none.
    package static func named(_ name: String) -> PublicTable? { all.first { $0.name == name } }
}

extension PublicTable.Column {
    static func integer(_ name: String, _ sql: String, _ meaning: String, optional: Bool = false) -> [Self] {
        [Self(name: name, kind: .integer, meaning: meaning, isOptional: optional, sql: sql)]
    }

    static func text(_ name: String, _ sql: String, _ meaning: String, optional: Bool = false) -> [Self] {
        [Self(name: name, kind: .text, meaning: meaning, isOptional: optional, sql: sql)]
    }

    static func time(_ name: String, _ sql: String, _ meaning: String, optional: Bool = false) -> [Self] {
        [Self(name: name, kind: .time, meaning: meaning, isOptional: optional, sql: sql)]
    }

    static func real(_ name: String, _ sql: String, _ meaning: String, optional: Bool = false) -> [Self] {
        [Self(name: name, kind: .real, meaning: meaning, isOptional: optional, sql: sql)]
    }

    /// An amount twice: in minor units of the `currency` row in scope, and as decimal text.
    static func money(_ name: String, _ sql: String, _ meaning: String, optional: Bool = false) -> [Self] {
        let text = SettlementSchema.decimal(sql)
        return [
            Self(name: name, kind: .integer, meaning: meaning + "; minor units", isOptional: optional, sql: sql),
            Self(
                name: "\(name)_text",
                kind: .text,
                meaning: "the same as decimal text",
                isOptional: optional,
                sql: optional ? "CASE WHEN \(sql) IS NOT NULL THEN \(text) END" : text
            ),
        ]
    }

    /// Program, vintage and zone of the `program` and `permit_class` rows in scope.
    static let permitClass = [
        text("program", "program.code", "the program's code"),
        integer("vintage", "permit_class.vintage", "the compliance period that the permits are issued for"),
        text("zone", "permit_class.zone", "empty for none"),
    ].flatMap(\.self)

    static let currency = text("currency", "currency.code", "ISO 4217")

    static func sequence(_ sql: String) -> [Self] { integer("seq", sql, "the command, as in the journal") }
}

extension SettlementSchema {
    /// What anyone may read.
    static var publicViews: String { PublicTable.all.map(\.sql).joined(separator: "\n") }
}
