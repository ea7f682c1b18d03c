import Exchange
import Permits
import Seals

// From fields to typed requests, verb by verb.

extension LineScanner {
    /// Builds what the line asks for.
    func body(_ line: Span<UInt8>, id: Code) throws(Refusal) -> ParsedLine.Body {
        switch verb {
        case .order: .command(.order(try newOrder(line)))
        case .cancel: .command(.cancel(try target(line)))
        case .amend:
            .command(.amend(try amendment(line)))
        case .quote: .command(.quote(try quote(line)))
        case .massCancel:
            .command(
                .massCancel(
                    MassCancel(
                        market: try code(.market, line),
                        side: try word(.side, line),
                        user: try code(.user, line)
                    )
                )
            )
        case .clock: .command(.clock)
        case .logon, .logout, .disconnect, .restart, .deadman, .subscribe, .unsubscribe, .resume:
            try sessionBody(line, id: id)
        case .challenge: .challenge
        case .rotate: .rotate(try rotation(line, id: id))
        case .ping, .help, .status, .account, .orders, .book, .trades, .markets, .programs, .members, .ledger:
            .query(try query(line, id: id))
        case .login: try loginBody(line, id: id)
        case .bid: .bid(try plainBid(line, id: id))
        case .auction, .openBids, .callOff, .classify, .consign, .guarantee, .withdrawBid, .sealedBid:
            .command(.auction(try auctionCommand(line)))
        case .auctions: .query(.auctions(try code(.auction, line)))
        case .bids: .query(.bids(auction: try required(code(.auction, line), .auction)))
        case .result:
            .query(
                .result(
                    auction: try required(code(.auction, line), .auction),
                    from: Int(try integer(.from, line, in: 1...Int64(Int32.max)) ?? 1),
                    limit: Int(try integer(.limit, line, in: 1...Int64(Limits.rowsMax)) ?? Int64(Limits.rowsMax))
                )
            )
        case .member, .revoke, .market, .phase, .reference, .dayEnd, .deposit, .withdraw:
            .command(.admin(try adminCommand(line)))
        case .program, .cap, .allocate, .holiday, .facility, .monitor, .report, .deadline, .suspend, .readmit, .bust,
            .season, .announce, .spill, .release, .link, .delivery, .move, .swap, .unswap, .offer, .take, .unoffer,
            .transfer, .recall, .retire,
            .cover,
            .surrender, .trust, .distrust,
            .pay, .fourEyes, .propose, .approve,
            .decline:
            .command(.registry(try registryCommand(line)))
        case .rules, .facilities, .reports, .obligations, .blocks, .transfers, .penalties, .proposals,
            .concentration, .seasons, .links, .reach, .swaps, .offers, .rights:
            .query(.registry(try registryQuery(line)))
        case .interest, .join, .leave, .message, .draft, .sign, .terminate, .reading, .fulfil, .spend, .donate, .settle,
            .waive, .complain, .answer, .observe, .label:
            .command(.compact(try compactCommand(line)))
        case .compacts, .terms, .periods, .readings, .claims, .funds, .standing, .complaints, .labels:
            .query(.compact(try compactQuery(line)))
        case .trace, .certificate, .prices, .checkpoint, .proof, .cosign: .inquiry(try inquiry(line))
        }
    }

    /// A value whose presence the scanner has checked.
    func required<T>(_ value: T?, _ key: Key) throws(Refusal) -> T {
        guard let value else { throw Refusal(.missingKey, "\(verb.text) needs \(key.name)=") }
        return value
    }

    private func newOrder(_ line: Span<UInt8>) throws(Refusal) -> NewOrder {
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
        return order
    }

    /// Exactly one of order= and orig=.
    private func target(_ line: Span<UInt8>) throws(Refusal) -> OrderTarget {
        let number = try integer(.order, line, in: 1...Int64.max)
        let original = try code(.orig, line)
        switch (number, original) {
        case (let number?, nil): return .number(OrderID(number: UInt64(number)))
        case (nil, let original?): return .reference(original)
        default: throw Refusal(.missingKey, "\(verb.text) needs either order= or orig=")
        }
    }

    private func amendment(_ line: Span<UInt8>) throws(Refusal) -> Amendment {
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

    private func quote(_ line: Span<UInt8>) throws(Refusal) -> Quote {
        var quote = Quote(market: try required(code(.market, line), .market))
        quote.bid = try decimal(.bid, line)
        quote.bidQuantity = try quantity(.bidqty, line)
        quote.ask = try decimal(.ask, line)
        quote.askQuantity = try quantity(.askqty, line)
        return quote
    }

    private func sessionBody(_ line: Span<UInt8>, id: Code) throws(Refusal) -> ParsedLine.Body {
        switch verb {
        case .logon:
            .logon(
                Logon(
                    member: try required(code(.member, line), .member),
                    user: try required(code(.user, line), .user),
                    password: try text(.password, line),
                    signature: try signature(line),
                    takesOver: try flag(.takeover, line),
                    version: try required(integer(.version, line, in: 1...Int64.max), .version),
                    cancelOnDisconnect: try flag(.cod, line),
                    heartbeatSeconds: try integer(.heartbeat, line, in: 1...3600) ?? 0,
                    id: id
                )
            )
        case .logout: .command(.session(.logout))
        case .disconnect: .command(.session(.disconnect))
        case .restart: .command(.session(.restart))
        case .deadman:
            .command(
                .session(
                    .deadman(
                        seconds: try required(
                            integer(.timeout, line, in: 0...Exchange.deadmanSecondsMax),
                            .timeout
                        )
                    )
                )
            )
        case .subscribe: .subscribe(market: try required(code(.market, line), .market))
        case .unsubscribe: .unsubscribe(market: try required(code(.market, line), .market))
        default: .resume(try resumption(line))
        }
    }

    private func resumption(_ line: Span<UInt8>) throws(Refusal) -> Resumption {
        let from = try required(integer(.from, line, in: 1...Int64.max), .from)
        let sequence = try integer(.seq, line, in: 0...Int64.max)
        var seen: (HistoryID, UInt64)?
        switch (range(.history), sequence) {
        case (nil, nil): break
        case (let range?, let sequence?):
            guard let history = HistoryID(line.extracting(range)) else {
                throw Refusal(.badValue, "history must be 16 hexadecimal digits, as the venue gave it")
            }
            seen = (history, UInt64(sequence))
        default: throw Refusal(.invalidCombination, "RESUME takes history= and seq= together")
        }
        return Resumption(
            stream: try required(code(.stream, line), .stream),
            from: UInt64(from),
            through: try integer(.to, line, in: from...Int64.max).map { UInt64($0) },
            limit: Int(try integer(.limit, line, in: 1...Int64(Limits.feedLinesMax)) ?? Int64(Limits.feedLinesMax)),
            seen: seen
        )
    }

    private func loginBody(_ line: Span<UInt8>, id: Code) throws(Refusal) -> ParsedLine.Body {
        let member = try required(code(.member, line), .member)
        let user = try required(code(.user, line), .user)
        var change = try credentials(line)
        change.person = try code(.person, line)
        guard let password = try password(line) else {
            return .command(.admin(.login(member: member, user: user, change)))
        }
        return .login(NewLogin(member: member, user: user, password: password, change: change, id: id))
    }

    private func rotation(_ line: Span<UInt8>, id: Code) throws(Refusal) -> Rotation {
        let change = try credentials(line)
        let password = try password(line)
        guard password != nil || change != CredentialChange() else {
            throw Refusal(.missingKey, "ROTATE needs password= or key=")
        }
        return Rotation(old: try text(.old, line), password: password, change: change, id: id)
    }

    /// A new password.
    private func password(_ line: Span<UInt8>) throws(Refusal) -> String? {
        guard let password = try text(.password, line) else { return nil }
        guard password.utf8.count >= Logon.passwordBytesMin else {
            throw Refusal(.outOfRange, "password must have at least \(Logon.passwordBytesMin) bytes")
        }
        return password
    }

    /// What may stand in a journal: a password's hash, a key.
    private func credentials(_ line: Span<UInt8>) throws(Refusal) -> CredentialChange {
        let hash = try text(.hash, line)
        if let hash, !hash.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "\"") }) {
            throw Refusal(.badValue, "hash has other characters than a password hash")
        }
        guard hash == nil || range(.password) == nil else {
            throw Refusal(.invalidCombination, "\(verb.text) takes password= or hash=")
        }
        return CredentialChange(passwordHash: hash, publicKey: try digest(.key, line))
    }

    func signature(_ line: Span<UInt8>) throws(Refusal) -> [UInt8]? {
        guard let text = try text(.sign, line) else { return nil }
        guard let bytes = Hex.bytes(text), bytes.count == Ed25519.signatureByteCount else {
            throw Refusal(.badValue, "sign must be 128 hexadecimal digits, lower case")
        }
        return bytes
    }

    private func adminCommand(_ line: Span<UInt8>) throws(Refusal) -> AdminCommand {
        switch verb {
        case .member:
            return .member(
                code: try required(code(.member, line), .member),
                role: try required(word(.role, line), .role),
                name: try required(text(.name, line), .name)
            )
        case .revoke:
            return .revoke(
                member: try required(code(.member, line), .member),
                user: try required(code(.user, line), .user)
            )
        case .market: return .market(try newMarket(line))
        case .phase:
            return .phase(
                market: try required(code(.market, line), .market),
                phase: try required(word(.phase, line), .phase),
                text: try text(.text, line) ?? ""
            )
        case .reference:
            return .reference(
                market: try required(code(.market, line), .market),
                price: try required(decimal(.price, line), .price)
            )
        case .dayEnd: return .dayEnd
        default:
            let member = try required(code(.member, line), .member)
            let currency = try required(word(.currency, line, Currency.self), .currency)
            let amount = try required(decimal(.amount, line), .amount)
            return verb == .deposit
                ? .deposit(member: member, currency: currency, amount: amount)
                : .withdraw(member: member, currency: currency, amount: amount)
        }
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
            takerPercent: try decimal(.taker, line) ?? zero
        )
    }

    private func query(_ line: Span<UInt8>, id: Code) throws(Refusal) -> Query {
        let rows = 1...Int64(Limits.rowsMax)
        switch verb {
        case .ping: return .ping
        case .help: return .help(verb: try text(.verb, line), code: try text(.code, line))
        case .status: return .status(original: id.isEmpty ? nil : id)
        case .account: return .account(member: try code(.member, line))
        case .orders:
            return .orders(
                market: try code(.market, line),
                member: try code(.member, line),
                from: UInt64(try integer(.from, line, in: 0...Int64.max) ?? 0),
                limit: Int(try integer(.limit, line, in: rows) ?? rows.upperBound)
            )
        case .book:
            return .book(
                market: try required(code(.market, line), .market),
                depth: Int(try integer(.depth, line, in: rows) ?? 10)
            )
        case .trades:
            return .trades(
                market: try required(code(.market, line), .market),
                limit: Int(try integer(.limit, line, in: rows) ?? 20)
            )
        case .markets: return .markets(try code(.market, line))
        case .programs: return .programs(try code(.program, line))
        case .members: return .members(from: try code(.from, line))
        default: return .ledger
        }
    }
}

extension Logon {
    /// The shortest password.
    ///
    /// Source: NIST SP 800-63B, section 5.1.1.1.
    package static let passwordBytesMin = 8
}
