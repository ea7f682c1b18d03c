import OrderBook
import Permits
import Testing

@Suite("the book and its plain twin")
struct TwinTests {
    @Test(
        "give the same events, depth and orders for the same random commands",
        arguments: [
            // A few prices, so that queues are deep; a usual band; one that needs all three bitmap levels.
            Setting(seed: 1, low: 95, high: 105, tick: 1, commands: 22_000),
            Setting(seed: 2, low: 95, high: 105, tick: 1, commands: 22_000),
            Setting(seed: 3, low: 7000, high: 7600, tick: 10, commands: 22_000),
            Setting(seed: 4, low: 7000, high: 7600, tick: 10, commands: 22_000),
            Setting(seed: 5, low: 50_000, high: 250_000, tick: 20, commands: 9000),
            Setting(seed: 6, low: 1000, high: 22_000, tick: 5, commands: 9000),
        ]
    )
    func agree(_ setting: Setting) throws {
        var twins = Twins(setting)
        for step in 0..<setting.commands {
            let agree = twins.step()
            try #require(agree, "seed \(setting.seed) differs at command \(step): \(twins.differences)")
        }
        #expect(twins.fills > setting.commands / 20, "the commands hardly trade")
        #expect(twins.triggers > setting.commands / 500, "the commands hardly trigger stops")
    }
}

/// One random run.
struct Setting: Sendable, CustomTestStringConvertible {
    var seed: UInt64
    var low: Int64
    var high: Int64
    var tick: Int64
    var commands: Int

    var testDescription: String { "seed \(seed), \((high - low) / tick + 1) prices" }
}

/// Both books under the same random commands.
struct Twins {
    private let setting: Setting
    private var random: SplitMix64
    private var book: OrderBook
    private var twin: ReferenceBook
    private var phase = Phase.preopen
    private var nextNumber: UInt64 = 1
    private var steps = 0
    private(set) var fills = 0
    private(set) var triggers = 0
    private(set) var differences = ""

    init(_ setting: Setting) {
        self.setting = setting
        random = SplitMix64(seed: setting.seed)
        let middle = (setting.low + setting.high) / 2 / setting.tick * setting.tick
        book = OrderBook(
            tick: Price(minorUnits: setting.tick),
            low: Price(minorUnits: setting.low),
            high: Price(minorUnits: setting.high),
            lastPrice: Price(minorUnits: middle)
        )
        twin = ReferenceBook(tick: setting.tick, low: setting.low, high: setting.high, last: middle)
    }

    /// Runs one command on both.
    /// - Returns: whether they agree.
    mutating func step() -> Bool {
        steps += 1
        var events = Buffer<BookEvent>()
        let copy = steps % 16 == 0 ? book : nil
        let before = copy.map(bytes)
        switch random.draw(1000) {
        case 0..<10: changePhase(&events)
        case 10..<260: cancel(&events)
        case 260..<400: amend(&events)
        default:
            // Few orders keep the twin quick.
            if phase == .closed {
                changePhase(&events)
            } else if twin.all.count > 36 {
                cancel(&events)
            } else {
                enter(&events)
            }
        }
        for event in events {
            switch event {
            case .fill: fills += 1
            case .triggered: triggers += 1
            default: break
            }
        }
        compare(events)
        if let copy { note("a copy taken before", bytes(of: copy), before ?? []) }
        return differences.isEmpty
    }

    private func bytes(of book: OrderBook) -> [UInt8] {
        var writer = ByteWriter()
        book.encode(to: &writer)
        return writer.bytes
    }

    private mutating func compare(_ events: Buffer<BookEvent>) {
        differences = ""
        note("events", events.map(describe), twin.events.map(describe))
        if Array(events) != twin.events { differences += "events differ in fields not shown\n" }
        for side in Side.allCases {
            let depth = twin.depth(side)
            note("depth", book.depth(side, levels: .max), depth)
            note("best", side == .buy ? book.bestBid : book.bestAsk, depth.first?.price)
        }
        note("last", book.lastPrice, twin.last)
        note("count", book.count, twin.all.count)
        if phase.isCall, steps % 20 == 0 {
            let reference = price(4)
            note("indicative", book.indicative(reference: reference), twin.callPrice(reference: reference))
        }
        guard steps % 100 == 0 || !differences.isEmpty else { return }
        note("orders", book.allOrders, twin.all.sorted { $0.id < $1.id })
        guard steps % 500 == 0 else { return }
        book.checkInvariants(isContinuous: phase == .open)
        recover()
    }

    /// Goes on from a snapshot.
    private mutating func recover() {
        var writer = ByteWriter()
        book.encode(to: &writer)
        var reader = ByteReader(writer.bytes)
        do {
            book = try OrderBook(from: &reader)
        } catch {
            differences += "\(error)"
        }
        var again = ByteWriter()
        book.encode(to: &again)
        note("bytes", again.bytes, writer.bytes)
    }

    private mutating func note<Value: Equatable>(_ label: String, _ found: Value, _ expected: Value) {
        if found != expected { differences += "\(label): \(found) is not \(expected)\n" }
    }
}

extension Twins {
    private mutating func enter(_ events: inout Buffer<BookEvent>) {
        let order = randomOrder()
        book.enter(order, phase: phase, events: &events)
        twin.enter(order, phase)
    }

    private mutating func cancel(_ events: inout Buffer<BookEvent>) {
        // Now and then one that is not live.
        let id = anyOrder()?.id ?? OrderID(number: nextNumber)
        book.cancel(id, reason: .cancelled, events: &events)
        twin.cancel(id, .cancelled)
    }

    private mutating func amend(_ events: inout Buffer<BookEvent>) {
        twin.events = []
        guard phase == .open || phase.isCall, let order = anyOrder() else { return }
        let filled = order.quantity - order.open
        var quantity = order.quantity
        switch random.draw(3) {
        case 0: quantity = filled + Quantity(1 + random.draw(order.open.units))
        case 1: quantity += Quantity(random.draw(20))
        default: break
        }
        let price = order.kind == .limit && random.draw(2) == 0 ? price(12) : order.price
        let stop = order.kind.isStop && random.draw(2) == 0 ? self.price(12) : order.stop
        book.amend(order.id, quantity: quantity, price: price, stop: stop, phase: phase, events: &events)
        twin.amend(order.id, quantity: quantity, price: price, stop: stop, phase)
    }

    private mutating func changePhase(_ events: inout Buffer<BookEvent>) {
        switch phase {
        case .preopen: uncross(to: .open, &events)
        case .open:
            phase = .closing
            book.beginClosingAtOnce(events: &events)
            twin.beginClosing()
        case .closing: uncross(to: .closed, &events)
        case .closed, .halt:
            phase = .preopen
            let middle = price(12).minorUnits
            let width = (setting.high - setting.low) / 2
            let low = max(setting.tick, middle - width)
            book.setBand(
                low: Price(minorUnits: low),
                high: Price(minorUnits: middle + width / setting.tick * setting.tick),
                events: &events
            )
            twin.setBand(low, middle + width / setting.tick * setting.tick)
        }
    }

    private mutating func uncross(to next: Phase, _ events: inout Buffer<BookEvent>) {
        phase = next
        let reference = price(12)
        book.uncrossAtOnce(reference: reference, events: &events)
        twin.uncross(reference: reference)
        compare(events)
        guard next == .open, differences.isEmpty else { return }
        events.removeAll()
        book.resumeContinuous(events: &events)
        twin.resume()
    }

    private mutating func anyOrder() -> Order? {
        let live = twin.all
        return live.isEmpty || random.draw(50) == 0 ? nil : live[Int(random.draw(Int64(live.count)))]
    }

    /// A price of the band, mostly within `spread` ticks of the last.
    private mutating func price(_ spread: Int64) -> Price {
        let count = (twin.high - twin.low) / setting.tick + 1
        if random.draw(8) == 0 { return Price(minorUnits: twin.low + random.draw(count) * setting.tick) }
        let units = twin.last.minorUnits + (random.draw(2 * spread + 1) - spread) * setting.tick
        return Price(minorUnits: min(max(units, twin.low), twin.high))
    }

    private mutating func randomOrder() -> Order {
        let side: Side = random.draw(2) == 0 ? .buy : .sell
        let quantity = 1 + random.draw(30)
        var new = order(nextNumber, side, quantity, at: price(8).minorUnits, owner: UInt32(1 + random.draw(5)))
        nextNumber += 1
        new.user = UserID(UInt32(random.draw(3)))
        new.selfTrade = SelfTradePrevention.allCases[Int(random.draw(3))]
        let edge = Price(minorUnits: side == .buy ? twin.high : twin.low)
        switch random.draw(20) {
        case 0, 1:
            new.kind = .market
            new.price = edge
            new.timeInForce = callOr([.ioc, .fok])
        case 2:
            new.kind = .stop
            new.price = edge
            new.stop = price(8)
        case 3:
            new.kind = .stopLimit
            new.stop = price(8)
        case 4, 5, 6:
            new.kind = .iceberg
            new.display = Quantity(1 + random.draw(quantity))
        case 7, 8: new.timeInForce = callOr([.ioc])
        case 9, 10: new.timeInForce = callOr([.fok])
        case 11: new.timeInForce = .atTheClose
        case 12, 13:
            new.minimum = Quantity(1 + random.draw(quantity))
            if phase == .open, random.draw(2) == 0 { new.timeInForce = .ioc }
        default: break
        }
        return new
    }

    private mutating func callOr(_ continuous: [TimeInForce]) -> TimeInForce {
        switch phase {
        case .preopen: random.draw(2) == 0 ? .atTheOpen : .atTheClose
        case .closing: .atTheClose
        default: continuous[Int(random.draw(Int64(continuous.count)))]
        }
    }
}

extension SplitMix64 {
    /// A number from 0 to `bound` − 1.
    fileprivate mutating func draw(_ bound: Int64) -> Int64 { below(bound) }
}
