import Permits

extension RuleBook {
    /// The United Kingdom's auctions at ICE: partial clearing, and unsold volume spread over the next four auctions.
    package static let uk: RuleBook = {
        var book = RuleBook(
            code: "uk",
            title: "UK ETS auctions (ICE)",
            source:
                "The Greenhouse Gas Emissions Trading Scheme Auctioning Regulations 2021, regulations 6 and 7, as amended"
        )
        book.lot = Quantity(500)
        book.margin = .draw
        book.underSubscription = .sellAtLowestBid
        book.marketTest = .excludeBelow
        book.rollOver = .spread(auctions: 4, capPercent: 125)
        return book
    }()
}
