import Permits

// Members and their logins.

extension Exchange {
    mutating func admitMember(
        code: Code,
        role: Role,
        name: String,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
        guard members.member(code) == nil else {
            throw Refusal(.alreadyExists, "there is a member \(code) already")
        }
        guard code != Code("-") else {
            throw Refusal(.badValue, "member - stands for a stranger in stream files; choose another code")
        }
        guard role != .venue else { throw Refusal(.badValue, "role=venue is the sequencer's own") }
        let id = members.admit(Member(code: code, name: name, role: role))
        events.append(.memberAdmitted(id, code: code, role: role, name: name))
    }

    /// Creates a login, or gives an existing one a new password.
    mutating func setLogin(
        member code: Code,
        user: Code,
        passwordHash: String,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
        let member = try findMember(code)
        guard member != .venue else { throw Refusal(.badValue, "the venue itself has no logins") }
        let id = members.add(Login(code: user, member: member, passwordHash: passwordHash))
        events.append(.loginCreated(id, member: member, code: user, passwordHash: passwordHash))
    }
}
