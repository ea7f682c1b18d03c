package import Permits

/// A request that waits for a second person.
package struct Proposal: Sendable, Equatable {
    /// From 1, over the venue.
    package var number: UInt64
    package var member: MemberID
    /// Whose person approves it: the member's own, or that of the member whose login it would make.
    package var approver: MemberID
    /// The person who proposed it.
    package var author: UserID
    package var proposed: Timestamp
    package var expires: Timestamp
    /// The request line, exactly as an approval must repeat it.
    package var act: String

    package init(
        number: UInt64,
        member: MemberID,
        approver: MemberID,
        author: UserID,
        proposed: Timestamp,
        expires: Timestamp,
        act: String
    ) {
        self.number = number
        self.member = member
        self.approver = approver
        self.author = author
        self.proposed = proposed
        self.expires = expires
        self.act = act
    }
}

/// How a proposal ended.
package enum ProposalState: Spelling, Word {
    case open, approved, declined, expired
}

/// Which requests need two persons of a member, and the proposals that wait.
///
/// Source: the Union Registry, where one representative initiates and another approves out of band.
package struct FourEyes: Sendable {
    /// What a member has chosen, or what was chosen for it.
    package struct Choice: Sendable, Equatable {
        package var member: MemberID
        /// How long its proposals stay open, in seconds; nil: four eyes are off.
        package var seconds: Int64?
        /// The most permits that one person may retire at once.
        package var retirementMax = Quantity.zero

        package init(member: MemberID, seconds: Int64?, retirementMax: Quantity = .zero) {
            (self.member, self.seconds, self.retirementMax) = (member, seconds, retirementMax)
        }
    }

    /// By member.
    private var choices: [Choice] = []
    /// Whether operators and regulators that have not chosen have it on as soon as they have two persons.
    package var startsByItself = false
    /// Open proposals, by number.
    package private(set) var proposals: [Proposal] = []
    package private(set) var count: UInt64 = 0

    package init() {}

    /// How long a proposal stays open unless the member says otherwise, in seconds.
    package static let secondsDefault: Int64 = 86_400

    /// How long a member has to answer a login that another would make of it, before a regulator may, in seconds.
    package static let recoverySeconds: Int64 = 7 * 86_400

    /// Whether a member has four eyes on.
    package func isOn(for member: MemberID) -> Bool { choice(of: member)?.seconds != nil }

    /// What a member has chosen; nil if nothing was yet.
    package func choice(of member: MemberID) -> Choice? { choices.first { $0.member == member } }

    /// How long the member's proposals stay open, in seconds.
    package func secondsOpen(for member: MemberID) -> Int64 {
        choice(of: member)?.seconds ?? FourEyes.secondsDefault
    }

    /// Switches four eyes on or off.
    package mutating func set(_ choice: Choice) {
        choices.removeAll { $0.member == choice.member }
        choices.append(choice)
        choices.sort { $0.member < $1.member }
    }

    /// The open proposal with a number.
    package func proposal(_ number: UInt64) -> Proposal? { proposals.first { $0.number == number } }

    /// Adds a proposal, giving it its number.
    package mutating func add(_ proposal: Proposal) -> UInt64 {
        count += 1
        var numbered = proposal
        numbered.number = count
        proposals.append(numbered)
        return count
    }

    /// Takes a proposal off the list.
    package mutating func remove(_ number: UInt64) { proposals.removeAll { $0.number == number } }
}

extension FourEyes: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: FourEyes?) throws(SnapshotError) -> FourEyes {
        var new = FourEyes()
        new.choices = try coder.list("choices", old?.choices) { coder, old throws(SnapshotError) in
            Choice(
                member: try coder.value("member", old?.member),
                seconds: try coder.optional("seconds", old?.seconds),
                retirementMax: try coder.value("retirementMax", old?.retirementMax)
            )
        }
        new.startsByItself = try coder.value("startsByItself", old?.startsByItself)
        new.count = try coder.value("count", old?.count)
        new.proposals = try coder.list("proposals", old?.proposals)
        return new
    }
}

extension Proposal: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Proposal?) throws(SnapshotError) -> Proposal {
        Proposal(
            number: try coder.value("number", old?.number),
            member: try coder.value("member", old?.member),
            approver: try coder.value("approver", old?.approver),
            author: try coder.value("author", old?.author),
            proposed: try coder.value("proposed", old?.proposed),
            expires: try coder.value("expires", old?.expires),
            act: try coder.value("act", old?.act)
        )
    }
}
