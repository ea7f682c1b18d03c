import Permits

/// Supply that depends on the price: cost and emissions containment reserves.
enum Containment {
    /// What is sold at most, given what is demanded at a price or higher.
    ///
    /// **Cost containment** (RGGI; New Zealand): where the demand at the trigger price exceeds the supply, the tier adds as much as that demand
    /// needs, up to its quantity. So the price does not fall below the trigger because of it.
    /// **Emissions containment** (RGGI until 2027): where the supply would bring the price below the trigger, up to the quantity
    /// is withheld, but not what is demanded at the trigger or above.
    static func supply(of sale: Sale, demandAt demand: (Price) -> Int64) -> Int64 {
        var supply = sale.offered.units
        for tier in sale.containment {
            let wanted = demand(tier.trigger)
            guard wanted > supply else { break }
            supply += min(tier.quantity.units, wanted - supply)
        }
        if let withholding = sale.withholding {
            let wanted = demand(withholding.trigger)
            if wanted < supply { supply = max(wanted, supply - withholding.quantity.units) }
        }
        return supply
    }
}
