import Permits

/// The key=value pairs of one line, as ranges into it, by key.
///
/// Nothing is copied: a value is read when its type is known.
struct Fields {
    struct Value {
        var start: UInt16 = 0
        /// 0 if the key was not given.
        var end: UInt16 = 0
        var isQuoted = false

        var isGiven: Bool { end > 0 }
    }

    private var values = InlineArray<128, Value>(repeating: Value())

    subscript(key: Key) -> Value {
        get { values[Int(key.rawValue)] }
        set { values[Int(key.rawValue)] = newValue }
    }
}

/// A word of up to eight bytes as one number, so that keys compare in one step.
enum Packed {
    static func pack(_ text: some Sequence<UInt8>) -> UInt64 {
        var packed: UInt64 = 0
        for byte in text { packed = packed << 8 | UInt64(byte) }
        return packed
    }

    /// The packed names of all keys, by `Key.rawValue`.
    static let keys: [UInt64] = Key.allCases.map { pack($0.name.utf8) }
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
        let rule = VerbRule.all[Int(verb.rawValue)]
        while index < line.count {
            if line[index] == LineScanner.space {
                index += 1
                continue
            }
            index = try scanField(line, from: index, rule)
        }
        for required in rule.keys where required.isRequired && !fields[required.key].isGiven {
            throw Refusal(.missingKey, "\(verb.text) needs \(required.key.name)=; usage: \(rule.usage)")
        }
    }

    private static func verb(_ word: Span<UInt8>) -> Verb? { Verb(word) }

    /// Scans one key=value from `start`.
    /// - Returns: where it ends.
    private mutating func scanField(_ line: Span<UInt8>, from start: Int, _ rule: VerbRule) throws(Refusal) -> Int {
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
        guard index - start <= 8, let found = rule.keys.first(where: { Packed.keys[Int($0.key.rawValue)] == packed })
        else {
            let text = String(repairing: line.extracting(start..<min(index, start + 20)))
            throw Refusal(.unknownKey, "\(rule.verb.text) has no key \(text); usage: \(rule.usage)")
        }
        guard !fields[found.key].isGiven else {
            throw Refusal(.duplicateKey, "\(found.key.name) is given twice")
        }
        index += 1
        let isQuoted = index < line.count && line[index] == LineScanner.quote
        let end = isQuoted ? try LineScanner.endOfString(line, from: index) : LineScanner.endOfToken(line, from: index)
        let from = isQuoted ? index + 1 : index
        let through = isQuoted ? end - 1 : end
        guard isQuoted || through > from else {
            throw Refusal(.badValue, "\(found.key.name) has no value; leave the key out instead")
        }
        fields[found.key] = Fields.Value(start: UInt16(from), end: UInt16(through), isQuoted: isQuoted)
        guard end == line.count || line[end] == LineScanner.space else {
            throw Refusal(.badSyntax, "\(found.key.name): a quote must open and close the whole value")
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
