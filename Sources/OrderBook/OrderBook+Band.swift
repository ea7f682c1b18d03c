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
    /// - Complexity: levels, orders outside the band or at the edge that others move to, stops and parked orders.
    package mutating func setBand(low: Price, high: Price, events: inout Buffer<BookEvent>) {
        own()
        let before = (bids: depth(.buy, levels: .max), asks: depth(.sell, levels: .max))
        let stops = (slots(of: buyStops) + slots(of: sellStops)).sorted { orders[$0].stamp < orders[$1].stamp }
        let outside = slots(of: bids, outside: low, high) + slots(of: asks, outside: low, high)
        var repriced: Set<UInt32> = []
        for slot in (outside + stops + slots(of: parked)).sorted(by: { orders[$0].id < orders[$1].id }) {
            var order = orders.order(at: slot)
            guard let price = OrderBook.price(of: order, low: low, high: high) else {
                take(slot)
                events.append(.closed(order, .band))
                continue
            }
            guard price != order.price else { continue }
            let from = order.price
            order.price = price
            events.append(.repriced(order, from: from))
            repriced.insert(slot)
            if orders[slot].isWaitingStop || orders[slot].place == .parked {
                orders[slot].price = UInt32(price.minorUnits)
            }
        }
        let moving = ContiguousArray(outside.filter(repriced.contains))
        let edges = take(moving, .buy, to: high) + take(moving, .sell, to: low)
        // The notes of touched levels are of the old ladders; `before` stands in for them.
        touches.removeAll()
        self.low = low
        self.high = high
        bids = bids.moved(low: low, high: high)
        asks = asks.moved(low: low, high: high)
        buyStops = Ladder(tick: tick, low: low, high: high, isDescending: false)
        sellStops = Ladder(tick: tick, low: low, high: high, isDescending: true)
        stopCount = 0
        for slot in edges {
            let stamp = orders[slot].stamp
            stand(slot, orders[slot].side.book)
            orders[slot].stamp = stamp
        }
        for slot in stops where orders[slot].isWaitingStop && orders[slot].place != .free {
            stand(slot, orders[slot].place)
        }
        forgetTouches()
        report(.buy, before: before.bids, events: &events)
        report(.sell, before: before.asks, events: &events)
    }

    /// Takes the orders of a side that move to a price off their levels, and those that stand there behind them.
    /// - Returns: all of them, in the order in which they are to stand there.
    private mutating func take(_ moving: ContiguousArray<UInt32>, _ side: Side, to price: Price) -> ContiguousArray<
        UInt32
    > {
        let moving = ContiguousArray(moving.filter { orders[$0].side == side })
        guard !moving.isEmpty else { return [] }
        let ladder = side == .buy ? bids : asks
        let present = ladder.covers(price) ? slots(of: ladder[ladder.index(of: price)]) : []
        for slot in moving + present { leave(slot) }
        for slot in moving { orders[slot].price = UInt32(price.minorUnits) }
        return moving + present
    }

    /// The slots of the levels of a ladder that are outside a band, best level first.
    private func slots(of ladder: Ladder, outside low: Price, _ high: Price) -> ContiguousArray<UInt32> {
        var found: ContiguousArray<UInt32> = []
        var index = ladder.first
        while index != Ladder.none {
            let price = ladder.price(at: index)
            if price < low || price > high { found += slots(of: ladder[index]) }
            index = ladder.first(from: index + 1)
        }
        return found
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
