import Permits

/// Supply that depends on the price: cost and emissions containment reserves.
enum Containment {
    /// What is sold at most, given what is demanded at a price or higher.
    ///
    /// **Cost containment** (RGGI: COMAR 26.09.04.06 B(2)(a); New Zealand): where the demand above the trigger price exceeds the supply,
    /// the tier adds as much as the demand at it or above needs, up to its quantity. So the price does not fall below the trigger
    /// because of it, and bids at the trigger alone touch no reserve.
    /// **Emissions containment** (RGGI until 2027): where the supply would bring the price below the trigger, up to the quantity
    /// is withheld, but not what is demanded at the trigger or above.
    static func supply(of sale: Sale, demandAt demand: (Price) -> Int64) -> Int64 {
        var supply = sale.offered.units
        for tier in sale.containment {
            guard demand(Price(minorUnits: tier.trigger.minorUnits + 1)) > supply else { break }
            supply += min(tier.quantity.units, demand(tier.trigger) - supply)
        }
        if let withholding = sale.withholding {
            let wanted = demand(withholding.trigger)
            if wanted < supply { supply = max(wanted, supply - withholding.quantity.units) }
        }
        return supply
    }
}
