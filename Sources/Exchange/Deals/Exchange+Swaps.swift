import Audit
import Ledger
import Permits
import Registry

// Barter: permits of one class for permits of another, between two members or round three, in one step.

extension Exchange {
    /// Enters an offer; it executes at once if another, or two others in a ring, give what it wants for what it gives.
    mutating func offerSwap(_ new: NewSwap, _ sender: Sender) throws(Refusal) -> Outcome {
        let partner = try new.partner.map { code throws(Refusal) in try findMember(code) }
        let give = try findClass(new.give)
        let want = try findClass(new.want)
        guard give != want else { throw Refusal(.invalidCombination, "give and want are the same permits") }
        if let partner {
            try checkParticipant(partner)
            guard partner != sender.member else {
                throw Refusal(.invalidCombination, "to is the sending member itself")
            }
        }
        guard new.expires ?? .never > now else {
            throw Refusal(.expiryPassed, "expire \(new.expires ?? now) is not after \(now)")
        }
        for id in [give, want] {
            try checkLasts(id)
            try checkStanding(sender.member, in: registry[id].program)
            try checkUndelayed(id)
        }
        guard registry.swaps(of: sender.member).count < Limits.swapsMax else {
            throw Refusal(.limitReached, "\(Limits.swapsMax) offers to swap are open, the most a member can have")
        }
        try checkHolding(adding: [(want, new.wantQuantity)], losing: [(give, new.giveQuantity)], member: sender.member)
        try checkPermits(PermitAmount(new.give, new.giveQuantity), give, of: sender.member)
        // Nothing below may fail.
        let offer = Swap(
            number: registry.nextSwap(),
            member: sender.member,
            give: give,
            giveQuantity: new.giveQuantity,
            want: want,
            wantQuantity: new.wantQuantity,
            partner: partner,
            expires: new.expires ?? .never
        )
        if let ring = ring(for: offer) {
            execute(offer, with: ring)
            return .registry(.swap(offer.number, .executed))
        }
        registry.add(offer)
        keep(offer)
        if offer.expires != .never { timers.add(.swapExpires(offer.number), at: offer.expires) }
        report(offer, .open)
        return .registry(.swap(offer.number, .open))
    }

    /// The oldest offer that meets it, or the oldest two that close a ring with it.
    ///
    /// In a ring each gives to the next: the new offer to the last, the last to the first, the first to the new one.
    /// - Complexity: the offers that give what it wants; rings are looked for among `Limits.ringsMax` pairs.
    private func ring(for offer: Swap) -> [Swap]? {
        let open = registry.swaps(giving: offer.want)
        if let other = open.first(where: { $0.meets(offer) && fits($0, offer) }) { return [other] }
        guard offer.partner == nil else { return nil }
        var left = Limits.ringsMax
        for first in open where first.partner == nil && first.gives(to: offer) && fits(first, offer) {
            for last in registry.swaps(giving: first.want) {
                guard left > 0 else { return nil }
                left -= 1
                guard last.partner == nil, last.number != first.number, last.gives(to: first), offer.gives(to: last)
                else { continue }
                return [first, last]
            }
        }
        return nil
    }

    /// Whether the offerer may take all that another gives: it can be more than is wanted.
    private func fits(_ other: Swap, _ offer: Swap) -> Bool {
        guard other.give == offer.want else { return false }
        do throws(Refusal) {
            try checkHolding(
                adding: [(other.give, other.giveQuantity)],
                losing: [(offer.give, offer.giveQuantity)],
                member: offer.member
            )
            return true
        } catch {
            return false
        }
    }

    /// Moves all legs: those that were waiting get and give what they asked, what is better goes to the new offer.
    private mutating func execute(_ offer: Swap, with ring: [Swap]) {
        for other in ring {
            registry.remove(swap: other.number)
            free(other)
        }
        let first = ring[0]
        let last = ring[ring.count - 1]
        var legs = [(from: offer.member, to: last.member, last.want, last.wantQuantity)]
        if ring.count == 2 { legs.append((from: last.member, to: first.member, first.want, first.wantQuantity)) }
        legs.append((from: first.member, to: offer.member, first.give, first.giveQuantity))
        for (source, target, id, quantity) in legs {
            var transfer = Transfer(
                kind: .swap,
                from: source,
                to: target,
                asset: .permits(id),
                amount: quantity.units,
                text: "swap \(offer.number)"
            )
            move(&transfer)
        }
        for swap in [offer] + ring {
            report(swap, .executed)
            publish(.swapped(swap, by: offer.number))
        }
        for (_, target, id, quantity) in legs { alertHolding(of: target, id, adding: quantity) }
    }

    mutating func end(_ swap: Swap, _ state: SwapState) {
        registry.remove(swap: swap.number)
        free(swap)
        report(swap, state)
    }

    mutating func withdrawSwap(_ number: UInt64, _ sender: Sender) throws(Refusal) {
        guard let swap = registry.swaps[number], swap.member == sender.member else {
            throw Refusal(.unknownOrder, "no open offer \(number) of yours; SWAPS lists them")
        }
        end(swap, .withdrawn)
    }

    mutating func expire(swap number: UInt64) {
        guard let swap = registry.swaps[number], swap.expires <= now else { return }
        end(swap, .expired)
    }

    private mutating func report(_ swap: Swap, _ state: SwapState) {
        events.append(.swap(member: swap.member, count: nextCount(of: swap.member), swap: swap, state: state))
    }
}
