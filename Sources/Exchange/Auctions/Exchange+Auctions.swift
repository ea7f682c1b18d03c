import Auctions
import Audit
import Ledger
package import Permits
import Registry

// Sealed-bid auctions before their close: announced, consigned to, guaranteed, called off.

extension Exchange {
    /// The code of the public stream of all auctions.
    package static let auctionStream = Code("auctions") ?? .none
    /// The code of the registry's public stream.
    package static let registryStream = Code("registry") ?? .none

    /// Looks an auction up by its code.
    /// - Throws: `unknownAuction`.
    package func findAuction(_ code: Code) throws(Refusal) -> AuctionID {
        guard let index = auctions.firstIndex(where: { $0.terms.code == code }) else {
            throw Refusal(.unknownAuction, "no auction \(code); AUCTIONS lists them")
        }
        return auctions[index].terms.id
    }

    /// The auction with a number, which is still kept: as long as it lasts, and to the end of the command that ends it.
    package func auction(_ id: AuctionID) -> Auction { auctions[slot(of: id)] }

    /// Where an auction stands that is still kept.
    func slot(of id: AuctionID) -> Int {
        guard let slot = place(of: id) else { preconditionFailure("auction \(id.number) is forgotten") }
        return slot
    }

    /// Whether an auction still waits for its result.
    func isBeforeResult(_ id: AuctionID) -> Bool {
        place(of: id).map { auctions[$0].phase.isBeforeResult } ?? false
    }

    /// Where an auction stands; nil once it is forgotten.
    func place(of id: AuctionID) -> Int? { auctions.place(of: id.number) { $0.terms.id.number } }

    mutating func applyAuction(_ command: AuctionCommand, _ sender: Sender) throws(Refusal) {
        switch command {
        case .announce(let new): try announce(new, sender)
        case .consign(let code, let quantity): try consign(to: code, quantity, sender)
        case .guarantee(let code, let amount): try guarantee(code, amount, sender)
        case .bid(let bid): try enterBid(bid, sender)
        case .withdraw(let code): try withdrawBid(from: code, sender)
        case .open(let opened): try openBids(opened, sender)
        case .callOff(let code, let text): try callOff(code, text, sender)
        case .classify(let member, let isCompliance, let associate):
            try classify(member, isCompliance: isCompliance, associate: associate, sender)
        }
    }

    private mutating func announce(_ new: NewAuction, _ sender: Sender) throws(Refusal) {
        let permitClass = try findClass(new.permits)
        let program = registry[permitClass].program
        guard !auctions.contains(where: { $0.terms.code == new.code }) else {
            throw Refusal(.alreadyExists, "there is an auction \(new.code) already")
        }
        let own = auctions.count { $0.terms.seller == sender.member && $0.phase.isBeforeResult }
        guard own < Limits.auctionsMax else {
            throw Refusal(
                .limitReached,
                "\(own) auctions of yours wait for their result, the most a seller can have; CALLOFF ends one"
            )
        }
        let issues = members[sender.member].role == .regulator
        if issues { try checkRegulator(of: program, sender) }
        guard new.opens >= now, new.closes > new.opens else {
            throw Refusal(.expiryPassed, "opens must not be before \(now), and closes after opens")
        }
        guard new.closes < registry[permitClass].expiry, !registry[permitClass].isExpired else {
            throw Refusal(.expiryPassed, "\(label(of: permitClass)) ends before the auction closes")
        }
        guard issues || (new.tiers.isEmpty && new.withheld == nil) else {
            throw Refusal(.invalidCombination, "tiers and withhold are for a regulator's auctions")
        }
        let terms = try auctionTerms(new, permitClass, registry[program].currency, sender)
        var auction = Auction(terms: terms, supply: new.supply)
        if issues {
            try checkIssue(of: auction.setAside, permitClass)
        } else {
            try checkStanding(sender.member, in: program)
            try holdPermits(new.supply, of: permitClass, sender)
        }
        // Nothing below may fail.
        forgetAuctions(of: sender.member)
        let hasMore = takeRolledOver(by: &auction)
        auctionCount += 1
        registry.pledge(auction.setAside, of: permitClass)
        timers.add(.auctionOpens(terms.id), at: terms.opens)
        timers.add(.auctionCloses(terms.id), at: terms.closes)
        auctions.append(auction)
        events.append(.auctionAnnounced(auction))
        publish(terms.id, hasMore ? "with what was not sold before" : "")
    }

    /// Forgets the auctions of a seller that ended before its last ones; settlement has them all.
    private mutating func forgetAuctions(of seller: MemberID) {
        let ended = auctions.indices.filter { auctions[$0].terms.seller == seller && auctions[$0].ended > 0 }
        var steps = 0
        var gone: Set<AuctionID> = []
        for (rank, slot) in ended.sorted(by: { auctions[$0].ended > auctions[$1].ended }).enumerated() {
            steps += auctions[slot].entries.count + (auctions[slot].result?.steps.count ?? 0)
            guard rank >= Limits.auctionsKeptMax || (rank > 0 && steps > Limits.auctionStepsKeptMax) else { continue }
            gone.insert(auctions[slot].terms.id)
        }
        // Most often there is one, and what is behind it moves up as it is.
        if gone.count == 1, let slot = auctions.firstIndex(where: { gone.contains($0.terms.id) }) {
            auctions.remove(at: slot)
        } else if !gone.isEmpty {
            auctions.removeAll { gone.contains($0.terms.id) }
        }
    }

    private func auctionTerms(
        _ new: NewAuction,
        _ permitClass: ClassID,
        _ currency: Currency,
        _ sender: Sender
    ) throws(Refusal) -> Auction.Terms {
        let book: RuleBook
        do throws(RejectCode) { book = try RuleBook.composed(new.rules, new.policies) } catch {
            let known = RuleBook.all.map(\.code).joined(separator: ", ")
            throw Refusal(
                .badValue,
                "no rule book \(new.rules)\(new.policies.isEmpty ? "" : " with \(new.policies)"); books are \(known)"
            )
        }
        func price(_ given: DecimalNumber, _ key: String) throws(Refusal) -> Price {
            Price(minorUnits: try minorUnits(given, key, currency: currency, max: Limits.priceMax.minorUnits))
        }
        var tiers: [ContainmentTier] = []
        for tier in new.tiers {
            let trigger = try price(tier.price, "tiers")
            guard trigger > tiers.last?.trigger ?? .zero else {
                throw Refusal(.invalidCombination, "the triggers of tiers must rise")
            }
            tiers.append(ContainmentTier(trigger: trigger, quantity: tier.quantity))
        }
        var withheld: ContainmentTier?
        if let given = new.withheld {
            withheld = ContainmentTier(trigger: try price(given.price, "withhold"), quantity: given.quantity)
        }
        var shares: [Auction.Terms.Share] = []
        for share in new.shares {
            let member = try findMember(share.member)
            if members[member].role != .regulator { try checkParticipant(member) }
            shares.append(.init(member: member, percent: share.percent))
        }
        guard shares.isEmpty || shares.reduce(0, { $0 + $1.percent }) == 100 else {
            throw Refusal(.invalidCombination, "shares must add up to 100 per cent")
        }
        return Auction.Terms(
            id: AuctionID(auctionCount + 1),
            code: new.code,
            permitClass: permitClass,
            currency: currency,
            seller: sender.member,
            issues: members[sender.member].role == .regulator,
            rules: new.rules,
            policies: new.policies,
            lot: new.lot ?? book.lot,
            reserve: try new.reserve.map { given throws(Refusal) in try price(given, "reserve") },
            tiers: tiers,
            withheld: withheld,
            opens: new.opens,
            closes: new.closes,
            sealKey: new.sealKey,
            commitment: new.commitment,
            hiddenReserve: new.hiddenReserve,
            shares: shares.isEmpty ? [.init(member: sender.member, percent: 100)] : shares
        )
    }

    private mutating func consign(to code: Code, _ quantity: Quantity, _ sender: Sender) throws(Refusal) {
        let id = try findAuction(code)
        try checkPhase(of: id, is: .announced)
        let permitClass = auctions[slot(of: id)].terms.permitClass
        try checkStanding(sender.member, in: registry[permitClass].program)
        try holdPermits(quantity, of: permitClass, sender)
        auctions[slot(of: id)].consign(quantity, of: sender.member)
        publish(id, "")
    }

    private mutating func holdPermits(_ quantity: Quantity, of permitClass: ClassID, _ sender: Sender) throws(Refusal) {
        let account = AccountID.general(sender.member)
        try checkAtRest(registry[permitClass].program)
        try checkPieces(quantity.units, permitClass, in: account)
        guard !ledger.hold(quantity.units, of: .permits(permitClass), in: account) else { return }
        let free = ledger.balance(account, .permits(permitClass)).free
        throw Refusal(.insufficientPermits, "needs \(quantity.units) of \(label(of: permitClass)), free \(free)")
    }

    /// Sets what stands behind a bid; it can be lowered only while there is none.
    private mutating func guarantee(_ code: Code, _ given: DecimalNumber, _ sender: Sender) throws(Refusal) {
        let id = try findAuction(code)
        let terms = auctions[slot(of: id)].terms
        let amount = try minorUnits(given, "amount", currency: terms.currency, max: Limits.moneyMax.minorUnits)
        let phase = auctions[slot(of: id)].phase
        guard phase == .announced || phase == .open else { throw wrongPhase(id, .open) }
        let held = auctions[slot(of: id)].guarantee(of: sender.member).minorUnits
        guard amount >= held || auctions[slot(of: id)].entry(of: sender.member) == nil else {
            throw Refusal(.insufficientGuarantee, "a guarantee cannot be lowered while a bid stands; withdraw it first")
        }
        if amount > held { try checkCash(of: sender.member) }
        let account = AccountID.general(sender.member)
        let asset = AssetID.cash(terms.currency)
        guard amount <= held || ledger.hold(amount - held, of: asset, in: account) else {
            let free = ledger.balance(account, asset).free
            throw Refusal(
                .insufficientFunds,
                "needs \(text(amount - held, terms.currency)) more, free \(text(free, terms.currency))"
            )
        }
        // Nothing below may fail.
        if amount < held { ledger.release(held - amount, of: asset, in: account) }
        auctions[slot(of: id)].guarantees.removeAll { $0.member == sender.member }
        if amount > 0 {
            auctions[slot(of: id)].guarantees.append(.init(member: sender.member, amount: Money(minorUnits: amount)))
            auctions[slot(of: id)].guarantees.sort { $0.member < $1.member }
        }
    }

    /// Ends an auction before its bids are opened: everything held is free again, and no bid is ever read.
    private mutating func callOff(_ code: Code, _ text: String, _ sender: Sender) throws(Refusal) {
        let id = try findAuction(code)
        let terms = auctions[slot(of: id)].terms
        if terms.seller != sender.member { try checkRegulator(of: registry[terms.permitClass].program, sender) }
        try checkNoSweep(of: program(of: id))
        guard auctions[slot(of: id)].phase.isBeforeResult else { throw wrongPhase(id, .open) }
        // Nothing below may fail.
        endBeforeResult(id, text: text)
    }

    /// The program whose permits an auction sells.
    func program(of id: AuctionID) -> ProgramID { registry[auctions[slot(of: id)].terms.permitClass].program }

    mutating func endBeforeResult(_ id: AuctionID, text: String) {
        releaseHolds(of: id)
        registry.pledge(.zero - auctions[slot(of: id)].setAside, of: auctions[slot(of: id)].terms.permitClass)
        auctions[slot(of: id)].end(as: .calledOff, sequence: sequence)
        publish(id, text)
    }

    /// Sets what a participant is to purchase limits; `associate` brings it, with its own associates, into another's group, nil takes it out of its group.
    private mutating func classify(
        _ code: Code,
        isCompliance: Bool,
        associate: Code?,
        _ sender: Sender
    ) throws(Refusal) {
        let member = try findMember(code)
        try checkParticipant(member)
        let others = members.associates(of: member).filter { $0 != member }
        var group = member
        if let associate {
            let other = try findMember(associate)
            try checkParticipant(other)
            group = members[other].group ?? other
        }
        let classifier = members[member].classifier ?? sender.member
        guard classifier == sender.member || (others.isEmpty && members[member].group == nil) else {
            throw Refusal(
                .notYourProgram,
                "\(code) was put among its associates by \(members[classifier].code), who alone can change that"
            )
        }
        // Nothing below may fail.
        members[member].isCompliance = isCompliance
        members[member].classifier = sender.member
        // Those it led follow it into the new group, or go on under the first of them.
        let leader = associate == nil ? others.first ?? member : group
        for other in others { members[other].group = other == leader ? nil : leader }
        members[member].group = group == member ? nil : group
        members.gatherAssociates()
        for changed in others + [member] {
            let state = members[changed]
            publish(.classification(changed, isCompliance: state.isCompliance, lead: state.group))
        }
        let lead = members.associates(of: member)[0]
        enforceLimits(of: lead, registry.classIDs)
    }

    /// Takes a member's bid and consignments out of an auction before its result; one that it sells itself ends.
    mutating func withdraw(_ member: MemberID, from id: AuctionID) {
        guard auctions[slot(of: id)].terms.seller != member else {
            return endBeforeResult(id, text: "its seller is suspended")
        }
        removeBid(of: member, from: id)
        let parts = auctions[slot(of: id)].consignments.filter { $0.member == member }
        guard !parts.isEmpty else { return }
        let asset = AssetID.permits(auctions[slot(of: id)].terms.permitClass)
        for part in parts { ledger.release(part.quantity.units, of: asset, in: .general(member)) }
        auctions[slot(of: id)].consignments.removeAll { $0.member == member }
        publish(id, "a consignor is suspended")
    }

    /// Opens or closes the window, when its time has come.
    mutating func passWindow(_ id: AuctionID, to phase: AuctionPhase) {
        guard let slot = place(of: id), auctions[slot].phase == (phase == .open ? .announced : .open) else { return }
        auctions[slot].phase = phase
        publish(id, "")
    }

    /// Frees guarantees, permits put in, and what bids could have brought, at the end of an auction without a result.
    private mutating func releaseHolds(of id: AuctionID) {
        forgetBids(of: id)
        releaseGuarantees(of: id)
        let auction = auctions[slot(of: id)]
        let asset = AssetID.permits(auction.terms.permitClass)
        if !auction.terms.issues {
            ledger.release(auction.supply.units, of: asset, in: .general(auction.terms.seller))
        }
        for part in auction.consignments { ledger.release(part.quantity.units, of: asset, in: .general(part.member)) }
    }

    /// Takes back what bids could have brought: they no longer count against any limit.
    mutating func forgetBids(of id: AuctionID) {
        let auction = auctions[slot(of: id)]
        let asset = AssetID.permits(auction.terms.permitClass)
        for entry in auction.entries {
            standingBids[entry.member, default: 0] -= 1
            ledger.expect(-entry.bid.quantity.units, of: asset, in: .general(entry.member))
        }
    }

    /// Frees what stood behind bids.
    mutating func releaseGuarantees(of id: AuctionID) {
        let auction = auctions[slot(of: id)]
        for guarantee in auction.guarantees {
            let asset = AssetID.cash(auction.terms.currency)
            ledger.release(guarantee.amount.minorUnits, of: asset, in: .general(guarantee.member))
        }
    }

    /// Puts where an auction stands on the public stream.
    mutating func publish(_ id: AuctionID, _ text: String) {
        auctionStreamCount += 1
        let auction = auctions[slot(of: id)]
        events.append(
            .auction(
                count: auctionStreamCount,
                auction: id,
                phase: auction.phase,
                offered: auction.result?.offered ?? auction.offered,
                text: text
            )
        )
    }

    /// Refuses what belongs to another phase; one is over when its time is, even if its timer waits for its turn.
    func checkPhase(of id: AuctionID, is phase: AuctionPhase) throws(Refusal) {
        let auction = auctions[slot(of: id)]
        let isOver =
            (phase == .open && auction.terms.closes <= now) || (phase == .announced && auction.terms.opens <= now)
        guard auction.phase == phase, !isOver else { throw wrongPhase(id, phase) }
    }

    func wrongPhase(_ id: AuctionID, _ wanted: AuctionPhase) -> Refusal {
        let auction = auctions[slot(of: id)]
        return Refusal(
            .wrongPhase,
            "auction \(auction.terms.code) is \(auction.phase.text), not \(wanted.text); it opens \(auction.terms.opens) and closes \(auction.terms.closes)"
        )
    }
}
