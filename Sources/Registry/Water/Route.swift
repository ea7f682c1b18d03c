package import Permits

/// A way through links from one zone to another, and how much goes where on it.
///
/// Trades pass by it in whole multiples of its amounts, so that every ratio on the way is met exactly and nothing is
/// lost to rounding.
package struct Route: Sendable, Equatable {
    /// A link, by its place in `Registry.links`, forward or back.
    package struct Step: Sendable, Equatable {
        package let link: Int
        package let isBack: Bool

        package init(link: Int, isBack: Bool) {
            self.link = link
            self.isBack = isBack
        }
    }

    package let steps: [Step]
    /// The zones on the way, one more than steps.
    package let zones: [Code]
    /// The least amounts that are whole everywhere: what leaves, what arrives after each step.
    package private(set) var amounts: [Int64]

    /// What leaves of one multiple.
    package var left: Int64 { amounts[0] }
    /// What arrives of one multiple.
    package var arrives: Int64 { amounts[amounts.count - 1] }
    /// The zone that it ends in.
    package var end: Code { zones[zones.count - 1] }

    /// The way that stays where it is.
    init(from zone: Code) {
        steps = []
        zones = [zone]
        amounts = [1]
    }

    private init(steps: [Step], zones: [Code], amounts: [Int64]) {
        self.steps = steps
        self.zones = zones
        self.amounts = amounts
    }

    /// The way with one more step; nil if an amount would be above what an order may have.
    func extended(by step: Step, to zone: Code, ratio: Ratio) -> Route? {
        let last = arrives * ratio.numerator
        let factor = ratio.denominator / Route.gcd(last, ratio.denominator)
        guard let scaled = multiplied(by: factor) else { return nil }
        let arriving = scaled.arrives * ratio.numerator / ratio.denominator
        guard arriving <= Limits.quantityMax.units else { return nil }
        return Route(steps: steps + [step], zones: zones + [zone], amounts: scaled.amounts + [arriving])
    }

    /// The way with amounts that are multiples of the lots at both ends too.
    package func inLots(of leaving: Quantity, _ arriving: Quantity) -> Route? {
        multiplied(by: leaving.units / Route.gcd(left, leaving.units))
            .flatMap { $0.multiplied(by: arriving.units / Route.gcd($0.arrives, arriving.units)) }
    }

    private func multiplied(by factor: Int64) -> Route? {
        guard (amounts.max() ?? 1) <= Limits.quantityMax.units / factor else { return nil }
        var route = self
        route.amounts = amounts.map { $0 * factor }
        return route
    }

    private static func gcd(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? a : gcd(b, a % b) }
}

extension Registry {
    /// Every way from a zone of a program to another one that passes no zone twice, the shortest first, of at most
    /// `Limits.routeLinksMax` links; at most `Limits.routesMax`.
    package func routes(of program: ProgramID, from zone: Code) -> [Route] {
        var found: [Route] = []
        var last = [Route(from: zone)]
        for _ in 0..<Limits.routeLinksMax {
            var longer: [Route] = []
            for route in last {
                for (index, link) in links.enumerated() where link.program == program {
                    for isBack in [false, true] where route.end == (isBack ? link.to : link.from) {
                        let next = isBack ? link.from : link.to
                        let ratio = isBack ? link.ratio.inverse : link.ratio
                        guard !route.zones.contains(next), found.count + longer.count < Limits.routesMax,
                            let way = route.extended(by: .init(link: index, isBack: isBack), to: next, ratio: ratio)
                        else { continue }
                        longer.append(way)
                    }
                }
            }
            found += longer
            last = longer
        }
        return found
    }

    /// How many multiples of a route may pass now: none forward by a link that gathers orders, any number without limit or floor.
    package func capacity(of route: Route) -> Int64 {
        var most = Int64.max
        for (index, step) in route.steps.enumerated() {
            let link = links[step.link]
            if link.opens != nil, !step.isBack { return 0 }
            // A link counts what is at its end.
            let (opportunity, end) = step.isBack ? (link.backOpportunity, index) : (link.opportunity, index + 1)
            guard let opportunity else { continue }
            most = min(most, opportunity.units / route.amounts[end])
        }
        return most
    }
}
