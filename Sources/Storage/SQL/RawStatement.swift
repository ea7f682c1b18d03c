import GRDB
import GRDBSQLite
import Permits

/// A prepared statement driven through SQLite's own functions: GRDB's `execute` is three times slower a row.
///
/// GRDB compiles, caches and finalizes it. Use it only inside the database access that made it. Values are added in the
/// order of the `?`s; a binding fails only for an index out of range, which `run` reports as a misuse.
struct RawStatement {
    private let statement: Statement
    private let handle: OpaquePointer
    private var position: Int32 = 0
    /// The ISO text of the moment written last: consecutive rows mostly share it.
    private var time = Timestamp.never
    private var timeText: [UInt8] = []

    init(_ database: Database, _ sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    mutating func add(_ value: Int64) {
        position += 1
        sqlite3_bind_int64(handle, position, value)
    }
    mutating func add(_ value: UInt32) { add(Int64(value)) }
    /// Sequence numbers and counts: below 2^63 for the next thousand centuries.
    mutating func add(_ value: UInt64) { add(Int64(bitPattern: value)) }
    mutating func add(_ value: Int64?) { if let value { add(value) } else { addNull() } }
    mutating func add(_ value: UInt64?) { if let value { add(value) } else { addNull() } }
    mutating func addNull() {
        position += 1
        sqlite3_bind_null(handle, position)
    }
    /// Adds a word of a vocabulary; its memory is the program's own, so SQLite need not copy it.
    mutating func add(word: StaticString?) {
        guard let word else { return addNull() }
        position += 1
        word.withUTF8Buffer { buffer in
            _ = buffer.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(handle, position, $0.baseAddress, Int32($0.count), nil)
            }
        }
    }
    /// Adds UTF-8 text; SQLite copies it.
    mutating func add(text bytes: [UInt8]) {
        position += 1
        bytes.withUnsafeBytes { buffer in
            if let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self) {
                sqlite3_bind_text(handle, position, start, Int32(buffer.count), transient)
            } else {
                // An empty array may have no address, and a null pointer would be NULL.
                sqlite3_bind_text(handle, position, "", 0, transient)
            }
            return
        }
    }
    mutating func add(code: Code) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Code.lengthMax)
        bytes.append(code: code)
        add(text: bytes)
    }
    mutating func add(time moment: Timestamp?) {
        guard let moment else { return addNull() }
        if moment != time {
            timeText.removeAll(keepingCapacity: true)
            timeText.append(timestamp: moment)
            time = moment
        }
        add(text: timeText)
    }
    /// Adds bytes that the caller keeps in place until `run` has returned.
    mutating func add(blob bytes: UnsafeRawBufferPointer) {
        position += 1
        if let start = bytes.baseAddress {
            sqlite3_bind_blob64(handle, position, start, UInt64(bytes.count), nil)
        } else {
            sqlite3_bind_zeroblob(handle, position, 0)
        }
    }

    /// Runs a statement that returns no rows, and makes it ready for the next values.
    mutating func run() throws {
        defer { reset() }
        let code = sqlite3_step(handle)
        guard code == SQLITE_DONE else { throw failure(code) }
    }

    /// Advances to the next row; false after the last.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    mutating func reset() {
        sqlite3_reset(handle)
        position = 0
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func number(_ column: Int32) -> UInt64 { UInt64(bitPattern: sqlite3_column_int64(handle, column)) }
    /// The bytes of a blob or a text.
    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    private func failure(_ code: Int32) -> DatabaseError {
        let message = sqlite3_db_handle(handle).flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
    }
}

/// Tells SQLite to copy what is bound: `SQLITE_TRANSIENT`, a macro that Swift does not import.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
