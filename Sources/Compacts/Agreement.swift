package import Permits

/// An agreement between members: a dialogue, then a contract that executes by itself.
///
/// Source: trust between governments grows from dialogue over the signed contract to goodwill
/// (Cui and Zheng, on holistic collaborative governance of metropolitan areas).
package struct Agreement: Sendable {
    /// How far it has come.
    package enum State: Spelling, Word {
        /// Nothing binds.
        case dialogue
        /// The terms bind and are executed.
        case contract
        /// Nothing is executed any more; what was owed stays owed.
        case ended
    }

    /// Why it ended.
    package enum Ending: Spelling, Word {
        /// Its term is over.
        case completed
        /// All parties signed its end.
        case terminated
        /// A party left, as the terms allow.
        case exited
        /// A broken promise, as the terms say.
        case broken
        /// The dialogue led to nothing.
        case abandoned
    }

    /// A text that the parties may sign.
    package struct Draft: Sendable {
        /// From 1, in this agreement.
        package var number: UInt64
        package var author: MemberID
        package var terms: Terms

        package init(number: UInt64, author: MemberID, terms: Terms) {
            self.number = number
            self.author = author
            self.terms = terms
        }
    }

    /// A person's signature.
    package struct Signature: Sendable, Equatable {
        package var member: MemberID
        package var user: UserID
        package var time: Timestamp

        package init(member: MemberID, user: UserID, time: Timestamp) {
            self.member = member
            self.user = user
            self.time = time
        }
    }

    /// What is done of one period.
    package struct Progress: Sendable, Equatable {
        /// Whether what is due with its first day is done.
        package var hasStarted = false
        package var isSettled = false
    }

    /// A payment that its receiver has given up before it was due.
    package struct Waiver: Sendable, Equatable {
        package var clause: Code
        package var period: Code
        package var by: MemberID

        package init(clause: Code, period: Code, by: MemberID) {
            self.clause = clause
            self.period = period
            self.by = by
        }
    }

    /// A finding that a party has done what it may be expelled for; the others vote.
    package struct Motion: Sendable, Equatable {
        package var clause: Code
        /// Of the finding.
        package var period: Code
        /// Who is for it.
        package var votes: [MemberID] = []

        package init(clause: Code, period: Code, votes: [MemberID] = []) {
            self.clause = clause
            self.period = period
            self.votes = votes
        }
    }

    /// How a task stands.
    package enum TaskState: Spelling, Word {
        case open, done
        /// Not done by its date.
        case late
        /// Not done when the time to cure was over.
        case broken

        /// Whether it may still be done.
        package var isUndecided: Bool { self == .open || self == .late }
    }

    /// An account of the agreement, by its name in the terms.
    package struct FundState: Sendable, Equatable {
        /// What came in and went out for a period.
        package struct Turnover: Sendable, Equatable {
            package var period: Code
            package var received = Money.zero
            package var paid = Money.zero

            /// What came in and did not go out.
            package var rest: Money { max(.zero, received - paid) }
        }

        package var name: Code
        package var fund: FundID
        /// By period: what its clauses and gifts while it lasted have brought, what its clauses have paid.
        package internal(set) var turnovers: [Turnover] = []

        package init(name: Code, fund: FundID) {
            self.name = name
            self.fund = fund
        }

        /// What came in and went out for a period.
        package func turnover(in period: Code) -> Turnover {
            turnovers.first { $0.period == period } ?? Turnover(period: period)
        }

        /// Counts what came in or went out for a period.
        package mutating func count(received: Money = .zero, paid: Money = .zero, period: Code) {
            let index = turnovers.firstIndex { $0.period == period } ?? turnovers.count
            if index == turnovers.count { turnovers.append(Turnover(period: period)) }
            turnovers[index].received = turnovers[index].received.clampedSum(received)
            turnovers[index].paid = turnovers[index].paid.clampedSum(paid)
        }
    }

    /// Set when it is added to the others.
    package internal(set) var id = AgreementID(0)
    package let code: Code
    package let initiator: MemberID
    /// Whether anyone may join the dialogue.
    package let isOpen: Bool
    /// Who takes part, in order of joining.
    package var members: [MemberID]
    /// Who has left: they come back by themselves, and are not invited again.
    package var left: [MemberID] = []
    package var state = State.dialogue
    package internal(set) var ending: Ending?
    /// When it ended; `.never` until then.
    package internal(set) var ended = Timestamp.never
    /// A draft in the making, and whose.
    package var unfinished: (author: MemberID, text: String)?
    package var draftCount: UInt64 = 0
    /// The last draft that is not in force.
    package var draft: Draft?
    package var signatures: [Signature] = []
    /// What is in force, or was until it ended.
    package var contract: Draft?
    package var concluded = Timestamp.zero
    /// Signatures of its end.
    package var endSignatures: [Signature] = []
    /// When a party leaves.
    package var leaves = Timestamp.never
    /// When its timer falls due; a time that has passed: none is set.
    package var wakes = Timestamp.zero
    /// Those that were not corrected, oldest first.
    package private(set) var readings: [Reading] = []
    /// How many there were in all.
    package var readingCount: UInt64 = 0
    /// The parties that were expelled, by name.
    package var expelled: [Code] = []
    /// The expulsions that wait for votes, the oldest first.
    package var motions: [Motion] = []
    /// By period.
    package var progress: [Progress] = []
    package var waivers: [Waiver] = []
    package var funds: [FundState] = []
    /// By the names of the terms' tasks.
    package var tasks: [(name: Code, state: TaskState)] = []
    /// What was spent for each purpose, by fund and name.
    package var spent: [(fund: Code, purpose: Code, amount: Money)] = []

    package init(code: Code, initiator: MemberID, members: [MemberID], isOpen: Bool) {
        self.code = code
        self.initiator = initiator
        self.members = members
        self.isOpen = isOpen
    }

    /// The terms in force, or that were until it ended.
    package var terms: Terms? { contract?.terms }

    /// The members that decide about it: those that have signed what is in force, but for who was expelled.
    package var signatories: [Code] {
        (terms?.signatories ?? []).filter { code in
            terms?.parties.contains { $0.member == code && $0.signs && !expelled.contains($0.name) } ?? false
        }
    }

    /// The parties that a member still is.
    package func parties(of member: Code) -> [Int] {
        (terms?.parties(of: member) ?? []).filter { !isExpelled($0) }
    }

    /// Whether a party, by its place in the terms, was expelled.
    package func isExpelled(_ party: Int) -> Bool { terms.map { expelled.contains($0.parties[party].name) } ?? false }

    /// Whether a clause's move is one of a party that was expelled: it is not made any more.
    package func isExpelled(_ place: Terms.Place) -> Bool {
        if case .party(let party) = place { isExpelled(party) } else { false }
    }

    /// Whether its terms go by what is verified of a facility.
    package func goes(by facility: Code) -> Bool {
        terms?.measures.contains { if case .facility(facility, _) = $0.source { true } else { false } } ?? false
    }

    /// The fund with a name.
    package func fund(_ name: Code) -> Int? { funds.firstIndex { $0.name == name } }

    /// The readings in a period, by measure.
    package func readings(in period: Code) -> [Code: [Reading]] {
        Dictionary(grouping: readings.lazy.filter { $0.period == period }, by: \.measure)
    }

    /// Takes a reading, in the place of the one that it corrects.
    ///
    /// So each sampler fills places of its own, as many as the terms give it, however often it corrects itself.
    package mutating func take(_ reading: Reading) {
        readingCount = max(readingCount, reading.number)
        readings.removeAll(where: reading.corrects)
        readings.append(reading)
    }

    /// Puts a contract into force: the first one, or an amended one in its place.
    package mutating func conclude(_ draft: Draft, at time: Timestamp) {
        contract = draft
        self.draft = nil
        signatures = []
        endSignatures = []
        if state == .dialogue {
            state = .contract
            concluded = time
        }
        let count = draft.terms.schedule.periods.count
        while progress.count < count { progress.append(Progress()) }
        progress.removeLast(progress.count - count)
        // Whoever is a party of it has signed it.
        expelled = []
        motions.removeAll { motion in !draft.terms.clauses.contains { $0.name == motion.clause } }
        // What an amendment no longer measures has no reading, and what it no longer pays no waiver.
        readings.removeAll { reading in !draft.terms.measures.contains { $0.name == reading.measure } }
        waivers.removeAll { waiver in !draft.terms.clauses.contains { $0.name == waiver.clause } }
        tasks = draft.terms.tasks.map { task in
            (task.name, tasks.first { $0.name == task.name }?.state ?? .open)
        }
    }

    /// Ends it; texts that are not in force are of no more use.
    package mutating func end(_ ending: Ending, at time: Timestamp) {
        state = .ended
        self.ending = ending
        ended = time
        unfinished = nil
        draft = nil
        signatures = []
        motions = []
    }

    /// What a purpose has been paid.
    package func spent(_ purpose: Terms.Purpose, fund: Code) -> Money {
        spent.first { $0.fund == fund && $0.purpose == purpose.name }?.amount ?? .zero
    }

    /// Counts a payment for a purpose.
    package mutating func count(_ amount: Money, _ purpose: Terms.Purpose, fund: Code) {
        if let index = spent.firstIndex(where: { $0.fund == fund && $0.purpose == purpose.name }) {
            spent[index].amount = spent[index].amount.clampedSum(amount)
        } else {
            spent.append((fund, purpose.name, amount))
        }
    }
}
