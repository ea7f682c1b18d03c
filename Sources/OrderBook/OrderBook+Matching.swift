package import Permits

// Continuous matching: price, then time; trades at the resting price.

extension OrderBook {
    /// Trades an incoming order, and rests what may rest.
    mutating func trade(_ order: inout Order, events: inout ContiguousArray<BookEvent>) {
        if order.timeInForce == .fok || order.minimum > .zero {
            let wanted = order.timeInForce == .fok ? order.open : order.minimum
            guard fillable(order, upTo: wanted) >= wanted else {
                events.append(.closed(order, order.timeInForce == .fok ? .fillOrKill : .minimumQuantity))
                return
            }
        }
        let isSelfTrade =
            switch order.side {
            case .buy: OrderBook.match(&order, with: &asks, &orders, &touches, &lastPrice, &events)
            case .sell: OrderBook.match(&order, with: &bids, &orders, &touches, &lastPrice, &events)
            }
        order.showSlice()
        if isSelfTrade {
            events.append(.closed(order, .selfTrade))
        } else if order.open > .zero {
            if order.kind == .market || order.timeInForce == .ioc {
                events.append(.closed(order, .unfilled))
            } else {
                precondition(order.timeInForce != .fok, "a fill-or-kill order was not filled whole")
                join(order, order.side == .buy ? .bids : .asks)
            }
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
        _ touches: inout ContiguousArray<Touch>,
        _ lastPrice: inout Price,
        _ events: inout ContiguousArray<BookEvent>
    ) -> Bool {
        guard !ladder.isEmpty else { return false }
        let limit = ladder.index(of: taker.price)
        var isSelfTrade = false
        while taker.open > .zero, !isSelfTrade {
            let best = ladder.first
            guard best <= limit else { break }
            let price = ladder.price(at: best)
            ladder.touch(best, taker.side.opposite, &touches)
            var level = ladder.levels[best]
            while taker.open > .zero, level.head != 0 {
                let slot = level.head
                if slab[slot].order.owner == taker.owner {
                    isSelfTrade = taker.selfTrade != .oldest
                    if taker.selfTrade == .newest { break }
                    events.append(.closed(slab[slot].order, .selfTrade))
                    level.remove(slot, &slab)
                    slab.free(slot)
                    if isSelfTrade { break }
                    continue
                }
                let quantity = min(taker.open, slab[slot].order.shown)
                taker.open -= quantity
                level.reduce(slot, by: quantity, shown: quantity, &slab)
                let maker = slab[slot].order
                events.append(
                    .fill(
                        Fill(
                            price: price,
                            quantity: quantity,
                            aggressor: taker.side,
                            buy: taker.side == .buy ? taker.party : maker.party,
                            sell: taker.side == .buy ? maker.party : taker.party
                        )
                    )
                )
                lastPrice = price
                if maker.shown == .zero {
                    level.remove(slot, &slab)
                    if maker.open == .zero {
                        slab.free(slot)
                    } else {
                        // An iceberg's next slice queues behind what is there.
                        slab[slot].order.showSlice()
                        level.append(slot, &slab)
                    }
                }
            }
            ladder.set(best, level)
        }
        return isSelfTrade
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
