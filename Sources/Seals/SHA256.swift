import CLibcrypto

/// SHA-256 (FIPS 180-4) through libcrypto, in pieces or at once.
///
/// libcrypto fails here only when memory is exhausted, which is not survivable: a precondition.
package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    /// Starts a digest of no bytes.
    package init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto cannot start SHA-256: out of memory, or a broken OpenSSL set-up")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Appends bytes.
    package mutating func update(_ bytes: [UInt8]) {
        let result = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        precondition(result == 1, "libcrypto cannot continue SHA-256")
    }

    /// The digest of all bytes appended.
    package consuming func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
        let result = EVP_DigestFinal_ex(context, &bytes, nil)
        guard result == 1, let digest = Digest(bytes) else { preconditionFailure("libcrypto cannot finish SHA-256") }
        return digest
    }

    /// The digest of `bytes`.
    package static func digest(of bytes: [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }
}
