import Foundation
import GRDB
package import Seals

/// The engine's state after some command.
package struct Snapshot: Sendable, Equatable {
    /// The last command that the state includes.
    package var sequence: UInt64
    /// SHA-256 of the payload.
    package var digest: Digest
    /// The state in snapshot form.
    package var payload: [UInt8]

    package init(sequence: UInt64, digest: Digest, payload: [UInt8]) {
        self.sequence = sequence
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
                        CREATE TABLE IF NOT EXISTS snapshot (
                            seq INTEGER PRIMARY KEY,  -- the last command included
                            digest BLOB NOT NULL,     -- SHA-256 of the payload
                            created TEXT NOT NULL,    -- UTC
                            payload BLOB NOT NULL     -- the state, in the engine's binary form
                        ) STRICT;
                        """
                )
            }
        } catch {
            throw SnapshotStoreError(
                file: file,
                "cannot be opened: \(error); it is only a cache: move it away and start again"
            )
        }
    }

    /// Keeps a snapshot, durably, and drops all but the newest three.
    /// - Throws: `SnapshotStoreError` if the digest is not the payload's, or SQLite refuses (a payload past 1 GB, a full disk).
    package func save(sequence: UInt64, digest: Digest, payload: [UInt8]) throws(SnapshotStoreError) {
        guard SHA256.digest(of: payload) == digest else {
            throw SnapshotStoreError(
                file: file,
                "the digest \(digest) given for command \(sequence) is not the payload's"
            )
        }
        do {
            try queue.write { db in
                var insert = try RawStatement(
                    db,
                    """
                    INSERT OR REPLACE INTO snapshot (seq, created, digest, payload)
                    VALUES (?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?, ?)
                    """
                )
                insert.add(sequence)
                try digest.bytes.withUnsafeBytes { digest in
                    insert.add(blob: digest)
                    try payload.withUnsafeBytes { payload in
                        insert.add(blob: payload)
                        try insert.run()
                    }
                }
                try db.execute(
                    sql: "DELETE FROM snapshot WHERE seq NOT IN (SELECT seq FROM snapshot ORDER BY seq DESC LIMIT ?)",
                    arguments: [SnapshotStore.keptMax]
                )
            }
        } catch {
            throw SnapshotStoreError(file: file, "the snapshot after command \(sequence) was not saved: \(error)")
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
                    sql: "SELECT seq FROM snapshot WHERE seq <= ? ORDER BY seq DESC",
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
            throw SnapshotStoreError(
                file: file,
                "cannot be read: \(error); it is only a cache: move it away and start again"
            )
        }
        return search
    }

    private static func load(_ sequence: UInt64, _ db: Database) throws -> Snapshot {
        var rows = try RawStatement(db, "SELECT digest, payload FROM snapshot WHERE seq = ?")
        rows.add(sequence)
        defer { rows.reset() }
        guard try rows.step(), let digest = Digest(rows.bytes(0)) else {
            throw DatabaseError(message: "it has no digest")
        }
        let payload = rows.bytes(1)
        guard SHA256.digest(of: payload) == digest else {
            throw DatabaseError(message: "its content does not match its digest")
        }
        return Snapshot(sequence: sequence, digest: digest, payload: payload)
    }
}

/// Why a snapshot was not saved or the store not read; never fatal, since a snapshot is only a cache.
package struct SnapshotStoreError: Error, Sendable, CustomStringConvertible {
    /// The file concerned.
    package let file: String
    /// What happened, and what to do.
    package let message: String

    init(file: String, _ message: String) {
        self.file = file
        self.message = message
    }

    package var description: String { "\(file): \(message)" }
}
