import Permits

extension ComplianceRules {
    /// China's national market: what is bought moves on the next working day, offsets (CCER) of 5 %, a fine of five times the
    /// market price for each tonne short, which is deducted from the next allocation.
    ///
    /// Source: Interim Regulation on the Administration of Carbon Emission Trading, 2024; its multiple (five to ten) and the share
    /// of offsets are unconfirmed.
    package static let china: ComplianceRules = {
        var rules = ComplianceRules(code: "china", source: "Interim Regulation on Carbon Emission Trading, 2024")
        rules.timing = .nextWorkingDay
        rules.offsets = Percent(hundredths: 500)
        rules.entityLevel = true
        rules.penaltyTimes = 5
        rules.penaltyPermits = 1
        rules.deducts = true
        rules.unreported = .highest
        return rules
    }()
}
