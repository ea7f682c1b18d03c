import Compacts
import Ledger
import Permits
import Registry

// What agreements move: payments, deliveries, and claims when there is too little.

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
        period: Code,
        _ events: inout ContiguousArray<Event>
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
        if amount > .zero { self.move(&move, &events) }
        let payment = CompactPayment(
            clause: clause,
            period: period,
            from: terms.name(of: from),
            to: terms.name(of: to),
            currency: terms.currency,
            paid: amount,
            due: due ?? amount
        )
        tell(id, .payment(payment), &events)
    }

    // MARK: Payments

    /// Pays what a clause says: a party that has too little owes the rest, a fund pays what it has.
    mutating func pay(
        _ due: Due,
        of id: AgreementID,
        _ terms: Terms,
        clause: Code,
        period: Code,
        _ events: inout ContiguousArray<Event>
    ) {
        if case .party(let party) = due.to, let creditor = members.member(terms.parties[party].member),
            let waiver = compacts[id].waivers.first(where: {
                $0.clause == clause && $0.period == period && $0.by == creditor
            })
        {
            return tell(id, .waived(waiver, text: text(due.amount.minorUnits, terms.currency)), &events)
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
                period: period,
                &events
            )
        case .party(let party):
            guard let debtor = members.member(terms.parties[party].member) else { return }
            // Two parties of one member owe each other nothing.
            if case .party(let other) = due.to, terms.parties[other].member == terms.parties[party].member { return }
            let free = max(0, ledger.balance(.general(debtor), .cash(terms.currency)).free)
            let paid = min(due.amount, Money(minorUnits: free))
            transfer(paid, due: due.amount, from: due.from, to: due.to, of: id, clause: clause, period: period, &events)
            guard paid < due.amount else { return count(\.kept, of: debtor) }
            let creditor: Claim.Creditor
            switch due.to {
            case .party(let other): creditor = .member(members.member(terms.parties[other].member) ?? .venue)
            case .fund(let fund):
                guard let index = compacts[id].fund(terms.funds[fund].name) else { return }
                creditor = .fund(compacts[id].funds[index].fund)
            case .fees: return
            }
            raise(clause, period, terms, id, debtor, creditor, due.amount - paid, nil, &events)
        }
    }

    private mutating func raise(
        _ clause: Code,
        _ period: Code,
        _ terms: Terms,
        _ id: AgreementID,
        _ debtor: MemberID,
        _ creditor: Claim.Creditor,
        _ owed: Money,
        _ delivery: Claim.Delivery?,
        _ events: inout ContiguousArray<Event>
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
        tell(id, .claim(claim, text: "due"), &events)
    }

    // MARK: Deliveries

    /// Delivers permits against their price, in one step or not at all.
    mutating func deliver(
        _ delivery: DeliveryTerms,
        _ period: Int,
        _ clause: Code,
        _ terms: Terms,
        _ id: AgreementID,
        _ events: inout ContiguousArray<Event>
    ) {
        let quantity = delivery.quantities.count == 1 ? delivery.quantities[0] : delivery.quantities[period]
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
            deliver(exchange, clause, label, terms.currency, id, &events)
            count(\.kept, of: seller)
            if exchange.price > .zero { count(\.kept, of: buyer) }
            return
        }
        let creditor = debtor == seller ? buyer : seller
        raise(clause, label, terms, id, debtor, .member(creditor), exchange.price, exchange, &events)
    }

    /// Who keeps a delivery from being made; nil: it can be made.
    private func obstacle(to delivery: Claim.Delivery, _ currency: Currency) -> MemberID? {
        let amount = delivery.quantity
        let program = registry[delivery.permitClass].program
        guard ledger.balance(.general(delivery.seller), .permits(delivery.permitClass)).free >= amount.units,
            registry.suspension(of: delivery.seller, in: program) == nil
        else { return delivery.seller }
        let isAssociate = members.associates(of: delivery.buyer).contains(delivery.seller)
        let room = holdingRoom(of: delivery.buyer, delivery.permitClass)
        let fits = isAssociate || amount <= room ?? amount
        guard ledger.balance(.general(delivery.buyer), .cash(currency)).free >= delivery.price.minorUnits, fits,
            registry.suspension(of: delivery.buyer, in: program) == nil
        else { return delivery.buyer }
        return nil
    }

    private mutating func deliver(
        _ delivery: Claim.Delivery,
        _ clause: Code,
        _ period: Code,
        _ currency: Currency,
        _ id: AgreementID,
        _ events: inout ContiguousArray<Event>
    ) {
        let text = "\(compacts[id].code) \(clause) \(period)"
        func transfer(_ from: MemberID, _ to: MemberID, _ asset: Transfer.Asset, _ amount: Int64) -> Transfer {
            Transfer(kind: .agreement, from: from, to: to, asset: asset, amount: amount, text: text)
        }
        if delivery.price > .zero {
            var payment = transfer(delivery.buyer, delivery.seller, .cash(currency), delivery.price.minorUnits)
            move(&payment, &events)
        }
        var permits = transfer(
            delivery.seller,
            delivery.buyer,
            .permits(delivery.permitClass),
            delivery.quantity.units
        )
        move(&permits, &events)
        alertHolding(of: delivery.buyer, delivery.permitClass, adding: delivery.quantity, &events)
        tell(id, .delivered(clause: clause, period: period, delivery), &events)
    }

    // MARK: Claims

    /// Tries the open claims of an agreement, and breaks those whose time is over.
    mutating func collect(_ id: AgreementID, _ events: inout ContiguousArray<Event>) {
        for claim in compacts.claims.filter({ $0.agreement == id && $0.state == .open }) {
            guard compacts[id].state == .contract else { return }
            tryToPay(claim.number, &events)
            guard let index = compacts.claim(claim.number), compacts.claims[index].state == .open,
                compacts.claims[index].cure <= now
            else { continue }
            breach(index, id, &events)
        }
    }

    /// Tries what a member owes, once money has come in.
    mutating func collect(from member: MemberID, _ events: inout ContiguousArray<Event>) {
        for claim in compacts.claims.filter({ $0.debtor == member && $0.isOwed }) {
            guard compacts[claim.agreement].state == .contract else { continue }
            tryToPay(claim.number, &events)
        }
    }

    /// Pays a claim as far as the debtor has it.
    private mutating func tryToPay(_ number: UInt64, _ events: inout ContiguousArray<Event>) {
        guard let index = compacts.claim(number) else { return }
        var claim = compacts.claims[index]
        let terms = compacts[claim.agreement].terms
        if let delivery = claim.delivery {
            claim.debtor = obstacle(to: delivery, claim.currency) ?? claim.debtor
            guard obstacle(to: delivery, claim.currency) == nil else { return compacts.set(claim, at: index) }
            deliver(delivery, claim.clause, claim.period, claim.currency, claim.agreement, &events)
            claim.owed = .zero
        } else {
            let free = max(0, ledger.balance(.general(claim.debtor), .cash(claim.currency)).free)
            let paid = min(claim.owed, Money(minorUnits: free))
            guard paid > .zero, let terms, let to = place(of: claim.creditor, terms, claim.agreement),
                let from = terms.party(of: members[claim.debtor].code, paying: claim.clause)
            else { return }
            transfer(
                paid,
                due: claim.owed,
                from: .party(from),
                to: to,
                of: claim.agreement,
                clause: claim.clause,
                period: claim.period,
                &events
            )
            claim.owed = claim.owed - paid
        }
        if claim.owed == .zero {
            if claim.state == .open { count(\.late, of: claim.debtor) }
            claim.state = .paid
        }
        compacts.set(claim, at: index)
        tell(claim.agreement, .claim(claim, text: claim.state == .paid ? "paid" : "paid in part"), &events)
    }

    private func place(of creditor: Claim.Creditor, _ terms: Terms, _ id: AgreementID) -> Terms.Place? {
        switch creditor {
        case .member(let member):
            return terms.parties.firstIndex { $0.member == members[member].code }.map { .party($0) }
        case .fund(let fund):
            guard compacts[id].state == .contract, let state = compacts[id].funds.first(where: { $0.fund == fund })
            else { return nil }
            return terms.funds.firstIndex { $0.name == state.name }.map { .fund($0) }
        }
    }

    /// The time of a claim is over: it is broken, its penalty is owed too, and bonds pay what they can.
    private mutating func breach(_ index: Int, _ id: AgreementID, _ events: inout ContiguousArray<Event>) {
        guard let terms = compacts[id].terms else { return }
        var claim = compacts.claims[index]
        claim.state = .broken
        count(\.broken, of: claim.debtor)
        let debtors = terms.parties(of: members[claim.debtor].code)
        if let delivery = claim.delivery {
            // A delivery lapses; who failed it pays damages out of its bond, up to the price.
            let other = claim.debtor == delivery.seller ? delivery.buyer : delivery.seller
            let most = delivery.price > .zero ? delivery.price : Limits.moneyMax
            claim.delivery = nil
            claim.owed = .zero
            compacts.set(claim, at: index)
            for debtor in debtors {
                let to = terms.parties.firstIndex { $0.member == members[other].code }
                _ = drawBonds(of: debtor, most, for: claim.clause, terms, id, to: to.map { .party($0) }, &events)
            }
        } else {
            let penalty = Int128(claim.owed.minorUnits) * Int128(terms.breach.penalty.hundredths) / 10_000
            claim.owed = min(Limits.moneyMax, claim.owed + Money(minorUnits: Int64(penalty)))
            let to = place(of: claim.creditor, terms, id)
            for debtor in debtors {
                let drawn = drawBonds(of: debtor, claim.owed, for: claim.clause, terms, id, to: to, &events)
                claim.owed = claim.owed - drawn
            }
            compacts.set(claim, at: index)
        }
        tell(id, .claim(claim, text: "broken"), &events)
        if terms.breach.ends { end(id, .broken, text: "claim \(claim.number)", &events) }
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
    ///   - events: gets what happened.
    /// - Returns: how much was paid.
    mutating func drawBonds(
        of party: Int,
        _ amount: Money,
        for clause: Code,
        _ terms: Terms,
        _ id: AgreementID,
        to place: Terms.Place?,
        _ events: inout ContiguousArray<Event>
    ) -> Money {
        var left = amount
        for (index, fund) in terms.funds.enumerated() where fund.bond?.from == party {
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
                transfer(
                    Money(minorUnits: part),
                    from: .fund(index),
                    to: to,
                    of: id,
                    clause: fund.name,
                    period: clause,
                    &events
                )
            }
        }
        return amount - left
    }

    /// The debtor pays by hand.
    mutating func settle(
        claim number: UInt64,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
        guard let index = compacts.claim(number), compacts.claims[index].isOwed,
            compacts.claims[index].debtor == sender.member
        else { throw Refusal(.unknownClaim, "you owe no claim \(number); CLAIMS lists them") }
        let before = compacts.claims[index]
        tryToPay(number, &events)
        let after = compacts.claims[index]
        guard !after.isOwed || after.owed < before.owed else {
            throw Refusal(
                .insufficientFunds,
                "nothing is free to pay claim \(number) with, or the other side lacks its part"
            )
        }
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
        case .deliver, .issue, .suspend: break
        }
        return own.first
    }
}
