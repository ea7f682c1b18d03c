import Permits

extension RuleBook {
    /// Korea's auctions at the Korea Exchange: one bid a participant, the earlier first.
    package static let korea: RuleBook = {
        var book = RuleBook(
            code: "korea",
            title: "Korea ETS auctions (KRX)",
            source:
                "KRX Emission Allowances Market Regulations; Act on the Allocation and Trading of Greenhouse-Gas Emission Permits"
        )
        book.lot = Quantity(100)
        book.margin = .time
        book.underSubscription = .sellAtLowestBid
        book.oneStepEach = true
        book.purchaseLimit = PurchaseLimit(compliancePercent: 15, generalPercent: 15)
        book.rollOver = .nextAuction
        return book
    }()
}
