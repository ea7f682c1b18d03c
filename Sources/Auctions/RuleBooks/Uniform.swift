extension RuleBook {
    /// A plain single-round sealed-bid auction at one price.
    package static let uniform = RuleBook(
        code: "uniform",
        title: "Plain uniform price",
        source: "the textbook: the price at which the bids, highest first, use up the supply"
    )
}
