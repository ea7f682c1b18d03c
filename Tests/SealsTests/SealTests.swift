import Seals
import Testing

@Suite("Seals")
struct SealTests {
    private func key(_ hex: String) throws -> Digest { try #require(Hex.bytes(hex).flatMap { Digest($0) }) }

    @Test("X25519 agrees with RFC 7748, section 6.1")
    func agreement() throws {
        let alicePublic = try key("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
        let bob = try key("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
        #expect(X25519.publicKey(of: bob).hex == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
        let shared = X25519.sharedSecret(bob, alicePublic)
        #expect(shared.map(Hex.text) == "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
        #expect(X25519.sharedSecret(bob, .zero) == nil)
    }

    @Test("a box opens with its key alone, and not when a bit of it has changed")
    func box() throws {
        let secret = AuctionSecret(SHA256.digest(of: [1]))
        let content = Array("70.00 500; 69.50 1000".utf8)
        let box = try #require(SealedBox.seal(content, to: secret.publicKey, oneTimeKey: SHA256.digest(of: [2])))
        #expect(box.count == content.count + SealedBox.overhead)
        #expect(SealedBox.open(box, with: X25519.PrivateKey(secret.privateKey)) == content)
        #expect(SealedBox.open(box, with: X25519.PrivateKey(AuctionSecret(SHA256.digest(of: [3])).privateKey)) == nil)
        #expect(SealedBox.seal(content, to: secret.publicKey, oneTimeKey: SHA256.digest(of: [2])) == box)
        for index in box.indices {
            for bit in 0..<8 {
                var changed = box
                changed[index] ^= 1 << bit
                // The highest bit of a Curve25519 point does not count, and the key derivation covers it.
                #expect(SealedBox.open(changed, with: X25519.PrivateKey(secret.privateKey)) == nil)
            }
        }
        for count in 0..<box.count {
            #expect(SealedBox.open(Array(box.prefix(count)), with: X25519.PrivateKey(secret.privateKey)) == nil)
        }
        #expect(SealedBox.seal(content, to: .zero, oneTimeKey: SHA256.digest(of: [2])) == nil)
    }

    @Test("what is derived from an auction's secret differs, and the draw depends on every nonce")
    func secret() {
        let secret = AuctionSecret(SHA256.digest(of: [9]))
        let derived: Set = [
            secret.secret, secret.privateKey, secret.publicKey, secret.commitment, secret.seed(nonces: []),
            secret.seed(nonces: [[1], [2]]), secret.seed(nonces: [[2], [1]]),
        ]
        #expect(derived.count == 7)
    }
}
