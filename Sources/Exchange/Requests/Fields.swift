import Permits

/// The key=value pairs of one line, as ranges into it, by the place that its verb declares the key at.
///
/// Nothing is copied: a value is read when its type is known. As small as may be, since whoever reads a value gets a copy.
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

    private var values = InlineArray<32, Value>(repeating: .none)

    subscript(place: Int) -> Value {
        get { values[place] }
        set { values[place] = newValue }
    }
}
