/// A short name of up to 20 characters `[A-Za-z0-9._-]`, stored inline: member, market, program and client-id codes.
///
/// Layout: three words, bytes in order from the lowest; the last byte holds the length.
public struct Code: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline var first: UInt64
    @usableFromInline var second: UInt64
    @usableFromInline var third: UInt64

    /// The most characters of a code.
    public static let lengthMax = 20

    /// The empty code: "none given".
    @inlinable public static var none: Code { Code(first: 0, second: 0, third: 0) }

    @inlinable init(first: UInt64, second: UInt64, third: UInt64) {
        self.first = first
        self.second = second
        self.third = third
    }

    /// Reads a code; nil if it is empty, too long or has another character.
    @inlinable public init?(_ bytes: Span<UInt8>) {
        let count = bytes.count
        guard count > 0, count <= Code.lengthMax else { return nil }
        let first = ByteWords.packed(bytes, from: 0)
        let second = count > 8 ? ByteWords.packed(bytes, from: 8) : 0
        let third = count > 16 ? ByteWords.packed(bytes, from: 16) : 0
        guard Code.allows(first, count), count <= 8 || Code.allows(second, count - 8),
            count <= 16 || Code.allows(third, count - 16)
        else { return nil }
        self.init(first: first, second: second, third: third | UInt64(count) << 56)
    }

    /// Reads a code of up to eight characters, which are the first bytes of a word, with zeros behind them.
    @inlinable @inline(__always)
    public init?(_ word: UInt64, count: Int) {
        guard count > 0, Code.allows(word, count) else { return nil }
        self.init(first: word, second: 0, third: UInt64(count) << 56)
    }

    /// Reads a code from text; nil under the same conditions.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span)
    }

    /// Whether `byte` may stand in a code.
    @inlinable public static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Whether the first `count` bytes of a word may all stand in a code; the others are 0.
    @inlinable @inline(__always)
    static func allows(_ word: UInt64, _ count: Int) -> Bool {
        // Small letters are capital ones with a bit more, which no other byte of a code but - . and digits has.
        let letters = ByteWords.tops(
            of: word | 0x2020_2020_2020_2020,
            from: UInt8(ascii: "a"),
            through: UInt8(ascii: "z")
        )
        let dashToDigits = ByteWords.tops(of: word, from: UInt8(ascii: "-"), through: UInt8(ascii: "9"))
        let slashes = ByteWords.tops(of: word, from: UInt8(ascii: "/"), through: UInt8(ascii: "/"))
        let lines = ByteWords.tops(of: word, from: UInt8(ascii: "_"), through: UInt8(ascii: "_"))
        return word & ByteWords.tops == 0
            && (letters | dashToDigits & ~slashes | lines) == ByteWords.low(count) & ByteWords.tops
    }

    /// How many characters it has.
    @inlinable public var count: Int { Int(third >> 56) }
    /// Whether it is the empty code.
    @inlinable public var isEmpty: Bool { third >> 56 == 0 }

    /// The character at `index` in 0..<count.
    @inlinable public func byte(at index: Int) -> UInt8 {
        let word = index < 8 ? first : index < 16 ? second : third
        return UInt8(truncatingIfNeeded: word >> UInt64((index & 7) * 8))
    }

    /// A mix of all bytes and a seed, for our own tables.
    @inlinable @inline(__always)
    public func hash(_ seed: UInt64) -> UInt32 {
        var mixed = (first ^ seed) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed &>> 32) ^ second) &* 0xD6E8_FEB8_6659_FD93
        mixed = (mixed ^ (mixed &>> 32) ^ third ^ seed) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: mixed &>> 32)
    }
}

/// A code in 20 bytes, for tables with many of them: its length is where its zeros begin.
public struct PackedCode: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline var first: UInt32
    @usableFromInline var second: UInt32
    @usableFromInline var third: UInt32
    @usableFromInline var fourth: UInt32
    @usableFromInline var fifth: UInt32

    /// Packs a code.
    @inlinable public init(_ code: Code) {
        first = UInt32(truncatingIfNeeded: code.first)
        second = UInt32(truncatingIfNeeded: code.first >> 32)
        third = UInt32(truncatingIfNeeded: code.second)
        fourth = UInt32(truncatingIfNeeded: code.second >> 32)
        fifth = UInt32(truncatingIfNeeded: code.third)
    }

    /// The code, unpacked.
    @inlinable public var code: Code {
        let (low, middle, high) = (
            UInt64(second) << 32 | UInt64(first), UInt64(fourth) << 32 | UInt64(third), UInt64(fifth)
        )
        let bits =
            high != 0
            ? 128 + 64 - high.leadingZeroBitCount
            : middle != 0 ? 64 + 64 - middle.leadingZeroBitCount : 64 - low.leadingZeroBitCount
        return Code(first: low, second: middle, third: high | UInt64((bits + 7) / 8) << 56)
    }
}

extension Code: Comparable {
    /// Orders codes by their bytes.
    public static func < (a: Code, b: Code) -> Bool {
        for index in 0..<min(a.count, b.count) where a.byte(at: index) != b.byte(at: index) {
            return a.byte(at: index) < b.byte(at: index)
        }
        return a.count < b.count
    }
}

extension Code: CustomStringConvertible {
    /// The value as text.
    public var description: String {
        String(decoding: (0..<count).map { byte(at: $0) }, as: UTF8.self)
    }
}
