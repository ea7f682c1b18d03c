package import Permits

/// A request that waits for a second person.
package struct Proposal: Sendable, Equatable {
    /// From 1, over the venue.
    package var number: UInt64
    package var member: MemberID
    /// The person who proposed it.
    package var author: UserID
    package var proposed: Timestamp
    package var expires: Timestamp
    /// The request line, exactly as an approval must repeat it.
    package var act: String

    package init(
        number: UInt64,
        member: MemberID,
        author: UserID,
        proposed: Timestamp,
        expires: Timestamp,
        act: String
    ) {
        self.number = number
        self.member = member
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
    /// How long a member's proposals stay open, in seconds, for those that have four eyes on; by member.
    private var seconds: [(member: MemberID, seconds: Int64)] = []
    /// Open proposals, by number.
    package private(set) var proposals: [Proposal] = []
    package private(set) var count: UInt64 = 0

    package init() {}

    /// How long a proposal stays open unless the member says otherwise, in seconds.
    package static let secondsDefault: Int64 = 86_400

    /// Whether a member has four eyes on.
    package func isOn(for member: MemberID) -> Bool { seconds.contains { $0.member == member } }

    /// How long the member's proposals stay open, in seconds.
    package func secondsOpen(for member: MemberID) -> Int64 {
        seconds.first { $0.member == member }?.seconds ?? FourEyes.secondsDefault
    }

    /// Switches four eyes on, or off with nil.
    package mutating func set(_ value: Int64?, for member: MemberID) {
        seconds.removeAll { $0.member == member }
        if let value { seconds.append((member, value)) }
        seconds.sort { $0.member < $1.member }
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
        new.seconds = try coder.list("seconds", old?.seconds) { coder, old throws(SnapshotError) in
            (member: try coder.value("member", old?.member), seconds: try coder.value("seconds", old?.seconds))
        }
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
            author: try coder.value("author", old?.author),
            proposed: try coder.value("proposed", old?.proposed),
            expires: try coder.value("expires", old?.expires),
            act: try coder.value("act", old?.act)
        )
    }
}
