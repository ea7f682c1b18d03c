import Permits

/// The key=value pairs of one line, as ranges into it, in the order in which they stand there.
///
/// Nothing is copied: a value is read when its type is known.
struct Fields {
    /// Where a value stands, in 32 bits; a line has at most 4096 bytes.
    struct Value {
        private var bits: UInt32

        static let none = Value(bits: 0)

        private init(bits: UInt32) { self.bits = bits }

        init(start: Int, end: Int, isQuoted: Bool) {
            bits = UInt32(start) | UInt32(end) << 13 | (isQuoted ? 1 << 26 : 0)
        }

        var start: Int { Int(bits & 0x1FFF) }
        /// 0 if the key was not given.
        var end: Int { Int(bits >> 13 & 0x1FFF) }
        var isQuoted: Bool { bits >> 26 != 0 }
    }

    /// As many as a verb has keys.
    static let countMax = 32

    private var values = InlineArray<32, Value>(repeating: .none)
    private var keys = InlineArray<32, Key>(repeating: .id)
    private var count = 0
    /// The keys that were given, a bit each, so that what was not costs nothing to find out.
    private(set) var given = KeySet()

    /// Where the value of a key that was given stands.
    @inline(__always)
    subscript(key: Key) -> Value {
        var place = 0
        while place < count, keys[place] != key { place += 1 }
        return place < count ? values[place] : .none
    }

    /// Whether a key was given.
    @inline(__always)
    func isGiven(_ key: Key) -> Bool { given.contains(key) }

    /// Notes where the value of a key stands that was not given before.
    @inline(__always)
    mutating func give(_ value: Value, _ key: Key) {
        values[count] = value
        keys[count] = key
        count += 1
        given.insert(key)
    }
}

/// Keys, a bit each.
struct KeySet: BitwiseCopyable {
    private var bits = InlineArray<4, UInt64>(repeating: 0)

    @inline(__always)
    func contains(_ key: Key) -> Bool { bits[Int(key.rawValue >> 6)] >> UInt64(key.rawValue & 63) & 1 != 0 }

    @inline(__always)
    mutating func insert(_ key: Key) { bits[Int(key.rawValue >> 6)] |= 1 << UInt64(key.rawValue & 63) }

    /// Whether all of these are among the others.
    @inline(__always)
    func isSubset(of other: KeySet) -> Bool {
        (bits[0] & ~other.bits[0]) | (bits[1] & ~other.bits[1]) | (bits[2] & ~other.bits[2])
            | (bits[3] & ~other.bits[3])
            == 0
    }
}
