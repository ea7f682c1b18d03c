package import Permits

// What orders of other books ask of this one: its first orders, and parts of them.

extension OrderBook {
    /// An order of a queue, and the command by which it took its place there.
    package struct Queued: Sendable {
        package var order: Order
        package var since: UInt64
    }

    /// The orders of a side that show `least` or more, at `worst` or better, by price, then time; at most `count`.
    ///
    /// O(orders met).
    package func queue(
        _ side: Side,
        showing least: Quantity,
        atOrBetter worst: Price,
        count: Int = .max
    ) -> ContiguousArray<Queued> {
        let ladder = side == .buy ? bids : asks
        let limit = ladder.lastIndex(atOrBetter: worst)
        var found: ContiguousArray<Queued> = []
        var index = ladder.first
        while index <= limit, found.count < count {
            var slot = ladder[index].head
            while slot != 0, found.count < count {
                let node = orders[slot]
                if Int64(node.shown) >= least.units {
                    found.append(Queued(order: orders.order(at: slot), since: node.stamp))
                }
                slot = node.next
            }
            index = ladder.first(from: index + 1)
        }
        return found
    }

    /// Takes a live order out without a word: it enters anew.
    package mutating func withdraw(_ id: OrderID, events: inout Buffer<BookEvent>) {
        own()
        take(orders.slot(of: id))
        finish(&events)
    }

    /// Takes part of what an order shows for an order of another book; an iceberg's next slice queues behind.
    ///
    /// Stops act on the new last price when the caller calls `resumeContinuous`.
    /// - Returns: the order as it is now.
    package mutating func take(
        _ quantity: Quantity,
        of id: OrderID,
        events: inout Buffer<BookEvent>
    ) -> Order {
        own()
        let slot = orders.slot(of: id)
        precondition(slot != 0 && quantity.units <= Int64(orders[slot].shown), "the order does not show as much")
        lastPrice = Price(minorUnits: Int64(orders[slot].price))
        reduce(slot, by: quantity.units, shown: quantity.units)
        let order = orders.order(at: slot)
        if order.shown == .zero {
            leave(slot)
            if order.open == .zero {
                orders.free(slot)
            } else {
                orders[slot].showSlice()
                stand(slot, order.side.book)
            }
        }
        finish(&events)
        return order
    }
}
