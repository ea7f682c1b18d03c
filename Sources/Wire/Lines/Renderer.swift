import Exchange
import OrderBook
import Permits
import Registry
import Seals

// Replies and events as lines.

extension Output {
    /// Appends a reply as one line.
    mutating func append(_ reply: Reply, of exchange: Exchange) {
        let start = begin()
        if case .refused(let refusal) = reply.outcome {
            beginRefusal(id: reply.id)
            bytes.append("seq", reply.sequence)
            endRefusal(refusal)
        } else {
            bytes.append("OK")
            bytes.append(id: reply.id)
            bytes.append("seq", reply.sequence)
            append(outcome: reply.outcome, of: exchange)
        }
        if reply.isRepeat { bytes.append(" dup=1") }
        endLine(from: start, to: .reply)
    }

    /// Appends the refusal of a line that did not reach the engine.
    mutating func append(_ refusal: Refusal, id: Code) {
        let start = begin()
        beginRefusal(id: id)
        endRefusal(refusal)
        endLine(from: start, to: .reply)
    }

    private mutating func beginRefusal(id: Code) {
        bytes.append("ERR")
        bytes.append(id: id)
    }

    private mutating func endRefusal(_ refusal: Refusal) {
        bytes.append(" code=")
        bytes.append(text: refusal.code.name)
        if let retryAfter = refusal.retryAfter { bytes.append("retry_after", UInt64(retryAfter)) }
        bytes.append("text", quoted: refusal.text)
    }

    /// Appends the fields of an outcome.
    mutating func append(outcome: Outcome, of exchange: Exchange) {
        switch outcome {
        case .done, .refused: break
        case .order(let order, let open):
            bytes.append("order", order.number)
            bytes.append("open", open)
        case .quote(let bid, let bidOpen, let ask, let askOpen):
            if let bid {
                bytes.append("bid", bid.number)
                bytes.append("bidopen", bidOpen)
            }
            if let ask {
                bytes.append("ask", ask.number)
                bytes.append("askopen", askOpen)
            }
        case .cancelled(let count):
            bytes.append("count", UInt64(count))
        case .loggedOn(let member, let user, let time):
            bytes.append("member", exchange.members[member].code)
            bytes.append("user", exchange.members[user].code)
            bytes.append("role", exchange.members[member].role)
            bytes.append("n", exchange.members[member].streamCount)
            bytes.append("time", time)
            appendHistory()
        case .registry(let outcome): bytes.append(outcome)
        }
    }

    /// Appends an event as a line, if it is one that a feed carries.
    mutating func append(_ event: Event, sequence: UInt64, of exchange: Exchange) {
        switch event {
        case .fill(let fill): append(fill, sequence, exchange)
        case .done(let member, let count, let order, let reason):
            line("DONE", sequence, .member(member), count, .nobody) { bytes in
                bytes.append(order: order, exchange)
                bytes.append("open", order.open)
                bytes.append("reason", reason)
            }
        case .triggered(let member, let count, let order):
            line("TRIGGER", sequence, .member(member), count, .nobody) { $0.append(order: order, exchange) }
        case .moved(let member, let count, let transfer): append(transfer, member, count, sequence, exchange)
        case .trade(let count, let trade): append(trade, count, sequence, exchange)
        case .level(let market, let count, let side, let price, let quantity):
            append(level: price, quantity, side, market, count, sequence, exchange)
        case .phase(let market, let count, let phase, let text):
            line("PHASE", sequence, .market(market), count, .everybody) { bytes in
                bytes.append("market", exchange.markets[market.slot].terms.code)
                bytes.append("phase", phase)
                if !text.isEmpty { bytes.append("text", quoted: text) }
            }
        case .indicative(let market, let count, let price, let volume, let surplus, let side):
            append(indicative: price, volume, surplus, side, market, count, sequence, exchange)
        case .reference(let market, let count, let price, let low, let high):
            append(reference: price, low, high, market, count, sequence, exchange)
        case .busted(let market, let count, let trade, let price):
            line("BUST", sequence, .market(market), count, .everybody) { bytes in
                let terms = exchange.markets[market.slot].terms
                bytes.append("market", terms.code)
                bytes.append("trade", trade)
                if let price { bytes.append("price", price, terms.currency) }
            }
        case .auction(let count, let auction, let phase, let offered, let text):
            append(auction, phase, offered, text, count, sequence, exchange)
        case .awarded(let member, let count, let auction, let step):
            append(award: step, of: auction, member, count, sequence, exchange)
        case .registry(let count, let fact):
            line("REGISTRY", sequence, .market(.registry), count, .everybody) { $0.append(fact, exchange) }
        case .pending(let member, let count, let transfer, let state):
            append(transfer, state, member, count, sequence, exchange)
        case .proposal(let member, let count, let proposal, let state, let user):
            append(proposal, state, by: user, member, count, sequence, exchange)
        case .swap(let member, let count, let swap, let state):
            line("SWAP", sequence, .member(member), count, .nobody) { bytes in
                bytes.append("state", state)
                bytes.append(swap, exchange)
            }
        case .offer(let member, let count, let offer, let state):
            line("OFFER", sequence, .member(member), count, .nobody) { bytes in
                bytes.append("state", state)
                bytes.append(offer, exchange)
            }
        case .alert(let member, let count, let alert):
            line("ALERT", sequence, .member(member), count, .nobody) { bytes in
                bytes.append("kind", alert.kind)
                bytes.append("text", quoted: alert.text)
            }
        case .compact(let member, let count, let agreement, let fact):
            line("COMPACT", sequence, .member(member), count, .nobody) { $0.append(fact, of: agreement, exchange) }
        case .complaint(let member, let count, let complaint, let text):
            line("COMPLAINT", sequence, .member(member), count, .nobody) { bytes in
                bytes.append(complaint, exchange)
                bytes.append("text", quoted: text)
            }
        case .dayOver(let member, let count, let day):
            line("DAYEND", sequence, .member(member), count, .nobody) { bytes in
                bytes.append("day", day)
                bytes.append("time", exchange.now)
            }
        case .memberAdmitted, .loginChanged, .marketListed, .marketChanged, .orderEntered, .orderAmended,
            .auctionAnnounced,
            .auctionCleared, .transferred, .compactTold, .serials, .trusted, .distrusted, .sessionOpened,
            .sessionClosed, .dayEnded:
            break
        }
    }

    mutating func line(
        _ word: StaticString,
        _ sequence: UInt64,
        _ destination: Destination,
        _ count: UInt64,
        _ disclosure: Disclosure,
        _ fields: (inout Buffer<UInt8>) -> Void
    ) {
        guard audience?.wants(destination) ?? true else { return }
        let start = begin()
        bytes.append(word)
        bytes.append("seq", sequence)
        bytes.append("n", count)
        fields(&bytes)
        endLine(from: start, to: destination, disclosure, count: count)
    }

    private mutating func append(_ fill: FillReport, _ sequence: UInt64, _ exchange: Exchange) {
        let terms = exchange.markets[fill.market.slot].terms
        line("FILL", sequence, .member(fill.member), fill.count, .owner) { bytes in
            bytes.append("order", fill.order.number)
            if !fill.reference.isEmpty { bytes.append("orig", fill.reference) }
            bytes.append("trade", fill.trade)
            bytes.append("market", terms.code)
            bytes.append("side", fill.side)
            bytes.append("qty", fill.quantity)
            bytes.append("price", fill.price, terms.currency)
            bytes.append("fee", money: fill.fee.minorUnits, terms.currency)
            bytes.append("open", fill.open)
            bytes.append("liquidity", fill.liquidity)
            if let across = fill.across { bytes.append(across, exchange) }
        }
    }

    private mutating func append(
        _ transfer: Transfer,
        _ member: MemberID,
        _ count: UInt64,
        _ sequence: UInt64,
        _ exchange: Exchange
    ) {
        line(transfer.asset.word, sequence, .member(member), count, .nobody) { bytes in
            bytes.append("kind", transfer.kind)
            switch transfer.asset {
            case .cash(let currency):
                bytes.append("currency", currency)
                bytes.append("amount", money: transfer.amount, currency)
            case .permits(let permitClass):
                bytes.append(class: permitClass, exchange)
                bytes.append("qty", Quantity(transfer.amount))
                bytes.append("from", exchange.members[transfer.from].code)
                if let facility = transfer.fromFacility {
                    bytes.append("fromfacility", exchange.registry[facility].code)
                }
                if transfer.isFromSpillable { bytes.append(" fromspillable=1") }
                if transfer.to != .venue { bytes.append("to", exchange.members[transfer.to].code) }
                if transfer.isToSpillable { bytes.append(" tospillable=1") }
                if let facility = transfer.toFacility {
                    bytes.append("tofacility", exchange.registry[facility].code)
                }
                bytes.append(serials: transfer.blocks)
            }
            if !transfer.text.isEmpty { bytes.append("text", quoted: transfer.text) }
        }
    }

    private mutating func append(_ trade: Trade, _ count: UInt64, _ sequence: UInt64, _ exchange: Exchange) {
        line("TRADE", sequence, .market(trade.market), count, .everybody) { bytes in
            let terms = exchange.markets[trade.market.slot].terms
            bytes.append("market", terms.code)
            bytes.append("trade", trade.number)
            bytes.append("qty", trade.quantity)
            bytes.append("price", trade.price, terms.currency)
            if let side = trade.aggressor { bytes.append("side", side) }
            bytes.append("time", exchange.now)
            if let across = trade.across { bytes.append(across, exchange) }
        }
    }

    private mutating func append(
        level price: Price,
        _ quantity: Quantity,
        _ side: Side,
        _ market: MarketID,
        _ count: UInt64,
        _ sequence: UInt64,
        _ exchange: Exchange
    ) {
        line("BOOK", sequence, .market(market), count, .nobody) { bytes in
            let terms = exchange.markets[market.slot].terms
            bytes.append("market", terms.code)
            bytes.append("side", side)
            bytes.append("price", price, terms.currency)
            bytes.append("qty", quantity)
        }
    }

    private mutating func append(
        indicative price: Price,
        _ volume: Quantity,
        _ surplus: Quantity,
        _ side: Side?,
        _ market: MarketID,
        _ count: UInt64,
        _ sequence: UInt64,
        _ exchange: Exchange
    ) {
        line("INDICATIVE", sequence, .market(market), count, .nobody) { bytes in
            let terms = exchange.markets[market.slot].terms
            bytes.append("market", terms.code)
            bytes.append("qty", volume)
            guard volume > .zero else { return }
            bytes.append("price", price, terms.currency)
            bytes.append("surplus", surplus)
            if let side { bytes.append("side", side) }
        }
    }

    private mutating func append(
        reference price: Price,
        _ low: Price,
        _ high: Price,
        _ market: MarketID,
        _ count: UInt64,
        _ sequence: UInt64,
        _ exchange: Exchange
    ) {
        line("REFERENCE", sequence, .market(market), count, .everybody) { bytes in
            let terms = exchange.markets[market.slot].terms
            bytes.append("market", terms.code)
            bytes.append("price", price, terms.currency)
            bytes.append("low", low, terms.currency)
            bytes.append("high", high, terms.currency)
        }
    }
}

extension Transfer.Asset {
    fileprivate var word: StaticString {
        switch self {
        case .cash: "CASH"
        case .permits: "PERMITS"
        }
    }
}

extension TextSink {
    /// Appends an order's number, the id that entered it, market and side.
    fileprivate mutating func append(order: Order, _ exchange: Exchange) {
        append("order", order.id.number)
        if !order.reference.isEmpty { append("orig", order.reference) }
        append("market", exchange.markets[order.id.market.slot].terms.code)
        append("side", order.side)
    }

    /// Appends what a trade is in the market of the order that came from another zone.
    fileprivate mutating func append(_ across: Across, _ exchange: Exchange) {
        append("across", exchange.markets[across.market.slot].terms.code)
        append("acrossqty", across.quantity)
    }

    /// Appends a class's program and vintage.
    mutating func append(class permitClass: ClassID, _ exchange: Exchange) {
        let terms = exchange.registry[permitClass]
        append("program", exchange.registry[terms.program].code)
        append("vintage", UInt64(terms.vintage))
        if !terms.zone.isEmpty { append("zone", terms.zone) }
    }

    /// Appends what a reply about the registry says.
    mutating func append(_ outcome: RegistryOutcome) {
        switch outcome {
        case .cap(let cap, let excess):
            append("cap", cap)
            if excess > .zero { append("excess", excess) }
        case .issued(let quantity): append("qty", quantity)
        case .certificate(let number, let digest):
            append("number", number)
            append(" digest=")
            append(text: digest.hex)
        case .transfer(let number, let time):
            append("transfer", number)
            append("executes", time)
        case .trust(let time): append("executes", time)
        case .proposal(let number, let time):
            append("proposal", number)
            append("expires", time)
        case .offer(let number): append("offer", number)
        case .draft(let number, let digest):
            append("draft", number)
            append(text: " digest=\(digest.hex)")
        case .complaint(let number, let due):
            append("number", number)
            append("due", due)
        case .swap(let number, let state):
            append("swap", number)
            append("state", state)
        }
    }
}
