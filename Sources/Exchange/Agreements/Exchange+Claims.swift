import Compacts
import Ledger
import Permits
import Registry

// Claims: what parties owe under agreements, and what becomes of it.

extension Exchange {
    mutating func raise(
        _ clause: Code,
        _ period: Code,
        _ terms: Terms,
        _ id: AgreementID,
        _ debtor: MemberID,
        _ creditor: Claim.Creditor,
        _ owed: Money,
        _ delivery: Claim.Delivery?
    ) {
        let claim = compacts.add(
            Claim(
                number: 0,
                agreement: id,
                clause: clause,
                period: period,
                debtor: debtor,
                creditor: creditor,
                currency: terms.currency,
                owed: owed,
                delivery: delivery,
                since: now,
                cure: terms.schedule.cure(from: now)
            )
        )
        tell(id, .claim(claim, text: "due"))
    }

    /// Tries the open claims of a contract, and breaks those whose time is over, also after its end.
    /// - Returns: false if the slice ended before the last of them; each slice pays or breaks one at least.
    mutating func collect(_ id: AgreementID) -> Bool {
        let first = events.count
        for claim in compacts.owed(under: id) where claim.state == .open {
            guard events.count == first || events.count < sliceEnd else { return false }
            collect(claim: claim.number, id)
        }
        return true
    }

    /// Tries a claim while its contract is in force, and breaks it if its time is over.
    mutating func collect(claim number: UInt64, _ id: AgreementID) {
        if compacts[id].state == .contract { tryToPay(number) }
        guard let claim = compacts.claim(number), claim.state == .open, claim.isOwed, claim.cure <= now else { return }
        breach(claim, id)
    }

    /// Tries what a member owes, once money has come in.
    mutating func collect(from member: MemberID) {
        let claims = compacts.owed(by: member)
        for (index, claim) in claims.enumerated() {
            guard events.count < sliceEnd else {
                for id in Set(claims[index...].map(\.agreement)).sorted() { wake(id) }
                return
            }
            guard compacts[claim.agreement].state == .contract else { continue }
            tryToPay(claim.number)
        }
    }

    /// Pays a claim as far as the debtor has it.
    /// - Returns: whether anything was paid.
    @discardableResult
    private mutating func tryToPay(_ number: UInt64) -> Bool {
        guard var claim = compacts.claim(number) else { return false }
        if let delivery = claim.delivery {
            if let debtor = obstacle(to: delivery, claim.currency) {
                pass(claim, to: debtor)
                return false
            }
            deliver(delivery, claim.clause, claim.period, claim.currency, claim.agreement)
            claim.owed = .zero
        } else {
            let paid = min(claim.owed, payable(claim.debtor, claim.currency))
            guard paid > .zero, let terms = compacts[claim.agreement].terms,
                let to = place(of: claim.creditor, terms, claim.agreement),
                let from = terms.party(of: members[claim.debtor].code, paying: claim.clause)
            else { return false }
            transfer(
                paid,
                due: claim.owed,
                from: .party(from),
                to: to,
                of: claim.agreement,
                clause: claim.clause,
                period: claim.period
            )
            claim.owed = claim.owed - paid
        }
        if claim.owed == .zero {
            if claim.state == .open { count(\.late, of: claim.debtor) }
            claim.state = .paid
        }
        compacts.set(claim)
        tell(claim.agreement, .claim(claim, text: claim.state == .paid ? "paid" : "paid in part"))
        return true
    }

    /// Now the other side keeps a delivery from being made.
    private mutating func pass(_ claim: Claim, to debtor: MemberID) {
        guard debtor != claim.debtor, let delivery = claim.delivery else { return }
        var claim = claim
        claim.debtor = debtor
        claim.creditor = .member(debtor == delivery.seller ? delivery.buyer : delivery.seller)
        compacts.set(claim)
        tell(claim.agreement, .claim(claim, text: "the other side is ready"))
    }

    private func place(of creditor: Claim.Creditor, _ terms: Terms, _ id: AgreementID) -> Terms.Place? {
        switch creditor {
        case .member(let member):
            return terms.parties.firstIndex { $0.member == members[member].code }.map { .party($0) }
        case .fund(let fund):
            guard let state = compacts[id].funds.first(where: { $0.fund == fund })
            else { return nil }
            return terms.funds.firstIndex { $0.name == state.name }.map { .fund($0) }
        }
    }

    /// The time of a claim is over: it is broken, its penalty is owed too, and bonds pay what they can.
    mutating func breach(_ claim: Claim, _ id: AgreementID) {
        guard let terms = compacts[id].terms else { return }
        var claim = claim
        claim.state = .broken
        count(\.broken, of: claim.debtor)
        let debtors = terms.parties(of: members[claim.debtor].code)
        if let delivery = claim.delivery {
            // A delivery lapses; who failed it pays damages out of its bond, up to the price.
            let other = claim.debtor == delivery.seller ? delivery.buyer : delivery.seller
            var damages = delivery.price > .zero ? delivery.price : Limits.moneyMax
            claim.delivery = nil
            claim.owed = .zero
            compacts.set(claim)
            for debtor in debtors {
                let to = terms.parties.firstIndex { $0.member == members[other].code }
                damages =
                    damages
                    - drawBonds(of: debtor, damages, for: claim.clause, terms, id, to: to.map { .party($0) })
            }
            tell(id, .claim(claim, text: "broken"))
        } else {
            // After the end no term is executed, so no penalty either.
            let percent = compacts[id].state == .contract ? terms.breach.penalty : .zero
            let penalty = Int128(claim.owed.minorUnits) * Int128(percent.hundredths) / 10_000
            claim.owed = min(Limits.moneyMax, claim.owed + Money(minorUnits: Int64(penalty)))
            compacts.set(claim)
            tell(id, .claim(claim, text: "broken"))
            payByBonds(claim, terms, id)
        }
        if terms.breach.ends, compacts[id].state == .contract {
            end(id, .broken, text: "claim \(claim.number)")
        }
    }

    /// Pays what is owed in money out of the debtor's bonds, as far as they have it.
    mutating func payByBonds(_ claim: Claim, _ terms: Terms, _ id: AgreementID) {
        guard let place = place(of: claim.creditor, terms, id) else { return }
        var claim = claim
        for debtor in terms.parties(of: members[claim.debtor].code) {
            claim.owed =
                claim.owed - drawBonds(of: debtor, claim.owed, for: claim.clause, terms, id, to: place)
        }
        guard claim != compacts.claim(claim.number) else { return }
        if claim.owed == .zero, claim.state == .open {
            claim.state = .paid
            count(\.late, of: claim.debtor)
        }
        compacts.set(claim)
        tell(id, .claim(claim, text: "paid by bond"))
    }

    /// Pays out of a party's bonds.
    ///
    /// - Parameters:
    ///   - party: whose bonds.
    ///   - amount: the most that is paid.
    ///   - clause: what was broken.
    ///   - terms: those in force.
    ///   - id: the agreement.
    ///   - place: who gets it; nil: the other signing parties in equal parts, what rounding leaves to the first.
    /// - Returns: how much was paid.
    mutating func drawBonds(
        of party: Int,
        _ amount: Money,
        for clause: Code,
        _ terms: Terms,
        _ id: AgreementID,
        to place: Terms.Place?
    ) -> Money {
        var left = amount
        for (index, fund) in terms.funds.enumerated() where fund.bond?.from == party && place != .fund(index) {
            let drawn = min(left, balance(of: fund.name, id))
            guard drawn > .zero else { continue }
            left = left - drawn
            let others = terms.parties.indices.filter {
                terms.parties[$0].signs && terms.parties[$0].member != terms.parties[party].member
            }
            let places = place.map { [$0] } ?? others.map { .party($0) }
            let share = drawn.minorUnits / Int64(places.count)
            for (position, to) in places.enumerated() {
                let part = position == 0 ? drawn.minorUnits - share * Int64(places.count - 1) : share
                guard part > 0 else { continue }
                transfer(Money(minorUnits: part), from: .fund(index), to: to, of: id, clause: fund.name, period: clause)
            }
        }
        return amount - left
    }

    /// The debtor pays by hand.
    mutating func settle(claim number: UInt64, _ sender: Sender) throws(Refusal) {
        guard let claim = compacts.claim(number), claim.isOwed, claim.debtor == sender.member else {
            throw Refusal(.unknownClaim, "you owe no claim \(number); CLAIMS lists them")
        }
        if let delivery = claim.delivery {
            guard obstacle(to: delivery, claim.currency) == nil else {
                throw Refusal(
                    .insufficientFunds,
                    "claim \(number) is a delivery, and not both sides have their part of it"
                )
            }
        } else {
            guard payable(claim.debtor, claim.currency) > .zero else {
                throw Refusal(.insufficientFunds, "nothing is free to pay claim \(number) with")
            }
        }
        // Nothing below may fail.
        tryToPay(number)
    }
}

extension Terms {
    /// The party as which a member pays under a clause; any of its parties if the clause is no longer there.
    func party(of member: Code, paying clause: Code) -> Int? {
        let own = parties(of: member)
        guard let clause = clauses.first(where: { $0.name == clause }) else { return own.first }
        switch clause.action {
        case .pay(let payment): if case .party(let party) = payment.from, own.contains(party) { return party }
        case .split(let split):
            for place in [split.hub] + split.ends {
                if case .party(let party) = place, own.contains(party) { return party }
            }
        case .deliver, .issue, .suspend, .expel: break
        }
        return own.first
    }
}
