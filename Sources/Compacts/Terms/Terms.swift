package import Permits
package import Registry
package import Seals

/// What the parties of an agreement have promised, read from its exact text.
///
/// An agreement is one text: a line a clause, `word key=value …`, as `ops/compacts/README.md` explains. Whatever is
/// executed follows from it, from readings and from dates, and from nothing else.
package struct Terms: Sendable {
    /// What kind of agreement it is: which clauses it must have.
    package enum Kind: Spelling, Word {
        /// Permits or a permanent right for money.
        case sale
        /// Payments whose direction follows a measured quality.
        case compensation
        /// A revenue that is divided.
        case revenueShare = "revenue-share"
        /// Contributions into an account that pays for stated purposes.
        case fund
        /// Permits for verified saving that the investor paid for.
        case saving
        /// Payments for verified results.
        case service
        /// A deposit that verified results win back.
        case deposit
        /// A regulator's evaluation of its members, and what follows from it.
        case evaluation
    }

    /// Who takes part.
    package struct Party: Sendable {
        package var name: Code
        package var member: Code
        /// Whether it promises anything, and so must sign; a monitor only measures and decides.
        package var signs: Bool
    }

    /// Where money comes from or goes to.
    package enum Place: Hashable, Sendable {
        /// A party, by its place in `parties`.
        case party(Int)
        /// An account of the agreement, by its place in `funds`.
        case fund(Int)
        /// The venue's fees.
        case fees
    }

    /// An account of the agreement.
    package struct Fund: Sendable {
        package var name: Code
        /// Who may spend from it, for its purposes alone; nil: the terms alone pay.
        package var manager: Int?
        /// Who gets what is left at the agreement's end.
        package var rest: Int
        /// If it is a bond: what secures it.
        package var bond: Bond?
    }

    /// What a party puts up at the beginning, and loses when it breaks a promise.
    ///
    /// Source: performance bonds in Sterner's matrix of instruments.
    package struct Bond: Sendable {
        package var from: Int
        /// Minor units.
        package var amount: Money
        /// From which score on `reduced` is enough; nil: the amount is always due.
        package var standing: Int64?
        package var reduced: Money
    }

    /// What a fund may be spent on.
    package struct Purpose: Sendable {
        package var name: Code
        package var fund: Int
        /// The members that may be paid.
        package var payees: [Code]
        /// The most over the whole term; nil: what the fund has.
        package var most: Money?
    }

    /// What a party must show before it may enter.
    package struct Entry: Sendable {
        package var party: Int
        /// The least score.
        package var standing: Int64?
        /// The least free money.
        package var funds: Money?
    }

    /// Something a party must have done by a date.
    package struct Task: Sendable {
        package var name: Code
        package var owner: Int
        /// The last moment.
        package var due: Timestamp
        /// Who says that it is done; nil: the owner.
        package var confirmer: Int?
        /// What its bond loses if it is not done when the time to cure is over.
        package var forfeit: Money?
        package var text: String
    }

    /// What follows when a claim is not paid within its time.
    package struct Breach: Sendable {
        /// What the debtor owes on top, of what is still open.
        package var penalty = Percent.zero
        /// Whether the agreement ends.
        package var ends = false
    }

    /// How a party may leave alone.
    package struct Exit: Sendable {
        package var party: Int
        package var noticeDays: Int64
    }

    package var kind: Kind
    package var title: String
    package var currency: Currency
    package var schedule: Schedule
    package var parties: [Party] = []
    package var funds: [Fund] = []
    package var measures: [MeasureTerms] = []
    package var indices: [IndexTerms] = []
    package var purposes: [Purpose] = []
    /// What moves money and permits, in the order in which it is executed.
    package var clauses: [Clause] = []
    package var entries: [Entry] = []
    package var tasks: [Task] = []
    package var breach = Breach()
    package var exits: [Exit] = []
    /// The exact text.
    package let text: String
    /// SHA-256 of the text: what the parties sign.
    package let digest: Digest

    init(kind: Kind, title: String, currency: Currency, schedule: Schedule, text: String) {
        self.kind = kind
        self.title = title
        self.currency = currency
        self.schedule = schedule
        self.text = text
        digest = SHA256.digest(of: Array(text.utf8))
    }

    /// The most bytes of a text.
    package static let bytesMax = 32_768
    /// The most lines of one word, such as `pay`.
    package static let linesOfWordMax = 100
    /// The most payments and deliveries that all clauses make in all periods.
    package static let movesMax = 20_000
    /// The most of them in one period: they are made together.
    package static let movesOfPeriodMax = 500
    /// The most samples of all measures in a period.
    package static let samplesMax = 1_000

    /// The parties that a member is.
    package func parties(of member: Code) -> [Int] { parties.indices.filter { parties[$0].member == member } }

    /// The members that must sign, each once, in order.
    package var signatories: [Code] {
        var members: [Code] = []
        for party in parties where party.signs && !members.contains(party.member) { members.append(party.member) }
        return members
    }

    /// Every member that is named as a party or monitor, each once, in order.
    package var members: [Code] {
        var members: [Code] = []
        for party in parties where !members.contains(party.member) { members.append(party.member) }
        return members
    }

    /// A place's name in the text.
    package func name(of place: Place) -> Code {
        switch place {
        case .party(let index): parties[index].name
        case .fund(let index): funds[index].name
        case .fees: Terms.feesName
        }
    }

    /// The name of the venue's fees in a text.
    static let feesName = Code("fees") ?? .none
}

/// A figure that the agreement goes by: who measures it, or what in the registry says it.
package struct MeasureTerms: Sendable {
    /// Where it comes from.
    package enum Source: Sendable, Equatable {
        /// Readings of one sampler, or of two that sample together.
        case readings(Sampling)
        /// What is verified of a facility for the year in which the period begins.
        case facility(Code, Measure)
        /// What the auctions of a program brought its regulator in the period.
        case proceeds(program: Code)
        /// What an account holds when the period is settled.
        case balance(Terms.Place)
        /// What came into a fund for the period: by its clauses so far, and as gifts while it lasted.
        case received(fund: Int)
    }

    /// Who samples, and what counts when two disagree.
    package struct Sampling: Sendable, Equatable {
        package var first: Int
        package var second: Int?
        package var rule: DisagreementRule
        /// How far apart two readings may be, as a share of the higher one, to count as agreeing; then their mean counts.
        package var tolerance: Percent
        /// Who decides what is in dispute.
        package var arbiter: Int?
        /// How many samples a period has; their mean counts.
        package var samples: Int64
        /// What counts if nobody reports; nil: it is awaited.
        package var otherwise: Figure?
    }

    package var name: Code
    package var source: Source
    package var unit: String
}

/// A weighted sum of measures, each over its baseline, times a factor.
///
/// P = k0 × Σ ki × (Ci ÷ Ci0). Each ratio is rounded half up to six decimals; from there on the index is exact.
/// Source: the Xin'anjiang compensation agreements, index P of the section at Jiekou.
package struct IndexTerms: Sendable {
    /// One summand.
    package struct Part: Sendable, Equatable {
        /// Its place in `measures`.
        package var measure: Int
        package var weight: Figure
        package var baseline: Figure
    }

    package var name: Code
    package var factor: Figure
    package var parts: [Part]
}

/// A clause that moves money or permits, or bars a member.
package struct Clause: Sendable {
    /// When in a period.
    package enum Moment: Spelling, Word {
        /// With its first day.
        case start
        /// When it is settled.
        case due
    }

    /// Which periods.
    package enum Selector: Sendable, Equatable {
        case every, first, last
        /// By its place.
        case one(Int)

        /// Whether it means the period at a place.
        func includes(_ index: Int, of count: Int) -> Bool {
            switch self {
            case .every: true
            case .first: index == 0
            case .last: index == count - 1
            case .one(let one): index == one
            }
        }
    }

    package var name: Code
    package var moment: Moment
    package var selector: Selector
    package var condition: Condition<ClauseSubject>?
    package var action: Action

    /// What it does.
    package enum Action: Sendable {
        case pay(Payment)
        case split(Split)
        case deliver(DeliveryTerms)
        case issue(IssueTerms)
        case suspend(SuspensionTerms)
        case expel(ExpulsionTerms)
    }
}

/// A payment from one place to another.
package struct Payment: Sendable {
    /// How much.
    package enum Amount: Sendable {
        /// A sum for each period, or one for all, in minor units.
        case fixed([Money])
        /// All that the fund has.
        case all
        /// What came into the fund for the period and was not paid out for it, as far as it is still there.
        case rest
        /// Money for each unit of a measure, within bounds; `rate` is in whole currency units.
        case rate(Figure, measure: Int, least: Money?, most: Money?, Rounding)
    }

    package var from: Terms.Place
    package var to: Terms.Place
    package var amount: Amount
}

/// A revenue or a total that is divided by shares, in tiers.
///
/// Shares are rounded down to the minor unit; what that leaves goes to `rest`.
/// Source: KRS 79.325 (Louisville and Jefferson County), whose shares change above the base year's collections.
package struct Split: Sendable {
    /// What is divided.
    package enum Total: Sendable {
        /// A measure, in whole currency units.
        case measure(Int)
        /// A sum for each period, or one for all.
        case fixed([Money])
    }

    /// Shares of what lies above the tier before and not above `upTo`.
    package struct Tier: Sendable {
        /// The highest amount, in whole currency units; nil: any.
        package var upTo: Figure?
        /// What moves `upTo`: it is multiplied by this measure and divided by the base.
        package var indexed: (measure: Int, base: Figure)?
        /// In millionths of a per cent, one for each of `ends`; they sum to 100 per cent.
        package var shares: [Int64]
        /// Who gets what rounding leaves: a place in `ends`.
        package var rest: Int
    }

    package var total: Total
    /// Who has the total and pays each end its share, or who gets a share from each.
    package var hub: Terms.Place
    /// Whether the hub pays.
    package var isPaidOut: Bool
    /// The ends, those of every tier.
    package var ends: [Terms.Place]
    package var tiers: [Tier]
}

/// Permits against money, or for nothing.
package struct DeliveryTerms: Sendable {
    package var from: Int
    package var to: Int
    package var permits: ClassName
    /// Permits in each period, or in all.
    package var quantities: [Quantity]
    /// What is paid for them in each period, or in all; nothing if they are given.
    package var totals: [Money]

    /// Permits in a period.
    package func quantity(in period: Int) -> Quantity { quantities.count == 1 ? quantities[0] : quantities[period] }
}

/// Permits that verified saving creates.
///
/// Source: Ningxia and Inner Mongolia, where firms pay to line canals and get the water that is saved.
package struct IssueTerms: Sendable {
    package var to: Int
    /// The program's regulator.
    package var regulator: Int
    package var permits: ClassName
    /// Whose verified saving.
    package var facility: Code
    /// Permits for one unit saved.
    package var factor: Figure
}

/// A suspension from a program.
package struct SuspensionTerms: Sendable {
    package var party: Int
    package var regulator: Int
    package var program: Code
    package var days: Int64
}

/// The expulsion of a party: its condition is the finding, then the others vote.
///
/// The agreement goes on among them.
/// Source: UN Charter, article 6: a member that has persistently violated its principles may be expelled by the others.
package struct ExpulsionTerms: Sendable {
    package var party: Int
    /// How many of the other members that have signed must be for it; nil: all of them.
    ///
    /// With 0 the finding is enough.
    package var votes: Int64?
}
