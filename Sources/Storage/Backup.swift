import Foundation
import GRDB
package import Seals

/// A venue in one file: its journal, batch by batch, and its newest snapshot; settlement comes back from them.
///
/// It is taken beside a running venue. A later one into the same file adds what is new, so that a nightly backup is short.
/// Every batch is verified on its way, in both directions.
package enum Backup {
    /// What a backup holds.
    package struct Summary: Sendable, Equatable {
        /// How many batches were copied now.
        package var copiedBatches: UInt64
        /// The last command.
        package var lastCommand: UInt64
        /// The hash of the last batch, which vouches for everything before it.
        package var hash: Digest
        /// After which command its snapshot was taken; nil if there is none.
        package var snapshot: UInt64?
    }

    /// How many bytes of journal text go into one transaction, about.
    private static let chunkBytes = 8 << 20

    /// Brings `file` up to date with the venue in `directory`; makes it if it is missing.
    /// - Parameters:
    ///   - directory: the data directory; a server may run on it.
    ///   - file: the backup.
    ///   - progress: called with the last command copied and the last one there is.
    /// - Returns: what the file holds then.
    /// - Throws: `JournalError` if the journal is damaged, or the file is not a backup of this venue; `SnapshotStoreError`.
    package static func save(
        _ directory: String,
        to file: String,
        progress: (UInt64, UInt64) -> Void
    ) throws -> Summary {
        let source = try Journal(directory: directory, readOnly: true)
        try checkTarget(file, outside: directory)
        var summary = try copy(source, to: file, progress: progress)
        let store = try SnapshotStore(file: file)
        if let snapshot = try SnapshotStore(directory: directory).newest(atMost: summary.lastCommand).snapshot {
            try keep(snapshot, in: store)
            summary.snapshot = snapshot.sequence
        }
        return summary
    }

    /// Makes a data directory from a backup.
    ///
    /// The journal gets its name last, so that what is interrupted is no venue; it may be done again.
    /// - Parameters:
    ///   - file: the backup.
    ///   - directory: where the venue is to be; it has no journal yet.
    ///   - progress: called with the last command copied and the last one there is.
    /// - Returns: what the directory holds then.
    /// - Throws: `JournalError` if the backup is missing or damaged, or there is a journal already; `SnapshotStoreError`.
    package static func restore(
        _ file: String,
        to directory: String,
        progress: (UInt64, UInt64) -> Void
    ) throws -> Summary {
        let source = try Journal(reading: file)
        let journal = directory + "/journal.db"
        let partial = journal + ".partial"
        let manager = FileManager.default
        var isDirectory: ObjCBool = false
        guard !manager.fileExists(atPath: directory, isDirectory: &isDirectory) || isDirectory.boolValue else {
            throw JournalError(.failed, file: directory, "is a file; give the name of a new directory")
        }
        try JournalError.wrapping(file: directory) { try Journal.makeDirectory(directory) }
        let lock = try DirectoryLock(directory: directory)
        for file in [journal, directory + "/settlement.db", directory + "/snapshots.db"]
        where manager.fileExists(atPath: file) {
            throw JournalError(.failed, file: file, "is there already; choose another directory, or move it away")
        }
        if manager.fileExists(atPath: partial) {
            try JournalError.wrapping(file: partial) { try manager.removeItem(atPath: partial) }
        }
        var summary = try copy(source, to: partial, progress: progress)
        if let snapshot = try SnapshotStore(file: file).newest(atMost: summary.lastCommand).snapshot {
            try keep(snapshot, in: SnapshotStore(directory: directory))
            summary.snapshot = snapshot.sequence
        }
        try JournalError.wrapping(file: journal) {
            try manager.moveItem(atPath: partial, toPath: journal)
            try lock.syncDirectory(directory)
        }
        return summary
    }

    /// Refuses to write into what is no backup: the venue's own files, or anything else.
    private static func checkTarget(_ file: String, outside directory: String) throws(JournalError) {
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        let folder = (resolved(file) as NSString).deletingLastPathComponent
        guard folder != resolved(directory) else {
            throw JournalError(
                .failed,
                file: file,
                "is in the data directory itself; choose a file elsewhere, better on another disk"
            )
        }
        guard FileManager.default.fileExists(atPath: file) else { return }
        let tables = try JournalError.wrapping(file: file) {
            try Journal.connection(file, readOnly: true).read { db in
                try String.fetchSet(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
            }
        }
        guard tables.isSubset(of: ["batch", "meta", "snapshot"]) else {
            throw JournalError(.failed, file: file, "is there and is no backup; choose another name")
        }
    }

    private static func copy(
        _ source: Journal,
        to file: String,
        progress: (UInt64, UInt64) -> Void
    ) throws -> Summary {
        let last = source.lastCommand
        if !FileManager.default.fileExists(atPath: file) {
            // It holds password hashes: for its owner alone, like the data directory.
            let isMade = FileManager.default.createFile(
                atPath: file,
                contents: nil,
                attributes: [.posixPermissions: 0o600]
            )
            guard isMade else { throw JournalError(.failed, file: file, "cannot be made; does its directory exist?") }
        }
        let target = try JournalError.wrapping(file: file) { try Journal.connection(file, readOnly: false) }
        var link = try JournalError.wrapping(file: file) {
            try target.writeWithoutTransaction { db in
                // One file, without a log beside it.
                try db.execute(sql: "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL")
                return try db.inSavepointReturning {
                    try Journal.createTables(db)
                    return try Journal.verifiedEnd(db, file: file).0
                }
            }
        }
        guard try source.contains(link) else {
            throw JournalError(
                .outOfOrder,
                file: file,
                batch: link.sequence,
                "is not in \(source.file); it is a backup of another venue, or of one that was restored from an older backup"
            )
        }
        let first = link.sequence
        progress(link.lastCommand, last)
        while link.lastCommand < last {
            var chunk: [StoredBatch] = []
            try source.forEachBatch(fromCommand: link.lastCommand + 1, bytesMax: chunkBytes) { batch in
                let stored = StoredBatch(batch: batch, previousHash: link.hash, hash: batch.hash(after: link.hash))
                chunk.append(stored)
                link = stored.link
            }
            try JournalError.wrapping(file: file, batch: link.sequence) {
                try target.write { db in for stored in chunk { try Journal.insert(stored, db) } }
            }
            progress(min(link.lastCommand, last), last)
        }
        try JournalError.wrapping(file: file) {
            let (epoch, created) = try source.meta()
            try target.write {
                try $0.execute(sql: "UPDATE meta SET epoch = ?, created = ?", arguments: [epoch, created])
            }
            try target.close()
        }
        return Summary(
            copiedBatches: link.sequence - first,
            lastCommand: link.lastCommand,
            hash: link.hash,
            snapshot: nil
        )
    }

    private static func keep(_ snapshot: Snapshot, in store: SnapshotStore) throws(SnapshotStoreError) {
        try store.save(sequence: snapshot.sequence, digest: snapshot.digest, payload: snapshot.payload)
    }
}

extension Journal {
    /// Whether a batch is part of this journal.
    fileprivate func contains(_ link: StoredBatch.Link) throws(JournalError) -> Bool {
        try JournalError.wrapping(file: file) {
            try Journal.connection(file, readOnly: true).read { db in
                let last = try Int64.fetchOne(db, sql: "SELECT max(seq) FROM batch") ?? 0
                guard link.sequence <= UInt64(bitPattern: last) else { return false }
                return try Journal.link(db, file: file, of: link.sequence).hash == link.hash
            }
        }
    }

    /// The last start of the venue, and when it was founded.
    fileprivate func meta() throws -> (epoch: Int64, created: String) {
        try Journal.connection(file, readOnly: true).read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT epoch, created FROM meta") else {
                throw JournalError(.damaged, file: file, "the table meta is empty")
            }
            return (try row.value("epoch"), try row.value("created"))
        }
    }
}
