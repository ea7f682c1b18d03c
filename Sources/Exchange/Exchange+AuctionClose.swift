import Auctions
import Compacts
import Audit
import Ledger
import Permits
import Registry
import Seals

// After the close: the secret is released, bids are opened, cleared, published and settled in one command.

extension Exchange {
    mutating func openBids(
        _ opened: OpenedAuction,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
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
        begin(Sweep(.opening(opening), began: now), &events)
    }

    /// Opens bids, then clears, publishes and settles the auction in one step, then tells each bidder.
    /// - Returns: whether all is done.
    mutating func sweepOpening(
        _ opening: Opening,
        _ sweep: inout Sweep,
        _ events: inout ContiguousArray<Event>
    ) -> Bool {
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
            clear(opening, sweep.bids, &events)
            sweep.bids = OpenedBids()
            sweep.enter(2)
        }
        return sweepAwards(of: opening.auction, &sweep, &events)
    }

    /// How many steps of a slice it takes to open a bid: a key agreement, a cipher and a hash.
    private static let openingSteps = 30

    private mutating func clear(_ opening: Opening, _ bids: OpenedBids, _ events: inout ContiguousArray<Event>) {
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
        // What was held for the bids is free, so that limits count each permit once.
        releaseHolds(of: id)
        let bidders = bidders(bids, in: id)
        let clearing = Clearing(bids.steps, bidders: bidders, sale: sale, rules: terms.ruleBook)
        record(clearing, bids, bidders, sale, secret.secret, in: id)
        settle(clearing, bids, in: id, &events)
        auctions[slot(of: id)].end(as: clearing.failure == nil ? .settled : .failed, sequence: sequence)
        rollOver(from: id, &events)
        countAuction(of: registry[terms.permitClass].program, &events)
        events.append(.auctionCleared(auctions[slot(of: id)]))
        publish(id, clearing.failure.map(\.text) ?? "", &events)
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
            var bidder = Bidder(
                group: group.first,
                bidderClass: members[member].isCompliance ? .compliance : .general
            )
            bidder.guarantee = guarantees[member] ?? .zero
            if let room = holdingRoom(of: member, permitClass) {
                // Associates share the room, in the order of their bids.
                bidder.room = max(.zero, room - group.taken)
            }
            groups[lead] = (group.first, group.taken + (wanted[member] ?? .zero))
            return bidder
        }
    }

    private mutating func record(
        _ clearing: Clearing,
        _ bids: OpenedBids,
        _ bidders: [Bidder],
        _ sale: Sale,
        _ secret: Digest,
        in id: AuctionID
    ) {
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
        auctions[slot(of: id)].result = Auction.Result(
            price: clearing.price,
            failure: clearing.failure,
            offered: clearing.offered,
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
    private mutating func settle(
        _ clearing: Clearing,
        _ bids: OpenedBids,
        in id: AuctionID,
        _ events: inout ContiguousArray<Event>
    ) {
        let auction = auctions[slot(of: id)]
        var won = [Int64](repeating: 0, count: bids.members.count)
        var paid = won
        for award in clearing.awards {
            won[bids.steps[award.step].bidder] += award.quantity.units
            paid[bids.steps[award.step].bidder] += award.price.notional(of: award.quantity).minorUnits
        }
        var sellers = Sellers(
            auction,
            offered: clearing.offered.units,
            sold: clearing.sold.units,
            proceeds: clearing.proceeds.minorUnits
        )
        var proceeds = Money.zero
        for (index, member) in bids.members.enumerated() where won[index] > 0 {
            for part in sellers.takeCash(paid[index]) {
                if part.member == auction.terms.seller { proceeds = proceeds + Money(minorUnits: part.amount) }
                let asset = AssetID.cash(auction.terms.currency)
                let outcome = ledger.transfer(part.amount, of: asset, from: .general(member), to: .general(part.member))
                precondition(outcome == .moved, "a guarantee does not cover what was won")
                record(
                    Transfer(
                        kind: .payment,
                        from: member,
                        to: part.member,
                        asset: .cash(auction.terms.currency),
                        amount: part.amount,
                        text: "\(auction.terms.code)"
                    ),
                    &events
                )
            }
            for part in sellers.takePermits(won[index]) {
                let isIssue = auction.terms.issues && part.member == auction.terms.seller
                let source = isIssue ? AccountID.issuance : .general(part.member)
                let asset = AssetID.permits(auction.terms.permitClass)
                let outcome = ledger.transfer(part.amount, of: asset, from: source, to: .general(member))
                precondition(outcome == .moved, "an auction sold what it did not have")
                if isIssue { registry.countIssued(Quantity(part.amount), of: auction.terms.permitClass) }
                record(
                    Transfer(
                        kind: isIssue ? .award : .delivery,
                        from: part.member,
                        to: member,
                        asset: .permits(auction.terms.permitClass),
                        amount: part.amount,
                        text: "\(auction.terms.code)"
                    ),
                    &events
                )
            }
        }
        registry.pledge(.zero - auction.setAside, of: auction.terms.permitClass)
        guard auction.terms.issues, proceeds > .zero else { return }
        let program = registry[auction.terms.permitClass].program
        compacts.add(Compacts.Proceeds(program: program, time: now, amount: proceeds))
    }

    /// Adds what was not sold of the seller's part to its later auctions of the class that have not opened, by the rule book.
    private mutating func rollOver(from id: AuctionID, _ events: inout ContiguousArray<Event>) {
        guard let result = auctions[slot(of: id)].result else { return }
        let terms = auctions[slot(of: id)].terms
        let unsold = max(auctions[slot(of: id)].supply.units - result.sold.units, 0)
        let waiting = auctions.indices.filter { index in
            auctions[index].phase == .announced && auctions[index].terms.permitClass == terms.permitClass
                && auctions[index].terms.seller == terms.seller
        }
        let later = waiting.sorted { a, b in (auctions[a].terms.closes, a) < (auctions[b].terms.closes, b) }
        let additions = terms.ruleBook.rollOver.additions(
            of: Quantity(unsold),
            to: later.map { index in
                let auction = auctions[index]
                return RollOver.Later(
                    proposed: auction.proposed,
                    planned: auction.supply,
                    isSameYear: auction.terms.closes.date.year == terms.closes.date.year
                )
            }
        )
        for (index, addition) in zip(later, additions) where addition > .zero {
            auctions[index].supply += addition
            if terms.issues {
                registry.pledge(addition, of: terms.permitClass)
            } else {
                let isHeld = ledger.hold(addition.units, of: .permits(terms.permitClass), in: .general(terms.seller))
                precondition(isHeld, "what was not sold is no longer there")
            }
            publish(auctions[index].terms.id, "rolled over from \(terms.code)", &events)
        }
    }

    /// Tells each bidder what became of each of its steps.
    /// - Returns: whether all are told.
    private mutating func sweepAwards(
        of id: AuctionID,
        _ sweep: inout Sweep,
        _ events: inout ContiguousArray<Event>
    ) -> Bool {
        guard let slot = place(of: id), let steps = auctions[slot].result?.steps else { return true }
        return goOn(&sweep, to: steps.count, &events) { exchange, _, index, events in
            let member = steps[index].member
            events.append(.awarded(member: member, count: exchange.nextCount(of: member), auction: id, step: index))
        }
    }
}

/// Who is owed what for an auction, in the order in which winners pay.
private struct Sellers {
    struct Part {
        var member: MemberID
        var amount: Int64
    }

    /// The next to be paid stand last.
    private var cash: [Part] = []
    private var permits: [Part] = []

    /// Consigned permits are sold first if the rule book says so, after the seller's otherwise; consignors get their part of the proceeds rounded down, the
    /// rest is shared by the terms, rounded down, and what is left goes to the first.
    init(_ auction: Auction, offered: Int64, sold: Int64, proceeds: Int64) {
        let consigned = auction.consignments.reduce(0) { $0 + $1.quantity.units }
        let soldConsigned =
            auction.terms.ruleBook.consignedFirst ? min(consigned, sold) : max(0, sold - (offered - consigned))
        var rest = soldConsigned
        var due = proceeds
        for consignment in auction.consignments {
            let part = min(consignment.quantity.units, rest)
            rest -= part
            permits.append(Part(member: consignment.member, amount: part))
            let share = sold > 0 ? Int64(UInt128(proceeds) * UInt128(part) / UInt128(sold)) : 0
            cash.append(Part(member: consignment.member, amount: share))
            due -= share
        }
        permits.append(Part(member: auction.terms.seller, amount: sold - soldConsigned))
        var left = due
        let first = cash.count
        for share in auction.terms.shares {
            let part = Int64(UInt128(due) * UInt128(share.percent) / 100)
            left -= part
            cash.append(Part(member: share.member, amount: part))
        }
        cash[first].amount += left
        cash.reverse()
        permits.reverse()
    }

    mutating func takeCash(_ amount: Int64) -> [Part] { Sellers.take(amount, from: &cash) }
    mutating func takePermits(_ amount: Int64) -> [Part] { Sellers.take(amount, from: &permits) }

    private static func take(_ amount: Int64, from parts: inout [Part]) -> [Part] {
        var taken: [Part] = []
        var rest = amount
        while rest > 0, let next = parts.last {
            let part = min(rest, next.amount)
            rest -= part
            parts[parts.count - 1].amount -= part
            if part == next.amount { parts.removeLast() }
            if part > 0 { taken.append(Part(member: next.member, amount: part)) }
        }
        precondition(rest == 0, "sellers are owed less than winners pay")
        return taken
    }
}
