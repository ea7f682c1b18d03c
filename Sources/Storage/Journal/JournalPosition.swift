import Foundation
import GRDB
package import Permits
package import Seals

/// A place in a journal, as a file that follows the journal keeps it: whose, how far, and the hash that vouches for all before.
package struct JournalPosition: Sendable, Equatable {
    /// The journal's name, which its first start drew and its backups keep.
    package var journal: HistoryID
    /// The last command that is in; 0 before the first.
    package var command: UInt64
    /// The hash of the batch that holds it; zeros before the first.
    package var hash: Digest

    package init(journal: HistoryID, command: UInt64, hash: Digest) {
        self.journal = journal
        self.command = command
        self.hash = hash
    }

    /// Before the first command of whatever journal.
    package static let start = JournalPosition(journal: HistoryID(rawValue: 0), command: 0, hash: .zero)

    /// What a position is to a journal.
    package enum Match: Sendable {
        /// The journal has that command, in that batch.
        case holds
        /// It is this journal's, and the journal ends before it: the journal has lost its end.
        case isAhead
        /// It is another journal's, or one that went another way.
        case differs
    }
}

extension JournalPosition {
    /// The columns in which a table keeps it.
    static let columns = """
        journal INTEGER NOT NULL,                              -- which journal it follows
            applied_seq INTEGER NOT NULL CHECK (applied_seq >= 0), -- the last command that is in, and
            -- the hash of the batch that holds it
            batch_hash BLOB NOT NULL
        """

    /// Reads it from the columns of `columns`.
    init(_ row: Row) throws {
        guard let hash = Digest(try row.bytes("batch_hash")) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a batch's hash is not 32 bytes long")
        }
        self.init(
            journal: HistoryID(rawValue: UInt64(bitPattern: try row.value("journal") as Int64)),
            command: UInt64(bitPattern: try row.value("applied_seq") as Int64),
            hash: hash
        )
    }

    /// Writes it to the one row of a table.
    func write(to table: String, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE \(table) SET journal = ?, applied_seq = ?, batch_hash = ?",
            arguments: [Int64(bitPattern: journal.rawValue), Int64(bitPattern: command), Data(hash.bytes)]
        )
    }
}

extension Journal {
    /// Where this journal stands to what another file says of it.
    /// - Throws: `JournalError` if the journal cannot be read.
    package func match(_ position: JournalPosition) throws(JournalError) -> JournalPosition.Match {
        guard position.command > 0 else { return .holds }
        guard position.command <= lastCommand else { return position.journal == id ? .isAhead : .differs }
        return try self.position(at: position.command).hash == position.hash ? .holds : .differs
    }

    /// The position behind a command, which the journal has.
    /// - Throws: `JournalError` if the journal cannot be read.
    package func position(at command: UInt64) throws(JournalError) -> JournalPosition {
        let holder = try JournalError.wrapping(file: file) {
            try Journal.connection(file, readOnly: true).read { db in
                let before = try Journal.link(db, file: file, before: command)
                return try Journal.link(db, file: file, of: before.sequence + 1)
            }
        }
        return JournalPosition(journal: id, command: command, hash: holder.hash)
    }

    /// Where the journal ends.
    package var position: JournalPosition {
        let last = end
        return JournalPosition(journal: id, command: last.lastCommand, hash: last.hash)
    }
}
