import OrderBook
import Permits

/// The plain twin of `OrderBook`: arrays in order of time, searched from end to end; slow, and easy to check by eye.
struct ReferenceBook {
    let tick: Int64
    var low: Int64
    var high: Int64
    var last: Price
    /// Orders in the book, in order of time: the place in this array is the place in the queue.
    var resting: [Order] = []
    /// Waiting stops in order of time.
    var stops: [Order] = []
    var parked: [Order] = []
    var events: [BookEvent] = []
    /// Levels that the command touched, in order.
    private var touched: [(side: Side, price: Price)] = []
    private var before: [(side: Side, price: Price, shown: Quantity)] = []

    init(tick: Int64, low: Int64, high: Int64, last: Int64) {
        self.tick = tick
        self.low = low
        self.high = high
        self.last = Price(minorUnits: last)
    }

    // MARK: Commands

    mutating func enter(_ order: Order, _ phase: Phase) {
        begin()
        admit(order, phase)
        end()
    }

    mutating func cancel(_ id: OrderID, _ reason: DoneReason) {
        begin()
        if let order = removed(id) { events.append(.closed(order, reason)) }
        end()
    }

    mutating func amend(_ id: OrderID, quantity: Quantity, price: Price, stop: Price, _ phase: Phase) {
        begin()
        guard let old = all.first(where: { $0.id == id }) else { return }
        var new = old
        new.quantity = quantity
        new.open = old.open + quantity - old.quantity
        new.price = price
        new.stop = stop
        if price == old.price, stop == old.stop, quantity <= old.quantity {
            new.shown = min(old.shown, new.open)
            replace(new)
            if resting.contains(where: { $0.id == id }) { touch(new) }
        } else {
            _ = removed(id)
            new.minimum = .zero
            admit(new, phase)
        }
        end()
    }

    mutating func beginClosing() {
        begin()
        for order in parked { rest(order) }
        parked = []
        end()
    }

    mutating func resume() {
        begin()
        triggerStops()
        end()
    }

    mutating func uncross(reference: Price) {
        begin()
        if let call = callPrice(reference: reference) {
            while let bid = best(.buy), let ask = best(.sell), bid.price >= call.price, ask.price <= call.price {
                let traded = [left(of: call.volume), bid.open, ask.open].min() ?? .zero
                guard traded > .zero else { break }
                let (buyer, seller) = (fillInCall(bid, traded), fillInCall(ask, traded))
                events.append(
                    .fill(Fill(price: call.price, quantity: traded, aggressor: nil, buy: buyer, sell: seller))
                )
            }
            last = call.price
        }
        let over = resting.filter {
            $0.kind == .market || $0.timeInForce == .atTheOpen || $0.timeInForce == .atTheClose
        }
        for order in over.sorted(by: { $0.id < $1.id }) {
            _ = removed(order.id)
            events.append(.closed(order, .unfilled))
        }
        end()
    }

    mutating func setBand(_ newLow: Int64, _ newHigh: Int64) {
        begin()
        (low, high) = (newLow, newHigh)
        func isInside(_ price: Price) -> Bool { price.minorUnits >= newLow && price.minorUnits <= newHigh }
        // Best price first, then time: moved orders queue in that order.
        resting = bookOrder(.buy) + bookOrder(.sell)
        for order in all.sorted(by: { $0.id < $1.id }) {
            let isProtection = order.kind == .market || order.kind == .stop
            let near = order.side == .buy ? order.price.minorUnits > newHigh : order.price.minorUnits < newLow
            if order.kind.isStop && !isInside(order.stop) || !isInside(order.price) && !(isProtection && near) {
                _ = removed(order.id)
                events.append(.closed(order, .band))
            } else if !isInside(order.price) {
                var moved = order
                moved.price = Price(minorUnits: order.side == .buy ? newHigh : newLow)
                replace(moved)
                events.append(.repriced(moved, from: order.price))
            }
        }
        let prices = Set(before.map(\.price) + resting.map(\.price)).sorted()
        touched = prices.reversed().map { (.buy, $0) } + prices.map { (.sell, $0) }
        end()
    }

    // MARK: Matching

    private mutating func admit(_ new: Order, _ phase: Phase) {
        var order = new
        order.shown = slice(order)
        if order.kind == .stop || order.kind == .stopLimit {
            stops.append(order)
        } else if order.timeInForce == .atTheClose && phase != .closing {
            parked.append(order)
        } else if phase == .open {
            trade(order)
        } else {
            rest(order)
        }
        if phase == .open { triggerStops() }
    }

    private mutating func trade(_ new: Order) {
        var order = new
        let wanted = order.timeInForce == .fok ? order.open : order.minimum
        if wanted > .zero {
            // Whether it can trade so much is found by trading on a copy.
            var trial = self
            var rehearsal = order
            rehearsal.timeInForce = .ioc
            rehearsal.minimum = .zero
            _ = trial.match(&rehearsal)
            if order.open - rehearsal.open < wanted {
                events.append(.closed(order, order.timeInForce == .fok ? .fillOrKill : .minimumQuantity))
                return
            }
        }
        let isSelfTrade = match(&order)
        order.shown = slice(order)
        if isSelfTrade {
            events.append(.closed(order, .selfTrade))
        } else if order.open > .zero {
            if order.kind == .market || order.timeInForce == .ioc {
                events.append(.closed(order, .unfilled))
            } else {
                rest(order)
            }
        }
    }

    private mutating func match(_ taker: inout Order) -> Bool {
        while taker.open > .zero, var maker = best(taker.side.opposite) {
            guard taker.side == .buy ? maker.price <= taker.price : maker.price >= taker.price else { break }
            // Touched even if the order then ends at its own: the level may not change, so nothing is reported.
            touch(maker)
            if maker.owner == taker.owner {
                if taker.selfTrade != .newest {
                    _ = removed(maker.id)
                    events.append(.closed(maker, .selfTrade))
                }
                if taker.selfTrade != .oldest { return true }
                continue
            }
            let traded = min(taker.open, maker.shown)
            taker.open -= traded
            maker.open -= traded
            maker.shown -= traded
            last = maker.price
            let (buy, sell) = taker.side == .buy ? (taker, maker) : (maker, taker)
            events.append(
                .fill(
                    Fill(
                        price: maker.price,
                        quantity: traded,
                        aggressor: taker.side,
                        buy: party(buy),
                        sell: party(sell)
                    )
                )
            )
            if maker.shown > .zero {
                replace(maker)
            } else {
                _ = removed(maker.id)
                maker.shown = slice(maker)
                if maker.open > .zero { rest(maker) }
            }
        }
        return false
    }

    private mutating func triggerStops() {
        func isDue(_ order: Order) -> Bool { order.side == .buy ? last >= order.stop : last <= order.stop }
        while let index = stops.firstIndex(where: isDue) {
            var order = stops.remove(at: index)
            order.kind = order.kind == .stop ? .market : .limit
            events.append(.triggered(order))
            trade(order)
        }
    }

    // MARK: The call

    /// Looks at every tick of the band.
    func callPrice(reference: Price) -> Indicative? {
        var rows = stride(from: low, through: high, by: Int(tick)).map { units in
            var buy: Int64 = 0
            var sell: Int64 = 0
            for order in resting {
                if order.side == .buy, order.price.minorUnits >= units { buy += order.open.units }
                if order.side == .sell, order.price.minorUnits <= units { sell += order.open.units }
            }
            return (price: units, volume: min(buy, sell), pressure: buy - sell)
        }
        guard let volume = rows.map(\.volume).max(), volume > 0 else { return nil }
        rows.removeAll { $0.volume != volume }
        let surplus = rows.map { abs($0.pressure) }.min()
        rows.removeAll { abs($0.pressure) != surplus }
        if rows.allSatisfy({ $0.pressure > 0 }) {
            rows = rows.suffix(1)
        } else if rows.allSatisfy({ $0.pressure < 0 }) {
            rows = Array(rows.prefix(1))
        }
        let distance = rows.map { abs($0.price - reference.minorUnits) }.min()
        guard let chosen = rows.last(where: { abs($0.price - reference.minorUnits) == distance }) else { return nil }
        return Indicative(
            price: Price(minorUnits: chosen.price),
            volume: Quantity(volume),
            surplus: Quantity(abs(chosen.pressure)),
            surplusSide: chosen.pressure > 0 ? .buy : chosen.pressure < 0 ? .sell : nil
        )
    }

    /// What of a call's volume is not in the events yet.
    private func left(of volume: Quantity) -> Quantity {
        events.reduce(volume) { left, event in
            if case .fill(let fill) = event { left - fill.quantity } else { left }
        }
    }

    private mutating func fillInCall(_ order: Order, _ traded: Quantity) -> Fill.Party {
        var order = order
        order.open -= traded
        order.shown = slice(order)
        touch(order)
        if order.open == .zero { _ = removed(order.id) } else { replace(order) }
        return party(order)
    }

    // MARK: Queues

    var all: [Order] { resting + stops + parked }

    /// A side in order of price, then time.
    func bookOrder(_ side: Side) -> [Order] {
        let own = resting.enumerated().filter { $0.element.side == side }
        return own.sorted { a, b in
            if a.element.price != b.element.price {
                return (a.element.price > b.element.price) == (side == .buy)
            }
            return a.offset < b.offset
        }.map(\.element)
    }

    /// The first of `bookOrder`.
    private func best(_ side: Side) -> Order? {
        var best: Order?
        for order in resting where order.side == side {
            guard let present = best else {
                best = order
                continue
            }
            if side == .buy ? order.price > present.price : order.price < present.price { best = order }
        }
        return best
    }

    func depth(_ side: Side) -> [DepthLevel] {
        var levels: [DepthLevel] = []
        for order in bookOrder(side) {
            if let level = levels.last, level.price == order.price {
                levels[levels.count - 1].quantity += order.shown
                levels[levels.count - 1].orderCount += 1
            } else {
                levels.append(DepthLevel(price: order.price, quantity: order.shown, orderCount: 1))
            }
        }
        return levels
    }

    private mutating func rest(_ order: Order) {
        touch(order)
        resting.append(order)
    }

    private mutating func removed(_ id: OrderID) -> Order? {
        if let index = stops.firstIndex(where: { $0.id == id }) { return stops.remove(at: index) }
        if let index = parked.firstIndex(where: { $0.id == id }) { return parked.remove(at: index) }
        guard let index = resting.firstIndex(where: { $0.id == id }) else { return nil }
        touch(resting[index])
        return resting.remove(at: index)
    }

    private mutating func replace(_ order: Order) {
        if let index = resting.firstIndex(where: { $0.id == order.id }) { resting[index] = order }
        if let index = stops.firstIndex(where: { $0.id == order.id }) { stops[index] = order }
        if let index = parked.firstIndex(where: { $0.id == order.id }) { parked[index] = order }
    }

    private func slice(_ order: Order) -> Quantity {
        order.display == .zero || order.open < order.display ? order.open : order.display
    }

    private func party(_ order: Order) -> Fill.Party {
        Fill.Party(
            order: order.id,
            owner: order.owner,
            reference: order.reference,
            limit: order.price,
            open: order.open
        )
    }

    // MARK: Levels

    private mutating func begin() {
        events = []
        touched = []
        before = []
        for side in Side.allCases {
            for level in depth(side) { before.append((side, level.price, level.quantity)) }
        }
    }

    private mutating func touch(_ order: Order) {
        if !touched.contains(where: { $0.side == order.side && $0.price == order.price }) {
            touched.append((order.side, order.price))
        }
    }

    private mutating func end() {
        for (side, price) in touched {
            let was = before.first { $0.side == side && $0.price == price }?.shown ?? .zero
            var now = Quantity.zero
            for order in resting where order.side == side && order.price == price { now += order.shown }
            if was != now { events.append(.level(side, price, now)) }
        }
    }
}
