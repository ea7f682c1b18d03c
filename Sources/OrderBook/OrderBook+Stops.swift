package import Permits

// Stops: they wait by stop price and act on the last price, one at a time, only in continuous trading.

extension OrderBook {
    /// Triggers what became due while the book did not trade continuously; the caller's phase is now `open`.
    package mutating func resumeContinuous(events: inout Buffer<BookEvent>) {
        own()
        triggerStops(events: &events)
        finish(&events)
    }

    /// Triggers the stops that are due, earliest entered first, asking anew after each since it may move the price.
    mutating func triggerStops(events: inout Buffer<BookEvent>) {
        while stopCount > 0, let slot = earliestDueStop() {
            var order = take(slot)
            order.kind = order.kind == .stop ? .market : .limit
            events.append(.triggered(order))
            trade(&order, events: &events)
        }
    }

    /// The stop with the lowest stamp among those whose stop price the last price has reached.
    ///
    /// A level is in order of stamps, so its head suffices. O(levels due).
    private func earliestDueStop() -> UInt32? {
        // A buy stop is due at or below the last price, a sell stop at or above it: each from its ladder's first level.
        switch (earliestDue(in: buyStops), earliestDue(in: sellStops)) {
        case (let buy?, let sell?): return orders[buy].stamp < orders[sell].stamp ? buy : sell
        case (let buy, let sell): return buy ?? sell
        }
    }

    private func earliestDue(in ladder: Ladder) -> UInt32? {
        let limit = ladder.lastIndex(atOrBetter: lastPrice)
        var earliest: UInt32?
        var index = ladder.first
        while index <= limit {
            let head = ladder[index].head
            if earliest.map({ orders[head].stamp < orders[$0].stamp }) ?? true { earliest = head }
            index = ladder.first(from: index + 1)
        }
        return earliest
    }
}
