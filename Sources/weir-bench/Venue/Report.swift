import Foundation

/// What a benchmark found: JSON for programs on standard output, a table for people on standard error.
struct Report {
    /// The benchmark's name, and what it ran with.
    let benchmark: String
    var settings: [String: Any]
    /// The columns of the table, in order; a row may lack some.
    let columns: [String]
    private var rows: [[String: Any]] = []
    /// What the rows come to.
    var summary: [String: Any] = [:]

    init(_ benchmark: String, _ settings: [String: Any], columns: [String]) {
        self.benchmark = benchmark
        self.settings = settings
        self.columns = columns
    }

    /// Adds a row.
    mutating func add(_ row: [String: Any]) { rows.append(row) }

    /// Writes both forms.
    func write() throws {
        let object: [String: Any] = [
            "benchmark": benchmark, "settings": settings, "rows": rows, "summary": summary,
            "cores": ProcessInfo.processInfo.activeProcessorCount,
        ]
        let data = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
        FileHandle.standardOutput.write(data + Data("\n".utf8))
        FileHandle.standardError.write(Data(table.utf8))
    }

    private var table: String {
        let cells = [columns] + rows.map { row in columns.map { Report.text(row[$0]) } }
        let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        let lines = cells.map { row in
            zip(row, widths).map { cell, width in
                let pad = String(repeating: " ", count: width - cell.count)
                return Report.isNumber(cell) ? pad + cell : cell + pad
            }.joined(separator: "  ")
        }
        let facts = summary.keys.sorted().map { "\($0): \(Report.text(summary[$0]))" }
        return (["", benchmark] + lines + facts).joined(separator: "\n") + "\n"
    }

    private static func isNumber(_ cell: String) -> Bool { cell.first.map { $0.isNumber || $0 == "-" } ?? false }

    private static func text(_ value: Any?) -> String {
        switch value {
        case let number as Int: grouped(number)
        case let number as Double: number >= 1000 ? grouped(Int(number)) : String(format: "%.2f", number)
        case let text?: "\(text)"
        case nil: "-"
        }
    }

    /// `1234567` as `1,234,567`.
    private static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }
}
