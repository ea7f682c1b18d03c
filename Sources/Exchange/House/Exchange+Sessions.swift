import OrderBook
import Permits

// Sessions: logon, logout, loss of connection, dead man's switch.

extension Exchange {
    /// The version of the protocol.
    package static let protocolVersion: Int64 = 1
    /// The longest dead man's switch: a day.
    package static let deadmanSecondsMax: Int64 = 86_400

    mutating func applySession(_ command: SessionCommand, _ sender: Sender) throws(Refusal) -> Outcome {
        switch command {
        case .logon(let version, let cancelOnDisconnect, let takesOver):
            guard version == Exchange.protocolVersion else {
                throw Refusal(
                    .versionNotSupported,
                    "this venue speaks version \(Exchange.protocolVersion), not \(version)"
                )
            }
            try requireLogin(sender)
            guard !members[sender.user].isRevoked else { throw Refusal(.logonFailed, "the login was revoked") }
            if takesOver { loseSession(sender.user) }
            guard !members[sender.user].isLoggedOn else {
                let login = members[sender.user].code
                throw Refusal(
                    .alreadyLoggedOn,
                    "\(members[sender.member].code)/\(login) has a live session; takeover=1 ends it"
                )
            }
            members[sender.user].isLoggedOn = true
            members[sender.user].cancelOnDisconnect = cancelOnDisconnect
            events.append(.sessionOpened(sender.user))
            return .loggedOn(sender.member, sender.user, time: now)
        case .logout:
            try requireLogin(sender)
            close(sender.user)
        case .disconnect:
            try requireLogin(sender)
            loseSession(sender.user)
        case .restart(let rules):
            self.rules = rules ?? self.rules
            for index in members.logins.indices { loseSession(UserID(UInt32(index))) }
        case .rotate(let change):
            try requireLogin(sender)
            try rotate(change, sender.user)
        case .deadman(let seconds):
            try requireLogin(sender)
            let delay = seconds * Timestamp.microsecondsPerSecond
            let deadline = seconds == 0 ? Timestamp.never : now.adding(microseconds: delay)
            members[sender.user].deadman = deadline
            if deadline != .never { timers.add(.deadman(sender.user), at: deadline) }
        }
        return .done
    }

    private func requireLogin(_ sender: Sender) throws(Refusal) {
        guard sender.user != .venue else {
            throw Refusal(.unknownUser, "the entry names a member without a login")
        }
    }

    private mutating func close(_ user: UserID) {
        guard members[user].isLoggedOn else { return }
        members[user].isLoggedOn = false
        members[user].cancelOnDisconnect = false
        events.append(.sessionClosed(user))
    }

    /// Ends a session that did not log out: orders entered under cancel-on-disconnect end with it.
    mutating func loseSession(_ user: UserID) {
        guard members[user].isLoggedOn else { return }
        let cancels = members[user].cancelOnDisconnect
        close(user)
        if cancels { cancelAll(of: members[user].member, .disconnect) { $0.user == user && $0.sessionBound } }
    }
}
