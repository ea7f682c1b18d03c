import OrderBook
import Permits
import Registry

// Batches: resting orders of two zones that have come to meet, because a link opened, a market opened or a stop acted,
// are cleared together at one price instead of by who was first.

/// A batch that is being cleared: who gets how much of it, at one price.
struct Batch: Sendable {
    /// What is still to be filled of an order, in multiples of the way's amounts.
    struct Part: Equatable, Sendable {
        var order: OrderID
        var given: Int64
    }

    var from: MarketID
    var to: MarketID
    var price: Price
    /// The next to be filled stand last.
    var sells: [Part]
    var buys: [Part]
}

extension Exchange {
    /// Clears what meets across the links of a program, the shortest ways first, until nothing does.
    mutating func couple(_ program: ProgramID) {
        guard !couplings.isEmpty, ways(of: program).contains(where: isCrossed) else { return }
        begin(Sweep(.batches(program), began: now))
    }

    /// The ways of a program by length, then by the place of the origin's market: each market lists its shortest first.
    func ways(of program: ProgramID) -> [Coupling] {
        let all = couplings.indices.flatMap { couplings[$0].outbound }.filter {
            registry[$0.classes[0]].program == program
        }
        return (1...Limits.routeLinksMax).flatMap { length in all.filter { $0.route.steps.count == length } }
    }

    private func isCrossed(_ coupling: Coupling) -> Bool {
        coupling.meet(buy: tops[coupling.destination.slot].bid, sell: tops[coupling.origin.slot].ask)
            && capacity(of: coupling) > 0
    }

    /// Clears one way after the other, again and again until nothing trades by any.
    /// - Returns: whether all is done.
    mutating func sweepBatches(of program: ProgramID, _ sweep: inout Sweep) -> Bool {
        let ways = ways(of: program)
        while true {
            let isOver = goOn(&sweep, to: ways.count) { exchange, sweep, place in
                if sweep.batch == nil {
                    exchange.preventSelfTrades(by: ways[place])
                    sweep.batch = exchange.batch(by: ways[place])
                    guard let batch = sweep.batch else { return }
                    // What has traded may let others meet.
                    sweep.stage = 1
                    exchange.set(isSwept: true, batch)
                    exchange.endSlice(after: batch.sells.count + batch.buys.count)
                }
                guard var batch = sweep.batch.take() else { return }
                if !exchange.fill(&batch, by: ways[place]) {
                    sweep.batch = batch
                    sweep.next -= 1
                }
            }
            guard isOver else { return false }
            guard sweep.stage == 1 else { return true }
            sweep.enter(0)
        }
    }

    /// Fills a batch as far as the slice goes.
    /// - Returns: whether all of it is filled.
    private mutating func fill(_ batch: inout Batch, by coupling: Coupling) -> Bool {
        while let sell = batch.sells.last, let buy = batch.buys.last {
            guard takeStep() else { return false }
            // A dead man's switch may have taken an order out.
            guard markets[batch.from.slot].book.find(sell.order) != nil else {
                batch.sells.removeLast()
                continue
            }
            guard markets[batch.to.slot].book.find(buy.order) != nil else {
                batch.buys.removeLast()
                continue
            }
            let multiples = min(sell.given, buy.given)
            fill(sell.order, buy.order, multiples, at: batch.price, by: coupling)
            for side in [\Batch.sells, \Batch.buys] {
                let last = batch[keyPath: side].count - 1
                batch[keyPath: side][last].given -= multiples
                if batch[keyPath: side][last].given == 0 { batch[keyPath: side].removeLast() }
            }
        }
        set(isSwept: false, batch)
        markets[batch.from.slot].book.lastPrice = batch.price
        for market in [batch.from, batch.to] { resume(market) }
        return true
    }

    /// While a batch is filled, nobody leaves it.
    mutating func set(isSwept: Bool, _ batch: Batch) {
        for market in [batch.from, batch.to] { markets[market.slot].isSwept = isSwept }
    }

    /// What trades by one way: the most that can pass, at one price; at the margin orders of one price share pro rata.
    ///
    /// The price is in the middle between the worst sell and the worst buy that trade, as the origin's market quotes it,
    /// rounded down to the tick and never below that sell. Of an iceberg what it shows takes part.
    private func batch(by coupling: Coupling) -> Batch? {
        guard let (sells, buys) = meeting(coupling),
            let margin = margin(sells, buys, capacity(of: coupling), by: coupling)
        else { return nil }
        return Batch(
            from: coupling.origin,
            to: coupling.destination,
            price: batchPrice(margin.sell, margin.buy, by: coupling),
            sells: share(margin.volume, among: sells, upTo: margin.sell),
            buys: share(margin.volume, among: buys, upTo: margin.buy)
        )
    }

    private mutating func fill(
        _ sell: OrderID,
        _ buy: OrderID,
        _ multiples: Int64,
        at price: Price,
        by coupling: Coupling
    ) {
        let (left, arrives) = (Quantity(multiples * coupling.left), Quantity(multiples * coupling.arrives))
        let bought = markets[coupling.destination.slot].book.fill(buy, arrives, events: &bookEvents)
        settleBookEvents(of: coupling.destination)
        let sold = markets[coupling.origin.slot].book.fill(sell, left, events: &bookEvents)
        let fill = Fill(price: price, quantity: left, aggressor: nil, buy: bought.party, sell: sold.party)
        settle(fill, of: .buy, multiples, by: coupling)
        settleBookEvents(of: coupling.origin)
    }

    /// The orders of a side that can trade by a coupling with an order at `price` on the other.
    private func shown(
        _ side: Side,
        in id: MarketID,
        _ amount: Int64,
        meeting price: Int64,
        by coupling: Coupling,
        enough capacity: Int64
    ) -> ContiguousArray<OrderBook.Shown> {
        let (left, arrives) = (Int128(coupling.left), Int128(coupling.arrives))
        let units = Int128(price)
        let worst = side == .sell ? units * arrives / left : (units * left + arrives - 1) / arrives
        return markets[id.slot].book.shown(
            side,
            inMultiplesOf: Quantity(amount),
            atOrBetter: Price(minorUnits: Int64(min(worst, Int128(Limits.priceMax.minorUnits)))),
            enough: capacity
        )
    }

    /// How much of what is offered and wanted trades within a capacity, and the worst prices that do; nil for nothing.
    func margin(
        _ sells: ContiguousArray<OrderBook.Shown>,
        _ buys: ContiguousArray<OrderBook.Shown>,
        _ capacity: Int64,
        by coupling: Coupling
    ) -> (volume: Int64, sell: Price, buy: Price)? {
        var result: (volume: Int64, sell: Price, buy: Price)?
        var volume: Int64 = 0
        var (sell, buy) = (0, 0)
        var (offered, wanted) = (sells.first?.multiples ?? 0, buys.first?.multiples ?? 0)
        while sell < sells.count, buy < buys.count, volume < capacity,
            coupling.meet(buy: buys[buy].price.minorUnits, sell: sells[sell].price.minorUnits)
        {
            let step = min(offered, wanted, capacity - volume)
            volume += step
            offered -= step
            wanted -= step
            result = (volume, sells[sell].price, buys[buy].price)
            if offered == 0 {
                sell += 1
                if sell < sells.count { offered = sells[sell].multiples }
            }
            if wanted == 0 {
                buy += 1
                if buy < buys.count { wanted = buys[buy].multiples }
            }
        }
        return result
    }

    /// Gives a volume to the orders up to the worst price: better ones all they show, those at it pro rata by the largest
    /// remainder, of equal ones by time.
    /// - Returns: what each gets, the last first.
    private func share(
        _ volume: Int64,
        among orders: ContiguousArray<OrderBook.Shown>,
        upTo price: Price
    ) -> [Batch.Part] {
        var parts: [Batch.Part] = []
        let better = orders.prefix { $0.price != price }
        var rest = volume
        for order in better {
            parts.append(Batch.Part(order: order.id, given: order.multiples))
            rest -= order.multiples
        }
        let marginal = orders[better.endIndex...].prefix { $0.price == price }
        let shares = Apportionment.parts(of: rest, by: marginal.map(\.multiples))
        parts += zip(marginal, shares).map { Batch.Part(order: $0.id, given: $1) }
        parts.removeAll { $0.given == 0 }
        parts.reverse()
        return parts
    }

    /// What the orders show that can meet across a way, each side up to the price with which it uses up the way's capacity.
    func meeting(
        _ coupling: Coupling
    ) -> (sells: ContiguousArray<OrderBook.Shown>, buys: ContiguousArray<OrderBook.Shown>)? {
        guard isCrossed(coupling) else { return nil }
        let (from, to) = (coupling.origin, coupling.destination)
        let (bid, ask) = (tops[to.slot].bid, tops[from.slot].ask)
        let capacity = capacity(of: coupling)
        return (
            shown(.sell, in: from, coupling.left, meeting: bid, by: coupling, enough: capacity),
            shown(.buy, in: to, coupling.arrives, meeting: ask, by: coupling, enough: capacity)
        )
    }

    private func batchPrice(_ sell: Price, _ buy: Price, by coupling: Coupling) -> Price {
        let tick = Int128(markets[coupling.origin.slot].terms.tick.minorUnits)
        let worth = Int128(buy.minorUnits) * Int128(coupling.arrives) / Int128(coupling.left)
        let middle = (Int128(sell.minorUnits) + worth) / 2 / tick * tick
        let high = markets[coupling.origin.slot].band.high
        return min(high, max(sell, Price(minorUnits: Int64(min(middle, Int128(Limits.priceMax.minorUnits))))))
    }
}

extension Batch: Layout {
    static func layout(_ coder: inout some SnapshotCoder, _ old: Batch?) throws(SnapshotError) -> Batch {
        Batch(
            from: try coder.value("from", old?.from),
            to: try coder.value("to", old?.to),
            price: try coder.value("price", old?.price),
            sells: try coder.list("sells", old?.sells),
            buys: try coder.list("buys", old?.buys)
        )
    }
}

extension Batch.Part: Layout {
    static func layout(_ coder: inout some SnapshotCoder, _ old: Batch.Part?) throws(SnapshotError) -> Batch.Part {
        Batch.Part(order: try coder.value("order", old?.order), given: try coder.value("given", old?.given))
    }
}
