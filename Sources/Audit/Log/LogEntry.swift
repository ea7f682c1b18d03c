package import Seals

/// A fact of the sealed log: one leaf.
package struct LogEntry: Sendable, Equatable {
    /// The command that caused it.
    package var sequence: UInt64
    /// The stream of the event line that it tells, by its number, and that line's number in it.
    package var stream: UInt64
    package var count: UInt64
    /// What is sealed, and what everyone may read: a line of UTF-8 without its end.
    package var leaf: [UInt8]
    /// What a private fact says: only its owner gets it.
    ///
    /// Empty for a public one.
    package var content: [UInt8]

    /// An entry of its parts.
    package init(sequence: UInt64, stream: UInt64, count: UInt64, leaf: [UInt8], content: [UInt8] = []) {
        self.sequence = sequence
        self.stream = stream
        self.count = count
        self.leaf = leaf
        self.content = content
    }

    /// The most bytes that a leaf may have: entry bundles write their length in 16 bits.
    package static let leafBytesMax = 65_535
}

/// What keeps private facts from being guessed: a leaf has the digest of a nonce and the content, and only their owner gets the nonce.
package struct Blinding: Sendable {
    private let secret: Digest

    /// The blinding that belongs to a log's signing key.
    package init(key: Ed25519.PrivateKey) {
        secret = SHA256.digest(of: Array("weir blinding 1".utf8) + key.seed.bytes)
    }

    /// The nonce of one line of a private stream: SHA-256(`weir nonce 1` ‖ secret ‖ stream ‖ count).
    package func nonce(stream: UInt64, count: UInt64) -> Digest {
        var hash = SHA256()
        return nonce(stream: stream, count: count, &hash)
    }

    /// The nonce, by a hash at its beginning.
    package func nonce(stream: UInt64, count: UInt64, _ hash: inout SHA256) -> Digest {
        hash.update(Blinding.nonceLabel)
        hash.update(secret)
        hash.update(bigEndian: stream)
        hash.update(bigEndian: count)
        return hash.finish()
    }

    private static let nonceLabel = Array("weir nonce 1".utf8)

    /// What a leaf has of a private fact: SHA-256(nonce ‖ content).
    package static func digest(of content: [UInt8], nonce: Digest) -> Digest {
        var hash = SHA256()
        return digest(of: content, nonce: nonce, &hash)
    }

    /// The digest of a content, by a hash at its beginning.
    package static func digest(of content: [UInt8], nonce: Digest, _ hash: inout SHA256) -> Digest {
        hash.update(nonce)
        hash.update(content)
        return hash.finish()
    }
}
