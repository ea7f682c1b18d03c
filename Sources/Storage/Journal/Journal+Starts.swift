import GRDB
package import Permits

// The starts of a venue. Each has a name of its own, so that a client notices when a directory was rolled back: what it
// saw under a name goes on only up to where that start ends in the journal that there is now.

extension Journal {
    /// One start of the venue, as the journal keeps it.
    struct Start: Sendable {
        let epoch: UInt64
        let history: HistoryID
        /// The number of the first command that it could give.
        let firstCommand: UInt64

        static let table = """
            CREATE TABLE IF NOT EXISTS start (
                epoch INTEGER PRIMARY KEY,   -- as in batch
                history INTEGER NOT NULL,    -- drawn by chance: 8 bytes that name this start
                first_cmd INTEGER NOT NULL   -- the number after the last command before it
            ) STRICT;
            """

        static func begin(_ epoch: UInt64, after command: UInt64, _ db: Database) throws {
            try db.execute(
                sql: "INSERT OR REPLACE INTO start VALUES (?, random(), ?)",
                arguments: [Int64(epoch), Int64(bitPattern: command) + 1]
            )
        }

        static func all(_ db: Database) throws -> [Start] {
            guard try db.tableExists("start") else { return [] }
            return try Row.fetchAll(db, sql: "SELECT epoch, history, first_cmd FROM start ORDER BY epoch").map { row in
                Start(
                    epoch: UInt64(bitPattern: try row.value("epoch") as Int64),
                    history: HistoryID(rawValue: UInt64(bitPattern: try row.value("history") as Int64)),
                    firstCommand: UInt64(bitPattern: try row.value("first_cmd") as Int64)
                )
            }
        }
    }

    /// The journal's name, which its first start drew.
    package var id: HistoryID { starts.first?.history ?? HistoryID(rawValue: 0) }

    /// The name of this start; of a read-only journal, of the last one.
    package var history: HistoryID { starts.last?.history ?? HistoryID(rawValue: 0) }

    /// Up to which command what was seen under a start's name is in this journal; nil if it never started under that name.
    ///
    /// Complexity: the number of starts.
    package func end(of history: HistoryID) -> UInt64? {
        guard let index = starts.lastIndex(where: { $0.history == history }) else { return nil }
        // A backup may know of starts after its end.
        let next = starts[(index + 1)...].map(\.firstCommand).min()
        return next.map { $0 - 1 } ?? UInt64(Int64.max)
    }
}
