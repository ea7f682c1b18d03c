import HeapModule
package import Permits

// Stops: they wait by stop price and act on the last price, one at a time, only in continuous trading.

extension OrderBook {
    /// Triggers what became due while the book did not trade continuously; the caller's phase is now `open`.
    package mutating func resumeContinuous(events: inout Buffer<BookEvent>) {
        own()
        triggerStops(events: &events)
        finish(&events)
    }

    /// Whether a stop is due that the command at hand may no longer trigger.
    @inline(__always)
    package mutating func hasDueStop() -> Bool {
        guard stopCount > 0 else { return false }
        return buyStops.first <= buyStops.lastIndex(atOrBetter: lastPrice)
            || sellStops.first <= sellStops.lastIndex(atOrBetter: lastPrice)
    }

    /// Triggers the stops that are due, earliest entered first, asking anew after each since it may move the price.
    ///
    /// As many as the command may; the others wait on. O(levels due × log) in all.
    mutating func triggerStops(events: inout Buffer<BookEvent>) {
        guard hasDueStop() else { return }
        var due = DueStops()
        while let slot = takeEarliest(&due) {
            var order = take(slot)
            order.kind = order.kind == .stop ? .market : .limit
            events.append(.triggered(order))
            trade(&order, events: &events)
        }
    }

    private mutating func takeEarliest(_ due: inout DueStops) -> UInt32? {
        var left = matchesLeft
        let slot = due.takeEarliest(self, &left)
        matchesLeft = left
        return slot
    }
}

/// The levels of stops that the last price has reached, by the stamp of their first stop.
///
/// A level is in order of stamps, so its head suffices: a buy stop is due at or below the last price, a sell stop at or above
/// it, each from its ladder's first level. While stops act, none is entered; levels only lose their heads, and the price
/// moves both ways. So each side knows up to where its levels were taken up, and those that the price has left wait apart.
private struct DueStops {
    private struct Entry: Comparable {
        let stamp: UInt64
        let side: Side
        let level: Int

        static func < (a: Entry, b: Entry) -> Bool { a.stamp < b.stamp }
    }

    /// How far the levels of a side were taken up.
    private struct Reached {
        /// The first level that was not; nil before any.
        var next: Int?
        /// Levels that were due and are not now, the nearest to the price first.
        var apart = Heap<Int>()

        mutating func takeUp(
            _ ladder: Ladder,
            _ orders: Slab,
            _ side: Side,
            through limit: Int,
            into entries: inout Heap<Entry>
        ) {
            while let level = apart.min, level <= limit {
                apart.removeMin()
                entries.insert(Entry(stamp: orders[ladder[level].head].stamp, side: side, level: level))
            }
            var level = next ?? ladder.first
            while level <= limit {
                entries.insert(Entry(stamp: orders[ladder[level].head].stamp, side: side, level: level))
                level = ladder.first(from: level + 1)
            }
            next = level
        }
    }

    private var entries = Heap<Entry>()
    private var buys = Reached()
    private var sells = Reached()

    /// The stop with the lowest stamp among those that are due; nil if none is, or the steps are used up.
    mutating func takeEarliest(_ book: OrderBook, _ stepsLeft: inout Int) -> UInt32? {
        let buyLimit = book.buyStops.lastIndex(atOrBetter: book.lastPrice)
        let sellLimit = book.sellStops.lastIndex(atOrBetter: book.lastPrice)
        buys.takeUp(book.buyStops, book.orders, .buy, through: buyLimit, into: &entries)
        sells.takeUp(book.sellStops, book.orders, .sell, through: sellLimit, into: &entries)
        while stepsLeft > 0, let first = entries.popMin() {
            stepsLeft -= 1
            let isBuy = first.side == .buy
            guard first.level <= (isBuy ? buyLimit : sellLimit) else {
                if isBuy { buys.apart.insert(first.level) } else { sells.apart.insert(first.level) }
                continue
            }
            let slot = isBuy ? book.buyStops[first.level].head : book.sellStops[first.level].head
            // The stop behind it is the level's next.
            let next = book.orders[slot].next
            if next != 0 { entries.insert(Entry(stamp: book.orders[next].stamp, side: first.side, level: first.level)) }
            return slot
        }
        return nil
    }
}
