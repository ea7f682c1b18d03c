// Sealed-bid auctions. Nothing of a bid is in settlement before its auction is cleared.

extension PublicTable {
    static let auctions = [
        PublicTable(
            "auctions",
            "Sealed-bid auctions: their terms, and from clearing on their results.",
            key: ["number"],
            time: "closes",
            from: """
                auction JOIN permit_class ON permit_class.id = auction.permit_class
                    JOIN program ON program.id = permit_class.program JOIN currency ON currency.code = auction.currency
                    JOIN member AS seller ON seller.id = auction.seller
                """,
            terms + result
        ),
        PublicTable(
            "auction-steps",
            "The price steps of bids, in the order of entry, once the auction is cleared. Bidders have numbers, not names.",
            key: ["auction", "step"],
            from: """
                auction_step JOIN auction ON auction.id = auction_step.auction AND auction.cleared_seq IS NOT NULL
                    JOIN currency ON currency.code = auction.currency
                """,
            [
                Column.integer("auction", "auction_step.auction", "the auction's number"),
                Column.integer("step", "auction_step.step", "from 1, in the order of entry"),
                Column.integer(
                    "bidder",
                    """
                    DENSE_RANK() OVER (PARTITION BY auction_step.auction ORDER BY (
                                SELECT MIN(step) FROM auction_step AS first
                                WHERE first.auction = auction_step.auction AND first.member = auction_step.member
                            ))
                    """,
                    "a number for each bidder, as in RESULT"
                ),
                Column.money("price", "auction_step.price", "bid for one permit"),
                Column.integer("quantity", "auction_step.quantity", "bid for, permits"),
                Column.integer("won", "auction_step.won", "permits"), Column.currency,
                Column.money("paid", "auction_step.paid", "for what was won"),
            ]
        ),
        PublicTable(
            "auction-cuts",
            "What of a price step was not served, and the rule that took it away.",
            key: ["auction", "step", "n"],
            from: "auction_cut JOIN auction ON auction.id = auction_cut.auction AND auction.cleared_seq IS NOT NULL",
            [
                Column.integer("auction", "auction_cut.auction", "the auction's number"),
                Column.integer("step", "auction_cut.step", "the price step"),
                Column.integer("n", "auction_cut.n", "position within the step"),
                Column.integer("rule", "auction_cut.rule", "the rule's number"),
                Column.text("name", "auction_cut.name", "the rule's name"),
                Column.integer("quantity", "auction_cut.quantity", "permits cut"),
            ]
        ),
    ]

    private static let terms = [
        Column.integer("number", "auction.id", "the auction's number, no other's ever"),
        Column.text("auction", "auction.code", "its code; a later auction may have it again"), Column.permitClass,
        Column.text("unit", "program.unit", "what one permit allows"), Column.currency,
        Column.integer("scale", "currency.scale", "digits after the decimal point of the currency"),
        Column.text("seller", "seller.code", "a regulator issues what is won, others sell what they hold"),
        Column.text("rules", "auction.rules", "the rule book"),
        Column.text("policies", "auction.policies", "what differs from it"),
        Column.integer("lot", "auction.lot", "bids are multiples of it, permits"),
        Column.money("reserve", "auction.reserve", "the public reserve price", optional: true),
        Column.text(
            "tiers",
            "auction.tiers",
            "cost containment: PRICE:QUANTITY, minor units and permits, a space between two"
        ),
        Column.text("withheld", "auction.withheld", "emissions containment: PRICE:QUANTITY", optional: true),
        Column.time("opens", "auction.opens", "when bids are taken"),
        Column.time("closes", "auction.closes", "until when"),
        Column.text("seal_key", "auction.seal_key", "what bids are sealed to, hexadecimal"),
        Column.text("commitment", "auction.commitment", "to the draw, hexadecimal"),
        Column.text("phase", "auction.phase", "how far it is"),
        Column.integer("offered", "auction.offered", "permits on offer"),
        Column.integer("announced_seq", "auction.announced_seq", "the command that announced it"),
    ]

    private static let result = [
        Column.integer("cleared_seq", "auction.cleared_seq", "the command that cleared it", optional: true),
        Column.time("cleared", "auction.cleared_time", "when it was cleared", optional: true),
        Column.money("price", "auction.price", "the clearing price; NULL: nothing was sold", optional: true),
        Column.text("failure", "auction.failure", "why nothing was sold", optional: true),
        Column.integer("initial", "auction.initial", "permits offered before containment", optional: true),
        Column.integer("bid", "auction.bid", "permits bid for, before any limit", optional: true),
        Column.integer("demanded", "auction.demanded", "permits bid for after limits", optional: true),
        Column.integer("sold", "auction.sold", "permits", optional: true),
        Column.money("proceeds", "auction.proceeds", "what winners paid", optional: true),
        Column.integer("bidders", "auction.bidders", "how many", optional: true),
        Column.integer(
            "bidders_compliance",
            "auction.bidders_compliance",
            "covered entities among them",
            optional: true
        ),
        Column.integer("bidders_general", "auction.bidders_general", "others", optional: true),
        Column.integer("winners", "auction.winners", "how many", optional: true),
        Column.integer("successful", "auction.successful", "price steps of which something was served", optional: true),
        Column.money("highest", "auction.highest", "the highest price bid", optional: true),
        Column.money("lowest", "auction.lowest", "the lowest price bid", optional: true),
        Column.money("mean", "auction.mean", "the mean price of permits bid for", optional: true),
        Column.money("winning_mean", "auction.winning_mean", "what winners bid for what they won", optional: true),
        Column.money("median_bid", "auction.median_bid", "the median price step", optional: true),
        Column.money("median_allowance", "auction.median_allowance", "the median permit's price", optional: true),
        Column.integer("hhi", "auction.hhi", "Herfindahl-Hirschman index of the winners, 0 to 10,000", optional: true),
        Column.integer("sold_compliance", "auction.sold_compliance", "permits to covered entities", optional: true),
        Column.integer("sold_general", "auction.sold_general", "permits to others", optional: true),
        Column.integer("unopened", "auction.unopened", "bids that could not be opened", optional: true),
        Column.text("seed", "auction.seed", "of the draw, hexadecimal", optional: true),
    ]
}
