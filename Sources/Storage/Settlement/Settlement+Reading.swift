package import GRDB

extension Settlement {
    /// Reads what is booked, on a connection that does not wait for the projector; everything read is of one moment.
    ///
    /// Callable from any thread.
    /// - Throws: `SettlementError` if SQLite fails, or with what the body throws.
    package func read<Value>(_ body: (Database) throws -> Value) throws(SettlementError) -> Value {
        try SettlementError.wrapping(file: file) { try reader.read(body) }
    }
}
