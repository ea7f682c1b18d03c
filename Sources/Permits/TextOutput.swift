// Writing lines byte by byte, without a `String`.

/// What takes text as bytes: an array, or the buffer of a hot path.
public protocol TextSink {
    /// Appends a byte.
    mutating func append(_ byte: UInt8)
    /// Appends bytes.
    mutating func append(_ bytes: Span<UInt8>)
    /// Appends the first `count` bytes of a word, the lowest one first: eight at most.
    mutating func append(packed word: UInt64, count: Int)
}

extension [UInt8]: TextSink {
    /// Appends bytes.
    @inlinable public mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { buffer in unsafe append(contentsOf: buffer) }
    }

    /// Appends the first `count` bytes of a word.
    @inlinable public mutating func append(packed word: UInt64, count: Int) {
        for index in 0..<count { append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index))) }
    }
}

extension Buffer<UInt8>: TextSink {}

extension TextSink {
    /// Appends ASCII text.
    @inlinable public mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { buffer in unsafe append(buffer.span) }
    }

    /// Appends the UTF-8 bytes of `text` as they are.
    @inlinable public mutating func append(text: String) {
        var text = text
        text.withUTF8 { buffer in unsafe append(buffer.span) }
    }

    /// Appends a code.
    @inlinable public mutating func append(code: Code) {
        let count = code.count
        append(packed: code.first, count: min(count, 8))
        if count > 8 { append(packed: code.second, count: min(count - 8, 8)) }
        if count > 16 { append(packed: code.third, count: count - 16) }
    }

    /// Appends a whole number.
    @inlinable public mutating func append(number: UInt64) {
        guard number >= 100_000_000 else {
            let digits = ByteWords.digits(of: number)
            // The last one stays, also of 0.
            let zeros = min((digits ^ ByteWords.zeros).trailingZeroBitCount / 8, 7)
            return append(packed: digits >> UInt64(8 * zeros), count: 8 - zeros)
        }
        append(number: number / 100_000_000)
        append(packed: ByteWords.digits(of: number % 100_000_000), count: 8)
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

    /// Appends a number of up to eight digits with zeros before it.
    @inlinable public mutating func append(padded number: Int, width: Int) {
        append(packed: ByteWords.digits(of: UInt64(number)) >> UInt64(8 * (8 - width)), count: width)
    }

    /// Appends a moment as `2027-03-01T09:00:00.000000Z`.
    @inlinable public mutating func append(timestamp: Timestamp) {
        let day = timestamp.day
        let date = CalendarDate(dayNumber: day)
        let rest = Int(timestamp.microseconds - day * Timestamp.microsecondsPerDay)
        let second = rest / 1_000_000
        append(padded: date.year, width: 4)
        append(separator: "-", date.month)
        append(separator: "-", date.day)
        append(separator: "T", second / 3600)
        append(separator: ":", second / 60 % 60)
        append(separator: ":", second % 60)
        append(UInt8(ascii: "."))
        append(padded: rest % 1_000_000, width: 6)
        append(UInt8(ascii: "Z"))
    }

    @inlinable @inline(__always)
    mutating func append(separator: Unicode.Scalar, _ number: Int) {
        let digits = ByteWords.digits(of: UInt64(number)) >> 48
        append(packed: digits << 8 | UInt64(separator.value), count: 3)
    }

    /// Appends `text` as a JSON string in double quotes; control characters as `\u00XX`.
    @inlinable public mutating func append(quoted text: String) {
        append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { buffer in
            let bytes = unsafe buffer.span
            // What needs no escape is appended as a whole.
            var start = 0
            for index in bytes.indices {
                let byte = bytes[index]
                guard byte < 32 || byte == 127 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                    continue
                }
                append(bytes.extracting(start..<index))
                append(escaped: byte)
                start = index + 1
            }
            append(bytes.extracting(start..<bytes.count))
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends a byte that cannot stand in a JSON string by itself.
    @usableFromInline mutating func append(escaped byte: UInt8) {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            append(UInt8(ascii: "\\"))
            return append(byte)
        }
        append("\\u00")
        for nibble in [byte >> 4, byte & 15] { append(nibble < 10 ? 48 + nibble : 87 + nibble) }
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

    /// The case whose word's bytes are those of a number, the first one lowest; none has a zero in it.
    @inlinable @inline(__always)
    public init?(packed bytes: UInt64) {
        var number: UInt8 = 0
        while let candidate = Self(place: number) {
            let word = candidate.word
            if word.utf8CodeUnitCount <= 8, word.withUTF8Buffer({ unsafe ByteWords.packed($0.span, from: 0) }) == bytes
            {
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
