import GRDB

/// How far the journal has come, kept apart from it in `journal-end.db`.
///
/// Whoever starts a venue whose journal has lost its end learns it from here even if settlement had not come so far yet.
/// It is written about once a second, behind the answers, and not synced: it may lag, and may be deleted.
package final class JournalEnd: Sendable {
    /// The database's path.
    package let file: String
    private let queue: DatabaseQueue

    /// Opens the file in a data directory, which must exist.
    /// - Throws: `JournalError`: `damaged` if it is not what it should be, `failed`.
    package init(directory: String) throws(JournalError) {
        let file = directory + "/journal-end.db"
        self.file = file
        queue = try JournalEnd.wrapping(file: file) {
            var configuration = Configuration()
            configuration.label = "journal-end"
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: file, configuration: configuration)
            try queue.writeWithoutTransaction { db in
                try db.execute(
                    sql: """
                        PRAGMA journal_mode=WAL;
                        PRAGMA synchronous=NORMAL;
                        CREATE TABLE IF NOT EXISTS journal_end (
                            only INTEGER PRIMARY KEY CHECK (only = 1),
                            \(JournalPosition.columns)
                        ) STRICT;
                        INSERT OR IGNORE INTO journal_end VALUES (1, 0, 0, zeroblob(32));
                        """
                )
            }
            return queue
        }
    }

    /// How far the journal had come when it was noted last.
    /// - Throws: `JournalError`: `damaged` or `failed`.
    package func position() throws(JournalError) -> JournalPosition {
        try JournalEnd.wrapping(file: file) {
            try queue.read { db in
                guard let row = try Row.fetchOne(db, sql: "SELECT * FROM journal_end") else {
                    throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "it is empty")
                }
                return try JournalPosition(row)
            }
        }
    }

    /// Notes how far the journal has come.
    /// - Throws: `JournalError`: `damaged` or `failed`.
    package func note(_ position: JournalPosition) throws(JournalError) {
        try JournalEnd.wrapping(file: file) { try queue.write { try position.write(to: "journal_end", $0) } }
    }

    /// Closes it.
    package func close() throws(JournalError) { try JournalEnd.wrapping(file: file) { try queue.close() } }

    private static func wrapping<Result>(file: String, _ body: () throws -> Result) throws(JournalError) -> Result {
        do { return try body() } catch {
            throw JournalError(SetAside.isDamage(error) ? .damaged : .failed, file: file, "\(error)")
        }
    }
}
