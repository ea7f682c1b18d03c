import Compacts
import Permits

// A party is expelled: by a finding and a vote of the others, without its own hand. The rest goes on.

extension Exchange {
    /// The condition of an expulsion holds: the others vote, or the finding alone is enough.
    mutating func find(
        _ expulsion: ExpulsionTerms,
        _ clause: Code,
        _ period: Code,
        _ terms: Terms,
        _ id: AgreementID
    ) {
        guard !compacts[id].isExpelled(expulsion.party),
            !compacts[id].motions.contains(where: { $0.clause == clause })
        else { return }
        let motion = Agreement.Motion(clause: clause, period: period)
        tell(id, .motion(motion, party: terms.parties[expulsion.party].name))
        guard expulsion.votes != 0 else { return expel(expulsion.party, by: motion, terms, id) }
        compacts[id].motions.append(motion)
    }

    /// A member is for an expulsion that waits for votes; the last vote that is needed carries it out.
    mutating func vote(for clause: Code, of code: Code, _ sender: Sender) throws(Refusal) {
        let (id, terms) = try findInForce(code, seenBy: sender.member)
        guard let index = compacts[id].motions.firstIndex(where: { $0.clause == clause }),
            case let motion = compacts[id].motions[index],
            case .expel(let expulsion) = terms.clauses.first(where: { $0.name == clause })?.action
        else { throw Refusal(.unknownClause, "\(code) has no expulsion \(clause) to vote about") }
        let accused = terms.parties[expulsion.party].member
        let electors = compacts[id].signatories.filter { $0 != accused }
        guard electors.contains(members[sender.member].code) else {
            throw Refusal(.notYourAgreement, "\(members[sender.member].code) has no vote about \(clause)")
        }
        guard !motion.votes.contains(sender.member) else {
            throw Refusal(.alreadyExists, "\(members[sender.member].code) has voted for it")
        }
        // Nothing below may fail.
        compacts[id].motions[index].votes.append(sender.member)
        tell(id, .vote(clause, by: sender.member))
        // Who has been expelled since does not count, nor is it needed.
        let votes = compacts[id].motions[index].votes.count { electors.contains(members[$0].code) }
        guard votes >= min(expulsion.votes.map(Int.init) ?? electors.count, electors.count) else { return }
        compacts[id].motions.remove(at: index)
        expel(expulsion.party, by: motion, terms, id)
        advance(id)
    }

    /// From now on the agreement is one of the others: nothing that the party would pay, deliver or get falls due any more.
    ///
    /// What it owes stays owed, and its bonds pay for it. With fewer than two members left the agreement ends.
    private mutating func expel(_ party: Int, by motion: Agreement.Motion, _ terms: Terms, _ id: AgreementID) {
        let member = members.member(terms.parties[party].member)
        compacts[id].expelled.append(terms.parties[party].name)
        compacts[id].draft = nil
        compacts[id].signatures = []
        tell(id, .expelled(terms.parties[party].name, motion))
        for claim in compacts.owed(under: id) where claim.debtor == member && claim.delivery == nil {
            payByBonds(claim, terms, id)
        }
        guard compacts[id].signatories.count < 2 else { return }
        end(id, .broken, text: "\(terms.parties[party].name) was expelled, and one member is left")
    }
}
