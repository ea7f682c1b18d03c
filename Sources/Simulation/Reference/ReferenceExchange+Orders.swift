import Exchange
import Permits

// Orders of members: entry, amendment, cancellation, quotes.

extension ReferenceExchange {
    mutating func enter(_ new: NewOrder, _ request: Request) throws(RejectCode) -> ReferenceOutcome {
        let index = try market(new.market)
        let order = try markets[index].check(new, request, id: nextOrderID(index))
        try checkCover(order, index)
        orderCount += 1
        markets[index].enter(order)
        markets[index].triggerStops()
        settle(index)
        return .order(order.id, open: open(of: order.id))
    }

    private func nextOrderID(_ market: Int) -> UInt64 { (orderCount + 1) * 10_000 + UInt64(market) }

    /// What the command at hand leaves open of an order.
    private func open(of id: UInt64) -> Int64 { markets.flatMap(\.orders).first { $0.id == id }?.open ?? 0 }

    /// Refuses an order that its owner cannot pay for, deliver or hold.
    ///
    /// The order that it replaces is gone already and had `replaced` open: only more than that needs room under the
    /// holding limit.
    private func checkCover(_ order: ReferenceOrder, _ market: Int, replaced: Int64 = 0) throws(RejectCode) {
        let terms = markets[market]
        if order.side == .buy {
            if order.open > replaced {
                try checkHoldingLimit(order.owner, terms.permitClass, adding: order.open)
            }
            let more = terms.hold(price: order.price, open: order.open)
            let held = heldCash(order.owner, terms.currency, adding: more)
            if held > cash[Int(order.owner.index)][Int(terms.currency.place)] { throw .insufficientFunds }
        } else if order.open > freePermits(order.owner, terms.permitClass) {
            throw .insufficientPermits
        }
    }

    mutating func amend(_ amendment: Amendment, _ request: Request) throws(RejectCode) -> ReferenceOutcome {
        let old = try find(amendment.target, of: request.member)
        let index = Int(old.id % 10_000)
        let amended = try markets[index].check(amendment, of: old)
        guard let position = markets[index].position(old.id) else { throw .unknownOrder }
        let keepsPlace =
            amended.quantity <= old.quantity && amended.price == old.price && amended.stop == old.stop
        if keepsPlace {
            markets[index].orders[position].quantity = amended.quantity
            markets[index].orders[position].open = amended.open
            markets[index].orders[position].shown = min(old.shown, amended.open)
            return .order(old.id, open: amended.open)
        }
        markets[index].orders.remove(at: position)
        try checkCover(amended, index, replaced: old.open)
        markets[index].enter(amended)
        markets[index].triggerStops()
        settle(index)
        return .order(old.id, open: open(of: old.id))
    }

    mutating func cancel(_ target: OrderTarget, _ request: Request) throws(RejectCode) -> ReferenceOutcome {
        let order = try find(target, of: request.member)
        let index = Int(order.id % 10_000)
        markets[index].finish(order.id, .cancelled)
        settle(index)
        return .order(order.id, open: 0)
    }

    mutating func massCancel(_ filter: MassCancel, _ request: Request) throws(RejectCode) -> ReferenceOutcome {
        var user: UserID?
        if let code = filter.user {
            let login = logins.firstIndex { $0.member == request.member && $0.code == code }
            guard let login else { throw .unknownUser }
            user = UserID(UInt32(login))
        }
        let only = try filter.market.map { code throws(RejectCode) in try market(code) }
        var count: Int64 = 0
        for index in markets.indices where only == nil || only == index {
            let meant = markets[index].orders.filter { order in
                order.owner == request.member && (filter.side == nil || filter.side == order.side)
                    && (user == nil || user == order.user)
            }
            for order in meant.sorted(by: { $0.id < $1.id }) { markets[index].finish(order.id, .cancelled) }
            settle(index)
            count += Int64(meant.count)
        }
        return .cancelled(count)
    }

    mutating func replaceQuote(_ quote: Quote, _ request: Request) throws(RejectCode) -> ReferenceOutcome {
        let index = try market(quote.market)
        let (bid, ask) = try markets[index].check(quote, request)
        let old = markets[index].orders.filter { $0.isQuote && $0.user == request.user }
        for order in old.sorted(by: { $0.id < $1.id }) { markets[index].finish(order.id, .replaced) }
        let oldBid = old.first { $0.side == .buy }?.open ?? 0
        if let bid { try checkCover(bid, index, replaced: oldBid) }
        if let ask { try checkCover(ask, index) }
        var ids: [UInt64?] = [nil, nil]
        for (side, order) in [bid, ask].enumerated() {
            guard var order else { continue }
            order.id = nextOrderID(index)
            orderCount += 1
            ids[side] = order.id
            markets[index].enter(order)
            markets[index].triggerStops()
        }
        settle(index)
        return .quote(bid: ids[0], bidOpen: open(of: ids[0] ?? 0), ask: ids[1], askOpen: open(of: ids[1] ?? 0))
    }

    /// Ends the orders whose time has come, in order of that time.
    mutating func expireByClock() {
        let due = markets.flatMap(\.orders).filter { $0.expiry <= now }
        for order in due.sorted(by: { ($0.expiry, $0.id) < ($1.expiry, $1.id) }) {
            let index = Int(order.id % 10_000)
            markets[index].finish(order.id, .expired)
            settle(index)
        }
    }
}
