package import Permits

/// How one program sells permits: a choice of named policies.
///
/// `RuleBook.all` are the books of the real markets; a regulator may compose another from the same policies.
package struct RuleBook: Sendable {
    /// Its name on the wire and on the command line.
    package var code: String
    /// Whose rules these are.
    package var title: String
    /// Where they stand.
    package var source: String
    /// Bids are multiples of this unless the sale says otherwise.
    package var lot = Quantity(1)
    package var pricing = Pricing.uniform
    package var margin = MarginRanking.draw
    package var underSubscription = UnderSubscription.sellAtLowestBid
    package var marketTest = MarketTest.none
    package var rollOver = RollOver.none
    package var purchaseLimit = PurchaseLimit.none
    package var holdingLimit = false
    package var guarantee = GuaranteeRule.none
    /// Whether a bidder may have one price step only; later ones are cut.
    package var oneStepEach = false
    /// Whether consigned permits are sold before the regulator's; after them otherwise.
    package var consignedFirst = false
    /// Whether the result names the bidders with what they bid.
    package var namesBidders = false

    package init(code: String, title: String, source: String) {
        self.code = code
        self.title = title
        self.source = source
    }

    /// The books of the real markets.
    package static let all: [RuleBook] = [
        .uniform, .eu, .uk, .wci, .wciAdvance, .washington, .rggi, .epa, .newZealand, .korea,
    ]

    /// Looks a book up by its name.
    package static func named(_ code: String) -> RuleBook? { all.first { $0.code == code } }
}

/// Why a lot of a bid was not served: the rule's number is published with every cut.
package enum CutRule: Spelling, Word {
    /// Below the public reserve price.
    case reserve
    /// More than one price step where one is allowed.
    case oneStep = "one-step"
    /// Over the purchase limit of its class or group.
    case purchaseLimit = "purchase-limit"
    /// Over the holding limit.
    case holdingLimit = "holding-limit"
    /// Over the bid guarantee.
    case guarantee
    /// Significantly below the secondary market.
    case marketTest = "market-test"
    /// The auction was cancelled: too few bids, or its price too low.
    case cancelled
    /// Outbid: below the lowest price served.
    case outbid
    /// At the lowest price served, and not drawn, later, or rounded away.
    case margin

    /// The number that is published, from 1.
    package var number: UInt8 { place + 1 }
    package init?(number: UInt8) { self.init(place: number &- 1) }
}
