/// A text's bytes, eight at a time: the first one stands lowest.
public enum ByteWords {
    @usableFromInline static let ones: UInt64 = 0x0101_0101_0101_0101
    @usableFromInline static let tops: UInt64 = 0x8080_8080_8080_8080

    /// Eight bytes from `index` on; the line has as many.
    @inlinable @inline(__always)
    public static func word(_ line: Span<UInt8>, _ index: Int) -> UInt64 {
        unsafe line.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
    }

    /// Eight bytes from `index` on, up to the line's end, with zeros behind it; the line has eight or more.
    @inlinable @inline(__always)
    public static func window(_ line: Span<UInt8>, _ index: Int) -> UInt64 {
        let last = line.count - 8
        // What is below 0 would be a large number here.
        guard UInt(bitPattern: index) > UInt(bitPattern: last) else {
            return unsafe line.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self).littleEndian
        }
        let bytes = index &- last
        return bytes >= 8 ? 0 : word(line, last) &>> UInt64(truncatingIfNeeded: 8 &* bytes)
    }

    /// A word whose first `count` bytes are all ones.
    @inlinable @inline(__always)
    public static func low(_ count: Int) -> UInt64 {
        count >= 8 ? ~0 : ~(~0 &<< UInt64(truncatingIfNeeded: 8 &* count))
    }

    /// Where the first space or zero stands in a word; 8 if there is none.
    @inlinable @inline(__always)
    public static func tokenEnd(in word: UInt64) -> Int {
        let spaces = word ^ 32 &* ones
        return (((spaces &- ones) & ~spaces | (word &- ones) & ~word) & tops).trailingZeroBitCount / 8
    }

    /// Up to eight bytes as one number.
    @inlinable @inline(__always)
    public static func packed(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
        packed(line.extracting(start..<min(end, start + 8)), from: 0)
    }

    /// The bytes from `start` on, up to eight, as one number; none behind the text's end is touched.
    @inlinable @inline(__always)
    public static func packed(_ text: Span<UInt8>, from start: Int) -> UInt64 {
        let count = text.count - start
        if count >= 8 { return word(text, start) }
        if count >= 4 {
            // The last four bytes, again where they overlap the first four.
            let last = UInt64(half(text, text.count - 4))
            return UInt64(half(text, start)) | last << UInt64(8 * (count - 4))
        }
        guard count > 0 else { return 0 }
        let middle = UInt64(text[start + count / 2]) << UInt64(8 * (count / 2))
        return UInt64(text[start]) | middle | UInt64(text[text.count - 1]) << UInt64(8 * (count - 1))
    }

    @inlinable @inline(__always)
    static func half(_ text: Span<UInt8>, _ index: Int) -> UInt32 {
        unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt32.self).littleEndian
    }

    /// The same of any bytes.
    public static func packed(_ text: some Sequence<UInt8>) -> UInt64 {
        text.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Whether eight bytes are all printable ASCII: none below 32, none above 126.
    @inlinable @inline(__always)
    public static func isPlain(_ word: UInt64) -> Bool {
        // The top bit of a byte is set by what is 128 or more, by a borrow below 32, or by a carry at 127.
        (word | (word &- 32 &* ones) | (word &+ ones)) & tops == 0
    }

    /// The top bits of those bytes of a word that are `low` to `high`; none of them is above 127.
    @inlinable @inline(__always)
    public static func tops(of word: UInt64, from low: UInt8, through high: UInt8) -> UInt64 {
        (word &+ UInt64(128 - low) &* ones) & ~(word &+ UInt64(127 - high) &* ones) & tops
    }

    /// Eight digits 0, as text.
    @inlinable public static var zeros: UInt64 { 0x3030_3030_3030_3030 }

    /// The eight digits of a number below 100,000,000 as text, zeros before it, the first one lowest in the word.
    ///
    /// Source: the way back of `number`: into halves, quarters and digits, with multiplications for divisions.
    @inlinable @inline(__always)
    public static func digits(of number: UInt64) -> UInt64 {
        let (high, low) = (number / 10_000, number % 10_000)
        let halves = high | low << 32
        // Each half by 100: exact below 10,000. Each quarter by 10: exact below 100.
        let hundreds = ((halves &* 10_486) &>> 20) & 0x0000_007F_0000_007F
        let quarters = hundreds | (halves &- 100 &* hundreds) << 16
        let tens = ((quarters &* 103) &>> 10) & 0x000F_000F_000F_000F
        return (tens | (quarters &- 10 &* tens) << 8) &+ zeros
    }

    /// The number that up to eight digits make, the first one lowest in the word; nil if one of the `count` bytes is no digit.
    ///
    /// Source: the well-known way to read eight digits with three multiplications, which joins neighbours: by 10, 100 and 10,000.
    @inlinable @inline(__always)
    public static func number(_ digits: UInt64, _ count: Int) -> Int64? {
        let unused = UInt64(8 * (8 - count))
        let padded = digits &<< unused | zeros & low(8 - count)
        guard padded & tops == 0, tops(of: padded, from: 48, through: 57) == tops else { return nil }
        var number = ((padded & 0x0F0F_0F0F_0F0F_0F0F) &* 2561) &>> 8
        number = ((number & 0x00FF_00FF_00FF_00FF) &* 6_553_601) &>> 16
        number = ((number & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) &>> 32
        return Int64(number)
    }

    /// Where a byte stands first in a word: 0 to 7, or 8 if it does not.
    @inlinable @inline(__always)
    public static func place(of byte: UInt8, in word: UInt64) -> Int {
        let others = word ^ UInt64(byte) &* ones
        return ((others &- ones) & ~others & tops).trailingZeroBitCount / 8
    }

    /// Where the first of two bytes stands from `start` on; the line's end if there is none.
    @inlinable @inline(__always)
    public static func place(of a: UInt8, or b: UInt8, in line: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index + 8 <= line.count {
            let word = word(line, index)
            let (first, second) = (word ^ UInt64(a) &* ones, word ^ UInt64(b) &* ones)
            // The top bit of a byte that became 0; a borrow can set others only behind it.
            let hits = ((first &- ones) & ~first | (second &- ones) & ~second) & tops
            if hits != 0 { return index + hits.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < line.count, line[index] != a, line[index] != b { index += 1 }
        return index
    }
}
