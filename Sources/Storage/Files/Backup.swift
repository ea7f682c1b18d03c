import Foundation
import GRDB
import Permits
package import Seals

/// Runs a journal's entries on an engine of its own, so that no copy is called good that cannot be replayed.
package protocol JournalRunner {
    /// The last command that has run.
    var lastCommand: UInt64 { get }
    /// Goes on from a state.
    /// - Returns: false if it is of another layout; nothing has changed then.
    mutating func begin(from snapshot: Snapshot) -> Bool
    /// Runs a batch, which must follow `lastCommand`.
    /// - Throws: an error that names the first command that does not run, and why.
    mutating func run(_ batch: JournalBatch) throws
    /// The state, in snapshot form.
    func state() -> [UInt8]
}

/// A venue in one file: its journal, batch by batch, and the state at its end; settlement comes back from them.
///
/// It is taken beside a running venue. A later one into the same file adds what is new, so that a nightly backup is short.
/// Every batch is verified and run on its way, in both directions. The state at the end is that of this run, so the next
/// backup runs only what is new.
package enum Backup {
    /// What a backup holds.
    package struct Summary: Sendable, Equatable {
        /// How many batches were copied now.
        package var copiedBatches: UInt64
        /// The last command.
        package var lastCommand: UInt64
        /// The hash of the last batch, which vouches for everything before it.
        package var hash: Digest
    }

    /// How many bytes of journal text go into one transaction, about.
    private static let chunkBytes = 8 << 20

    /// Brings `file` up to date with the venue in `directory`; makes it if it is missing.
    /// - Parameters:
    ///   - directory: the data directory; a server may run on it.
    ///   - file: the backup.
    ///   - runner: has run nothing yet.
    ///   - progress: called with the last command copied and the last one there is.
    /// - Returns: what the file holds then.
    /// - Throws: `JournalError` if the journal is damaged, or the file is not a backup of this venue; `SnapshotStoreError`;
    ///   what `runner` throws.
    package static func save(
        _ directory: String,
        to file: String,
        running runner: some JournalRunner,
        progress: (UInt64, UInt64) -> Void
    ) throws -> Summary {
        let source = try Journal(directory: directory, readOnly: true)
        try checkTarget(file, outside: directory)
        var runner = runner
        let target = try open(file)
        try catchUp(&runner, with: target.file)
        let summary = try copy(source, to: target, running: &runner, progress: progress)
        try keep(runner, source, summary, in: SnapshotStore(file: file))
        return summary
    }

    /// Makes a data directory from a backup.
    ///
    /// Runs everything from the first command on, whatever state the backup holds. The journal gets its name last, so that
    /// what is interrupted is no venue; it may be done again.
    /// - Parameters:
    ///   - file: the backup.
    ///   - directory: where the venue is to be; it has no journal yet.
    ///   - runner: has run nothing yet.
    ///   - progress: called with the last command copied and the last one there is.
    /// - Returns: what the directory holds then.
    /// - Throws: `JournalError` if the backup is missing or damaged, or there is a journal already; `SnapshotStoreError`;
    ///   what `runner` throws.
    package static func restore(
        _ file: String,
        to directory: String,
        running runner: some JournalRunner,
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
        for name in ["journal.db", "settlement.db", "snapshots.db", "log.db", "journal-end.db"] {
            let file = directory + "/" + name
            guard !manager.fileExists(atPath: file) else {
                throw JournalError(.failed, file: file, "is there already; choose another directory, or move it away")
            }
        }
        if manager.fileExists(atPath: partial) {
            try JournalError.wrapping(file: partial) { try manager.removeItem(atPath: partial) }
        }
        var runner = runner
        let summary = try copy(source, to: open(partial), running: &runner, progress: progress)
        let snapshots = try SnapshotStore(directory: directory)
        try keep(runner, source, summary, in: snapshots)
        try snapshots.close()
        try JournalError.wrapping(file: journal) {
            try manager.moveItem(atPath: partial, toPath: journal)
            try lock.syncDirectory(directory)
        }
        return summary
    }

    /// Brings a runner to where a backup ends: from the state that the backup holds, if that is of its journal.
    private static func catchUp(_ runner: inout some JournalRunner, with file: String) throws {
        let journal = try Journal(reading: file)
        if let snapshot = try SnapshotStore(file: file).newest(atMost: journal.lastCommand).snapshot,
            try journal.match(snapshot.position) == .holds
        {
            _ = runner.begin(from: snapshot)
        }
        try journal.forEachBatch(fromCommand: runner.lastCommand + 1) { try runner.run($0) }
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
        guard tables.isSubset(of: ["batch", "meta", "start", "log_name", "state", "snapshot"]) else {
            throw JournalError(.failed, file: file, "is there and is no backup; choose another name")
        }
    }

    /// A backup's journal while it is written.
    private struct Target {
        let file: String
        let queue: DatabaseQueue
        var link: StoredBatch.Link
    }

    private static func open(_ file: String) throws -> Target {
        if !FileManager.default.fileExists(atPath: file) {
            // It holds password hashes: for its owner alone, like the data directory.
            let isMade = FileManager.default.createFile(
                atPath: file,
                contents: nil,
                attributes: [.posixPermissions: 0o600]
            )
            guard isMade else { throw JournalError(.failed, file: file, "cannot be made; does its directory exist?") }
        }
        let queue = try JournalError.wrapping(file: file) { try Journal.connection(file, readOnly: false) }
        let link = try JournalError.wrapping(file: file) {
            try queue.writeWithoutTransaction { db in
                // One file, without a log beside it.
                try db.execute(sql: "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL")
                return try db.inSavepointReturning {
                    try Journal.createTables(db)
                    return try Journal.verifiedEnd(db, file: file).0
                }
            }
        }
        return Target(file: file, queue: queue, link: link)
    }

    private static func copy(
        _ source: Journal,
        to target: Target,
        running runner: inout some JournalRunner,
        progress: (UInt64, UInt64) -> Void
    ) throws -> Summary {
        let (last, file) = (source.lastCommand, target.file)
        var link = target.link
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
                try runner.run(batch)
                chunk.append(stored)
                link = stored.link
            }
            try JournalError.wrapping(file: file, batch: link.sequence) {
                try target.queue.write { db in for stored in chunk { try Journal.insert(stored, db) } }
            }
            progress(min(link.lastCommand, last), last)
        }
        try JournalError.wrapping(file: file) {
            let about = try source.about()
            try target.queue.write { try about.write($0) }
            try target.queue.close()
        }
        return Summary(copiedBatches: link.sequence - first, lastCommand: link.lastCommand, hash: link.hash)
    }

    private static func keep(
        _ runner: some JournalRunner,
        _ source: Journal,
        _ summary: Summary,
        in store: SnapshotStore
    ) throws(SnapshotStoreError) {
        guard summary.lastCommand > 0 else { return }
        let position = JournalPosition(journal: source.id, command: summary.lastCommand, hash: summary.hash)
        try store.save(Snapshot(position: position, payload: runner.state()))
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

    /// What stands in a journal beside its batches.
    fileprivate struct About {
        let epoch: Int64
        let created: String
        let starts: [Start]
        let logName: String?

        func write(_ db: Database) throws {
            try db.execute(sql: "UPDATE meta SET epoch = ?, created = ?", arguments: [epoch, created])
            for start in starts {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO start VALUES (?, ?, ?)",
                    arguments: [
                        Int64(bitPattern: start.epoch), Int64(bitPattern: start.history.rawValue),
                        Int64(bitPattern: start.firstCommand),
                    ]
                )
            }
            if let logName {
                try db.execute(sql: "INSERT OR REPLACE INTO log_name VALUES (1, ?)", arguments: [logName])
            }
        }
    }

    fileprivate func about() throws -> About {
        try Journal.connection(file, readOnly: true).read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT epoch, created FROM meta") else {
                throw JournalError(.damaged, file: file, "the table meta is empty")
            }
            return About(
                epoch: try row.value("epoch"),
                created: try row.value("created"),
                starts: try Start.all(db),
                logName: try db.tableExists("log_name")
                    ? try String.fetchOne(db, sql: "SELECT origin FROM log_name") : nil
            )
        }
    }
}
