package import Permits
package import Seals

/// The salts of passwords that come in a request with an id.
///
/// They follow from the request's names, so that the same request gives the same hash, and its repeat is known as one without anything
/// kept of the password but that hash. They also follow from a secret of the venue, so that nobody can compute hashes beforehand.
package struct RequestSalt: Sendable {
    private let secret: Digest

    /// The salts that belong to a sealed log's signing key; without one, those of this run of the venue.
    /// - Throws: `CryptoError` if there is no key, and no randomness either.
    package init(key: Ed25519.PrivateKey?) throws(CryptoError) {
        secret =
            if let key { SHA256.digest(of: Array("weir salt secret 1".utf8) + key.seed.bytes) } else {
                try RandomBytes.makeDigest()
            }
    }

    /// The salt of a request: of the verb, the sender's names, the login's names and the id, each of its own.
    package func bytes(
        _ verb: Verb,
        by sender: (member: Code, user: Code),
        for login: (member: Code, user: Code),
        id: Code
    ) -> [UInt8] {
        let names = "\(verb.text)\n\(sender.member)/\(sender.user)\n\(login.member)/\(login.user)\n\(id)\n"
        let digest = SHA256.digest(of: Array("weir salt 1\n".utf8) + secret.bytes + Array(names.utf8))
        return Array(digest.bytes.prefix(PasswordHash.saltByteCount))
    }
}
