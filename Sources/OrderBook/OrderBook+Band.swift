package import Permits

// Moving the price band.

extension OrderBook {
    /// Moves the band; both ends are multiples of the tick.
    ///
    /// A limit or a waiting stop price outside the new band closes its order (`.band`). A protection price (of kind
    /// `.market` or `.stop`) beyond the edge that it was fixed at follows that edge inwards: `.repriced`, and the
    /// caller may release part of a buyer's hold. Beyond the other edge it closes the order, for following would
    /// commit a buyer to more than was held. Who stays keeps the order of better price, then earlier place.
    /// Events: closed and repriced orders by number; then changed levels, bids then asks, best first.
    package mutating func setBand(low: Price, high: Price, events: inout Buffer<BookEvent>) {
        own()
        let before = (bids: depth(.buy, levels: .max), asks: depth(.sell, levels: .max))
        var repriced: ContiguousArray<(slot: UInt32, price: Price)> = []
        for var order in allOrders {
            let slot = orders.slot(of: order.id)
            guard let price = OrderBook.price(of: order, low: low, high: high) else {
                take(slot)
                events.append(.closed(order, .band))
                continue
            }
            guard price != order.price else { continue }
            repriced.append((slot, price))
            let from = order.price
            order.price = price
            events.append(.repriced(order, from: from))
        }
        let queued = slots(of: bids) + slots(of: asks)
        let stops = (slots(of: buyStops) + slots(of: sellStops)).sorted { orders[$0].stamp < orders[$1].stamp }
        self.low = low
        self.high = high
        bids = Ladder(tick: tick, low: low, high: high, isDescending: true)
        asks = Ladder(tick: tick, low: low, high: high, isDescending: false)
        buyStops = Ladder(tick: tick, low: low, high: high, isDescending: false)
        sellStops = Ladder(tick: tick, low: low, high: high, isDescending: true)
        stopCount = 0
        // The notes of touched levels are of the old ladders; `before` stands in for them.
        touches.removeAll()
        for (slot, price) in repriced { orders[slot].price = UInt32(price.minorUnits) }
        for slot in queued + stops {
            let stamp = orders[slot].stamp
            stand(slot, orders[slot].place)
            if !orders[slot].isWaitingStop { orders[slot].stamp = stamp }
        }
        forgetTouches()
        report(.buy, before: before.bids, events: &events)
        report(.sell, before: before.asks, events: &events)
    }

    /// The price of an order in a new band, nil if it has no place there.
    private static func price(of order: Order, low: Price, high: Price) -> Price? {
        if order.kind.isStop, order.stop < low || order.stop > high { return nil }
        if order.price >= low, order.price <= high { return order.price }
        guard order.kind == .market || order.kind == .stop else { return nil }
        switch order.side {
        case .buy: return order.price > high ? high : nil
        case .sell: return order.price < low ? low : nil
        }
    }

    /// All slots of a ladder: best level first, each level from its head.
    func slots(of ladder: Ladder) -> ContiguousArray<UInt32> {
        var found: ContiguousArray<UInt32> = []
        var index = ladder.first
        while index != Ladder.none {
            found += slots(of: ladder[index])
            index = ladder.first(from: index + 1)
        }
        return found
    }

    /// All slots of a level from its head.
    func slots(of level: Level) -> ContiguousArray<UInt32> {
        var found: ContiguousArray<UInt32> = []
        var slot = level.head
        while slot != 0 {
            found.append(slot)
            slot = orders[slot].next
        }
        return found
    }

    /// Reports the levels of a side that show another quantity than `before`.
    private func report(_ side: Side, before: [DepthLevel], events: inout Buffer<BookEvent>) {
        let after = depth(side, levels: .max)
        var old = before[...]
        var new = after[...]
        while let price = best(old.first?.price, new.first?.price, side) {
            let was = old.first?.price == price ? old.removeFirst().quantity : .zero
            let now = new.first?.price == price ? new.removeFirst().quantity : .zero
            if was != now { events.append(.level(side, price, now)) }
        }
    }

    private func best(_ a: Price?, _ b: Price?, _ side: Side) -> Price? {
        guard let a, let b else { return a ?? b }
        return side == .buy ? max(a, b) : min(a, b)
    }
}
