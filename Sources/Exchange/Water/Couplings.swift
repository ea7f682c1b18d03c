import OrderBook
import Permits
import Registry

/// A way by which trades pass from the zone of one market to that of another, both of one vintage and currency.
struct Coupling: Sendable {
    /// Where the permits leave: its sells are met.
    let origin: MarketID
    /// Where they arrive: its buys are met.
    let destination: MarketID
    let route: Route
    /// The classes on the way, one more than steps.
    let classes: [ClassID]
    /// What leaves and what arrives of one multiple.
    let left: Int64
    let arrives: Int64

    /// Whether a buy where it ends pays for a sell where it begins: `left` permits at the sell's price cost no more than
    /// `arrives` permits at the buy's.
    ///
    /// Prices and amounts are at most 10^9, so that no product overflows.
    func meet(buy: Int64, sell: Int64) -> Bool { buy > 0 && sell < .max && sell * left <= buy * arrives }
}

/// The best prices of a market in minor units; 0 and `Int64.max` for none.
struct Top: Sendable, Equatable {
    var bid: Int64
    var ask: Int64
}

/// The ways to and from a market, the shortest first.
struct Couplings: Sendable {
    var inbound: ContiguousArray<Coupling> = []
    var outbound: ContiguousArray<Coupling> = []

    var isEmpty: Bool { inbound.isEmpty && outbound.isEmpty }

    /// By how many ways an order of a side may reach others.
    func wayCount(_ side: Side) -> Int { side == .buy ? inbound.count : outbound.count }
}

extension Exchange {
    /// Finds all couplings anew, after links, classes or markets have changed.
    mutating func findCouplings() {
        couplings = []
        tops = []
        guard !registry.links.isEmpty else { return }
        couplings = ContiguousArray(repeating: Couplings(), count: markets.count)
        tops = ContiguousArray(repeating: Top(bid: 0, ask: .max), count: markets.count)
        for index in markets.indices { noteTop(of: MarketID(UInt32(index))) }
        for program in Set(registry.links.map(\.program)).sorted(by: { $0.index < $1.index }) {
            let linked = markets.filter { registry[$0.terms.permitClass].program == program }
            var routes: [Code: [Route]] = [:]
            for origin in linked {
                let zone = registry[origin.terms.permitClass].zone
                let known = routes[zone] ?? registry.routes(of: program, from: zone)
                routes[zone] = known
                for route in known {
                    for coupling in linked.compactMap({ coupling(origin, $0, route) }) {
                        couplings[coupling.origin.slot].outbound.append(coupling)
                        couplings[coupling.destination.slot].inbound.append(coupling)
                    }
                }
            }
        }
    }

    /// Whether trades can pass from or to a market at all.
    @inline(__always)
    func isCoupled(_ id: MarketID) -> Bool { !couplings.isEmpty && !couplings[id.slot].isEmpty }

    /// The coupling of two markets by a route, if it leads from one to the other and every zone on it has the vintage.
    private func coupling(_ origin: Market, _ destination: Market, _ route: Route) -> Coupling? {
        let source = registry[origin.terms.permitClass]
        let target = registry[destination.terms.permitClass]
        guard target.zone == route.end, source.vintage == target.vintage,
            origin.terms.currency == destination.terms.currency,
            let route = route.inLots(of: origin.terms.lot, destination.terms.lot)
        else { return nil }
        // What swells a thousandfold on the way is no water, and would overflow accounts.
        guard (route.amounts.max() ?? 0) <= 1000 * max(route.left, route.arrives) else { return nil }
        let classes = route.zones.compactMap { registry.permitClass(source.program, vintage: source.vintage, zone: $0) }
        guard classes.count == route.zones.count else { return nil }
        return Coupling(
            origin: origin.terms.market,
            destination: destination.terms.market,
            route: route,
            classes: classes,
            left: route.left,
            arrives: route.arrives
        )
    }

    /// How many multiples of a coupling's amounts may pass now.
    func capacity(of coupling: Coupling) -> Int64 {
        guard markets[coupling.origin.slot].phase == .open, markets[coupling.destination.slot].phase == .open,
            !coupling.classes.contains(where: { registry[$0].isExpired })
        else { return 0 }
        return registry.capacity(of: coupling.route)
    }

    /// Notes the best prices of a market after its book has changed.
    mutating func noteTop(of id: MarketID) {
        guard !tops.isEmpty else { return }
        let top = markets[id.slot].book.top()
        tops[id.slot] = Top(bid: top.bid, ask: top.ask)
    }

    /// Takes permits of a member all the way.
    mutating func carry(_ multiples: Int64, of member: MemberID, by coupling: Coupling) {
        for (index, step) in coupling.route.steps.enumerated() {
            carry(
                Quantity(multiples * coupling.route.amounts[index]),
                of: member,
                by: step,
                (from: coupling.classes[index], to: coupling.classes[index + 1]),
                arriving: Quantity(multiples * coupling.route.amounts[index + 1])
            )
        }
    }
}
