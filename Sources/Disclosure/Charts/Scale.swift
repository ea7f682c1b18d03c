/// A linear scale from values to places in a drawing, with round marks.
struct Scale {
    let low: Double
    let high: Double
    private let start: Double
    private let end: Double

    /// A scale with room for all values, and for zero if wanted; the lowest lies at `start`, the highest at `end`.
    init(_ values: some Sequence<Int64>, from start: Double, to end: Double, isFromZero: Bool = false) {
        let all = values.map { Double($0) } + (isFromZero ? [0] : [])
        let (least, most) = (all.min() ?? 0, all.max() ?? 1)
        let slack = most > least ? (most - least) * 0.04 : max(1, abs(most) * 0.02)
        low = isFromZero && least >= 0 ? 0 : least - slack
        // Never the same as `low`: where all values are zero, there is room for one.
        high = isFromZero && most <= 0 ? (least < 0 ? 0 : 1) : most + slack
        (self.start, self.end) = (start, end)
    }

    func place(_ value: Double) -> Double { start + (value - low) / (high - low) * (end - start) }
    func place(_ value: Int64) -> Double { place(Double(value)) }

    /// Round values within the scale: 1, 2 or 5 times a power of ten apart, `count` of them or so.
    func marks(_ count: Int) -> [Int64] {
        let rough = (high - low) / Double(max(1, count))
        var step: Int64 = 1
        while Double(step) < rough, step < Int64.max / 100 {
            for factor in [2, 5, 10] as [Int64] where Double(step) < rough {
                let power = Scale.power(below: step)
                step = factor * power
            }
        }
        var marks: [Int64] = []
        var value = (low / Double(step)).rounded(.up) * Double(step)
        while value <= high, marks.count < 50, let mark = Int64(exactly: value.rounded()) {
            marks.append(mark)
            value += Double(step)
        }
        return marks
    }

    /// The highest power of ten that is not above a step of 1, 2 or 5 times one.
    private static func power(below step: Int64) -> Int64 {
        var power: Int64 = 1
        while power <= step / 10 { power *= 10 }
        return power
    }
}
