package import Permits

// Sealed-bid auctions.

extension RequestRule {
    package static let auction = RequestRule(
        .auction,
        "Announces a sealed-bid auction; weir auction secret makes key and commit, weir clear --policies lists with.",
        by: [.regulator, .participant],
        .twoPersons,
        required: .auction + [
            (.program, .code), (.vintage, .integer), (.supply, .integer), (.opens, .time), (.closes, .time),
            (.rules, .code), (.key, .digest), (.commit, .digest),
        ],
        optional: [
            (.zone, .code), (.with, .list("POLICY=VALUE")), (.lot, .integer), (.reserve, .decimal), (.hidden, .digest),
            (.tiers, .list("PRICE:QTY")), (.withhold, .list("PRICE:QTY")), (.shares, .list("MEMBER:PERCENT")),
        ]
    )

    package static let openBids = RequestRule(
        .openBids,
        "Releases a closed auction's secret: bids are opened, cleared, published and settled.",
        by: [.regulator, .participant],
        required: .auction + [(.secret, .digest)],
        optional: [(.hidden, .decimal), (.floor, .decimal)]
    )

    package static let callOff = RequestRule(
        .callOff,
        "Calls an auction off; its bids are never opened.",
        by: [.regulator, .participant],
        required: .auction,
        optional: [(.text, .text)]
    )

    package static let classify = RequestRule(
        .classify,
        "Says whether a participant is a covered entity, and with whom it shares its purchase limit.",
        by: .regulator,
        required: [(.member, .code), (.type, .words(BidderKind.self))],
        optional: [(.to, .code)]
    )

    package static let consign = RequestRule(
        .consign,
        "Puts permits into an announced auction, to be sold for you.",
        by: .participant,
        required: .auction + [(.qty, .integer)]
    )

    package static let guarantee = RequestRule(
        .guarantee,
        "Sets the cash that stands behind your bid; 0 frees it when there is no bid.",
        by: .participant,
        required: .auction + [(.amount, .decimal)]
    )

    package static let bid = RequestRule(
        .bid,
        "Places your bid, or replaces it; nonce is 22 to 64 random characters, which seal it.",
        by: .participant,
        required: .auction + [(.steps, .list("PRICE:QTY")), (.nonce, .text)]
    )

    package static let withdrawBid = RequestRule(
        .withdrawBid,
        "Withdraws your bid.",
        by: .participant,
        .takesBack,
        required: .auction
    )

    package static let sealedBid = RequestRule(
        .sealedBid,
        "The sequencer's: a bid as it is kept until the close.",
        by: .participant,
        .fromVenueAlone,
        required: .auction + [(.qty, .integer), (.commit, .digest), (.box, .text)]
    )

    package static let auctions = RequestRule(
        .auctions,
        "The auctions, their terms and where they stand.",
        by: .everyone,
        .inPages,
        optional: .auction
    )

    package static let bids = RequestRule(
        .bids,
        "Your own bid: its quantity and commitment, never its prices.",
        by: .participant,
        required: .auction
    )

    package static let result = RequestRule(
        .result,
        "A cleared auction: its figures, and each price step with what it won and what cut it.",
        by: .everyone,
        required: .auction,
        optional: [(.from, .integer), (.limit, .integer)]
    )
}
