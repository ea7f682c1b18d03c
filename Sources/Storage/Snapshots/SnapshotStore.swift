import Foundation
import GRDB
import Permits
package import Seals

/// The engine's state after some command.
package struct Snapshot: Sendable, Equatable {
    /// Where in which journal it was taken.
    package var position: JournalPosition
    /// The last command that the state includes.
    package var sequence: UInt64 { position.command }
    /// SHA-256 of the payload.
    package var digest: Digest
    /// The state in snapshot form.
    package var payload: [UInt8]

    /// A snapshot of the state `payload`.
    package init(position: JournalPosition, payload: [UInt8]) {
        self.init(position: position, digest: SHA256.digest(of: payload), payload: payload)
    }

    init(position: JournalPosition, digest: Digest, payload: [UInt8]) {
        self.position = position
        self.digest = digest
        self.payload = payload
    }
}

/// What a look for a snapshot brought.
package struct SnapshotSearch: Sendable {
    /// The newest that is whole; nil: replay from the first command.
    package var snapshot: Snapshot?
    /// One sentence for each newer one that is damaged.
    package var problems: [String]
}

/// The newest snapshots, in `snapshots.db`: a cache that shortens the replay, and may be deleted at any time.
package final class SnapshotStore: Sendable {
    /// How many are kept.
    package static let keptMax = 3

    /// The database's path.
    package let file: String
    private let queue: DatabaseQueue

    /// Opens the store of a data directory, which must exist.
    /// - Throws: `SnapshotStoreError` if the file cannot be opened or is no such store.
    package convenience init(directory: String) throws(SnapshotStoreError) {
        try self.init(file: directory + "/snapshots.db")
    }

    /// Opens a store in a file of its own, or a backup's.
    /// - Throws: `SnapshotStoreError` likewise.
    init(file: String) throws(SnapshotStoreError) {
        self.file = file
        do {
            var configuration = Configuration()
            configuration.label = "snapshots"
            configuration.busyMode = .timeout(5)
            queue = try DatabaseQueue(path: file, configuration: configuration)
            try queue.writeWithoutTransaction { db in
                try db.execute(
                    sql: """
                        PRAGMA synchronous=FULL;
                        CREATE TABLE IF NOT EXISTS state (
                            \(JournalPosition.columns),
                            digest BLOB NOT NULL,     -- SHA-256 of the payload
                            created TEXT NOT NULL,    -- UTC
                            payload BLOB NOT NULL,    -- the state, in the engine's binary form
                            PRIMARY KEY (applied_seq)
                        ) STRICT;
                        DROP TABLE IF EXISTS snapshot;  -- as it was kept before the hash stood in it
                        """
                )
            }
        } catch {
            throw SnapshotStoreError(file: file, isDamage: SetAside.isDamage(error), "cannot be opened: \(error)")
        }
    }

    /// Opens a store as it is, for reading.
    /// - Returns: nil if there is none.
    /// - Throws: `SnapshotStoreError` if the file cannot be opened.
    package static func reading(file: String) throws(SnapshotStoreError) -> SnapshotStore? {
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        return try SnapshotStore(reading: file)
    }

    private init(reading file: String) throws(SnapshotStoreError) {
        self.file = file
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            queue = try DatabaseQueue(path: file, configuration: configuration)
        } catch {
            throw SnapshotStoreError(file: file, isDamage: SetAside.isDamage(error), "cannot be opened: \(error)")
        }
    }

    /// Closes it.
    package func close() throws(SnapshotStoreError) {
        do { try queue.close() } catch { throw SnapshotStoreError(file: file, "\(error)") }
    }

    /// Keeps a snapshot, durably, and drops all but the newest three.
    /// - Throws: `SnapshotStoreError` if SQLite refuses (a payload past 1 GB, a full disk).
    package func save(_ snapshot: Snapshot) throws(SnapshotStoreError) {
        do {
            try queue.write { db in
                var insert = try RawStatement(
                    db,
                    """
                    INSERT OR REPLACE INTO state (journal, applied_seq, created, batch_hash, digest, payload)
                    VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?, ?, ?)
                    """
                )
                insert.add(snapshot.position.journal.rawValue)
                insert.add(snapshot.sequence)
                try snapshot.position.hash.bytes.withUnsafeBytes { hash in
                    insert.add(blob: hash)
                    try snapshot.digest.bytes.withUnsafeBytes { digest in
                        insert.add(blob: digest)
                        try snapshot.payload.withUnsafeBytes { payload in
                            insert.add(blob: payload)
                            try insert.run()
                        }
                    }
                }
                try db.execute(
                    sql: """
                        DELETE FROM state
                        WHERE applied_seq NOT IN (SELECT applied_seq FROM state ORDER BY applied_seq DESC LIMIT ?)
                        """,
                    arguments: [SnapshotStore.keptMax]
                )
            }
        } catch {
            throw SnapshotStoreError(
                file: file,
                "the snapshot after command \(snapshot.sequence) was not saved: \(error)"
            )
        }
    }

    /// Where the snapshots that are kept were taken, the newest first.
    /// - Throws: `SnapshotStoreError` if the list cannot be read.
    package func positions() throws(SnapshotStoreError) -> [JournalPosition] {
        do {
            return try queue.read { db in
                try Row.fetchAll(
                    db,
                    sql: "SELECT journal, applied_seq, batch_hash FROM state ORDER BY applied_seq DESC"
                ).map { try JournalPosition($0) }
            }
        } catch {
            throw SnapshotStoreError(file: file, isDamage: SetAside.isDamage(error), "cannot be read: \(error)")
        }
    }

    /// The newest whole snapshot that includes no command after `atMost`.
    ///
    /// A damaged one is passed over for the one before it and named in `problems`.
    /// - Throws: `SnapshotStoreError` if the list itself cannot be read.
    package func newest(atMost sequence: UInt64 = UInt64(Int64.max)) throws(SnapshotStoreError) -> SnapshotSearch {
        var search = SnapshotSearch(snapshot: nil, problems: [])
        do {
            let bound = Int64(clamping: sequence)
            try queue.read { db in
                let candidates = try Int64.fetchAll(
                    db,
                    sql: "SELECT applied_seq FROM state WHERE applied_seq <= ? ORDER BY applied_seq DESC",
                    arguments: [bound]
                )
                for candidate in candidates where search.snapshot == nil {
                    do {
                        search.snapshot = try SnapshotStore.load(UInt64(candidate), db)
                    } catch {
                        search.problems.append("\(file): snapshot after command \(candidate) is damaged: \(error)")
                    }
                }
            }
        } catch {
            throw SnapshotStoreError(file: file, isDamage: SetAside.isDamage(error), "cannot be read: \(error)")
        }
        return search
    }

    private static func load(_ sequence: UInt64, _ db: Database) throws -> Snapshot {
        guard
            let row = try Row.fetchOne(
                db,
                sql: "SELECT journal, applied_seq, batch_hash, digest FROM state WHERE applied_seq = ?",
                arguments: [Int64(sequence)]
            ), let digest = Digest(try row.bytes("digest"))
        else { throw DatabaseError(message: "it has no digest") }
        var rows = try RawStatement(db, "SELECT payload FROM state WHERE applied_seq = ?")
        rows.add(sequence)
        defer { rows.reset() }
        guard try rows.step() else { throw DatabaseError(message: "it has no content") }
        let payload = rows.bytes(0)
        guard SHA256.digest(of: payload) == digest else {
            throw DatabaseError(message: "its content does not match its digest")
        }
        return Snapshot(position: try JournalPosition(row), digest: digest, payload: payload)
    }
}

/// Why a snapshot was not saved or the store not read; never fatal, since a snapshot is only a cache.
package struct SnapshotStoreError: FileFault, CustomStringConvertible {
    /// The file concerned.
    package let file: String
    /// What happened, and what to do.
    package let message: String
    /// Whether the file is not what it should be, so that it is to be made anew.
    package let isDamage: Bool

    init(file: String, isDamage: Bool = false, _ message: String) {
        self.file = file
        self.message = message
        self.isDamage = isDamage
    }

    package var description: String { "\(file): \(message)" }
}
