import Permits

extension RuleBook {
    /// The Regional Greenhouse Gas Initiative, with its cost and emissions containment reserves.
    package static let rggi: RuleBook = {
        var book = RuleBook(
            code: "rggi",
            title: "Regional Greenhouse Gas Initiative (RGGI)",
            source: "RGGI Model Rule XX-9 and the auction notices"
        )
        book.lot = Quantity(1000)
        book.margin = .draw
        book.underSubscription = .sellAtReserve
        book.purchaseLimit = PurchaseLimit(compliancePercent: 25, generalPercent: 25)
        book.guarantee = .reject
        book.rollOver = .hold
        return book
    }()
}
