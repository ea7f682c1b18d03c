import Compacts
import Ledger
import Permits
import Registry

// What agreements move: payments and deliveries, as far as there is enough.

extension Exchange {
    // MARK: Accounts

    /// What an account of an agreement has.
    func balance(of fund: Code, _ id: AgreementID) -> Money {
        guard let terms = compacts[id].terms, let index = compacts[id].fund(fund) else { return .zero }
        let account = AccountID.fund(compacts[id].funds[index].fund)
        return Money(minorUnits: ledger.balance(account, .cash(terms.currency)).total)
    }

    /// What the venue's fees have gathered.
    func fees(_ currency: Currency) -> Money { Money(minorUnits: ledger.balance(.fee, .cash(currency)).total) }

    /// Moves money that was found to be there, and tells it.
    mutating func transfer(
        _ amount: Money,
        due: Money? = nil,
        from: Terms.Place,
        to: Terms.Place,
        of id: AgreementID,
        clause: Code,
        period: Code
    ) {
        guard let terms = compacts[id].terms else { return }
        var move = Transfer(
            kind: .agreement,
            from: .venue,
            to: .venue,
            asset: .cash(terms.currency),
            amount: amount.minorUnits,
            text: "\(compacts[id].code) \(clause) \(period)"
        )
        switch from {
        case .party(let party): move.from = members.member(terms.parties[party].member) ?? .venue
        case .fund(let fund):
            guard let index = compacts[id].fund(terms.funds[fund].name) else { return }
            move.fromFund = compacts[id].funds[index].fund
            compacts[id].funds[index].count(paid: amount, period: period)
        case .fees: break
        }
        switch to {
        case .party(let party): move.to = members.member(terms.parties[party].member) ?? .venue
        case .fund(let fund):
            guard let index = compacts[id].fund(terms.funds[fund].name) else { return }
            move.toFund = compacts[id].funds[index].fund
            compacts[id].funds[index].count(received: amount, period: period)
        case .fees: return
        }
        if amount > .zero { self.move(&move) }
        let payment = CompactPayment(
            clause: clause,
            period: period,
            from: terms.name(of: from),
            to: terms.name(of: to),
            currency: terms.currency,
            paid: amount,
            due: due ?? amount
        )
        tell(id, .payment(payment))
    }

    // MARK: Payments

    /// Pays what a clause says: a party that has too little owes the rest, a fund pays what it has.
    mutating func pay(_ due: Due, of id: AgreementID, _ terms: Terms, clause: Code, period: Code) {
        // Two parties of one member owe each other nothing.
        if case .party(let from) = due.from, case .party(let to) = due.to,
            terms.parties[from].member == terms.parties[to].member
        {
            return
        }
        if case .party(let party) = due.to, let creditor = members.member(terms.parties[party].member),
            let waiver = compacts[id].waivers.first(where: {
                $0.clause == clause && $0.period == period && $0.by == creditor
            })
        {
            if case .party(let party) = due.from, let debtor = members.member(terms.parties[party].member) {
                credit(\.goodwill, creditor, for: debtor)
            }
            return tell(id, .waived(waiver, text: text(due.amount.minorUnits, terms.currency)))
        }
        switch due.from {
        case .fees, .fund:
            let there =
                if case .fund(let fund) = due.from { balance(of: terms.funds[fund].name, id) } else {
                    fees(terms.currency)
                }
            transfer(
                min(due.amount, there),
                due: due.amount,
                from: due.from,
                to: due.to,
                of: id,
                clause: clause,
                period: period
            )
        case .party(let party):
            guard let debtor = members.member(terms.parties[party].member) else { return }
            let paid = min(due.amount, payable(debtor, terms.currency))
            transfer(paid, due: due.amount, from: due.from, to: due.to, of: id, clause: clause, period: period)
            let isMore = noteFlow(paid, from: debtor, to: due.to, terms)
            guard paid < due.amount else {
                if isMore { keep(debtor, for: due.to, clause, period, terms, id) }
                return
            }
            let creditor: Claim.Creditor
            switch due.to {
            case .party(let other): creditor = .member(members.member(terms.parties[other].member) ?? .venue)
            case .fund(let fund):
                guard let index = compacts[id].fund(terms.funds[fund].name) else { return }
                creditor = .fund(compacts[id].funds[index].fund)
            case .fees: return
            }
            raise(clause, period, terms, id, debtor, creditor, due.amount - paid, nil)
        }
    }

    /// Notes who has paid whom.
    /// - Returns: whether the payer does more than give back what it got from the other this year; what comes into a fund is the
    ///   agreement's, and gives nothing back.
    private mutating func noteFlow(
        _ amount: Money,
        from payer: MemberID,
        to place: Terms.Place,
        _ terms: Terms
    ) -> Bool {
        guard case .party(let party) = place, let payee = members.member(terms.parties[party].member) else {
            return true
        }
        return compacts.noteFlow(amount, terms.currency, from: payer, to: payee, at: now)
    }

    /// Who has something of what comes to a place: of a fund who gets what is left of it, or who else decides with the payer.
    private func beneficiary(of place: Terms.Place, _ payer: MemberID, _ terms: Terms, _ id: AgreementID) -> MemberID? {
        switch place {
        case .party(let party): return members.member(terms.parties[party].member)
        case .fund(let fund):
            let rest = members.member(terms.parties[terms.funds[fund].rest].member)
            guard rest == payer else { return rest }
            return compacts[id].signatories.lazy.compactMap { members.member($0) }.first { $0 != payer }
        case .fees: return nil
        }
    }

    /// Counts what a member has paid or delivered on time, if it fell due since the contract binds.
    private mutating func keep(
        _ member: MemberID,
        for place: Terms.Place,
        _ clause: Code,
        _ period: Code,
        _ terms: Terms,
        _ id: AgreementID
    ) {
        guard let other = beneficiary(of: place, member, terms, id), let index = terms.schedule.period(period) else {
            return
        }
        let isAtStart = terms.clauses.first { $0.name == clause }?.moment == .start
        let times = terms.schedule.periods[index]
        guard (isAtStart ? times.starts : times.ends) > compacts[id].concluded else { return }
        credit(\.kept, member, for: other)
    }

    /// Counts something good of a member that it did for another: once a year.
    mutating func credit(_ what: WritableKeyPath<Standing, Int64>, _ member: MemberID, for other: MemberID) {
        compacts.credit(what, member, for: other, at: now)
    }

    // MARK: Deliveries

    /// Delivers permits against their price, in one step or not at all.
    mutating func deliver(_ delivery: DeliveryTerms, _ period: Int, _ clause: Code, _ terms: Terms, _ id: AgreementID) {
        let quantity = delivery.quantity(in: period)
        guard quantity > .zero, let seller = members.member(terms.parties[delivery.from].member),
            let buyer = members.member(terms.parties[delivery.to].member),
            let program = registry.program(delivery.permits.program),
            let permitClass = registry.permitClass(
                program,
                vintage: delivery.permits.vintage,
                zone: delivery.permits.zone
            )
        else { return }
        let label = terms.schedule.periods[period].label
        let exchange = Claim.Delivery(
            permitClass: permitClass,
            quantity: quantity,
            buyer: buyer,
            seller: seller,
            price: delivery.totals.of(period)
        )
        guard let debtor = obstacle(to: exchange, terms.currency) else {
            deliver(exchange, clause, label, terms.currency, id)
            let paysMore = noteFlow(exchange.price, from: buyer, to: .party(delivery.from), terms)
            keep(seller, for: .party(delivery.to), clause, label, terms, id)
            if paysMore { keep(buyer, for: .party(delivery.from), clause, label, terms, id) }
            return
        }
        let creditor = debtor == seller ? buyer : seller
        raise(clause, label, terms, id, debtor, .member(creditor), exchange.price, exchange)
    }

    /// Who keeps a delivery from being made; nil: it can be made.
    func obstacle(to delivery: Claim.Delivery, _ currency: Currency) -> MemberID? {
        let amount = delivery.quantity
        let program = registry[delivery.permitClass].program
        // What is left of a class that has ended is cancelled, and goes nowhere else before.
        guard !registry[delivery.permitClass].isExpired,
            ledger.balance(.general(delivery.seller), .permits(delivery.permitClass)).free >= amount.units,
            registry.suspension(of: delivery.seller, in: program) == nil
        else { return delivery.seller }
        let isAssociate = members.associates(of: delivery.buyer).contains(delivery.seller)
        let room = holdingRoom(of: delivery.buyer, delivery.permitClass)
        let fits = isAssociate || amount <= room ?? amount
        guard payable(delivery.buyer, currency) >= delivery.price, fits,
            registry.suspension(of: delivery.buyer, in: program) == nil
        else { return delivery.buyer }
        return nil
    }

    mutating func deliver(
        _ delivery: Claim.Delivery,
        _ clause: Code,
        _ period: Code,
        _ currency: Currency,
        _ id: AgreementID
    ) {
        let text = "\(compacts[id].code) \(clause) \(period)"
        func transfer(_ from: MemberID, _ to: MemberID, _ asset: Transfer.Asset, _ amount: Int64) -> Transfer {
            Transfer(kind: .agreement, from: from, to: to, asset: asset, amount: amount, text: text)
        }
        if delivery.price > .zero {
            var payment = transfer(delivery.buyer, delivery.seller, .cash(currency), delivery.price.minorUnits)
            move(&payment)
        }
        var permits = transfer(delivery.seller, delivery.buyer, .permits(delivery.permitClass), delivery.quantity.units)
        move(&permits)
        alertHolding(of: delivery.buyer, delivery.permitClass, adding: delivery.quantity)
        tell(id, .delivered(clause: clause, period: period, delivery))
    }
}
