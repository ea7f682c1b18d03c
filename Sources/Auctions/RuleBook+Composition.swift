package import Permits

// A rule book from another and a choice of policies.

extension RuleBook {
    /// The policies that `set` knows, with their values.
    package static let policies: [(name: String, values: String)] = [
        ("lot", "N"),
        ("pricing", Pricing.allCases.map(\.text).joined(separator: "|")),
        ("margin", "draw|time|pro-rata|pro-rata:MINIMUM|pro-rata-by-permit"),
        ("under-subscription", UnderSubscription.allCases.map(\.text).joined(separator: "|")),
        ("market-test", MarketTest.allCases.map(\.text).joined(separator: "|")),
        ("roll-over", "none|hold|next|within-year|give-back|spread:AUCTIONS|spread:AUCTIONS:CAP-PER-CENT"),
        ("compliance-limit", "PER-CENT|none"),
        ("general-limit", "PER-CENT|none"),
        ("holding-limit", "yes|no"),
        ("guarantee", GuaranteeRule.allCases.map(\.text).joined(separator: "|")),
        ("one-step", "yes|no"),
        ("consigned-first", "yes|no"),
        ("names-bidders", "yes|no"),
    ]

    /// Replaces one policy.
    /// - Throws: `unknownKey` if there is no such policy, `badValue` if it has no such value.
    package mutating func set(_ policy: String, to value: String) throws(RejectCode) {
        switch policy {
        case "lot": lot = Quantity(try RuleBook.number(value, atLeast: 1))
        case "pricing": pricing = try RuleBook.word(value)
        case "margin": margin = try RuleBook.margin(value)
        case "under-subscription": underSubscription = try RuleBook.word(value)
        case "market-test": marketTest = try RuleBook.word(value)
        case "roll-over": rollOver = try RuleBook.rollOver(value)
        case "compliance-limit": purchaseLimit.compliancePercent = try RuleBook.percent(value)
        case "general-limit": purchaseLimit.generalPercent = try RuleBook.percent(value)
        case "holding-limit": holdingLimit = try RuleBook.flag(value)
        case "guarantee": guarantee = try RuleBook.word(value)
        case "one-step": oneStepEach = try RuleBook.flag(value)
        case "consigned-first": consignedFirst = try RuleBook.flag(value)
        case "names-bidders": namesBidders = try RuleBook.flag(value)
        default: throw .unknownKey
        }
    }

    private static func word<W: Word>(_ value: String) throws(RejectCode) -> W {
        guard let word = W.allCases.first(where: { $0.text == value }) else { throw .badValue }
        return word
    }

    private static func flag(_ value: String) throws(RejectCode) -> Bool {
        switch value {
        case "yes": true
        case "no": false
        default: throw .badValue
        }
    }

    private static func number(_ value: some StringProtocol, atLeast least: Int64) throws(RejectCode) -> Int64 {
        guard let number = Int64(value), number >= least, number <= Limits.quantityMax.units else { throw .badValue }
        return number
    }

    private static func percent(_ value: String) throws(RejectCode) -> Int64? {
        if value == "none" { return nil }
        let percent = try number(value, atLeast: 0)
        guard percent <= 100 else { throw .badValue }
        return percent
    }

    private static func margin(_ value: String) throws(RejectCode) -> MarginRanking {
        let parts = value.split(separator: ":", omittingEmptySubsequences: false)
        switch (parts[0], parts.count) {
        case ("draw", 1): return .draw
        case ("time", 1): return .time
        case ("pro-rata-by-permit", 1): return .proRataByPermit
        case ("pro-rata", 1): return .proRata(minimumFill: nil)
        case ("pro-rata", 2): return .proRata(minimumFill: Quantity(try number(parts[1], atLeast: 1)))
        default: throw .badValue
        }
    }

    private static func rollOver(_ value: String) throws(RejectCode) -> RollOver {
        let parts = value.split(separator: ":", omittingEmptySubsequences: false)
        switch (parts[0], parts.count) {
        case ("none", 1): return .none
        case ("hold", 1): return .hold
        case ("next", 1): return .nextAuction
        case ("within-year", 1): return .withinYear
        case ("give-back", 1): return .giveBack
        case ("spread", 2): return .spread(auctions: Int(try number(parts[1], atLeast: 1)), capPercent: nil)
        case ("spread", 3):
            return .spread(
                auctions: Int(try number(parts[1], atLeast: 1)),
                capPercent: try number(parts[2], atLeast: 100)
            )
        default: throw .badValue
        }
    }
}
