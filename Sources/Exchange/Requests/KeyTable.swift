import Permits

/// The grammar's keys in plain data, so that a scan touches no `RequestRule`: a key's name of up to eight bytes is one number.
struct KeyTable: Sendable {
    static let shared = KeyTable()

    private static let slotCount = 128
    /// The names and keys of each verb by a hash of the name, `slotCount` a verb; a name of 0 where there is none.
    private var names: Buffer<UInt64>
    private var keys: Buffer<Key>
    /// The factor by which no two keys of a verb meet there.
    private var factors: Buffer<UInt64>
    private var required: Buffer<KeySet>

    private init() {
        names = Buffer(repeating: 0, count: RequestRule.all.count * KeyTable.slotCount)
        keys = Buffer(repeating: .id, count: RequestRule.all.count * KeyTable.slotCount)
        factors = Buffer(repeating: 1, count: RequestRule.all.count)
        required = Buffer(repeating: KeySet(), count: RequestRule.all.count)
        for (verb, rule) in RequestRule.all.enumerated() {
            precondition(rule.keys.count <= Fields.countMax, "too many keys")
            factors[verb] = KeyTable.factor(rule.keys.map { ByteWords.packed($0.key.name.utf8) })
            for key in rule.keys {
                let name = ByteWords.packed(key.key.name.utf8)
                let slot = verb * KeyTable.slotCount + KeyTable.slot(name, factors[verb])
                (names[slot], keys[slot]) = (name, key.key)
                if key.isRequired { required[verb].insert(key.key) }
            }
        }
    }

    /// The first odd factor by which each name has a slot of its own.
    private static func factor(_ names: [UInt64]) -> UInt64 {
        var factor: UInt64 = 0x9E37_79B9_7F4A_7C15
        while Set(names.map { slot($0, factor) }).count < names.count { factor &+= 0x5851_F42D_4C95_7F2E }
        return factor
    }

    private static func slot(_ name: UInt64, _ factor: UInt64) -> Int { Int((name &* factor) >> 57) }

    /// The key of a verb with a packed name; nil if it has none.
    @inline(__always)
    func key(_ name: UInt64, of verb: Verb) -> Key? {
        let verb = Int(verb.place)
        let slot = verb * KeyTable.slotCount + KeyTable.slot(name, factors[verb])
        return names[slot] == name ? keys[slot] : nil
    }

    /// The first key that a verb needs and the line does not have.
    func missing(_ verb: Verb, _ given: KeySet) -> Key? {
        guard !required[Int(verb.place)].isSubset(of: given) else { return nil }
        return verb.rule.keys.first { $0.isRequired && !given.contains($0.key) }?.key
    }
}
