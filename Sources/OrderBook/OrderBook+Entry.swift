package import Permits

// Entry, amendment, cancellation.

extension OrderBook {
    /// Enters a checked order: it trades (`open`), gathers (`preopen`, `closing`), waits as a stop, or is parked.
    ///
    /// In a call its `minimum` is not asked for: nothing trades at entry, and the uncross fills what it can.
    /// The caller has asked `wouldCross` for a post-only order.
    package mutating func enter(_ order: Order, phase: Phase, events: inout Buffer<BookEvent>) {
        precondition(phase.takesOrders, "no entry in this phase")
        own()
        precondition(
            order.open.units > 0 && order.open.units <= order.quantity.units
                && order.quantity.units <= Limits.quantityMax.units && order.display.units >= 0,
            "no such quantity"
        )
        var order = order
        admit(&order, phase, events: &events)
        finish(&events)
    }

    /// Changes an order's total quantity, limit or stop price; nil and the present value mean unchanged.
    ///
    /// A lower quantity at the same prices keeps the place in the queue. Anything else loses it: the order leaves and
    /// enters anew, which in `open` may trade; `minimum` is not asked for again. An amended stop counts as entered now.
    /// `quantity` is the new total and must be above what is filled.
    package mutating func amend(
        _ id: OrderID,
        quantity: Quantity? = nil,
        price: Price? = nil,
        stop: Price? = nil,
        phase: Phase,
        events: inout Buffer<BookEvent>
    ) {
        precondition(phase.takesOrders, "no amendment in this phase")
        own()
        let slot = orders.slot(of: id)
        precondition(slot != 0, "order \(id.number) is not live")
        let old = orders.order(at: slot)
        var order = old
        if let quantity {
            precondition(quantity.units <= Limits.quantityMax.units, "no such quantity")
            order.open -= old.quantity - quantity
            order.quantity = quantity
        }
        precondition(order.open > .zero, "the new quantity is filled already")
        order.price = price ?? old.price
        order.stop = stop ?? old.stop
        precondition(order.stop == old.stop || old.kind.isStop, "not a waiting stop")
        if order.price == old.price, order.stop == old.stop, order.open <= old.open {
            lower(slot, to: order)
        } else {
            take(slot)
            order.minimum = .zero
            admit(&order, phase, events: &events)
        }
        finish(&events)
    }

    /// Ends an order and reports it closed.
    /// - Returns: whether it was live.
    @discardableResult
    package mutating func cancel(_ id: OrderID, reason: DoneReason, events: inout Buffer<BookEvent>) -> Bool {
        own()
        let slot = orders.slot(of: id)
        guard slot != 0 else { return false }
        events.append(.closed(orders.order(at: slot), reason))
        leave(slot)
        orders.free(slot)
        finish(&events)
        return true
    }

    /// Enters at-the-close orders into the closing call, in the order in which they came.
    /// - Parameters:
    ///   - steps: how many may; lowered by how many did.
    ///   - events: gets what happened.
    /// - Returns: whether none waits any more.
    package mutating func beginClosing(atMost steps: inout Int, events: inout Buffer<BookEvent>) -> Bool {
        own()
        while parked.head != 0, steps > 0 {
            steps -= 1
            let slot = parked.head
            parked.remove(slot, &orders)
            stand(slot, orders[slot].side.book)
        }
        finish(&events)
        return parked.head == 0
    }

    private mutating func admit(_ order: inout Order, _ phase: Phase, events: inout Buffer<BookEvent>) {
        order.showSlice()
        if order.isWaitingStop {
            join(order, order.isBuy ? .buyStops : .sellStops)
        } else if order.isAtTheClose, !phase.isClosing {
            join(order, .parked)
            note(order)
        } else if phase.isOpen {
            trade(&order, events: &events)
        } else {
            join(order, order.side.book)
            if order.isForCallOnly { note(order) }
        }
        if phase.isOpen { triggerStops(events: &events) }
    }

    /// Notes an order that may only trade in a call.
    mutating func note(_ order: Order) {
        if callOrders.add(order.id) { callOrders.sortOut(orders) }
    }

    /// Lowers what is open, in place.
    private mutating func lower(_ slot: UInt32, to order: Order) {
        let (open, shown) = (Int64(orders[slot].open), Int64(orders[slot].shown))
        reduce(slot, by: open - order.open.units, shown: shown - min(shown, order.open.units))
        orders[slot].quantity = UInt32(order.quantity.units)
    }
}
