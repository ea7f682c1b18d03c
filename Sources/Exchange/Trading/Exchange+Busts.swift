import Ledger
import OrderBook
import Permits
import Registry

// Trades undone or given another price by a compensating entry, and what else follows: as if they had never been.
//
// Source: the FIA's practices for error trades, and EEX's rules for mistrades: cancellation or a price adjustment.

extension Exchange {
    /// Undoes a trade, or with `given` corrects its price: cash, fees and permits go back, or the difference does.
    mutating func bust(
        market code: Code,
        trade number: UInt64,
        price given: DecimalNumber?,
        text reason: String,
        _ sender: Sender
    ) throws(Refusal) {
        let id = try findMarket(code)
        try checkRegulator(of: registry[markets[id.slot].terms.permitClass].program, sender)
        try checkAtRest(id)
        let trade = try bustable(number, in: id)
        let price = try given.map { value throws(Refusal) in try correctPrice(value, of: trade, in: id) }
        let transfers =
            if let price { try correction(of: trade, to: price, in: id) } else { try reversal(of: trade, in: id) }
        // Nothing below may fail.
        if price == nil {
            let cash = cash(of: id)
            ledger.uncharge(trade.buyerFee, of: cash, in: .general(trade.buyer))
            ledger.uncharge(trade.sellerFee, of: cash, in: .general(trade.seller))
        }
        for var transfer in transfers where transfer.amount > 0 { move(&transfer) }
        markets[id.slot].recentTrades.bust(number, price: price)
        publish(.bust(trade, market: id, price: price, text: reason))
        events.append(.busted(market: id, count: nextCount(of: id), trade: number, price: price))
        endStops(setOffBy: trade, in: id)
        recount(from: number, in: id)
    }

    private func bustable(_ number: UInt64, in id: MarketID) throws(Refusal) -> TradePrint {
        guard let trade = markets[id.slot].recentTrades.trade(number), !trade.isBusted, !trade.isCorrected
        else {
            throw Refusal(
                .unknownTrade,
                "trade \(number) is not among the last of \(markets[id.slot].terms.code), or was busted before; TRADES lists them"
            )
        }
        guard !trade.isAcross else {
            throw Refusal(
                .invalidCombination,
                "trade \(number) passed between zones, where its permits moved on; the members can reverse it by agreement"
            )
        }
        return trade
    }

    private mutating func correctPrice(_ given: DecimalNumber, of trade: TradePrint, in id: MarketID) throws(Refusal)
        -> Price
    {
        let currency = markets[id.slot].terms.currency
        let price = Price(
            minorUnits: try minorUnits(given, "price", currency: currency, max: Limits.priceMax.minorUnits)
        )
        try checkTick(price, "price", in: id)
        guard price != trade.price else {
            throw Refusal(.invalidCombination, "trade \(trade.number) has that price")
        }
        return price
    }

    /// What gives a trade's cash, fees and permits back.
    private mutating func reversal(of trade: TradePrint, in id: MarketID) throws(Refusal) -> [Transfer] {
        let terms = markets[id.slot].terms
        try checkHolding(
            adding: trade.quantity,
            member: trade.seller,
            permitClass: terms.permitClass,
            from: isAssociated(trade.buyer, trade.seller) ? trade.quantity : .zero
        )
        let toBuyer = ledger.refund(of: trade.buyerFee, cash(of: id), in: .general(trade.buyer)).back
        let toSeller = ledger.refund(of: trade.sellerFee, cash(of: id), in: .general(trade.seller))
        let received = trade.price.notional(of: trade.quantity).minorUnits - toSeller.back
        let fees = toBuyer + toSeller.back
        try checkBack(received + toSeller.held, from: trade.seller, terms.currency)
        try checkFees(fees, terms.currency)
        try checkPermits(.init(.init(program: .none, vintage: 0), trade.quantity), terms.permitClass, of: trade.buyer)
        let cash = Transfer.Asset.cash(terms.currency)
        return [
            back(trade, trade.seller, trade.buyer, cash, received),
            back(trade, .venue, trade.buyer, cash, fees),
            back(trade, trade.buyer, trade.seller, .permits(terms.permitClass), trade.quantity.units),
        ]
    }

    /// What makes up the difference to another price; the fees that were charged stay.
    private func correction(of trade: TradePrint, to price: Price, in id: MarketID) throws(Refusal) -> [Transfer] {
        let currency = markets[id.slot].terms.currency
        let more = (price.minorUnits - trade.price.minorUnits) * trade.quantity.units
        let (payer, payee) = more > 0 ? (trade.buyer, trade.seller) : (trade.seller, trade.buyer)
        try checkBack(abs(more), from: payer, currency)
        return [back(trade, payer, payee, .cash(currency), abs(more))]
    }

    private func back(
        _ trade: TradePrint,
        _ from: MemberID,
        _ to: MemberID,
        _ asset: Transfer.Asset,
        _ amount: Int64
    ) -> Transfer {
        Transfer(kind: .bust, from: from, to: to, asset: asset, amount: amount, text: "trade \(trade.number)")
    }

    private func checkBack(_ amount: Int64, from member: MemberID, _ currency: Currency) throws(Refusal) {
        let free = ledger.balance(.general(member), .cash(currency)).free
        guard amount > free else { return }
        throw Refusal(
            .insufficientFunds,
            "\(members[member].code) must give back \(text(amount, currency)), free \(text(free, currency))"
        )
    }

    private func checkFees(_ fees: Int64, _ currency: Currency) throws(Refusal) {
        let gathered = self.fees(currency).minorUnits
        guard fees > gathered else { return }
        throw Refusal(
            .insufficientFunds,
            "the fees of \(text(fees, currency)) must go back, and \(text(gathered, currency)) are left of all fees"
        )
    }

    /// Ends the orders that were stops until the trade and would still be: those of which nothing has traded.
    private mutating func endStops(setOffBy trade: TradePrint, in id: MarketID) {
        var ended: [Order] = []
        for order in markets[id.slot].setOff.sorted() {
            guard let order = markets[id.slot].book.find(order), order.open == order.quantity,
                order.id < trade.nextOrder, order.isDue(at: trade.price),
                !markets[id.slot].wasDue(order)
            else { continue }
            ended.append(order)
        }
        if !ended.isEmpty { cancel(ended, in: id, .bust) }
    }

    /// Takes the last price, and the reference price that came of yesterday's, from the trades that still count.
    private mutating func recount(from number: UInt64, in id: MarketID) {
        let market = markets[id.slot]
        if number > market.today.after {
            let last = market.recentTrades.lastPrice(after: market.today.after)
            markets[id.slot].hasTraded = last != nil
            markets[id.slot].alertedSides = 0
            markets[id.slot].book.lastPrice = last ?? market.reference
        } else if let yesterday = market.yesterday, number > yesterday.after {
            let close =
                market.recentTrades.lastPrice(after: yesterday.after, through: market.today.after)
                ?? yesterday.reference
            guard close != market.reference else { return }
            let last = market.recentTrades.lastPrice(after: market.today.after)
            moveReference(of: id, to: close)
            markets[id.slot].today.reference = markets[id.slot].reference
            markets[id.slot].book.lastPrice = last ?? close
        }
        if markets[id.slot].phase == .open { resume(id) }
    }
}

extension Order {
    /// Whether a last price triggers it as a stop.
    func isDue(at price: Price) -> Bool {
        stop > .zero && (side == .buy ? price >= stop : price <= stop)
    }
}
