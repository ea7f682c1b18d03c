import GRDB

/// Settlement as it was at one moment, while the venue goes on booking.
package final class SettlementImage: Sendable {
    private let file: String
    private let snapshot: DatabaseSnapshot
    /// Every balance, and the last command that is booked.
    package let balances: Settlement.Balances

    init(file: String, pool: DatabasePool) throws(SettlementError) {
        self.file = file
        (snapshot, balances) = try SettlementError.wrapping(file: file) {
            let snapshot = try pool.makeSnapshot()
            return (snapshot, try snapshot.read(Settlement.balances))
        }
    }

    /// Checks the file's form, indexes and references included, and holds every table against one that was built anew from the journal.
    ///
    /// Rows are compared in the order of their keys; lines of feeds one by one, since a block holds as many as were booked
    /// together.
    /// - Parameter rebuilt: booked up to the same command.
    /// - Returns: a sentence for each table that differs, with its first row that does.
    /// - Throws: `SettlementError` if one of the files is damaged.
    package func differences(from rebuilt: Settlement) throws(SettlementError) -> [String] {
        let expected = try rebuilt.image()
        guard expected.balances.appliedSequence == balances.appliedSequence else {
            return ["booked to command \(balances.appliedSequence), rebuilt to \(expected.balances.appliedSequence)"]
        }
        return try SettlementError.wrapping(file: file) {
            try snapshot.read { found in
                let faults = try String.fetchAll(found, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
                guard faults.isEmpty else { return faults }
                if let stray = try found.foreignKeyViolations().next() { return ["\(stray)"] }
                return try expected.snapshot.read { expected in
                    let faults = try SettlementImage.schemaDifferences(found, expected)
                    guard faults.isEmpty else { return faults }
                    return try SettlementImage.tables(expected).compactMap { table in
                        let difference =
                            table.hasPrefix("feed_")
                            ? try SettlementImage.feedDifference(table, found, expected)
                            : try SettlementImage.rowDifference(table, found, expected)
                        return difference.map { "table \(table): \($0)" }
                    }
                }
            }
        }
    }

    /// Tables, views and indexes that are not as they were made.
    private static func schemaDifferences(_ found: Database, _ expected: Database) throws -> [String] {
        let sql = "SELECT type || ' ' || name AS object, COALESCE(sql, '') AS text FROM sqlite_schema"
        let (left, right) = (try Row.fetchAll(found, sql: sql), try Row.fetchAll(expected, sql: sql))
        func texts(_ rows: [Row]) throws -> [String: String] {
            Dictionary(uniqueKeysWithValues: try rows.map { (try $0.value("object"), try $0.value("text")) })
        }
        let (these, those) = (try texts(left), try texts(right))
        return Set(these.keys).union(those.keys).sorted().compactMap { name in
            switch (these[name], those[name]) {
            case (let this?, let other?): this == other ? nil : "\(name) is not the one that was made"
            case (nil, _): "\(name) is missing"
            case (_, nil): "\(name) is too much"
            }
        }
    }

    private static func tables(_ db: Database) throws -> [String] {
        try String.fetchAll(
            db,
            sql: """
                SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'grdb_*'
                ORDER BY name
                """
        )
    }

    private static func rowDifference(_ table: String, _ found: Database, _ expected: Database) throws -> String? {
        let key = try expected.primaryKey(table).columns.map { "\"\($0)\"" }.joined(separator: ", ")
        let sql = "SELECT * FROM \"\(table)\" \(used[table] ?? "") ORDER BY \(key)"
        let (left, right) = (try Row.fetchCursor(found, sql: sql), try Row.fetchCursor(expected, sql: sql))
        while true {
            switch (try left.next(), try right.next()) {
            case (nil, nil): return nil
            case (let row?, nil): return "\(text(row)) is too much"
            case (nil, let row?): return "\(text(row)) is missing"
            case (let row?, let other?):
                guard row == other else { return "\(text(row)) should be \(text(other))" }
            }
        }
    }

    /// Which rows count: an account that was filled and emptied in one transaction has none, else one with 0.
    private static let used = ["cash_balance": "WHERE total <> 0", "permit_balance": "WHERE quantity <> 0"]

    private static func text(_ row: Row) -> String {
        "(" + row.map { "\($0.0)=\($0.1)" }.joined(separator: " ") + ")"
    }

    private static func feedDifference(_ table: String, _ found: Database, _ expected: Database) throws -> String? {
        let left = FeedCursor(try FeedCursor.blocks(of: table, found))
        let right = FeedCursor(try FeedCursor.blocks(of: table, expected))
        while true {
            let (line, other) = (try left.next(), try right.next())
            if line == nil, other == nil { return nil }
            if let line, let sequence = line.sequence, !line.text.contains(" seq=\(sequence) ") {
                return "\(line) is kept under command \(sequence)"
            }
            guard line == other else {
                return "\(line?.description ?? "nothing") should be \(other?.description ?? "nothing")"
            }
        }
    }
}

extension Settlement {
    /// What is booked at this moment.
    /// - Returns: what stays as it is while more is booked.
    /// - Throws: `SettlementError` if SQLite fails.
    package func image() throws(SettlementError) -> SettlementImage {
        try SettlementImage(file: file, pool: pool)
    }
}

/// The lines of a table of blocks, one by one.
private final class FeedCursor {
    struct Line: Equatable, CustomStringConvertible {
        let stream: Int64
        let number: Int64
        let text: Substring
        /// Of the block that begins with it.
        let sequence: Int64?

        var description: String { "line \(number) of stream \(stream): \"\(text)\"" }

        /// Lines are equal wherever blocks begin.
        static func == (a: Line, b: Line) -> Bool { (a.stream, a.number, a.text) == (b.stream, b.number, b.text) }
    }

    private let blocks: RowCursor
    private var lines: [Line] = []

    static func blocks(of table: String, _ db: Database) throws -> RowCursor {
        try Row.fetchCursor(db, sql: "SELECT stream, n, seq, lines FROM \"\(table)\" ORDER BY stream, n")
    }

    init(_ blocks: RowCursor) { self.blocks = blocks }

    func next() throws -> Line? {
        if lines.isEmpty, let row = try blocks.next() {
            let (stream, first): (Int64, Int64) = (try row.value("stream"), try row.value("n"))
            let (sequence, text): (Int64, String) = (try row.value("seq"), try row.value("lines"))
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                lines.append(
                    Line(
                        stream: stream,
                        number: first + Int64(index),
                        text: line,
                        sequence: index == 0 ? sequence : nil
                    )
                )
            }
            lines.reverse()
        }
        return lines.popLast()
    }
}
