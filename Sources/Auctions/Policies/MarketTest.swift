package import Permits

/// What happens when the price would be significantly below the secondary market.
///
/// The test needs `Sale.marketFloor`, computed by a method that was fixed before the auction.
package enum MarketTest: Spelling, Word {
    case none
    /// The auction is cancelled (EU: article 7(6) and (7)).
    case cancelBelow = "cancel-below"
    /// Bids below are left out, so it clears at the lowest bid that is not (UK: regulation 7).
    case excludeBelow = "exclude-below"
}
