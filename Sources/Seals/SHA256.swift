import CLibcrypto

/// SHA-256 (FIPS 180-4) through libcrypto, in pieces or at once.
///
/// libcrypto fails here only when memory is exhausted, which is not survivable: a precondition.
package struct SHA256: ~Copyable {
    private let context: OpaquePointer
    /// Fetched once: looking the algorithm up costs more than hashing a line.
    private nonisolated(unsafe) static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

    /// Starts a digest of no bytes.
    package init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex2(context, SHA256.algorithm, nil) == 1 else {
            preconditionFailure("libcrypto cannot start SHA-256: out of memory, or a broken OpenSSL set-up")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Appends bytes.
    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// Appends a byte.
    package mutating func update(_ byte: UInt8) { withUnsafeBytes(of: byte) { update($0) } }

    /// Appends the 32 bytes of another digest.
    package mutating func update(_ digest: Digest) { withUnsafeBytes(of: digest.bigEndianWords) { update($0) } }

    /// Appends the eight bytes of a number, the highest first.
    package mutating func update(bigEndian number: UInt64) { withUnsafeBytes(of: number.bigEndian) { update($0) } }

    private mutating func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(
            EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1,
            "libcrypto cannot continue SHA-256"
        )
    }

    /// The digest of all bytes appended; it begins anew then.
    package mutating func finish() -> Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let result = withUnsafeMutableBytes(of: &words) { EVP_DigestFinal_ex(context, $0.baseAddress, nil) }
        guard result == 1, EVP_DigestInit_ex2(context, nil, nil) == 1 else {
            preconditionFailure("libcrypto cannot finish SHA-256")
        }
        return Digest(bigEndianWords: words)
    }

    /// The digest of `bytes`.
    package static func digest(of bytes: [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }
}
