import OrderBook
import Permits
import Registry

// No member trades with itself where one price is found for many, either: of its orders that would meet, those that their
// self-trade prevention names end before, so that they take nobody's place and move no price.

extension Exchange {
    /// Ends what an order that comes to a call would meet there of its own member's, as it says.
    /// - Returns: whether the order itself may stay.
    mutating func preventSelfTrade(of order: Order, in id: MarketID) -> Bool {
        guard !order.kind.isStop, order.timeInForce != .atTheClose || markets[id.slot].phase == .closing else {
            return true
        }
        var met: [Order] = []
        for number in ordersOfMembers.numbers(of: order.owner) where number.market == id && number != order.id {
            guard let other = markets[id.slot].book.find(number), other.side != order.side, order.meets(other),
                markets[id.slot].book.stands(number)
            else { continue }
            met.append(other)
        }
        guard !met.isEmpty else { return true }
        met.sort { $0.id < $1.id }
        if order.selfTrade.endsResting { cancel(met, in: id, .selfTrade) }
        return !order.selfTrade.endsIncoming
    }

    /// Does the same for the orders that have waited for the closing call, by number.
    /// - Returns: whether all are through.
    mutating func sweepSelfTrades(in id: MarketID, _ sweep: inout Sweep) -> Bool {
        while let order = markets[id.slot].book.nextCallOrder(after: OrderID(number: sweep.next)) {
            guard takeStep() else { return false }
            sweep.next = order.id.number
            guard order.timeInForce == .atTheClose else { continue }
            stepsLeft -= ordersOfMembers.count(of: order.owner) / 4
            if !preventSelfTrade(of: order, in: id) { cancel(order.id, .selfTrade) }
        }
        return true
    }

    /// Does the same for what meets in the batch of a way: of two orders of a member the newer one says which of them ends.
    mutating func preventSelfTrades(by coupling: Coupling) {
        while let (sells, buys) = meeting(coupling) {
            let sellers = shownByOwner(sells, in: coupling.origin)
            let buyers = shownByOwner(buys, in: coupling.destination)
            var ended: Set<OrderID> = []
            for (owner, sells) in sellers {
                guard let buys = buyers[owner] else { continue }
                ended.formUnion(selfTrades(sells, buys, by: coupling))
            }
            guard !ended.isEmpty else { return }
            for order in ended.sorted() { cancel(order, .selfTrade) }
        }
    }

    /// Which of a member's orders end so that none of its sells meets one of its buys; both stand best first.
    private func selfTrades(
        _ sells: [OrderBook.Shown],
        _ buys: [OrderBook.Shown],
        by coupling: Coupling
    ) -> [OrderID] {
        var ended: [OrderID] = []
        var (sell, buy) = (0, 0)
        while sell < sells.count, buy < buys.count,
            coupling.meet(buy: buys[buy].price.minorUnits, sell: sells[sell].price.minorUnits)
        {
            let isSellNewer = sells[sell].id > buys[buy].id
            let newer =
                isSellNewer
                ? markets[coupling.origin.slot].book.order(sells[sell].id)
                : markets[coupling.destination.slot].book.order(buys[buy].id)
            let rule = newer?.selfTrade ?? .both
            let (endsSell, endsBuy) =
                isSellNewer ? (rule.endsIncoming, rule.endsResting) : (rule.endsResting, rule.endsIncoming)
            if endsSell {
                ended.append(sells[sell].id)
                sell += 1
            }
            if endsBuy {
                ended.append(buys[buy].id)
                buy += 1
            }
        }
        return ended
    }

    private func shownByOwner(
        _ orders: ContiguousArray<OrderBook.Shown>,
        in id: MarketID
    ) -> [MemberID: [OrderBook.Shown]] {
        var owned: [MemberID: [OrderBook.Shown]] = [:]
        for shown in orders {
            guard let order = markets[id.slot].book.order(shown.id) else { continue }
            owned[order.owner, default: []].append(shown)
        }
        return owned
    }
}

extension Order {
    /// Whether a price lies between this order's and one of the other side's.
    fileprivate func meets(_ other: Order) -> Bool { side == .buy ? price >= other.price : price <= other.price }
}
