package import Permits

/// A measured or agreed number, exact to six decimals: a concentration, a volume, an index, money in whole units.
package struct Figure: Comparable, Hashable, Sendable, BitwiseCopyable {
    /// The value in millionths; never negative.
    package var millionths: Int64

    /// A figure of so many millionths.
    package init(millionths: Int64) { self.millionths = millionths }

    /// How many decimals there are.
    package static let scale = 6
    /// One.
    package static let one = Figure(millionths: 1_000_000)
    /// Nothing.
    package static let zero = Figure(millionths: 0)
    /// The largest figure of a reading: 9 × 10^12.
    package static let max = Figure(millionths: 9_000_000_000_000_000_000)

    /// A figure of its decimal text.
    /// - Returns: nil if it is negative, too large, or has more than six decimals.
    package init?(_ number: DecimalNumber) {
        guard let value = Figure.scaled(number, to: Figure.scale), (0...Figure.max.millionths).contains(value) else {
            return nil
        }
        millionths = value
    }

    /// The same from text.
    package init?(_ text: String) {
        guard let value = Figure.scaled(text, to: Figure.scale), (0...Figure.max.millionths).contains(value) else {
            return nil
        }
        millionths = value
    }

    /// Decimal text as an integer of `scale` decimals; nil if it is none, or has more of them.
    static func scaled(_ text: String, to scale: Int) -> Int64? {
        let bytes = Array(text.utf8)
        do throws(RejectCode) { return scaled(try DecimalNumber(bytes.span), to: scale) } catch { return nil }
    }

    private static func scaled(_ number: DecimalNumber, to scale: Int) -> Int64? {
        do throws(RejectCode) { return try number.scaled(to: scale) } catch { return nil }
    }

    /// The same as it would be written.
    package var decimal: DecimalNumber {
        var number = DecimalNumber(whole: millionths)
        number.fractionCount = UInt8(Figure.scale)
        while number.fractionCount > 0, number.digits % 10 == 0 {
            number.digits /= 10
            number.fractionCount -= 1
        }
        return number
    }

    /// Orders by value.
    package static func < (a: Figure, b: Figure) -> Bool { a.millionths < b.millionths }

    /// This figure divided by another, rounded half up to six decimals; nil if that is too large.
    package func ratio(to base: Figure) -> Figure? {
        let scaled = Int128(millionths) * 1_000_000 * 2 + Int128(base.millionths)
        let quotient = scaled / (Int128(base.millionths) * 2)
        return quotient <= Int128(Figure.max.millionths) ? Figure(millionths: Int64(quotient)) : nil
    }

    /// The mean of some figures, rounded half up to six decimals.
    package static func mean(of figures: [Figure]) -> Figure {
        let sum = figures.reduce(Int128(0)) { $0 + Int128($1.millionths) }
        let count = Int128(figures.count)
        return Figure(millionths: Int64((sum * 2 + count) / (count * 2)))
    }
}

extension Figure: CustomStringConvertible {
    /// The shortest decimal text: `0.8925`.
    package var description: String { ExactNumber(self).description }
}

/// A number with eighteen decimals: what products of three figures come to, without rounding.
package struct ExactNumber: Comparable, Hashable, Sendable {
    /// The value times 10^18.
    package var units: Int128

    /// A number of its value times 10^18.
    package init(units: Int128) { self.units = units }

    /// A figure as such a number.
    package init(_ figure: Figure) { units = Int128(figure.millionths) * 1_000_000_000_000 }

    /// Orders by value.
    package static func < (a: ExactNumber, b: ExactNumber) -> Bool { a.units < b.units }
}

extension ExactNumber: CustomStringConvertible {
    /// The shortest decimal text: `0.8925`.
    package var description: String {
        let (whole, rest) = units.quotientAndRemainder(dividingBy: 1_000_000_000_000_000_000)
        guard rest != 0 else { return "\(whole)" }
        var digits = "\(rest)"
        digits = String(repeating: "0", count: 18 - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}

/// What becomes of a fraction of the minor unit.
package enum Rounding: Spelling, Word {
    /// It is not paid.
    case down
    /// A whole minor unit is paid.
    case up
    /// Half a minor unit or more is paid as one.
    case half

    /// A non-negative number divided by a positive one, rounded this way.
    package func quotient(_ number: Int128, by divisor: Int128) -> Int128 {
        switch self {
        case .down: number / divisor
        case .up: (number + divisor - 1) / divisor
        case .half: (number + divisor / 2) / divisor
        }
    }
}
