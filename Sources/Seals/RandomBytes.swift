import CLibcrypto

/// Bytes from the system's cryptographic generator.
package enum RandomBytes {
    /// New random bytes.
    /// - Throws: `CryptoError` if the system has none to give.
    package static func make(count: Int) throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw CryptoError("libcrypto has no random bytes to give") }
        return bytes
    }

    /// 32 new random bytes: a key's seed, a nonce.
    /// - Throws: `CryptoError` if the system has none to give.
    package static func makeDigest() throws(CryptoError) -> Digest {
        guard let digest = Digest(try make(count: Digest.byteCount)) else {
            preconditionFailure("32 bytes are a digest")
        }
        return digest
    }
}

/// Why a cryptographic operation could not be done.
package struct CryptoError: Error, Sendable, CustomStringConvertible {
    /// What failed and what it needs.
    package let message: String

    /// An error with its message.
    package init(_ message: String) { self.message = message }

    package var description: String { message }
}
