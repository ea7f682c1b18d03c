import CLibcrypto

/// Bytes that only the holder of a private key can read.
///
/// The sender's one-time key agrees with the recipient's public key (X25519); the one-step key derivation of NIST SP 800-56C with SHA-256 makes the cipher's key
/// from what they share and both public keys; ChaCha20-Poly1305 (RFC 8439) seals. The cipher's nonce is zero, since a key serves once.
///
/// Form: the one-time public key (32 bytes), the ciphertext, the tag (16 bytes).
package enum SealedBox {
    private static let tagCount = 16
    /// What a box has more than its content.
    package static let overhead = X25519.byteCount + tagCount

    /// Seals `content` to `recipient`; `oneTimeKey` is a private key for this box alone that no one else can guess.
    /// - Returns: nil if `recipient` is no usable public key.
    package static func seal(_ content: [UInt8], to recipient: Digest, oneTimeKey: Digest) -> [UInt8]? {
        let oneTime = X25519.PrivateKey(oneTimeKey)
        guard let shared = oneTime.sharedSecret(recipient) else { return nil }
        let key = cipherKey(shared, oneTime.publicKey, recipient)
        return oneTime.publicKey.bytes + encrypt(content, key: key)
    }

    /// Opens a box.
    /// - Returns: nil if it was not sealed to this key, or was changed since.
    package static func open(_ box: [UInt8], with privateKey: borrowing X25519.PrivateKey) -> [UInt8]? {
        guard box.count >= overhead, let ephemeral = Digest(Array(box.prefix(X25519.byteCount))),
            let shared = privateKey.sharedSecret(ephemeral)
        else { return nil }
        let key = cipherKey(shared, ephemeral, privateKey.publicKey)
        return decrypt(Array(box.dropFirst(X25519.byteCount)), key: key)
    }

    private static func cipherKey(_ shared: [UInt8], _ ephemeral: Digest, _ recipient: Digest) -> [UInt8] {
        var hash = SHA256()
        hash.update([0, 0, 0, 1])
        hash.update(shared)
        hash.update(Array("weir sealed box 1".utf8))
        hash.update(ephemeral.bytes)
        hash.update(recipient.bytes)
        return hash.finish().bytes
    }

    private static func encrypt(_ content: [UInt8], key: [UInt8]) -> [UInt8] {
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("libcrypto is out of memory") }
        defer { EVP_CIPHER_CTX_free(context) }
        let nonce = [UInt8](repeating: 0, count: 12)
        var sealed = [UInt8](repeating: 0, count: content.count)
        var tag = [UInt8](repeating: 0, count: tagCount)
        var count: Int32 = 0
        var rest = [UInt8](repeating: 0, count: 16)
        guard EVP_EncryptInit_ex(context, EVP_chacha20_poly1305(), nil, key, nonce) == 1,
            EVP_EncryptUpdate(context, &sealed, &count, content, Int32(content.count)) == 1,
            EVP_EncryptFinal_ex(context, &rest, &count) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagCount), &tag) == 1
        else { preconditionFailure("libcrypto cannot seal") }
        return sealed + tag
    }

    private static func decrypt(_ sealed: [UInt8], key: [UInt8]) -> [UInt8]? {
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("libcrypto is out of memory") }
        defer { EVP_CIPHER_CTX_free(context) }
        let nonce = [UInt8](repeating: 0, count: 12)
        let content = Array(sealed.dropLast(tagCount))
        var tag = Array(sealed.suffix(tagCount))
        var opened = [UInt8](repeating: 0, count: content.count)
        var count: Int32 = 0
        var rest = [UInt8](repeating: 0, count: 16)
        guard EVP_DecryptInit_ex(context, EVP_chacha20_poly1305(), nil, key, nonce) == 1,
            EVP_DecryptUpdate(context, &opened, &count, content, Int32(content.count)) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagCount), &tag) == 1,
            EVP_DecryptFinal_ex(context, &rest, &count) == 1
        else { return nil }
        return opened
    }
}
