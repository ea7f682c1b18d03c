package import Permits

/// The most permits that one owner may hold, from the size of the market.
///
/// California, Québec and Washington (17 CCR 95920; WAC 173-446-150): 0.1 × 25,000,000 + 0.025 × (C − 25,000,000), where C is the sum of the partners'
/// caps of the year; one limit for current and past vintages together, and one for each future vintage.
package struct HoldingLimit: Hashable, Sendable {
    /// The first part of the cap, which counts at the first rate.
    package var base: Quantity
    package var basePermille: Int64
    package var restPermille: Int64

    /// The formula of the Western Climate Initiative.
    package static let westernClimateInitiative = HoldingLimit(
        base: Quantity(25_000_000),
        basePermille: 100,
        restPermille: 25
    )

    /// The limit in permits for a cap, rounded down.
    package func quantity(cap: Quantity) -> Quantity {
        let first = min(cap.units, base.units)
        let rest = cap.units - first
        return Quantity((first * basePermille + rest * restPermille) / 1000)
    }
}
