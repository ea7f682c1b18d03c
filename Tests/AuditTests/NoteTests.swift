import Audit
import Seals
import Testing

@Suite("Signed notes, checkpoints and receipts")
struct NoteTests {
    private let key = Ed25519.PrivateKey(seed: SHA256.digest(of: [1]))
    private let witnessKey = Ed25519.PrivateKey(seed: SHA256.digest(of: [2]))
    private var log: NoteSigner { NoteSigner(name: "weir.example/log", algorithm: .note, key: key.publicKey) }
    private var witness: NoteSigner { NoteSigner(name: "epa", algorithm: .cosignature, key: witnessKey.publicKey) }

    @Test("a note is signed as the example of the format's first implementation is, byte for byte")
    func vector() throws {
        // Source: golang.org/x/mod/sumdb/note, package documentation.
        let seed = try #require(Base64.bytes("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"))
        let key = Ed25519.PrivateKey(seed: try #require(Digest(Array(seed.dropFirst()))))
        let signer = NoteSigner(name: "PeterNeumann", algorithm: .note, key: key.publicKey)
        #expect(signer.text == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        let text =
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
        var note = SignedNote(text)
        note.sign(as: "PeterNeumann", with: key)
        let line =
            "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
        #expect(note.note == text + "\n" + line + "\n")
        let read = try #require(SignedNote(note: note.note))
        #expect(read.text == text && read.isSigned(by: signer))
        #expect(NoteSigner(text: signer.text) == signer)
    }

    @Test("Ed25519 agrees with RFC 8032, section 7.1, test 2, and its PEM is read back")
    func signatures() throws {
        let seed = try #require(
            Hex.bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").flatMap { Digest($0) }
        )
        let key = Ed25519.PrivateKey(seed: seed)
        #expect(key.publicKey.bytes.hex == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        let signature = key.signature(of: [0x72])
        #expect(Hex.text(signature).hasPrefix("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"))
        #expect(key.publicKey.verifies(signature, of: [0x72]))
        #expect(!key.publicKey.verifies(signature, of: [0x73]))
        #expect(!key.publicKey.verifies([], of: [0x72]))
        #expect(Ed25519.PrivateKey(pem: key.pem)?.seed == seed)
        #expect(Ed25519.PublicKey(pem: key.publicKey.pem) == key.publicKey)
        #expect(Ed25519.PrivateKey(pem: key.publicKey.pem) == nil)
        #expect(Ed25519.PublicKey(pem: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n") == nil)
    }

    private func checkpoint() -> SignedNote {
        var note = SignedNote(Checkpoint(origin: log.name, size: 1, root: MerkleTree.leaf([65])).text)
        note.sign(as: log.name, with: key)
        note.cosign(as: witness.name, with: witnessKey, at: 1_803_895_200)
        return note
    }

    @Test("a checkpoint is signed by its log and its witness, and by nobody else")
    func checkpoints() throws {
        let note = checkpoint()
        #expect(note.isSigned(by: log) && note.isSigned(by: witness))
        #expect(!note.isSigned(by: NoteSigner(name: "epa", algorithm: .note, key: witnessKey.publicKey)))
        #expect(!note.isSigned(by: NoteSigner(name: "other", algorithm: .cosignature, key: witnessKey.publicKey)))
        #expect(Checkpoint(text: note.text)?.size == 1)
        // Any byte that changes is noticed, or the note does not read.
        for (index, byte) in note.note.utf8.enumerated() {
            var bytes = Array(note.note.utf8)
            bytes[index] = byte == 65 ? 66 : 65
            guard let text = String(validating: bytes, as: UTF8.self), let changed = SignedNote(note: text) else {
                continue
            }
            #expect(!changed.isSigned(by: log) || !changed.isSigned(by: witness), "byte \(index)")
        }
    }

    @Test(
        "what is no checkpoint or verifier key does not read",
        arguments: ["", "a\n1\n", "a\n01\nAAAA\n", "a\n-1\n", "\n1\n\(Base64.text(Digest.zero.bytes))\n"]
    )
    func nonsense(text: String) {
        #expect(Checkpoint(text: text) == nil)
        #expect(NoteSigner(text: text) == nil)
        #expect(NoteSigner(text: log.text.replacing("+", with: "-", maxReplacements: 1)) == nil)
        #expect(SignedNote(note: text) == nil)
    }

    @Test("base64 reads what it writes, and one text only", arguments: 0...9)
    func base64(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 251 &* $0 &+ 77) }
        let text = Base64.text(bytes)
        #expect(Base64.bytes(text) == bytes)
        #expect(Base64.bytes(text + "=") == nil)
        #expect(Base64.bytes("A" + text) == nil)
        #expect(Base64.bytes("QR==") == nil)
    }

    @Test("a receipt proves its leaf and what it hides; with any byte changed it does not")
    func receipts() throws {
        let nonce = SHA256.digest(of: [9])
        let content = "acme FILL seq=16 n=2 qty=10"
        let digest = Blinding.digest(of: Array(content.utf8), nonce: nonce)
        let leaf = "2027-03-01T08:00:02.000000Z sealed FILL seq=16 digest=\(digest.hex)"
        let hashes = [MerkleTree.leaf([1]), MerkleTree.leaf(Array(leaf.utf8)), MerkleTree.leaf([3])]
        let left = MerkleTree.node(hashes[0], hashes[1])
        let root = MerkleTree.node(left, hashes[2])
        var note = SignedNote(Checkpoint(origin: log.name, size: 3, root: root).text)
        note.sign(as: log.name, with: key)
        note.cosign(as: witness.name, with: witnessKey, at: 1_803_895_200)
        let receipt = Receipt(
            leaf: leaf,
            opening: (content, nonce),
            index: 1,
            path: [hashes[0], hashes[2]],
            checkpoint: note
        )
        let text = receipt.text
        #expect(try Receipt(text: text).text == text)
        #expect(try Receipt(text: text).verify(by: [log, witness]).size == 3)
        for index in text.utf8.indices {
            var bytes = Array(text.utf8)
            let place = text.utf8.distance(from: text.startIndex, to: index)
            bytes[place] ^= 1
            guard let changed = String(validating: bytes, as: UTF8.self) else { continue }
            #expect(throws: ReceiptError.self, "byte \(place)") {
                try Receipt(text: changed).verify(by: [log, witness])
            }
        }
    }
}
