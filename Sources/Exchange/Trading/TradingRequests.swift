package import Permits
import Registry
import Seals

// Markets and orders.

extension RequestRule {
    package static let market = RequestRule(
        .market,
        "Lists a vintage for trading (without zone, maker, taker and timezone all keys are needed), or gives a closed market another tick or band. band, maker and taker are in per cent.",
        by: .operator,
        .twoPersons,
        required: [(.market, .code)],
        optional: [
            (.program, .code), (.vintage, .integer), (.tick, .decimal), (.lot, .integer), (.maxqty, .integer),
            (.band, .decimal), (.ref, .decimal), (.zone, .code), (.maker, .decimal), (.taker, .decimal),
            (.timezone, .text),
        ],
        example: #"market=CO2-27 program=CO2 vintage=2027 tick=0.01 lot=1 maxqty=1000 band=10 ref=70.00"#
    )

    package static let phase = RequestRule(
        .phase,
        "Moves a market to another phase.",
        by: [.operator, .regulator],
        required: [(.market, .code), (.phase, .words(Phase.self))],
        optional: [(.text, .text)]
    )

    package static let reference = RequestRule(
        .reference,
        "Sets a closed market's reference price.",
        by: .operator,
        required: [(.market, .code), (.price, .decimal)]
    )

    package static let order = RequestRule(
        .order,
        "Enters an order; type=limit and tif=day unless said otherwise.",
        by: .participant,
        required: [(.market, .code), (.side, .words(Side.self)), (.qty, .integer)],
        optional: [
            (.type, .words(OrderKind.self)), (.price, .decimal), (.stop, .decimal), (.display, .integer),
            (.min, .integer), (.tif, .words(TimeInForce.self)), (.expire, .time), (.post, .flag),
            (.stp, .words(SelfTradePrevention.self)),
        ],
        example: #"market=CO2-27 side=buy qty=100 price=71.25"#
    )

    package static let amend = RequestRule(
        .amend,
        "Changes an order; qty is the new total. Only less quantity keeps the place in the queue.",
        by: .participant,
        optional: [(.order, .integer), (.orig, .code), (.qty, .integer), (.price, .decimal), (.stop, .decimal)],
        example: #"order=1 qty=50"#
    )

    package static let cancel = RequestRule(
        .cancel,
        "Cancels an order, by its number or by the id that entered it.",
        by: .participant,
        .takesBack,
        optional: [(.order, .integer), (.orig, .code)],
        example: #"order=1"#
    )

    package static let massCancel = RequestRule(
        .massCancel,
        "Cancels every order of the member that matches.",
        by: .participant,
        .takesBack,
        optional: [(.market, .code), (.side, .words(Side.self)), (.user, .code)]
    )

    package static let quote = RequestRule(
        .quote,
        "Replaces the login's two-sided quote in a market.",
        by: .participant,
        required: [(.market, .code)],
        optional: [(.bid, .decimal), (.bidqty, .integer), (.ask, .decimal), (.askqty, .integer)]
    )

    package static let orders = RequestRule(
        .orders,
        "A member's live orders, oldest first, after order number from.",
        by: .parties,
        optional: [(.market, .code), (.member, .code), (.from, .integer), (.limit, .integer)]
    )

    package static let book = RequestRule(
        .book,
        "A market's best levels.",
        by: .everyone,
        required: [(.market, .code)],
        optional: [(.depth, .integer)]
    )

    package static let trades = RequestRule(
        .trades,
        "A market's last trades, oldest first.",
        by: .everyone,
        required: [(.market, .code)],
        optional: [(.limit, .integer)]
    )

    package static let markets = RequestRule(
        .markets,
        "The markets, their terms, phases and prices.",
        by: .everyone,
        .inPages,
        optional: [(.market, .code)]
    )

    package static let prices = RequestRule(
        .prices,
        "What the markets' permits cost in the last seven days: average, median, and what changed hands off the markets.",
        by: .everyone,
        optional: [(.market, .code), (.min, .decimal)]
    )
}

extension LineScanner {
    func readPhase(_ line: Span<UInt8>) throws(Refusal) -> AdminCommand {
        .phase(
            market: try required(code(.market, line), .market),
            phase: try required(word(.phase, line), .phase),
            text: try text(.text, line) ?? ""
        )
    }

    func readReference(_ line: Span<UInt8>) throws(Refusal) -> AdminCommand {
        .reference(
            market: try required(code(.market, line), .market),
            price: try required(decimal(.price, line), .price)
        )
    }

    func readOrders(_ line: Span<UInt8>) throws(Refusal) -> Query {
        let rows = 1...Int64(Limits.rowsMax)
        return .orders(
            market: try code(.market, line),
            member: try code(.member, line),
            from: UInt64(try integer(.from, line, in: 0...Int64.max) ?? 0),
            limit: Int(try integer(.limit, line, in: rows) ?? rows.upperBound)
        )
    }

    func readBook(_ line: Span<UInt8>) throws(Refusal) -> Query {
        let rows = 1...Int64(Limits.rowsMax)
        return .book(
            market: try required(code(.market, line), .market),
            depth: Int(try integer(.depth, line, in: rows) ?? 10)
        )
    }

    func readTrades(_ line: Span<UInt8>) throws(Refusal) -> Query {
        let rows = 1...Int64(Limits.rowsMax)
        return .trades(
            market: try required(code(.market, line), .market),
            limit: Int(try integer(.limit, line, in: rows) ?? 20)
        )
    }

    func massCancel(_ line: Span<UInt8>) throws(Refusal) -> MassCancel {
        MassCancel(market: try code(.market, line), side: try word(.side, line), user: try code(.user, line))
    }

    func newOrder(_ line: Span<UInt8>) throws(Refusal) -> NewOrder {
        var order = NewOrder(
            market: try required(code(.market, line), .market),
            side: try required(word(.side, line), .side),
            quantity: try required(quantity(.qty, line), .qty)
        )
        if let kind = try word(.type, line, OrderKind.self) { order.kind = kind }
        order.timeInForce = try word(.tif, line)
        if let mode = try word(.stp, line, SelfTradePrevention.self) { order.selfTrade = mode }
        order.postOnly = try flag(.post, line)
        order.price = try decimal(.price, line)
        order.stop = try decimal(.stop, line)
        order.display = try quantity(.display, line)
        order.minimum = try quantity(.min, line)
        order.expiry = try time(.expire, line)
        order.isExpiryDate = isDate(.expire)
        return order
    }

    /// Exactly one of order= and orig=.
    func target(_ line: Span<UInt8>) throws(Refusal) -> OrderTarget {
        let number = try integer(.order, line, in: 1...Int64.max)
        let original = try code(.orig, line)
        switch (number, original) {
        case (let number?, nil): return .number(OrderID(number: UInt64(number)))
        case (nil, let original?): return .reference(original)
        default: throw Refusal(.missingKey, "\(verb.text) needs either order= or orig=")
        }
    }

    func amendment(_ line: Span<UInt8>) throws(Refusal) -> Amendment {
        let amendment = Amendment(
            target: try target(line),
            quantity: try quantity(.qty, line),
            price: try decimal(.price, line),
            stop: try decimal(.stop, line)
        )
        guard amendment.quantity != nil || amendment.price != nil || amendment.stop != nil else {
            throw Refusal(.missingKey, "AMEND needs qty=, price= or stop=")
        }
        return amendment
    }

    func quote(_ line: Span<UInt8>) throws(Refusal) -> Quote {
        var quote = Quote(market: try required(code(.market, line), .market))
        quote.bid = try decimal(.bid, line)
        quote.bidQuantity = try quantity(.bidqty, line)
        quote.ask = try decimal(.ask, line)
        quote.askQuantity = try quantity(.askqty, line)
        return quote
    }

    /// Lists a market, or changes one: then neither program nor anything else that stays is named.
    func readMarket(_ line: Span<UInt8>) throws(Refusal) -> AdminCommand {
        let stays: [Key] = [.program, .vintage, .lot, .maxqty, .ref, .zone, .maker, .taker, .timezone]
        guard !stays.contains(where: { range($0) != nil }) else { return .market(try newMarket(line)) }
        let market = try required(code(.market, line), .market)
        let (tick, band) = (try decimal(.tick, line), try decimal(.band, line))
        guard tick != nil || band != nil else { throw Refusal(.missingKey, "MARKET needs tick= or band= to change") }
        return .relist(market: market, tick: tick, band: band)
    }

    private func newMarket(_ line: Span<UInt8>) throws(Refusal) -> NewMarket {
        let zero = DecimalNumber.zero
        return NewMarket(
            code: try required(code(.market, line), .market),
            permits: try className(line),
            tick: try required(decimal(.tick, line), .tick),
            lot: try required(quantity(.lot, line), .lot),
            quantityMax: try required(quantity(.maxqty, line), .maxqty),
            bandPercent: try required(decimal(.band, line), .band),
            reference: try required(decimal(.ref, line), .ref),
            makerPercent: try decimal(.maker, line) ?? zero,
            takerPercent: try decimal(.taker, line) ?? zero,
            timeZone: try timeZone(line) ?? .utc
        )
    }
}
