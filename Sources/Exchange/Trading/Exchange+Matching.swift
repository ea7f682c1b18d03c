import Ledger
import OrderBook
import Permits
import Registry

// What the book did becomes money, permits and events.

extension Exchange {
    func permits(of market: MarketID) -> AssetID { .permits(markets[market.slot].terms.permitClass) }
    func cash(of market: MarketID) -> AssetID { .cash(markets[market.slot].terms.currency) }

    /// Checks holding limit, funds or permits for an order, which may take the place of others of its side: what they hold and
    /// have open counts as free.
    /// - Throws: `holdingLimitExceeded`, `insufficientFunds`, `insufficientPermits` or `limitReached`, with the numbers.
    @inline(__always)
    mutating func checkCover(
        of order: Order,
        freeing freed: ExactAmount = .zero,
        open replaced: Quantity = .zero,
        in id: MarketID
    ) throws(Refusal) {
        let market = markets[id.slot].terms
        switch order.side {
        case .buy:
            let added = order.open - replaced
            if !registry.suspensions.isEmpty || !mayPlainlyHold(added, order.owner, market.permitClass) {
                try checkBuyer(order.owner, adding: added, market.permitClass)
            }
            let balance = ledger.balance(.general(order.owner), .cash(market.currency))
            let wanted = balance.holding(needed(for: order, market: id), freeing: freed)
            let free = balance.free + balance.releasing(freed)
            guard wanted > free else { return }
            throw Refusal(
                .insufficientFunds,
                "needs \(text(wanted, market.currency)) with the fee, free \(text(free, market.currency))"
            )
        case .sell:
            let (wanted, freed) = (order.open.units, freed.units)
            let free = ledger.balance(.general(order.owner), .permits(market.permitClass)).free + freed
            guard wanted > free else {
                return try checkPieces(wanted, market.permitClass, in: .general(order.owner), freeing: freed)
            }
            throw Refusal(.insufficientPermits, "needs \(wanted) of \(label(of: market.permitClass)), free \(free)")
        }
    }

    /// Refuses a buyer whose account is frozen, or who would come to hold too much.
    @inline(never)
    private mutating func checkBuyer(_ member: MemberID, adding added: Quantity, _ id: ClassID) throws(Refusal) {
        try checkCash(of: member)
        if added > .zero { try checkHolding(adding: added, member: member, permitClass: id) }
    }

    /// What a live order holds: minor units for a buy, permits for a sell.
    @inline(__always)
    func needed(for order: Order, market: MarketID) -> ExactAmount {
        switch order.side {
        case .buy: markets[market.slot].terms.cashHold(limit: order.price, open: order.open)
        case .sell: ExactAmount(units: order.open.units)
        }
    }

    /// Sets apart what a checked order needs.
    @inline(__always)
    mutating func takeHold(of order: Order, market: MarketID) {
        let asset = order.side == .buy ? cash(of: market) : permits(of: market)
        let isHeld = ledger.hold(needed(for: order, market: market), of: asset, in: .general(order.owner))
        precondition(isHeld, "a checked order is not covered")
        guard order.side == .buy else { return }
        ledger.expect(order.open.units, of: permits(of: market), in: .general(order.owner))
    }

    /// Frees what an order that ends, or changes, still held.
    @inline(__always)
    mutating func releaseHold(of order: Order, market: MarketID) {
        let asset = order.side == .buy ? cash(of: market) : permits(of: market)
        ledger.release(needed(for: order, market: market), of: asset, in: .general(order.owner))
        guard order.side == .buy else { return }
        ledger.expect(-order.open.units, of: permits(of: market), in: .general(order.owner))
    }

    /// Settles the fills that the book reported and turns its events into the venue's.
    mutating func settleBookEvents(of id: MarketID) {
        var index = 0
        while index < bookEvents.count {
            switch bookEvents[index] {
            case .fill(let fill): settle(fill, in: id)
            case .closed(let order, let reason):
                releaseHold(of: order, market: id)
                ended(order.id, of: order.owner)
                events.append(
                    .done(member: order.owner, count: nextCount(of: order.owner), order: order, reason: reason)
                )
            case .triggered(let order):
                hasTriggered = true
                markets[id.slot].noteSetOff(order)
                events.append(.triggered(member: order.owner, count: nextCount(of: order.owner), order: order))
            case .repriced(let order, let from):
                guard order.side == .buy else { break }
                let before = markets[id.slot].terms.cashHold(limit: from, open: order.open)
                let after = markets[id.slot].terms.cashHold(limit: order.price, open: order.open)
                ledger.release(before - after, of: cash(of: id), in: .general(order.owner))
            case .level(let side, let price, let quantity):
                events.append(
                    .level(market: id, count: nextCount(of: id), side: side, price: price, quantity: quantity)
                )
            }
            index += 1
        }
        bookEvents.removeAll()
        noteTop(of: id)
        if markets[id.slot].phase.isCall, !markets[id.slot].isSwept { publishIndicative(of: id) }
    }

    /// Settles a trade in a market; `across` says what it is of an order of another market.
    mutating func settle(_ fill: Fill, in id: MarketID, across: Across? = nil) {
        let terms = markets[id.slot].terms
        let notional = fill.price.notional(of: fill.quantity)
        // A call charges both sides the maker fee: neither takes liquidity from the other. Each pays its own market's.
        let buyTerms = across?.side == .buy ? markets[fill.buy.order.market.slot].terms : terms
        let sellTerms = across?.side == .sell ? markets[fill.sell.order.market.slot].terms : terms
        let buyerFee = (fill.aggressor == .buy ? buyTerms.taker : buyTerms.maker).fee(on: notional)
        let sellerFee = (fill.aggressor == .sell ? sellTerms.taker : sellTerms.maker).fee(on: notional)
        let buyMarket = fill.buy.order.market.slot
        let bought = across?.side == .buy ? across?.quantity ?? .zero : fill.quantity
        let before = markets[buyMarket].terms.cashHold(limit: fill.buy.limit, open: fill.buy.open + bought)
        let after = markets[buyMarket].terms.cashHold(limit: fill.buy.limit, open: fill.buy.open)
        let charged = ledger.settle(
            Delivery(
                buyer: .general(fill.buy.owner),
                seller: .general(fill.sell.owner),
                cash: .cash(terms.currency),
                permits: .permits(terms.permitClass),
                quantity: fill.quantity,
                price: notional,
                buyerFee: buyerFee,
                sellerFee: sellerFee,
                cashReleased: before - after
            )
        )
        let moved = (AccountID.general(fill.sell.owner), AccountID.general(fill.buy.owner))
        tradeCount += 1
        markets[id.slot].hasTraded = true
        markets[id.slot].recentTrades.append(
            TradePrint(
                number: tradeCount,
                time: now,
                price: fill.price,
                quantity: fill.quantity,
                aggressor: fill.aggressor,
                buyer: fill.buy.owner,
                seller: fill.sell.owner,
                buyerFee: buyerFee,
                sellerFee: sellerFee,
                nextOrder: OrderID(count: orderCount + 1, market: MarketID(0)),
                isAcross: across != nil
            )
        )
        let trade = Trade(
            number: tradeCount,
            market: id,
            price: fill.price,
            quantity: fill.quantity,
            aggressor: fill.aggressor,
            buyer: fill.buy.owner,
            seller: fill.sell.owner,
            buyOrder: fill.buy.order,
            sellOrder: fill.sell.order,
            buyerFee: charged.buyer,
            sellerFee: charged.seller,
            across: across
        )
        events.append(.trade(count: nextCount(of: id), trade: trade))
        recordSerials(of: terms.permitClass, moved, .trade)
        report(fill.buy, .buy, fee: charged.buyer, trade)
        report(fill.sell, .sell, fee: charged.seller, trade)
        watch(trade)
    }

    @inline(__always)
    private mutating func report(_ party: Fill.Party, _ side: Side, fee: Money, _ trade: Trade) {
        if party.open == .zero { ended(party.order, of: party.owner) }
        let liquidity: Liquidity = trade.aggressor == nil ? .auction : trade.aggressor == side ? .taker : .maker
        events.append(
            .fill(
                FillReport(
                    member: party.owner,
                    count: nextCount(of: party.owner),
                    market: trade.market,
                    order: party.order,
                    reference: party.reference,
                    trade: trade.number,
                    side: side,
                    price: trade.price,
                    quantity: trade.quantity,
                    open: party.open,
                    fee: fee,
                    liquidity: liquidity,
                    across: trade.across?.side == side ? trade.across : nil
                )
            )
        )
    }

    /// Publishes a call's indicative price when it has changed.
    mutating func publishIndicative(of id: MarketID) {
        let indicative = markets[id.slot].book.indicative(reference: markets[id.slot].reference)
        guard indicative != markets[id.slot].published else { return }
        markets[id.slot].published = indicative
        events.append(
            .indicative(
                market: id,
                count: nextCount(of: id),
                price: indicative?.price ?? .zero,
                volume: indicative?.volume ?? .zero,
                surplus: indicative?.surplus ?? .zero,
                side: indicative?.surplusSide
            )
        )
    }

    /// The program and vintage of a class, for texts.
    func label(of permitClass: ClassID) -> String {
        let terms = registry[permitClass]
        let zone = terms.zone.isEmpty ? "" : " \(terms.zone)"
        return "\(registry[terms.program].code) \(terms.vintage)\(zone)"
    }

    func text(_ amount: Int64, _ currency: Currency) -> String {
        "\(FixedPoint.text(amount, scale: currency.scale)) \(currency.text)"
    }

    /// Stops the program unless the holds are exactly what the live orders and auctions need.
    func checkHolds() {
        for (index, top) in tops.enumerated() {
            let book = markets[index].book
            precondition(
                top == Top(bid: book.bestBid?.minorUnits ?? 0, ask: book.bestAsk?.minorUnits ?? .max),
                "the best prices noted are not the book's"
            )
        }
        var expected = Ledger.HoldTally()
        for (index, market) in markets.enumerated() {
            let id = MarketID(UInt32(index))
            for order in market.book.allOrders {
                let account = AccountID.general(order.owner)
                let asset = order.side == .buy ? cash(of: id) : permits(of: id)
                expected.add(held: needed(for: order, market: id), of: asset, in: account)
                if order.side == .buy { expected.add(incoming: order.open.units, of: permits(of: id), in: account) }
            }
        }
        tallyPromises(&expected)
        for auction in auctions where auction.settlement != nil { auction.tallySettlement(&expected) }
        for auction in auctions where auction.hasStandingBids {
            let permits = AssetID.permits(auction.terms.permitClass)
            if !auction.terms.issues {
                expected.add(held: auction.supply.units, of: permits, in: .general(auction.terms.seller))
            }
            for guarantee in auction.guarantees {
                let cash = AssetID.cash(auction.terms.currency)
                expected.add(held: guarantee.amount.minorUnits, of: cash, in: .general(guarantee.member))
            }
            for part in auction.consignments {
                expected.add(held: part.quantity.units, of: permits, in: .general(part.member))
            }
            for entry in auction.entries {
                expected.add(incoming: entry.bid.quantity.units, of: permits, in: .general(entry.member))
            }
        }
        precondition(ledger.holdsEqual(expected), "holds differ from what live orders and auctions need")
    }
}
