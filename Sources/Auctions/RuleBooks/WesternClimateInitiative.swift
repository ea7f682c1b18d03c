import Permits

extension RuleBook {
    /// California's and Québec's joint current auction.
    package static let wci: RuleBook = {
        var book = RuleBook(
            code: "wci",
            title: "California and Québec, current auction (WCI)",
            source: "17 CCR 95911, 95912, 95920; Québec Q-2, r. 46.1, s. 52"
        )
        book.lot = Quantity(1000)
        book.margin = .proRataByPermit
        book.underSubscription = .sellAtReserve
        book.purchaseLimit = PurchaseLimit(compliancePercent: 25, generalPercent: 4)
        book.holdingLimit = true
        book.guarantee = .reevaluateLower
        book.consignedFirst = true
        book.rollOver = .hold
        return book
    }()

    /// California's and Québec's joint advance auction, of permits for three years ahead.
    package static let wciAdvance: RuleBook = {
        var book = wci
        book.code = "wci-advance"
        book.title = "California and Québec, advance auction (WCI)"
        book.purchaseLimit = PurchaseLimit(compliancePercent: 25, generalPercent: 25)
        return book
    }()
}
