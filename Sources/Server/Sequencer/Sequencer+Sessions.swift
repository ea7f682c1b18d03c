import DequeModule
import Exchange
import Permits
import Seals
import Storage
import Synchronization
import Wire

// Logon, logout, passwords, lost connections.

extension Sequencer {
    /// What `STATUS` tells beside the venue's own state.
    var served: Served {
        let (checked, damage) = journalCheck.found
        return Served(
            time: time,
            booked: projector.settled,
            checked: checked,
            damage: damage,
            history: journal.history,
            alarms: [clock.alarm].compactMap(\.self) + disks.alarms,
            limits: configuration.limits.rows
        )
    }

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
        let wait = isCertified ? 0 : doorkeeper.delay(name, at: connection.source, now: clock.steady)
        guard wait == 0 else { return refuse(logon, Refusal(delayedLogon: wait), session) }
        let nonce = session.nonce
        session.nonce = nil
        let login = venue.lookUp(member: logon.member, user: logon.user).map { venue.exchange.members[$0.1] }
        if let refusal = certificateRefusal(logon, isCertified: isCertified, connection) {
            return refuse(logon, refusal, session)
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
            isTaken = passwords.verify(signature, of: text, by: key, for: asker) {
                inbox.add(.checked(connection, logon, $0))
            }
        } else if logon.password == nil, isCertified, !isOfficial(logon.member) {
            return finish(logon, login?.isRevoked == false ? .right(newHash: nil) : .wrong, session)
        } else {
            let hash = login.flatMap { $0.passwordHash.isEmpty ? nil : $0.passwordHash }
            isTaken = passwords.verify(logon.password ?? "", against: hash, for: asker) {
                inbox.add(.checked(connection, logon, $0))
            }
        }
        guard isTaken else { return refuse(logon, PasswordWorkers.busy, session) }
        session.isWaiting = true
    }

    /// Refuses a logon, and tells the operator why: by what the client is told, unless there is more to say.
    private func refuse(_ logon: Logon, _ refusal: Refusal, because reason: String? = nil, _ session: Session) {
        let source = session.connection.source
        logonLog.note(logon, from: source, refused: reason ?? refusal.text, at: clock.steady)
        refuse(logon.id, refusal, session)
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

    func finish(_ logon: Logon, _ check: CredentialCheck, _ session: Session) {
        let name = "\(logon.member)/\(logon.user)"
        let source = session.connection.source
        if case .failed(let refusal) = check { return refuse(logon, refusal, session) }
        guard case .right(let newHash) = check,
            let (member, user) = venue.lookUp(member: logon.member, user: logon.user)
        else {
            let failures = doorkeeper.failed(name, at: source, now: clock.steady)
            let refusal = Refusal(.logonFailed, "member, user or password is wrong")
            return refuse(logon, refusal, because: "\(fault(of: logon)), \(failures) in a row", session)
        }
        doorkeeper.succeeded(name, at: source)
        let live = sessions.values.first { $0.member != nil && $0.user == user }
        let count = listeners.of(member).count - (live == nil ? 0 : 1)
        guard count < configuration.limits.memberSessionsMax else {
            let text = "\(logon.member) has \(count) sessions, the most that a member may have"
            return refuse(logon, Refusal(.limitReached, text), session)
        }
        let reply = apply(logon.command, logon.journalLine(), .logon, logon.id, member, user, from: session)
        guard let reply else { return }
        if case .refused(let refusal) = reply.outcome {
            return logonLog.note(logon, from: source, refused: refusal.text, at: clock.steady)
        }
        logonLog.note(logon, from: source, refused: nil, at: clock.steady)
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

    /// What was wrong with a logon, for the operator alone: the client is not told.
    private func fault(of logon: Logon) -> String {
        guard let (_, user) = venue.lookUp(member: logon.member, user: logon.user) else { return "no such login" }
        let login = venue.exchange.members[user]
        if login.isRevoked { return "the login was revoked" }
        if logon.signature != nil { return login.publicKey == nil ? "the login has no key" : "wrong signature" }
        if login.passwordHash.isEmpty { return "the login has no password" }
        return logon.password == nil ? "no password" : "wrong password"
    }

    /// Applies what the session layer has made of a line: `line` is as the journal holds it.
    @discardableResult
    func apply(
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
        for held in session.held where !held.isWritten {
            _ = session.answer(held.ticket) { refuse(held.ticket.id, refusal, session) }
        }
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
