package import Audit
import Foundation
import GRDB
package import Seals
import Synchronization

/// The log that a stranger can check, `log.db`: entries, the tiles of their Merkle tree, and signed checkpoints.
///
/// 1. It only grows: an entry that was written is never written again. Unlike settlement it is not rebuilt by a new version.
/// 2. It is written behind the journal. What a power cut takes of its end comes again from the journal, equal to the byte.
/// 3. Nothing is signed that does not go on from the last checkpoint: the root is computed from what is kept.
package final class SealedLog: Sendable {
    /// The database's path.
    package let file: String
    /// The log's name.
    package let origin: String
    /// What hides private facts.
    package let blinding: Blinding
    private let key: Ed25519.PrivateKey
    let pool: DatabasePool
    private let state: Mutex<State>

    private struct State {
        var position: JournalPosition
        var frontier: MerkleFrontier
        /// Whether a failure left `frontier` behind or ahead of the file.
        var isStale = false
    }

    /// The version of the table layout.
    static let version: Int64 = 2

    /// How many witnesses of one regulator may sign a checkpoint.
    package static let cosignaturesMax = 8
    /// How many checkpoints are kept that no witness has signed.
    package static let checkpointsMax = 1000

    /// Opens the log of a data directory, which must exist, or begins one.
    /// - Parameters:
    ///   - directory: the data directory.
    ///   - key: what signs its checkpoints; the one that it began with.
    ///   - origin: the name that it must have; nil for whatever it has.
    ///   - beganAs: the name of a log that begins, if `origin` is nil; nil for one made of the key.
    /// - Throws: `SealedLogError` if it cannot be opened, is another key's, or does not end as its last checkpoint says.
    package init(
        directory: String,
        key: Ed25519.PrivateKey,
        origin: String? = nil,
        beganAs: String? = nil
    ) throws(SealedLogError) {
        let file = directory + "/log.db"
        self.file = file
        self.key = key
        blinding = Blinding(key: key)
        guard origin.map({ SignedNote.isName($0) }) ?? true else {
            throw SealedLogError(file: file, "a log's name has no spaces and no plus signs, as weir.example/log")
        }
        let begun = origin ?? beganAs ?? "localhost/weir-\(key.publicKey.bytes.hex.prefix(8))"
        let (opened, name, state) = try SealedLogError.wrapping(file: file) {
            var configuration = Configuration()
            configuration.label = "log"
            configuration.busyMode = .timeout(30)
            let pool = try DatabasePool(path: file, configuration: configuration)
            let name = try pool.write { db in try SealedLog.begin(db, origin: begun, key: key.publicKey, file: file) }
            return (pool, name, try pool.read { db in try SealedLog.state(db, file: file) })
        }
        guard origin == nil || origin == name else {
            throw SealedLogError(file: file, "is the log \(name), not \(origin ?? ""); a log keeps its name")
        }
        pool = opened
        self.origin = name
        self.state = Mutex(state)
    }

    /// Opens the log of a data directory for reading, as it is.
    /// - Throws: `SealedLogError` if it is missing or cannot be read.
    package static func reading(directory: String) throws(SealedLogError) -> SealedLogReader {
        let file = directory + "/log.db"
        guard FileManager.default.fileExists(atPath: file) else {
            throw SealedLogError(file: file, "is missing; a start of the venue builds it from the journal")
        }
        return try SealedLogError.wrapping(file: file) {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(30)
            return SealedLogReader(file: file, pool: try DatabasePool(path: file, configuration: configuration))
        }
    }

    /// For reading it while it grows.
    package var reader: SealedLogReader { SealedLogReader(file: file, pool: pool) }

    private static func begin(_ db: Database, origin: String, key: Ed25519.PublicKey, file: String) throws -> String {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS log (
                    one INTEGER PRIMARY KEY CHECK (one = 1),
                    version INTEGER NOT NULL,
                    origin TEXT NOT NULL,          -- the log's name
                    key BLOB NOT NULL,             -- what checks its signatures: 32 bytes, Ed25519
                    size INTEGER NOT NULL,         -- the number of leaves
                    \(JournalPosition.columns)
                ) STRICT;
                CREATE TABLE IF NOT EXISTS bundle (
                    number INTEGER PRIMARY KEY,    -- leaves 256 × number and up to 255 more
                    first_seq INTEGER NOT NULL,    -- the commands of the first and the last of them
                    last_seq INTEGER NOT NULL,
                    entries BLOB NOT NULL,         -- C2SP tlog-tiles: for each its length in 2 bytes, and the leaf
                    openings BLOB NOT NULL         -- for each stream and count in 8 bytes, a length in 2, and what it says
                ) STRICT;
                CREATE INDEX IF NOT EXISTS bundle_by_seq ON bundle (last_seq);
                CREATE TABLE IF NOT EXISTS tile (
                    number INTEGER PRIMARY KEY,    -- level × 2^48 + the tile's number
                    hashes BLOB NOT NULL           -- 32 bytes each
                ) STRICT;
                CREATE TABLE IF NOT EXISTS checkpoint (
                    size INTEGER PRIMARY KEY,
                    seq INTEGER NOT NULL,          -- the last command whose facts are in
                    note TEXT NOT NULL             -- C2SP tlog-checkpoint, signed by the log
                ) STRICT;
                CREATE TABLE IF NOT EXISTS cosignature (
                    size INTEGER NOT NULL REFERENCES checkpoint,
                    member TEXT NOT NULL,          -- the regulator that sent it
                    signer TEXT NOT NULL,          -- the verifier key
                    line TEXT NOT NULL,            -- C2SP tlog-cosignature
                    PRIMARY KEY (size, signer)
                ) STRICT;
                """
        )
        guard let row = try Row.fetchOne(db, sql: "SELECT version, origin, key FROM log") else {
            try db.execute(
                sql: "INSERT INTO log VALUES (1, \(version), ?, ?, 0, 0, 0, zeroblob(32))",
                arguments: [origin, Data(key.bytes.bytes)]
            )
            return origin
        }
        guard try row.value("version") as Int64 == version else {
            throw SealedLogError(file: file, isDamage: true, "was written by another version")
        }
        guard try row.value("key") as Data == Data(key.bytes.bytes) else {
            throw SealedLogError(
                file: file,
                isDamage: true,
                "is signed by another key than log-key.pem; if that was exchanged, stop, and put both back"
            )
        }
        return try row.value("origin")
    }

    private static func state(_ db: Database, file: String) throws -> State {
        let reader = SealedLogReader.Tiles(db)
        let (position, size) = try SealedLogReader.position(db)
        let frontier = try reader.merkle.frontier(count: size)
        if let last = try SealedLogReader.newest(db, atMost: .max) {
            guard let checkpoint = Checkpoint(text: last.text), checkpoint.size <= size,
                try reader.merkle.root(count: checkpoint.size) == checkpoint.root
            else { throw SealedLogError(file: file, isDamage: true, "does not hold what its last checkpoint says") }
        }
        return State(position: position, frontier: frontier)
    }

    /// How far the journal's facts are in.
    package var position: JournalPosition { state.withLock { $0.position } }

    /// The last command whose facts are in.
    package var appliedSequence: UInt64 { position.command }

    /// Appends facts and signs a checkpoint, in one transaction; what is in already is passed over.
    /// - Parameters:
    ///   - entries: in order.
    ///   - position: behind the last command that they cover, whether it had any or not.
    /// - Throws: `SealedLogError`; nothing is appended then.
    package func append(_ entries: [LogEntry], through position: JournalPosition) throws(SealedLogError) {
        try state.withLock { state throws(SealedLogError) in
            guard position.command > state.position.command else { return }
            let new = entries.filter { $0.sequence > state.position.command }
            let isStale = state.isStale
            let before = state.frontier
            state.isStale = true
            let frontier = try SealedLogError.wrapping(file: file) {
                try pool.write { db in
                    var frontier = isStale ? try SealedLog.state(db, file: file).frontier : before
                    let size = frontier.count
                    try SealedLogWriter(db).append(new, to: &frontier)
                    try position.write(to: "log", db)
                    try db.execute(sql: "UPDATE log SET size = ?", arguments: [Int64(frontier.count)])
                    if frontier.count > size { try sign(frontier, position.command, db) }
                    return frontier
                }
            }
            state = State(position: position, frontier: frontier)
        }
    }

    private func sign(_ frontier: MerkleFrontier, _ sequence: UInt64, _ db: Database) throws {
        var note = SignedNote(Checkpoint(origin: origin, size: frontier.count, root: frontier.root).text)
        note.sign(as: origin, with: key)
        try db.execute(
            sql: "INSERT INTO checkpoint VALUES (?, ?, ?)",
            arguments: [Int64(frontier.count), Int64(sequence), note.note]
        )
        try db.execute(
            sql: """
                DELETE FROM checkpoint WHERE size <= (
                    SELECT size FROM checkpoint ORDER BY size DESC LIMIT 1 OFFSET ?)
                AND NOT EXISTS (SELECT 1 FROM cosignature WHERE cosignature.size = checkpoint.size)
                """,
            arguments: [SealedLog.checkpointsMax]
        )
    }

    /// Keeps a witness's signature of a checkpoint, in place of the one that it gave for it before.
    /// - Parameters:
    ///   - signature: the signature line.
    ///   - signer: whose it is to be.
    ///   - member: the regulator that sent it.
    ///   - size: the checkpoint's.
    /// - Returns: false if there is no such checkpoint any more, the signature is not right, or the member has too many for it.
    /// - Throws: `SealedLogError` if SQLite fails.
    package func keep(
        _ signature: SignedNote.Signature,
        of signer: NoteSigner,
        member: String,
        size: UInt64
    ) throws(SealedLogError) -> Bool {
        try SealedLogError.wrapping(file: file) {
            try pool.write { db in
                guard let note = try SealedLogReader.newest(db, atMost: size), Checkpoint(text: note.text)?.size == size
                else { return false }
                var signed = SignedNote(note.text)
                signed.append(signature)
                let others = try Int.fetchOne(
                    db,
                    sql: "SELECT COUNT(*) FROM cosignature WHERE size = ? AND member = ? AND signer <> ?",
                    arguments: [Int64(size), member, signer.text]
                )
                guard signed.isSigned(by: signer), others ?? 0 < SealedLog.cosignaturesMax else { return false }
                try db.execute(
                    sql: "INSERT OR REPLACE INTO cosignature VALUES (?, ?, ?, ?)",
                    arguments: [Int64(size), member, signer.text, signature.line]
                )
                return true
            }
        }
    }

    /// Closes it; nothing can be appended or read from now on.
    package func close() throws(SealedLogError) {
        try SealedLogError.wrapping(file: file) {
            try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
            try pool.close()
        }
    }
}

/// Why the log could not be written or read; a fault.
package struct SealedLogError: FileFault, CustomStringConvertible {
    /// The file concerned.
    package let file: String
    /// What happened, and what to do.
    package let message: String
    /// Whether the file is not what it should be, so that the log is to be made anew from the journal.
    package let isDamage: Bool

    init(file: String, isDamage: Bool = false, _ message: String) {
        self.file = file
        self.message = message
        self.isDamage = isDamage
    }

    package var description: String { "\(file): \(message)" }

    static func wrapping<Result>(file: String, _ body: () throws -> Result) throws(SealedLogError) -> Result {
        do {
            return try body()
        } catch let error as SealedLogError {
            throw error
        } catch {
            throw SealedLogError(file: file, isDamage: SetAside.isDamage(error), "\(error)\(DiskRoom.note(file: file))")
        }
    }
}
