package import Permits
import Registry
package import Seals

/// A legal entity at the venue.
package struct Member: Sendable, Equatable {
    package var code: Code
    package var name: String
    package var role: Role
    /// Whether it has to surrender permits; purchase limits tell such members from general market participants.
    package internal(set) var isCompliance = true
    /// The associate under whose number its group goes; nil for a member on its own.
    package internal(set) var group: MemberID?
    /// Whether it shares its limits with others; made from the groups.
    package fileprivate(set) var hasAssociates = false
    /// The regulator that said so.
    package internal(set) var classifier: MemberID?
    /// The number of the last event on its private stream.
    package var streamCount: UInt64 = 0
}

/// A person's or machine's login of a member.
package struct Login: Sendable, Equatable {
    package var code: Code
    package var member: MemberID
    /// The password's hash in its text form; empty if it has none.
    package var passwordHash = ""
    /// What checks the signatures of a machine; nil if it has none.
    package var publicKey: Digest?
    /// Whose login it is; empty for a person of its own.
    package var person = Code.none
    /// Whether the operator has taken its credentials away.
    package var isRevoked = false
    package var isLoggedOn = false
    /// Whether the live session asked for its orders to be cancelled when it is lost.
    package var cancelOnDisconnect = false
    /// When the dead man's switch fires; `.never` if it is off.
    package var deadman = Timestamp.never
}

/// Members and their logins.
///
/// Index 0 of each is the venue itself.
package struct Members: Sendable {
    package private(set) var members: ContiguousArray<Member> = []
    package private(set) var logins: ContiguousArray<Login> = []
    /// Where each member's code stands, which is its index.
    private var codes = CodeTable()
    private var order = CodeOrder()
    private var loginByCode: [LoginKey: UserID] = [:]
    /// How many logins each member has.
    private var loginsOfMember: [MemberID: Int] = [:]
    /// The members of each group, by its lead; made from `Member.group`.
    private var groups: [MemberID: [MemberID]] = [:]

    private struct LoginKey: Hashable {
        let member: MemberID
        let code: Code
    }

    /// The code under which the venue's own entries stand in a journal.
    package static let venueCode = Code("venue") ?? .none

    init() {
        admit(Member(code: Members.venueCode, name: "The venue", role: .venue))
        add(Login(code: .none, member: .venue))
    }

    /// Gives this copy memory of its own.
    mutating func makeOwn() { codes.makeOwn() }

    package subscript(member: MemberID) -> Member {
        get { members[Int(member.index)] }
        _modify { yield &members[Int(member.index)] }
    }

    package subscript(user: UserID) -> Login {
        get { logins[Int(user.index)] }
        _modify { yield &logins[Int(user.index)] }
    }

    /// The member with a code.
    package func member(_ code: Code) -> MemberID? { codes.place(of: code).map { MemberID(UInt32($0)) } }

    /// All members but the venue by code, behind one code if it is given.
    package func byCode(behind last: Code?) -> some Sequence<MemberID> {
        order.places(behind: last) { members[Int($0)].code }.lazy.map { MemberID($0) }.filter { $0 != .venue }
    }

    /// The login of a member with a code.
    package func login(_ code: Code, of member: MemberID) -> UserID? {
        loginByCode[LoginKey(member: member, code: code)]
    }

    /// How many logins a member has, revoked ones too.
    func loginCount(of member: MemberID) -> Int { loginsOfMember[member] ?? 0 }

    /// Whether two logins are one person's.
    package func isSamePerson(_ a: UserID, _ b: UserID) -> Bool {
        a == b || (!self[a].person.isEmpty && self[a].person == self[b].person)
    }

    /// Whether a member has logins of two persons, such as were not revoked.
    /// - Complexity: the number of all logins.
    package func hasTwoPersons(_ member: MemberID) -> Bool {
        let own = logins.indices.filter { logins[$0].member == member && !logins[$0].isRevoked }.map {
            UserID(UInt32($0))
        }
        return own.contains { !isSamePerson($0, own[0]) }
    }

    /// A member and those with whom it shares its limits, by number.
    package func associates(of member: MemberID) -> [MemberID] {
        groups[self[member].group ?? member] ?? [member]
    }

    /// Gathers the groups anew, after one changed.
    mutating func gatherAssociates() {
        groups = [:]
        for (index, member) in members.enumerated() {
            guard let lead = member.group else { continue }
            groups[lead, default: [lead]].append(MemberID(UInt32(index)))
        }
        for lead in groups.keys { groups[lead]?.sort() }
        for index in members.indices {
            members[index].hasAssociates = groups[members[index].group ?? MemberID(UInt32(index))] != nil
        }
    }

    /// Adds a member; the caller has checked that its code is new.
    @discardableResult
    mutating func admit(_ member: Member) -> MemberID {
        let id = MemberID(UInt32(members.count))
        members.append(member)
        codes.append(member.code)
        order.insert(id.index) { members[Int($0)].code }
        return id
    }

    /// Adds a login; the caller has checked that it is new.
    @discardableResult
    mutating func add(_ login: Login) -> UserID {
        let key = LoginKey(member: login.member, code: login.code)
        let id = UserID(UInt32(logins.count))
        logins.append(login)
        loginByCode[key] = id
        loginsOfMember[login.member, default: 0] += 1
        return id
    }
}

extension Members: Layout {
    /// All but the venue itself.
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Members?) throws(SnapshotError) -> Members {
        var new = Members()
        for member in try coder.list("members", old?.members.dropFirst()) { new.admit(member) }
        new.gatherAssociates()
        for login in try coder.list("logins", old?.logins.dropFirst()) { new.add(login) }
        return new
    }
}

extension Member: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Member?) throws(SnapshotError) -> Member {
        Member(
            code: try coder.value("code", old?.code),
            name: try coder.value("name", old?.name),
            role: try coder.value("role", old?.role),
            isCompliance: try coder.value("isCompliance", old?.isCompliance),
            group: try coder.value("group", old?.group, none: MemberID(.max)),
            classifier: try coder.value("classifier", old?.classifier, none: MemberID(.max)),
            streamCount: try coder.value("streamCount", old?.streamCount)
        )
    }
}

extension Login: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Login?) throws(SnapshotError) -> Login {
        Login(
            code: try coder.value("code", old?.code),
            member: try coder.value("member", old?.member),
            passwordHash: try coder.value("passwordHash", old?.passwordHash),
            publicKey: try coder.optional("publicKey", old?.publicKey),
            person: try coder.value("person", old?.person),
            isRevoked: try coder.value("isRevoked", old?.isRevoked),
            isLoggedOn: try coder.value("isLoggedOn", old?.isLoggedOn),
            cancelOnDisconnect: try coder.value("cancelOnDisconnect", old?.cancelOnDisconnect),
            deadman: try coder.value("deadman", old?.deadman)
        )
    }
}
