import GRDB

extension Database {
    /// Inserts many rows, sixteen a statement: SQLite opens a table and its indexes once a statement, not once a row.
    ///
    /// Measured 2026-11-24, 2 shared cores: event lines 2.7 against 5.2 microseconds a row. Not for tables with foreign
    /// keys: there SQLite must be able to undo half a statement, and `orders` and `trade` became slower.
    /// `OR FAIL` spares that here, since the caller rolls the whole transaction back.
    /// - Parameters:
    ///   - table: its name.
    ///   - columnCount: how many values `bind` adds a row, in the order of the columns.
    ///   - elements: what the rows are made of.
    ///   - bind: adds the values of one row.
    /// - Throws: `DatabaseError`; the caller rolls its transaction back.
    func insert<Element>(
        into table: String,
        columnCount: Int,
        _ elements: some RandomAccessCollection<Element>,
        bind: (Element, inout RawStatement) -> Void
    ) throws {
        let groupCount = 16
        let row = "(" + repeatElement("?", count: columnCount).joined(separator: ", ") + ")"
        let group = repeatElement(row, count: groupCount).joined(separator: ", ")
        var many = try RawStatement(self, "INSERT OR FAIL INTO \(table) VALUES \(group)")
        let groupedCount = elements.count / groupCount * groupCount
        for (index, element) in elements.prefix(groupedCount).enumerated() {
            bind(element, &many)
            if (index + 1).isMultiple(of: groupCount) { try many.run() }
        }
        var one = try RawStatement(self, "INSERT INTO \(table) VALUES \(row)")
        for element in elements.dropFirst(groupedCount) {
            bind(element, &one)
            try one.run()
        }
    }
}
