import Permits

extension ComplianceRules {
    /// The Acid Rain Program of the United States: each source on its own; a shortfall is deducted from the next allocation
    /// and costs 2,000 dollars a ton (unindexed).
    ///
    /// Source: Clean Air Act, section 411; compliance at the level of the source.
    package static let acidRainProgram: ComplianceRules = {
        var rules = ComplianceRules(code: "epa", source: "Clean Air Act, section 411")
        rules.penaltyPrice = DecimalNumber(whole: 2000)
        rules.penaltyPermits = 1
        rules.deducts = true
        rules.unreported = .highest
        return rules
    }()
}
