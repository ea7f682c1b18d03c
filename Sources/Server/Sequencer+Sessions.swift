import Exchange
import Permits
import Synchronization
import Wire

// Logon, logout, passwords, lost connections.

extension Sequencer {
    func check(_ logon: Logon, _ session: Session) {
        let hash = venue.lookUp(member: logon.member, user: logon.user).map { venue.passwordHash(of: $0.1) }
        let (inbox, connection) = (inbox, session.connection)
        let taken = passwords.verify(logon.password ?? "", against: hash) { isRight in
            inbox.add(.checked(connection, logon, isRight))
        }
        guard taken else { return refuse(logon.id, PasswordWorkers.busy, session) }
        session.isWaiting = true
    }

    func finish(_ logon: Logon, isRight: Bool, _ session: Session) {
        guard isRight, let (member, user) = venue.lookUp(member: logon.member, user: logon.user) else {
            return refuse(logon.id, Refusal(.logonFailed, "member, user or password is wrong"), session)
        }
        let line = logon.journalLine()
        let reply = apply(
            Request(
                time: stamp(),
                member: member,
                user: user,
                verb: .logon,
                id: logon.id,
                contentHash: 0,
                command: logon.command
            ),
            line: line.span,
            from: session
        )
        guard case .loggedOn = reply.outcome, !reply.isRepeat else { return }
        session.member = member
        session.user = user
        session.isListening = true
        listeners.add(session, to: member)
        output.audience = listeners.audience
        session.connection.memberThrottle = throttle(of: member)
        session.connection.heartbeatSeconds.store(logon.heartbeatSeconds, ordering: .releasing)
        session.connection.isLoggedOn.store(true, ordering: .releasing)
    }

    private func throttle(of member: MemberID) -> Throttle? {
        guard let quota = configuration.memberQuota else { return nil }
        let throttle = throttles[member] ?? Throttle(quota)
        throttles[member] = throttle
        return throttle
    }

    func hash(_ login: NewPassword, _ session: Session) {
        let (inbox, connection) = (inbox, session.connection)
        let taken = passwords.hash(login.password) { hash in inbox.add(.hashed(connection, login, hash)) }
        guard taken else { return refuse(login.id, PasswordWorkers.busy, session) }
        session.isWaiting = true
    }

    func setPassword(_ login: NewPassword, _ hash: Result<String, Refusal>, _ session: Session) {
        guard let member = session.member else { return }
        switch hash {
        case .failure(let refusal): refuse(login.id, refusal, session)
        case .success(let hash):
            let line = login.journalLine(hash: hash)
            apply(
                Request(
                    time: stamp(),
                    member: member,
                    user: session.user,
                    verb: .login,
                    id: login.id,
                    contentHash: login.id.isEmpty ? 0 : LineParser.hash(line.span),
                    command: login.command(hash: hash)
                ),
                line: line.span,
                from: session
            )
        }
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
