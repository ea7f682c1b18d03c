package import Permits

// Continuous matching: price, then time; trades at the resting price.

extension OrderBook {
    /// Trades an incoming order, and rests what may rest.
    mutating func trade(_ order: inout Order, events: inout Buffer<BookEvent>) {
        if order.isFillOrKill || order.minimum.units > 0 {
            let wanted = order.isFillOrKill ? order.open : order.minimum
            guard fillable(order, upTo: wanted, matches: matchesLeft) >= wanted else {
                events.append(.closed(order, order.isFillOrKill ? .fillOrKill : .minimumQuantity))
                return
            }
        }
        let isSelfTrade =
            order.isBuy
            ? OrderBook.match(&order, with: &asks, &orders, &touches, &lastPrice, clock, &matchesLeft, &events)
            : OrderBook.match(&order, with: &bids, &orders, &touches, &lastPrice, clock, &matchesLeft, &events)
        guard order.open.units > 0 else { return }
        order.showSlice()
        if isSelfTrade {
            events.append(.closed(order, .selfTrade))
        } else if matchesLeft == 0, wouldCross(side: order.side, price: order.price) {
            events.append(.closed(order, .matchLimit))
        } else if order.isImmediate {
            events.append(.closed(order, .unfilled))
        } else {
            precondition(!order.isFillOrKill, "a fill-or-kill order was not filled whole")
            join(order, order.side.book)
        }
    }

    /// Matches an incoming order with the other side's ladder, until it is filled, meets itself, stops crossing or has met as
    /// many orders as it may.
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
        _ matchesLeft: inout Int,
        _ events: inout Buffer<BookEvent>
    ) -> Bool {
        guard !ladder.isEmpty else { return false }
        let limit = ladder.index(of: taker.price)
        var isSelfTrade = false
        var left = matchesLeft
        defer { matchesLeft = left }
        while taker.open.units > 0, !isSelfTrade, left > 0 {
            let best = ladder.first
            guard best <= limit else { break }
            let price = ladder.price(at: best)
            ladder.touch(best, taker.side.opposing, &touches)
            var level = ladder[best]
            while taker.open.units > 0, level.head != 0, left > 0 {
                left -= 1
                let slot = level.head
                let resting = slab[slot]
                if resting.owner == taker.owner.index {
                    isSelfTrade = taker.selfTrade.endsIncoming
                    if !taker.selfTrade.endsResting { break }
                    events.append(.closed(slab.order(at: slot), .selfTrade))
                    level.remove(slot, &slab)
                    slab.free(slot)
                    if isSelfTrade { break }
                    continue
                }
                let quantity = min(taker.open.units, Int64(resting.shown))
                taker.open.units -= quantity
                lastPrice = price
                let rest = Int64(resting.open) - quantity
                events.append(.fill(Fill(quantity, price, taker, resting, rest, slab.reference(at: slot))))
                if quantity == Int64(resting.shown) {
                    // As a whole: its quantities are still those that the level counts.
                    level.remove(slot, &slab)
                    if rest == 0 {
                        slab.free(slot)
                    } else {
                        requeue(slot, UInt32(rest), clock, &level, &slab)
                    }
                } else {
                    level.reduce(slot, by: quantity, shown: quantity, &slab)
                }
            }
            ladder.set(best, level)
        }
        return isSelfTrade
    }

    /// Queues an iceberg's next slice behind what is there.
    @inline(never)
    private static func requeue(
        _ slot: UInt32,
        _ open: UInt32,
        _ clock: UInt64,
        _ level: inout Level,
        _ slab: inout Slab
    ) {
        slab[slot].open = open
        slab[slot].showSlice()
        slab[slot].stamp = clock
        level.append(slot, &slab)
    }

    /// How much an incoming order could trade now with at most `matches` orders, counted no further than `wanted`; hidden
    /// quantity included, of which each slice counts as an order.
    ///
    /// Self-trade prevention `oldest` would cancel own orders on the way, so they are skipped. `newest` and `both` end
    /// the order at the first own one: what counts is what trades before, which of an iceberg ahead in the same level
    /// is the shown slice only, since the next slice queues behind. O(orders met).
    package func fillable(_ order: Order, upTo wanted: Quantity, matches: Int = Limits.matchesMax) -> Quantity {
        let ladder = order.side == .buy ? asks : bids
        let limit = ladder.lastIndex(atOrBetter: order.price)
        var sum = Quantity.zero
        var left = matches
        var index = ladder.first
        while index <= limit, sum < wanted {
            let level = ladder[index]
            var slot = level.head
            var (hidden, slices, icebergs, least) = (Quantity.zero, 0, 0, Int64.max)
            while slot != 0 {
                let resting = orders[slot]
                guard left > 0 else { return min(sum, wanted) }
                left -= 1
                if resting.owner != order.owner.index {
                    sum.units += Int64(resting.shown)
                    if resting.display > 0, resting.open > resting.shown {
                        hidden.units += Int64(resting.open - resting.shown)
                        slices += Int((resting.open - resting.shown - 1) / resting.display) + 1
                        icebergs += 1
                        least = min(least, Int64(resting.display))
                    }
                } else if order.selfTrade != .oldest {
                    return min(sum, wanted)
                }
                slot = resting.next
            }
            guard slices <= left else {
                // Each slice is a display's, but the last one of each iceberg.
                sum.units += Int64(max(0, left - icebergs)) * least
                return min(sum, wanted)
            }
            left -= slices
            sum += hidden
            index = ladder.first(from: index + 1)
        }
        return min(sum, wanted)
    }
}

extension Fill {
    /// An incoming order's trade with a resting one, of which `left` stays open.
    @inline(__always)
    fileprivate init(
        _ quantity: Int64,
        _ price: Price,
        _ taker: borrowing Order,
        _ resting: Node,
        _ left: Int64,
        _ reference: PackedCode
    ) {
        let incoming = taker.party
        let other = Party(
            order: OrderID(number: resting.id),
            owner: MemberID(resting.owner),
            reference: reference,
            limit: resting.price,
            open: UInt32(truncatingIfNeeded: left)
        )
        let isBuy = taker.isBuy
        self.init(
            price: price,
            quantity: Quantity(quantity),
            aggressor: taker.side,
            buy: isBuy ? incoming : other,
            sell: isBuy ? other : incoming
        )
    }
}
