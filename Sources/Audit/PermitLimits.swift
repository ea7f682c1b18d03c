package import Permits

/// The regulator's limits on how many permits exist and how many one member holds.
package enum PermitLimits {
    /// Checks an issue against the cap of its program and vintage.
    /// - Throws: `capExceeded` with cap, issued and what is left.
    package static func checkIssue(
        of quantity: Quantity,
        issued: Quantity,
        pledged: Quantity,
        cap: Quantity,
        label: String
    ) throws(Refusal) {
        guard issued + pledged + quantity > cap else { return }
        let auctions = pledged > .zero ? ", set aside for auctions \(pledged.units)" : ""
        throw Refusal(
            .capExceeded,
            "\(label): cap \(cap.units), issued \(issued.units)\(auctions), "
                + "so \(max(0, cap.units - issued.units - pledged.units)) can be issued; asked for \(quantity.units)"
        )
    }

    /// Checks that a member may come to hold `adding` more permits of a class.
    ///
    /// Open buy orders count as held, so that no later fill can break the limit.
    /// Source: the shape of California's holding limit, 17 CCR 95920(b): one limit a vintage on what an entity holds.
    /// - Throws: `holdingLimitExceeded` with holding, open buys, limit and what is left.
    package static func checkHolding(
        adding quantity: Quantity,
        holding: Quantity,
        openBuys: Quantity,
        limit: Quantity?,
        label: @autoclosure () -> String
    ) throws(Refusal) {
        guard let limit, holding + openBuys + quantity > limit else { return }
        let left = max(0, limit.units - holding.units - openBuys.units)
        throw Refusal(
            .holdingLimitExceeded,
            "\(label()): holding limit \(limit.units), held \(holding.units), on buy orders \(openBuys.units), "
                + "so \(left) can be added; asked for \(quantity.units)"
        )
    }
}
