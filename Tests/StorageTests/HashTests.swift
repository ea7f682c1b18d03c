import Testing

import Permits
import Seals
@testable import Storage

@Suite("Hashes and passwords")
struct HashTests {
    @Test(
        "SHA-256 gives the digests of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func sha256(text: String, hex: String) {
        #expect(SHA256.digest(of: Array(text.utf8)).hex == hex)
        var pieces = SHA256()
        for byte in text.utf8 { pieces.update([byte]) }
        #expect(pieces.finish().hex == hex)
    }

    @Test("a digest is 32 bytes, and equal when they are")
    func digest() throws {
        let bytes = (0..<32).map { UInt8($0) }
        let digest = try #require(Digest(bytes))
        #expect(digest.bytes == bytes)
        #expect(digest == Digest(bytes))
        #expect(digest != Digest.zero)
        #expect(Digest(Array(bytes.dropLast())) == nil)
    }

    @Test("scrypt gives the keys of RFC 7914, section 12")
    func scrypt() throws {
        let empty = try PasswordHash.derive(
            password: [],
            salt: [],
            cost: .init(logN: 4, blockSize: 1, parallelism: 1),
            count: 64
        )
        #expect(
            Hex.text(empty) == "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
        )
        let sodium = try PasswordHash.derive(
            password: Array("pleaseletmein".utf8),
            salt: Array("SodiumChloride".utf8),
            cost: .init(logN: 14, blockSize: 8, parallelism: 1),
            count: 64
        )
        #expect(
            Hex.text(sodium) == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
        )
    }

    @Test("a password matches its own hash only, and equal passwords have different hashes")
    func passwords() throws {
        let hash = try PasswordHash.make(password: "correct horse", cost: .trivial)
        #expect(hash.hasPrefix("scrypt$4$8$1$"))
        #expect(hash.count == "scrypt$4$8$1$".count + 32 + 1 + 64)
        #expect(try PasswordHash.verify(password: "correct horse", against: hash))
        #expect(try !PasswordHash.verify(password: "correct hors", against: hash))
        #expect(try !PasswordHash.verify(password: "", against: hash))
        #expect(try PasswordHash.make(password: "correct horse", cost: .trivial) != hash)
    }

    @Test("the default cost works, with the memory that it needs")
    func standardCost() throws {
        let hash = try PasswordHash.make(password: "pw")
        #expect(hash.hasPrefix("scrypt$17$8$1$"))
        #expect(try PasswordHash.verify(password: "pw", against: hash))
    }

    @Test(
        "malformed texts and unreasonable costs match nothing",
        arguments: [
            "", "scrypt", "scrypt$4$8$1$00$00", "bcrypt$4$8$1$00$" + String(repeating: "00", count: 32),
            "scrypt$40$8$1$00$" + String(repeating: "00", count: 32),
            "scrypt$-4$8$1$00$" + String(repeating: "00", count: 32),
            "scrypt$20$32$1$00$" + String(repeating: "00", count: 32),
            "scrypt$4$8$1$zz$" + String(repeating: "00", count: 32),
            "scrypt$4$8$1$$" + String(repeating: "00", count: 32),
            "scrypt$+4$8$1$00$" + String(repeating: "00", count: 32),
            "scrypt$4$8$99999999999999999999$00$" + String(repeating: "00", count: 32),
            "scrypt$4$8$9223372036854775807$00$" + String(repeating: "00", count: 32),
            "scrypt$4$8$1$\(String(repeating: "00", count: 1000))$" + String(repeating: "00", count: 32),
        ]
    )
    func malformed(text: String) throws {
        #expect(try !PasswordHash.verify(password: "pw", against: text))
        #expect(PasswordHash.cost(of: text) == nil)
    }

    @Test("a cost is dearer by time or by memory")
    func dearer() {
        let standard = PasswordHash.Cost.standard
        #expect(!standard.isDearer(than: standard))
        #expect(PasswordHash.Cost(logN: 17, blockSize: 8, parallelism: 2).isDearer(than: standard))
        #expect(PasswordHash.Cost(logN: 18, blockSize: 8, parallelism: 1).isDearer(than: standard))
        #expect(PasswordHash.Cost(logN: 17, blockSize: 9, parallelism: 1).isDearer(than: standard))
        #expect(!PasswordHash.Cost(logN: 14, blockSize: 8, parallelism: 8).isDearer(than: standard))
    }

    @Test("a salt is that of one request: of its verb, sender, login and id, and of the venue's key")
    func salts() throws {
        let code = { (text: String) throws in try #require(Code(text)) }
        let sender = (try code("op"), try code("a"))
        let login = (try code("acme"), try code("li"))
        let salts = try RequestSalt(key: Ed25519.PrivateKey(seed: .zero))
        let salt = salts.bytes(.login, by: sender, for: login, id: try code("1"))
        #expect(salt.count == PasswordHash.saltByteCount)
        #expect(salt == salts.bytes(.login, by: sender, for: login, id: try code("1")))
        let others = [
            salts.bytes(.rotate, by: sender, for: login, id: try code("1")),
            salts.bytes(.login, by: login, for: login, id: try code("1")),
            salts.bytes(.login, by: sender, for: sender, id: try code("1")),
            salts.bytes(.login, by: sender, for: login, id: try code("2")),
            try RequestSalt(key: nil).bytes(.login, by: sender, for: login, id: try code("1")),
        ]
        #expect(Set(others + [salt]).count == 6)
    }

    @Test("random passwords have four groups of five and differ")
    func randomPasswords() throws {
        let password = try PasswordHash.randomPassword()
        #expect(password.split(separator: "-").map(\.count) == [5, 5, 5, 5])
        #expect(try PasswordHash.randomPassword() != password)
    }
}
