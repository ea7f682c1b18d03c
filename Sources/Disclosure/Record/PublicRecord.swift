import Foundation
import GRDB
package import Storage
import Synchronization

/// Settlement as the public reads it: connections of its own that cannot write, and that never wait for the venue.
///
/// The venue may set a damaged file aside and make it anew; then this opens the new one.
package final class PublicRecord: Sendable {
    private let directory: String
    private let opened = Mutex<Opened?>(nil)

    private struct Opened {
        let settlement: Settlement
        let file: UInt64
    }

    /// The record of a data directory, which is opened when it is first read.
    package init(directory: String) { self.directory = directory }

    /// Settlement as it is now.
    /// - Throws: `SettlementError` while it is missing, or of another version.
    package func settlement() throws -> Settlement {
        let file = try FileManager.default.attributesOfItem(atPath: directory + "/settlement.db")[.systemFileNumber]
        let number = (file as? NSNumber)?.uint64Value ?? 0
        return try opened.withLock { opened in
            if let opened, opened.file == number { return opened.settlement }
            let settlement = try Settlement(reading: directory)
            opened = Opened(settlement: settlement, file: number)
            return settlement
        }
    }

    /// Reads; everything that the body asks for is of one moment.
    /// - Throws: what the body throws, or `SettlementError` if settlement cannot be read.
    package func read<Value>(_ body: (Reading) throws -> Value) throws -> Value {
        try settlement().read { db in try body(Reading(db: db)) }
    }
}

/// Queries of settlement at one moment.
package struct Reading {
    let db: Database

    /// The rows of a query.
    func rows(_ sql: String, _ arguments: [any DatabaseValueConvertible] = []) throws -> [Record] {
        try Row.fetchAll(try db.cachedStatement(sql: sql), arguments: StatementArguments(arguments)).map(Record.init)
    }

    /// The first row of a query; nil if it has none.
    func first(_ sql: String, _ arguments: [any DatabaseValueConvertible] = []) throws -> Record? {
        try Row.fetchOne(try db.cachedStatement(sql: sql), arguments: StatementArguments(arguments)).map(Record.init)
    }

    /// The last command that is booked.
    var sequence: Int64 {
        get throws { try first("SELECT applied_seq FROM watermark")?.number("applied_seq") ?? 0 }
    }

    /// The number of the last line of a public stream that is kept.
    func lastLine(of stream: String) throws -> UInt64 { try Settlement.lastLine(of: stream, db) }

    /// What names everything that is booked: the last command, and the hash of the journal there.
    var position: String {
        get throws {
            try first("SELECT applied_seq || '-' || substr(hex(batch_hash), 1, 16) AS position FROM watermark")?.text(
                "position"
            ) ?? ""
        }
    }
}

/// A row, whose columns are asked for by name.
struct Record {
    let row: Row

    /// A column as text; empty if it is NULL or there is none.
    func text(_ column: String) -> String {
        let value: DatabaseValue? = row[column]
        guard let value else { return "" }
        return switch value.storage {
        case .string(let text): text
        case .int64(let number): String(number)
        case .double(let number): String(number)
        case .blob, .null: ""
        }
    }

    /// A whole number; nil if the column is NULL.
    func number(_ column: String) -> Int64? {
        let value: DatabaseValue? = row[column]
        guard let value, case .int64(let number) = value.storage else { return nil }
        return number
    }

    /// A fraction; nil if the column is NULL.
    func fraction(_ column: String) -> Double? {
        let value: DatabaseValue? = row[column]
        guard let value else { return nil }
        return switch value.storage {
        case .double(let number): number
        case .int64(let number): Double(number)
        case .string, .blob, .null: nil
        }
    }

    /// Whether a column is NULL.
    func isNull(_ column: String) -> Bool {
        let value: DatabaseValue? = row[column]
        return value.map(\.isNull) ?? true
    }
}
