package import Permits
import Seals

// Sessions and what they hear.

extension RequestRule {
    package static let logon = RequestRule(
        .logon,
        "Starts a session. cod=1 cancels its orders when the connection is lost; hb=N asks for heartbeats; takeover=1 ends "
            + "a live session of the login. sign= answers CHALLENGE in place of a password.",
        by: .everyone,
        .ofSession,
        required: [(.member, .code), (.user, .code), (.version, .integer)],
        optional: [(.password, .text), (.sign, .text), (.takeover, .flag), (.cod, .flag), (.heartbeat, .integer)]
    )

    package static let logout = RequestRule(
        .logout,
        "Ends the session and closes the connection; orders stay.",
        by: .everyone,
        .ofSession
    )

    package static let challenge = RequestRule(
        .challenge,
        "A nonce that a machine signs with its key to log on.",
        by: .everyone
    )

    package static let rotate = RequestRule(
        .rotate,
        "Gives one's own login a new password or key; old= is the password that it has.",
        by: .everyone,
        optional: [(.old, .text), (.password, .text), (.hash, .text), (.key, .digest)],
        example: #"old="…" password="…""#
    )

    package static let ping = RequestRule(
        .ping,
        "Answers with the venue's time and the last sequence number.",
        by: .everyone
    )

    package static let help = RequestRule(
        .help,
        "Lists the verbs, or explains one, or a reject code.",
        by: .everyone,
        optional: [(.verb, .text), (.code, .text)]
    )

    package static let status = RequestRule(
        .status,
        "What became of a request with that id, of today or the day before or while its order lives; without id, the venue's state and limits.",
        by: .everyone
    )

    package static let subscribe = RequestRule(
        .subscribe,
        "Sends a market's public events from now on.",
        by: .everyone,
        required: [(.market, .code)]
    )

    package static let unsubscribe = RequestRule(
        .unsubscribe,
        "Stops them.",
        by: .everyone,
        required: [(.market, .code)]
    )

    package static let resume = RequestRule(
        .resume,
        "Sends a page of a stream's events again from number N: stream=private or a market.",
        by: .everyone,
        required: [(.stream, .code), (.from, .integer)],
        optional: [(.to, .integer), (.limit, .integer), (.history, .text), (.seq, .integer)]
    )

    package static let deadman = RequestRule(
        .deadman,
        "Cancels the login's orders unless repeated within so many seconds; 0 switches it off.",
        by: .participant,
        [.ofSession, .takesBack],
        required: [(.timeout, .integer)]
    )

    package static let clock = RequestRule(.clock, "The sequencer's: timers fall due.", by: .venue, .fromVenueAlone)

    package static let disconnect = RequestRule(
        .disconnect,
        "The sequencer's: a session was lost.",
        by: .everyone,
        [.ofSession, .fromVenueAlone]
    )

    package static let restart = RequestRule(
        .restart,
        "The sequencer's: the venue started, and what follows is under these rules.",
        by: .venue,
        [.ofSession, .fromVenueAlone],
        optional: [(.rules, .integer)]
    )
}

extension LineScanner {
    func readLogon(_ line: Span<UInt8>, id: Code) throws(Refusal) -> ParsedLine.Body {
        .logon(
            Logon(
                member: try required(code(.member, line), .member),
                user: try required(code(.user, line), .user),
                password: try text(.password, line),
                signature: try signature(line),
                takesOver: try flag(.takeover, line),
                version: try required(integer(.version, line, in: 1...Int64.max), .version),
                cancelOnDisconnect: try flag(.cod, line),
                heartbeatSeconds: try integer(.heartbeat, line, in: 1...3600) ?? 0,
                id: id
            )
        )
    }

    func readDeadman(_ line: Span<UInt8>) throws(Refusal) -> ParsedLine.Body {
        .command(
            .session(
                .deadman(seconds: try required(integer(.timeout, line, in: 0...Exchange.deadmanSecondsMax), .timeout))
            )
        )
    }

    func resumption(_ line: Span<UInt8>) throws(Refusal) -> Resumption {
        let from = try required(integer(.from, line, in: 1...Int64.max), .from)
        let sequence = try integer(.seq, line, in: 0...Int64.max)
        var seen: (HistoryID, UInt64)?
        switch (range(.history), sequence) {
        case (nil, nil): break
        case (let range?, let sequence?):
            guard let history = HistoryID(line.extracting(range)) else {
                throw Refusal(.badValue, "history must be 16 hexadecimal digits, as the venue gave it")
            }
            seen = (history, UInt64(sequence))
        default: throw Refusal(.invalidCombination, "RESUME takes history= and seq= together")
        }
        return Resumption(
            stream: try required(code(.stream, line), .stream),
            from: UInt64(from),
            through: try integer(.to, line, in: from...Int64.max).map { UInt64($0) },
            limit: Int(try integer(.limit, line, in: 1...Int64(Limits.feedLinesMax)) ?? Int64(Limits.feedLinesMax)),
            seen: seen
        )
    }

    func rotation(_ line: Span<UInt8>, id: Code) throws(Refusal) -> Rotation {
        let change = try credentials(line)
        let password = try password(line)
        guard password != nil || change != CredentialChange() else {
            throw Refusal(.missingKey, "ROTATE needs password= or key=")
        }
        return Rotation(old: try text(.old, line), password: password, change: change, id: id)
    }

    /// A new password.
    func password(_ line: Span<UInt8>) throws(Refusal) -> String? {
        guard let password = try text(.password, line) else { return nil }
        guard password.utf8.count >= Logon.passwordBytesMin else {
            throw Refusal(.outOfRange, "password must have at least \(Logon.passwordBytesMin) bytes")
        }
        return password
    }

    /// What may stand in a journal: a password's hash, a key.
    func credentials(_ line: Span<UInt8>) throws(Refusal) -> CredentialChange {
        let hash = try text(.hash, line)
        if let hash, !hash.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "\"") }) {
            throw Refusal(.badValue, "hash has other characters than a password hash")
        }
        guard hash == nil || range(.password) == nil else {
            throw Refusal(.invalidCombination, "\(verb.text) takes password= or hash=")
        }
        return CredentialChange(passwordHash: hash, publicKey: try digest(.key, line))
    }

    func signature(_ line: Span<UInt8>) throws(Refusal) -> [UInt8]? {
        guard let text = try text(.sign, line) else { return nil }
        guard let bytes = Hex.bytes(text), bytes.count == Ed25519.signatureByteCount else {
            throw Refusal(.badValue, "sign must be 128 hexadecimal digits, lower case")
        }
        return bytes
    }
}

extension Logon {
    /// The shortest password.
    ///
    /// Source: NIST SP 800-63B, section 5.1.1.1.
    package static let passwordBytesMin = 8
}
