import OrderBook
import Permits

/// A book with its phase, whose commands answer with their events as short lines of text.
struct TestBook {
    var book: OrderBook
    var phase: Phase
    /// The reference price of calls.
    var reference = Price(minorUnits: 100)

    init(phase: Phase = .open, tick: Int64 = 1, low: Int64 = 50, high: Int64 = 150, last: Int64 = 100) {
        book = OrderBook(
            tick: Price(minorUnits: tick),
            low: Price(minorUnits: low),
            high: Price(minorUnits: high),
            lastPrice: Price(minorUnits: last)
        )
        self.phase = phase
    }

    @discardableResult
    mutating func enter(_ order: Order) -> [String] {
        command { book, phase, events in book.enter(order, phase: phase, events: &events) }
    }

    /// Enters resting orders whose events do not matter.
    mutating func rest(_ orders: Order...) {
        for order in orders { enter(order) }
    }

    @discardableResult
    mutating func amend(
        _ number: UInt64,
        quantity: Int64? = nil,
        price: Int64? = nil,
        stop: Int64? = nil
    ) -> [String] {
        command { book, phase, events in
            book.amend(
                OrderID(number: number),
                quantity: quantity.map { Quantity($0) },
                price: price.map { Price(minorUnits: $0) },
                stop: stop.map { Price(minorUnits: $0) },
                phase: phase,
                events: &events
            )
        }
    }

    @discardableResult
    mutating func cancel(_ number: UInt64) -> [String] {
        command { book, _, events in
            book.cancel(OrderID(number: number), reason: .cancelled, events: &events)
        }
    }

    /// Ends the call and trades continuously.
    mutating func uncross(reference: Int64 = 100, to next: Phase = .open) -> [String] {
        phase = next
        return command { book, _, events in
            book.uncrossAtOnce(reference: Price(minorUnits: reference), events: &events)
        }
    }

    mutating func beginClosing() -> [String] {
        phase = .closing
        return command { book, _, events in book.beginClosingAtOnce(events: &events) }
    }

    mutating func resume() -> [String] {
        phase = .open
        return command { book, _, events in book.resumeContinuous(events: &events) }
    }

    mutating func setBand(low: Int64, high: Int64) -> [String] {
        command { book, _, events in
            book.setBand(low: Price(minorUnits: low), high: Price(minorUnits: high), events: &events)
        }
    }

    /// Runs a command, checks the invariants and describes the events.
    private mutating func command(
        _ body: (inout OrderBook, Phase, inout Buffer<BookEvent>) -> Void
    ) -> [String] {
        var events = Buffer<BookEvent>()
        body(&book, phase, &events)
        book.checkInvariants(isContinuous: phase == .open)
        return events.map(describe)
    }

    func depth(_ side: Side) -> [String] {
        book.depth(side, levels: .max).map { "\($0.price.minorUnits): \($0.quantity.units) in \($0.orderCount)" }
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        book.encode(to: &writer)
        return writer.bytes
    }
}

/// One line for an event.
func describe(_ event: BookEvent) -> String {
    switch event {
    case .fill(let fill):
        "\(fill.quantity.units) @ \(fill.price.minorUnits): buy \(fill.buy.order.number) left \(fill.buy.open.units), "
            + "sell \(fill.sell.order.number) left \(fill.sell.open.units), "
            + (fill.aggressor.map { "taker \($0.text)" } ?? "auction")
    case .closed(let order, let reason): "closed \(order.id.number) \(reason.text), open \(order.open.units)"
    case .triggered(let order): "triggered \(order.id.number) \(order.kind.text)"
    case .repriced(let order, let from):
        "repriced \(order.id.number) from \(from.minorUnits) to \(order.price.minorUnits)"
    case .level(let side, let price, let quantity): "\(side.text) \(price.minorUnits) shows \(quantity.units)"
    }
}

/// An order with the values that most tests do not care about filled in; every order its own member's unless said.
func order(
    _ number: UInt64,
    _ side: Side,
    _ quantity: Int64,
    at price: Int64,
    kind: OrderKind = .limit,
    _ timeInForce: TimeInForce = .gtc,
    owner: UInt32? = nil,
    selfTrade: SelfTradePrevention = .newest,
    stop: Int64 = 0,
    display: Int64 = 0,
    minimum: Int64 = 0
) -> Order {
    Order(
        id: OrderID(number: number),
        owner: MemberID(owner ?? UInt32(number)),
        user: UserID(1),
        reference: .none,
        side: side,
        kind: kind,
        timeInForce: timeInForce,
        selfTrade: selfTrade,
        postOnly: false,
        isQuote: false,
        sessionBound: false,
        price: Price(minorUnits: price),
        stop: Price(minorUnits: stop),
        quantity: Quantity(quantity),
        open: Quantity(quantity),
        display: Quantity(display),
        shown: Quantity(quantity),
        minimum: Quantity(minimum),
        expiry: .never
    )
}

extension OrderBook {
    /// Ends a call in one step.
    mutating func uncrossAtOnce(reference: Price, events: inout Buffer<BookEvent>) {
        var call = uncrossing(reference: reference)
        var steps = Int.max
        precondition(uncross(&call, atMost: &steps, events: &events))
    }

    /// Enters all at-the-close orders in one step.
    mutating func beginClosingAtOnce(events: inout Buffer<BookEvent>) {
        var steps = Int.max
        precondition(beginClosing(atMost: &steps, events: &events))
    }
}
