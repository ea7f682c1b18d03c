import Audit
package import Permits
import Seals

// Members, cash, approvals, the sealed log.

extension RequestRule {
    package static let member = RequestRule(
        .member,
        "Admits a member; without role= one that is there gets another name.",
        by: [.operator, .venue],
        .twoPersons,
        required: [(.member, .code), (.name, .text)],
        optional: [(.role, .words(Role.self, without: [.venue]))],
        example: #"member=acme role=participant name="Acme Steel""#
    )

    package static let login = RequestRule(
        .login,
        "Creates a login, or gives it a new password, key or person; with none of them it logs on by certificate.",
        by: [.operator, .venue],
        .twoPersons,
        required: [(.member, .code), (.user, .code)],
        optional: [(.password, .text), (.hash, .text), (.key, .digest), (.person, .code)],
        example: #"member=acme user=anna password="…""#
    )

    package static let revoke = RequestRule(
        .revoke,
        "Takes a login's password and key away, and ends its session.",
        by: [.operator, .venue],
        .twoPersons,
        required: [(.member, .code), (.user, .code)],
        optional: [(.text, .text)]
    )

    package static let dayEnd = RequestRule(
        .dayEnd,
        "Ends the trading day; every market must be closed.",
        by: .operator
    )

    package static let deposit = RequestRule(
        .deposit,
        "Credits cash that arrived.",
        by: .operator,
        .twoPersons,
        required: [(.member, .code), (.currency, .currency), (.amount, .decimal)]
    )

    package static let withdraw = RequestRule(
        .withdraw,
        "Debits cash that is paid out.",
        by: .operator,
        .twoPersons,
        required: [(.member, .code), (.currency, .currency), (.amount, .decimal)]
    )

    package static let account = RequestRule(
        .account,
        "A member's cash and permits; one's own unless member is given.",
        by: .parties,
        optional: [(.member, .code)]
    )

    package static let members = RequestRule(.members, "The members.", by: .everyone, optional: [(.from, .code)])

    package static let ledger = RequestRule(
        .ledger,
        "Per asset: issued = held + retired; debits = credits.",
        by: [.operator, .regulator, .verifier, .observer],
        .inPages
    )

    package static let fourEyes = RequestRule(
        .fourEyes,
        "Whether what matters needs two persons of the member: caps, issue, cash, logins, markets, transfers and so on.",
        by: [.operator, .regulator, .participant, .venue],
        .twoPersons,
        required: [(.on, .flag)],
        optional: [(.within, .integer), (.above, .integer)]
    )

    package static let propose = RequestRule(
        .propose,
        "Proposes a request for another person to approve.",
        by: .parties,
        required: [(.act, .text)],
        example: #"act="FOUREYES on=1""#
    )

    package static let approve = RequestRule(
        .approve,
        "Performs a proposed request; act is its exact content.",
        by: .parties,
        required: [(.proposal, .integer), (.act, .text)],
        example: #"proposal=1 act="CAP program=CO2 vintage=2027 cap=1000000""#
    )

    package static let decline = RequestRule(
        .decline,
        "Ends a proposal.",
        by: .parties,
        required: [(.proposal, .integer)],
        optional: [(.text, .text)]
    )

    package static let proposals = RequestRule(
        .proposals,
        "The member's open proposals, with their exact content.",
        by: .parties,
        .inPages
    )

    package static let checkpoint = RequestRule(
        .checkpoint,
        "The sealed log's signed checkpoint, line by line: the newest, with cosigned=1 the newest with a witness, or of a size.",
        by: .everyone,
        optional: [(.size, .integer), (.cosigned, .flag)]
    )

    package static let proof = RequestRule(
        .proof,
        "Proves a line of a stream by its seq and n, a leaf by its index, or with from that the log only grew since.",
        by: .everyone,
        optional: [
            (.seq, .integer), (.n, .integer), (.stream, .code), (.leaf, .integer), (.from, .integer), (.size, .integer),
        ],
        example: #"leaf=0"#
    )

    package static let cosign = RequestRule(
        .cosign,
        "A witness's signature of a checkpoint: key is its verifier key, line the signature line.",
        by: .regulator,
        required: [(.size, .integer), (.key, .text), (.line, .text)],
        example: "size=1 key=epa+efe82c66+BAMFOs97jbLg1dkFrQHpe3M6T7mzxPlSwiPIjjXhuPVv line=\"\u{2014} epa AAAAAAAA\""
    )
}

/// Commands of four eyes.
package enum ApprovalCommand: Sendable, Equatable {
    case fourEyes(isOn: Bool, seconds: Int64, above: Quantity)
    /// `verb` is that of the request in `act`, `command` is what it reads as.
    indirect case propose(verb: Verb, act: String, command: Command)
    /// `command` is what `act` reads as.
    indirect case approve(proposal: UInt64, act: String, verb: Verb, command: Command)
    case decline(proposal: UInt64, text: String)
}

extension LineScanner {
    func readMember(_ line: Span<UInt8>) throws(Refusal) -> AdminCommand {
        let code = try required(code(.member, line), .member)
        let name = try required(text(.name, line), .name)
        guard let role = try word(.role, line, Role.self) else { return .rename(member: code, name: name) }
        return .member(code: code, role: role, name: name)
    }

    func readRevoke(_ line: Span<UInt8>) throws(Refusal) -> AdminCommand {
        .revoke(member: try required(code(.member, line), .member), user: try required(code(.user, line), .user))
    }

    func readDeposit(_ line: Span<UInt8>) throws(Refusal) -> AdminCommand {
        let member = try required(code(.member, line), .member)
        let currency = try required(word(.currency, line, Currency.self), .currency)
        let amount = try required(decimal(.amount, line), .amount)
        return verb == .deposit
            ? .deposit(member: member, currency: currency, amount: amount)
            : .withdraw(member: member, currency: currency, amount: amount)
    }

    func readFourEyes(_ line: Span<UInt8>) throws(Refusal) -> ApprovalCommand {
        .fourEyes(
            isOn: try flag(.on, line),
            seconds: try integer(.within, line, in: 60...Limits.proposalSecondsMax) ?? FourEyes.secondsDefault,
            above: Quantity(try integer(.above, line, in: 0...Limits.quantityMax.units) ?? 0)
        )
    }

    func readPropose(_ line: Span<UInt8>) throws(Refusal) -> ApprovalCommand {
        let (act, request, command) = try proposed(line)
        return .propose(verb: request.verb, act: act, command: command)
    }

    func readApprove(_ line: Span<UInt8>) throws(Refusal) -> ApprovalCommand {
        let (act, request, command) = try proposed(line)
        return .approve(proposal: try number(.proposal, line), act: act, verb: request.verb, command: command)
    }

    func readDecline(_ line: Span<UInt8>) throws(Refusal) -> ApprovalCommand {
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

    /// The request within a proposal or approval: its text, and what it reads as.
    func proposed(_ line: Span<UInt8>) throws(Refusal) -> (act: String, request: ParsedLine, command: Command) {
        let act = try required(text(.act, line, bytesMax: Limits.lineBytesMax), .act)
        let bytes = Array(act.utf8)
        let request: ParsedLine
        do throws(ParseFailure) { request = try LineParser.parse(bytes.span) } catch {
            throw Refusal(error.refusal.code, "act: \(error.refusal.text)")
        }
        if case .login = request.body {
            throw Refusal(.badValue, "act: a proposal is kept, so LOGIN takes hash= here, never a password")
        }
        guard case .command(let command) = request.body else {
            throw Refusal(.invalidCombination, "\(request.verb.text) cannot be proposed")
        }
        return (act, request, command)
    }
}
