import Audit
import Compacts
import Ledger
package import Permits
import Registry

// Agreements before they bind: indications of interest, messages, drafts.

extension Exchange {
    mutating func applyCompact(_ command: CompactCommand, _ sender: Sender) throws(Refusal) -> Outcome {
        switch command {
        case .interest(let code, let partners, let text):
            try openDialogue(code, to: partners, text, sender)
        case .join(let code): try join(code, sender)
        case .leave(let code): try leave(code, sender)
        case .message(let code, let text):
            let id = try findAgreement(code, of: sender.member)
            tell(id, .message(by: sender.member, sender.user, text: text))
        case .draft(let code, let text, let isUnfinished):
            return try draft(code, text, isUnfinished: isUnfinished, sender)
        case .sign(let code, let draft, let digest, let signature):
            try sign(code, draft: draft, digest: digest, signature, sender)
        case .terminate(let code, let signature): try signEnd(of: code, signature, sender)
        case .reading(let new): try read(new, sender)
        case .fulfil(let code, let task, let evidence):
            try fulfil(task, of: code, evidence: evidence, sender)
        case .spend(let new): return try spend(new, sender)
        case .donate(let code, let fund, let amount, let text):
            try donate(amount, to: fund, of: code, text: text, sender)
        case .vote(let code, let clause): try vote(for: clause, of: code, sender)
        case .settle(let claim): try settle(claim: claim, sender)
        case .waiveClaim(let claim, let amount, let until, let text):
            try waive(claim: claim, amount: amount, until: until, text: text, sender)
        case .waiveClause(let code, let clause, let period, let text):
            try waive(clause: clause, of: code, period: period, text: text, sender)
        case .complain(let new): return try complain(new, sender)
        case .answer(let complaint, let text): try answer(complaint: complaint, text: text, sender)
        case .observe(let code, let text, let evidence):
            let id = try findContract(code, seenBy: sender.member)
            tell(id, .observation(by: sender.member, text: text, evidence: evidence))
        case .label(let new): try setLabel(new, sender)
        }
        return .done
    }

    /// The agreement with a code.
    /// - Throws: `unknownAgreement`.
    package func findAgreement(_ code: Code) throws(Refusal) -> AgreementID {
        guard let id = compacts.agreement(code) else {
            throw Refusal(.unknownAgreement, "no agreement \(code); COMPACTS lists them")
        }
        return id
    }

    /// The agreement with a code, as far as a member may know of it: of dialogues that are not open only who takes part.
    /// - Throws: `unknownAgreement`.
    package func findAgreement(_ code: Code, seenBy member: MemberID) throws(Refusal) -> AgreementID {
        let id = try findAgreement(code)
        let agreement = compacts[id]
        let isKnown = agreement.isOpen || agreement.members.contains(member) || agreement.left.contains(member)
        guard agreement.contract != nil || isKnown else {
            throw Refusal(.unknownAgreement, "no agreement \(code); COMPACTS lists them")
        }
        return id
    }

    /// The agreement with a code in which a member takes part.
    func findAgreement(_ code: Code, of member: MemberID) throws(Refusal) -> AgreementID {
        let id = try findAgreement(code, seenBy: member)
        guard compacts[id].members.contains(member) else {
            throw Refusal(.notYourAgreement, "\(members[member].code) takes no part in \(code)")
        }
        return id
    }

    /// The agreement with a code, if it was ever a contract.
    func findContract(_ code: Code, seenBy member: MemberID) throws(Refusal) -> AgreementID {
        let id = try findAgreement(code, seenBy: member)
        guard compacts[id].contract != nil else {
            throw Refusal(.wrongStage, "\(code) is no contract yet")
        }
        return id
    }

    /// The agreement with a code, if its terms are in force.
    func findInForce(_ code: Code, seenBy member: MemberID) throws(Refusal) -> (AgreementID, Terms) {
        let id = try findAgreement(code, seenBy: member)
        guard compacts[id].state == .contract, let terms = compacts[id].terms else {
            throw Refusal(
                .wrongStage,
                "\(code) is in the stage \(compacts[id].state.text); only a contract is executed"
            )
        }
        return (id, terms)
    }

    /// Tells a fact to who takes part, to everyone if it is public, and to settlement.
    mutating func tell(_ id: AgreementID, _ fact: CompactFact) {
        events.append(.compactTold(id, compacts[id].code, fact))
        for member in compacts[id].members {
            events.append(.compact(member: member, count: nextCount(of: member), agreement: id, fact: fact))
        }
        if fact.isPublic { publish(.compact(id, fact)) }
    }

    private mutating func openDialogue(
        _ code: Code,
        to codes: [Code]?,
        _ text: String,
        _ sender: Sender
    ) throws(Refusal) {
        var partners: [MemberID] = []
        for code in codes ?? [] {
            let member = try findMember(code)
            guard member != .venue, member != sender.member, !partners.contains(member) else {
                throw Refusal(.invalidCombination, "to names \(code) twice, or the sending member itself")
            }
            partners.append(member)
        }
        if let id = compacts.agreement(code) {
            guard compacts[id].members.contains(sender.member) else {
                throw Refusal(.alreadyExists, "there is an agreement \(code) already")
            }
            guard compacts[id].state != .ended else { throw Refusal(.wrongStage, "\(code) has ended") }
            partners.removeAll { compacts[id].members.contains($0) }
            if let gone = partners.first(where: { compacts[id].left.contains($0) }) {
                throw Refusal(.invalidCombination, "\(members[gone].code) has left \(code), and can only JOIN it again")
            }
            guard !partners.isEmpty else {
                throw Refusal(.alreadyExists, "\(code) is under way; to= invites members who take no part yet")
            }
            try checkRoom(for: partners.count, in: compacts[id].members.count)
            compacts[id].members += partners
            return tell(id, .interest(by: sender.member, to: partners, isOpen: false, text: text))
        }
        guard compacts.dialogues(begunBy: sender.member) < Limits.dialoguesMax else {
            throw Refusal(
                .limitReached,
                "\(Limits.dialoguesMax) dialogues of yours are open, the most a member can have"
            )
        }
        try checkRoom(for: partners.count, in: 1)
        // Nothing below may fail.
        let agreement = Agreement(
            code: code,
            initiator: sender.member,
            members: [sender.member] + partners,
            isOpen: codes == nil
        )
        compacts.forgetEnded(begunBy: sender.member)
        let fact = CompactFact.interest(by: sender.member, to: partners, isOpen: codes == nil, text: text)
        tell(compacts.add(agreement), fact)
    }

    private func checkRoom(for more: Int, in count: Int) throws(Refusal) {
        guard count + more <= Limits.partiesMax else {
            throw Refusal(.limitReached, "\(count) members take part; there can be at most \(Limits.partiesMax)")
        }
    }

    private mutating func join(_ code: Code, _ sender: Sender) throws(Refusal) {
        let id = try findAgreement(code, seenBy: sender.member)
        let isInvited = compacts[id].isOpen || compacts[id].left.contains(sender.member)
        guard isInvited, compacts[id].state == .dialogue else {
            throw Refusal(.wrongStage, "\(code) is no open dialogue")
        }
        guard !compacts[id].members.contains(sender.member) else {
            throw Refusal(.alreadyExists, "\(members[sender.member].code) takes part already")
        }
        try checkRoom(for: 1, in: compacts[id].members.count)
        compacts[id].members.append(sender.member)
        compacts[id].left.removeAll { $0 == sender.member }
        tell(id, .joined(sender.member))
    }

    private mutating func leave(_ code: Code, _ sender: Sender) throws(Refusal) {
        let id = try findAgreement(code, of: sender.member)
        let isParty = compacts[id].signatories.contains(members[sender.member].code)
        guard !isParty else {
            let text = compacts[id].state == .ended ? "has ended" : "binds; TERMINATE signs its end"
            throw Refusal(.wrongStage, "\(code) \(text)")
        }
        tell(id, .left(sender.member))
        compacts[id].members.removeAll { $0 == sender.member }
        compacts[id].left.append(sender.member)
        if compacts[id].unfinished?.author == sender.member { compacts[id].unfinished = nil }
        // What names who has left cannot be signed any more.
        let isNamed = compacts[id].draft?.terms.members.contains(members[sender.member].code) ?? false
        if isNamed {
            compacts[id].draft = nil
            compacts[id].signatures = []
        }
        guard compacts[id].state == .dialogue, compacts[id].members.count < 2,
            !compacts[id].isOpen || compacts[id].members.isEmpty
        else { return }
        compacts[id].end(.abandoned, at: now)
        tell(id, .ended(.abandoned, text: ""))
    }

    // MARK: Drafts

    private mutating func draft(
        _ code: Code,
        _ text: String,
        isUnfinished: Bool,
        _ sender: Sender
    ) throws(Refusal) -> Outcome {
        let id = try findAgreement(code, of: sender.member)
        guard compacts[id].state != .ended else { throw Refusal(.wrongStage, "\(code) has ended") }
        let signed = compacts[id].signatures.isEmpty ? nil : compacts[id].draft?.terms.signatories
        let deciders = compacts[id].contract == nil ? signed : compacts[id].signatories
        guard deciders?.contains(members[sender.member].code) ?? true else {
            throw Refusal(.notYourAgreement, "\(code) is signed; only its parties put another text forward")
        }
        // Another member's unfinished draft gives way: only one is in the making.
        let before = compacts[id].unfinished.map { $0.author == sender.member ? $0.text : "" } ?? ""
        let whole = before + text
        guard whole.utf8.count <= Terms.bytesMax else {
            compacts[id].unfinished = nil
            return .refused(
                Refusal(.outOfRange, "the draft has more than \(Terms.bytesMax) bytes; it is dropped, begin again")
            )
        }
        if isUnfinished {
            compacts[id].unfinished = (sender.member, whole)
            return .done
        }
        compacts[id].unfinished = nil
        let terms: Terms
        do throws(TermsProblem) { terms = try Terms(whole) } catch {
            return .refused(Refusal(.badTerms, error.text))
        }
        do throws(Refusal) { try check(terms, for: id) } catch { return .refused(error) }
        // Nothing below may fail.
        compacts[id].draftCount += 1
        let draft = Agreement.Draft(number: compacts[id].draftCount, author: sender.member, terms: terms)
        compacts[id].draft = draft
        compacts[id].signatures = []
        tell(id, .draft(draft))
        return .registry(.draft(draft.number, digest: terms.digest))
    }

    /// Checks that what the terms name is there, and that they can follow what is in force.
    private func check(_ terms: Terms, for id: AgreementID) throws(Refusal) {
        for party in terms.parties {
            let member = try findMember(party.member)
            guard compacts[id].members.contains(member) else {
                throw Refusal(
                    .badTerms,
                    "\(party.member) takes no part in the dialogue; INTEREST to=\(party.member) invites it"
                )
            }
            guard !party.signs || [.participant, .regulator, .operator].contains(members[member].role) else {
                throw Refusal(.badTerms, "\(party.member) is \(members[member].role.text), which can be a monitor only")
            }
        }
        for purpose in terms.purposes {
            for payee in purpose.payees { try checkParticipant(try findMember(payee)) }
        }
        for fund in terms.funds {
            guard let manager = fund.manager else { continue }
            guard [.participant, .regulator].contains(members[try findMember(terms.parties[manager].member)].role)
            else {
                throw Refusal(.badTerms, "\(fund.name): the operator cannot manage a fund")
            }
        }
        for measure in terms.measures {
            switch measure.source {
            case .facility(let code, _): _ = try findFacility(code)
            case .proceeds(let code):
                guard registry[try findProgram(code)].currency == terms.currency else {
                    throw Refusal(.badTerms, "\(measure.name): auctions of \(code) do not bring \(terms.currency.text)")
                }
                let regulator = registry[try findProgram(code)].regulator
                guard terms.signatories.contains(members[regulator].code) else {
                    throw Refusal(.badTerms, "\(measure.name): the regulator of \(code) must be a party")
                }
            case .readings, .balance, .received: break
            }
        }
        for clause in terms.clauses { try check(clause, terms) }
        guard let contract = compacts[id].terms else { return }
        let (old, new) = (contract.schedule, terms.schedule)
        guard old.starts == new.starts, old.step == new.step, contract.currency == terms.currency else {
            throw Refusal(.badTerms, "an amendment keeps currency, starts and each, so that periods keep their names")
        }
        for (index, (progress, period)) in zip(compacts[id].progress, old.periods).enumerated()
        where progress.hasStarted {
            guard index < new.periods.count, !progress.isSettled || new.periods[index].ends == period.ends else {
                throw Refusal(
                    .badTerms,
                    "period \(period.label) has begun and stays, once it is settled with its last day"
                )
            }
        }
        for (name, state) in compacts[id].tasks where state != .open {
            guard terms.tasks.contains(where: { $0.name == name }) else {
                throw Refusal(.badTerms, "task \(name) is \(state.text), so an amendment keeps it")
            }
        }
        for fund in compacts[id].funds where !terms.funds.contains(where: { $0.name == fund.name }) {
            let isOwed = compacts.owed(under: id).contains { $0.creditor == .fund(fund.fund) }
            guard ledger.balance(.fund(fund.fund), .cash(terms.currency)).total == 0, !isOwed else {
                throw Refusal(.badTerms, "\(fund.name) has money or is owed some, so an amendment keeps it")
            }
        }
        for code in compacts[id].signatories where !terms.signatories.contains(code) {
            throw Refusal(.badTerms, "\(code) is a party of what is in force, so it must be one of an amendment")
        }
    }

    private func check(_ clause: Clause, _ terms: Terms) throws(Refusal) {
        func role(_ party: Int) throws(Refusal) -> Role { members[try findMember(terms.parties[party].member)].role }
        func checkPlace(_ place: Terms.Place) throws(Refusal) {
            switch place {
            case .party(let party):
                guard try role(party) != .operator else {
                    throw Refusal(
                        .badTerms,
                        "\(clause.name): the operator has no account of its own; fees is its place"
                    )
                }
            case .fees:
                let isThere = terms.signatories.contains { code in
                    members.member(code).map { members[$0].role == .operator } ?? false
                }
                guard isThere else {
                    throw Refusal(.badTerms, "\(clause.name): the venue's fees need the operator as a party")
                }
            case .fund: break
            }
        }
        switch clause.action {
        case .pay(let payment):
            try checkPlace(payment.from)
            try checkPlace(payment.to)
        case .split(let split):
            for place in [split.hub] + split.ends { try checkPlace(place) }
        case .deliver(let delivery):
            let id = try findClass(delivery.permits)
            try checkUndelayed(id)
            for party in [delivery.from, delivery.to] {
                try checkParticipant(try findMember(terms.parties[party].member))
            }
        case .issue(let issue):
            let id = try findClass(issue.permits)
            try checkIsRegulator(terms.parties[issue.regulator].member, of: registry[id].program, clause.name)
            let facility = try findFacility(issue.facility)
            guard registry[facility].program == registry[id].program else {
                throw Refusal(.badTerms, "\(clause.name): \(issue.facility) is a facility of another program")
            }
            try checkParticipant(try findMember(terms.parties[issue.to].member))
        case .suspend(let suspension):
            let program = try findProgram(suspension.program)
            try checkIsRegulator(terms.parties[suspension.regulator].member, of: program, clause.name)
            try checkParticipant(try findMember(terms.parties[suspension.party].member))
        case .expel: break
        }
    }

    private func checkIsRegulator(_ code: Code, of program: ProgramID, _ clause: Code) throws(Refusal) {
        guard registry[program].regulator == members.member(code) else {
            throw Refusal(.badTerms, "\(clause): \(code) is not the regulator of \(registry[program].code)")
        }
    }
}
