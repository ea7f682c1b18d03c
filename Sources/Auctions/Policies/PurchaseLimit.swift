package import Permits

/// The most that one bidder, its associates included, may buy, in per cent of what is offered.
package struct PurchaseLimit: Hashable, Sendable {
    /// Of a covered entity; nil for no limit.
    package var compliancePercent: Int64?
    /// Of a general market participant; nil for no limit.
    package var generalPercent: Int64?

    package init(compliancePercent: Int64?, generalPercent: Int64?) {
        self.compliancePercent = compliancePercent
        self.generalPercent = generalPercent
    }

    package static let none = PurchaseLimit(compliancePercent: nil, generalPercent: nil)

    /// The limit in permits, rounded down; nil if there is none.
    package func quantity(for bidderClass: BidderClass, of offered: Quantity) -> Quantity? {
        let percent = bidderClass == .compliance ? compliancePercent : generalPercent
        guard let percent else { return nil }
        let product = offered.units.multipliedFullWidth(by: percent)
        return Quantity(Int64(100).dividingFullWidth(product).quotient)
    }
}
