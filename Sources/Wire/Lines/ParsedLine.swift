package import Exchange
package import Permits
package import Registry
package import Seals

/// A request line, read and typed; its symbols are still codes.
package struct ParsedLine: Sendable {
    package let verb: Verb
    package let id: Code
    /// A hash of the line's bytes; 0 without an id.
    package let contentHash: UInt64
    package let body: Body

    /// What the line asks for.
    package enum Body: Sendable {
        /// For the engine and the journal.
        case command(Command)
        /// Answered from the engine's state, not journalled.
        case query(Query)
        case logon(Logon)
        /// For the session layer, which makes the nonce.
        case challenge
        case login(NewLogin)
        case rotate(Rotation)
        /// Sealed before it is written.
        case bid(BidLine)
        /// Answered from what settlement has kept.
        case inquiry(Inquiry)
        case subscribe(market: Code)
        case unsubscribe(market: Code)
        case resume(Resumption)
    }
}

/// What of a stream a client wants again.
package struct Resumption: Sendable {
    /// `private`, or the code of a public stream.
    package let stream: Code
    /// The first number.
    package let from: UInt64
    /// The last one; nil for the stream's last.
    package let through: UInt64?
    /// The most lines at once.
    package let limit: Int
    /// Under which of the venue's histories the client has seen what comes before, and the newest command of that; nil if
    /// it does not say.
    package let seen: (history: HistoryID, sequence: UInt64)?
}

/// A request that reads.
package enum Query: Sendable, Equatable {
    case ping
    case help(verb: String?, code: String?)
    case status(original: Code?)
    case account(member: Code?)
    case orders(market: Code?, member: Code?, from: UInt64, limit: Int)
    case book(market: Code, depth: Int)
    case trades(market: Code, limit: Int)
    case markets(Code?)
    case programs(Code?)
    case members(from: Code?)
    case ledger
    case auctions(Code?)
    /// The sender's own.
    case bids(auction: Code)
    case result(auction: Code, from: Int, limit: Int)
    indirect case registry(RegistryQuery)
    indirect case compact(CompactQuery)
    /// A page of what another query lists.
    indirect case page(Int, Query)
}

/// A request that reads the registry.
package enum RegistryQuery: Sendable, Equatable {
    case rules(program: Code)
    case facilities(program: Code?, member: Code?, facility: Code?, from: Code?)
    case reports(facility: Code, period: Int64?)
    case obligations(program: Code?, member: Code?, facility: Code?, period: Int64?, from: Code?)
    case blocks(ClassName, member: Code?, facility: Code?, from: Int, limit: Int)
    case transfers
    case penalties(program: Code?, member: Code?, from: UInt64)
    case proposals
    case concentration(ClassName)
    case seasons(program: Code?)
    case links(program: Code?)
    case reach(market: Code, depth: Int)
    case swaps
    case offers
    case rights(member: Code?)
}

/// A request that reads agreements.
package enum CompactQuery: Sendable, Equatable {
    case compacts(Code?, member: Code?, from: Code?)
    case terms(Code, ofDraft: Bool)
    case periods(Code)
    case readings(Code, measure: Code?, period: Code?, from: UInt64)
    case claims(Code?, member: Code?, from: UInt64)
    case funds(Code)
    case standing(member: Code?, from: Code?)
    case complaints(Code?, member: Code?, from: UInt64)
    case labels(Code?, member: Code?, facility: Code?, from: Code?)
}

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

/// `BID` as it arrives; its prices go no further than the gate that seals it.
package struct BidLine: Sendable {
    package let bid: PlainBid
    package let id: Code

    /// The line as the journal holds it.
    package func journalLine(_ sealed: SealedBid) -> [UInt8] {
        var line: [UInt8] = []
        line.append("SEALEDBID auction=")
        line.append(code: sealed.auction)
        line.append("qty", sealed.quantity)
        line.append(" commit=")
        line.append(text: sealed.commitment.hex)
        line.append(" box=")
        line.append(text: Hex.text(sealed.box))
        line.append(id: id)
        return line
    }
}

extension TextSink {
    /// Appends ` id=…` if there is one.
    mutating func append(id: Code) {
        guard !id.isEmpty else { return }
        append(" id=")
        append(code: id)
    }
}

/// Why a line was refused before it reached the engine.
package struct ParseFailure: Error, Sendable {
    /// The line's id, if it has a readable one.
    package let id: Code
    package let refusal: Refusal

    package init(id: Code, refusal: Refusal) {
        self.id = id
        self.refusal = refusal
    }
}
