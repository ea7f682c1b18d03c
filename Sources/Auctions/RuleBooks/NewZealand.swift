import Permits

extension RuleBook {
    /// New Zealand's auctions, with a public price floor and a confidential reserve price below which nothing is sold.
    package static let newZealand: RuleBook = {
        var book = RuleBook(
            code: "new-zealand",
            title: "New Zealand ETS auctions",
            source: "Climate Change (Auctions, Limits, and Price Controls for Units) Regulations 2020"
        )
        book.lot = Quantity(500)
        book.margin = .draw
        book.underSubscription = .sellAtLowestBid
        book.rollOver = .withinYear
        book.guarantee = .reject
        return book
    }()
}
