import Ledger
import Permits
import Registry

// What open swaps, offers, transfers and leases do to accounts: the same for each.

extension Exchange {
    /// Sets apart what a checked promise gives, and counts what it would bring.
    mutating func keep(_ promise: some Promise) {
        for (id, quantity) in promise.held {
            let isHeld = ledger.hold(quantity.units, of: .permits(id), in: .general(promise.giver))
            precondition(isHeld, "a checked promise is not covered")
        }
        for (id, quantity) in promise.awaited {
            ledger.expect(quantity.units, of: .permits(id), in: .general(promise.taker))
        }
    }

    /// Frees what a promise held and counted.
    mutating func free(_ promise: some Promise) {
        for (id, quantity) in promise.held {
            ledger.release(quantity.units, of: .permits(id), in: .general(promise.giver))
        }
        for (id, quantity) in promise.awaited {
            ledger.expect(-quantity.units, of: .permits(id), in: .general(promise.taker))
        }
    }

    /// Ends the swaps and offers of a member that give or bring permits of some classes.
    mutating func endDeals(of member: MemberID, in classes: [ClassID]) {
        for offer in registry.offers(of: member) where classes.contains(where: offer.concerns) {
            end(offer, .ended)
        }
        for swap in registry.swaps(of: member) where classes.contains(where: swap.concerns) {
            end(swap, .ended)
        }
    }

    /// Adds what all promises have set apart.
    func tallyPromises(_ tally: inout Ledger.HoldTally) {
        for transfer in registry.transfers { tally.add(transfer) }
        for offer in registry.offers { tally.add(offer) }
        for right in registry.rights { tally.add(right) }
        for swap in registry.swaps { tally.add(swap) }
    }
}

extension Ledger.HoldTally {
    fileprivate mutating func add(_ promise: some Promise) {
        for (id, quantity) in promise.held {
            add(held: quantity.units, of: .permits(id), in: .general(promise.giver))
        }
        for (id, quantity) in promise.awaited {
            add(incoming: quantity.units, of: .permits(id), in: .general(promise.taker))
        }
    }
}
