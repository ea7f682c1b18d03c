import Audit
import Permits
import Registry

// Four eyes: a request waits for a second person, who sends exactly the same bytes.

extension Exchange {
    /// Switches four eyes on or off for the sender's member; for the venue itself, whether operators and regulators begin with them.
    mutating func setFourEyes(_ isOn: Bool, seconds: Int64, above: Quantity, _ sender: Sender) throws(Refusal) {
        guard sender.member != .venue else {
            fourEyes.startsByItself = isOn
            return
        }
        guard !isOn || members.hasTwoPersons(sender.member) else {
            throw Refusal(
                .invalidCombination,
                "\(members[sender.member].code) needs logins of two persons for four eyes"
            )
        }
        fourEyes.set(.init(member: sender.member, seconds: isOn ? seconds : nil, retirementMax: above))
    }

    /// Switches four eyes on for an operator or regulator that has come to have two persons, unless it has chosen before.
    mutating func startFourEyes(of member: MemberID) {
        guard fourEyes.startsByItself, [.operator, .regulator].contains(members[member].role),
            fourEyes.choice(of: member) == nil,
            members.hasTwoPersons(member)
        else { return }
        fourEyes.set(.init(member: member, seconds: FourEyes.secondsDefault))
    }

    /// Refuses a change of logins that leaves a member, which has four eyes on, without two persons who could switch them off.
    func checkPersons(of member: MemberID, after change: (inout Members) -> Void) throws(Refusal) {
        guard fourEyes.isOn(for: member) else { return }
        var changed = members
        change(&changed)
        guard !changed.hasTwoPersons(member) else { return }
        throw Refusal(
            .invalidCombination,
            "\(members[member].code) has four eyes on and would be left without two persons; add one first"
        )
    }

    /// Checks that a request of a verb that needs two persons may be sent by one.
    /// - Throws: `needsApproval` if it may not.
    func checkPersons(_ request: Request) throws(Refusal) {
        if let keeper = keeper(of: request.command, from: request.member) {
            throw Refusal(
                .needsApproval,
                "\(members[keeper].code) has four eyes on: PROPOSE act=…, then a person of \(members[keeper].code) sends APPROVE with the same act"
            )
        }
        guard !isForOnePerson(request) else { return }
        guard request.verb.alwaysNeedsTwoPersons || fourEyes.isOn(for: request.member) else { return }
        throw Refusal(
            .needsApproval,
            "\(request.verb.text) needs two persons: PROPOSE act=…, then another login sends APPROVE with the same act"
        )
    }

    /// Whether a request of a verb that needs two persons is one that does not: a retirement up to the member's own bound, or
    /// of `FACILITY` all but another owner for what stands in a facility's account.
    private func isForOnePerson(_ request: Request) -> Bool {
        switch request.command {
        case .registry(.retire(let amount, text: _)):
            amount.quantity <= fourEyes.choice(of: request.member)?.retirementMax ?? .zero
        case .registry(.facility(let new)):
            registry.facility(new.code).map { registry[$0].member == members.member(new.member) } ?? true
        default: false
        }
    }

    /// Another member, one of whose persons must approve: it has four eyes on, and the request makes a login of it.
    ///
    /// Otherwise who runs the venue could give itself two persons there.
    private func keeper(of command: Command, from sender: MemberID) -> MemberID? {
        guard case .admin(.login(let code, user: _, _)) = command, let member = members.member(code) else { return nil }
        return member != sender && fourEyes.isOn(for: member) ? member : nil
    }

    mutating func propose(_ verb: Verb, act: String, _ command: Command, _ sender: Sender) throws(Refusal) -> Outcome {
        try Permissions.check(members[sender.member].role, verb)
        guard verb.needsTwoPersons else {
            throw Refusal(.invalidCombination, "\(verb.text) needs no second person; send it as it is")
        }
        guard fourEyes.proposals.count(where: { $0.member == sender.member }) < Limits.proposalsMax else {
            throw Refusal(.limitReached, "\(Limits.proposalsMax) proposals are open, the most a member can have")
        }
        let keeper = keeper(of: command, from: sender.member)
        let seconds = keeper == nil ? fourEyes.secondsOpen(for: sender.member) : 2 * FourEyes.recoverySeconds
        let expires = now.adding(microseconds: seconds * Timestamp.microsecondsPerSecond)
        var proposal = Proposal(
            number: 0,
            member: sender.member,
            approver: keeper ?? sender.member,
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
        let approver = keeper(of: command, from: proposal.member) ?? proposal.member
        guard approver == sender.member || mayRecover(proposal, sender) else {
            throw Refusal(.needsApproval, "proposal \(number) is for a person of another member to approve")
        }
        guard !members.isSamePerson(proposal.author, sender.user) else {
            throw Refusal(.samePerson, "proposal \(number) is your own; another person of the member approves it")
        }
        // Byte for byte: texts that Unicode takes for equal are read by people and programs in different ways.
        guard proposal.act.utf8.elementsEqual(act.utf8) else {
            throw Refusal(.contentDiffers, "proposal \(number) is: \(proposal.act)")
        }
        try Permissions.check(members[proposal.member].role, verb)
        let author = Sender(member: proposal.member, user: proposal.author, id: sender.id)
        let outcome = try perform(command, proposal.member == sender.member ? sender : author)
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
        guard let proposal = fourEyes.proposal(number),
            [proposal.member, proposal.approver].contains(sender.member) || mayRecover(proposal, sender)
        else {
            throw Refusal(.unknownProposal, "no open proposal \(number); PROPOSALS lists them")
        }
        return proposal
    }

    /// Whether a regulator may answer in place of a member that has left a login of its own unanswered for a week: it has lost
    /// its credentials, and three institutions know of it.
    private func mayRecover(_ proposal: Proposal, _ sender: Sender) -> Bool {
        guard proposal.approver != proposal.member, sender.member != proposal.approver else { return false }
        let since = proposal.proposed.adding(microseconds: FourEyes.recoverySeconds * Timestamp.microsecondsPerSecond)
        return members[sender.member].role == .regulator && now >= since
    }

    private mutating func report(_ proposal: Proposal, _ state: ProposalState, by user: UserID) {
        for member in Set([proposal.member, proposal.approver]).sorted() {
            events.append(
                .proposal(member: member, count: nextCount(of: member), proposal: proposal, state: state, by: user)
            )
        }
    }
}
