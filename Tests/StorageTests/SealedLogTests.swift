import Audit
import Foundation
import GRDB
import Seals
import Storage
import Testing

@Suite("The sealed log's file")
struct SealedLogTests {
    private let key = Ed25519.PrivateKey(seed: SHA256.digest(of: [1]))

    private func entry(_ index: Int) -> LogEntry {
        LogEntry(
            sequence: UInt64(index / 3 + 1),
            stream: UInt64(index % 5),
            count: UInt64(index),
            leaf: Array("leaf \(index) \(String(repeating: "x", count: index % 97))".utf8),
            content: index.isMultiple(of: 2) ? Array("content \(index)".utf8) : []
        )
    }

    @Test(
        "in whatever pieces it grows, roots, tiles, entries and proofs are those of the leaves",
        arguments: [1, 7, 255, 256, 257, 3000]
    )
    func growth(step: Int) throws {
        let folder = try TemporaryDirectory()
        let directory = folder.path
        var log = try SealedLog(directory: directory, key: key)
        var tree = MerkleFrontier()
        var hashes: [Digest] = []
        let count = step == 1 ? 600 : 3000
        for start in stride(from: 0, to: count, by: step) {
            let entries = (start..<min(start + step, count)).map(entry)
            for entry in entries {
                hashes.append(MerkleTree.leaf(entry.leaf))
                tree.append(MerkleTree.leaf(entry.leaf))
            }
            // In the middle of a command too: a piece may repeat what is there.
            try log.append(entries.map { with($0, sequence: UInt64(start + 1)) }, through: .at(UInt64(start + 1)))
            try log.append(entries.map { with($0, sequence: UInt64(start + 1)) }, through: .at(UInt64(start + 1)))
            if start == step {
                try log.close()
                log = try SealedLog(directory: directory, key: key)
            }
        }
        let reader = log.reader
        let note = try #require(try reader.checkpoint())
        let checkpoint = try #require(Checkpoint(text: note.text))
        #expect(note.isSigned(by: try reader.signer()))
        #expect(checkpoint.size == UInt64(count) && checkpoint.root == tree.root)
        for size in [1, 2, 255, 256, 257, 511, 512, 599] {
            var part = MerkleFrontier()
            for hash in hashes.prefix(size) { part.append(hash) }
            #expect(try reader.root(size: UInt64(size)) == part.root)
            let path = try reader.consistency(from: UInt64(size), to: UInt64(count))
            #expect(
                MerkleProof.isConsistent(
                    from: (UInt64(size), part.root),
                    to: (UInt64(count), tree.root),
                    path
                )
            )
        }
        for index in stride(from: 0, to: count, by: 37) {
            let path = try reader.inclusion(of: UInt64(index), size: UInt64(count))
            #expect(
                MerkleProof.root(of: hashes[index], at: UInt64(index), count: UInt64(count), path) == tree.root
            )
            let kept = try #require(try reader.entry(UInt64(index)))
            #expect(kept.leaf == entry(index).leaf && kept.content == entry(index).content)
            let sequence = UInt64(index / step * step + 1)
            #expect(
                try reader.index(of: UInt64(index % 5), count: UInt64(index), sequence: sequence) == UInt64(index)
            )
            #expect(try reader.index(of: 9, count: UInt64(index), sequence: sequence) == nil)
        }
        for tile in Tile.all(count: UInt64(count)) { #expect(try reader.bytes(of: tile) != nil, "\(tile.path)") }
        var cursor = reader.entries()
        var read = 0
        while let entry = try cursor.next() {
            #expect(MerkleTree.leaf(entry.leaf) == hashes[read])
            read += 1
        }
        #expect(read == count)
        try log.close()
    }

    private func with(_ entry: LogEntry, sequence: UInt64) -> LogEntry {
        var entry = entry
        entry.sequence = sequence
        return entry
    }

    @Test("only the newest checkpoints are kept, and all that have a witness")
    func checkpoints() throws {
        let folder = try TemporaryDirectory()
        let directory = folder.path
        let log = try SealedLog(directory: directory, key: key)
        let witness = NoteSigner(name: "epa", algorithm: .cosignature, key: key.publicKey)
        for index in 0..<SealedLog.checkpointsMax + 20 {
            try log.append([with(entry(index), sequence: UInt64(index + 1))], through: .at(UInt64(index + 1)))
            guard index == 4 else { continue }
            var note = try #require(try log.reader.checkpoint())
            note.cosign(as: "epa", with: key, at: 1)
            let signature = try #require(note.signatures.last)
            #expect(try log.keep(signature, of: witness, member: "epa", size: 5))
            #expect(try !log.keep(signature, of: witness, member: "epa", size: 4))
        }
        let sizes = try log.reader.checkpoints().map(\.size)
        #expect(sizes.first == 5 && sizes.count == SealedLog.checkpointsMax + 1)
        #expect(try log.reader.checkpoint(isCosigned: true)?.isSigned(by: witness) == true)
        try log.close()
    }

    @Test("a log that does not hold what its last checkpoint says signs nothing")
    func damage() throws {
        let folder = try TemporaryDirectory()
        let directory = folder.path
        let log = try SealedLog(directory: directory, key: key)
        try log.append((0..<300).map { with(entry($0), sequence: 1) }, through: .at(1))
        try log.close()
        let statements: [String] = [
            "UPDATE tile SET hashes = zeroblob(length(hashes)) WHERE number = 1",
            "DELETE FROM tile WHERE number = 1 << 48",
            "UPDATE log SET size = 299",
        ]
        for statement in statements {
            let copy = directory + "-copy"
            defer { try? FileManager.default.removeItem(atPath: copy) }
            try FileManager.default.copyItem(atPath: directory, toPath: copy)
            let queue = try DatabaseQueue(path: copy + "/log.db")
            try queue.write { db in try db.execute(sql: statement, arguments: []) }
            try queue.close()
            #expect(throws: SealedLogError.self, "\(statement)") { try SealedLog(directory: copy, key: key) }
        }
    }
}
