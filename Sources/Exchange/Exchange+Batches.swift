import OrderBook
import Permits
import Registry

// Batches: resting orders of two zones that have come to meet, because a link opened, a market opened or a stop acted,
// are cleared together at one price instead of by who was first.

extension Exchange {
    /// Part of a resting order in a batch.
    private struct Part {
        var order: Order
        /// What it could trade, in multiples.
        var offered: Int64
        /// What it gets.
        var given: Int64 = 0
    }

    /// Clears what meets across the links of a program, the shortest ways first, until nothing does.
    mutating func couple(_ program: ProgramID, _ events: inout ContiguousArray<Event>) {
        guard !couplings.isEmpty else { return }
        // By length, then by the place of the origin's market: each market lists its shortest first.
        let all = couplings.indices.flatMap { couplings[$0].outbound }.filter {
            registry[$0.classes[0]].program == program
        }
        let ways = (1...Limits.routeLinksMax).flatMap { length in all.filter { $0.route.steps.count == length } }
        var isDone = false
        while !isDone {
            isDone = true
            for coupling in ways where clear(coupling, &events) { isDone = false }
        }
    }

    /// Clears one way: the most that can pass, at one price; at the margin orders of one price share pro rata.
    ///
    /// The price is in the middle between the worst sell and the worst buy that trade, as the origin's market quotes it,
    /// rounded down to the tick and never below that sell. Of an iceberg what it shows takes part.
    /// - Returns: whether anything traded.
    private mutating func clear(_ coupling: Coupling, _ events: inout ContiguousArray<Event>) -> Bool {
        let (from, to) = (coupling.origin, coupling.destination)
        let (bid, ask) = (tops[to.slot].bid, tops[from.slot].ask)
        guard coupling.meet(buy: bid, sell: ask) else { return false }
        let capacity = capacity(of: coupling)
        guard capacity > 0 else { return false }
        var sells = parts(.sell, in: from, amount: coupling.left, meeting: Price(minorUnits: bid), by: coupling)
        var buys = parts(.buy, in: to, amount: coupling.arrives, meeting: Price(minorUnits: ask), by: coupling)
        guard let margin = margin(sells, buys, capacity, by: coupling) else { return false }
        share(margin.volume, among: &sells, upTo: margin.sell)
        share(margin.volume, among: &buys, upTo: margin.buy)
        let price = batchPrice(margin.sell, margin.buy, by: coupling)
        // The first part on each side that is not used up.
        var (sell, buy) = (0, 0)
        while true {
            while sell < sells.count, sells[sell].given == 0 { sell += 1 }
            while buy < buys.count, buys[buy].given == 0 { buy += 1 }
            guard sell < sells.count, buy < buys.count else { break }
            let multiples = min(sells[sell].given, buys[buy].given)
            sells[sell].given -= multiples
            buys[buy].given -= multiples
            fill(sells[sell].order, buys[buy].order, multiples, at: price, by: coupling, &events)
        }
        markets[from.slot].book.lastPrice = price
        for market in [from, to] {
            resume(market, &events)
        }
        return true
    }

    private mutating func fill(
        _ sell: Order,
        _ buy: Order,
        _ multiples: Int64,
        at price: Price,
        by coupling: Coupling,
        _ events: inout ContiguousArray<Event>
    ) {
        let (left, arrives) = (Quantity(multiples * coupling.left), Quantity(multiples * coupling.arrives))
        let bought = markets[coupling.destination.slot].book.fill(buy.id, arrives, events: &bookEvents)
        settleBookEvents(of: coupling.destination, &events)
        let sold = markets[coupling.origin.slot].book.fill(sell.id, left, events: &bookEvents)
        let fill = Fill(price: price, quantity: left, aggressor: nil, buy: bought.party, sell: sold.party)
        settle(fill, of: .buy, multiples, by: coupling, &events)
        settleBookEvents(of: coupling.origin, &events)
    }

    /// The orders of a side that can trade by a coupling with an order at `price` on the other.
    private func parts(
        _ side: Side,
        in id: MarketID,
        amount: Int64,
        meeting price: Price,
        by coupling: Coupling
    ) -> [Part] {
        let (left, arrives) = (Int128(coupling.left), Int128(coupling.arrives))
        let units = Int128(price.minorUnits)
        let worst = side == .sell ? units * arrives / left : (units * left + arrives - 1) / arrives
        return markets[id.slot].book.queue(
            side,
            showing: Quantity(amount),
            atOrBetter: Price(minorUnits: Int64(min(worst, Int128(Limits.priceMax.minorUnits))))
        ).map { Part(order: $0.order, offered: $0.order.shown.units / amount) }
    }

    /// How much trades, and the worst prices that do; nil for nothing.
    private func margin(
        _ sells: [Part],
        _ buys: [Part],
        _ capacity: Int64,
        by coupling: Coupling
    ) -> (volume: Int64, sell: Price, buy: Price)? {
        var result: (volume: Int64, sell: Price, buy: Price)?
        var volume: Int64 = 0
        var (sell, buy) = (0, 0)
        var (offered, wanted) = (sells.first?.offered ?? 0, buys.first?.offered ?? 0)
        while sell < sells.count, buy < buys.count, volume < capacity,
            coupling.meet(buy: buys[buy].order.price.minorUnits, sell: sells[sell].order.price.minorUnits)
        {
            let step = min(offered, wanted, capacity - volume)
            volume += step
            offered -= step
            wanted -= step
            result = (volume, sells[sell].order.price, buys[buy].order.price)
            if offered == 0 {
                sell += 1
                if sell < sells.count { offered = sells[sell].offered }
            }
            if wanted == 0 {
                buy += 1
                if buy < buys.count { wanted = buys[buy].offered }
            }
        }
        return result
    }

    /// Gives a volume to the orders up to the worst price: better ones all they offered, those at it pro rata, rounded
    /// down, and what is left over one multiple each by time.
    private func share(_ volume: Int64, among parts: inout [Part], upTo price: Price) {
        var rest = volume
        for index in parts.indices.prefix(while: { parts[$0].order.price != price }) {
            parts[index].given = parts[index].offered
            rest -= parts[index].offered
        }
        let marginal = parts.indices.filter { parts[$0].order.price == price }
        let total = marginal.reduce(Int128(0)) { $0 + Int128(parts[$1].offered) }
        let shared = rest
        for index in marginal {
            parts[index].given = Int64(Int128(shared) * Int128(parts[index].offered) / total)
            rest -= parts[index].given
        }
        for index in marginal where rest > 0 && parts[index].given < parts[index].offered {
            parts[index].given += 1
            rest -= 1
        }
    }

    private func batchPrice(_ sell: Price, _ buy: Price, by coupling: Coupling) -> Price {
        let tick = Int128(markets[coupling.origin.slot].terms.tick.minorUnits)
        let worth = Int128(buy.minorUnits) * Int128(coupling.arrives) / Int128(coupling.left)
        let middle = (Int128(sell.minorUnits) + worth) / 2 / tick * tick
        let high = markets[coupling.origin.slot].band.high
        return min(high, max(sell, Price(minorUnits: Int64(min(middle, Int128(Limits.priceMax.minorUnits))))))
    }
}
