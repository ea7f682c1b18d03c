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

    mutating func changePhase(
        market code: Code,
        to next: Phase,
        text: String,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
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
        // Nothing below may fail.
        let uncrosses = (phase == .preopen && next == .open) || (phase == .closing && next == .closed)
        markets[id.slot].published = nil
        markets[id.slot].phase = next
        beginMatching(in: id)
        if uncrosses {
            markets[id.slot].book.uncross(reference: markets[id.slot].reference, events: &bookEvents)
            settleBookEvents(of: id, &events)
        }
        events.append(.phase(market: id, count: nextCount(of: id), phase: next, text: text))
        if next == .open { markets[id.slot].book.resumeContinuous(events: &bookEvents) }
        if next == .closing { markets[id.slot].book.beginClosing(events: &bookEvents) }
        settleBookEvents(of: id, &events)
        endMatching(in: id)
        if next == .open { couple(registry[markets[id.slot].terms.permitClass].program, &events) }
    }

    mutating func setReference(
        market code: Code,
        price: DecimalNumber,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
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
        try checkTick(reference, "price", in: id)
        try checkLevels(
            reference: reference,
            tick: markets[id.slot].terms.tick,
            basisPoints: markets[id.slot].terms.bandBasisPoints
        )
        // Nothing below may fail.
        moveReference(of: id, to: reference, &events)
    }

    /// Moves the band around a new reference price; orders that fall outside end.
    private mutating func moveReference(of id: MarketID, to price: Price, _ events: inout ContiguousArray<Event>) {
        markets[id.slot].reference = price
        let band = markets[id.slot].band
        markets[id.slot].book.lastPrice = price
        markets[id.slot].book.setBand(low: band.low, high: band.high, events: &bookEvents)
        settleBookEvents(of: id, &events)
        events.append(.reference(market: id, count: nextCount(of: id), price: price, low: band.low, high: band.high))
    }

    /// Ends the trading day: DAY orders and what expires today end, the last price becomes the reference, ids are free again.
    mutating func endDay(_ events: inout ContiguousArray<Event>) throws(Refusal) {
        if let open = markets.first(where: { $0.phase != .closed }) {
            throw Refusal(.wrongPhase, "\(open.terms.code) is in phase \(open.phase.text); close every market first")
        }
        // Nothing below may fail.
        let midnight = now.nextMidnight
        cancelAll(.expired, &events) { order in
            switch order.timeInForce {
            case .gtc: false
            case .gtd: order.expiry <= midnight
            case .day, .ioc, .fok, .atTheOpen, .atTheClose: true
            }
        }
        for index in markets.indices where markets[index].hasTraded {
            markets[index].hasTraded = false
            markets[index].alertedSides = 0
            let last = clampedReference(markets[index].book.lastPrice, of: markets[index].terms)
            moveReference(of: MarketID(UInt32(index)), to: last, &events)
        }
        firstReplies.forgetAll()
        events.append(.dayEnded)
    }

    /// The last price, kept low enough that its band fits the ladder.
    private func clampedReference(_ price: Price, of terms: MarketListing) -> Price {
        let levels = Band(reference: price, tick: terms.tick, basisPoints: terms.bandBasisPoints)
            .levelCount(tick: terms.tick)
        return levels <= Int64(Limits.levelsMax) ? price : terms.reference
    }
}
