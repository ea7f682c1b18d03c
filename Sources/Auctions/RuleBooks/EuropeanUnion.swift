import Permits

extension RuleBook {
    /// The European Union's primary auctions at EEX: cancelled unless the bids cover the whole volume.
    package static let eu: RuleBook = {
        var book = RuleBook(
            code: "eu",
            title: "EU ETS auctions (EEX)",
            source: "Regulation (EU) No 1031/2010 and its successor 2023/2830, article 7"
        )
        book.lot = Quantity(500)
        book.margin = .draw
        book.underSubscription = .cancel
        book.marketTest = .cancelBelow
        book.rollOver = .spread(auctions: 4, capPercent: nil)
        return book
    }()
}
