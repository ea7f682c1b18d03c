package import Permits

/// The rule book of a program: how use is covered, what a shortfall costs, when transfers execute, how much one may hold.
///
/// Each real program's book is a file in `RuleBooks`; `PROGRAM … with=` changes single policies.
package struct ComplianceRules: Sendable, Equatable {
    package var code: String
    /// Which regulation or market the book follows.
    package var source: String
    /// When transfers off the exchange execute.
    package var timing = TransferTiming.atOnce
    /// How many working days pass until an account is trusted.
    package var trustDays = 0
    /// Whether the newest vintage is surrendered first; otherwise the oldest.
    package var newestFirst = false
    /// How much of an obligation permits of earlier vintages may cover; nil for all of it.
    package var banking: Percent?
    /// How much of an obligation permits of later vintages may cover.
    package var borrowing = Percent.zero
    /// How much of an obligation offsets may cover.
    package var offsets = Percent.zero
    /// How much of the permits owed as a penalty offsets may cover.
    package var penaltyOffsets = Percent.zero
    /// Whether a firm's surplus at one facility covers its others; otherwise each facility stands alone.
    package var entityLevel = false
    /// Money for each permit short, in the program's currency.
    package var penaltyPrice = DecimalNumber.zero
    /// Money for each permit short, in multiples of the market's reference price.
    package var penaltyTimes: Int64 = 0
    /// Permits owed for each permit short.
    package var penaltyPermits: Int64 = 0
    /// Whether permits owed are taken from the next allocation; otherwise they are due at the next deadline.
    package var deducts = false
    /// What counts as the use of a year of which nothing is verified at its deadline.
    package var unreported = MissingReport.zero
    /// Whether holdings are limited by the formula of California.
    package var tieredHolding = false
    /// At which share of a holding limit the regulator is told, in per cent.
    package var alertHolding: Int64 = 90
    /// At which share of the price band's half width the regulator is told, in per cent.
    package var alertMove: Int64 = 50

    /// After how many days everyone may know between whom permits moved; nil for never.
    package var publicationDays: Int64?

    /// All books, by name.
    package static let all: [ComplianceRules] = [
        .plain, .europeanUnion, .westernClimateInitiative, .acidRainProgram, .regionalGreenhouseGasInitiative, .china,
    ]

    /// No rules beyond caps: transfers at once, all banking, a shortfall is only published.
    package static let plain = ComplianceRules(code: "plain", source: "none")

    /// A book with other policies in it: `penalty-permits=3,offsets=5`.
    /// - Throws: `badValue` if there is no such book, policy or value.
    package static func composed(_ name: String, _ policies: String) throws(RejectCode) -> ComplianceRules {
        guard var rules = all.first(where: { $0.code == name }) else { throw .badValue }
        for policy in policies.split(separator: ",") {
            let parts = policy.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { throw .badValue }
            try rules.set(String(parts[0]), to: String(parts[1]))
        }
        return rules
    }

    /// The highest holding that the formula of California allows under a cap.
    ///
    /// Source: 17 CCR 95920(d): 0.1 × 25,000,000 + 0.025 × (cap − 25,000,000); a smaller cap gives a tenth of it.
    package static func tieredLimit(cap: Quantity) -> Quantity {
        let base = min(cap.units, 25_000_000)
        return Quantity((base * 4 + (cap.units - base)) / 40)
    }
}

/// What counts as the use of a year of which nothing is verified at its deadline.
package enum MissingReport: Spelling, Word {
    /// Nothing; the regulator is alerted.
    case zero
    /// The highest verified use of an earlier year, an estimate that is not in the owner's favour (17 CCR 95131(c)(5): an assigned
    /// emissions level; Monitoring Regulation (EU) 2018/2066, article 70).
    case highest
    /// Nothing, but the owner's accounts are frozen until the regulator readmits it (Union Registry: accounts of operators without
    /// verified emissions are blocked).
    case block
}

extension ComplianceRules {
    /// The policies with their values, as `with=` takes them.
    package var policies: [(name: String, value: String)] {
        [
            ("transfer", timing.text), ("trust", "\(trustDays)"), ("order", newestFirst ? "newest" : "oldest"),
            ("banking", banking?.text ?? "all"), ("borrowing", borrowing.text), ("offsets", offsets.text),
            ("penalty-offsets", penaltyOffsets.text), ("level", entityLevel ? "entity" : "facility"),
            ("penalty-price", penaltyPrice.description), ("penalty-times", "\(penaltyTimes)"),
            ("penalty-permits", "\(penaltyPermits)"), ("remedy", deducts ? "next-allocation" : "next-deadline"),
            ("unreported", unreported.text), ("holding", tieredHolding ? "tiered" : "by-vintage"),
            ("alert-holding", "\(alertHolding)"),
            ("alert-move", "\(alertMove)"), ("publication", publicationDays.map { "\($0)" } ?? "never"),
        ]
    }

    /// Whether what happened at `time` is public at `now`.
    package func isPublished(_ time: Timestamp, at now: Timestamp) -> Bool {
        publicationDays.map { time.adding(microseconds: $0 * Timestamp.microsecondsPerDay) <= now } ?? false
    }

    private mutating func set(_ name: String, to value: String) throws(RejectCode) {
        switch name {
        case "transfer":
            guard let timing = TransferTiming.allCases.first(where: { $0.text == value }) else { throw .badValue }
            self.timing = timing
        case "trust": trustDays = Int(try ComplianceRules.number(value, max: 100))
        case "order": newestFirst = try ComplianceRules.choice(value, "newest", "oldest")
        case "banking": banking = value == "all" ? nil : try ComplianceRules.percent(value)
        case "borrowing": borrowing = try ComplianceRules.percent(value)
        case "offsets": offsets = try ComplianceRules.percent(value)
        case "penalty-offsets": penaltyOffsets = try ComplianceRules.percent(value)
        case "level": entityLevel = try ComplianceRules.choice(value, "entity", "facility")
        case "penalty-price": penaltyPrice = try ComplianceRules.decimal(value)
        case "penalty-times": penaltyTimes = try ComplianceRules.number(value, max: 100)
        case "penalty-permits": penaltyPermits = try ComplianceRules.number(value, max: 100)
        case "remedy": deducts = try ComplianceRules.choice(value, "next-allocation", "next-deadline")
        case "unreported":
            guard let rule = MissingReport.allCases.first(where: { $0.text == value }) else { throw .badValue }
            unreported = rule
        case "holding": tieredHolding = try ComplianceRules.choice(value, "tiered", "by-vintage")
        case "alert-holding": alertHolding = try ComplianceRules.number(value, max: 100)
        case "alert-move": alertMove = try ComplianceRules.number(value, max: 100)
        case "publication": publicationDays = value == "never" ? nil : try ComplianceRules.number(value, max: 36_525)
        default: throw .badValue
        }
    }

    private static func choice(_ value: String, _ yes: String, _ no: String) throws(RejectCode) -> Bool {
        guard value == yes || value == no else { throw .badValue }
        return value == yes
    }

    private static func number(_ value: String, max: Int64) throws(RejectCode) -> Int64 {
        guard let number = Int64(value), (0...max).contains(number) else { throw .badValue }
        return number
    }

    private static func decimal(_ value: String) throws(RejectCode) -> DecimalNumber {
        let bytes = Array(value.utf8)
        let number = try DecimalNumber(bytes.span)
        guard number.digits >= 0, number.digits <= Limits.priceMax.minorUnits, number.fractionCount <= 2 else {
            throw .badValue
        }
        return number
    }

    private static func percent(_ value: String) throws(RejectCode) -> Percent {
        let percent = Percent(hundredths: try decimal(value).scaled(to: 2))
        guard percent <= .whole else { throw .badValue }
        return percent
    }
}
