import Audit
import GRDB
import Seals

/// Appends entries to the bundles and tiles of a log, inside one transaction.
struct SealedLogWriter {
    private let db: Database
    private var bundle: RawStatement
    private var tile: RawStatement

    init(_ db: Database) throws {
        self.db = db
        bundle = try RawStatement(db, "INSERT OR REPLACE INTO bundle VALUES (?, ?, ?, ?, ?)")
        tile = try RawStatement(db, "INSERT OR REPLACE INTO tile VALUES (?, ?)")
    }

    /// Appends entries behind the leaves of `frontier`.
    consuming func append(_ entries: [LogEntry], to frontier: inout MerkleFrontier) throws {
        guard !entries.isEmpty else { return }
        var hash = SHA256()
        var leaves: [Digest] = []
        leaves.reserveCapacity(entries.count)
        for entry in entries { leaves.append(MerkleTree.leaf(entry.leaf, &hash)) }
        try appendBundles(entries, from: frontier.count)
        try appendTiles(leaves, level: 0, from: frontier.count)
        for leaf in leaves { frontier.append(leaf, &hash) }
    }

    private mutating func appendBundles(_ entries: [LogEntry], from size: UInt64) throws {
        var rest = entries[...]
        var next = size
        while let first = rest.first {
            let number = next / UInt64(Tile.widthMax)
            var (begin, texts, openings) = (first.sequence, [UInt8](), [UInt8]())
            if next % UInt64(Tile.widthMax) > 0 {
                guard let row = try Row.fetchOne(db, sql: "SELECT * FROM bundle WHERE number = ?", arguments: [number])
                else { throw DatabaseError(message: "bundle \(number) is missing") }
                begin = try row.value("first_seq")
                texts = try row.bytes("entries")
                openings = try row.bytes("openings")
            }
            let own = rest.prefix(Tile.widthMax - Int(next % UInt64(Tile.widthMax)))
            for entry in own {
                texts.append(lengthOf: entry.leaf)
                texts += entry.leaf
                openings.append(bigEndian: entry.stream)
                openings.append(bigEndian: entry.count)
                openings.append(lengthOf: entry.content)
                openings += entry.content
            }
            let last = own.last?.sequence ?? begin
            try texts.withUnsafeBytes { texts in
                try openings.withUnsafeBytes { openings in
                    bundle.add(number)
                    bundle.add(begin)
                    bundle.add(last)
                    bundle.add(blob: texts)
                    bundle.add(blob: openings)
                    try bundle.run()
                }
            }
            rest = rest.dropFirst(own.count)
            next += UInt64(own.count)
        }
    }

    /// Appends hashes to the tiles of a level, and what full tiles have come to, to the level above.
    private mutating func appendTiles(_ hashes: [Digest], level: Int, from size: UInt64) throws {
        var above: [Digest] = []
        var rest = hashes[...]
        var next = size
        while !rest.isEmpty {
            let place = Int(next % UInt64(Tile.widthMax))
            let number = SealedLogReader.number(level: level, index: next / UInt64(Tile.widthMax))
            var bytes: [UInt8] = []
            if place > 0 {
                guard let hashes = try SealedLogReader.hashes(number, db) else {
                    throw DatabaseError(message: "tile \(number) is missing")
                }
                bytes = hashes
            }
            let own = rest.prefix(Tile.widthMax - place)
            for hash in own { bytes.append(hash) }
            try bytes.withUnsafeBytes { bytes in
                tile.add(number)
                tile.add(blob: bytes)
                try tile.run()
            }
            if place + own.count == Tile.widthMax { above.append(Tile.root(of: bytes)) }
            rest = rest.dropFirst(own.count)
            next += UInt64(own.count)
        }
        if !above.isEmpty { try appendTiles(above, level: level + 1, from: size / UInt64(Tile.widthMax)) }
    }
}

extension [UInt8] {
    /// Appends a count of bytes in two bytes, the high one first.
    fileprivate mutating func append(lengthOf bytes: [UInt8]) {
        precondition(bytes.count <= LogEntry.leafBytesMax, "a line of the log has at most 65535 bytes")
        append(UInt8(bytes.count >> 8))
        append(UInt8(bytes.count & 255))
    }
}
