package import Permits
import Registry
package import Seals

/// What a party or monitor has measured for an agreement.
package struct Reading: Sendable, Equatable {
    /// From 1, in this agreement, those that were corrected counted too.
    package var number: UInt64
    /// The measure's name.
    package var measure: Code
    /// The period's label.
    package var period: Code
    /// Which of the period's samples, from 1; 0 in a determination of the whole period.
    package var sample: Int64
    /// The name of the party or monitor.
    package var sampler: Code
    package var figure: Figure
    /// Whether it is an arbiter's, and stands above the samplers'.
    package var isDetermination: Bool
    package var time: Timestamp
    /// SHA-256 of what proves it, which the sampler keeps; zero for none.
    package var evidence: Digest

    package init(
        number: UInt64,
        measure: Code,
        period: Code,
        sample: Int64,
        sampler: Code,
        figure: Figure,
        isDetermination: Bool,
        time: Timestamp,
        evidence: Digest
    ) {
        self.number = number
        self.measure = measure
        self.period = period
        self.sample = sample
        self.sampler = sampler
        self.figure = figure
        self.isDetermination = isDetermination
        self.time = time
        self.evidence = evidence
    }

    /// Whether this one corrects the other: the same sampler says the same thing anew.
    package func corrects(_ other: Reading) -> Bool {
        measure == other.measure && period == other.period && sample == other.sample && sampler == other.sampler
            && isDetermination == other.isDetermination
    }
}

extension MeasureTerms.Sampling {
    /// How many readings of a period can count at once: each sampler's of each sample, the arbiter's of each and of the whole.
    package var readings: Int64 { samples * (second == nil ? 1 : 2) + (arbiter == nil ? 0 : samples + 1) }
}

/// What the readings of a measure in a period come to.
package struct Readings: Sendable {
    /// Each sample: what counts, nil while it is missing or disputed.
    private var samples: [Figure?] = []
    /// The samplers that have not reported every sample, by their places in the parties.
    package private(set) var missing: [Int] = []
    private var determination: Figure?
    private var counted: [Figure] = []
    private let otherwise: Figure?
    private let hasAny: Bool

    /// Gathers the readings of one measure in one period.
    package init(_ readings: [Reading], of sampling: MeasureTerms.Sampling, _ terms: Terms) {
        otherwise = sampling.otherwise
        determination = readings.last { $0.isDetermination && $0.sample == 0 }?.figure
        for sample in 1...sampling.samples {
            let ofSample = readings.filter { $0.sample == sample }
            func reading(_ party: Int?) -> Figure? {
                guard let party else { return nil }
                return ofSample.last { !$0.isDetermination && $0.sampler == terms.parties[party].name }?.figure
            }
            let (first, second) = (reading(sampling.first), reading(sampling.second))
            if first == nil, !missing.contains(sampling.first) { missing.append(sampling.first) }
            if second == nil, let party = sampling.second, !missing.contains(party) { missing.append(party) }
            if let decided = ofSample.last(where: \.isDetermination)?.figure {
                samples.append(decided)
                counted.append(decided)
            } else if sampling.second == nil {
                samples.append(first)
                if let first { counted.append(first) }
            } else if let first, let second {
                let agreed = sampling.agreed(first, second)
                samples.append(agreed)
                counted.append(agreed ?? Figure.mean(of: [first, second]))
            } else {
                samples.append(nil)
                if let one = first ?? second { counted.append(one) }
            }
        }
        hasAny = !readings.isEmpty
    }

    /// What counts; nil while a sample is missing or disputed.
    ///
    /// What has a default, and of which nothing is reported, is not awaited.
    package var agreed: Figure? {
        if let determination { return determination }
        if !hasAny, let otherwise { return otherwise }
        let known = samples.compactMap(\.self)
        return known.count == samples.count ? Figure.mean(of: known) : nil
    }

    /// What counts when no more readings are awaited; nil if there is none at all.
    ///
    /// Who has not reported has no say: the other's reading counts. What nobody has decided is the mean.
    package var final: Figure? { agreed ?? (counted.isEmpty ? otherwise : Figure.mean(of: counted)) }
}

extension MeasureTerms.Sampling {
    /// What two readings come to, the mean rounded half up; nil if they are in dispute.
    func agreed(_ a: Figure, _ b: Figure) -> Figure? {
        let (low, high) = (min(a, b), max(a, b))
        let gap = Int128(high.millionths - low.millionths) * 10_000
        guard gap > Int128(high.millionths) * Int128(tolerance.hundredths) else { return Figure.mean(of: [a, b]) }
        return switch rule {
        case .mean: Figure.mean(of: [a, b])
        case .higher: high
        case .lower: low
        case .dispute: nil
        }
    }
}
