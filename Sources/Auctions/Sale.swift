package import Permits
package import Seals

/// What is for sale in one auction, and what only this auction knows: the numbers that a rule book works on.
package struct Sale: Sendable {
    /// Offered by the regulator, in permits.
    package var supply: Quantity
    /// Offered on behalf of consignors on top of it, in permits.
    package var consigned: Quantity
    /// Bids are multiples of this.
    package var lot: Quantity
    /// The public reserve price: a bid below it is not admitted.
    package var reserve: Price?
    /// The confidential reserve price: if the auction would clear below it, nothing is sold (New Zealand).
    package var confidentialReserve: Price?
    /// The lowest price that is not significantly below the secondary market, by a method fixed before the auction.
    package var marketFloor: Price?
    /// More supply at high prices; by ascending trigger.
    package var containment: [ContainmentTier]
    /// Less supply at low prices.
    package var withholding: ContainmentTier?
    /// What the draw at the margin is made from; see `Draw`.
    package var seed: Digest

    package init(supply: Quantity, lot: Quantity = Quantity(1), seed: Digest = .zero) {
        self.supply = supply
        consigned = .zero
        self.lot = lot
        containment = []
        self.seed = seed
    }

    /// All that is offered before containment.
    package var offered: Quantity { supply + consigned }
}

/// A quantity that comes to (or goes from) the supply at a trigger price.
package struct ContainmentTier: Hashable, Sendable {
    package var trigger: Price
    package var quantity: Quantity

    package init(trigger: Price, quantity: Quantity) {
        self.trigger = trigger
        self.quantity = quantity
    }
}

/// One price step of a bid: so many permits at this price or less.
///
/// A bidder may have many; the order of the steps in an auction is the order of their entry.
package struct BidStep: Hashable, Sendable {
    /// The bidder's place in the list of bidders.
    package var bidder: Int
    package var price: Price
    package var quantity: Quantity

    package init(bidder: Int, price: Price, quantity: Quantity) {
        self.bidder = bidder
        self.price = price
        self.quantity = quantity
    }
}

/// The classes of bidders that purchase limits tell apart.
package enum BidderClass: Spelling, Word {
    /// Has to surrender permits (a covered entity).
    case compliance
    /// Has not (a general market participant).
    case general
}

/// What an auction knows of a bidder.
package struct Bidder: Hashable, Sendable {
    package var bidderClass: BidderClass
    /// Bidders of the same group are associated and share their purchase limit; its number is below the number of bidders.
    package var group: Int
    /// The bid guarantee; nil if the rule book asks for none.
    package var guarantee: Money?
    /// What the holding limit leaves; nil if there is none.
    package var room: Quantity?

    /// A bidder on its own, its `group` its own place in the list.
    package init(group: Int, bidderClass: BidderClass = .compliance, guarantee: Money? = nil, room: Quantity? = nil) {
        self.bidderClass = bidderClass
        self.group = group
        self.guarantee = guarantee
        self.room = room
    }
}
