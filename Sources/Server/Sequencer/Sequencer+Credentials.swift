import Exchange
import Permits
import Seals
import Storage
import Wire

// New passwords and keys: what a client may set, and what it costs.

extension Sequencer {
    /// Why a password's hash may not come from a client: it is none, or checking it would cost more than the venue has set.
    func credentialRefusal(_ command: Command) -> Refusal? {
        switch command {
        case .admin(.login(_, _, let change)): return change.passwordHash.flatMap(hashRefusal)
        case .approval(.approve(_, _, _, let proposed)): return credentialRefusal(proposed)
        case .approval(.propose(_, act: _, let proposed)): return credentialRefusal(proposed)
        case .admin, .registry, .deal, .water, .approval, .order, .cancel, .amend, .quote, .massCancel, .clock,
            .session, .auction, .compact:
            return nil
        }
    }

    private func hashRefusal(_ hash: String) -> Refusal? {
        guard let cost = PasswordHash.cost(of: hash) else {
            return Refusal(.badValue, "hash is no password hash; `weir keys hash` makes one")
        }
        let bound = configuration.passwordCost
        guard cost.isDearer(than: bound) else { return nil }
        return Refusal(
            .outOfRange,
            "the hash costs \(cost.text); at most \(bound.text), what this venue's own cost: `weir keys hash` makes such"
        )
    }

    /// Hashes a new password on another thread; of one's own login, once the old one was right.
    func hash(_ new: NewCredentials, _ session: Session) {
        guard let member = session.member else { return }
        var new = new
        let (inbox, connection) = (inbox, session.connection)
        let members = venue.exchange.members
        let own = (member: members[member].code, user: members[session.user].code)
        var (password, old): (String?, (password: String, hash: String)?)
        var salt: [UInt8]?
        switch new {
        case .login(let login):
            password = login.password
            if !login.id.isEmpty {
                salt = salts.bytes(.login, by: own, for: (login.member, login.user), id: login.id)
            }
        case .rotation(let rotation, _):
            if let refusal = rotationRefusal(rotation, own, connection) { return refuse(new.id, refusal, session) }
            password = rotation.password
            if !rotation.id.isEmpty { salt = salts.bytes(.rotate, by: own, for: own, id: rotation.id) }
            let hash = members[session.user].passwordHash
            // A repeat changes nothing: the engine compares it with the first, which may have replaced the old password.
            let isRepeat = isUsed(rotation.id, by: member)
            new = .rotation(rotation, isRepeat: isRepeat)
            if !hash.isEmpty, !isRepeat { old = (rotation.old ?? "", hash) }
        }
        // Who has logged on is no stranger.
        let asker = PasswordWorkers.Asker(source: connection.source, isKnown: true)
        let isTaken = passwords.hash(password, salt: salt, checking: old, for: asker) { [new] hash in
            inbox.add(.hashed(connection, new, hash))
        }
        guard isTaken else { return refuse(new.id, PasswordWorkers.busy, session) }
        session.isWaiting = true
    }

    private func isUsed(_ id: Code, by member: MemberID) -> Bool {
        !id.isEmpty && venue.exchange.firstReplies.reply(to: id, of: member) != nil
    }

    /// Why a login may not try to change its credentials now; nil if it may.
    private func rotationRefusal(_ rotation: Rotation, _ own: (member: Code, user: Code), _ connection: Connection)
        -> Refusal?
    {
        guard rotation.change.passwordHash == nil else {
            return Refusal(.unknownKey, "ROTATE takes password= here; hash= stands in journals alone")
        }
        let wait = doorkeeper.delay("\(own.member)/\(own.user)", at: connection.source, now: clock.steady)
        return wait == 0 ? nil : Refusal(delayedLogon: wait)
    }

    func set(_ new: NewCredentials, _ hash: Result<String?, Refusal>, _ session: Session) {
        guard let member = session.member else { return }
        switch (hash, new) {
        case (.failure(let refusal), _):
            if refusal.code == .logonFailed { fail(session.user, of: member, session.connection) }
            refuse(new.id, refusal, session)
        case (.success(let hash), .login(let login)):
            let (command, line) = login.command(hash: hash ?? "")
            apply(command, line, .login, login.id, member, session.user, from: session)
        case (.success, .rotation(let rotation, isRepeat: true)) where !isUsed(rotation.id, by: member):
            // The day has ended meanwhile, and ids are free again: it would act, with an old password that nobody has checked.
            refuse(new.id, Refusal(.busy, "a new day has begun; send it again"), session)
        case (.success(let hash), .rotation(let rotation, _)):
            let (command, line) = rotation.command(hash: hash)
            apply(command, line, .rotate, rotation.id, member, session.user, from: session)
        }
    }

    /// Counts a wrong old password like a logon that failed.
    private func fail(_ user: UserID, of member: MemberID, _ connection: Connection) {
        let members = venue.exchange.members
        _ = doorkeeper.failed("\(members[member].code)/\(members[user].code)", at: connection.source, now: clock.steady)
    }
}
