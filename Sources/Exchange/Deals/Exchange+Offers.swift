import Audit
import Ledger
import Permits
import Registry

// Sales by agreement: bundles at one price, permanent rights with a yearly royalty, leases.

extension Exchange {
    mutating func offer(_ new: NewOffer, _ sender: Sender) throws(Refusal) -> Outcome {
        let partner = try new.partner.map { code throws(Refusal) in try findMember(code) }
        if let partner {
            try checkParticipant(partner)
            guard partner != sender.member else {
                throw Refusal(.invalidCombination, "to is the sending member itself")
            }
        }
        guard new.expires ?? .never > now else {
            throw Refusal(.expiryPassed, "expire \(new.expires ?? now) is not after \(now)")
        }
        let items = try findItems(new, of: sender.member)
        let currency = registry[registry[items[0].permitClass].program].currency
        let money = Limits.moneyMax.minorUnits
        let price = try minorUnits(new.price, "price", currency: currency, max: money)
        let royalty = try new.royalty.map { given throws(Refusal) in
            try minorUnits(given, "royalty", currency: currency, max: Limits.royaltyMax.minorUnits)
        }
        guard registry.offers(of: sender.member).count < Limits.offersMax else {
            throw Refusal(.limitReached, "\(Limits.offersMax) offers are open, the most a member can have")
        }
        for (item, given) in zip(items, new.items) {
            try checkPermits(PermitAmount(given.permits, given.quantity), item.permitClass, of: sender.member)
        }
        // Nothing below may fail.
        let offer = Offer(
            number: registry.nextOffer(),
            seller: sender.member,
            items: items,
            currency: currency,
            price: Money(minorUnits: price),
            partner: partner,
            royalty: Money(minorUnits: royalty ?? 0),
            lease: new.lease ?? 0,
            expires: new.expires ?? .never
        )
        registry.add(offer)
        keep(offer)
        if offer.expires != .never { timers.add(.offerExpires(offer.number), at: offer.expires) }
        report(offer, .open)
        return .registry(.offer(offer.number))
    }

    /// The classes of a bundle: all of one currency, none twice, and entitlements if a royalty or a lease hangs on them.
    private mutating func findItems(_ new: NewOffer, of seller: MemberID) throws(Refusal) -> [Offer.Item] {
        var items: [Offer.Item] = []
        for given in new.items {
            let id = try findClass(given.permits)
            let program = registry[id].program
            try checkLasts(id)
            try checkStanding(seller, in: program)
            try checkUndelayed(id)
            guard !items.contains(where: { $0.permitClass == id }) else {
                throw Refusal(.invalidCombination, "\(label(of: id)) is in the bundle twice")
            }
            if let first = items.first,
                registry[registry[first.permitClass].program].currency != registry[program].currency
            {
                throw Refusal(.invalidCombination, "the bundle's programs have different currencies")
            }
            guard registry[program].yields != nil || (new.royalty == nil && new.lease == nil) else {
                throw Refusal(
                    .invalidCombination,
                    "\(label(of: id)) yields nothing; royalty and lease are for entitlements"
                )
            }
            items.append(Offer.Item(permitClass: id, quantity: given.quantity))
        }
        return items
    }

    /// Refuses a sale or swap of permits whose transfers are delayed by rule, which it would go round.
    func checkUndelayed(_ id: ClassID) throws(Refusal) {
        guard registry[registry[id].program].rules.timing == .atOnce else {
            throw Refusal(
                .invalidCombination,
                "transfers of \(label(of: id)) are delayed by its program's rules; use TRANSFER, or a market"
            )
        }
    }

    /// Buys what is offered: money and permits move in one step, or nothing does.
    mutating func takeOffer(_ number: UInt64, _ sender: Sender) throws(Refusal) {
        let offer = try checkTake(number, sender)
        // Nothing below may fail.
        registry.remove(offer: number)
        // What is leased stays held, by the lease.
        if offer.lease == 0 { free(offer) }
        func transfer(_ from: MemberID, _ to: MemberID, _ asset: Transfer.Asset, _ amount: Int64) -> Transfer {
            Transfer(kind: .sale, from: from, to: to, asset: asset, amount: amount, text: "sale \(number)")
        }
        if offer.price > .zero {
            var payment = transfer(sender.member, offer.seller, .cash(offer.currency), offer.price.minorUnits)
            move(&payment)
        }
        for item in offer.items {
            if offer.lease == 0 {
                var delivery = transfer(offer.seller, sender.member, .permits(item.permitClass), item.quantity.units)
                move(&delivery)
            }
            guard offer.lease > 0 || offer.royalty > .zero else { continue }
            registry.add(
                Right(
                    sale: number,
                    seller: offer.seller,
                    buyer: sender.member,
                    entitlement: item.permitClass,
                    quantity: item.quantity,
                    currency: offer.currency,
                    royalty: offer.royalty,
                    seasonsLeft: offer.lease > 0 ? offer.lease : nil,
                    before: announced(of: registry[item.permitClass].program)
                )
            )
        }
        report(offer, .taken, buyer: sender.member)
        publish(.sale(offer, buyer: sender.member))
        guard offer.lease == 0 else { return }
        for item in offer.items { alertHolding(of: sender.member, item.permitClass, adding: item.quantity) }
    }

    /// The offer that a member takes, if it may and can pay for it.
    private mutating func checkTake(_ number: UInt64, _ sender: Sender) throws(Refusal) -> Offer {
        guard let offer = registry.offers[number], offer.isFor(sender.member) else {
            throw Refusal(.unknownOrder, "no open offer \(number) to you; OFFERS lists them")
        }
        guard offer.seller != sender.member else {
            throw Refusal(.invalidCombination, "offer \(number) is your own; UNOFFER withdraws it")
        }
        for item in offer.items {
            try checkAtRest(registry[item.permitClass].program)
            try checkStanding(sender.member, in: registry[item.permitClass].program)
        }
        if offer.lease == 0, !isAssociated(offer.seller, sender.member) {
            try checkHolding(adding: offer.items.map { ($0.permitClass, $0.quantity) }, member: sender.member)
        }
        if offer.lease > 0 || offer.royalty > .zero {
            // Rights are settled one by one while a season ends.
            for item in offer.items {
                guard let yielded = registry[registry[item.permitClass].program].yields else { continue }
                try checkNoSweep(of: yielded)
            }
            for side in [offer.seller, sender.member] {
                let bound = registry.rightCount(of: side)
                guard bound + offer.items.count <= Limits.rightsMax else {
                    throw Refusal(
                        .limitReached,
                        "\(members[side].code) has \(bound) royalties and leases, the most a member can"
                    )
                }
            }
        }
        if offer.price > .zero { try checkCash(of: sender.member) }
        let free = ledger.balance(.general(sender.member), .cash(offer.currency)).free
        guard offer.price.minorUnits <= free else {
            throw Refusal(
                .insufficientFunds,
                "needs \(text(offer.price.minorUnits, offer.currency)), free \(text(free, offer.currency))"
            )
        }
        return offer
    }

    mutating func withdrawOffer(_ number: UInt64, _ sender: Sender) throws(Refusal) {
        guard let offer = registry.offers[number], offer.seller == sender.member else {
            throw Refusal(.unknownOrder, "no open offer \(number) of yours; OFFERS lists them")
        }
        end(offer, .withdrawn)
    }

    mutating func expire(offer number: UInt64) {
        guard let offer = registry.offers[number], offer.expires <= now else { return }
        end(offer, .expired)
    }

    mutating func end(_ offer: Offer, _ state: OfferState) {
        registry.remove(offer: offer.number)
        free(offer)
        report(offer, state)
    }

    /// Tells the seller, and whom the offer is to.
    private mutating func report(_ offer: Offer, _ state: OfferState, buyer: MemberID? = nil) {
        for member in [offer.seller, buyer ?? offer.partner].compactMap(\.self) {
            events.append(.offer(member: member, count: nextCount(of: member), offer: offer, state: state))
        }
    }

    // MARK: Rights

    /// Settles the royalty on what a right's entitlements yielded at its season's end, and ends a lease that has run out.
    ///
    /// What a buyer has no money for stays owed.
    mutating func settleRight(_ index: Int, of season: Season) {
        var right = registry.rights[index]
        let program = registry[right.entitlement].program
        guard registry[program].yields == season.program else { return }
        let isOver = right.seasonsLeft.map { $0 == 0 || !registry.isFor(right, season) } ?? false
        let yielded = isOver ? .zero : right.yield(in: season, of: program)
        let royalty = isOver ? .zero : registry.royaltyFractions.due(by: right, in: season, of: program)
        let due = min(royalty + right.owed, Limits.moneyMax)
        let paid = min(due, payable(right.buyer, right.currency))
        if paid > .zero {
            var payment = Transfer(
                kind: .royalty,
                from: right.buyer,
                to: right.seller,
                asset: .cash(right.currency),
                amount: paid.minorUnits,
                text: "sale \(right.sale)"
            )
            move(&payment)
        }
        right.owed = due - paid
        right.before.removeAll { $0.vintage <= season.vintage }
        if right.isLease, !isOver {
            let leased = right
            right.seasonsLeft = right.seasonsLeft.map { $0 - 1 }
            if right.seasonsLeft == 0 { self.free(leased) }
        }
        registry.set(right, at: index)
        publish(.right(right, yielded: yielded, paid: paid))
    }

    /// What has been announced of entitlements for the seasons that are open.
    private func announced(of entitlements: ProgramID) -> [Right.Before] {
        registry.seasons.filter { $0.program == registry[entitlements].yields && !$0.isEnded }
            .map { Right.Before(vintage: $0.vintage, percent: $0.announced(of: entitlements)) }
    }

    /// Ends what hangs on a class that ends, but for what is owed.
    mutating func endRights(of id: ClassID) {
        for index in registry.rights.indices where registry.rights[index].entitlement == id {
            var right = registry.rights[index]
            free(right)
            right.seasonsLeft = 0
            registry.set(right, at: index)
        }
        registry.forgetRightsThatAreOver()
    }
}

extension Offer {
    fileprivate func isFor(_ member: MemberID) -> Bool { partner == nil || partner == member || seller == member }
}
