import CLibcrypto

/// Signatures by Ed25519 (RFC 8032) through libcrypto: equal messages have equal signatures.
package enum Ed25519 {
    /// The number of bytes of a signature.
    package static let signatureByteCount = 64

    /// A private key: the 32 bytes from which RFC 8032 makes the rest.
    package struct PrivateKey: Sendable {
        /// The 32 bytes.
        package let seed: Digest
        /// What checks its signatures.
        package let publicKey: PublicKey

        /// The key of a seed.
        package init(seed: Digest) {
            self.seed = seed
            guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed.bytes, Digest.byteCount) else {
                preconditionFailure("libcrypto cannot take an Ed25519 key")
            }
            defer { EVP_PKEY_free(key) }
            var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
            var count = bytes.count
            guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, let digest = Digest(bytes) else {
                preconditionFailure("libcrypto cannot compute an Ed25519 public key")
            }
            publicKey = PublicKey(digest)
        }

        /// Signs a message.
        /// - Returns: 64 bytes.
        package func signature(of message: [UInt8]) -> [UInt8] {
            var signature = [UInt8](repeating: 0, count: signatureByteCount)
            var count = signature.count
            guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed.bytes, Digest.byteCount),
                let context = EVP_MD_CTX_new()
            else { preconditionFailure("libcrypto is out of memory") }
            defer {
                EVP_MD_CTX_free(context)
                EVP_PKEY_free(key)
            }
            guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
                EVP_DigestSign(context, &signature, &count, message, message.count) == 1, count == signature.count
            else { preconditionFailure("libcrypto cannot sign") }
            return signature
        }

        /// The key as `openssl pkey` reads and writes it: PKCS #8 (RFC 8410) in PEM.
        package var pem: String { PEM.text(PrivateKey.prefix + seed.bytes, label: "PRIVATE KEY") }

        /// Reads what `pem` and `openssl genpkey -algorithm ed25519` write; nil if it is anything else.
        package init?(pem text: String) {
            guard let der = PEM.bytes(text, label: "PRIVATE KEY"), der.starts(with: PrivateKey.prefix),
                let seed = Digest(Array(der.dropFirst(PrivateKey.prefix.count)))
            else { return nil }
            self.init(seed: seed)
        }

        private static let prefix: [UInt8] = [
            0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ]
    }

    /// A public key: 32 bytes.
    package struct PublicKey: Hashable, Sendable {
        /// The 32 bytes.
        package let bytes: Digest

        /// A key of its bytes.
        package init(_ bytes: Digest) { self.bytes = bytes }

        /// Whether a signature is of this message by this key.
        package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
            guard let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes.bytes, Digest.byteCount),
                let context = EVP_MD_CTX_new()
            else { preconditionFailure("libcrypto is out of memory") }
            defer {
                EVP_MD_CTX_free(context)
                EVP_PKEY_free(key)
            }
            guard EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
            return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        }

        /// The key as `openssl pkey -pubin` reads and writes it: SubjectPublicKeyInfo (RFC 8410) in PEM.
        package var pem: String { PEM.text(PublicKey.prefix + bytes.bytes, label: "PUBLIC KEY") }

        /// Reads what `pem` and `openssl pkey -pubout` write; nil if it is anything else.
        package init?(pem text: String) {
            guard let der = PEM.bytes(text, label: "PUBLIC KEY"), der.starts(with: PublicKey.prefix),
                let bytes = Digest(Array(der.dropFirst(PublicKey.prefix.count)))
            else { return nil }
            self.init(bytes)
        }

        private static let prefix: [UInt8] = [
            0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
        ]
    }
}

/// Text armour (RFC 7468) of keys, which fit one line.
private enum PEM {
    static func text(_ der: [UInt8], label: String) -> String {
        "-----BEGIN \(label)-----\n\(Base64.text(der))\n-----END \(label)-----\n"
    }

    static func bytes(_ text: String, label: String) -> [UInt8]? {
        let lines = text.split(whereSeparator: \.isNewline).map { String($0) }
        guard let first = lines.firstIndex(of: "-----BEGIN \(label)-----"),
            let last = lines[first...].firstIndex(of: "-----END \(label)-----")
        else { return nil }
        return Base64.bytes(lines[(first + 1)..<last].joined())
    }
}
