import Ledger
import OrderBook
import Permits
import Registry

// Matching across zones: an incoming order meets what it can reach by delivered price, then time.
//
// A buy's delivered price of an offer elsewhere is price × left / arrives: what the permits cost once they have come.
// The trade is made where the resting order stands, at its price. An incoming buyer's permits pass the links after the
// trade, an incoming seller's before it; either uses up the links' accounts at that sequence number.

extension Exchange {
    /// The best order that an incoming one can meet.
    private struct Counterparty {
        var order: Order
        var since: UInt64
        /// The way between the two; nil in the order's own market.
        var coupling: Coupling?
        /// In multiples of the way's amounts, or in permits.
        var multiples: Int64
        /// What a buy gets of what leaves, 1 of 1 at home.
        var left: Int64
        var arrives: Int64
    }

    /// Lets an order of a coupled market trade and rest.
    mutating func admitAcross(_ incoming: Order, in id: MarketID) {
        let isOpen = markets[id.slot].phase == .open
        let reachesOut = incoming.reachesOut
        guard isOpen, reachesOut, isReached(by: incoming.side, at: incoming.price, in: id) else {
            hasTriggered = false
            enterAtHome(incoming, in: id)
            // What could not reach out cannot meet another zone where it rests; a stop, or what did not try, may.
            if isOpen, hasTriggered || !reachesOut, isCrossed(id) {
                couple(registry[markets[id.slot].terms.permitClass].program)
            }
            return
        }
        var order = incoming
        var touched: [MarketID] = [id]
        var isSelfTrade = false
        var isOverLimit = false
        while order.open > .zero, !isSelfTrade, isReached(by: order.side, at: order.price, in: id) {
            guard let best = counterparty(of: order, in: id) else { break }
            guard matchesLeft > 0 else {
                isOverLimit = true
                break
            }
            // Each looks at the best price of every way.
            matchesLeft = max(0, matchesLeft - 1 - couplings[id.slot].wayCount(order.side))
            if !touched.contains(best.order.id.market) { touched.append(best.order.id.market) }
            if best.order.owner == order.owner {
                isSelfTrade = order.selfTrade != .oldest
                if order.selfTrade != .newest { cancel(best.order.id, .selfTrade) }
            } else {
                trade(&order, in: id, with: best)
            }
        }
        if isSelfTrade || isOverLimit {
            bookEvents.append(.closed(order, isSelfTrade ? .selfTrade : .matchLimit))
            settleBookEvents(of: id)
        } else if order.open > .zero {
            enterAtHome(order, in: id)
        }
        for market in touched where markets[market.slot].phase == .open {
            resume(market)
        }
        couple(registry[markets[id.slot].terms.permitClass].program)
    }

    /// Whether a resting order of a market meets one of another zone.
    private func isCrossed(_ id: MarketID) -> Bool {
        for index in couplings[id.slot].inbound.indices {
            let origin = couplings[id.slot].inbound[index].origin
            if isOpen(id, .inbound, index, buy: tops[id.slot].bid, sell: tops[origin.slot].ask) { return true }
        }
        for index in couplings[id.slot].outbound.indices {
            let destination = couplings[id.slot].outbound[index].destination
            if isOpen(id, .outbound, index, buy: tops[destination.slot].bid, sell: tops[id.slot].ask) { return true }
        }
        return false
    }

    /// Whether any order elsewhere meets one that comes at a price.
    mutating func isReached(by side: Side, at price: Price, in id: MarketID) -> Bool {
        switch side {
        case .buy:
            for index in couplings[id.slot].inbound.indices {
                let origin = couplings[id.slot].inbound[index].origin
                if isOpen(id, .inbound, index, buy: price.minorUnits, sell: tops[origin.slot].ask) { return true }
            }
        case .sell:
            for index in couplings[id.slot].outbound.indices {
                let destination = couplings[id.slot].outbound[index].destination
                if isOpen(id, .outbound, index, buy: tops[destination.slot].bid, sell: price.minorUnits) { return true }
            }
        }
        return false
    }

    private enum Direction { case inbound, outbound }

    /// Whether two prices meet by a coupling, and something can pass by it; indices, so that nothing is copied.
    private func isOpen(_ id: MarketID, _ direction: Direction, _ index: Int, buy: Int64, sell: Int64) -> Bool {
        switch direction {
        case .inbound:
            couplings[id.slot].inbound[index].meet(buy: buy, sell: sell)
                && capacity(of: couplings[id.slot].inbound[index]) > 0
        case .outbound:
            couplings[id.slot].outbound[index].meet(buy: buy, sell: sell)
                && capacity(of: couplings[id.slot].outbound[index]) > 0
        }
    }

    /// The best order that an incoming one can trade with now: by delivered price, then time, then at home first, then
    /// by the shorter way.
    private func counterparty(of order: Order, in id: MarketID) -> Counterparty? {
        var best: Counterparty?
        let home = markets[id.slot].book.queue(
            order.side.opposite,
            showing: Quantity(1),
            atOrBetter: order.price,
            count: 1
        )
        if let first = home.first {
            best = Counterparty(
                order: first.order,
                since: first.since,
                coupling: nil,
                multiples: min(order.open, first.order.shown).units,
                left: 1,
                arrives: 1
            )
        }
        for coupling in order.side == .buy ? couplings[id.slot].inbound : couplings[id.slot].outbound {
            guard let found = counterparty(of: order, by: coupling) else { continue }
            if best.map({ isBetter(found, than: $0, for: order.side) }) ?? true { best = found }
        }
        return best
    }

    /// Whether an order would trade with one of another zone.
    func meetsAcross(_ order: Order, in id: MarketID) -> Bool {
        (order.side == .buy ? couplings[id.slot].inbound : couplings[id.slot].outbound).contains {
            counterparty(of: order, by: $0) != nil
        }
    }

    private func counterparty(of order: Order, by coupling: Coupling) -> Counterparty? {
        let (left, arrives) = (coupling.left, coupling.arrives)
        let (own, other) = order.side == .buy ? (arrives, left) : (left, arrives)
        let market = order.side == .buy ? coupling.origin : coupling.destination
        let multiples = min(order.open.units / own, capacity(of: coupling))
        guard multiples > 0 else { return nil }
        let first = markets[market.slot].book.queue(
            order.side.opposite,
            showing: Quantity(other),
            atOrBetter: worstPrice(for: order, by: coupling),
            count: 1
        ).first
        guard let first else { return nil }
        return Counterparty(
            order: first.order,
            since: first.since,
            coupling: coupling,
            multiples: min(multiples, first.order.shown.units / other),
            left: left,
            arrives: arrives
        )
    }

    /// The worst price elsewhere that an order's limit allows.
    func worstPrice(for order: Order, by coupling: Coupling) -> Price {
        let limit = Int128(order.price.minorUnits)
        let (left, arrives) = (Int128(coupling.left), Int128(coupling.arrives))
        let price = order.side == .buy ? limit * arrives / left : (limit * left + arrives - 1) / arrives
        return Price(minorUnits: Int64(min(price, Int128(Limits.priceMax.minorUnits))))
    }

    /// Whether an incoming order would rather meet `a` than `b`.
    private func isBetter(_ a: Counterparty, than b: Counterparty, for side: Side) -> Bool {
        // A buy compares price × left / arrives, a sell price × arrives / left: cross-multiplied, exactly.
        let (one, two) =
            side == .buy
            ? (
                Int128(a.order.price.minorUnits) * Int128(a.left) * Int128(b.arrives),
                Int128(b.order.price.minorUnits) * Int128(b.left) * Int128(a.arrives)
            )
            : (
                Int128(b.order.price.minorUnits) * Int128(b.arrives) * Int128(a.left),
                Int128(a.order.price.minorUnits) * Int128(a.arrives) * Int128(b.left)
            )
        return one != two ? one < two : a.since < b.since
    }

    private mutating func trade(_ order: inout Order, in id: MarketID, with best: Counterparty) {
        let market = best.order.id.market
        let (own, other) = order.side == .buy ? (best.arrives, best.left) : (best.left, best.arrives)
        let quantity = Quantity(best.multiples * other)
        order.open -= Quantity(best.multiples * own)
        markets[market.slot].book.clock = sequence
        let resting = markets[market.slot].book.take(quantity, of: best.order.id, events: &bookEvents)
        let fill = Fill(
            price: best.order.price,
            quantity: quantity,
            aggressor: order.side,
            buy: order.side == .buy ? order.party : resting.party,
            sell: order.side == .buy ? resting.party : order.party
        )
        if let coupling = best.coupling {
            settle(fill, of: order.side, best.multiples, by: coupling)
        } else {
            settle(fill, in: market)
        }
        settleBookEvents(of: market)
    }

    /// Settles a trade whose permits pass links: the trade is made in the market of the other side than `traveller`.
    mutating func settle(_ fill: Fill, of traveller: Side, _ multiples: Int64, by coupling: Coupling) {
        let left = Quantity(multiples * coupling.left)
        let arrives = Quantity(multiples * coupling.arrives)
        switch traveller {
        case .buy:
            let across = Across(side: .buy, market: coupling.destination, quantity: arrives)
            let buyer = AccountID.general(fill.buy.owner)
            ledger.expect(left.units, of: permits(of: coupling.origin), in: buyer)
            settle(fill, in: coupling.origin, across: across)
            carry(multiples, of: fill.buy.owner, by: coupling)
            ledger.expect(-arrives.units, of: permits(of: coupling.destination), in: buyer)
        case .sell:
            let across = Across(side: .sell, market: coupling.origin, quantity: left)
            let seller = AccountID.general(fill.sell.owner)
            ledger.release(left.units, of: permits(of: coupling.origin), in: seller)
            carry(multiples, of: fill.sell.owner, by: coupling)
            let isHeld = ledger.hold(arrives.units, of: permits(of: coupling.destination), in: seller)
            precondition(isHeld, "what arrived is not there")
            settle(fill, in: coupling.destination, across: across)
        }
    }
}

extension Order {
    /// Whether it trades with other zones when it enters: not what waits, nor what must be filled at once or in part.
    fileprivate var reachesOut: Bool {
        guard !kind.isStop, minimum == .zero else { return false }
        switch timeInForce {
        case .atTheOpen, .atTheClose, .fok: return false
        case .gtc, .day, .gtd, .ioc: return true
        }
    }
}
