import Audit
import Exchange
import Permits
import Seals

// From fields to the requests of the house.

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
                .deadman(
                    seconds: try required(
                        integer(.timeout, line, in: 0...Exchange.deadmanSecondsMax),
                        .timeout
                    )
                )
            )
        )
    }

    func readMember(_ line: Span<UInt8>) throws(Refusal) -> AdminCommand {
        .member(
            code: try required(code(.member, line), .member),
            role: try required(word(.role, line), .role),
            name: try required(text(.name, line), .name)
        )
    }

    func readRevoke(_ line: Span<UInt8>) throws(Refusal) -> AdminCommand {
        .revoke(
            member: try required(code(.member, line), .member),
            user: try required(code(.user, line), .user)
        )
    }

    func readDeposit(_ line: Span<UInt8>) throws(Refusal) -> AdminCommand {
        let member = try required(code(.member, line), .member)
        let currency = try required(word(.currency, line, Currency.self), .currency)
        let amount = try required(decimal(.amount, line), .amount)
        return verb == .deposit
            ? .deposit(member: member, currency: currency, amount: amount)
            : .withdraw(member: member, currency: currency, amount: amount)
    }

    func readFourEyes(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .fourEyes(
            isOn: try flag(.on, line),
            seconds: try integer(.within, line, in: 60...Limits.proposalSecondsMax) ?? FourEyes.secondsDefault
        )
    }

    func readPropose(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        let (act, request) = try proposed(line)
        return .propose(verb: request.verb, act: act)
    }

    func readApprove(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        let (act, request) = try proposed(line)
        guard case .command(let command) = request.body else {
            throw Refusal(.invalidCombination, "\(request.verb.text) cannot be proposed")
        }
        return .approve(proposal: try number(.proposal, line), act: act, verb: request.verb, command: command)
    }

    func readDecline(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        .decline(proposal: try number(.proposal, line), text: try text(.text, line) ?? "")
    }

    func readCheckpoint(_ line: Span<UInt8>) throws(Refusal) -> LogInquiry {
        let size = try integer(.size, line, in: 1...Int64.max).map { UInt64($0) }
        let isCosigned = try flag(.cosigned, line)
        guard size == nil || !isCosigned else {
            throw Refusal(.invalidCombination, "CHECKPOINT takes size= or cosigned=1")
        }
        return .checkpoint(size: size, isCosigned: isCosigned)
    }

    func readProof(_ line: Span<UInt8>) throws(Refusal) -> LogInquiry {
        let any = 0...Int64.max
        let size = try integer(.size, line, in: 1...Int64.max).map { UInt64($0) }
        let sequence = try integer(.seq, line, in: any).map { UInt64($0) }
        let count = try integer(.n, line, in: any).map { UInt64($0) }
        let leaf = try integer(.leaf, line, in: any).map { UInt64($0) }
        let from = try integer(.from, line, in: any).map { UInt64($0) }
        let stream = try code(.stream, line)
        switch (sequence, count, leaf, from) {
        case (let sequence?, let count?, nil, nil):
            return .line(stream: stream ?? Exchange.privateStream, sequence: sequence, count: count, size: size)
        case (nil, nil, let leaf?, nil) where stream == nil: return .leaf(leaf, size: size)
        case (nil, nil, nil, let from?) where stream == nil: return .growth(from: from, size: size)
        default:
            throw Refusal(
                .invalidCombination,
                "PROOF needs seq= and n= of a line, with stream= unless it is private; or leaf=; or from="
            )
        }
    }

    func readCosign(_ line: Span<UInt8>) throws(Refusal) -> LogInquiry {
        let size = try integer(.size, line, in: 1...Int64.max).map { UInt64($0) }
        guard let signer = NoteSigner(text: try required(text(.key, line), .key)), signer.algorithm == .cosignature
        else { throw Refusal(.badValue, "key is no verifier key of a witness: NAME+HEX8+BASE64") }
        guard let signature = SignedNote.Signature(line: try required(text(.line, line), .line)) else {
            throw Refusal(.badValue, "line is no signature line: \u{2014} NAME BASE64")
        }
        return .cosign(size: try required(size, .size), signer, signature)
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

    func loginBody(_ line: Span<UInt8>, id: Code) throws(Refusal) -> ParsedLine.Body {
        let member = try required(code(.member, line), .member)
        let user = try required(code(.user, line), .user)
        var change = try credentials(line)
        change.person = try code(.person, line)
        guard let password = try password(line) else {
            return .command(.admin(.login(member: member, user: user, change)))
        }
        return .login(NewLogin(member: member, user: user, password: password, change: change, id: id))
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

    /// The request within a proposal or approval: its text, and what it reads as.
    func proposed(_ line: Span<UInt8>) throws(Refusal) -> (act: String, request: ParsedLine) {
        let act = try required(text(.act, line, bytesMax: Limits.lineBytesMax), .act)
        let bytes = Array(act.utf8)
        let request: ParsedLine
        do throws(ParseFailure) { request = try LineParser.parse(bytes.span) } catch {
            throw Refusal(error.refusal.code, "act: \(error.refusal.text)")
        }
        if case .login = request.body {
            throw Refusal(.badValue, "act: a proposal is kept, so LOGIN takes hash= here, never a password")
        }
        guard case .command = request.body else {
            throw Refusal(.invalidCombination, "\(request.verb.text) cannot be proposed")
        }
        return (act, request)
    }
}

extension Logon {
    /// The shortest password.
    ///
    /// Source: NIST SP 800-63B, section 5.1.1.1.
    package static let passwordBytesMin = 8
}
