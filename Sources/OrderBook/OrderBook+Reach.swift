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

    /// What an order shows, in multiples of an amount.
    package struct Shown: Sendable, BitwiseCopyable {
        package let id: OrderID
        package let price: Price
        package let multiples: Int64
    }

    /// What the orders of a side show, in multiples of an amount, at `worst` or better, by price, then time.
    ///
    /// It ends with the price at which there is `enough`. O(orders listed and passed over).
    package func shown(
        _ side: Side,
        inMultiplesOf amount: Quantity,
        atOrBetter worst: Price,
        enough: Int64
    ) -> ContiguousArray<Shown> {
        let ladder = side == .buy ? bids : asks
        let limit = ladder.lastIndex(atOrBetter: worst)
        var found: ContiguousArray<Shown> = []
        var sum: Int64 = 0
        var index = ladder.first
        while index <= limit, sum < enough {
            let price = ladder.price(at: index)
            var slot = ladder[index].head
            while slot != 0 {
                let node = orders[slot]
                let multiples = Int64(node.shown) / amount.units
                if multiples > 0 {
                    found.append(Shown(id: OrderID(number: node.id), price: price, multiples: multiples))
                    sum += multiples
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
    package mutating func take(_ quantity: Quantity, of id: OrderID, events: inout Buffer<BookEvent>) -> Order {
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
