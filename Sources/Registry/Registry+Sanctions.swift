package import Permits

// Deadlines, penalties, suspensions.

extension Registry {
    /// Sets the money of an undetermined penalty.
    package mutating func determine(penalty index: Int, _ amount: Money) { penalties[index].determine(amount) }

    /// The suspension of a member in a program.
    package func suspension(of member: MemberID, in program: ProgramID) -> Suspension? {
        suspensions.first { $0.member == member && $0.program == program }
    }

    /// The suspension, in whatever program, that freezes a member's accounts.
    package func freeze(of member: MemberID) -> Suspension? {
        suspensions.first { $0.member == member && $0.isFrozen }
    }

    /// Sets or lifts a suspension.
    package mutating func set(_ suspension: Suspension?, of member: MemberID, in program: ProgramID) {
        suspensions.removeAll { $0.member == member && $0.program == program }
        if let suspension { suspensions.append(suspension) }
    }

    /// Counts an auction of a program's regulator against the suspensions that last for a number of them.
    /// - Returns: whose suspension ends with it.
    package mutating func countAuction(of program: ProgramID) -> [MemberID] {
        for index in suspensions.indices where suspensions[index].program == program {
            suspensions[index].auctions = suspensions[index].auctions.map { $0 - 1 }
        }
        return suspensions.filter { $0.program == program && $0.auctions == 0 }.map(\.member)
    }

    /// Adds a deadline.
    /// - Returns: its number.
    package mutating func add(_ deadline: Deadline) -> Int {
        deadlines.append(deadline)
        return deadlines.count - 1
    }

    /// Marks a deadline as settled.
    package mutating func finish(deadline: Int) { deadlines[deadline].isDone = true }

    /// Marks a deadline as replaced; its timer does nothing then.
    package mutating func replace(deadline: Int) { deadlines[deadline].isReplaced = true }

    /// Adds a penalty.
    package mutating func add(_ penalty: Penalty) {
        penaltiesOfMember[penalty.member, default: []].append(penalties.count)
        penalties.append(penalty)
    }

    /// A member's penalties, in order.
    package func penalties(of member: MemberID) -> [Penalty] {
        (penaltiesOfMember[member] ?? []).map { penalties[$0] }
    }

    /// Marks a penalty as paid.
    package mutating func pay(penalty index: Int) { penalties[index].isPaid = true }
}
