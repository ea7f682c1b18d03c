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
    mutating func join(_ order: Order, _ place: Place) {
        stand(orders.insert(order, place: place), place)
    }

    /// Puts a stored order last in a queue.
    mutating func stand(_ slot: UInt32, _ place: Place) {
        orders[slot].place = place
        switch place {
        case .bids:
            let index = bids.index(of: orders[slot].order.price)
            bids.touch(index, .buy, &touches)
            bids.append(slot, at: index, &orders)
        case .asks:
            let index = asks.index(of: orders[slot].order.price)
            asks.touch(index, .sell, &touches)
            asks.append(slot, at: index, &orders)
        case .buyStops, .sellStops:
            stampLast += 1
            orders[slot].stamp = stampLast
            let stop = orders[slot].order.stop
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
    mutating func leave(_ slot: UInt32) {
        switch orders[slot].place {
        case .bids:
            let index = bids.index(of: orders[slot].order.price)
            bids.touch(index, .buy, &touches)
            bids.remove(slot, at: index, &orders)
        case .asks:
            let index = asks.index(of: orders[slot].order.price)
            asks.touch(index, .sell, &touches)
            asks.remove(slot, at: index, &orders)
        case .buyStops: buyStops.remove(slot, at: buyStops.index(of: orders[slot].order.stop), &orders)
        case .sellStops: sellStops.remove(slot, at: sellStops.index(of: orders[slot].order.stop), &orders)
        case .parked: parked.remove(slot, &orders)
        case .free: preconditionFailure("order is not live")
        }
    }

    /// Lowers what is open and shown of an order where it stands.
    mutating func reduce(_ slot: UInt32, by quantity: Quantity, shown: Quantity) {
        let order = orders[slot].order
        switch orders[slot].place {
        case .bids:
            let index = bids.index(of: order.price)
            bids.touch(index, .buy, &touches)
            bids.reduce(slot, at: index, by: quantity, shown: shown, &orders)
        case .asks:
            let index = asks.index(of: order.price)
            asks.touch(index, .sell, &touches)
            asks.reduce(slot, at: index, by: quantity, shown: shown, &orders)
        case .buyStops:
            buyStops.reduce(slot, at: buyStops.index(of: order.stop), by: quantity, shown: shown, &orders)
        case .sellStops:
            sellStops.reduce(slot, at: sellStops.index(of: order.stop), by: quantity, shown: shown, &orders)
        case .parked: parked.reduce(slot, by: quantity, shown: shown, &orders)
        case .free: preconditionFailure("order is not live")
        }
    }

    /// Takes an order out of the book.
    @discardableResult
    mutating func take(_ slot: UInt32) -> Order {
        let order = orders[slot].order
        leave(slot)
        orders.free(slot)
        return order
    }

    /// Ends a command: reports the touched levels that show another quantity than before it.
    mutating func finish(_ events: inout ContiguousArray<BookEvent>) {
        for touch in touches {
            let place: Place = touch.side == .buy ? .bids : .asks
            let visible = self[place].levels[touch.index].visible
            self[place].untouch(touch.index)
            guard visible != touch.before else { continue }
            events.append(.level(touch.side, self[place].price(at: touch.index), visible))
        }
        touches.removeAll(keepingCapacity: true)
    }

    /// Ends a rebuilding, whose touched levels are no news.
    mutating func forgetTouches() {
        for touch in touches { self[touch.side == .buy ? .bids : .asks].untouch(touch.index) }
        touches.removeAll(keepingCapacity: true)
    }
}
