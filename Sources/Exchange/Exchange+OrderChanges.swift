import Ledger
import OrderBook
import Permits

// Cancel, amend, mass cancel and quote replace.

extension Exchange {
    /// Finds a live order of the sender's member.
    private func findOrder(_ target: OrderTarget, _ sender: Sender) throws(Refusal) -> Order {
        let id: OrderID
        switch target {
        case .number(let number): id = number
        case .reference(let reference):
            guard let found = firstReplies.order(of: reference, member: sender.member) else {
                throw Refusal(.unknownOrder, "no order was entered today with id \(reference)")
            }
            id = found
        }
        guard Int(id.market.index) < markets.count, let order = markets[id.market.slot].book.order(id) else {
            throw Refusal(.unknownOrder, "order \(id.number) is not live; it may be filled or cancelled")
        }
        guard order.owner == sender.member else {
            throw Refusal(.notYourOrder, "order \(id.number) belongs to another member")
        }
        return order
    }

    mutating func cancelOrder(
        _ target: OrderTarget,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) -> Outcome {
        let order = try findOrder(target, sender)
        cancel([order], in: order.id.market, .cancelled, &events)
        return .order(order.id, open: .zero)
    }

    mutating func massCancel(
        _ filter: MassCancel,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) -> Outcome {
        var only: MarketID?
        if let code = filter.market { only = try findMarket(code) }
        var user: UserID?
        if let code = filter.user {
            guard let found = members.login(code, of: sender.member) else {
                throw Refusal(.unknownUser, "\(members[sender.member].code) has no login \(code)")
            }
            user = found
        }
        // Nothing below may fail.
        let count = cancelAll(.cancelled, &events) { order in
            order.owner == sender.member && (filter.side == nil || order.side == filter.side)
                && (user == nil || order.user == user) && (only == nil || order.id.market == only)
        }
        return .cancelled(count: Int64(count))
    }

    /// Cancels every live order that `matches`, market by market, oldest first.
    /// - Returns: how many.
    @discardableResult
    mutating func cancelAll(
        _ reason: DoneReason,
        _ events: inout ContiguousArray<Event>,
        where matches: (Order) -> Bool
    ) -> Int {
        var count = 0
        for index in markets.indices {
            let orders = markets[index].book.orders(where: matches)
            count += orders.count
            if !orders.isEmpty { cancel(orders, in: MarketID(UInt32(index)), reason, &events) }
        }
        return count
    }

    mutating func cancel(
        _ orders: [Order],
        in id: MarketID,
        _ reason: DoneReason,
        _ events: inout ContiguousArray<Event>
    ) {
        for order in orders {
            markets[id.slot].book.cancel(order.id, reason: reason, events: &bookEvents)
        }
        settleBookEvents(of: id, &events)
    }

    /// Changes quantity, price or stop price.
    ///
    /// Only a lower quantity at the same prices keeps the place in the queue.
    mutating func amendOrder(
        _ amendment: Amendment,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) -> Outcome {
        let order = try findOrder(amendment.target, sender)
        let id = order.id.market
        let phase = markets[id.slot].phase
        guard phase != .closed, phase != .halt else {
            throw Refusal(
                .wrongPhase,
                "\(markets[id.slot].terms.code) is in phase \(phase.text): orders can only be cancelled"
            )
        }
        var changed = order
        if let quantity = amendment.quantity { changed = try amending(changed, quantity: quantity, in: id) }
        try amendPrices(&changed, amendment, in: id)
        try checkCover(of: changed, replacing: [order], in: id)
        // Nothing below may fail.
        releaseHold(of: order, market: id)
        takeHold(of: changed, market: id)
        events.append(.orderAmended(changed, market: id))
        markets[id.slot].book.amend(
            order.id,
            quantity: changed.quantity,
            price: changed.price,
            stop: changed.stop,
            phase: phase,
            events: &bookEvents
        )
        settleBookEvents(of: id, &events)
        return .order(order.id, open: markets[id.slot].book.order(order.id)?.open ?? .zero)
    }

    private func amending(_ order: Order, quantity: Quantity, in id: MarketID) throws(Refusal) -> Order {
        let terms = markets[id.slot].terms
        try checkLot(quantity, "qty", terms: terms)
        guard quantity <= terms.quantityMax else {
            throw Refusal(
                .orderTooLarge,
                "qty \(quantity.units) is above the largest order, \(terms.quantityMax.units)"
            )
        }
        let filled = order.quantity - order.open
        guard quantity > filled else {
            throw Refusal(.alreadyFilled, "\(filled.units) are filled; qty is the new total and must be above that")
        }
        var changed = order
        changed.quantity = quantity
        changed.open = quantity - filled
        return changed
    }

    private func amendPrices(_ order: inout Order, _ amendment: Amendment, in id: MarketID) throws(Refusal) {
        if let given = amendment.price {
            guard order.kind != .market, order.kind != .stop else {
                throw Refusal(.invalidCombination, "a \(order.kind.text) order has no price")
            }
            order.price = try checkPrice(given, "price", in: id)
            try checkBand(order.price, "price", in: id, markets[id.slot].band)
        }
        if let given = amendment.stop {
            guard order.kind.isStop else {
                throw Refusal(.invalidCombination, "order \(order.id.number) has no stop price to change")
            }
            order.stop = try checkPrice(given, "stop", in: id)
            try checkBand(order.stop, "stop", in: id, markets[id.slot].band)
        }
        if order.postOnly, amendment.price != nil {
            try checkPostOnly(side: order.side, price: order.price, in: id)
        }
    }
}

extension Exchange {
    /// Replaces the login's quote in a market: its old sides are cancelled and the new ones entered in one step.
    ///
    /// Sides are limit orders for the day. Funds and limits are checked as if the old quote were already gone.
    mutating func replaceQuote(
        _ quote: Quote,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) -> Outcome {
        let id = try findMarket(quote.market)
        let old = markets[id.slot].book.orders { $0.isQuote && $0.owner == sender.member && $0.user == sender.user }
        let bid = try quoteSide(.buy, quote.bid, quote.bidQuantity, replacing: old, sender, in: id)
        let ask = try quoteSide(.sell, quote.ask, quote.askQuantity, replacing: old, sender, in: id)
        if let bid, let ask, bid.price >= ask.price {
            throw Refusal(.invalidCombination, "bid must be below ask")
        }
        // Nothing below may fail.
        if !old.isEmpty { cancel(old, in: id, .replaced, &events) }
        let bidID = enterQuoteSide(bid, in: id, &events)
        let askID = enterQuoteSide(ask, in: id, &events)
        let bidOpen = bidID.flatMap { markets[id.slot].book.order($0)?.open } ?? .zero
        let askOpen = askID.flatMap { markets[id.slot].book.order($0)?.open } ?? .zero
        return .quote(bid: bidID, bidOpen: bidOpen, ask: askID, askOpen: askOpen)
    }

    /// Checks one side of a quote; nil if the quote does not have it.
    private func quoteSide(
        _ side: Side,
        _ price: DecimalNumber?,
        _ quantity: Quantity?,
        replacing old: [Order],
        _ sender: Sender,
        in id: MarketID
    ) throws(Refusal) -> Order? {
        guard (price == nil) == (quantity == nil) else {
            throw Refusal(.invalidCombination, "bid goes with bidqty, ask with askqty; leave out both for no such side")
        }
        guard let price, let quantity else { return nil }
        var new = NewOrder(market: markets[id.slot].terms.code, side: side, quantity: quantity)
        new.price = price
        var order = try checkOrder(new, in: id, sender)
        order.isQuote = true
        try checkCover(of: order, replacing: old.filter { $0.side == side }, in: id)
        return order
    }

    private mutating func enterQuoteSide(
        _ side: Order?,
        in id: MarketID,
        _ events: inout ContiguousArray<Event>
    ) -> OrderID? {
        guard var order = side else { return nil }
        order.id = OrderID(count: orderCount + 1, market: id)
        takeHold(of: order, market: id)
        enter(order, in: id, &events)
        return order.id
    }
}
