import Audit
import Disclosure
import Exchange
import Foundation
import Logging
import Permits
import Seals
import Server
import Storage
import Testing
import WeirClient

@Suite("The sealed log over TCP and HTTP")
struct SealedLogTests {
    private let witnessKey = Ed25519.PrivateKey(seed: SHA256.digest(of: [7]))

    private func text(_ reply: ClientReply) -> String { reply.rows.map { ($0["line"] ?? "") + "\n" }.joined() }

    /// Lets acme buy ten of bolt's permits; returns acme's fill.
    private func trade(_ acme: WeirClient, _ bolt: WeirClient) async throws -> ClientLine {
        #expect(try await bolt.send("ORDER market=M side=sell qty=10 price=71.00").isOK)
        #expect(try await acme.send("ORDER market=M side=buy qty=10 price=71.00").isOK)
        return try #require(await next(acme) { $0.line.word == "FILL" }).line
    }

    @Test("a fill's owner proves it, anyone proves the print, and no one opens what is another's")
    func receipts() async throws {
        let venue = try await TestVenue.start()
        let (acme, bolt) = (try await venue.logOn("acme", "li"), try await venue.logOn("bolt", "bo"))
        let fill = try await trade(acme, bolt)
        let (seq, n) = (try #require(fill["seq"]), try #require(fill["n"]))
        let log = try SealedLog.reading(directory: venue.directory).signer()

        let own = try await acme.send("PROOF seq=\(seq) n=\(n)")
        let receipt = try Receipt(text: text(own))
        #expect(try receipt.verify(by: [log]).size == own.line.number("size"))
        #expect(receipt.opening?.content == "acme \(fill.text)")
        #expect(receipt.index == own.line.number("leaf"))

        let print = try Receipt(text: text(try await bolt.send("PROOF leaf=\(receipt.index - 1)")))
        try print.verify(by: [log])
        #expect(print.leaf.contains(" M TRADE seq=\(seq) n="))
        let count = try #require(ClientLine(String(print.leaf.dropFirst(30)))["n"])
        #expect(try await bolt.send("PROOF seq=\(seq) n=\(count) stream=M").line["leaf"] == "\(receipt.index - 1)")
        // The same leaf for another is a digest and no more.
        let hidden = try Receipt(text: text(try await bolt.send("PROOF leaf=\(receipt.index)")))
        try hidden.verify(by: [log])
        #expect(hidden.opening == nil && hidden.leaf.contains(" sealed FILL seq=\(seq) digest="))
        #expect(!hidden.leaf.contains("acme"))

        for (line, code) in [
            ("PROOF seq=\(seq) n=999", "NOT_SEALED"), ("PROOF seq=999999 n=1", "NOT_SEALED"),
            ("PROOF leaf=999", "NOT_SEALED"), ("PROOF leaf=0 size=999", "NOT_SEALED"),
            ("PROOF seq=\(seq)", "INVALID_COMBINATION"), ("PROOF", "INVALID_COMBINATION"),
            ("PROOF leaf=1 from=1", "INVALID_COMBINATION"), ("PROOF leaf=1 stream=M", "INVALID_COMBINATION"),
            ("PROOF seq=\(seq) n=1 stream=NONE", "UNKNOWN_STREAM"), ("PROOF from=999", "NOT_SEALED"),
            ("CHECKPOINT size=999", "NOT_SEALED"), ("CHECKPOINT cosigned=1", "NOT_SEALED"),
            ("CHECKPOINT size=1 cosigned=1", "INVALID_COMBINATION"),
        ] {
            #expect(try await bolt.send(line).code == code, "\(line)")
        }
        try await venue.end()
    }

    @Test("a regulator's witness signs what grows; proofs go to its checkpoint; nobody else's signature is kept")
    func witness() async throws {
        let venue = try await TestVenue.start()
        let (acme, bolt) = (try await venue.logOn("acme", "li"), try await venue.logOn("bolt", "bo"))
        let epa = try await venue.logOn("epa", "ann")
        let fill = try await trade(acme, bolt)
        let log = try SealedLog.reading(directory: venue.directory).signer()
        let signer = NoteSigner(name: "epa/witness", algorithm: .cosignature, key: witnessKey.publicKey)

        let seen = try #require(SignedNote(note: text(try await epa.send("CHECKPOINT"))))
        let old = try #require(Checkpoint(text: seen.text))
        var own = seen
        own.cosign(as: signer.name, with: witnessKey, at: 1_803_895_200)
        let line = ClientLine.quoted(try #require(own.signatures.last).line)
        let request = "COSIGN size=\(old.size) key=\(signer.text) line=\(line)"
        #expect(try await acme.send(request).code == "ROLE_NOT_ALLOWED")
        let other = NoteSigner(name: "acme", algorithm: .cosignature, key: witnessKey.publicKey)
        #expect(try await epa.send("COSIGN size=\(old.size) key=\(other.text) line=\(line)").code == "BAD_VALUE")
        #expect(try await epa.send("COSIGN size=\(old.size) key=\(log.text) line=\(line)").code == "BAD_VALUE")
        #expect(try await epa.send("COSIGN size=\(old.size - 1) key=\(signer.text) line=\(line)").code == "NOT_SEALED")
        var wrong = SignedNote(seen.text + "x\n")
        wrong.cosign(as: signer.name, with: witnessKey, at: 1_803_895_200)
        let wrongLine = ClientLine.quoted(try #require(wrong.signatures.last).line)
        #expect(
            try await epa.send("COSIGN size=\(old.size) key=\(signer.text) line=\(wrongLine)").code == "BAD_SIGNATURE"
        )
        #expect(try await epa.send(request).isOK)
        #expect(try await epa.send(request).isOK)

        _ = try await trade(acme, bolt)
        let (seq, n) = (try #require(fill["seq"]), try #require(fill["n"]))
        let proof = try await acme.send("PROOF seq=\(seq) n=\(n)")
        #expect(try Receipt(text: text(proof)).verify(by: [log, signer]).size == old.size)
        let new = try #require(SignedNote(note: text(try await epa.send("CHECKPOINT"))))
        let checkpoint = try #require(Checkpoint(text: new.text))
        #expect(checkpoint.size > old.size && !new.isSigned(by: signer))
        let growth = try await epa.send("PROOF from=\(old.size) size=\(checkpoint.size)").rows.map { $0["line"] ?? "" }
        #expect(growth.first == "old \(old.size)")
        let path = growth.dropFirst().prefix { !$0.isEmpty }.compactMap { Base64.bytes($0).flatMap { Digest($0) } }
        #expect(
            MerkleProof.isConsistent(from: (old.size, old.root), to: (checkpoint.size, checkpoint.root), path)
        )
        try await venue.end()
    }

    @Test("HTTP serves what PROOF proves: checkpoint, key and every tile; nothing else, and nobody else's secrets")
    func site() async throws {
        let venue = try await TestVenue.start()
        let (acme, bolt) = (try await venue.logOn("acme", "li"), try await venue.logOn("bolt", "bo"))
        _ = try await trade(acme, bolt)
        let note = text(try await acme.send("CHECKPOINT"))
        let reader = try SealedLog.reading(directory: venue.directory)
        let site = try PublicSite(
            directory: venue.directory,
            log: PublicLog(reader),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            clock: { venue.clock.now }
        )
        let port = try await site.start(host: "127.0.0.1", port: 0)
        func get(_ path: String, _ method: String = "GET") async throws -> (status: String, body: [UInt8]) {
            let answer = try await blocking {
                let socket = try RawSocket(port: port)
                defer { socket.close() }
                try socket.send(Array("\(method) \(path) HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".utf8))
                return try socket.readAll()
            }
            let end = try #require(answer.firstRange(of: Array("\r\n\r\n".utf8)))
            return (String(decoding: answer.prefix(12).dropFirst(9), as: UTF8.self), Array(answer[end.upperBound...]))
        }
        #expect(try await get("/log/checkpoint").body == Array(note.utf8))
        #expect(try await get("/log/key").body == Array("\(reader.signer().text)\n".utf8))
        let signed = try #require(SignedNote(note: note))
        let checkpoint = try #require(Checkpoint(text: signed.text))
        var tree = MerkleFrontier()
        let bundle = try await get("/log/tile/entries/000.p/\(checkpoint.size)").body
        var rest = bundle[...]
        while let high = rest.popFirst(), let low = rest.popFirst() {
            let leaf = Array(rest.prefix(Int(high) << 8 | Int(low)))
            rest = rest.dropFirst(leaf.count)
            tree.append(MerkleTree.leaf(leaf))
        }
        #expect(tree.count == checkpoint.size && tree.root == checkpoint.root)
        #expect(!String(decoding: bundle, as: UTF8.self).contains("acme FILL"))
        #expect(try await get("/log/tile/0/000.p/\(checkpoint.size)").body.count == 32 * Int(checkpoint.size))
        for path in [
            "/log/tile/0/000", "/log/tile/0/000.p/\(checkpoint.size + 1)", "/log/tile/1/000",
            "/log/../log-key.pem",
            "/log/checkpoint.cosigned", "//etc/passwd", "/log/tile/entries/x000/000",
        ] {
            #expect(try await get(path).status == "404", "\(path)")
        }
        #expect(try await get("/log/checkpoint", "POST").status == "405")
        let head = try await get("/log/checkpoint", "HEAD")
        #expect(head.status == "200" && head.body.isEmpty)
        try await site.stop()
        try await venue.end()
    }

    @Test("the log goes on over a restart, comes back from the journal if it is lost, and refuses another key or name")
    func restart() async throws {
        var venue = try await TestVenue.start()
        var (acme, bolt) = (try await venue.logOn("acme", "li"), try await venue.logOn("bolt", "bo"))
        _ = try await trade(acme, bolt)
        let before = try #require(SignedNote(note: text(try await acme.send("CHECKPOINT"))))
        try await venue.server.stop()

        venue = try await TestVenue.start(directory: venue.directory, clock: venue.clock)
        (acme, bolt) = (try await venue.logOn("acme", "li"), try await venue.logOn("bolt", "bo"))
        _ = try await trade(acme, bolt)
        let after = text(try await acme.send("CHECKPOINT"))
        let old = try #require(Checkpoint(text: before.text))
        #expect(text(try await acme.send("CHECKPOINT size=\(old.size)")) == before.note)
        try await venue.server.stop()

        for file in ["log.db", "log.db-wal", "log.db-shm"] {
            try? FileManager.default.removeItem(atPath: venue.directory + "/\(file)")
        }
        venue = try await TestVenue.start(directory: venue.directory, clock: venue.clock)
        acme = try await venue.logOn("acme", "li")
        let rebuilt = try #require(SignedNote(note: text(try await acme.send("CHECKPOINT"))))
        let known = try #require(SignedNote(note: after))
        #expect(rebuilt.text == known.text && rebuilt.note == known.note)
        try await venue.server.stop()

        let other = Ed25519.PrivateKey(seed: SHA256.digest(of: [8]))
        #expect(throws: SealedLogError.self) { try SealedLog(directory: venue.directory, key: other) }
        #expect(throws: SealedLogError.self) {
            try SealedLog(directory: venue.directory, key: TestVenue.logKey, origin: "another/log")
        }
        try FileManager.default.removeItem(atPath: venue.directory)
    }
}
