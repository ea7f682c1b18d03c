import Permits

/// One market, slow and plain: every queue is filtered and sorted anew each time it is looked at.
///
/// It says what trades; who can pay for it is the reference exchange's affair.
struct ReferenceMarket {
    let index: Int
    let code: Code
    /// The number of the permit class that it trades.
    let permitClass: Int
    let currency: Currency
    let tick: Int64
    let lot: Int64
    let quantityMax: Int64
    let bandBasisPoints: Int64
    let makerMillionths: Int64
    let takerMillionths: Int64
    var reference: Int64
    /// The lowest and the highest price allowed: reference ± band, rounded inwards to the tick.
    var band: ClosedRange<Int64> = 0...0
    var lastPrice: Int64
    var hasTraded = false
    var phase = Phase.closed
    /// When it first opened in the trading day.
    var opened: Timestamp?
    var orders: [ReferenceOrder] = []
    /// The last turn given to an order.
    var turns = 0
    /// What happened in the command at hand.
    var events: [ReferenceEvent] = []

    // MARK: Terms

    /// The prices at most the band's share away from the reference price, and its neighbours.
    private var allowedPrices: ClosedRange<Int64> {
        let prices = stride(from: tick, through: reference * 3, by: Int64.Stride(tick)).filter { price in
            let away = abs(price - reference)
            return away * 10_000 <= reference * bandBasisPoints || (bandBasisPoints > 0 && away == tick)
        }
        return (prices.first ?? reference)...(prices.last ?? reference)
    }

    /// Sets the reference price; orders outside the new band end.
    ///
    /// The limit of market and stop orders, which is the edge of the band at entry, follows that edge inwards.
    mutating func moveBand(reference: Int64) {
        self.reference = reference
        lastPrice = reference
        band = allowedPrices
        let queued = queue(.buy) + queue(.sell)
        for order in orders.sorted(by: { $0.id < $1.id }) {
            guard let position = position(order.id) else { continue }
            if order.kind == .market || order.kind == .stop {
                let edge = order.side == .buy ? band.upperBound : band.lowerBound
                if !order.accepts(edge) { continue }
                orders[position].price = edge
            }
        }
        for order in queued {
            guard let position = position(order.id) else { continue }
            turns += 1
            orders[position].turn = turns
        }
        let outside = orders.filter { order in
            !band.contains(order.price) || (order.kind.isStop && !band.contains(order.stop))
        }
        for order in outside.sorted(by: { $0.id < $1.id }) { finish(order.id, .band) }
        events.append(.reference(market: index, price: reference, low: band.lowerBound, high: band.upperBound))
    }

    /// What a buy order of `open` permits at `price` sets apart, in millionths of a minor unit.
    func hold(price: Int64, open: Int64) -> Int128 {
        Int128(price * open) * Int128(1_000_000 + max(makerMillionths, takerMillionths))
    }

    // MARK: Queues

    /// The orders of a side in the book, best first.
    func queue(_ side: Side) -> [ReferenceOrder] {
        orders.filter { $0.side == side && $0.isInBook }.sorted { a, b in
            if a.price == b.price { return a.turn < b.turn }
            return side == .buy ? a.price > b.price : a.price < b.price
        }
    }

    /// Where the live order stands in `orders`.
    func position(_ id: UInt64) -> Int? { orders.firstIndex { $0.id == id } }

    /// What each price shows, best first.
    func depth(_ side: Side) -> [(price: Int64, quantity: Int64)] {
        var levels: [(price: Int64, quantity: Int64)] = []
        for order in queue(side) {
            if levels.last?.price == order.price {
                levels[levels.count - 1].quantity += order.shown
            } else {
                levels.append((order.price, order.shown))
            }
        }
        return levels
    }

    /// Puts an order at the end of the queue of its price.
    mutating func join(_ order: ReferenceOrder) {
        turns += 1
        var order = order
        order.turn = turns
        order.shown = order.slice
        orders.append(order)
    }

    /// Takes an order out of the market, unfilled.
    mutating func finish(_ id: UInt64, _ reason: DoneReason) {
        guard let position = position(id) else { return }
        events.append(.done(order: id, open: orders[position].open, reason))
        orders.remove(at: position)
    }

    /// Takes `quantity` from what a resting order has open; an iceberg that has shown all goes to the end of its queue.
    mutating func reduce(_ id: UInt64, by quantity: Int64) {
        guard let position = position(id) else { return }
        orders[position].open -= quantity
        orders[position].shown -= quantity
        guard orders[position].shown == 0 else { return }
        let order = orders.remove(at: position)
        if order.open > 0 { join(order) }
    }

    // MARK: Continuous trading

    /// A new or changed order comes in; what it does not trade rests, waits or ends.
    mutating func enter(_ order: ReferenceOrder) {
        var order = order
        order.isParked = order.timeInForce == .atTheClose && phase != .closing
        if order.isParked || order.kind.isStop {
            join(order)
        } else if phase.isCall {
            if preventSelfTrade(of: order) {
                join(order)
            } else {
                events.append(.done(order: order.id, open: order.open, .selfTrade))
            }
        } else {
            execute(order)
        }
    }

    /// Ends what an order would meet of its owner's in a call.
    /// - Returns: whether the order itself may stay.
    mutating func preventSelfTrade(of order: ReferenceOrder) -> Bool {
        let met = orders.filter { other in
            other.owner == order.owner && other.side != order.side && other.isInBook && order.accepts(other.price)
        }
        if met.isEmpty { return true }
        if order.selfTrade != .newest {
            for other in met.sorted(by: { $0.id < $1.id }) { finish(other.id, .selfTrade) }
        }
        return order.selfTrade == .oldest
    }

    /// Trades an order in continuous trading.
    private mutating func execute(_ order: ReferenceOrder) {
        let needed = order.timeInForce == .fok ? order.open : order.minimum
        if needed > 0 {
            var trial = self
            var probe = order
            _ = trial.trade(&probe)
            if order.open - probe.open < needed {
                let reason = order.timeInForce == .fok ? DoneReason.fillOrKill : .minimumQuantity
                events.append(.done(order: order.id, open: order.open, reason))
                return
            }
        }
        var order = order
        order.minimum = 0
        let meetsItself = trade(&order)
        guard order.open > 0 else { return }
        if meetsItself {
            events.append(.done(order: order.id, open: order.open, .selfTrade))
        } else if order.kind == .market || order.timeInForce == .ioc {
            events.append(.done(order: order.id, open: order.open, .unfilled))
        } else {
            join(order)
        }
    }

    /// Trades an incoming order against the other side as far as it goes.
    /// - Returns: whether self-trade prevention ends it.
    private mutating func trade(_ incoming: inout ReferenceOrder) -> Bool {
        while incoming.open > 0, let resting = queue(incoming.side.opposite).first, incoming.accepts(resting.price) {
            if resting.owner == incoming.owner {
                if incoming.selfTrade != .newest { finish(resting.id, .selfTrade) }
                if incoming.selfTrade != .oldest { return true }
                continue
            }
            let quantity = min(incoming.open, resting.shown)
            incoming.open -= quantity
            let isBuy = incoming.side == .buy
            record(
                buy: isBuy ? incoming : resting,
                sell: isBuy ? resting : incoming,
                price: resting.price,
                quantity: quantity,
                aggressor: incoming.side
            )
            var after = resting
            after.open -= quantity
            // The buyer is told first.
            appendFill(isBuy ? incoming : after, resting.price, quantity, isBuy ? .taker : .maker)
            appendFill(isBuy ? after : incoming, resting.price, quantity, isBuy ? .maker : .taker)
            reduce(resting.id, by: quantity)
        }
        return false
    }

    /// Writes a trade down, and the last price with it.
    mutating func record(buy: ReferenceOrder, sell: ReferenceOrder, price: Int64, quantity: Int64, aggressor: Side?) {
        lastPrice = price
        hasTraded = true
        func fee(_ side: Side) -> Int64 {
            price * quantity * (aggressor == side ? takerMillionths : makerMillionths)
        }
        let trade = ReferenceTrade(
            market: index,
            price: price,
            quantity: quantity,
            aggressor: aggressor,
            buyer: buy.owner,
            seller: sell.owner,
            buyOrder: buy.id,
            sellOrder: sell.id,
            buyerFee: fee(.buy),
            sellerFee: fee(.sell)
        )
        events.append(.trade(trade))
    }

    /// Tells one side of a trade how its order stands after it.
    mutating func appendFill(_ order: ReferenceOrder, _ price: Int64, _ quantity: Int64, _ liquidity: Liquidity) {
        let rate = liquidity == .taker ? takerMillionths : makerMillionths
        let fee = price * quantity * rate
        events.append(
            .fill(
                order: order.id,
                owner: order.owner,
                price: price,
                quantity: quantity,
                open: order.open,
                fee: fee,
                liquidity
            )
        )
    }

    // MARK: Stops

    /// Lets stops become active, one at a time, the oldest first, until no condition holds.
    mutating func triggerStops() {
        while phase == .open {
            let due = orders.filter { order in
                order.kind.isStop && (order.side == .buy ? lastPrice >= order.stop : lastPrice <= order.stop)
            }
            guard var order = due.min(by: { $0.turn < $1.turn }), let position = position(order.id) else { return }
            orders.remove(at: position)
            events.append(.triggered(order: order.id))
            order.kind = order.kind == .stop ? .market : .limit
            execute(order)
        }
    }
}
