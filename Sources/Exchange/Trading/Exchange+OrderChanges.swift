import Ledger
import OrderBook
import Permits
import Registry

// Cancel, amend, mass cancel and quote replace.

extension Exchange {
    /// Finds a live order of the sender's member.
    private mutating func findOrder(_ target: OrderTarget, _ sender: Sender) throws(Refusal) -> Order {
        let id: OrderID
        switch target {
        case .number(let number): id = number
        case .reference(let reference):
            guard let found = firstReplies.order(of: reference, member: sender.member) else {
                throw Refusal(.unknownOrder, "no order that lives or was entered since yesterday has id \(reference)")
            }
            id = found
        }
        guard Int(id.market.index) < markets.count, let order = markets[id.market.slot].book.find(id) else {
            throw Refusal(notLive: id)
        }
        if case .reference(let reference) = target, order.reference != reference {
            throw Refusal(.unknownOrder, "id \(reference) entered no order; it changed order \(id.number)")
        }
        guard order.owner == sender.member else {
            throw Refusal(.notYourOrder, "order \(id.number) belongs to another member")
        }
        return order
    }

    mutating func cancelOrder(_ target: OrderTarget, _ sender: Sender) throws(Refusal) -> Outcome {
        let order = try findOrder(target, sender)
        try checkNotCleared(order.id.market)
        cancel(order.id, .cancelled)
        return .order(order.id, open: .zero)
    }

    mutating func massCancel(_ filter: MassCancel, _ sender: Sender) throws(Refusal) -> Outcome {
        var user: UserID?
        if let code = filter.user {
            guard let found = members.login(code, of: sender.member) else {
                throw Refusal(.unknownUser, "\(members[sender.member].code) has no login \(code)")
            }
            user = found
        }
        var only: MarketID?
        if let code = filter.market { only = try findMarket(code) }
        func matches(_ order: Order) -> Bool {
            (filter.side == nil || order.side == filter.side) && (user == nil || order.user == user)
                && (only == nil || order.id.market == only)
        }
        if markets.contains(where: \.isSwept) {
            for order in orders(of: sender.member) where matches(order) { try checkNotCleared(order.id.market) }
        }
        // Nothing below may fail.
        let count = cancelAll(of: sender.member, .cancelled, where: matches)
        return .cancelled(count: Int64(count))
    }

    /// Cancels the live orders of a member that `matches`, market by market, oldest first.
    /// - Returns: how many.
    /// - Complexity: the member's live orders.
    @discardableResult
    mutating func cancelAll(of member: MemberID, _ reason: DoneReason, where matches: (Order) -> Bool) -> Int {
        let orders = orders(of: member).filter(matches)
        var rest = orders[...]
        while let market = rest.first?.id.market {
            let end = rest.firstIndex { $0.id.market != market } ?? rest.endIndex
            cancel(Array(rest[..<end]), in: market, reason)
            rest = rest[end...]
        }
        return orders.count
    }

    mutating func cancel(_ order: OrderID, _ reason: DoneReason) {
        markets[order.market.slot].book.cancel(order, reason: reason, events: &bookEvents)
        settleBookEvents(of: order.market)
    }

    mutating func cancel(_ orders: [Order], in id: MarketID, _ reason: DoneReason) {
        for order in orders {
            markets[id.slot].book.cancel(order.id, reason: reason, events: &bookEvents)
        }
        settleBookEvents(of: id)
    }

    /// Changes quantity, price or stop price.
    ///
    /// Only a lower quantity at the same prices keeps the place in the queue.
    mutating func amendOrder(_ amendment: Amendment, _ sender: Sender) throws(Refusal) -> Outcome {
        let order = try findOrder(amendment.target, sender)
        let id = order.id.market
        let phase = markets[id.slot].phase
        var changed = try checkAmendment(amendment, of: order, in: id)
        try checkCover(of: changed, freeing: needed(for: order, market: id), open: order.open, in: id)
        // Nothing below may fail.
        releaseHold(of: order, market: id)
        takeHold(of: changed, market: id)
        events.append(.orderAmended(changed, market: id))
        let keepsPlace = changed.price == order.price && changed.stop == order.stop && changed.open <= order.open
        let looksAcross = !keepsPlace && phase == .open && isCoupled(id)
        if phase.isCall, !keepsPlace, !preventSelfTrade(of: changed, in: id) {
            markets[id.slot].book.withdraw(order.id, events: &bookEvents)
            bookEvents.append(.closed(changed, .selfTrade))
            settleBookEvents(of: id)
        } else if !looksAcross || !isReached(by: changed.side, at: changed.price, in: id) {
            hasTriggered = false
            beginMatching(in: id)
            markets[id.slot].book.amend(
                order.id,
                quantity: changed.quantity,
                price: changed.price,
                stop: changed.stop,
                phase: phase,
                events: &bookEvents
            )
            settleBookEvents(of: id)
            endMatching(in: id)
            if looksAcross, hasTriggered { couple(registry[markets[id.slot].terms.permitClass].program) }
        } else {
            markets[id.slot].book.withdraw(order.id, events: &bookEvents)
            settleBookEvents(of: id)
            changed.minimum = .zero
            admit(changed, in: id)
        }
        return .order(order.id, open: markets[id.slot].book.open(order.id))
    }

    /// The order as the amendment wants it; changes nothing.
    private mutating func checkAmendment(
        _ amendment: Amendment,
        of order: Order,
        in id: MarketID
    ) throws(Refusal) -> Order {
        let terms = markets[id.slot].terms
        let price = try readPrice(amendment.price, "price", in: id)
        let stop = try readPrice(amendment.stop, "stop", in: id)
        let phase = markets[id.slot].phase
        try checkAtRest(id)
        guard phase != .closed, phase != .halt else {
            throw Refusal(.wrongPhase, "\(terms.code) is in phase \(phase.text): orders can only be cancelled")
        }
        guard price == nil || (order.kind != .market && order.kind != .stop) else {
            throw Refusal(.invalidCombination, "a \(order.kind.text) order has no price")
        }
        guard stop == nil || order.kind.isStop else {
            throw Refusal(.invalidCombination, "order \(order.id.number) has no stop price to change")
        }
        if let price { try checkTick(price, "price", in: id) }
        if let stop { try checkTick(stop, "stop", in: id) }
        if let quantity = amendment.quantity {
            try checkLot(quantity, "qty", terms: terms)
            try checkSize(quantity, "qty", terms: terms)
        }
        let band = markets[id.slot].band
        if let price { try checkBand(price, "price", in: id, band) }
        if let stop { try checkBand(stop, "stop", in: id, band) }
        let filled = order.quantity - order.open
        var changed = order
        changed.quantity = amendment.quantity ?? order.quantity
        guard changed.quantity > filled else {
            throw Refusal(.alreadyFilled, "\(filled.units) are filled; qty is the new total and must be above that")
        }
        changed.open = changed.quantity - filled
        changed.price = price ?? order.price
        changed.stop = stop ?? order.stop
        if order.postOnly, price != nil { try checkPostOnly(changed, in: id) }
        return changed
    }
}

extension Exchange {
    /// Replaces the login's quote in a market: its old sides are cancelled and the new ones entered in one step.
    ///
    /// Sides are limit orders for the day. Funds and limits are checked as if the old quote were already gone.
    mutating func replaceQuote(_ quote: Quote, _ sender: Sender) throws(Refusal) -> Outcome {
        let id = try findMarket(quote.market)
        let old = orders(of: sender.member).filter { $0.isQuote && $0.user == sender.user && $0.id.market == id }
        let (bid, ask) = try checkQuote(quote, sender, in: id)
        if old.isEmpty { try checkOrderCount(sender.member) }
        for side in [bid, ask] {
            guard let side else { continue }
            let replaced = old.filter { $0.side == side.side }
            try checkCover(
                of: side,
                freeing: replaced.reduce(.zero) { $0 + needed(for: $1, market: id) },
                open: replaced.reduce(.zero) { $0 + $1.open },
                in: id
            )
        }
        // Nothing below may fail.
        if !old.isEmpty { cancel(old, in: id, .replaced) }
        let bidID = enterQuoteSide(bid, in: id)
        let askID = enterQuoteSide(ask, in: id)
        let bidOpen = bidID.map { markets[id.slot].book.open($0) } ?? .zero
        let askOpen = askID.map { markets[id.slot].book.open($0) } ?? .zero
        return .quote(bid: bidID, bidOpen: bidOpen, ask: askID, askOpen: askOpen)
    }

    /// The sides of a quote as orders, nil what it does not have; changes nothing.
    private mutating func checkQuote(
        _ quote: Quote,
        _ sender: Sender,
        in id: MarketID
    ) throws(Refusal) -> (bid: Order?, ask: Order?) {
        try checkAtRest(id)
        let terms = markets[id.slot].terms
        let bid = try readPrice(quote.bid, "bid", in: id)
        let ask = try readPrice(quote.ask, "ask", in: id)
        let buy = quoteSide(.buy, bid, quote.bidQuantity, sender, in: id)
        let sell = quoteSide(.sell, ask, quote.askQuantity, sender, in: id)
        if bid != nil || ask != nil || quote.bidQuantity != nil || quote.askQuantity != nil {
            let new = NewOrder(market: terms.code, side: .buy, quantity: .zero)
            try OrderRules.checkPhase(markets[id.slot].phase, market: terms.code, new, .day)
        }
        guard (bid == nil) == (quote.bidQuantity == nil), (ask == nil) == (quote.askQuantity == nil) else {
            throw Refusal(.invalidCombination, "bid goes with bidqty, ask with askqty; leave out both for no such side")
        }
        if let bid, let ask, bid >= ask { throw Refusal(.invalidCombination, "bid must be below ask") }
        if let bid { try checkTick(bid, "bid", in: id) }
        if let ask { try checkTick(ask, "ask", in: id) }
        for (quantity, key) in [(quote.bidQuantity, "bidqty"), (quote.askQuantity, "askqty")] {
            if let quantity { try checkLot(quantity, key, terms: terms) }
        }
        for (quantity, key) in [(quote.bidQuantity, "bidqty"), (quote.askQuantity, "askqty")] {
            if let quantity { try checkSize(quantity, key, terms: terms) }
        }
        let band = markets[id.slot].band
        if let bid { try checkBand(bid, "bid", in: id, band) }
        if let ask { try checkBand(ask, "ask", in: id, band) }
        if buy != nil || sell != nil {
            try checkLasts(terms.permitClass)
            try checkStanding(sender.member, in: id)
        }
        return (buy, sell)
    }

    private func quoteSide(
        _ side: Side,
        _ price: Price?,
        _ quantity: Quantity?,
        _ sender: Sender,
        in id: MarketID
    ) -> Order? {
        guard let price, let quantity else { return nil }
        return Order(
            id: OrderID(count: orderCount + 1, market: id),
            owner: sender.member,
            user: sender.user,
            reference: sender.id,
            side: side,
            kind: .limit,
            timeInForce: .day,
            selfTrade: .newest,
            postOnly: false,
            isQuote: true,
            sessionBound: members[sender.user].cancelOnDisconnect,
            price: price,
            stop: .zero,
            quantity: quantity,
            open: quantity,
            display: .zero,
            shown: quantity,
            minimum: .zero,
            expiry: .never
        )
    }

    private mutating func enterQuoteSide(_ side: Order?, in id: MarketID) -> OrderID? {
        guard var order = side else { return nil }
        order.id = OrderID(count: orderCount + 1, market: id)
        takeHold(of: order, market: id)
        _ = enter(order, in: id)
        return order.id
    }
}
