package import Permits

/// The regulator's limits on how many permits exist and how many one member holds.
package enum PermitLimits {
    /// What an issue is checked against.
    package struct Issue {
        package var cap: Quantity
        package var issued: Quantity
        package var pledged: Quantity
        package var reserve: Quantity
        /// What the cap of the class and that of its vintage leave.
        package var room: Quantity
        /// The cap of the vintage over all its zones, if it is that which leaves the least.
        package var total: Quantity?

        package init(
            cap: Quantity,
            issued: Quantity,
            pledged: Quantity,
            reserve: Quantity,
            room: Quantity,
            total: Quantity?
        ) {
            self.total = total
            self.cap = cap
            self.issued = issued
            self.pledged = pledged
            self.reserve = reserve
            self.room = room
        }
    }

    /// Checks an issue against the cap of its program, vintage and zone.
    /// - Throws: `capExceeded` with cap, issued and what is left.
    package static func checkIssue(of quantity: Quantity, _ issue: Issue, label: String) throws(Refusal) {
        guard quantity > issue.room else { return }
        var text = "\(label): cap \(issue.cap.units), issued \(issue.issued.units)"
        if issue.pledged > .zero { text += ", set aside for auctions \(issue.pledged.units)" }
        if issue.reserve > .zero { text += ", in reserve \(issue.reserve.units)" }
        if let total = issue.total { text += ", cap over all zones \(total.units)" }
        throw Refusal(
            .capExceeded,
            text + ", so \(max(0, issue.room.units)) can be issued; asked for \(quantity.units)"
        )
    }

    /// What a member and its associates have of what one holding limit counts.
    package struct Position: Sendable {
        /// In general accounts, and in compliance accounts beyond what is due.
        package var holding = Quantity.zero
        /// What open buy orders, bids and waiting transfers could bring.
        package var incoming = Quantity.zero

        package init() {}
    }

    /// Checks that a member and its associates may come to hold `adding` more permits.
    ///
    /// Open buy orders count as held, so that no later fill can break the limit.
    /// Source: the shape of California's holding limit, 17 CCR 95920(b): one limit a vintage on what an entity holds.
    /// - Throws: `holdingLimitExceeded` with holding, open buys, limit and what is left.
    package static func checkHolding(
        adding quantity: Quantity,
        to position: Position,
        limit: Quantity,
        label: @autoclosure () -> String
    ) throws(Refusal) {
        guard position.holding + position.incoming + quantity > limit else { return }
        let left = max(0, limit.units - position.holding.units - position.incoming.units)
        throw Refusal(
            .holdingLimitExceeded,
            "\(label()): holding limit \(limit.units), held \(position.holding.units), on buy orders "
                + "\(position.incoming.units), so \(left) can be added; asked for \(quantity.units)"
        )
    }
}
