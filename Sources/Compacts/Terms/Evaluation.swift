package import Permits

/// What an agreement is reckoned with at one moment.
package struct Inputs: Sendable {
    /// The figure of each measure; nil while it is not known.
    package var figures: [Figure?]
    /// The score of each party.
    package var standings: [Int64]
    /// What each fund has, in minor units.
    package var balances: [Money]
    /// What came into each fund for the period and was not paid out for it.
    package var rests: [Money]
    /// What the venue's fees have gathered, in minor units.
    package var fees: Money

    package init(figures: [Figure?], standings: [Int64], balances: [Money], rests: [Money], fees: Money) {
        self.figures = figures
        self.standings = standings
        self.balances = balances
        self.rests = rests
        self.fees = fees
    }
}

/// Money that a clause says must move.
package struct Due: Sendable, Equatable {
    package var from: Terms.Place
    package var to: Terms.Place
    package var amount: Money
}

/// Why a clause says nothing for a period.
package enum Undetermined: Error, Sendable, Equatable {
    /// A measure is not known.
    case unmeasured(Code)
    /// No tier says how this much is divided.
    case beyondTiers
    /// A product is too large.
    case tooLarge
}

extension Undetermined {
    /// Why, for people.
    package var text: String {
        switch self {
        case .unmeasured(let name): "\(name) was not measured"
        case .beyondTiers: "no tier says how so much is divided"
        case .tooLarge: "the product is too large"
        }
    }
}

extension Figure {
    /// Money in whole units of its currency; nil if it is too large.
    package init?(minorUnits: Int128, _ currency: Currency) {
        let millionths = (currency.scale..<Figure.scale).reduce(minorUnits) { value, _ in value * 10 }
        guard (0...Int128(Figure.max.millionths)).contains(millionths) else { return nil }
        self.init(millionths: Int64(millionths))
    }
}

extension Terms {
    /// An index, exact.
    /// - Throws: `Undetermined` if a measure is not known.
    package func value(of index: IndexTerms, _ inputs: Inputs) throws(Undetermined) -> ExactNumber {
        var sum: Int128 = 0
        for part in index.parts {
            guard let ratio = try figure(part.measure, inputs).ratio(to: part.baseline) else { throw .tooLarge }
            sum += Int128(part.weight.millionths) * Int128(ratio.millionths) * Int128(index.factor.millionths)
        }
        return ExactNumber(units: sum)
    }

    /// An index if all that it needs is known.
    package func known(_ index: IndexTerms, _ inputs: Inputs) -> ExactNumber? {
        do throws(Undetermined) { return try value(of: index, inputs) } catch { return nil }
    }

    private func figure(_ measure: Int, _ inputs: Inputs) throws(Undetermined) -> Figure {
        guard let figure = inputs.figures[measure] else { throw .unmeasured(measures[measure].name) }
        return figure
    }

    /// Whether a clause's condition holds; without one it does.
    package func applies(_ clause: Clause, _ inputs: Inputs) throws(Undetermined) -> Bool {
        guard let condition = clause.condition else { return true }
        return try condition.holds { subject throws(Undetermined) in
            switch subject {
            case .measure(let measure): ExactNumber(try figure(measure, inputs))
            case .index(let index): try value(of: indices[index], inputs)
            case .standing(let party):
                ExactNumber(Figure(millionths: inputs.standings[party] * Figure.one.millionths))
            }
        }
    }

    /// What a clause moves in a period, in order; empty if nothing.
    ///
    /// - Parameters:
    ///   - clause: one that moves money.
    ///   - period: its place in the schedule.
    ///   - inputs: as they are once the clauses before it have been executed.
    /// - Returns: amounts above 0.
    /// - Throws: `Undetermined` if something that it needs is not known.
    package func dues(of clause: Clause, period: Int, _ inputs: Inputs) throws(Undetermined) -> [Due] {
        switch clause.action {
        case .pay(let payment):
            let amount = try amount(of: payment, period, inputs)
            return amount > .zero ? [Due(from: payment.from, to: payment.to, amount: amount)] : []
        case .split(let split):
            return try shares(of: split, period, inputs).filter { $0.amount > .zero && $0.from != $0.to }
        case .deliver, .issue, .suspend, .expel: return []
        }
    }

    private func amount(of payment: Payment, _ period: Int, _ inputs: Inputs) throws(Undetermined) -> Money {
        switch payment.amount {
        case .fixed(let sums): return sums.of(period)
        case .all:
            return switch payment.from {
            case .fund(let fund): inputs.balances[fund]
            case .fees: inputs.fees
            case .party: .zero
            }
        case .rest:
            guard case .fund(let fund) = payment.from else { return .zero }
            return min(inputs.balances[fund], inputs.rests[fund])
        case .rate(let rate, let measure, let least, let most, let rounding):
            let figure = try figure(measure, inputs)
            let product = Int128(rate.millionths) * Int128(figure.millionths)
            guard product <= Terms.productMax else { throw .tooLarge }
            let units = rounding.quotient(product * minorUnits, by: 1_000_000_000_000)
            guard units <= Int128(Limits.moneyMax.minorUnits) else { throw .tooLarge }
            return min(max(Money(minorUnits: Int64(units)), least ?? .zero), most ?? Limits.moneyMax)
        }
    }

    /// Above this a product is more than any payment, and times 10^4 it still fits 128 bits.
    private static let productMax = Int128(1) << 110

    /// Minor units in one of the currency.
    private var minorUnits: Int128 { (0..<currency.scale).reduce(1) { unit, _ in unit * 10 } }

    private func shares(of split: Split, _ period: Int, _ inputs: Inputs) throws(Undetermined) -> [Due] {
        var total: Int128
        switch split.total {
        case .fixed(let sums): total = Int128(sums.of(period).minorUnits)
        case .measure(let measure):
            // What is divided is whole minor units: a reading's smaller part is nobody's.
            total = Int128(try figure(measure, inputs).millionths) * minorUnits / 1_000_000
        }
        guard total <= Int128(Limits.moneyMax.minorUnits) else { throw .tooLarge }
        var parts = [Int128](repeating: 0, count: split.ends.count)
        var below: Int128 = 0
        for tier in split.tiers {
            let top = try bound(of: tier, inputs).map { max($0, below) } ?? total
            let inTier = max(0, min(total, top) - below)
            var left = inTier
            for (end, share) in tier.shares.enumerated() {
                let part = inTier * Int128(share) / 100_000_000
                parts[end] += part
                left -= part
            }
            parts[tier.rest] += left
            below = max(below, top)
        }
        guard total <= below else { throw .beyondTiers }
        return split.ends.indices.map { index in
            let money = Money(minorUnits: Int64(parts[index]))
            return split.isPaidOut
                ? Due(from: split.hub, to: split.ends[index], amount: money)
                : Due(from: split.ends[index], to: split.hub, amount: money)
        }
    }

    /// Where a tier ends, in minor units, rounded half up; nil if nowhere.
    private func bound(of tier: Split.Tier, _ inputs: Inputs) throws(Undetermined) -> Int128? {
        guard let upTo = tier.upTo else { return nil }
        guard let indexed = tier.indexed else {
            return Rounding.half.quotient(Int128(upTo.millionths) * minorUnits, by: 1_000_000)
        }
        let figure = try figure(indexed.measure, inputs)
        let product = Int128(upTo.millionths) * Int128(figure.millionths)
        guard product <= Terms.productMax else { throw .tooLarge }
        return Rounding.half.quotient(product * minorUnits, by: Int128(indexed.base.millionths) * 1_000_000)
    }

    /// Every measure that is needed to settle a period.
    package func measuresNeeded(in period: Int) -> [Int] {
        var needed: Set<Int> = []
        for clause in clauses
        where clause.moment == .due && clause.selector.includes(period, of: schedule.periods.count) {
            needed.formUnion(measuresUsed(by: clause.action))
            for subject in clause.condition?.subjects ?? [] {
                switch subject {
                case .measure(let measure): needed.insert(measure)
                case .index(let index): needed.formUnion(indices[index].parts.map(\.measure))
                case .standing: break
                }
            }
        }
        return needed.sorted()
    }

    /// The clauses of a period and moment, by their places, in order.
    package func clauses(in period: Int, at moment: Clause.Moment) -> [Int] {
        clauses.indices.filter {
            clauses[$0].moment == moment && clauses[$0].selector.includes(period, of: schedule.periods.count)
        }
    }
}

extension [Money] {
    /// The sum for a period: one for each, or one for all.
    package func of(_ period: Int) -> Money { count == 1 ? self[0] : self[period] }
}
