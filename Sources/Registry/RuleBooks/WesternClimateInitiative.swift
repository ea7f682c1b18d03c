import Permits

extension ComplianceRules {
    /// California and Québec: four permits for each one short, at least three quarters of them allowances; offsets of 6 %;
    /// one holding limit for current and past vintages by formula, one for each future vintage.
    ///
    /// Source: California's cap-and-trade regulation, 17 CCR 95801 and following; 95920 for holding limits.
    package static let westernClimateInitiative: ComplianceRules = {
        var rules = ComplianceRules(code: "wci", source: "17 CCR 95801-96022")
        rules.offsets = Percent(hundredths: 600)
        rules.penaltyOffsets = Percent(hundredths: 2500)
        rules.entityLevel = true
        rules.penaltyPermits = 4
        rules.tieredHolding = true
        rules.unreported = .highest
        return rules
    }()
}
