package import Permits

/// What happens to permits that were not sold.
package enum RollOver: Hashable, Sendable {
    /// Nothing: they stay with the seller.
    case none
    /// Back to the auction account, to be offered again by decision (California, Québec, RGGI).
    case hold
    /// Equal shares to the next auctions; with a cap, no auction above so many per cent of its first proposed volume, the
    /// overflow to the others (EU: 4; UK: 4 with 125 %).
    case spread(auctions: Int, capPercent: Int64?)
    /// To the next auction of the same calendar year, if there is one (New Zealand).
    case withinYear
    /// To the next auction (Korea: the next month's).
    case nextAuction
    /// Back, free of charge, in proportion to those they were taken from (US EPA).
    case giveBack

    /// A later auction that could take unsold volume.
    package struct Later: Sendable {
        /// Its first proposed volume, on which a cap in per cent counts.
        package var proposed: Quantity
        /// What it offers now.
        package var planned: Quantity
        /// Whether it is in the calendar year of the auction that did not sell.
        package var isSameYear: Bool

        package init(proposed: Quantity, planned: Quantity, isSameYear: Bool) {
            self.proposed = proposed
            self.planned = planned
            self.isSameYear = isSameYear
        }
    }

    /// What each of the later auctions gets of `unsold`, in their order; the rest stays with the seller.
    ///
    /// Equal shares are in whole permits; what equal shares leave goes to the earlier auctions, one permit each.
    package func additions(of unsold: Quantity, to later: [Later]) -> [Quantity] {
        var additions = [Quantity](repeating: .zero, count: later.count)
        switch self {
        case .none, .hold, .giveBack: break
        case .nextAuction:
            if !later.isEmpty { additions[0] = unsold }
        case .withinYear:
            if let first = later.first, first.isSameYear { additions[0] = unsold }
        case .spread(let auctions, let capPercent):
            var open = Array(later.indices.prefix(auctions))
            var rest = unsold.units
            while rest > 0, !open.isEmpty {
                let (share, extra) = rest.quotientAndRemainder(dividingBy: Int64(open.count))
                let round = rest
                for (place, index) in open.enumerated() {
                    var room = Int64.max
                    if let capPercent {
                        let most = later[index].proposed.units * capPercent / 100
                        room = max(most - later[index].planned.units - additions[index].units, 0)
                    }
                    let taken = min(share + (place < extra ? 1 : 0), room)
                    additions[index].units += taken
                    rest -= taken
                }
                if rest == round { break }
                open.removeAll { index in
                    guard let capPercent else { return false }
                    let most = later[index].proposed.units * capPercent / 100
                    return later[index].planned.units + additions[index].units >= most
                }
            }
        }
        return additions
    }
}
