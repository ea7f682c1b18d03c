import CLibcrypto

/// Key agreement on Curve25519 (RFC 7748) by libcrypto.
package enum X25519 {
    /// The number of bytes of a key.
    package static let byteCount = 32

    /// The public key of a private one.
    package static func publicKey(of privateKey: Digest) -> Digest {
        guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nil, privateKey.bytes, byteCount) else {
            preconditionFailure("libcrypto cannot take an X25519 private key")
        }
        defer { EVP_PKEY_free(key) }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        var count = byteCount
        guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, let digest = Digest(bytes) else {
            preconditionFailure("libcrypto cannot compute an X25519 public key")
        }
        return digest
    }

    /// What both sides of an agreement share.
    /// - Returns: nil if `publicKey` is a point of small order, with which there is no secret.
    package static func sharedSecret(_ privateKey: Digest, _ publicKey: Digest) -> [UInt8]? {
        guard let own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nil, privateKey.bytes, byteCount),
            let other = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nil, publicKey.bytes, byteCount),
            let context = EVP_PKEY_CTX_new(own, nil)
        else { preconditionFailure("libcrypto cannot take X25519 keys") }
        defer {
            EVP_PKEY_CTX_free(context)
            EVP_PKEY_free(other)
            EVP_PKEY_free(own)
        }
        var secret = [UInt8](repeating: 0, count: byteCount)
        var count = byteCount
        guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_derive_set_peer(context, other) == 1,
            EVP_PKEY_derive(context, &secret, &count) == 1, count == byteCount
        else { return nil }
        return secret
    }
}
