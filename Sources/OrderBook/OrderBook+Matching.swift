package import Permits

// Continuous matching: price, then time; trades at the resting price.

extension OrderBook {
    /// Trades an incoming order, and rests what may rest.
    mutating func trade(_ order: inout Order, events: inout ContiguousArray<BookEvent>) {
        if order.isFillOrKill || order.minimum.units > 0 {
            let wanted = order.isFillOrKill ? order.open : order.minimum
            guard fillable(order, upTo: wanted) >= wanted else {
                events.append(.closed(order, order.isFillOrKill ? .fillOrKill : .minimumQuantity))
                return
            }
        }
        let isSelfTrade =
            order.isBuy
            ? OrderBook.match(&order, with: &asks, &orders, &touches, &lastPrice, clock, &events)
            : OrderBook.match(&order, with: &bids, &orders, &touches, &lastPrice, clock, &events)
        guard order.open.units > 0 else { return }
        order.showSlice()
        if isSelfTrade {
            events.append(.closed(order, .selfTrade))
        } else if order.isImmediate {
            events.append(.closed(order, .unfilled))
        } else {
            precondition(!order.isFillOrKill, "a fill-or-kill order was not filled whole")
            join(order, order.side.book)
        }
    }

    /// Matches an incoming order with the other side's ladder, until it is filled, meets itself or stops crossing.
    ///
    /// A level is copied out, worked off and written back once. Static, with each part of the book in its own
    /// parameter, so that the compiler sees that they do not overlap.
    /// - Returns: whether self-trade prevention ends the incoming order.
    private static func match(
        _ taker: inout Order,
        with ladder: inout Ladder,
        _ slab: inout Slab,
        _ touches: inout TouchList,
        _ lastPrice: inout Price,
        _ clock: UInt64,
        _ events: inout ContiguousArray<BookEvent>
    ) -> Bool {
        guard !ladder.isEmpty else { return false }
        let limit = ladder.index(of: taker.price)
        var isSelfTrade = false
        while taker.open.units > 0, !isSelfTrade {
            let best = ladder.first
            guard best <= limit else { break }
            let price = ladder.price(at: best)
            ladder.touch(best, taker.side.opposing, &touches)
            var level = ladder.levels[best]
            while taker.open.units > 0, level.head != 0 {
                let slot = level.head
                if slab[slot].order.owner.index == taker.owner.index {
                    isSelfTrade = taker.selfTrade != .oldest
                    if taker.selfTrade == .newest { break }
                    events.append(.closed(slab[slot].order, .selfTrade))
                    level.remove(slot, &slab)
                    slab.free(slot)
                    if isSelfTrade { break }
                    continue
                }
                let quantity = min(taker.open.units, slab[slot].order.shown.units)
                taker.open.units -= quantity
                level.reduce(slot, by: quantity, shown: quantity, &slab)
                lastPrice = price
                report(quantity, price, taker, slot, slab, &events)
                if slab[slot].order.shown.units == 0 { requeue(slot, clock, &level, &slab) }
            }
            ladder.set(best, level)
        }
        return isSelfTrade
    }

    @inline(__always)
    private static func report(
        _ quantity: Int64,
        _ price: Price,
        _ taker: borrowing Order,
        _ slot: UInt32,
        _ slab: borrowing Slab,
        _ events: inout ContiguousArray<BookEvent>
    ) {
        let (incoming, resting) = (taker.party, slab[slot].order.party)
        let isBuy = taker.isBuy
        events.append(
            .fill(
                Fill(
                    price: price,
                    quantity: Quantity(quantity),
                    aggressor: taker.side,
                    buy: isBuy ? incoming : resting,
                    sell: isBuy ? resting : incoming
                )
            )
        )
    }

    /// Frees an order that is filled; an iceberg's next slice queues behind what is there.
    private static func requeue(_ slot: UInt32, _ clock: UInt64, _ level: inout Level, _ slab: inout Slab) {
        level.remove(slot, &slab)
        if slab[slot].order.open.units == 0 {
            slab.free(slot)
        } else {
            slab[slot].order.showSlice()
            slab[slot].stamp = clock
            level.append(slot, &slab)
        }
    }

    /// How much an incoming order could trade now, counted no further than `wanted`; hidden quantity included.
    ///
    /// Self-trade prevention `oldest` would cancel own orders on the way, so they are skipped. `newest` and `both` end
    /// the order at the first own one: what counts is what trades before, which of an iceberg ahead in the same level
    /// is the shown slice only, since the next slice queues behind. O(orders met).
    package func fillable(_ order: Order, upTo wanted: Quantity) -> Quantity {
        let ladder = order.side == .buy ? asks : bids
        let limit = ladder.lastIndex(atOrBetter: order.price)
        var sum = Quantity.zero
        var index = ladder.first
        while index <= limit, sum < wanted {
            let level = ladder.levels[index]
            var slot = level.head
            var hidden = Quantity.zero
            while slot != 0 {
                let resting = orders[slot].order
                if resting.owner != order.owner {
                    sum += resting.shown
                    hidden += resting.open - resting.shown
                } else if order.selfTrade != .oldest {
                    return min(sum, wanted)
                }
                slot = orders[slot].next
            }
            sum += hidden
            index = ladder.first(from: index + 1)
        }
        return min(sum, wanted)
    }
}
