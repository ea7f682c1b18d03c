/// The one secret of an auction, 32 random bytes that the regulator draws, keeps, and releases at the close.
///
/// Announced are only what is derived from it: the key that bids are sealed to, and the commitment to the draw. Releasing the secret
/// opens the bids and fixes the draw at once, so neither can be had without the other.
package struct AuctionSecret: Sendable {
    /// The secret itself.
    package let secret: Digest

    package init(_ secret: Digest) { self.secret = secret }

    /// Opens the bids.
    package var privateKey: Digest { derived("weir seal 1") }

    /// What bids are sealed to.
    package var publicKey: Digest { X25519.publicKey(of: privateKey) }

    /// What is announced of the draw: SHA-256 of `weir commit 1` and the secret's 32 bytes.
    package var commitment: Digest { derived("weir commit 1") }

    /// What the draw is made from: SHA-256 of `weir draw 1`, the secret's 32 bytes, and the bidders' nonces in the order of their bids.
    ///
    /// No one knows it before the close: the regulator not the nonces, a bidder not the secret.
    package func seed(nonces: [[UInt8]]) -> Digest {
        var hash = SHA256()
        hash.update(Array("weir draw 1".utf8))
        hash.update(secret.bytes)
        for nonce in nonces { hash.update(nonce) }
        return hash.finish()
    }

    /// What is announced of a confidential reserve price: SHA-256 of `weir reserve 1`, the secret's 32 bytes, and the price in minor units in 8 bytes, the
    /// highest first.
    package func commitment(toReserve minorUnits: Int64) -> Digest {
        var bytes = Array("weir reserve 1".utf8) + secret.bytes
        bytes.append(bigEndian: UInt64(bitPattern: minorUnits))
        return SHA256.digest(of: bytes)
    }

    private func derived(_ label: String) -> Digest { SHA256.digest(of: Array(label.utf8) + secret.bytes) }
}
