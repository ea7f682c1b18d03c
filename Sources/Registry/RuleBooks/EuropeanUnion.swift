import Permits

extension ComplianceRules {
    /// The European Union's emissions trading: trusted accounts, EUR 100 for each tonne short, which is still owed.
    ///
    /// Source: Union Registry Regulation, article 35 (transfers) and trusted accounts after four working days; Directive
    /// 2003/87/EC, article 16: 100 euros for each tonne, names published, the tonnes made good in the next year.
    /// Union Registry Regulation (EU) 2019/1122, annex XIII: transactions are published after three years.
    package static let europeanUnion: ComplianceRules = {
        var rules = ComplianceRules(code: "eu", source: "Directive 2003/87/EC; Union Registry Regulation")
        rules.timing = .article35
        rules.trustDays = 4
        rules.penaltyPrice = DecimalNumber(whole: 100)
        rules.penaltyPermits = 1
        rules.publicationDays = 3 * 365 + 1
        rules.unreported = .block
        return rules
    }()
}
