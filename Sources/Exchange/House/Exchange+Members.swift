package import Permits

// Members and their logins.

extension Exchange {
    /// Whether ids are forgotten that are to be remembered, since a member used too many.
    package func hasForgottenIDs(of member: MemberID) -> Bool {
        firstReplies.hasForgotten(ofMember: member, isStaff: members[member].role != .participant)
    }

    mutating func admitMember(code: Code, role: Role, name: String) throws(Refusal) {
        guard members.member(code) == nil else {
            throw Refusal(.alreadyExists, "there is a member \(code) already")
        }
        guard code != Code("-") else {
            throw Refusal(.badValue, "member - stands for a stranger in stream files; choose another code")
        }
        guard role != .venue else { throw Refusal(.badValue, "role=venue is the sequencer's own") }
        guard members.members.count <= Limits.membersMax else {
            throw Refusal(.limitReached, "the venue has \(Limits.membersMax) members, the most it can")
        }
        let id = members.admit(Member(code: code, name: name, role: role))
        events.append(.memberAdmitted(id, code: code, role: role, name: name))
    }

    /// Gives a member another name; what it has signed and retired keeps the one of its day.
    mutating func rename(member code: Code, to name: String) throws(Refusal) {
        let id: MemberID
        do throws(Refusal) { id = try findMember(code) } catch {
            throw Refusal(.missingKey, "there is no member \(code) to be renamed; to admit it MEMBER needs role=")
        }
        guard id != .venue else { throw Refusal(.badValue, "the venue itself has no name") }
        members[id].name = name
        events.append(.memberAdmitted(id, code: code, role: members[id].role, name: name))
    }

    /// Creates a login, or gives an existing one new credentials.
    mutating func setLogin(member code: Code, user: Code, _ change: CredentialChange) throws(Refusal) {
        let member = try findMember(code)
        guard member != .venue else { throw Refusal(.badValue, "the venue itself has no logins") }
        if let person = change.person { try checkPerson(person, of: member) }
        let existing = members.login(user, of: member)
        guard existing != nil || members.loginCount(of: member) < Limits.loginsMax else {
            throw Refusal(.limitReached, "\(code) has \(Limits.loginsMax) logins, the most a member can; change one")
        }
        if let existing, let person = change.person {
            try checkPersons(of: member) { $0[existing].person = person }
        }
        let id = existing ?? members.add(Login(code: user, member: member))
        // A new person alone does not give a login back what was taken from it.
        if change.passwordHash != nil || change.publicKey != nil { members[id].isRevoked = false }
        set(change, for: id)
        startFourEyes(of: member)
    }

    /// Gives one's own login new credentials.
    mutating func rotate(_ change: CredentialChange, _ user: UserID) throws(Refusal) {
        guard !members[user].isRevoked else { throw Refusal(.logonFailed, "the login was revoked") }
        set(change, for: user)
    }

    private mutating func set(_ change: CredentialChange, for id: UserID) {
        if let hash = change.passwordHash { members[id].passwordHash = hash }
        if let key = change.publicKey { members[id].publicKey = key }
        if let person = change.person { members[id].person = person }
        events.append(.loginChanged(id, members[id]))
    }

    /// Takes a login's credentials away and ends its session; its orders stay unless they were to end with the session.
    mutating func revoke(member code: Code, user: Code) throws(Refusal) {
        let member = try findMember(code)
        guard let id = members.login(user, of: member) else {
            throw Refusal(.unknownUser, "\(code) has no login \(user)")
        }
        try checkPersons(of: member) { $0[id].isRevoked = true }
        loseSession(id)
        members[id].passwordHash = ""
        members[id].publicKey = nil
        members[id].isRevoked = true
        events.append(.loginChanged(id, members[id]))
    }

    /// Checks that a person does not come to act for the operator and for a regulator.
    ///
    /// Who runs the venue must not set its caps, nor the other way round.
    private func checkPerson(_ person: Code, of member: MemberID) throws(Refusal) {
        let role = members[member].role
        let opposed: Role? = role == .operator ? .regulator : role == .regulator ? .operator : nil
        guard let opposed else { return }
        let conflict = members.logins.first { $0.person == person && members[$0.member].role == opposed }
        guard let conflict else { return }
        throw Refusal(
            .roleConflict,
            "\(person) acts for the \(opposed.text) \(members[conflict.member].code) as \(conflict.code); nobody is both"
        )
    }
}
