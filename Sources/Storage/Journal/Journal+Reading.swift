import Foundation
import GRDB
import Seals

// The table, and reading it with every check.

extension Journal {
    /// Reads the batches from the one that holds `fromCommand` to the last one, in order, each verified: its hash, its link to
    /// the batch before, and that no batch or command is missing.
    ///
    /// Runs on a connection of its own: it sees the batches that were durable at its start, and appends may go on.
    /// - Parameters:
    ///   - fromCommand: the first command wanted; its batch may begin before it. 0 and 1 read everything.
    ///   - bytesMax: after how many bytes of payload it ends, so that the log can be moved into the file meanwhile.
    ///   - body: takes a batch; an error that it throws ends the reading and is passed on.
    /// - Throws: `JournalError.damaged` with the batch's number, `failed`, or what `body` throws.
    package func forEachBatch(
        fromCommand: UInt64 = 1,
        bytesMax: Int = .max,
        _ body: (JournalBatch) throws -> Void
    ) throws {
        try forEachBatch(fromCommand: fromCommand, bytesMax: bytesMax) { batch, _ in try body(batch) }
    }

    /// The same; `body` also gets the position behind the batch.
    package func forEachBatch(
        fromCommand: UInt64 = 1,
        bytesMax: Int = .max,
        _ body: (JournalBatch, JournalPosition) throws -> Void
    ) throws {
        try Journal.connection(file, readOnly: true).read { db in
            var link = try Journal.link(db, file: file, before: fromCommand)
            var rows = try RawStatement(db, Journal.select + " WHERE seq > ? ORDER BY seq")
            rows.add(link.sequence)
            defer { rows.reset() }
            var bytes = 0
            while bytes < bytesMax, try Journal.advance(rows, file: file, after: link.sequence) {
                let stored = try Journal.read(rows, file: file)
                if let fault = stored.fault(after: link) {
                    throw JournalError.damaged(file, stored.batch.sequence, fault)
                }
                link = stored.link
                bytes += stored.batch.payload.count
                let position = JournalPosition(journal: id, command: link.lastCommand, hash: link.hash)
                try body(stored.batch, position)
            }
        }
    }

    /// Makes a data directory, for its owner alone.
    static func makeDirectory(_ directory: String) throws {
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    /// Opens a connection.
    ///
    /// A restarting checkpoint has the write lock while it waits for readers, who may be starved on a machine that is busy
    /// with other things. So it gives up long before an append does: else the venue would stop.
    static func connection(_ file: String, readOnly: Bool, busySeconds: Double = 30) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.label = "journal"
        configuration.busyMode = .timeout(busySeconds)
        return try DatabaseQueue(path: file, configuration: configuration)
    }

    /// Refuses a journal that has lost what was acknowledged, before SQLite opens it and passes over that.
    static func checkFiles(_ file: String) throws(JournalError) {
        var status = stat()
        let size = stat(file, &status) == 0 ? Int(status.st_size) : 0
        // Shorter than any database: SQLite would take it for an empty one, unless its rollback journal makes it so.
        guard size == 0 || size >= 512 || FileManager.default.fileExists(atPath: file + "-journal") else {
            throw JournalError(.damaged, file: file, "is cut to \(size) bytes; restore a backup")
        }
        guard let log = FileHandle(forReadingAtPath: file + "-wal") else { return }
        defer { log.closeFile() }
        let bytes = try JournalError.wrapping(file: file) { try log.readToEnd() } ?? Data()
        guard let fault = WriteAheadLog.fault(in: bytes) else { return }
        throw JournalError(.damaged, file: file, fault + "; restore a backup, and keep both files as evidence")
    }

    /// Writes zeros behind the write-ahead log's end, up to the length at which it starts over and somewhat more.
    ///
    /// A commit then overwrites blocks that are there already, and its sync need not wait for the file system's own journal,
    /// which other files' new blocks go through as well: measured 2026 on ext4, writing and syncing 4 KiB took 81 to 93
    /// microseconds in place and 104 to 178 at the end of a file. To SQLite a frame of zeros is no frame.
    static func reserveLog(_ path: String) throws {
        guard let log = FileHandle(forUpdatingAtPath: path) else { return }
        defer { log.closeFile() }
        let wanted = UInt64((logPages + logPages / 4) * 4096)
        let zeros = Data(count: 1 << 20)
        var size = try log.seekToEnd()
        do {
            while size < wanted {
                try log.write(contentsOf: zeros)
                size += UInt64(zeros.count)
            }
            try log.synchronize()
        } catch {
            let reason = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError).map {
                ": \(String(cString: strerror(Int32($0.code))))"
            }
            throw JournalError(
                .failed,
                file: path,
                "there is no room for the write-ahead log of \(wanted >> 20) MB\(reason ?? ""); make room and start again"
            )
        }
    }

    static func createTables(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS batch (
                    seq INTEGER PRIMARY KEY,     -- from 1, without gaps
                    epoch INTEGER NOT NULL,      -- which start of the venue wrote it
                    first_cmd INTEGER NOT NULL,  -- sequence number of its first command
                    n INTEGER NOT NULL,          -- how many commands
                    prev_hash BLOB NOT NULL,     -- hash of batch seq - 1; 32 zero bytes before the first
                    hash BLOB NOT NULL,          -- SHA-256(prev_hash || seq || epoch || first_cmd || n || payload),
                                                 -- the integers as 8 bytes, big-endian
                    payload BLOB NOT NULL        -- the commands: UTF-8, one stream-file entry a line
                ) STRICT;
                CREATE TABLE IF NOT EXISTS meta (
                    only INTEGER PRIMARY KEY CHECK (only = 1),
                    format INTEGER NOT NULL,     -- version of this layout
                    epoch INTEGER NOT NULL,      -- the last start of the venue
                    created TEXT NOT NULL        -- UTC
                ) STRICT;
                \(Start.table)
                CREATE TABLE IF NOT EXISTS log_name (
                    only INTEGER PRIMARY KEY CHECK (only = 1),
                    origin TEXT NOT NULL         -- of the sealed log, which keeps it whatever becomes of its file
                ) STRICT;
                INSERT OR IGNORE INTO meta
                VALUES (1, \(formatVersion), 0, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
                """
        )
    }

    /// Checks the layout and the last batch with its link.
    /// - Returns: the last batch's link, and the last epoch.
    static func verifiedEnd(_ db: Database, file: String) throws -> (StoredBatch.Link, UInt64) {
        guard let meta = try Row.fetchOne(db, sql: "SELECT format, epoch FROM meta") else {
            throw JournalError(.damaged, file: file, "the table meta is empty; restore a backup")
        }
        let format: Int64 = try meta.value("format")
        guard format == formatVersion else {
            throw JournalError(
                .failed,
                file: file,
                "has format \(format), this program reads \(formatVersion); use the matching version"
            )
        }
        let epoch = UInt64(bitPattern: try meta.value("epoch") as Int64)
        var rows = try RawStatement(db, select + " ORDER BY seq DESC LIMIT 1")
        defer { rows.reset() }
        guard try advance(rows, file: file, after: nil) else { return (.genesis, epoch) }
        let stored = try read(rows, file: file)
        let previous = try link(db, file: file, of: stored.batch.sequence - 1)
        if let fault = stored.fault(after: previous) { throw JournalError.damaged(file, stored.batch.sequence, fault) }
        return (stored.link, max(epoch, stored.batch.epoch))
    }

    static func insert(_ stored: StoredBatch, _ db: Database) throws {
        var statement = try RawStatement(db, "INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?)")
        statement.add(stored.batch.sequence)
        statement.add(stored.batch.epoch)
        statement.add(stored.batch.firstCommand)
        statement.add(Int64(stored.batch.count))
        try stored.previousHash.bytes.withUnsafeBytes { previousHash in
            statement.add(blob: previousHash)
            try stored.hash.bytes.withUnsafeBytes { hash in
                statement.add(blob: hash)
                try stored.batch.payload.withUnsafeBytes { payload in
                    statement.add(blob: payload)
                    try statement.run()
                }
            }
        }
    }

    private static let select = "SELECT seq, epoch, first_cmd, n, prev_hash, hash, payload FROM batch"

    /// Steps; damage that SQLite itself finds is named by the batch it was looking for.
    private static func advance(_ rows: RawStatement, file: String, after sequence: UInt64?) throws -> Bool {
        do {
            return try rows.step()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            guard let sequence else {
                throw JournalError(.damaged, file: file, "the last batch cannot be read: \(error)")
            }
            throw JournalError.damaged(file, sequence + 1, "cannot be read: \(error)")
        }
    }

    private static func read(_ rows: RawStatement, file: String) throws(JournalError) -> StoredBatch {
        let sequence = rows.number(0)
        guard let previousHash = Digest(rows.bytes(4)), let hash = Digest(rows.bytes(5)),
            let count = Int(exactly: rows.integer(3)), count >= 1
        else { throw JournalError.damaged(file, sequence, "its hashes are not 32 bytes long, or it counts no command") }
        return StoredBatch(
            batch: JournalBatch(
                sequence: sequence,
                epoch: rows.number(1),
                firstCommand: rows.number(2),
                count: count,
                payload: rows.bytes(6)
            ),
            previousHash: previousHash,
            hash: hash
        )
    }

    /// The link of a batch, taken on trust; of batch 0 it is the genesis.
    static func link(_ db: Database, file: String, of sequence: UInt64) throws -> StoredBatch.Link {
        guard sequence > 0 else { return .genesis }
        var rows = try RawStatement(db, "SELECT epoch, first_cmd, n, hash FROM batch WHERE seq = ?")
        rows.add(sequence)
        defer { rows.reset() }
        guard try advance(rows, file: file, after: sequence - 1), let hash = Digest(rows.bytes(3)) else {
            throw JournalError.damaged(file, sequence, "is missing or has no hash")
        }
        return StoredBatch.Link(
            sequence: sequence,
            epoch: rows.number(0),
            lastCommand: rows.number(1) &+ rows.number(2) &- 1,
            hash: hash
        )
    }

    /// The link of the last batch that ends before `command`, by halving: sequence numbers have no gaps.
    static func link(_ db: Database, file: String, before command: UInt64) throws -> StoredBatch.Link {
        let end = try Int64.fetchOne(db, sql: "SELECT max(seq) FROM batch") ?? 0
        var (low, high) = (StoredBatch.Link.genesis, UInt64(bitPattern: end) + 1)
        while low.sequence + 1 < high {
            let middle = try link(db, file: file, of: (low.sequence + high) / 2)
            if middle.lastCommand < command { low = middle } else { high = middle.sequence }
        }
        return low
    }
}

extension JournalError {
    static func damaged(_ file: String, _ batch: UInt64, _ what: String) -> JournalError {
        JournalError(.damaged, file: file, batch: batch, what + "; restore a backup, and keep this file as evidence")
    }
}

extension Database {
    /// A transaction that returns a value: all of `body` or nothing.
    func inSavepointReturning<Result>(_ body: () throws -> Result) throws -> Result {
        var result: Result?
        try inTransaction(.immediate) {
            result = try body()
            return .commit
        }
        guard let result else { throw DatabaseError(message: "a transaction ended without a result") }
        return result
    }
}
