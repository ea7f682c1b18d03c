import Permits

/// The grammar's keys in plain data, so that a scan touches no `RequestRule`: a key's name of up to eight bytes is one number.
struct KeyTable: Sendable {
    static let shared = KeyTable()

    private static let width = 32
    /// The keys of each verb, `width` a verb, the required ones first; a name of 0 ends them.
    private var names: Buffer<UInt64>
    private var keys: Buffer<Key>
    private var requiredCounts: Buffer<Int>

    private init() {
        names = Buffer(repeating: 0, count: RequestRule.all.count * KeyTable.width)
        keys = Buffer(repeating: .id, count: RequestRule.all.count * KeyTable.width)
        requiredCounts = Buffer(repeating: 0, count: RequestRule.all.count)
        for (verb, rule) in RequestRule.all.enumerated() {
            precondition(rule.keys.count < KeyTable.width, "too many keys")
            for (place, key) in rule.keys.enumerated() {
                names[verb * KeyTable.width + place] = key.key.name.utf8.reduce(0) { $0 << 8 | UInt64($1) }
                keys[verb * KeyTable.width + place] = key.key
            }
            requiredCounts[verb] = rule.keys.count { $0.isRequired }
        }
    }

    /// The key of a verb with a packed name.
    func key(_ name: UInt64, of verb: Verb) -> Key? {
        var place = Int(verb.place) * KeyTable.width
        while names[place] != 0 {
            if names[place] == name { return keys[place] }
            place += 1
        }
        return nil
    }

    /// The first key that a verb needs and the line does not have.
    func missing(_ verb: Verb, _ fields: borrowing Fields) -> Key? {
        let start = Int(verb.place) * KeyTable.width
        for place in start..<start + requiredCounts[Int(verb.place)] where !fields[keys[place]].isGiven {
            return keys[place]
        }
        return nil
    }
}
