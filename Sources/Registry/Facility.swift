package import Permits
package import Seals

/// An installation of a member whose use of a program's permits is measured; it has a compliance account.
package struct Facility: Sendable {
    package let code: Code
    package let program: ProgramID
    package internal(set) var zone: Code
    package internal(set) var name: String
    package internal(set) var member: MemberID
    package var isClosed = false
    /// Who measures; nil until the regulator appoints one.
    package var monitoring: Monitoring?
    /// Those that were not corrected, oldest first.
    package private(set) var reports: [Report] = []
    /// By period, ascending.
    package var obligations: [Obligation] = []
    /// Permits owed on top of the next deadline's use: penalties, and use that was corrected upwards too late.
    package var owed = Quantity.zero
    /// The part of `owed` that is penalty.
    package var owedAsPenalty = Quantity.zero
    /// Permits that the next deadline needs less: surrendered too much, or use corrected downwards too late.
    package var credit = Quantity.zero
    /// What was surrendered above the limits of a settled period: it counts for the next one, within its limits.
    package var carried = SurrenderTally()
    /// Permits that the next allocation gives up.
    package var deduction = Quantity.zero
    /// Verified saving for which permits were issued.
    package var savingUsed = Quantity.zero

    package init(code: Code, program: ProgramID, zone: Code, name: String, member: MemberID) {
        self.code = code
        self.program = program
        self.zone = zone
        self.name = name
        self.member = member
    }
}

/// What a report measures.
package enum Measure: Spelling, Word {
    /// Emissions or water use: what permits must cover.
    case use
    /// What was saved, such as water by lining a canal: what permits may be issued for.
    case saving
}

/// A verified quantity of one period.
package struct Report: Sendable {
    package var time: Timestamp
    /// The year.
    package var period: Int64
    package var measure: Measure
    package var quantity: Quantity
    package var verifier: MemberID
    /// Whether the regulator determined it; then it stands above what verifiers say.
    package var isDetermination: Bool
    /// SHA-256 of the evidence, which the verifier keeps.
    package var evidence: Digest

    package init(
        time: Timestamp,
        period: Int64,
        measure: Measure,
        quantity: Quantity,
        verifier: MemberID,
        isDetermination: Bool,
        evidence: Digest
    ) {
        self.time = time
        self.period = period
        self.measure = measure
        self.quantity = quantity
        self.verifier = verifier
        self.isDetermination = isDetermination
        self.evidence = evidence
    }
}

/// What counts when two verifiers disagree by more than the tolerance.
package enum DisagreementRule: Spelling, Word {
    case mean, higher, lower
    /// Nothing, until the regulator determines it.
    case dispute
}

/// Who measures a facility: one verifier, or two together.
///
/// Source: joint monitoring of the Xin'an river by both provinces, which sample together.
package struct Monitoring: Sendable, Equatable {
    package var verifier: MemberID
    package var second: MemberID?
    package var rule: DisagreementRule
    /// How far apart two readings may be, as a share of the higher one, to count as agreeing; then their mean counts.
    package var tolerance: Percent

    package init(verifier: MemberID, second: MemberID?, rule: DisagreementRule, tolerance: Percent) {
        self.verifier = verifier
        self.second = second
        self.rule = rule
        self.tolerance = tolerance
    }

    /// What two readings come to, the mean rounded up; nil if they are in dispute.
    package func agreed(_ a: Quantity, _ b: Quantity) -> Quantity? {
        let (low, high) = (min(a, b), max(a, b))
        let mean = Quantity(low.units + (high.units - low.units + 1) / 2)
        guard high - low > tolerance.shareRoundedDown(of: high) else { return mean }
        switch rule {
        case .mean: return mean
        case .higher: return high
        case .lower: return low
        case .dispute: return nil
        }
    }
}

extension Facility {
    /// Takes a report, in the place of the one that it corrects: the same verifier's of the same year and measure.
    package mutating func take(_ report: Report) {
        reports.removeAll {
            $0.period == report.period && $0.measure == report.measure && $0.verifier == report.verifier
                && $0.isDetermination == report.isDetermination
        }
        reports.append(report)
    }

    /// What is verified for a period; nil while a reading is missing or two are in dispute.
    package func verified(_ measure: Measure, period: Int64) -> Quantity? {
        let matching = reports.filter { $0.measure == measure && $0.period == period }
        if let determination = matching.last(where: \.isDetermination) { return determination.quantity }
        guard let monitoring else { return nil }
        func reading(_ verifier: MemberID) -> Quantity? { matching.last { $0.verifier == verifier }?.quantity }
        guard let second = monitoring.second else {
            // What a former verifier measured alone stands until the new one reports.
            let isUndisputed = Set(matching.map(\.verifier)).count == 1
            return reading(monitoring.verifier) ?? (isUndisputed ? matching.last?.quantity : nil)
        }
        guard let a = reading(monitoring.verifier), let b = reading(second) else { return nil }
        return monitoring.agreed(a, b)
    }

    /// The years and measures of which there is any report, in order.
    package var reportedYears: [(period: Int64, measure: Measure)] {
        var years: [(period: Int64, measure: Measure)] = []
        for measure in Measure.allCases {
            for period in Set(reports.filter { $0.measure == measure }.map(\.period)).sorted() {
                years.append((period, measure))
            }
        }
        return years
    }

    /// What is verified for all periods together.
    package func verifiedTotal(_ measure: Measure) -> Quantity {
        reportedYears.filter { $0.measure == measure }
            .reduce(.zero) { $0 + (verified(measure, period: $1.period) ?? .zero) }
    }

    /// Carries a change of the use of a settled period to what comes next.
    ///
    /// More use is owed. Less use first undoes what was imposed for the permits that are no longer missing, as far as it is
    /// still owed, and what was surrendered above the new use is credited.
    package mutating func carry(_ change: Quantity, of index: Int, penaltyPermits: Int64) {
        let old = obligations[index].gap
        let new = old + change
        obligations[index].gap = new
        owed += max(.zero, max(.zero, new) - max(.zero, old))
        let surplus = max(.zero, .zero - new) - max(.zero, .zero - old)
        if surplus >= .zero { credit += surplus } else { owed += .zero - surplus }
        let mended = max(.zero, old) - max(.zero, new)
        guard mended > .zero, penaltyPermits > 0 else { return }
        var relief = min(Quantity(mended.units * penaltyPermits), obligations[index].imposed)
        obligations[index].imposed -= relief
        let undone = min(relief, deduction)
        deduction -= undone
        relief -= undone
        let unowed = min(relief, owed)
        owed -= unowed
        owedAsPenalty = max(.zero, owedAsPenalty - unowed)
        // What was imposed and surrendered already.
        credit += relief - unowed
    }

    /// What is verified, owed and not yet surrendered for: what permits in the compliance account are needed for.
    package var openDue: Quantity {
        guard !isClosed else { return .zero }
        let settled = obligations.filter(\.isSettled)
        var due = owed - credit
        for (year, measure) in reportedYears
        where measure == .use && !settled.contains(where: { ($0.since...$0.period).contains(year) }) {
            due += verified(.use, period: year) ?? .zero
        }
        for obligation in obligations where !obligation.isSettled {
            due += obligation.carried - obligation.tally.total - obligation.replaced
        }
        return max(.zero, due)
    }

    /// What counts as used in the years of an obligation so far, and whether every year is verified.
    package func countedUse(
        since first: Int64,
        through period: Int64,
        unreported: MissingReport
    ) -> (use: Quantity, isComplete: Bool) {
        var use = Quantity.zero
        var isComplete = true
        for year in first...period {
            if let verified = verified(.use, period: year) {
                use += verified
            } else {
                isComplete = false
                if unreported == .highest { use += highestUse(before: year) }
            }
        }
        return (use, isComplete)
    }

    /// The highest verified use of the years before one.
    private func highestUse(before year: Int64) -> Quantity {
        reportedYears.filter { $0.measure == .use && $0.period < year }
            .compactMap { verified(.use, period: $0.period) }.max() ?? .zero
    }
}
