import Permits

extension ComplianceRules {
    /// The Regional Greenhouse Gas Initiative: three permits for each one short, offsets of 3.3 %.
    ///
    /// Source: the RGGI Model Rule; the multiple of three is unconfirmed, and offsets end with 2027.
    package static let regionalGreenhouseGasInitiative: ComplianceRules = {
        var rules = ComplianceRules(code: "rggi", source: "RGGI Model Rule")
        rules.offsets = Percent(hundredths: 330)
        rules.penaltyPermits = 3
        rules.unreported = .highest
        return rules
    }()
}
