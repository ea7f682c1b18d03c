import Exchange
import Permits
import Seals
import Synchronization
import Wire

// Logon, logout, passwords, lost connections.

extension Sequencer {
    /// What `STATUS` tells beside the venue's own state.
    var served: Served { Served(booked: projector.applied, limits: configuration.limits.rows) }

    /// Gives a nonce for a machine to sign; it serves for one logon.
    func challenge(_ id: Code, _ session: Session) {
        do throws(CryptoError) {
            let nonce = try RandomBytes.makeDigest()
            session.nonce = nonce
            Venue.accept(id: id, nonce: nonce, output: &output)
            route(to: session)
        } catch {
            refuse(id, Refusal(.busy, "there is no randomness now; try again"), session)
        }
    }

    /// Checks who wants to log on: delays and certificate at once, password or signature on another thread.
    func check(_ logon: Logon, _ session: Session) {
        let connection = session.connection
        let name = "\(logon.member)/\(logon.user)"
        let isCertified = connection.certifiedLogins.contains(name)
        let wait = isCertified ? 0 : doorkeeper.delay(name, at: connection.source, now: configuration.clock())
        guard wait == 0 else { return refuse(logon.id, Refusal(delayedLogon: wait), session) }
        let nonce = session.nonce
        session.nonce = nil
        let login = venue.lookUp(member: logon.member, user: logon.user).map { venue.exchange.members[$0.1] }
        if let refusal = certificateRefusal(logon, isCertified: isCertified, connection) {
            return refuse(logon.id, refusal, session)
        }
        let asker = PasswordWorkers.Asker(
            source: connection.source,
            isKnown: isCertified || doorkeeper.isKnown(name, at: connection.source)
        )
        let inbox = inbox
        let isTaken: Bool
        if let signature = logon.signature {
            let text = Logon.signedText(
                nonce: nonce ?? .zero,
                server: connection.serverDigest,
                member: logon.member,
                user: logon.user
            )
            let key = nonce == nil ? nil : login?.publicKey
            isTaken = passwords.verify(signature, of: text, by: key, for: asker) { isRight in
                inbox.add(.checked(connection, logon, isRight, newHash: nil))
            }
        } else if logon.password == nil, isCertified, !isOfficial(logon.member) {
            return finish(logon, isRight: login?.isRevoked == false, newHash: nil, session)
        } else {
            let hash = login.flatMap { $0.passwordHash.isEmpty ? nil : $0.passwordHash }
            isTaken = passwords.verify(logon.password ?? "", against: hash, for: asker) { isRight, newHash in
                inbox.add(.checked(connection, logon, isRight, newHash: newHash))
            }
        }
        guard isTaken else { return refuse(logon.id, PasswordWorkers.busy, session) }
        session.isWaiting = true
    }

    /// Whether a member runs or rules the venue: its logins need a certificate, and a password or signature beside it.
    private func isOfficial(_ member: Code) -> Bool {
        guard let member = venue.exchange.members.member(member) else { return false }
        return [.operator, .regulator].contains(venue.exchange.members[member].role)
    }

    /// Why a connection may not log on as that login, whatever the password; nil if it may.
    private func certificateRefusal(_ logon: Logon, isCertified: Bool, _ connection: Connection) -> Refusal? {
        if !connection.certifiedLogins.isEmpty, !isCertified {
            let names = connection.certifiedLogins.joined(separator: ", ")
            return Refusal(
                .certificateRequired,
                "the client certificate is for \(names), not \(logon.member)/\(logon.user)"
            )
        }
        let isOfficial = isOfficial(logon.member)
        if connection.isReserved, !isOfficial {
            return Refusal(.busy, "the places that are left are for the operator and regulators")
        }
        guard isOfficial, connection.serverDigest != nil, !isCertified else { return nil }
        return Refusal(
            .certificateRequired,
            "\(logon.member) logs on with a client certificate that names weir:\(logon.member)/\(logon.user)"
        )
    }

    func finish(_ logon: Logon, isRight: Bool, newHash: String?, _ session: Session) {
        let name = "\(logon.member)/\(logon.user)"
        let source = session.connection.source
        guard isRight, let (member, user) = venue.lookUp(member: logon.member, user: logon.user) else {
            let failures = doorkeeper.failed(name, at: source, now: configuration.clock())
            if failures.isMultiple(of: 20) { session.connection.note("\(failures) failed logons of \(name)") }
            return refuse(logon.id, Refusal(.logonFailed, "member, user or password is wrong"), session)
        }
        doorkeeper.succeeded(name, at: source)
        let live = sessions.values.first { $0.member != nil && $0.user == user }
        let count = listeners.of(member).count - (live == nil ? 0 : 1)
        guard count < configuration.limits.memberSessionsMax else {
            let text = "\(logon.member) has \(count) sessions, the most that a member may have"
            return refuse(logon.id, Refusal(.limitReached, text), session)
        }
        let reply = apply(logon.command, logon.journalLine(), .logon, logon.id, member, user, from: session)
        guard let reply, case .loggedOn = reply.outcome, !reply.isRepeat else { return }
        if let live { end(live, Refusal(.sessionEnded, "\(name) logged on from another connection")) }
        session.member = member
        session.user = user
        session.isListening = true
        listeners.add(session, to: member)
        output.audience = listeners.audience
        session.connection.memberThrottle = throttle(of: member)
        session.connection.heartbeatSeconds.store(logon.heartbeatSeconds, ordering: .releasing)
        session.connection.logOn()
        if let newHash {
            let change = CredentialChange(passwordHash: newHash)
            let (command, line) = Rotation(old: nil, password: nil, change: change, id: .none).command(hash: nil)
            apply(command, line, .rotate, .none, member, user, from: nil)
        }
    }

    @discardableResult
    private func apply(
        _ command: Command,
        _ line: [UInt8],
        _ verb: Verb,
        _ id: Code,
        _ member: MemberID,
        _ user: UserID,
        from session: Session?
    ) -> Reply? {
        let isRemembered = !id.isEmpty && !verb.isOfSession
        let request = Request(
            time: stamp(),
            member: member,
            user: user,
            verb: verb,
            id: id,
            contentHash: isRemembered ? LineParser.hash(line.span) : 0,
            command: command
        )
        return apply(request, line: line.span, from: session)
    }

    private func throttle(of member: MemberID) -> Throttle? {
        guard let quota = configuration.limits.memberQuota else { return nil }
        let throttle = throttles[member] ?? Throttle(quota)
        throttles[member] = throttle
        return throttle
    }

    /// Hashes a new password on another thread; of one's own login, once the old one was right.
    func hash(_ new: NewCredentials, _ session: Session) {
        let (inbox, connection) = (inbox, session.connection)
        var (password, old): (String?, (password: String, hash: String)?)
        switch new {
        case .login(let login): password = login.password
        case .rotation(let rotation):
            password = rotation.password
            let hash = venue.exchange.members[session.user].passwordHash
            if !hash.isEmpty { old = (rotation.old ?? "", hash) }
        }
        // Who has logged on is no stranger.
        let asker = PasswordWorkers.Asker(source: connection.source, isKnown: true)
        let isTaken = passwords.hash(password, checking: old, for: asker) { hash in
            inbox.add(.hashed(connection, new, hash))
        }
        guard isTaken else { return refuse(new.id, PasswordWorkers.busy, session) }
        session.isWaiting = true
    }

    func set(_ new: NewCredentials, _ hash: Result<String?, Refusal>, _ session: Session) {
        guard let member = session.member else { return }
        switch (hash, new) {
        case (.failure(let refusal), _): refuse(new.id, refusal, session)
        case (.success(let hash), .login(let login)):
            let (command, line) = login.command(hash: hash ?? "")
            apply(command, line, .login, login.id, member, session.user, from: session)
        case (.success(let hash), .rotation(let rotation)):
            let (command, line) = rotation.command(hash: hash)
            apply(command, line, .rotate, rotation.id, member, session.user, from: session)
        }
    }

    /// Ends the connections of logins that the last command has revoked.
    func endRevokedSessions() {
        for session in sessions.values where session.member != nil && venue.exchange.members[session.user].isRevoked {
            end(session, Refusal(.sessionEnded, "the login was revoked"))
        }
    }

    /// Ends a session that the engine has ended already, and says why.
    private func end(_ session: Session, _ refusal: Refusal) {
        leave(session)
        session.member = nil
        refuse(.none, refusal, session)
        end(session)
    }

    func logOut(_ session: Session) {
        leave(session)
        session.member = nil
        end(session)
    }

    /// Closes a session's connection once its replies have left.
    func end(_ session: Session) {
        touch(session)
        session.closes = true
    }

    /// A connection is gone: if it was logged on, the engine is told.
    func close(_ session: Session) {
        leave(session)
        guard let member = session.member else { return }
        let request = Request(
            time: stamp(),
            member: member,
            user: session.user,
            verb: .disconnect,
            id: .none,
            contentHash: 0,
            command: .session(.disconnect)
        )
        apply(request, line: Array("DISCONNECT".utf8).span, from: nil)
    }

    /// Takes a session off every feed.
    func leave(_ session: Session) {
        listeners.remove(session, of: session.isListening ? session.member : nil, session.markets)
        output.audience = listeners.audience
        session.isListening = false
        session.markets = []
    }
}
