import Compacts
import Ledger
import Permits
import Registry
import Seals

// Agreements that bind: signatures, entry, amendment, end.

extension Exchange {
    /// The signature of a person under the draft at hand; the last one that is needed puts it into force.
    mutating func sign(
        _ code: Code,
        draft number: UInt64,
        digest: Digest,
        _ signature: [UInt8],
        _ sender: Sender
    ) throws(Refusal) {
        let id = try findAgreement(code, of: sender.member)
        guard let draft = compacts[id].draft, draft.number == number else {
            let last = compacts[id].draft.map { "draft \($0.number) is at hand" } ?? "no draft is at hand"
            throw Refusal(.unknownDraft, "\(code): \(last)")
        }
        guard draft.terms.digest == digest else {
            throw Refusal(.contentDiffers, "draft \(number) has the digest \(draft.terms.digest.hex)")
        }
        let signer = try checkSigner(sender, among: draft.terms.signatories, signed: compacts[id].signatures)
        let text = CompactText.signed(
            agreement: code,
            draft: number,
            digest: digest,
            member: members[sender.member].code,
            user: members[sender.user].code
        )
        try check(signature, of: text, by: sender)
        let signatures = compacts[id].signatures + [signer]
        let isComplete = isSigned(by: draft.terms.signatories, signatures)
        let bonds = isComplete ? try checkEntry(draft.terms, id) : []
        // Nothing below may fail.
        compacts[id].signatures = signatures
        tell(id, .signed(draft: number, signer))
        if isComplete { conclude(id, draft, bonds) }
    }

    private func checkSigner(
        _ sender: Sender,
        among signatories: [Code],
        signed signatures: [Agreement.Signature]
    ) throws(Refusal) -> Agreement.Signature {
        let code = members[sender.member].code
        guard signatories.contains(code) else {
            throw Refusal(.notYourAgreement, "\(code) is no party of this text, so it has nothing to sign")
        }
        let own = signatures.filter { $0.member == sender.member }
        guard !own.contains(where: { members.isSamePerson($0.user, sender.user) }) else {
            throw Refusal(.samePerson, "you have signed already; another person of \(code) signs too")
        }
        return Agreement.Signature(member: sender.member, user: sender.user, time: now)
    }

    private func check(_ signature: [UInt8], of text: [UInt8], by sender: Sender) throws(Refusal) {
        guard let key = members[sender.user].publicKey else {
            throw Refusal(
                .badSignature,
                "\(members[sender.user].code) has no key; ROTATE key= or the operator's LOGIN gives it one"
            )
        }
        guard Ed25519.PublicKey(key).verifies(signature, of: text) else {
            throw Refusal(.badSignature, "the signature is not of this text by the key of \(members[sender.user].code)")
        }
    }

    /// Whether two persons of each member have signed; who has lost the login since then does not count.
    private func isSigned(by codes: [Code], _ signatures: [Agreement.Signature]) -> Bool {
        codes.allSatisfy { code in
            signatures.count { members[$0.member].code == code && !members[$0.user].isRevoked } >= 2
        }
    }

    /// A bond to be put up.
    private struct NewBond {
        let fund: Int
        let member: MemberID
        let amount: Money
    }

    /// Checks that each party may enter: its standing, its funds, and that it has the bonds.
    ///
    /// Source: capability as an entry condition of contracts between governments (Cui and Zheng).
    private func checkEntry(_ terms: Terms, _ id: AgreementID) throws(Refusal) -> [NewBond] {
        guard let first = firstOpen(terms, id) else {
            throw Refusal(.expiryPassed, "every period of the term is settled already")
        }
        let earliest = now.adding(microseconds: -Exchange.backdatingDaysMax * Timestamp.microsecondsPerDay)
        guard compacts[id].state == .contract || terms.schedule.periods[0].starts >= earliest else {
            throw Refusal(
                .expiryPassed,
                "the term began more than \(Exchange.backdatingDaysMax) days before the last signature"
            )
        }
        guard compacts[id].state == .contract || first.due > now else {
            throw Refusal(.expiryPassed, "period \(first.label) was due on \(first.due), before the last signature")
        }
        var bonds: [NewBond] = []
        for (index, fund) in terms.funds.enumerated() {
            guard let bond = fund.bond, compacts[id].fund(fund.name) == nil else { continue }
            let member = try findMember(terms.parties[bond.from].member)
            let isTrusted = bond.standing.map { standing(of: member).score >= $0 } ?? false
            bonds.append(NewBond(fund: index, member: member, amount: isTrusted ? bond.reduced : bond.amount))
        }
        for code in terms.signatories {
            let member = try findMember(code)
            try checkRoom(for: terms, of: code, id)
            let entries = terms.entries.filter { terms.parties[$0.party].member == code }
            let score = standing(of: member).score
            if let least = entries.compactMap(\.standing).max(), score < least {
                throw Refusal(.standingTooLow, "\(code) has a standing of \(score); the terms ask for \(least)")
            }
            let bonded = bonds.filter { $0.member == member }.reduce(Money.zero) { $0.clampedSum($1.amount) }
            let needed = max(bonded, entries.compactMap(\.funds).max() ?? .zero)
            let free = payable(member, terms.currency)
            guard free >= needed else {
                throw Refusal(
                    .insufficientFunds,
                    "\(code) needs \(text(needed.minorUnits, terms.currency)) to enter, free \(text(free.minorUnits, terms.currency))"
                )
            }
        }
        return bonds
    }

    /// Refuses a contract for which a party has no room.
    private func checkRoom(for terms: Terms, of code: Code, _ id: AgreementID) throws(Refusal) {
        let others = compacts.contracts(of: code)
        guard compacts[id].state == .contract || others.count < Limits.contractsMax else {
            throw Refusal(
                .limitReached,
                "\(others.count) contracts of \(code) are in force, the most a member can have"
            )
        }
        let own = compacts[id].state == .contract ? compacts[id].terms?.places ?? 0 : 0
        guard others.places - own + terms.places <= Limits.placesMax else {
            throw Refusal(
                .limitReached,
                "contracts of \(code) provide for \(others.places - own) readings and payments, this one for "
                    + "\(terms.places); a member can have \(Limits.placesMax)"
            )
        }
    }

    private func firstOpen(_ terms: Terms, _ id: AgreementID) -> Schedule.Period? {
        let progress = compacts[id].progress
        return terms.schedule.periods.enumerated()
            .first { $0.offset >= progress.count || !progress[$0.offset].isSettled }?.element
    }

    private mutating func conclude(_ id: AgreementID, _ draft: Agreement.Draft, _ bonds: [NewBond]) {
        let isAmended = compacts[id].state == .contract
        compacts[id].conclude(draft, at: now)
        compacts[id].leaves = .never
        compacts[id].funds.removeAll { state in !draft.terms.funds.contains { $0.name == state.name } }
        for fund in draft.terms.funds where compacts[id].fund(fund.name) == nil {
            compacts[id].funds.append(Agreement.FundState(name: fund.name, fund: compacts.nextFund()))
        }
        tell(id, .contract(draft, isAmended: isAmended))
        for bond in bonds where bond.amount > .zero {
            let terms = draft.terms.funds[bond.fund]
            let from = Terms.Place.party(terms.bond?.from ?? 0)
            transfer(bond.amount, from: from, to: .fund(bond.fund), of: id, clause: terms.name, period: Exchange.entry)
        }
        advance(id)
    }

    /// The signature of a person under the end of a contract.
    mutating func signEnd(of code: Code, _ signature: [UInt8], _ sender: Sender) throws(Refusal) {
        let (id, terms) = try findInForce(code, seenBy: sender.member)
        let oldest = now.adding(microseconds: -Exchange.endSignatureDays * Timestamp.microsecondsPerDay)
        let alive = compacts[id].endSignatures.filter { $0.time >= oldest }
        let signer = try checkSigner(sender, among: compacts[id].signatories, signed: alive)
        let text = CompactText.end(
            agreement: code,
            digest: terms.digest,
            member: members[sender.member].code,
            user: members[sender.user].code
        )
        try check(signature, of: text, by: sender)
        // Nothing below may fail.
        compacts[id].endSignatures = alive + [signer]
        tell(id, .endSigned(signer))
        guard !isSigned(by: compacts[id].signatories, compacts[id].endSignatures) else {
            return end(id, .terminated, text: "")
        }
        let party = members[sender.member].code
        let exit = terms.exits.first { terms.parties[$0.party].member == party }
        guard let exit, isSigned(by: [party], compacts[id].endSignatures) else { return }
        let time = now.adding(microseconds: exit.noticeDays * Timestamp.microsecondsPerDay)
        guard time < compacts[id].leaves else { return }
        compacts[id].leaves = time
        tell(id, .leaving(sender.member, at: time))
        advance(id)
    }

    /// Ends an agreement: what its accounts have goes where the terms say, and nothing more is executed.
    mutating func end(_ id: AgreementID, _ ending: Agreement.Ending, text: String) {
        guard let terms = compacts[id].terms else { return }
        compacts[id].end(ending, at: now)
        callBonds(terms, id)
        for (index, fund) in terms.funds.enumerated() {
            passClaims(of: fund, terms, id)
            let left = balance(of: fund.name, id)
            guard left > .zero else { continue }
            transfer(left, from: .fund(index), to: .party(fund.rest), of: id, clause: fund.name, period: Exchange.end)
        }
        tell(id, .ended(ending, text: text))
    }

    /// Before bonds go back they pay what their givers still owe: money, deliveries that lapse now, and tasks that are late.
    private mutating func callBonds(_ terms: Terms, _ id: AgreementID) {
        for claim in compacts.owed(under: id) {
            if claim.delivery == nil { payByBonds(claim, terms, id) } else { breach(claim, id) }
        }
        for (index, task) in terms.tasks.enumerated() where compacts[id].tasks[index].state == .late {
            breakTask(index, task, terms, id)
        }
    }

    /// What is owed to an account that ends is owed to who gets the rest.
    private mutating func passClaims(of fund: Terms.Fund, _ terms: Terms, _ id: AgreementID) {
        guard let index = compacts[id].fund(fund.name), let rest = members.member(terms.parties[fund.rest].member)
        else { return }
        let account = compacts[id].funds[index].fund
        for var claim in compacts.owed(under: id) where claim.creditor == .fund(account) {
            claim.creditor = .member(rest)
            // Nobody owes itself.
            if claim.debtor == rest {
                claim.owed = .zero
                claim.state = .paid
            }
            compacts.set(claim)
            tell(id, .claim(claim, text: "\(fund.name) has ended"))
        }
    }

    /// How many days a signature of the end waits for the others.
    private static let endSignatureDays: Int64 = 30
    /// How many days a term may have run before the last signature.
    private static let backdatingDaysMax: Int64 = 366

    /// What stands for a period in payments that put bonds up.
    static let entry = Code("entry") ?? .none
    /// What stands for a period in payments at the end.
    static let end = Code("end") ?? .none
}
