import Exchange
import Permits

// What an order must be like, tested in the order of the reject codes.

extension ReferenceMarket {
    /// A new order as it enters the market, if nothing in it is wrong.
    func check(_ new: NewOrder, _ request: Request, id: UInt64) throws(RejectCode) -> ReferenceOrder {
        let timeInForce = new.timeInForce ?? (new.kind == .market ? .ioc : .day)
        let price = try minorUnits(new.price)
        let stop = try minorUnits(new.stop)
        guard admits(timeInForce), new.minimum == nil || phase == .open else { throw .wrongPhase }
        try ReferenceMarket.checkCombination(new, timeInForce)
        let band = band
        let edge = new.side == .buy ? band.upperBound : band.lowerBound
        let order = ReferenceOrder(
            id: id,
            owner: request.member,
            user: request.user,
            reference: request.id,
            side: new.side,
            kind: new.kind,
            timeInForce: timeInForce,
            selfTrade: new.selfTrade,
            isPostOnly: new.postOnly,
            price: price ?? edge,
            stop: stop ?? 0,
            quantity: new.quantity.units,
            open: new.quantity.units,
            display: new.display?.units ?? 0,
            minimum: new.minimum?.units ?? 0,
            expiry: new.expiry ?? .never
        )
        try checkTerms(
            prices: [price, stop],
            quantities: [order.quantity, new.display?.units, new.minimum?.units],
            total: order.quantity
        )
        if order.expiry <= request.time { throw .expiryPassed }
        try checkPost(order)
        return order
    }

    /// An order as it would be after an amendment, if nothing in that is wrong.
    func check(_ amendment: Amendment, of old: ReferenceOrder) throws(RejectCode) -> ReferenceOrder {
        let price = try minorUnits(amendment.price)
        let stop = try minorUnits(amendment.stop)
        guard phase != .closed, phase != .halt else { throw .wrongPhase }
        if price != nil, old.kind == .market || old.kind == .stop { throw .invalidCombination }
        if stop != nil, !old.kind.isStop { throw .invalidCombination }
        let quantity = amendment.quantity?.units
        try checkTerms(prices: [price, stop], quantities: [quantity], total: quantity)
        var order = old
        order.price = price ?? old.price
        order.stop = stop ?? old.stop
        order.quantity = amendment.quantity?.units ?? old.quantity
        order.open = order.quantity - old.filled
        if order.open <= 0 { throw .alreadyFilled }
        try checkPost(order)
        return order
    }

    /// The two sides of a quote, their numbers still to be given.
    func check(_ quote: Quote, _ request: Request) throws(RejectCode) -> (bid: ReferenceOrder?, ask: ReferenceOrder?) {
        let bid = try minorUnits(quote.bid)
        let ask = try minorUnits(quote.ask)
        let hasSides = bid != nil || ask != nil || quote.bidQuantity != nil || quote.askQuantity != nil
        guard admits(.day) || !hasSides else { throw .wrongPhase }
        if (bid == nil) != (quote.bidQuantity == nil) { throw .invalidCombination }
        if (ask == nil) != (quote.askQuantity == nil) { throw .invalidCombination }
        if let bid, let ask, bid >= ask { throw .invalidCombination }
        let quantities = [quote.bidQuantity?.units, quote.askQuantity?.units]
        try checkTerms(prices: [bid, ask], quantities: quantities, total: quantities.compactMap(\.self).max())
        func order(_ side: Side, _ price: Int64?, _ quantity: Int64?) -> ReferenceOrder? {
            guard let price, let quantity else { return nil }
            return ReferenceOrder(
                id: 0,
                owner: request.member,
                user: request.user,
                reference: request.id,
                side: side,
                kind: .limit,
                timeInForce: .day,
                selfTrade: .newest,
                isQuote: true,
                price: price,
                quantity: quantity,
                open: quantity
            )
        }
        return (order(.buy, bid, quantities[0]), order(.sell, ask, quantities[1]))
    }

    /// Whether the phase takes orders of a time in force.
    func admits(_ timeInForce: TimeInForce) -> Bool {
        switch phase {
        case .closed, .halt: false
        case .preopen: [.gtc, .day, .gtd, .atTheOpen, .atTheClose].contains(timeInForce)
        case .open: [.gtc, .day, .gtd, .ioc, .fok, .atTheClose].contains(timeInForce)
        case .closing: [.gtc, .day, .gtd, .atTheClose].contains(timeInForce)
        }
    }

    /// Reads a price in the market's currency.
    private func minorUnits(_ decimal: DecimalNumber?) throws(RejectCode) -> Int64? {
        guard let decimal else { return nil }
        let value = try decimal.scaled(to: currency.scale)
        if value > 1_000_000_000 { throw .outOfRange }
        return value
    }

    private static func checkCombination(_ new: NewOrder, _ timeInForce: TimeInForce) throws(RejectCode) {
        let rests: [TimeInForce] = [.gtc, .day, .gtd]
        let fits =
            switch new.kind {
            case .limit: new.price != nil && new.stop == nil
            case .market:
                new.price == nil && new.stop == nil && [.ioc, .fok, .atTheOpen, .atTheClose].contains(timeInForce)
            case .stop: new.price == nil && new.stop != nil && rests.contains(timeInForce)
            case .stopLimit: new.price != nil && new.stop != nil && rests.contains(timeInForce)
            case .iceberg: new.price != nil && new.stop == nil && rests.contains(timeInForce)
            }
        guard fits, (new.kind == .iceberg) == (new.display != nil) else { throw .invalidCombination }
        if let display = new.display, display >= new.quantity { throw .invalidCombination }
        if (timeInForce == .gtd) != (new.expiry != nil) { throw .invalidCombination }
        if new.postOnly {
            guard new.kind == .limit || new.kind == .iceberg, rests.contains(timeInForce) else {
                throw .invalidCombination
            }
        }
        if let minimum = new.minimum {
            guard new.kind == .limit || new.kind == .market, rests.contains(timeInForce) || timeInForce == .ioc,
                minimum <= new.quantity, !new.postOnly
            else { throw .invalidCombination }
        }
    }

    private func checkTerms(prices: [Int64?], quantities: [Int64?], total: Int64?) throws(RejectCode) {
        let prices = prices.compactMap(\.self)
        for price in prices where price <= 0 || price % tick != 0 { throw .offTick }
        for quantity in quantities.compactMap(\.self) where quantity <= 0 || quantity % lot != 0 { throw .offLot }
        if let total, total > quantityMax { throw .orderTooLarge }
        let band = band
        for price in prices where !band.contains(price) { throw .outsideBand }
    }

    /// Refuses a post-only order that would meet an order of the other side now.
    private func checkPost(_ order: ReferenceOrder) throws(RejectCode) {
        guard order.isPostOnly, phase == .open, let best = queue(order.side.opposite).first else { return }
        if order.accepts(best.price) { throw .wouldCross }
    }
}
