import Ledger
import OrderBook
import Permits
import Registry

// Market phases, the calls between them, and the end of the day.

extension Exchange {
    /// Which phases may follow which.
    ///
    /// ```
    /// closed ─▶ preopen ─▶ open ─▶ closing ─▶ closed      preopen and closing are calls; leaving them
    ///              ▲          │        ▲                  for open and closed uncrosses the book
    ///              └── halt ◀─┴────────┘                  halt: from every phase but closed; on to a call or closed
    /// ```
    static func follows(_ next: Phase, _ phase: Phase) -> Bool {
        switch phase {
        case .closed: next == .preopen
        case .preopen: next == .open || next == .halt || next == .closed
        case .open: next == .halt || next == .closing || next == .closed
        case .halt: next == .preopen || next == .closing || next == .closed
        case .closing: next == .closed || next == .halt
        }
    }

    mutating func changePhase(market code: Code, to next: Phase, text: String, _ sender: Sender) throws(Refusal) {
        let id = try findMarket(code)
        if members[sender.member].role == .regulator {
            try checkRegulator(of: registry[markets[id.slot].terms.permitClass].program, sender)
        }
        let phase = markets[id.slot].phase
        guard Exchange.follows(next, phase) else {
            let allowed = Phase.allCases.filter { Exchange.follows($0, phase) }.map(\.text).joined(separator: ", ")
            throw Refusal(
                .wrongPhase,
                "\(code) is in phase \(phase.text), which goes to \(allowed), not to \(next.text)"
            )
        }
        if Exchange.isUncrossed(from: phase, to: next) || next == .closing {
            try checkAtRest(id)
            // Nothing below may fail.
            begin(Sweep(.phase(id, next, text: text), began: now))
        } else {
            if next == .preopen { try checkAtRest(id) } else { try checkNotCleared(id) }
            // Nothing below may fail.
            enter(next, market: id, text)
            settleBookEvents(of: id)
        }
    }

    /// Whether a call ends between two phases.
    private static func isUncrossed(from phase: Phase, to next: Phase) -> Bool {
        (phase == .preopen && next == .open) || (phase == .closing && next == .closed)
    }

    private mutating func enter(_ next: Phase, market id: MarketID, _ text: String) {
        markets[id.slot].published = nil
        markets[id.slot].phase = next
        if next != .closed, markets[id.slot].today.opened == nil { markets[id.slot].today.opened = now }
        events.append(.phase(market: id, count: nextCount(of: id), phase: next, text: text))
    }

    /// Takes a market from one phase to another: the call that ends, then the phase, then what acts in it first.
    /// - Returns: whether it is done.
    mutating func sweepPhase(_ id: MarketID, to next: Phase, _ text: String, _ sweep: inout Sweep) -> Bool {
        beginMatching(in: id)
        if sweep.stage == 0 {
            if Exchange.isUncrossed(from: markets[id.slot].phase, to: next) {
                if sweep.next == 0 {
                    sweep.call = markets[id.slot].book.uncrossing(reference: markets[id.slot].reference)
                    sweep.next = 1
                }
                // A fill makes several events.
                stepsLeft = min(stepsLeft, Limits.sliceEventsMax)
                let isDone = markets[id.slot].book.uncross(&sweep.call, atMost: &stepsLeft, events: &bookEvents)
                settleBookEvents(of: id)
                guard isDone else { return false }
            }
            enter(next, market: id, text)
            sweep.enter(1)
        }
        if next == .closing {
            if sweep.stage == 1 {
                let isDone = markets[id.slot].book.beginClosing(atMost: &stepsLeft, events: &bookEvents)
                settleBookEvents(of: id)
                guard isDone else { return false }
                sweep.enter(2)
            }
            guard sweepSelfTrades(in: id, &sweep) else { return false }
            markets[id.slot].isSwept = false
            publishIndicative(of: id)
            return true
        }
        markets[id.slot].isSwept = false
        if next == .open {
            markets[id.slot].book.resumeContinuous(events: &bookEvents)
            settleBookEvents(of: id)
        }
        endMatching(in: id)
        if next == .open { couple(registry[markets[id.slot].terms.permitClass].program) }
        return true
    }

    mutating func setReference(market code: Code, price: DecimalNumber) throws(Refusal) {
        let id = try findMarket(code)
        let reference = Price(
            minorUnits: try minorUnits(
                price,
                "price",
                currency: markets[id.slot].terms.currency,
                max: Limits.priceMax.minorUnits
            )
        )
        guard markets[id.slot].phase == .closed else {
            throw Refusal(.wrongPhase, "the reference price can be set only while \(code) is closed")
        }
        try checkAtRest(id)
        try checkTick(reference, "price", in: id)
        // Nothing below may fail.
        moveReference(of: id, to: reference)
        let opened = markets[id.slot].today.opened
        markets[id.slot].today = TradingDay(after: tradeCount, reference: reference, opened: opened)
        markets[id.slot].yesterday = nil
    }

    /// Moves the band around a new reference price; orders that fall outside end.
    mutating func moveReference(of id: MarketID, to price: Price) {
        markets[id.slot].reference = price
        let band = markets[id.slot].band
        markets[id.slot].book.lastPrice = price
        markets[id.slot].book.setBand(low: band.low, high: band.high, events: &bookEvents)
        settleBookEvents(of: id)
        events.append(.reference(market: id, count: nextCount(of: id), price: price, low: band.low, high: band.high))
    }

    /// Ends the trading day: DAY orders and what expires today end, the last price becomes the reference, what ids did on the day before is forgotten.
    mutating func endDay() throws(Refusal) {
        if let open = markets.first(where: { $0.phase != .closed }) {
            throw Refusal(.wrongPhase, "\(open.terms.code) is in phase \(open.phase.text); close every market first")
        }
        guard sweeps.isEmpty else {
            throw Refusal(.busy, "what was begun before is not done yet; send it again in a moment")
        }
        // Nothing below may fail.
        begin(Sweep(.dayEnd, began: now))
    }

    /// Ends the day: orders, then reference prices, then ids.
    /// - Returns: whether it is done.
    mutating func sweepDayEnd(_ sweep: inout Sweep) -> Bool {
        if sweep.stage == 0 {
            // The day is the one on which the market opened, on its own calendar: a session may end after midnight.
            let midnights = markets.map { market in
                let zone = market.terms.timeZone
                return zone.end(ofDay: zone.day(of: market.today.opened ?? sweep.began))
            }
            let isDone = sweepOrders(&sweep, in: Set(markets.map(\.terms.market)), .expired) { order in
                switch order.timeInForce {
                case .gtc: false
                case .gtd: order.expiry <= midnights[order.id.market.slot]
                case .day, .ioc, .fok, .atTheOpen, .atTheClose: true
                }
            }
            guard isDone else { return false }
            sweep.enter(1)
        }
        guard sweep.stage > 1 || sweepReferences(&sweep) else { return false }
        guard sweep.stage > 2 || sweepIDs(&sweep) else { return false }
        let isDone = goOn(&sweep, to: sweep.parts.count) { exchange, sweep, place in
            guard let member = sweep.parts[place].account.member else { return }
            let count = exchange.nextCount(of: member)
            exchange.events.append(.dayOver(member: member, count: count, day: exchange.dayCount + 1))
        }
        guard isDone else { return false }
        dayCount += 1
        events.append(.dayEnded)
        return true
    }

    /// The last prices become the reference prices of markets that have traded.
    private mutating func sweepReferences(_ sweep: inout Sweep) -> Bool {
        let isDone = goOn(&sweep, to: markets.count) { exchange, _, slot in
            exchange.markets[slot].today.opened = nil
            guard exchange.markets[slot].hasTraded else { return }
            exchange.markets[slot].hasTraded = false
            exchange.markets[slot].alertedSides = 0
            let last = exchange.markets[slot].book.lastPrice
            exchange.markets[slot].yesterday = exchange.markets[slot].today
            exchange.markets[slot].today = TradingDay(after: exchange.tradeCount, reference: last)
            exchange.moveReference(of: exchange.markets[slot].terms.market, to: last)
        }
        guard isDone else { return false }
        firstReplies.endDay(with: sequence, at: now)
        sweep.enter(2)
        return true
    }

    /// The ids of the day before may be used again, but for those of orders that live.
    private mutating func sweepIDs(_ sweep: inout Sweep) -> Bool {
        while Int(sweep.next) < firstReplies.memberCount {
            let slot = Int(sweep.next)
            // Those of live orders go behind: each is looked at once.
            if sweep.left == 0 { sweep.left = firstReplies.count(of: slot) + 1 }
            while sweep.left > 1 {
                guard takeStep() else { return false }
                sweep.left -= 1
                guard forgetOldID(of: slot) else { break }
            }
            sweep.left = 0
            sweep.next += 1
        }
        sweep.enter(3)
        // Each is told once, on the stream that all its sessions share.
        let members = Set(members.logins.filter(\.isLoggedOn).map(\.member)).sorted()
        sweep.parts = members.map { Sweep.Part(account: .general($0), permitClass: ClassID(0), amount: 0) }
        return true
    }

    private mutating func forgetOldID(of slot: Int) -> Bool {
        let markets = markets
        let isStaff = members[MemberID(UInt32(slot))].role != .participant
        return firstReplies.forgetOld(of: slot, isStaff: isStaff) { order, id in
            markets[order.market.slot].book.order(order)?.reference == id
        }
    }
}
