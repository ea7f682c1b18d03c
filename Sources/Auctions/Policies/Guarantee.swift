package import Permits

/// What the bid guarantee does to a bid that it does not cover.
package enum GuaranteeRule: Spelling, Word {
    /// No guarantee is asked for.
    case none
    /// Lots that are not covered are cut, from the lowest price (RGGI, New Zealand).
    case reject
    /// Lots that are not covered are cut where they stand and looked at again as new bids at the next lower price of any bid, and
    /// taken there if they fit (California: 17 CCR 95911(e); Washington).
    case reevaluateLower = "reevaluate-lower"

    /// The guarantee that a bid needs: the largest p × (quantity bid at p or higher) over its prices p.
    ///
    /// WAC 173-446-325(2) and 17 CCR 95912. The steps may stand in any order.
    /// - Throws: `overflow` if a product exceeds 64 bits.
    package static func needed(for steps: some Sequence<(price: Price, quantity: Quantity)>) throws(RejectCode) -> Money
    {
        var needed: Int64 = 0
        var quantity: Int64 = 0
        for step in steps.sorted(by: { $0.price > $1.price }) {
            quantity += step.quantity.units
            let (value, overflowed) = step.price.minorUnits.multipliedReportingOverflow(by: quantity)
            guard !overflowed else { throw .overflow }
            needed = max(needed, value)
        }
        return Money(minorUnits: needed)
    }
}
