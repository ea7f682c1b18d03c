package import Permits

/// What happens to permits that were not sold.
package enum RollOver: Hashable, Sendable {
    /// Nothing: they stay with the seller.
    case none
    /// Back to the auction account, to be offered again by decision (California, Québec, RGGI).
    case hold
    /// Equal shares in whole lots to the next auctions, announced or not; with a cap, no auction above so many per cent of its first proposed volume, the
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
        /// What it sells multiples of.
        package var lot: Quantity

        package init(proposed: Quantity, planned: Quantity, isSameYear: Bool, lot: Quantity) {
            self.proposed = proposed
            self.planned = planned
            self.isSameYear = isSameYear
            self.lot = lot
        }

        /// One that is not announced yet.
        package static func unknown(lot: Quantity) -> Later {
            Later(proposed: Quantity(.max / 1000), planned: .zero, isSameYear: true, lot: lot)
        }

        /// How much more it may offer, in whole lots.
        func room(_ capPercent: Int64?, _ added: Quantity) -> Int64 {
            guard let capPercent else { return .max / lot.units * lot.units }
            let most = proposed.units * capPercent / 100
            return max(most - planned.units - added.units, 0) / lot.units * lot.units
        }
    }

    /// To how many next auctions unsold permits go.
    package var auctionCount: Int {
        switch self {
        case .none, .hold, .giveBack: 0
        case .withinYear, .nextAuction: 1
        case .spread(let auctions, capPercent: _): auctions
        }
    }

    /// What each of the later auctions gets of `unsold`, in their order; the rest stays with the seller.
    ///
    /// What equal shares leave goes to the earlier auctions, one lot each; less than a lot stays with the seller.
    package func additions(of unsold: Quantity, to later: [Later]) -> [Quantity] {
        var additions = [Quantity](repeating: .zero, count: later.count)
        switch self {
        case .none, .hold, .giveBack: break
        case .nextAuction:
            if let first = later.first { additions[0].units = unsold.units / first.lot.units * first.lot.units }
        case .withinYear:
            if let first = later.first, first.isSameYear {
                additions[0].units = unsold.units / first.lot.units * first.lot.units
            }
        case .spread(let auctions, let capPercent):
            var open = Array(later.indices.prefix(auctions))
            var rest = unsold.units
            while rest > 0, !open.isEmpty {
                let round = rest
                for (place, index) in open.enumerated() {
                    let lot = later[index].lot.units
                    let (share, extra) = (round / lot).quotientAndRemainder(dividingBy: Int64(open.count))
                    let wanted = min((share + (place < extra ? 1 : 0)) * lot, rest / lot * lot)
                    let taken = min(wanted, later[index].room(capPercent, additions[index]))
                    additions[index].units += taken
                    rest -= taken
                }
                if rest == round { break }
                open.removeAll { later[$0].room(capPercent, additions[$0]) == 0 }
            }
        }
        return additions
    }
}
