import CLibcrypto

/// Key agreement on Curve25519 (RFC 7748) by libcrypto.
package enum X25519 {
    /// The number of bytes of a key.
    package static let byteCount = 32

    /// The public key of a private one.
    package static func publicKey(of privateKey: Digest) -> Digest { PrivateKey(privateKey).publicKey }

    /// What both sides of an agreement share.
    /// - Returns: nil if `publicKey` is a point of small order, with which there is no secret.
    package static func sharedSecret(_ privateKey: Digest, _ publicKey: Digest) -> [UInt8]? {
        PrivateKey(privateKey).sharedSecret(publicKey)
    }

    /// A private key as libcrypto has it, for many agreements: to make it costs as much as an agreement does.
    package struct PrivateKey: ~Copyable {
        private let key: OpaquePointer
        package let publicKey: Digest

        package init(_ privateKey: Digest) {
            var bytes = [UInt8](repeating: 0, count: byteCount)
            var count = byteCount
            guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nil, privateKey.bytes, byteCount),
                EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, let digest = Digest(bytes)
            else { preconditionFailure("libcrypto cannot take an X25519 private key") }
            self.key = key
            publicKey = digest
        }

        deinit { EVP_PKEY_free(key) }

        /// What both sides of an agreement share.
        /// - Returns: nil if `publicKey` is a point of small order, with which there is no secret.
        package func sharedSecret(_ publicKey: Digest) -> [UInt8]? {
            guard let other = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nil, publicKey.bytes, byteCount),
                let context = EVP_PKEY_CTX_new(key, nil)
            else { preconditionFailure("libcrypto cannot take X25519 keys") }
            defer {
                EVP_PKEY_CTX_free(context)
                EVP_PKEY_free(other)
            }
            var secret = [UInt8](repeating: 0, count: byteCount)
            var count = byteCount
            guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_derive_set_peer(context, other) == 1,
                EVP_PKEY_derive(context, &secret, &count) == 1, count == byteCount
            else { return nil }
            return secret
        }
    }
}
