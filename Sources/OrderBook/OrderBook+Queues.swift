import Permits

// Where orders stand: which queue, joining and leaving it, and the level events at the end of a command.

extension OrderBook {
    /// The ladder of a place; `parked` and `free` have none.
    subscript(place: Place) -> Ladder {
        get {
            switch place {
            case .bids: bids
            case .asks: asks
            case .buyStops: buyStops
            case .sellStops: sellStops
            case .free, .parked: preconditionFailure("no ladder")
            }
        }
        _modify {
            switch place {
            case .bids: yield &bids
            case .asks: yield &asks
            case .buyStops: yield &buyStops
            case .sellStops: yield &sellStops
            case .free, .parked: preconditionFailure("no ladder")
            }
        }
    }

    /// Stores an order and puts it last in its queue.
    @inline(__always)
    mutating func join(_ order: borrowing Order, _ place: Place) {
        stand(orders.insert(order, place: place, stamp: clock), place)
    }

    /// Puts a stored order last in a queue.
    @inline(__always)
    mutating func stand(_ slot: UInt32, _ place: Place) {
        orders[slot].place = place
        orders[slot].stamp = clock
        let price = Price(minorUnits: Int64(orders[slot].price))
        switch place {
        case .bids:
            let index = bids.index(of: price)
            bids.touch(index, .buy, &touches)
            bids.append(slot, at: index, &orders)
        case .asks:
            let index = asks.index(of: price)
            asks.touch(index, .sell, &touches)
            asks.append(slot, at: index, &orders)
        case .buyStops, .sellStops:
            stopCount += 1
            stampLast += 1
            orders[slot].stamp = stampLast
            let stop = orders.order(at: slot).stop
            if place == .buyStops {
                buyStops.append(slot, at: buyStops.index(of: stop), &orders)
            } else {
                sellStops.append(slot, at: sellStops.index(of: stop), &orders)
            }
        case .parked: parked.append(slot, &orders)
        case .free: preconditionFailure("no queue")
        }
    }

    /// Takes an order out of its queue; it stays stored.
    @inline(__always)
    mutating func leave(_ slot: UInt32) {
        switch orders[slot].place {
        case .bids:
            let index = bids.index(of: orders[slot])
            bids.touch(index, .buy, &touches)
            bids.remove(slot, at: index, &orders)
        case .asks:
            let index = asks.index(of: orders[slot])
            asks.touch(index, .sell, &touches)
            asks.remove(slot, at: index, &orders)
        case .buyStops:
            stopCount -= 1
            buyStops.remove(slot, at: buyStops.index(of: orders[slot]), &orders)
        case .sellStops:
            stopCount -= 1
            sellStops.remove(slot, at: sellStops.index(of: orders[slot]), &orders)
        case .parked: parked.remove(slot, &orders)
        case .free: preconditionFailure("order is not live")
        }
    }

    /// Lowers what is open and shown of an order where it stands.
    mutating func reduce(_ slot: UInt32, by quantity: Int64, shown: Int64) {
        switch orders[slot].place {
        case .bids:
            let index = bids.index(of: orders[slot])
            bids.touch(index, .buy, &touches)
            bids.reduce(slot, at: index, by: quantity, shown: shown, &orders)
        case .asks:
            let index = asks.index(of: orders[slot])
            asks.touch(index, .sell, &touches)
            asks.reduce(slot, at: index, by: quantity, shown: shown, &orders)
        case .buyStops:
            buyStops.reduce(slot, at: buyStops.index(of: orders[slot]), by: quantity, shown: shown, &orders)
        case .sellStops:
            sellStops.reduce(slot, at: sellStops.index(of: orders[slot]), by: quantity, shown: shown, &orders)
        case .parked: parked.reduce(slot, by: quantity, shown: shown, &orders)
        case .free: preconditionFailure("order is not live")
        }
    }

    /// Takes an order out of the book.
    @discardableResult
    mutating func take(_ slot: UInt32) -> Order {
        let order = orders.order(at: slot)
        leave(slot)
        orders.free(slot)
        return order
    }

    /// Ends a command: reports the touched levels that show another quantity than before it.
    @inline(__always)
    mutating func finish(_ events: inout Buffer<BookEvent>) {
        var position = 0
        while position < touches.count {
            let touch = touches[position]
            position += 1
            if touch.side.isBuy {
                OrderBook.report(touch, &bids, &events)
            } else {
                OrderBook.report(touch, &asks, &events)
            }
        }
        touches.removeAll()
    }

    @inline(__always)
    private static func report(_ touch: Touch, _ ladder: inout Ladder, _ events: inout Buffer<BookEvent>) {
        let visible = ladder.untouch(Int(touch.index))
        guard visible != touch.before else { return }
        events.append(.level(touch.side, ladder.price(at: Int(touch.index)), Quantity(visible)))
    }

    /// Ends a rebuilding, whose touched levels are no news.
    mutating func forgetTouches() {
        for position in 0..<touches.count { self[touches[position].side.book].untouch(Int(touches[position].index)) }
        touches.removeAll()
    }
}
