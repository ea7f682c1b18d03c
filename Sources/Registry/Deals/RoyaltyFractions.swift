package import Permits

/// What royalties between two members have left below a minor unit, carried to the next one of the same buyer, seller and currency.
///
/// So a sale in pieces pays what the whole would: rounded down once.
package struct RoyaltyFractions: Sendable {
    private struct Pair: Hashable {
        var buyer: MemberID
        var seller: MemberID
        var currency: Currency
    }

    /// In ten-thousandths of a minor unit; none is zero.
    private var units: [Pair: Int64] = [:]

    package init() {}

    /// The royalty that is due by a right for a season, with what was carried.
    package mutating func due(by right: Right, in season: Season, of entitlements: ProgramID) -> Money {
        let pair = Pair(buyer: right.buyer, seller: right.seller, currency: right.currency)
        let exact = right.royaltyUnits(in: season, of: entitlements) + Int128(units[pair] ?? 0)
        let rest = Int64(exact % 10_000)
        units[pair] = rest == 0 ? nil : rest
        return Money(minorUnits: Int64(min(exact / 10_000, Int128(Limits.moneyMax.minorUnits))))
    }

    /// Drops what is carried between members whom no right binds any more.
    mutating func forget(except rights: [Right]) {
        let bound = Set(rights.map { Pair(buyer: $0.buyer, seller: $0.seller, currency: $0.currency) })
        units = units.filter { bound.contains($0.key) }
    }
}

extension RoyaltyFractions: Layout {
    /// By buyer, seller and currency.
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: RoyaltyFractions?
    ) throws(SnapshotError) -> RoyaltyFractions {
        var new = RoyaltyFractions()
        let sorted = old?.units.sorted { a, b in
            (a.key.buyer, a.key.seller, "\(a.key.currency)") < (b.key.buyer, b.key.seller, "\(b.key.currency)")
        }
        let all = try coder.list("units", sorted) { coder, old throws(SnapshotError) in
            let pair = Pair(
                buyer: try coder.value("buyer", old?.key.buyer),
                seller: try coder.value("seller", old?.key.seller),
                currency: try coder.value("currency", old?.key.currency)
            )
            return (pair: pair, units: try coder.value("units", old?.value))
        }
        for entry in all { new.units[entry.pair] = entry.units }
        return new
    }
}
