/// Rows as CSV (RFC 4180), as spreadsheets read them safely.
///
/// A text that a spreadsheet would take for a formula, since it begins with `=`, `+`, `-` or `@`, gets an apostrophe before it.
/// SwiftCSV, which reads CSV here, cannot write what it has not read.
package enum CSVText {
    /// A cell.
    package enum Cell {
        case number(String)
        case text(String)
    }

    /// A row with its end.
    package static func line(_ cells: [Cell]) -> String { cells.map(written).joined(separator: ",") + "\n" }

    private static func written(_ cell: Cell) -> String {
        switch cell {
        case .number(let text): return text
        case .text(let text):
            let isFormula = text.utf8.first.map { Array("=+-@\t\r".utf8).contains($0) } ?? false
            let safe = isFormula ? "'" + text : text
            let isQuoted = safe.utf8.contains { Array("\",\n\r".utf8).contains($0) }
            return isQuoted ? "\"" + safe.replacing("\"", with: "\"\"") + "\"" : safe
        }
    }
}
