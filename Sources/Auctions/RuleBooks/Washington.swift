extension RuleBook {
    /// Washington's quarterly auctions under the Climate Commitment Act.
    package static let washington: RuleBook = {
        var book = RuleBook.wci
        book.code = "washington"
        book.title = "Washington (Climate Commitment Act)"
        book.source = "WAC 173-446-325 to -335"
        book.purchaseLimit = PurchaseLimit(compliancePercent: 10, generalPercent: 4)
        return book
    }()
}
