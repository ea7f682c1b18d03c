import Permits

// The numbered invariants of `OrderBook`, asserted. O(n + levels); for tests and after recovery.

extension OrderBook {
    /// Stops the program unless the book is sound.
    /// - Parameter isContinuous: whether the market's phase is `open`, when the book may not be crossed.
    package func checkInvariants(isContinuous: Bool) {
        var count = 0
        for place in [Place.bids, .asks, .buyStops, .sellStops] {
            let ladder = self[place]
            ladder.checkBitmap()
            for index in ladder.indices where ladder[index].count > 0 {
                check(ladder[index], place, price: ladder.price(at: index))
                count += Int(ladder[index].count)
            }
        }
        check(parked, .parked, price: nil)
        count += Int(parked.count)
        precondition(count == orders.count, "the queues hold \(count) orders, the index \(orders.count)")
        checkStamps()
        if isContinuous, let bestBid, let bestAsk { precondition(bestBid < bestAsk, "the book is crossed") }
        precondition(touches.count == 0, "a command left touched levels behind")
    }

    private func check(_ level: Level, _ place: Place, price: Price?) {
        var previous: UInt32 = 0
        var count: UInt32 = 0
        var visible = Quantity.zero
        var total = Quantity.zero
        for slot in slots(of: level) {
            let node = orders[slot]
            let order = orders.order(at: slot)
            precondition(node.place == place && node.previous == previous, "the links are broken")
            precondition(orders.slot(of: order.id) == slot, "the index does not agree")
            precondition(
                price == nil || self[place].price(at: self[place].index(of: node)) == price,
                "the level does not agree"
            )
            precondition(
                order.shown > .zero && order.shown <= order.open && order.open <= order.quantity
                    && (order.display > .zero || order.shown == order.open),
                "the quantities do not agree"
            )
            switch place {
            case .bids: precondition(!order.kind.isStop && order.side == .buy && order.price == price, "misplaced")
            case .asks: precondition(!order.kind.isStop && order.side == .sell && order.price == price, "misplaced")
            case .buyStops: precondition(order.kind.isStop && order.side == .buy && order.stop == price, "misplaced")
            case .sellStops: precondition(order.kind.isStop && order.side == .sell && order.stop == price, "misplaced")
            case .parked: precondition(order.timeInForce == .atTheClose, "misplaced")
            case .free: preconditionFailure("a free slot in a queue")
            }
            if place == .buyStops || place == .sellStops {
                precondition(previous == 0 || node.stamp > orders[previous].stamp, "the stamps are out of order")
            }
            previous = slot
            count += 1
            visible += order.shown
            total += order.open
        }
        precondition(level.tail == previous && level.count == count, "the count does not agree")
        precondition(level.visible == visible.units && level.total == total.units, "the sums do not agree")
        precondition(!level.isTouched, "a level is touched")
    }

    /// No two stops have the same stamp, and none is newer than the last given.
    private func checkStamps() {
        let stamps = (slots(of: buyStops) + slots(of: sellStops)).map { orders[$0].stamp }.sorted()
        for (earlier, later) in zip(stamps, stamps.dropFirst()) {
            precondition(earlier < later, "two stops have the same stamp")
        }
        precondition(stamps.count == stopCount, "the count of stops does not agree")
        precondition((stamps.last ?? 0) <= stampLast, "a stop is newer than the last stamp")
    }
}
