import Audit
import Permits

// Four eyes: a request waits for a second person, who sends exactly the same bytes.

extension Exchange {
    mutating func setFourEyes(_ isOn: Bool, seconds: Int64, _ sender: Sender) throws(Refusal) {
        let own = members.logins.indices.map { UserID(UInt32($0)) }.filter { members[$0].member == sender.member }
        guard !isOn || own.contains(where: { !members.isSamePerson($0, own[0]) }) else {
            throw Refusal(
                .invalidCombination,
                "\(members[sender.member].code) needs logins of two persons for four eyes"
            )
        }
        fourEyes.set(isOn ? seconds : nil, for: sender.member)
    }

    mutating func propose(_ verb: Verb, act: String, _ sender: Sender) throws(Refusal) -> Outcome {
        try Permissions.check(members[sender.member].role, verb)
        guard verb.needsTwoPersons else {
            throw Refusal(.invalidCombination, "\(verb.text) needs no second person; send it as it is")
        }
        guard fourEyes.proposals.count(where: { $0.member == sender.member }) < Limits.proposalsMax else {
            throw Refusal(.limitReached, "\(Limits.proposalsMax) proposals are open, the most a member can have")
        }
        let expires = now.adding(
            microseconds: fourEyes.secondsOpen(for: sender.member) * Timestamp.microsecondsPerSecond
        )
        var proposal = Proposal(
            number: 0,
            member: sender.member,
            author: sender.user,
            proposed: now,
            expires: expires,
            act: act
        )
        proposal.number = fourEyes.add(proposal)
        timers.add(.proposalExpires(proposal.number), at: expires)
        report(proposal, .open, by: sender.user)
        return .registry(.proposal(proposal.number, expires: expires))
    }

    /// Performs a proposed request for the second person.
    mutating func approve(
        _ number: UInt64,
        act: String,
        verb: Verb,
        _ command: Command,
        _ sender: Sender
    ) throws(Refusal) -> Outcome {
        let proposal = try findProposal(number, sender)
        guard !members.isSamePerson(proposal.author, sender.user) else {
            throw Refusal(.samePerson, "proposal \(number) is your own; another person of the member approves it")
        }
        // Byte for byte: texts that Unicode takes for equal are read by people and programs in different ways.
        guard proposal.act.utf8.elementsEqual(act.utf8) else {
            throw Refusal(.contentDiffers, "proposal \(number) is: \(proposal.act)")
        }
        try Permissions.check(members[sender.member].role, verb)
        let outcome = try perform(command, sender)
        if case .refused = outcome { return outcome }
        fourEyes.remove(number)
        report(proposal, .approved, by: sender.user)
        return outcome
    }

    mutating func decline(_ number: UInt64, _ sender: Sender) throws(Refusal) {
        let proposal = try findProposal(number, sender)
        fourEyes.remove(number)
        report(proposal, .declined, by: sender.user)
    }

    mutating func expire(proposal number: UInt64) {
        guard let proposal = fourEyes.proposal(number) else { return }
        fourEyes.remove(number)
        report(proposal, .expired, by: .venue)
    }

    private func findProposal(_ number: UInt64, _ sender: Sender) throws(Refusal) -> Proposal {
        guard let proposal = fourEyes.proposal(number), proposal.member == sender.member else {
            throw Refusal(.unknownProposal, "no open proposal \(number); PROPOSALS lists them")
        }
        return proposal
    }

    private mutating func report(_ proposal: Proposal, _ state: ProposalState, by user: UserID) {
        let member = proposal.member
        events.append(
            .proposal(member: member, count: nextCount(of: member), proposal: proposal, state: state, by: user)
        )
    }
}

extension FourEyes {
    /// Checks that a request may be sent by one person.
    /// - Throws: `needsApproval` if it needs two.
    func check(_ verb: Verb, from member: MemberID) throws(Refusal) {
        guard verb.alwaysNeedsTwoPersons || (verb.needsTwoPersons && isOn(for: member)) else { return }
        throw Refusal(
            .needsApproval,
            "\(verb.text) needs two persons: PROPOSE act=…, then another login sends APPROVE with the same act"
        )
    }
}
