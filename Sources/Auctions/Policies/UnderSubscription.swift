package import Permits

/// What happens when the bids do not cover the supply.
package enum UnderSubscription: Spelling, Word {
    /// Nothing is sold (EU: article 7(5)).
    case cancel
    /// All bids are served, at the lowest of them (UK: regulation 7(1)(b) as amended; New Zealand; US EPA).
    case sellAtLowestBid = "lowest-bid"
    /// All bids are served, at the reserve price (California, Québec, Washington, RGGI).
    case sellAtReserve = "reserve"
}
