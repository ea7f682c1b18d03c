// Decimal text in and out, exact: "71.25" at scale 2 is 7125 and back.

/// A decimal number as it was written: `digits` without the point, and how many of them followed it.
///
/// The scale is known only where the currency is, so reading and scaling are two steps.
public struct DecimalNumber: Hashable, Sendable {
    /// All digits, without the point.
    public var digits: Int64
    /// How many of them stand behind the point.
    public var fractionCount: UInt8

    /// Nothing.
    public static let zero = DecimalNumber(whole: 0)

    /// A whole number.
    public init(whole: Int64) {
        digits = whole
        fractionCount = 0
    }

    /// Reads `[-]digits[.digits]`: no exponent, no plus sign.
    /// - Throws: `badNumber` if malformed, `overflow` if it exceeds 64 bits.
    @inlinable public init(_ bytes: Span<UInt8>) throws(RejectCode) {
        if bytes.count <= 8, let short = DecimalNumber(ByteWords.packed(bytes, from: 0), count: bytes.count) {
            self = short
            return
        }
        // Longer text is noise, and would not fit `fractionCount`.
        guard bytes.count <= 64 else { throw .badNumber }
        let negative = bytes.count > 0 && bytes[0] == UInt8(ascii: "-")
        var index = negative ? 1 : 0
        var value: Int64 = 0
        var point = -1
        let start = index
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "."), point < 0, index > start {
                point = index
            } else {
                guard byte >= 48, byte <= 57 else { throw .badNumber }
                let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
                let (sum, carried) = tens.addingReportingOverflow(Int64(byte - 48))
                guard !overflowed, !carried else { throw .overflow }
                value = sum
            }
            index += 1
        }
        guard index > start, point != index - 1 else { throw .badNumber }
        digits = negative ? -value : value
        fractionCount = point < 0 ? 0 : UInt8(index - 1 - point)
    }

    /// Reads `digits[.digits]` of up to eight bytes, which are the first ones of a word, with zeros behind them; nil if that is not
    /// what stands there.
    @inlinable @inline(__always)
    public init?(_ word: UInt64, count: Int) {
        let point = ByteWords.place(of: UInt8(ascii: "."), in: word)
        guard point < count else {
            guard count > 0, let number = ByteWords.number(word, count) else { return nil }
            self.init(whole: number)
            return
        }
        let whole = ByteWords.low(point)
        guard point > 0, point < count - 1, let number = ByteWords.number(word & whole | word &>> 8 & ~whole, count - 1)
        else { return nil }
        self.init(whole: number)
        fractionCount = UInt8(count - 1 - point)
    }

    /// The number as an integer of `scale` decimal places.
    ///
    /// - Throws: `badNumber` if it is written with more decimals than the scale, zeros too; `overflow` if it exceeds 64 bits.
    @inlinable public func scaled(to scale: Int) throws(RejectCode) -> Int64 {
        var value = digits
        var count = Int(fractionCount)
        guard count <= scale else { throw .badNumber }
        while count < scale {
            let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
            guard !overflowed else { throw .overflow }
            value = tens
            count += 1
        }
        return value
    }
}

extension DecimalNumber {
    /// `quantity` times this number, rounded down to whole permits.
    /// - Throws: `overflow` if it exceeds 64 bits, `outOfRange` if this number is negative.
    public func productRoundedDown(_ quantity: Quantity) throws(RejectCode) -> Quantity {
        guard digits >= 0 else { throw .outOfRange }
        var product = Int128(digits) * Int128(quantity.units)
        for _ in 0..<fractionCount { product /= 10 }
        guard product <= Int128(Int64.max) else { throw .overflow }
        return Quantity(Int64(product))
    }
}

extension DecimalNumber: CustomStringConvertible {
    /// The value as text.
    public var description: String {
        let digits = "\(self.digits.magnitude)"
        let count = Int(fractionCount)
        let padded = String(repeating: "0", count: max(0, count + 1 - digits.count)) + digits
        let sign = self.digits < 0 ? "-" : ""
        return count == 0 ? sign + padded : "\(sign)\(padded.dropLast(count)).\(padded.suffix(count))"
    }
}

extension RejectCode: Error {}

/// Decimal text for people.
public enum FixedPoint {
    /// The decimal text of `value` with `scale` decimal places.
    public static func text(_ value: Int64, scale: Int) -> String {
        var bytes: [UInt8] = []
        bytes.append(decimal: value, scale: scale)
        return String(decoding: bytes, as: UTF8.self)
    }
}
