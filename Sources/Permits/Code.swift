/// A short name of up to 20 characters `[A-Za-z0-9._-]`, stored inline: member, market, program and client-id codes.
///
/// Layout: three words, bytes in order from the lowest; the last byte holds the length.
package struct Code: Hashable, Sendable {
    @usableFromInline var first: UInt64
    @usableFromInline var second: UInt64
    @usableFromInline var third: UInt64

    /// The most characters of a code.
    package static let lengthMax = 20

    /// The empty code: "none given".
    package static let none = Code(first: 0, second: 0, third: 0)

    @inlinable init(first: UInt64, second: UInt64, third: UInt64) {
        self.first = first
        self.second = second
        self.third = third
    }

    /// Reads a code; nil if it is empty, too long or has another character.
    @inlinable package init?(_ bytes: Span<UInt8>) {
        guard bytes.count > 0, bytes.count <= Code.lengthMax else { return nil }
        self.init(first: 0, second: 0, third: UInt64(bytes.count) << 56)
        for index in bytes.indices {
            let byte = bytes[index]
            guard Code.allows(byte) else { return nil }
            let shifted = UInt64(byte) << UInt64((index & 7) * 8)
            switch index >> 3 {
            case 0: first |= shifted
            case 1: second |= shifted
            default: third |= shifted
            }
        }
    }

    /// Reads a code from text; nil under the same conditions.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span)
    }

    /// Whether `byte` may stand in a code.
    @inlinable package static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    @inlinable package var count: Int { Int(third >> 56) }
    @inlinable package var isEmpty: Bool { third >> 56 == 0 }

    /// The character at `index` in 0..<count.
    @inlinable package func byte(at index: Int) -> UInt8 {
        let word = index < 8 ? first : index < 16 ? second : third
        return UInt8(truncatingIfNeeded: word >> UInt64((index & 7) * 8))
    }

    /// A mix of all bytes that is the same in every process, for our own tables.
    @inlinable package var stableHash: UInt64 {
        var mixed = first &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 32) ^ second) &* 0xD6E8_FEB8_6659_FD93
        mixed = (mixed ^ (mixed >> 32) ^ third) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ (mixed >> 29)
    }
}

extension Code: Comparable {
    /// Orders codes by their bytes.
    package static func < (a: Code, b: Code) -> Bool {
        for index in 0..<min(a.count, b.count) where a.byte(at: index) != b.byte(at: index) {
            return a.byte(at: index) < b.byte(at: index)
        }
        return a.count < b.count
    }
}

extension Code: CustomStringConvertible {
    package var description: String {
        String(decoding: (0..<count).map { byte(at: $0) }, as: UTF8.self)
    }
}
