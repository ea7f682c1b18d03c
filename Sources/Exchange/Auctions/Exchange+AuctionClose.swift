import Auctions
import Audit
import Compacts
import Ledger
import Permits
import Registry
import Seals

// After the close: one command releases the secret, and in slices bids are opened, cleared, settled and published.

extension Exchange {
    mutating func openBids(_ opened: OpenedAuction, _ sender: Sender) throws(Refusal) {
        let id = try findAuction(opened.auction)
        let terms = auctions[slot(of: id)].terms
        guard terms.seller == sender.member else {
            throw Refusal(.notYourProgram, "auction \(terms.code) was announced by \(members[terms.seller].code)")
        }
        try checkPhase(of: id, is: .closed)
        try checkNoSweep(of: registry[terms.permitClass].program)
        let secret = AuctionSecret(opened.secret)
        guard secret.commitment == terms.commitment, secret.publicKey == terms.sealKey else {
            throw Refusal(.badSecret, "the secret is not the one that auction \(terms.code) was announced with")
        }
        func price(_ given: DecimalNumber?, _ key: String) throws(Refusal) -> Price? {
            guard let given else { return nil }
            let units = try minorUnits(given, key, currency: terms.currency, max: Limits.priceMax.minorUnits)
            return Price(minorUnits: units)
        }
        let hidden = try price(opened.hiddenReserve, "hidden")
        guard terms.hiddenReserve == hidden.map({ secret.commitment(toReserve: $0.minorUnits) }) else {
            throw Refusal(.badSecret, "the confidential reserve price is not the one that was committed to")
        }
        let floor = try price(opened.marketFloor, "floor")
        // Nothing below may fail.
        let opening = Opening(auction: id, secret: secret.secret, hidden: hidden, floor: floor)
        begin(Sweep(.opening(opening), began: now))
    }

    /// Opens bids, clears the auction in one step, settles with one winner after the other, publishes, and tells each bidder.
    /// - Returns: whether all is done.
    mutating func sweepOpening(_ opening: Opening, _ sweep: inout Sweep) -> Bool {
        if sweep.stage == 0 {
            let id = opening.auction
            let key = X25519.PrivateKey(AuctionSecret(opening.secret).privateKey)
            let entries = auctions[slot(of: id)].entries
            while sweep.next < entries.count {
                guard stepsLeft > 0 else { return false }
                stepsLeft -= Exchange.openingSteps
                let entry = entries[Int(sweep.next)]
                sweep.next += 1
                sweep.bids.add(
                    BidContent.open(entry.bid, member: members[entry.member].code, with: key),
                    of: entry.member
                )
            }
            sweep.enter(1)
            // Clearing many bids is work enough for a slice.
            endSlice(after: entries.count * Exchange.openingSteps)
        }
        if sweep.stage == 1 {
            guard stepsLeft > 0 else { return false }
            let count = sweep.bids.steps.count
            clear(opening, sweep.bids)
            sweep.bids = OpenedBids()
            sweep.enter(2)
            endSlice(after: count)
        }
        if sweep.stage == 2 {
            guard sweepDues(of: opening.auction) else { return false }
            end(opening.auction)
            sweep.enter(3)
        }
        return sweepAwards(of: opening.auction, &sweep)
    }

    /// How many steps of a slice it takes to open a bid: a key agreement, a cipher and a hash.
    private static let openingSteps = 30

    /// Clears, and holds what winners pay in place of what bidders guaranteed.
    private mutating func clear(_ opening: Opening, _ bids: OpenedBids) {
        let id = opening.auction
        let terms = auctions[slot(of: id)].terms
        let secret = AuctionSecret(opening.secret)
        var sale = Sale(
            supply: auctions[slot(of: id)].supply,
            lot: terms.lot,
            seed: secret.seed(nonces: bids.nonces.map { Array($0.utf8) })
        )
        sale.consigned = auctions[slot(of: id)].offered - auctions[slot(of: id)].supply
        sale.reserve = terms.reserve
        sale.confidentialReserve = opening.hidden
        sale.marketFloor = opening.floor
        sale.containment = terms.tiers
        sale.withholding = terms.withheld
        // Limits count each permit once.
        forgetBids(of: id)
        let bidders = bidders(bids, in: id)
        let clearing = Clearing(bids.steps, bidders: bidders, sale: sale, rules: terms.ruleBook)
        let result = result(of: clearing, bids, bidders, sale, secret.secret)
        releaseGuarantees(of: id)
        let settlement = AuctionSettlement(auctions[slot(of: id)], result)
        for due in settlement.dues {
            let isHeld = ledger.hold(due.paid.minorUnits, of: .cash(terms.currency), in: .general(due.member))
            precondition(isHeld, "a guarantee does not cover what was won")
            ledger.expect(due.won.units, of: .permits(terms.permitClass), in: .general(due.member))
        }
        auctions[slot(of: id)].result = result
        auctions[slot(of: id)].settlement = settlement
    }

    /// What limits count, as they stand at the close.
    private func bidders(_ bids: OpenedBids, in id: AuctionID) -> [Bidder] {
        let auction = auctions[slot(of: id)]
        let permitClass = auction.terms.permitClass
        let guarantees = Dictionary(auction.guarantees.map { ($0.member, $0.amount) }) { first, _ in first }
        let wanted = Dictionary(auction.entries.map { ($0.member, $0.bid.quantity) }) { first, _ in first }
        // By who leads a group of associates: its first bidder, and what its bids so far asked for.
        var groups: [MemberID: (first: Int, taken: Quantity)] = [:]
        return bids.members.enumerated().map { index, member in
            let lead = members[member].group ?? member
            let group = groups[lead] ?? (index, .zero)
            var bidder = Bidder(group: group.first, bidderClass: members[member].isCompliance ? .compliance : .general)
            bidder.guarantee = guarantees[member] ?? .zero
            if let room = holdingRoom(of: member, permitClass) {
                // Associates share the room, in the order of their bids.
                bidder.room = max(.zero, room - group.taken)
            }
            groups[lead] = (group.first, group.taken + (wanted[member] ?? .zero))
            return bidder
        }
    }

    private func result(
        of clearing: Clearing,
        _ bids: OpenedBids,
        _ bidders: [Bidder],
        _ sale: Sale,
        _ secret: Digest
    ) -> Auction.Result {
        var steps = bids.steps.map {
            Auction.Step(
                member: bids.members[$0.bidder],
                price: $0.price,
                quantity: $0.quantity,
                won: .zero,
                paid: .zero,
                cuts: []
            )
        }
        for award in clearing.awards {
            steps[award.step].won += award.quantity
            steps[award.step].paid = steps[award.step].paid + award.price.notional(of: award.quantity)
        }
        for cut in clearing.cuts where cut.quantity > .zero { steps[cut.step].cuts.append(cut) }
        return Auction.Result(
            price: clearing.price,
            failure: clearing.failure,
            offered: clearing.offered,
            initial: clearing.initial,
            demanded: clearing.demanded,
            sold: clearing.sold,
            proceeds: clearing.proceeds,
            statistics: AuctionStatistics(bids.steps, bidders: bidders, clearing: clearing),
            steps: steps,
            nonces: bids.nonces,
            seed: sale.seed,
            secret: secret,
            unopened: bids.unopened
        )
    }

    /// Moves cash and permits: each winner pays the sellers in their order until all have what is due to them.
    /// - Returns: whether all winners have been served.
    private mutating func sweepDues(of id: AuctionID) -> Bool {
        let slot = slot(of: id)
        while auctions[slot].settlement?.dues.isEmpty == false {
            guard takeStep() else { return false }
            guard let due = auctions[slot].settlement?.takeDue() else { break }
            settle(due, in: slot)
        }
        return true
    }

    private mutating func settle(_ due: AuctionSettlement.Due, in slot: Int) {
        let terms = auctions[slot].terms
        let (cash, permits) = (AssetID.cash(terms.currency), AssetID.permits(terms.permitClass))
        let buyer = AccountID.general(due.member)
        ledger.release(due.paid.minorUnits, of: cash, in: buyer)
        ledger.expect(-due.won.units, of: permits, in: buyer)
        for part in auctions[slot].settlement?.takeCash(due.paid) ?? [] {
            let outcome = ledger.transfer(part.amount, of: cash, from: buyer, to: .general(part.member))
            precondition(outcome == .moved, "what was won is not paid for")
            record(
                Transfer(
                    kind: .payment,
                    from: due.member,
                    to: part.member,
                    asset: .cash(terms.currency),
                    amount: part.amount,
                    text: "\(terms.code)"
                )
            )
        }
        for part in auctions[slot].settlement?.takePermits(due.won) ?? [] {
            let isIssue = terms.issues && part.member == terms.seller
            let source = isIssue ? AccountID.issuance : .general(part.member)
            if !isIssue { ledger.release(part.amount, of: permits, in: source) }
            let outcome = ledger.transfer(part.amount, of: permits, from: source, to: buyer)
            precondition(outcome == .moved, "an auction sold what it did not have")
            if isIssue { registry.countIssued(Quantity(part.amount), of: terms.permitClass) }
            record(
                Transfer(
                    kind: isIssue ? .award : .delivery,
                    from: part.member,
                    to: due.member,
                    asset: .permits(terms.permitClass),
                    amount: part.amount,
                    text: "\(terms.code)"
                )
            )
        }
    }

    /// Gives sellers back what was not sold, and publishes the result.
    private mutating func end(_ id: AuctionID) {
        let slot = slot(of: id)
        let auction = auctions[slot]
        guard let settlement = auction.settlement, let result = auction.result else {
            preconditionFailure("an auction ends before it is cleared")
        }
        let terms = auction.terms
        registry.pledge(.zero - auction.setAside, of: terms.permitClass)
        let program = registry[terms.permitClass].program
        if terms.issues, settlement.sellersProceeds > .zero {
            compacts.add(Compacts.Proceeds(program: program, time: now, amount: settlement.sellersProceeds))
        }
        auctions[slot].settlement = nil
        auctions[slot].end(as: result.failure == nil ? .settled : .failed, sequence: sequence)
        for part in settlement.unsold where part.member == terms.seller { release(part, of: terms.permitClass) }
        rollOver(from: id)
        for part in settlement.unsold where part.member != terms.seller && !staysConsigned(part, after: id) {
            release(part, of: terms.permitClass)
        }
        if terms.issues { countAuction(of: program) }
        events.append(.auctionCleared(auctions[slot]))
        publish(id, result.failure.map(\.text) ?? "")
    }

    private mutating func release(_ part: AuctionSettlement.Part, of permitClass: ClassID) {
        ledger.release(part.amount, of: .permits(permitClass), in: .general(part.member))
    }

    /// Tells each bidder what became of each of its steps.
    /// - Returns: whether all are told.
    private mutating func sweepAwards(of id: AuctionID, _ sweep: inout Sweep) -> Bool {
        guard let slot = place(of: id), let steps = auctions[slot].result?.steps else { return true }
        return goOn(&sweep, to: steps.count) { exchange, _, index in
            let member = steps[index].member
            let count = exchange.nextCount(of: member)
            exchange.events.append(.awarded(member: member, count: count, auction: id, step: index))
        }
    }
}
