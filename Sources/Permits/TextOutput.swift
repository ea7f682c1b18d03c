// Writing lines byte by byte, without a `String`.

/// What takes text as bytes: an array, or the buffer of a hot path.
public protocol TextSink {
    /// Appends a byte.
    mutating func append(_ byte: UInt8)
    /// Appends bytes.
    mutating func append(_ bytes: Span<UInt8>)
}

extension [UInt8]: TextSink {
    /// Appends bytes.
    @inlinable public mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { buffer in unsafe append(contentsOf: buffer) }
    }
}

extension Buffer<UInt8>: TextSink {}

extension TextSink {
    /// Appends ASCII text.
    @inlinable public mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { buffer in unsafe append(buffer.span) }
    }

    /// Appends the UTF-8 bytes of `text` as they are.
    @inlinable public mutating func append(text: String) { for byte in text.utf8 { append(byte) } }

    /// Appends a code.
    @inlinable public mutating func append(code: Code) {
        for index in 0..<code.count { append(code.byte(at: index)) }
    }

    /// Appends a whole number.
    @inlinable public mutating func append(number: UInt64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var start = 20
        var rest = number
        repeat {
            start -= 1
            digits[start] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        append(digits.span.extracting(start..<20))
    }

    /// Appends a whole number with its sign.
    @inlinable public mutating func append(number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(number: number.magnitude)
    }

    /// Appends `value` with `scale` digits after the point; no point for scale 0.
    @inlinable public mutating func append(decimal value: Int64, scale: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        var unit: UInt64 = 1
        for _ in 0..<scale { unit *= 10 }
        append(number: value.magnitude / unit)
        guard scale > 0 else { return }
        append(UInt8(ascii: "."))
        append(padded: Int(value.magnitude % unit), width: scale)
    }

    /// Appends a non-negative number with leading zeros.
    @inlinable public mutating func append(padded number: Int, width: Int) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            append(48 + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }

    /// Appends a moment as `2027-03-01T09:00:00.000000Z`.
    @inlinable public mutating func append(timestamp: Timestamp) {
        let day = timestamp.day
        let date = CalendarDate(dayNumber: day)
        let rest = Int(timestamp.microseconds - day * Timestamp.microsecondsPerDay)
        let second = rest / 1_000_000
        append(padded: date.year, width: 4)
        append(UInt8(ascii: "-"))
        append(padded: date.month, width: 2)
        append(UInt8(ascii: "-"))
        append(padded: date.day, width: 2)
        append(UInt8(ascii: "T"))
        append(padded: second / 3600, width: 2)
        append(UInt8(ascii: ":"))
        append(padded: second / 60 % 60, width: 2)
        append(UInt8(ascii: ":"))
        append(padded: second % 60, width: 2)
        append(UInt8(ascii: "."))
        append(padded: rest % 1_000_000, width: 6)
        append(UInt8(ascii: "Z"))
    }

    /// Appends `text` as a JSON string in double quotes; control characters as `\u00XX`.
    @inlinable public mutating func append(quoted text: String) {
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<32, 127:
                append("\\u00")
                for nibble in [byte >> 4, byte & 15] { append(nibble < 10 ? 48 + nibble : 87 + nibble) }
            default:
                append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }
}

extension Word {
    /// The word as text.
    public var text: String { word.description }

    /// The case whose word is `bytes`.
    @inlinable
    public init?(_ bytes: Span<UInt8>) {
        var number: UInt8 = 0
        while let candidate = Self(place: number) {
            if candidate.spells(bytes) {
                self = candidate
                return
            }
            number += 1
        }
        return nil
    }

    @inlinable @inline(__always)
    func spells(_ bytes: Span<UInt8>) -> Bool {
        let word = self.word
        guard word.utf8CodeUnitCount == bytes.count else { return false }
        return word.withUTF8Buffer { buffer in
            for index in bytes.indices where unsafe buffer[index] != bytes[index] { return false }
            return true
        }
    }
}

extension String {
    /// The text of `bytes`; what is not UTF-8 becomes U+FFFD.
    public init(repairing bytes: Span<UInt8>) {
        self.init(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
}

extension Span<UInt8> {
    /// Where `byte` stands first at or after `start`; the count if nowhere.
    @inlinable
    public func firstIndex(of byte: UInt8, from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let pattern = UInt64(byte) &* ones
        var index = start
        // Eight at a time: a byte that is equal becomes 0, and only 0 borrows into its top bit.
        while index + 8 <= count {
            let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian ^ pattern
            let found = (word &- ones) & ~word & (ones << 7)
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count, self[index] != byte { index += 1 }
        return index
    }
}
