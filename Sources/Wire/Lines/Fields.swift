import Exchange
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
        var place = Int(verb.rawValue) * KeyTable.width
        while names[place] != 0 {
            if names[place] == name { return keys[place] }
            place += 1
        }
        return nil
    }

    /// The first key that a verb needs and the line does not have.
    func missing(_ verb: Verb, _ fields: borrowing Fields) -> Key? {
        let start = Int(verb.rawValue) * KeyTable.width
        for place in start..<start + requiredCounts[Int(verb.rawValue)] where !fields[keys[place]].isGiven {
            return keys[place]
        }
        return nil
    }
}

/// Splits a line into its verb and fields, under the grammar's rules.
struct LineScanner {
    let verb: Verb
    var fields = Fields()

    private static let space = UInt8(ascii: " ")
    private static let quote = UInt8(ascii: "\"")
    private static let equals = UInt8(ascii: "=")

    /// Scans a line.
    /// - Throws: `badSyntax`, `unknownVerb`, `unknownKey`, `duplicateKey` or `missingKey`.
    init(_ line: Span<UInt8>) throws(Refusal) {
        var index = 0
        while index < line.count, line[index] != LineScanner.space { index += 1 }
        guard index > 0 else { throw Refusal(.badSyntax, "the line starts with a space; it must start with a verb") }
        guard let verb = LineScanner.verb(line.extracting(0..<index)) else {
            let text = String(repairing: line.extracting(0..<min(index, 20)))
            throw Refusal(.unknownVerb, "no verb \(text); HELP lists them")
        }
        self.verb = verb
        let table = KeyTable.shared
        while index < line.count {
            if line[index] == LineScanner.space {
                index += 1
                continue
            }
            index = try scanField(line, from: index, table)
        }
        if let key = table.missing(verb, fields) {
            throw Refusal(
                .missingKey,
                "\(verb.text) needs \(key.name)=; usage: \(RequestRule.all[Int(verb.rawValue)].usage)"
            )
        }
    }

    /// The verbs' words, in the order of their numbers.
    private static let verbs: CodeTable = {
        var table = CodeTable()
        for verb in Verb.allCases { table.append(Code(verb.text) ?? .none) }
        return table
    }()

    private static func verb(_ word: Span<UInt8>) -> Verb? {
        Code(word).flatMap { verbs.place(of: $0) }.flatMap { Verb(rawValue: UInt8($0)) }
    }

    /// Scans one key=value from `start`.
    /// - Returns: where it ends.
    private mutating func scanField(
        _ line: Span<UInt8>,
        from start: Int,
        _ table: borrowing KeyTable
    ) throws(Refusal) -> Int {
        var index = start
        var packed: UInt64 = 0
        while index < line.count, line[index] != LineScanner.equals, line[index] != LineScanner.space {
            packed = packed << 8 | UInt64(line[index])
            index += 1
        }
        guard index < line.count, line[index] == LineScanner.equals, index > start else {
            let text = String(repairing: line.extracting(start..<min(index, start + 20)))
            throw Refusal(.badSyntax, "\(text) is not key=value; values with spaces go in double quotes")
        }
        guard index - start <= 8, let key = table.key(packed, of: verb) else {
            let text = String(repairing: line.extracting(start..<min(index, start + 20)))
            throw Refusal(
                .unknownKey,
                "\(verb.text) has no key \(text); usage: \(RequestRule.all[Int(verb.rawValue)].usage)"
            )
        }
        guard !fields[key].isGiven else { throw Refusal(.duplicateKey, "\(key.name) is given twice") }
        index += 1
        let isQuoted = index < line.count && line[index] == LineScanner.quote
        let end = isQuoted ? try LineScanner.endOfString(line, from: index) : LineScanner.endOfToken(line, from: index)
        let from = isQuoted ? index + 1 : index
        let through = isQuoted ? end - 1 : end
        guard isQuoted || through > from else {
            throw Refusal(.badValue, "\(key.name) has no value; leave the key out instead")
        }
        fields[key] = Fields.Value(start: from, end: through, isQuoted: isQuoted)
        guard end == line.count || line[end] == LineScanner.space else {
            throw Refusal(.badSyntax, "\(key.name): a quote must open and close the whole value")
        }
        return end
    }

    private static func endOfToken(_ line: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < line.count, line[index] != space, line[index] != quote { index += 1 }
        return index
    }

    private static func endOfString(_ line: Span<UInt8>, from start: Int) throws(Refusal) -> Int {
        var index = start + 1
        while index < line.count {
            if line[index] == quote { return index + 1 }
            index += line[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        throw Refusal(.badSyntax, "a double quote is not closed")
    }
}
