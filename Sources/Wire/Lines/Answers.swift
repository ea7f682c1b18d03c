import Audit
import Exchange
import Ledger
import OrderBook
import Permits
import Registry

// Queries: one `OK … rows=N` line, then N `ROW` lines.

extension Venue {
    /// Answers a query from the state between two commands; a refusal is the reply like any other.
    func answer(_ query: Query, verb: Verb, id: Code, member: MemberID?, served: Served?, _ output: inout Output) {
        do throws(Refusal) {
            if let member {
                try Permissions.check(exchange.members[member].role, verb)
            } else if ![.ping, .help, .status].contains(verb) || (verb == .status && !id.isEmpty) {
                throw Refusal(.notLoggedOn, "\(verb.text) needs a session; send LOGON first")
            }
            var rows = Rows(page: verb.listsInPages ? query.page : nil)
            try collect(query, member ?? .venue, at: served?.time ?? exchange.now, &rows)
            if case .status(original: nil) = query, let served { rows.append(served) }
            rows.write(id: id, to: &output)
        } catch {
            output.append(error, id: id)
        }
    }

    private func collect(_ query: Query, _ member: MemberID, at now: Timestamp, _ rows: inout Rows) throws(Refusal) {
        switch query {
        case .ping:
            rows.head.append("seq", exchange.sequence)
            rows.head.append("time", now)
        case .help(let verb, let code): try help(verb, code, &rows)
        case .status(let original): status(original, member, at: now, &rows)
        case .account(let code): try account(try subject(code, member), &rows)
        case .orders(let market, let code, let from, let limit):
            try orders(market, try subject(code, member), from, limit, &rows)
        case .book(let market, let depth): try book(market, depth, &rows)
        case .trades(let market, let limit): try trades(market, limit, &rows)
        case .markets(let code): try markets(code, &rows)
        case .programs(let code): try programs(code, &rows)
        case .members(let from): members(from, &rows)
        case .ledger: ledger(&rows)
        case .auctions(let code): try auctions(code, &rows)
        case .bids(let code): try bids(code, member, &rows)
        case .result(let code, let from, let limit): try result(code, from, limit, &rows)
        case .page(_, let query): try collect(query, member, at: now, &rows)
        case .registry(let query): try answer(query, member, &rows)
        case .compact(let query): try answer(query, member, &rows)
        }
    }

    /// Whose account or orders are meant; other members' are for operators and regulators.
    func subject(_ code: Code?, _ member: MemberID) throws(Refusal) -> MemberID {
        guard let code else { return member }
        let subject = try exchange.findMember(code)
        guard subject == member || exchange.seesAll(member) else {
            let role = exchange.members[member].role
            throw Refusal(.roleNotAllowed, "a \(role.text) sees only its own; leave out member")
        }
        return subject
    }

    private func help(_ verb: String?, _ code: String?, _ rows: inout Rows) throws(Refusal) {
        if let code {
            guard let found = RejectCode.allCases.first(where: { $0.name == code.uppercased() }) else {
                throw Refusal(.badValue, "no reject code \(code)")
            }
            rows.row { $0.append(found) }
        } else if let verb {
            guard let rule = RequestRule.all.first(where: { $0.verb.text == verb.uppercased() }) else {
                throw Refusal(.unknownVerb, "no verb \(verb); HELP lists them")
            }
            rows.row { $0.append(rule) }
        } else {
            rows = Venue.verbs
        }
    }

    private static let verbs: Rows = {
        var rows = Rows()
        for rule in RequestRule.all where !rule.verb.isInternal {
            rows.row { $0.append(rule) }
        }
        return rows
    }()

    private func status(_ original: Code?, _ member: MemberID, at now: Timestamp, _ rows: inout Rows) {
        guard let original else {
            rows.head.append("seq", exchange.sequence)
            rows.head.append("time", now)
            rows.head.append("version", UInt64(Exchange.protocolVersion))
            rows.head.append("day", exchange.dayCount + 1)
            rows.head.append("members", UInt64(exchange.members.members.count - 1))
            rows.head.append("markets", UInt64(exchange.markets.count))
            rows.head.append("linebytes", UInt64(Limits.lineBytesMax))
            rows.head.append("maxqty", Limits.quantityMax)
            if member != .venue {
                rows.head.append(exchange.fourEyes.isOn(for: member) ? " foureyes=1" : " foureyes=0")
            }
            return
        }
        guard let reply = exchange.firstReplies.reply(to: original, of: member) else {
            rows.head.append(
                exchange.hasForgottenIDs(of: member) ? " state=not-remembered" : " state=never-seen"
            )
            return
        }
        if case .refused(let refusal) = reply.outcome {
            rows.head.append(" state=rejected")
            rows.head.append("seq", reply.sequence)
            rows.head.append(" code=")
            rows.head.append(text: refusal.code.name)
            rows.head.append("text", quoted: refusal.text)
            return
        }
        rows.head.append(" state=accepted")
        rows.head.append("seq", reply.sequence)
        guard case .order(let order, _) = reply.outcome else { return }
        rows.head.append("order", order.number)
        rows.head.append("open", exchange.markets[order.market.slot].book.order(order)?.open ?? .zero)
    }

    private func account(_ member: MemberID, _ rows: inout Rows) throws(Refusal) {
        rows.head.append("member", exchange.members[member].code)
        defer { facilityAccounts(member, &rows) }
        for (asset, balance) in exchange.ledger.holdings(of: .general(member)) {
            rows.row { bytes in
                if let permitClass = asset.permitClass {
                    bytes.append(class: permitClass, exchange)
                    bytes.append("total", Quantity(balance.total))
                    bytes.append("free", Quantity(balance.free))
                    bytes.append("held", Quantity(balance.held))
                    bytes.append("buying", Quantity(balance.incoming))
                } else if let currency = asset.currency {
                    bytes.append("currency", currency)
                    bytes.append("total", money: balance.total, currency)
                    bytes.append("free", money: balance.free, currency)
                    bytes.append("held", money: balance.held, currency)
                }
            }
        }
    }

    private func facilityAccounts(_ member: MemberID, _ rows: inout Rows) {
        for (asset, balance) in exchange.ledger.holdings(of: .spillable(member)) where balance.total > 0 {
            guard let permitClass = asset.permitClass else { continue }
            rows.row { bytes in
                bytes.append(" spillable=1")
                bytes.append(class: permitClass, exchange)
                bytes.append("total", Quantity(balance.total))
            }
        }
        for facility in exchange.registry.facilityIDs(of: member) {
            for (asset, balance) in exchange.ledger.holdings(of: .compliance(facility)) where balance.total > 0 {
                guard let permitClass = asset.permitClass else { continue }
                rows.row { bytes in
                    bytes.append("facility", exchange.registry[facility].code)
                    bytes.append(class: permitClass, exchange)
                    bytes.append("total", Quantity(balance.total))
                }
            }
        }
    }

    private func orders(
        _ code: Code?,
        _ member: MemberID,
        _ from: UInt64,
        _ limit: Int,
        _ rows: inout Rows
    ) throws(Refusal) {
        var only: MarketID?
        if let code { only = try exchange.findMarket(code) }
        let live = exchange.orders(of: member).filter {
            $0.id.number > from && (only == nil || $0.id.market == only)
        }
        for order in live.sorted(by: { $0.id < $1.id }).prefix(limit) {
            let terms = exchange.markets[order.id.market.slot].terms
            rows.row { $0.append(order, terms) }
        }
    }

    private func book(_ code: Code, _ depth: Int, _ rows: inout Rows) throws(Refusal) {
        let market = exchange.markets[try exchange.findMarket(code).slot]
        rows.head.append("market", code)
        rows.head.append("n", market.streamCount)
        rows.head.append("phase", market.phase)
        rows.head.append("last", market.book.lastPrice, market.terms.currency)
        for side in Side.allCases {
            for level in market.book.depth(side, levels: depth) {
                rows.row { bytes in
                    bytes.append("side", side)
                    bytes.append("price", level.price, market.terms.currency)
                    bytes.append("qty", level.quantity)
                    bytes.append("orders", UInt64(level.orderCount))
                }
            }
        }
    }

    private func trades(_ code: Code, _ limit: Int, _ rows: inout Rows) throws(Refusal) {
        let market = exchange.markets[try exchange.findMarket(code).slot]
        rows.head.append("market", code)
        for trade in market.recentTrades.last(limit) {
            rows.row { bytes in
                bytes.append("trade", trade.number)
                bytes.append("time", trade.time)
                bytes.append("qty", trade.quantity)
                bytes.append("price", trade.price, market.terms.currency)
                if let side = trade.aggressor { bytes.append("side", side) }
                if trade.isBusted { bytes.append(" busted=1") }
                if trade.isCorrected { bytes.append(" corrected=1") }
            }
        }
    }

    private func markets(_ code: Code?, _ rows: inout Rows) throws(Refusal) {
        if let code { _ = try exchange.findMarket(code) }
        for market in exchange.markets where code == nil || market.terms.code == code {
            rows.row { $0.append(market, exchange) }
        }
    }

    private func programs(_ code: Code?, _ rows: inout Rows) throws(Refusal) {
        if let code { _ = try exchange.findProgram(code) }
        for (index, terms) in exchange.registry.classes.enumerated() {
            let program = exchange.registry[terms.program]
            guard code == nil || program.code == code else { continue }
            let statement = exchange.ledger.statement(of: .permits(ClassID(UInt32(index))))
            rows.row { bytes in
                bytes.append(class: ClassID(UInt32(index)), exchange)
                bytes.append("unit", quoted: program.unit)
                bytes.append("currency", program.currency)
                bytes.append("regulator", exchange.members[program.regulator].code)
                bytes.append(terms: terms)
                bytes.append(statement)
                if let limit = terms.holdingLimit { bytes.append("holding", limit) }
                if terms.expiry != .never { bytes.append("expire", terms.expiry) }
                bytes.append("name", quoted: program.name)
            }
        }
    }

    private func members(_ from: Code?, _ rows: inout Rows) {
        for id in exchange.members.byCode(behind: from).prefix(Limits.rowsMax) {
            let member = exchange.members[id]
            rows.row { bytes in
                bytes.append("member", member.code)
                bytes.append("role", member.role)
                if !member.isCompliance { bytes.append(" class=general") }
                if let group = member.group { bytes.append("group", exchange.members[group].code) }
                bytes.append("name", quoted: member.name)
            }
        }
    }

    private func ledger(_ rows: inout Rows) {
        for asset in exchange.ledger.assets {
            let statement = exchange.ledger.statement(of: asset)
            rows.row { bytes in
                if let permitClass = asset.permitClass {
                    bytes.append(class: permitClass, exchange)
                    bytes.append("issued", Quantity(statement.issued))
                    bytes.append(statement)
                    bytes.append("onhold", Quantity(statement.onHold))
                } else if let currency = asset.currency {
                    bytes.append("currency", currency)
                    bytes.append("debits", money: statement.issued, currency)
                    bytes.append("credits", money: statement.held, currency)
                    bytes.append("onhold", money: statement.onHold, currency)
                    let fees = exchange.ledger.balance(.fee, asset).total
                    bytes.append("fees", money: fees, currency)
                }
            }
        }
    }
}

extension TextSink {
    /// Appends where a class's permits are.
    fileprivate mutating func append(_ statement: AssetStatement) {
        append("held", Quantity(statement.held))
        append("surrendered", Quantity(statement.surrendered))
        append("retired", Quantity(statement.retired))
        append("cancelled", Quantity(statement.cancelled))
    }
}
