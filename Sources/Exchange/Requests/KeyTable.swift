import Permits

/// The grammar's keys in plain data, so that a scan touches no `RequestRule`: a key's name of up to eight bytes is one number.
struct KeyTable: Sendable {
    static let shared = KeyTable()

    private static let width = 32
    private static let keyCount = 256
    /// The keys of each verb, `width` a verb, the required ones first; a name of 0 ends them.
    private var names: Buffer<UInt64>
    private var keys: Buffer<Key>
    /// The place of each key there is in each verb; 255 for none.
    private var places: Buffer<UInt8>
    private var requiredCounts: Buffer<Int>

    private init() {
        names = Buffer(repeating: 0, count: RequestRule.all.count * KeyTable.width)
        keys = Buffer(repeating: .id, count: RequestRule.all.count * KeyTable.width)
        places = Buffer(repeating: .max, count: RequestRule.all.count * KeyTable.keyCount)
        requiredCounts = Buffer(repeating: 0, count: RequestRule.all.count)
        for (verb, rule) in RequestRule.all.enumerated() {
            precondition(rule.keys.count < KeyTable.width, "too many keys")
            for (place, key) in rule.keys.enumerated() {
                names[verb * KeyTable.width + place] = key.key.name.utf8.reduce(0) { $0 << 8 | UInt64($1) }
                keys[verb * KeyTable.width + place] = key.key
                places[verb * KeyTable.keyCount + Int(key.key.rawValue)] = UInt8(place)
            }
            requiredCounts[verb] = rule.keys.count { $0.isRequired }
        }
    }

    /// Where a verb declares the key with a packed name; nil if it has none.
    func place(of name: UInt64, in verb: Verb) -> Int? {
        let start = Int(verb.place) * KeyTable.width
        var place = start
        while names[place] != 0 {
            if names[place] == name { return place - start }
            place += 1
        }
        return nil
    }

    /// Where a verb declares a key; nil if it has none.
    @inline(__always)
    func place(of key: Key, in verb: Verb) -> Int? {
        let place = places[Int(verb.place) * KeyTable.keyCount + Int(key.rawValue)]
        return place == .max ? nil : Int(place)
    }

    /// The key that a verb declares at a place.
    func key(at place: Int, of verb: Verb) -> Key { keys[Int(verb.place) * KeyTable.width + place] }

    /// The first key that a verb needs and the line does not have.
    func missing(_ verb: Verb, _ fields: borrowing Fields) -> Key? {
        for place in 0..<requiredCounts[Int(verb.place)] where !fields[place].isGiven {
            return key(at: place, of: verb)
        }
        return nil
    }
}
