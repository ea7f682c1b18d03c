import OrderBook
package import Permits
import Registry

// What can be reached from a market through links: the book as its own zone sees it.

/// A level of a book, of the market itself or of another zone, as it counts in the market that asks.
package struct ReachedLevel: Sendable {
    package var side: Side
    /// Where the orders stand, and at what price there.
    package var market: MarketID
    package var price: Price
    /// A sell's price × left / arrives, rounded up to the minor unit; a buy's price × arrives / left, rounded down.
    package var delivered: Price
    /// How much of the asking market's permits it is, as far as the links let pass now.
    package var quantity: Quantity
    /// The links on the way, `L1,L2`, with `-` before one that is passed back; empty at home.
    package var way: String
    package var left: Int64
    package var arrives: Int64
}

extension Exchange {
    /// The best `depth` levels of each side that an order of a market could meet, sells first, each side best first.
    package func reach(of id: MarketID, depth: Int) -> [ReachedLevel] {
        [Side.sell, .buy].flatMap { side in
            var levels = levels(side, in: id, depth)
            let ways =
                couplings.isEmpty
                ? [] : side == .sell ? couplings[id.slot].inbound : couplings[id.slot].outbound
            for coupling in ways { levels += self.levels(side, by: coupling, depth) }
            // A stable order: the price, then home and the shorter ways first, as they were added.
            let sorted = levels.enumerated().sorted { a, b in
                let (one, two) = (a.element.delivered, b.element.delivered)
                return one != two ? (side == .sell ? one < two : one > two) : a.offset < b.offset
            }
            return sorted.prefix(depth).map(\.element)
        }
    }

    private func levels(_ side: Side, in id: MarketID, _ depth: Int) -> [ReachedLevel] {
        markets[id.slot].book.depth(side, levels: depth).map { level in
            ReachedLevel(
                side: side,
                market: id,
                price: level.price,
                delivered: level.price,
                quantity: level.quantity,
                way: "",
                left: 1,
                arrives: 1
            )
        }
    }

    private func levels(_ side: Side, by coupling: Coupling, _ depth: Int) -> [ReachedLevel] {
        let capacity = capacity(of: coupling)
        guard capacity > 0 else { return [] }
        let (left, arrives) = (coupling.left, coupling.arrives)
        let (own, other) = side == .sell ? (arrives, left) : (left, arrives)
        let market = side == .sell ? coupling.origin : coupling.destination
        let way = coupling.route.steps.map { "\($0.isBack ? "-" : "")\(registry.links[$0.link].code)" }
        let worst = side == .sell ? Limits.priceMax : Price(minorUnits: 1)
        // Level by level, as far as each order fills a multiple.
        var found: [(price: Price, multiples: Int64)] = []
        for queued in markets[market.slot].book.queue(side, showing: Quantity(other), atOrBetter: worst) {
            let multiples = queued.order.shown.units / other
            if let last = found.last, last.price == queued.order.price {
                found[found.count - 1].multiples += multiples
            } else {
                guard found.count < depth else { break }
                found.append((queued.order.price, multiples))
            }
        }
        return found.map { level in
            let multiples = min(level.multiples, capacity)
            let units = Int128(level.price.minorUnits)
            let (numerator, denominator) = (Int128(other), Int128(own))
            let delivered = (units * numerator + (side == .sell ? denominator - 1 : 0)) / denominator
            return ReachedLevel(
                side: side,
                market: market,
                price: level.price,
                delivered: Price(minorUnits: Int64(delivered)),
                quantity: Quantity(multiples * own),
                way: way.joined(separator: ","),
                left: left,
                arrives: arrives
            )
        }
    }
}
