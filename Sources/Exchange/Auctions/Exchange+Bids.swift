import Auctions
import Audit
import Ledger
package import Permits
import Registry

// Bids while the window is open: checked in the clear for a moment, kept sealed.

extension Exchange {
    /// Checks a bid against every limit, exactly, and seals it; changes nothing.
    ///
    /// This is the one place that sees a bid before the close. What it refuses has not reached the engine: no trace of it is kept.
    /// A bid whose `id` was used today is not checked again: the engine tells whether it is a repeat.
    /// - Throws: the first reason in the order of the reject catalogue, with its numbers.
    package func seal(_ bid: PlainBid, from member: MemberID, id request: Code) throws(Refusal) -> SealedBid {
        try Permissions.check(members[member].role, .bid)
        let id = try findAuction(bid.auction)
        let terms = auctions[slot(of: id)].terms
        var content = BidContent(nonce: bid.nonce, steps: [])
        for step in bid.steps {
            let price = try minorUnits(step.price, "steps", currency: terms.currency, max: Limits.priceMax.minorUnits)
            content.steps.append((Price(minorUnits: price), step.quantity))
        }
        let quantity = content.steps.reduce(Quantity.zero) { $0 + $1.quantity }
        if request.isEmpty || firstReplies.reply(to: request, of: member) == nil {
            try check(content, quantity, of: member, in: id)
        }
        let commitment = content.commitment(auction: terms.code, member: members[member].code)
        guard let box = content.sealed(to: terms.sealKey, commitment: commitment) else {
            throw Refusal(.badValue, "the auction's key cannot be sealed to; its seller must announce it anew")
        }
        return SealedBid(auction: terms.code, quantity: quantity, commitment: commitment, box: box)
    }

    private func check(_ content: BidContent, _ quantity: Quantity, of member: MemberID, in id: AuctionID)
        throws(Refusal)
    {
        let auction = auctions[slot(of: id)]
        let terms = auction.terms
        let book = terms.ruleBook
        try checkPhase(of: id, is: .open)
        try checkStanding(member, in: registry[terms.permitClass].program)
        try checkCash(of: member)
        try checkNoOwnPart(of: member, in: terms)
        guard !book.oneStepEach || content.steps.count == 1 else {
            throw Refusal(.invalidCombination, "rule book \(book.code) takes one price step of each bidder")
        }
        for step in content.steps {
            guard step.price > .zero else { throw Refusal(.offTick, "a price must be above 0") }
            guard step.quantity.units.isMultiple(of: terms.lot.units) else {
                throw Refusal(.offLot, "qty \(step.quantity.units) is not a multiple of the lot \(terms.lot.units)")
            }
            if let reserve = terms.reserve, step.price < reserve {
                throw Refusal(
                    .belowReserve,
                    "\(text(step.price.minorUnits, terms.currency)) is below the reserve price \(text(reserve.minorUnits, terms.currency))"
                )
            }
        }
        try checkBidCount(of: member, in: id)
        try checkBidLimits(quantity, of: member, in: id)
        try checkGuarantee(content, of: member, in: auction)
    }

    private func checkGuarantee(_ content: BidContent, of member: MemberID, in auction: Auction) throws(Refusal) {
        let currency = auction.terms.currency
        let needed: Money
        do throws(RejectCode) { needed = try content.guaranteeNeeded(auction.terms.ruleBook.pricing) } catch {
            throw Refusal(error, "the guarantee for the bid exceeds 64 bits")
        }
        let given = auction.guarantee(of: member)
        guard needed <= given else {
            throw Refusal(
                .insufficientGuarantee,
                "the bid needs a guarantee of \(text(needed.minorUnits, currency)), and has \(text(given.minorUnits, currency)); send GUARANTEE"
            )
        }
    }

    /// Refuses a bid in one auction more than a member may bid in at once.
    private func checkBidCount(of member: MemberID, in id: AuctionID) throws(Refusal) {
        guard standingBids[member] ?? 0 < Limits.bidsMax || auctions[slot(of: id)].entry(of: member) != nil else {
            throw Refusal(.limitReached, "\(Limits.bidsMax) bids of yours stand, the most a member can have")
        }
    }

    /// The limits that need no price: the purchase limit, associates together, and the holding limit.
    private func checkBidLimits(_ quantity: Quantity, of member: MemberID, in id: AuctionID) throws(Refusal) {
        let auction = auctions[slot(of: id)]
        let before = auction.entry(of: member)?.bid.quantity ?? .zero
        let own = members[member].isCompliance
        let associates = auction.entries.filter { $0.member != member && isAssociated($0.member, member) }
        for (limit, isShared) in purchaseLimits(of: member, in: auction) {
            let others = associates.filter { isShared || members[$0.member].isCompliance == own }
                .reduce(Quantity.zero) { $0 + $1.bid.quantity }
            guard others + quantity <= limit else {
                throw Refusal(
                    .purchaseLimitExceeded,
                    "purchase limit \(limit.units), bid by associates \(others.units), so \(max(0, limit.units - others.units)) can be bid for; asked for \(quantity.units)"
                )
            }
        }
        if quantity > before {
            try checkHolding(adding: quantity - before, member: member, permitClass: auction.terms.permitClass)
        }
    }

    /// The limit of all associates together, that of their most generous class, and the one that those of the member's own class
    /// share: an association lifts no general participant's (WAC 173-446-330).
    private func purchaseLimits(
        of member: MemberID,
        in auction: Auction
    ) -> [(limit: Quantity, isShared: Bool)] {
        func limit(of member: MemberID) -> Quantity? {
            let bidderClass: BidderClass = members[member].isCompliance ? .compliance : .general
            return auction.terms.ruleBook.purchaseLimit.quantity(for: bidderClass, of: auction.offered)
        }
        let each = members.associates(of: member).map(limit)
        let group = each.contains { $0 == nil } ? nil : each.compactMap { $0 }.max()
        return [(limit(of: member), false), (group, true)].compactMap { limit, isShared in limit.map { ($0, isShared) }
        }
    }

    /// Refuses a bid of who sells, or is paid for what is sold, and of its associates: it would pay itself, at a price of its own.
    private func checkNoOwnPart(of member: MemberID, in terms: Auction.Terms) throws(Refusal) {
        guard !isAssociated(terms.seller, member) else {
            throw Refusal(.invalidCombination, "a seller and its associates do not bid in its own auction")
        }
        guard !terms.shares.contains(where: { isAssociated($0.member, member) }) else {
            throw Refusal(.invalidCombination, "who has a share in an auction's proceeds does not bid in it")
        }
    }

    /// Whether two members share their purchase limit.
    @inline(__always)
    func isAssociated(_ a: MemberID, _ b: MemberID) -> Bool {
        (members.members[Int(a.index)].group ?? a) == (members.members[Int(b.index)].group ?? b)
    }

    /// Keeps a sealed bid in place of the member's earlier one.
    mutating func enterBid(_ bid: SealedBid, _ sender: Sender) throws(Refusal) {
        let id = try findAuction(bid.auction)
        try checkPhase(of: id, is: .open)
        try checkStanding(sender.member, in: registry[auctions[slot(of: id)].terms.permitClass].program)
        try checkCash(of: sender.member)
        try checkNoOwnPart(of: sender.member, in: auctions[slot(of: id)].terms)
        try checkBidCount(of: sender.member, in: id)
        try checkBidLimits(bid.quantity, of: sender.member, in: id)
        // Nothing below may fail.
        removeBid(of: sender.member, from: id)
        let asset = AssetID.permits(auctions[slot(of: id)].terms.permitClass)
        ledger.expect(bid.quantity.units, of: asset, in: .general(sender.member))
        auctions[slot(of: id)].entries.append(.init(member: sender.member, time: now, bid: bid))
        standingBids[sender.member, default: 0] += 1
    }

    mutating func withdrawBid(from code: Code, _ sender: Sender) throws(Refusal) {
        let id = try findAuction(code)
        try checkPhase(of: id, is: .open)
        guard auctions[slot(of: id)].entry(of: sender.member) != nil else {
            throw Refusal(.unknownOrder, "\(members[sender.member].code) has no bid in \(code)")
        }
        removeBid(of: sender.member, from: id)
    }

    mutating func removeBid(of member: MemberID, from id: AuctionID) {
        guard let entry = auctions[slot(of: id)].entry(of: member) else { return }
        let asset = AssetID.permits(auctions[slot(of: id)].terms.permitClass)
        ledger.expect(-entry.bid.quantity.units, of: asset, in: .general(member))
        auctions[slot(of: id)].entries.removeAll { $0.member == member }
        standingBids[member, default: 0] -= 1
    }
}
