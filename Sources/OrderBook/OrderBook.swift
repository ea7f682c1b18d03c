package import Permits

/// One market's book: continuous price-time matching, stops, and the call auction.
///
/// It knows orders, prices and quantities, and nothing of accounts or money.
/// The caller has checked tick, lot, band and which kinds, times in force and phases go together.
/// Each mutating call appends its events, and last the levels whose displayed quantity it changed, in the order of
/// first touch.
///
/// Invariants, asserted by `checkInvariants(isContinuous:)`:
/// 1. Every live order stands in exactly one queue, the one that its kind, side and price name, and in the index.
/// 2. A level's count, displayed and open quantity are those of its orders; the bitmap marks the levels with orders.
/// 3. 0 < shown <= open <= quantity; without `display`, shown == open.
/// 4. Waiting stops stand in their level by stamp, and no two stamps are equal.
/// 5. In continuous trading the best bid is below the best ask.
/// 6. Between commands no level is touched.
///
/// Copies share storage until one changes, then that one copies everything: hold none across a command. So every package
/// method that writes begins with `own`.
package struct OrderBook: Sendable {
    package let tick: Price
    /// The lowest price allowed.
    package internal(set) var low: Price
    /// The highest price allowed.
    package internal(set) var high: Price
    /// The price of the last trade, or what the caller set; stops compare with it.
    package var lastPrice: Price

    /// The number of the command at hand, by which orders of several books compare in time.
    package var clock: UInt64 = 0
    /// How many orders the command at hand may still meet and trigger, over all books.
    package var matchesLeft = Limits.matchesMax

    var orders = Slab()
    var bids: Ladder
    var asks: Ladder
    var buyStops: Ladder
    var sellStops: Ladder
    /// At-the-close orders that wait for the closing call; not visible.
    var parked = Level()
    /// Orders that the next call closes, if they do not trade in it.
    var callOrders = CallOrders()
    /// How many stops wait.
    var stopCount = 0
    /// The last stamp given to a stop.
    var stampLast: UInt64 = 0
    /// Scratch of the running command.
    var touches = TouchList()
    private var owner = Owner()

    /// Makes an empty book for the prices from `low` to `high`, both multiples of `tick`, at most `Limits.levelsMax`.
    package init(tick: Price, low: Price, high: Price, lastPrice: Price) {
        self.tick = tick
        self.low = low
        self.high = high
        self.lastPrice = lastPrice
        bids = Ladder(tick: tick, low: low, high: high, isDescending: true)
        asks = Ladder(tick: tick, low: low, high: high, isDescending: false)
        buyStops = Ladder(tick: tick, low: low, high: high, isDescending: false)
        sellStops = Ladder(tick: tick, low: low, high: high, isDescending: true)
    }

    /// Makes sure that no copy shares what the command at hand will write.
    @inline(__always)
    mutating func own() {
        if owner.isShared() { makeOwn() }
    }

    @inline(never)
    private mutating func makeOwn() {
        orders.makeOwn()
        bids.makeOwn()
        asks.makeOwn()
        buyStops.makeOwn()
        sellStops.makeOwn()
        touches.makeOwn()
        owner.own()
    }
}

extension OrderBook {
    /// How many orders are live, waiting stops and parked orders included.
    package var count: Int { orders.count }

    /// The live order of that number.
    package func order(_ id: OrderID) -> Order? {
        let slot = orders.slot(of: id)
        return slot == 0 ? nil : orders.order(at: slot)
    }

    /// The live order of that number.
    ///
    /// Mutating, as `open(_:)` and `top()` are, so that a caller's book is read where it stands and not copied (perf, 2026).
    package mutating func find(_ id: OrderID) -> Order? {
        let slot = orders.slot(of: id)
        return slot == 0 ? nil : orders.order(at: slot)
    }

    /// Whether an order stands in the book, where others can meet it: not a stop that waits, nor one for the closing call.
    package mutating func stands(_ id: OrderID) -> Bool {
        let slot = orders.slot(of: id)
        return slot != 0 && (orders[slot].place == .bids || orders[slot].place == .asks)
    }

    /// The first standing order behind a number that may only trade in a call.
    package mutating func nextCallOrder(after number: OrderID) -> Order? {
        var number = number
        while let next = callOrders.first(after: number) {
            if stands(next) { return order(next) }
            number = next
        }
        return nil
    }

    /// What is open of the order of that number; zero if it is not live.
    package mutating func open(_ id: OrderID) -> Quantity {
        let slot = orders.slot(of: id)
        return slot == 0 ? .zero : Quantity(Int64(orders[slot].open))
    }

    /// All live orders, by number; O(n log n).
    package var allOrders: [Order] { orders { _ in true } }

    /// The live orders that `matches`, by number; O(n) and the sort of what matches.
    package func orders(where matches: (Order) -> Bool) -> [Order] {
        var found: [Order] = []
        for slot in 1..<UInt32(max(1, orders.slotCount)) where orders[slot].place != .free {
            let order = orders.order(at: slot)
            if matches(order) { found.append(order) }
        }
        found.sort { $0.id < $1.id }
        return found
    }

    /// The highest bid.
    package var bestBid: Price? { bids.isEmpty ? nil : bids.price(at: bids.first) }

    /// The lowest ask.
    package var bestAsk: Price? { asks.isEmpty ? nil : asks.price(at: asks.first) }

    /// The best `levels` levels of a side, best first, with what they display.
    ///
    /// In a call, market orders count at their protection price. Waiting stops and parked orders never count.
    package func depth(_ side: Side, levels: Int) -> [DepthLevel] {
        var depth: [DepthLevel] = []
        let ladder = side == .buy ? bids : asks
        var index = ladder.first
        while index != Ladder.none, depth.count < levels {
            let level = ladder[index]
            depth.append(
                DepthLevel(
                    price: ladder.price(at: index),
                    quantity: Quantity(level.visible),
                    orderCount: Int(level.count)
                )
            )
            index = ladder.first(from: index + 1)
        }
        return depth
    }

    /// The highest bid and the lowest ask in minor units; 0 and `Int64.max` for none.
    package mutating func top() -> (bid: Int64, ask: Int64) {
        (
            bids.isEmpty ? 0 : bids.price(at: bids.first).minorUnits,
            asks.isEmpty ? .max : asks.price(at: asks.first).minorUnits
        )
    }

    /// Whether an order at `price` would meet an order of the other side; what post-only asks.
    ///
    /// Self-trade prevention plays no part: a post-only order never takes, not even by cancelling.
    package mutating func wouldCross(side: Side, price: Price) -> Bool {
        switch side {
        case .buy: !asks.isEmpty && asks.price(at: asks.first) <= price
        case .sell: !bids.isEmpty && bids.price(at: bids.first) >= price
        }
    }
}
