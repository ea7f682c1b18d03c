package import Permits
package import Seals

/// `LOGON` as it arrives; the password goes no further than the session.
package struct Logon: Sendable {
    package let member: Code
    package let user: Code
    package let password: String?
    /// In place of a password: what a machine's key has signed, 64 bytes.
    package let signature: [UInt8]?
    /// Whether it ends a live session of the login.
    package let takesOver: Bool
    package let version: Int64
    package let cancelOnDisconnect: Bool
    /// 0 for none.
    package let heartbeatSeconds: Int64
    package let id: Code

    /// What the engine is told once the password was right.
    package var command: Command {
        .session(.logon(version: version, cancelOnDisconnect: cancelOnDisconnect, takesOver: takesOver))
    }

    /// What a machine signs: the answer to a nonce, for one connection to this venue.
    ///
    /// - Parameters:
    ///   - nonce: what `CHALLENGE` gave.
    ///   - server: SHA-256 of the server's certificate, as RFC 5929 has it for `tls-server-end-point`; nil in plaintext.
    ///   - member: the member's code.
    ///   - user: the login's code.
    /// - Returns: the bytes.
    package static func signedText(nonce: Digest, server: Digest?, member: Code, user: Code) -> [UInt8] {
        Array("weir logon 1\n\(nonce.hex)\n\(server?.hex ?? "plaintext")\n\(member)/\(user)\n".utf8)
    }

    /// The line without its password, for the journal.
    package func journalLine() -> [UInt8] {
        var line: [UInt8] = []
        line.append("LOGON member=")
        line.append(code: member)
        line.append(" user=")
        line.append(code: user)
        line.append(" version=")
        line.append(number: version)
        if cancelOnDisconnect { line.append(" cod=1") }
        if takesOver { line.append(" takeover=1") }
        line.append(id: id)
        return line
    }
}

/// `LOGIN` with a password, which must be hashed before anything is written.
package struct NewLogin: Sendable {
    package let member: Code
    package let user: Code
    package let password: String
    /// The rest of what is new.
    package let change: CredentialChange
    package let id: Code

    /// What the engine is told once the password is hashed, and the line for the journal.
    package func command(hash: String) -> (Command, line: [UInt8]) {
        var change = change
        change.passwordHash = hash
        var line: [UInt8] = []
        line.append("LOGIN member=")
        line.append(code: member)
        line.append(" user=")
        line.append(code: user)
        line.append(change)
        line.append(id: id)
        return (.admin(.login(member: member, user: user, change)), line)
    }
}

/// `ROTATE`: new credentials of the sender's own login.
package struct Rotation: Sendable {
    /// The password that it has.
    package let old: String?
    package let password: String?
    /// The rest of what is new.
    package let change: CredentialChange
    package let id: Code

    /// A rotation of its parts.
    package init(old: String?, password: String?, change: CredentialChange, id: Code) {
        self.old = old
        self.password = password
        self.change = change
        self.id = id
    }

    /// What the engine is told once the old password was right and the new one is hashed, and the line for the journal.
    package func command(hash: String?) -> (Command, line: [UInt8]) {
        var change = change
        if let hash { change.passwordHash = hash }
        var line: [UInt8] = []
        line.append("ROTATE")
        line.append(change)
        line.append(id: id)
        return (.session(.rotate(change)), line)
    }
}

extension TextSink {
    /// Appends the keys of new credentials.
    fileprivate mutating func append(_ change: CredentialChange) {
        if let hash = change.passwordHash {
            append(" hash=")
            append(text: hash)
        }
        if let key = change.publicKey {
            append(" key=")
            append(text: key.hex)
        }
        if let person = change.person { append("person", person) }
    }
}
