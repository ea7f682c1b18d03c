package import Audit
import GRDB
package import Seals

/// Reads a log: what is served to the public, and what proofs are made of.
///
/// From any thread.
package struct SealedLogReader: Sendable {
    let file: String
    let pool: DatabasePool

    /// Who signs the log's checkpoints.
    package func signer() throws(SealedLogError) -> NoteSigner {
        try read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT origin, key FROM log"),
                let key = Digest(try row.bytes("key"))
            else { throw DatabaseError(message: "the log has no key") }
            return NoteSigner(name: try row.value("origin"), algorithm: .note, key: Ed25519.PublicKey(key))
        }
    }

    /// How far the journal's facts are in, and the number of leaves.
    package func position() throws(SealedLogError) -> (applied: JournalPosition, size: UInt64) {
        try read(SealedLogReader.position)
    }

    static func position(_ db: Database) throws -> (applied: JournalPosition, size: UInt64) {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM log") else { return (.start, 0) }
        return (try JournalPosition(row), try row.value("size"))
    }

    // MARK: What is public

    /// A checkpoint with the signatures of its witnesses.
    /// - Parameters:
    ///   - size: its size at most; nil for the newest.
    ///   - isCosigned: whether it must have a witness.
    /// - Returns: nil if there is none.
    /// - Throws: `SealedLogError` if SQLite fails.
    package func checkpoint(atMost size: UInt64? = nil, isCosigned: Bool = false) throws(SealedLogError) -> SignedNote?
    {
        try read { db in try SealedLogReader.newest(db, atMost: size ?? .max, isCosigned: isCosigned) }
    }

    static func newest(_ db: Database, atMost size: UInt64, isCosigned: Bool = false) throws -> SignedNote? {
        let cosigned = "AND EXISTS (SELECT 1 FROM cosignature WHERE cosignature.size = checkpoint.size)"
        guard
            let row = try Row.fetchOne(
                db,
                sql: "SELECT size, note FROM checkpoint WHERE size <= ? \(isCosigned ? cosigned : "") "
                    + "ORDER BY size DESC LIMIT 1",
                arguments: [Int64(clamping: size)]
            ), var note = SignedNote(note: try row.value("note"))
        else { return nil }
        let lines = try String.fetchAll(
            db,
            sql: "SELECT line FROM cosignature WHERE size = ? ORDER BY member, signer",
            arguments: [try row.value("size") as Int64]
        )
        for line in lines {
            guard let signature = SignedNote.Signature(line: line) else {
                throw DatabaseError(message: "a cosignature is no signature line: \(line)")
            }
            note.append(signature)
        }
        return note
    }

    /// Every checkpoint that is kept, the smallest first, with the size and the command under which it is kept.
    /// - Throws: `SealedLogError` if one is no signed note, or SQLite fails.
    package func checkpoints() throws(SealedLogError) -> [(size: UInt64, sequence: UInt64, note: SignedNote)] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT size, seq FROM checkpoint ORDER BY size").map { row in
                let size = UInt64(clamping: try row.value("size") as Int64)
                guard let note = try SealedLogReader.newest(db, atMost: size) else {
                    throw DatabaseError(message: "the checkpoint of size \(size) is no signed note")
                }
                return (size, UInt64(clamping: try row.value("seq") as Int64), note)
            }
        }
    }

    /// How many rows the tables have, and how many bytes the tiles: what is more than the tree needs is not the log's.
    package func extent() throws(SealedLogError) -> (bundles: Int, tiles: Int, tileBytes: Int) {
        try read { db in
            let bundles = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM bundle") ?? 0
            let row = try Row.fetchOne(
                db,
                sql: "SELECT COUNT(*) AS n, COALESCE(SUM(LENGTH(hashes)), 0) AS bytes FROM tile"
            )
            return (bundles, try row?.value("n") ?? 0, try row?.value("bytes") ?? 0)
        }
    }

    /// The commands of a bundle's first and last leaf, as they are kept.
    package func sequences(ofBundle number: UInt64) throws(SealedLogError) -> ClosedRange<UInt64>? {
        try read { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql: "SELECT first_seq, last_seq FROM bundle WHERE number = ?",
                    arguments: [Int64(clamping: number)]
                )
            else { return nil }
            let (first, last) = (try row.value("first_seq") as Int64, try row.value("last_seq") as Int64)
            return first <= last ? UInt64(clamping: first)...UInt64(clamping: last) : nil
        }
    }

    /// What a tile holds, as it is served.
    /// - Returns: nil if the log has no such tile.
    /// - Throws: `SealedLogError` if SQLite fails.
    package func bytes(of tile: Tile) throws(SealedLogError) -> [UInt8]? {
        try read { db in
            switch tile.kind {
            case .hashes(let level):
                let number = SealedLogReader.number(level: level, index: tile.index)
                guard let bytes = try SealedLogReader.hashes(number, db),
                    bytes.count >= tile.width * Digest.byteCount
                else { return nil }
                return Array(bytes.prefix(tile.width * Digest.byteCount))
            case .entries:
                guard let bundle = try SealedLogReader.bundle(tile.index, db), bundle.leaves.count >= tile.width else {
                    return nil
                }
                return Array(bundle.bytes.prefix(bundle.leaves[tile.width - 1].upperBound))
            }
        }
    }

    // MARK: Proofs

    /// The leaf of one line of a stream, by the command that caused it.
    /// - Returns: its index; nil if no such line is in the log.
    /// - Throws: `SealedLogError` if SQLite fails.
    package func index(of stream: UInt64, count: UInt64, sequence: UInt64) throws(SealedLogError) -> UInt64? {
        try read { db in
            let numbers = try Int64.fetchAll(
                db,
                sql: """
                    SELECT number FROM bundle WHERE last_seq >= ?1 AND number <= COALESCE((
                        SELECT MIN(number) FROM bundle WHERE last_seq > ?1), 9223372036854775807)
                    """,
                arguments: [Int64(clamping: sequence)]
            )
            for number in numbers {
                guard let bundle = try SealedLogReader.bundle(UInt64(number), db) else { continue }
                if let place = bundle.openings.firstIndex(where: { $0.stream == stream && $0.count == count }) {
                    return UInt64(number) * UInt64(Tile.widthMax) + UInt64(place)
                }
            }
            return nil
        }
    }

    /// An entry.
    /// - Returns: nil if the log has not that many.
    /// - Throws: `SealedLogError` if SQLite fails.
    package func entry(_ index: UInt64) throws(SealedLogError) -> LogEntry? {
        try read { db in
            let place = Int(index % UInt64(Tile.widthMax))
            guard let bundle = try SealedLogReader.bundle(index / UInt64(Tile.widthMax), db),
                place < bundle.leaves.count
            else { return nil }
            return bundle.entry(place)
        }
    }

    /// Every entry, in order; their `sequence` is 0.
    package func entries() -> Cursor { Cursor(reader: self) }

    /// Reads entries one after the other.
    package struct Cursor {
        fileprivate let reader: SealedLogReader
        private var number: UInt64 = 0
        private var bundle: Bundle?
        private var place = 0

        fileprivate init(reader: SealedLogReader) { self.reader = reader }

        /// The next entry; nil behind the last.
        /// - Throws: `SealedLogError` if the log cannot be read.
        package mutating func next() throws(SealedLogError) -> LogEntry? {
            if bundle.map({ place == $0.leaves.count }) ?? true {
                guard bundle.map({ $0.leaves.count == Tile.widthMax }) ?? true else { return nil }
                bundle = try reader.read { [number] db in try SealedLogReader.bundle(number, db) }
                (number, place) = (number + 1, 0)
            }
            guard let bundle, place < bundle.leaves.count else { return nil }
            defer { place += 1 }
            return bundle.entry(place)
        }
    }

    /// What proves leaf `index` in the tree of the first `size`.
    /// - Throws: `SealedLogError` if SQLite fails or a tile is missing.
    package func inclusion(of index: UInt64, size: UInt64) throws(SealedLogError) -> [Digest] {
        try read { db in try Tiles(db).merkle.inclusion(of: index, count: size) }
    }

    /// What proves that the first `old` leaves are the beginning of the first `size`.
    /// - Throws: `SealedLogError` if SQLite fails or a tile is missing.
    package func consistency(from old: UInt64, to size: UInt64) throws(SealedLogError) -> [Digest] {
        try read { db in try Tiles(db).merkle.consistency(from: old, to: size) }
    }

    /// The root of the first `size` leaves, from the tiles.
    /// - Throws: `SealedLogError` if SQLite fails or a tile is missing.
    package func root(size: UInt64) throws(SealedLogError) -> Digest {
        try read { db in try Tiles(db).merkle.root(count: size) }
    }

    fileprivate func read<Result>(_ body: (Database) throws -> Result) throws(SealedLogError) -> Result {
        try SealedLogError.wrapping(file: file) { try pool.read(body) }
    }
}

extension SealedLogReader {
    /// A tile's key in the table.
    static func number(level: Int, index: UInt64) -> Int64 { Int64(level) << 48 + Int64(index) }

    /// The hashes of a tile, as many as there are.
    static func hashes(_ number: Int64, _ db: Database) throws -> [UInt8]? {
        try Row.fetchOne(db, sql: "SELECT hashes FROM tile WHERE number = ?", arguments: [number])?.bytes("hashes")
    }

    /// The tiles as the tree's full subtrees; each is read once.
    ///
    /// Within one database access.
    final class Tiles {
        private let db: Database
        private var cache: [Int64: [UInt8]] = [:]

        init(_ db: Database) { self.db = db }

        var merkle: MerkleReader<any Error> {
            MerkleReader { [self] (level, index) throws(any Error) in try subtree(level, index) }
        }

        private func subtree(_ level: Int, _ index: UInt64) throws -> Digest {
            let (tileLevel, height) = (level / Tile.levels, level % Tile.levels)
            let width = 1 << height
            let first = index << UInt64(height)
            let number = SealedLogReader.number(level: tileLevel, index: first / UInt64(Tile.widthMax))
            let start = Int(first % UInt64(Tile.widthMax)) * Digest.byteCount
            let bytes = try tile(number)
            guard bytes.count >= start + width * Digest.byteCount else {
                throw DatabaseError(message: "tile \(number) is shorter than the log's size says")
            }
            return Tile.root(of: bytes[start..<start + width * Digest.byteCount])
        }

        private func tile(_ number: Int64) throws -> [UInt8] {
            if let bytes = cache[number] { return bytes }
            guard let bytes = try SealedLogReader.hashes(number, db) else {
                throw DatabaseError(message: "tile \(number) is missing")
            }
            cache[number] = bytes
            return bytes
        }
    }

    /// Up to 256 entries as they are kept.
    struct Bundle {
        let bytes: [UInt8]
        /// Where each leaf stands in `bytes`.
        let leaves: [Range<Int>]
        let openings: [(stream: UInt64, count: UInt64, content: [UInt8])]

        func entry(_ place: Int) -> LogEntry {
            let opening = openings[place]
            return LogEntry(
                sequence: 0,
                stream: opening.stream,
                count: opening.count,
                leaf: Array(bytes[leaves[place]]),
                content: opening.content
            )
        }
    }

    static func bundle(_ number: UInt64, _ db: Database) throws -> Bundle? {
        guard
            let row = try Row.fetchOne(
                db,
                sql: "SELECT entries, openings FROM bundle WHERE number = ?",
                arguments: [Int64(clamping: number)]
            )
        else { return nil }
        let damaged = DatabaseError(message: "bundle \(number) is damaged")
        let bytes = try row.bytes("entries")
        var leaves: [Range<Int>] = []
        var position = 0
        while position < bytes.count {
            guard position + 2 <= bytes.count else { throw damaged }
            let end = position + 2 + Int(bytes[position]) << 8 + Int(bytes[position + 1])
            guard end <= bytes.count else { throw damaged }
            leaves.append(position + 2..<end)
            position = end
        }
        let kept = try row.bytes("openings")
        var openings: [(stream: UInt64, count: UInt64, content: [UInt8])] = []
        position = 0
        while position < kept.count {
            guard position + 18 <= kept.count else { throw damaged }
            func word(_ start: Int) -> UInt64 { kept[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
            let end = position + 18 + Int(kept[position + 16]) << 8 + Int(kept[position + 17])
            guard end <= kept.count else { throw damaged }
            openings.append((word(position), word(position + 8), Array(kept[position + 18..<end])))
            position = end
        }
        guard leaves.count == openings.count, leaves.count <= Tile.widthMax else { throw damaged }
        return Bundle(bytes: bytes, leaves: leaves, openings: openings)
    }
}
