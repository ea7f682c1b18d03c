import Permits

/// The key=value pairs of one line, as ranges into it, by key.
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
        var isGiven: Bool { bits != 0 }
    }

    /// Room for every key there is.
    private var values = InlineArray<160, Value>(repeating: .none)

    subscript(key: Key) -> Value {
        get { values[Int(key.rawValue)] }
        set { values[Int(key.rawValue)] = newValue }
    }
}
