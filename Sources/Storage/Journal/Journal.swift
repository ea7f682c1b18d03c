import Foundation
import GRDB
package import Seals
import Synchronization

/// The venue's memory: every command, in batches, durable and chained by hash, in `journal.db`.
///
/// 1. A batch is one transaction, synced to disk before `append` returns (WAL, `synchronous=FULL`).
/// 2. Batches and commands are numbered from 1 without gaps.
/// 3. Each batch's hash covers its content and the batch before it, so no byte of the past changes unseen.
/// 4. One process at a time has it open for writing.
///
/// Appends come from one thread at a time; reading and checkpoints may run beside them on others.
package final class Journal: Sendable {
    /// The database's path.
    package let file: String
    /// Which start of the venue this is: 1 for the first; for a read-only journal, the last one that wrote.
    package let epoch: UInt64
    /// The starts of the venue so far, the first one first; a read-only journal has no own among them.
    let starts: [Start]

    private let writer: DatabaseQueue?
    private let checkpointer: DatabaseQueue?
    private let state: Mutex<State>

    private struct State {
        var last: StoredBatch.Link
        var lock: DirectoryLock?
        /// Why nothing can be appended; nil while it can.
        var refusal: String?
    }

    /// How long the write-ahead log becomes before it starts over, in pages of 4 KiB.
    package static let logPages = 8192

    /// The version of the table layout.
    static let formatVersion: Int64 = 1

    /// Opens the journal of a data directory, and makes both when it is to be written and they are missing.
    ///
    /// Checks the last batch and its link; `forEachBatch` checks all. A writable open begins a new epoch.
    /// - Throws: `locked` if another process writes there, `missing`, `damaged`, or `failed`.
    package convenience init(directory: String, readOnly: Bool = false, reservesLog: Bool = true) throws(JournalError) {
        if readOnly {
            try self.init(reading: directory + "/journal.db")
        } else {
            try self.init(writing: directory, reservesLog: reservesLog)
        }
    }

    /// Opens a journal's file, or a backup's, for reading.
    /// - Throws: `missing`, `damaged` or `failed`.
    package init(reading file: String) throws(JournalError) {
        self.file = file
        guard FileManager.default.fileExists(atPath: file) else {
            throw JournalError(.missing, file: file, "there is no journal; check the name")
        }
        (writer, checkpointer) = (nil, nil)
        let (last, epoch, starts) = try JournalError.wrapping(file: file) {
            try Journal.connection(file, readOnly: true).read { db in
                let (last, epoch) = try Journal.verifiedEnd(db, file: file)
                return (last, epoch, try Start.all(db))
            }
        }
        (self.epoch, self.starts) = (epoch, starts)
        state = Mutex(State(last: last, refusal: "was opened for reading only"))
    }

    private init(writing directory: String, reservesLog: Bool) throws(JournalError) {
        let file = directory + "/journal.db"
        self.file = file
        try JournalError.wrapping(file: directory) { try Journal.makeDirectory(directory) }
        let lock = try DirectoryLock(directory: directory)
        try Journal.checkFiles(file)
        let (opened, own, last, epoch, starts) = try JournalError.wrapping(file: file) {
            let writer = try Journal.connection(file, readOnly: false)
            let (last, epoch, starts) = try writer.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0")
                return try db.inSavepointReturning {
                    try Journal.createTables(db)
                    let (last, epoch) = try Journal.verifiedEnd(db, file: file)
                    try db.execute(sql: "UPDATE meta SET epoch = ?", arguments: [Int64(epoch) + 1])
                    try Start.begin(epoch + 1, after: last.lastCommand, db)
                    return (last, epoch + 1, try Start.all(db))
                }
            }
            if reservesLog { try Journal.reserveLog(file + "-wal") }
            let checkpointer = try Journal.connection(file, readOnly: false, busySeconds: 0.2)
            try checkpointer.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_autocheckpoint=0") }
            return (writer, checkpointer, last, epoch, starts)
        }
        (writer, checkpointer, self.epoch, self.starts) = (opened, own, epoch, starts)
        state = Mutex(State(last: last, lock: lock, refusal: nil))
    }

    /// The sequence number of the last durable command; 0 if there is none.
    package var lastCommand: UInt64 { state.withLock { $0.last.lastCommand } }

    /// The hash of the last batch, which vouches for everything before it; zeros if there is none.
    package var lastHash: Digest { state.withLock { $0.last.hash } }

    /// The link of the last batch.
    var end: StoredBatch.Link { state.withLock { $0.last } }

    /// Appends a batch; when this returns it is on disk.
    ///
    /// After a failure nothing more is accepted: what a failed sync left on disk is unknown until it is opened anew.
    /// - Parameters:
    ///   - firstCommand: the sequence number after `lastCommand`.
    ///   - count: how many commands the payload holds, at least one.
    ///   - payload: the entries, one a line.
    /// - Returns: where the journal ends then.
    /// - Throws: `outOfOrder`, `notWritable` or `failed`.
    @discardableResult
    package func append(firstCommand: UInt64, count: Int, payload: [UInt8]) throws(JournalError) -> JournalPosition {
        try state.withLock { state throws(JournalError) in
            guard let writer, state.refusal == nil else {
                throw JournalError(.notWritable, file: file, "the journal \(state.refusal ?? "is closed")")
            }
            let last = state.last
            guard firstCommand == last.lastCommand + 1, count >= 1 else {
                throw JournalError(
                    .outOfOrder,
                    file: file,
                    batch: last.sequence + 1,
                    "\(count) commands from \(firstCommand) do not follow command \(last.lastCommand)"
                )
            }
            let batch = JournalBatch(
                sequence: last.sequence + 1,
                epoch: epoch,
                firstCommand: firstCommand,
                count: count,
                payload: payload
            )
            let stored = StoredBatch(batch: batch, previousHash: last.hash, hash: batch.hash(after: last.hash))
            do {
                try writer.writeWithoutTransaction { try Journal.insert(stored, $0) }
            } catch {
                state.refusal = "failed before: \(error); repair the disk and start again"
                throw JournalError(
                    .failed,
                    file: file,
                    batch: batch.sequence,
                    "could not be written: \(error)\(DiskRoom.note(file: file))"
                )
            }
            state.last = stored.link
            return JournalPosition(journal: id, command: stored.link.lastCommand, hash: stored.hash)
        }
    }

    /// The name of the venue's sealed log; nil if none has begun.
    /// - Throws: `failed`.
    package func logName() throws(JournalError) -> String? {
        try JournalError.wrapping(file: file) {
            try writer?.read { try String.fetchOne($0, sql: "SELECT origin FROM log_name") }
        }
    }

    /// Keeps the name of the venue's sealed log.
    /// - Throws: `failed`.
    package func keepLogName(_ name: String) throws(JournalError) {
        try JournalError.wrapping(file: file) {
            try writer?.write {
                try $0.execute(sql: "INSERT OR REPLACE INTO log_name VALUES (1, ?)", arguments: [name])
            }
        }
    }

    /// Copies what it can of the write-ahead log into the database, beside appends.
    ///
    /// Passive: it waits for nobody. A log that never rests would never start over, so past `restartPages` it takes the
    /// write lock for the short rest, and appends wait for some milliseconds.
    /// - Returns: how long the log is and how much of it is copied.
    /// - Throws: `notWritable` or `failed`.
    @discardableResult
    package func checkpoint(restartPages: Int = Journal.logPages) throws(JournalError) -> LogState {
        guard let checkpointer else {
            throw JournalError(.notWritable, file: file, "a journal opened for reading only has no checkpoints")
        }
        return try JournalError.wrapping(file: file) {
            try checkpointer.writeWithoutTransaction { db in
                let result = try db.checkpoint(.passive)
                let state = LogState(pages: result.walFrameCount, copiedPages: result.checkpointedFrameCount)
                guard state.pages > restartPages, state.pendingPages * 8 < state.pages else { return state }
                do {
                    let result = try db.checkpoint(.restart)
                    return LogState(pages: result.walFrameCount, copiedPages: result.checkpointedFrameCount)
                } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                    return state
                }
            }
        }
    }

    /// The state of the write-ahead log.
    package struct LogState: Sendable, Equatable {
        /// Pages in the log.
        package var pages: Int
        /// Those that are in the database too.
        package var copiedPages: Int
        /// Those that are not yet.
        package var pendingPages: Int { pages - copiedPages }
    }

    /// Closes the database and lets another process write; appends are refused from now on.
    package func close() throws(JournalError) {
        try state.withLock { state throws(JournalError) in
            try JournalError.wrapping(file: file) {
                try checkpointer?.close()
                try writer?.close()
            }
            state.refusal = "is closed"
            state.lock = nil
        }
    }
}
