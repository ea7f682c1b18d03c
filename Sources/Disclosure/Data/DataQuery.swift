import Foundation
import GRDB
import Permits
import Storage

/// What is asked of a public table: which rows, and from where on.
struct DataQuery: Sendable {
    /// Why a question is none.
    struct Fault: Error {
        let text: String
    }

    let table: PublicTable
    private(set) var limit = 1_000
    /// The key behind which the rows begin.
    private var after: [any DatabaseValueConvertible & Sendable]?
    private var from: String?
    private var to: String?
    private var filters: [(column: String, value: any DatabaseValueConvertible & Sendable)] = []

    /// The most rows of a page.
    static let limitMax = 10_000

    /// Reads the parameters of an address.
    /// - Throws: `Fault` that says what would be right.
    init(_ table: PublicTable, _ parameters: [(name: String, value: String)]) throws(Fault) {
        self.table = table
        var seen: Set<String> = []
        for (name, value) in parameters {
            guard seen.insert(name).inserted else { throw Fault(text: "\(name) is given twice") }
            switch name {
            case "limit":
                guard let number = Int(value), (1...DataQuery.limitMax).contains(number) else {
                    throw Fault(text: "limit must be 1 to \(DataQuery.limitMax)")
                }
                limit = number
            case "after": after = try DataQuery.key(value, of: table)
            case "from": from = try time(value, name)
            case "to": to = try time(value, name)
            default:
                guard let column = DataQuery.filters(of: table).first(where: { $0.name == name }) else {
                    throw Fault(text: "\(name) is no parameter of \(table.name); see /openapi.json")
                }
                guard column.kind == .integer else {
                    filters.append((name, value))
                    continue
                }
                guard let number = Int64(value) else { throw Fault(text: "\(name) must be a whole number") }
                filters.append((name, number))
            }
        }
    }

    /// The columns whose value may be asked for.
    static func filters(of table: PublicTable) -> [PublicTable.Column] {
        let names: Set<String> = [
            "program", "vintage", "zone", "market", "facility", "member", "agreement", "auction", "period", "link",
            "label", "day",
        ]
        return table.columns.filter { names.contains($0.name) }
    }

    /// A date or time, in the form that the record has, so that texts compare as times do.
    private func time(_ value: String, _ name: String) throws(Fault) -> String {
        guard table.time != nil else { throw Fault(text: "rows of \(table.name) have no time") }
        guard let found = value.wholeMatch(of: DataQuery.moment) else {
            throw Fault(text: "\(name) must be a date or a time such as 2027-03-01 or 2027-03-01T08:00:00Z")
        }
        guard let clock = found.2 else { return value }
        let decimals = (found.3 ?? "").dropFirst()
        return "\(found.1)T\(clock).\(decimals)\(String(repeating: "0", count: 6 - decimals.count))Z"
    }

    /// The form of dates and times: a day, and perhaps a time of it.
    private static var moment: Regex<(Substring, Substring, Substring?, Substring?)> {
        /(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?:T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d{1,6})?Z)?/
    }

    /// The same as OpenAPI takes it.
    static let momentPattern =
        #"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z)?$"#

    /// A key as `next` gives it: a JSON array of the values of the table's key.
    private static func key(_ text: String, of table: PublicTable) throws(Fault) -> [any DatabaseValueConvertible
        & Sendable]
    {
        let fault = Fault(text: "after must be a JSON array of \(table.key.joined(separator: ", ")), as next gives it")
        let values: [Any]
        do {
            guard let array = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [Any] else { throw fault }
            values = array
        } catch { throw fault }
        guard values.count == table.key.count else { throw fault }
        var key: [any DatabaseValueConvertible & Sendable] = []
        for (name, value) in zip(table.key, values) {
            switch value {
            case let text as String where table.column(name)?.kind != .integer: key.append(text)
            case let number as NSNumber where table.column(name)?.kind == .integer: key.append(number.int64Value)
            default: throw fault
            }
        }
        return key
    }

    /// The rows, one more than the limit if there are more.
    func rows(_ reading: Reading) throws -> [Record] {
        let key = table.key.map { "\"\($0)\"" }.joined(separator: ", ")
        var conditions: [String] = []
        var arguments: [any DatabaseValueConvertible] = []
        if let after {
            conditions.append("(\(key)) > (\(after.map { _ in "?" }.joined(separator: ", ")))")
            arguments += after
        }
        if let time = table.time {
            if let from {
                conditions.append("\"\(time)\" >= ?")
                arguments.append(from)
                if let first = try firstKey(reading, since: from) {
                    conditions.append("\"\(table.key[0])\" >= ?")
                    arguments.append(first)
                }
            }
            if let to {
                conditions.append("\"\(time)\" < ?")
                arguments.append(to)
            }
        }
        for filter in filters {
            conditions.append("\"\(filter.column)\" = ?")
            arguments.append(filter.value)
        }
        let condition = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return try reading.rows("SELECT * FROM \(table.view)\(condition) ORDER BY \(key) LIMIT \(limit + 1)", arguments)
    }

    /// Where rows since a time begin, in tables whose keys grow with time: found by halving, without reading what is before.
    private func firstKey(_ reading: Reading, since time: String) throws -> Int64? {
        let key = table.key[0]
        guard ["seq", "trade", "certificate"].contains(key), let column = table.time else { return nil }
        func end(_ order: String) throws -> Int64? {
            try reading.first("SELECT \"\(key)\" FROM \(table.view) ORDER BY \"\(key)\" \(order) LIMIT 1")?.number(key)
        }
        guard var low = try end("ASC"), var high = try end("DESC") else { return nil }
        while low < high {
            let middle = low + (high - low) / 2
            let sql =
                "SELECT \"\(column)\" AS time FROM \(table.view) WHERE \"\(key)\" >= ? ORDER BY \"\(key)\" LIMIT 1"
            guard let found = try reading.first(sql, [middle])?.text("time") else { return low }
            if found < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The values of a row's key as `after` takes them.
    func cursor(behind row: Record) -> String {
        var bytes: [UInt8] = []
        for (place, name) in table.key.enumerated() {
            bytes.append(text: place == 0 ? "[" : ",")
            DataText.append(row, table.column(name), to: &bytes)
        }
        bytes.append(text: "]")
        return String(decoding: bytes, as: UTF8.self)
    }
}
