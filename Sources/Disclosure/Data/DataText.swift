import Permits
import Storage

/// Rows of public tables as JSON and CSV.
enum DataText {
    /// A page of rows: `{"table":…,"seq":…,"rows":[…],"next":…}`, with the address of the next page, if there is one.
    static func json(_ table: PublicTable, _ rows: some Sequence<Record>, sequence: Int64, next: String?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(text: "{\"table\":\"\(table.name)\",\"seq\":\(sequence),\"rows\":[")
        var isFirst = true
        for row in rows {
            bytes.append(text: isFirst ? "\n{" : ",\n{")
            isFirst = false
            for (place, column) in table.columns.enumerated() {
                bytes.append(text: "\(place == 0 ? "" : ",")\"\(column.name)\":")
                append(row, column, to: &bytes)
            }
            bytes.append(text: "}")
        }
        bytes.append(text: "\n],\"next\":")
        if let next { bytes.append(quoted: next) } else { bytes.append(text: "null") }
        bytes.append(text: "}\n")
        return bytes
    }

    static func append(_ row: Record, _ column: PublicTable.Column?, to bytes: inout [UInt8]) {
        guard let column, !row.isNull(column.name) else { return bytes.append(text: "null") }
        switch column.kind {
        case .integer, .real: bytes.append(text: row.text(column.name))
        case .text, .time: bytes.append(quoted: row.text(column.name))
        }
    }

    /// The same as CSV, with a line of names first; NULL is nothing.
    static func csv(_ table: PublicTable, _ rows: some Sequence<Record>, hasHeader: Bool = true) -> String {
        var text = hasHeader ? CSVText.line(table.columns.map { .text($0.name) }) : ""
        for row in rows {
            text += CSVText.line(
                table.columns.map { column in
                    let value = row.text(column.name)
                    return column.kind == .integer || column.kind == .real ? .number(value) : .text(value)
                }
            )
        }
        return text
    }
}
