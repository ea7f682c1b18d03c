import Permits

extension RuleBook {
    /// The SO2 auctions of the US Acid Rain Program: everyone pays its own bid, and every bid is published.
    package static let epa: RuleBook = {
        var book = RuleBook(
            code: "epa",
            title: "US EPA SO2 allowance auctions (Acid Rain Program)",
            source: "40 CFR 73.70 and 73.71"
        )
        book.pricing = .payAsBid
        book.margin = .draw
        book.underSubscription = .sellAtLowestBid
        book.rollOver = .giveBack
        book.namesBidders = true
        return book
    }()
}
