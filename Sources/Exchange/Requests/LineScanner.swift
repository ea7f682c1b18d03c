import Permits

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
                "\(verb.text) needs \(key.name)=; usage: \(RequestRule.all[Int(verb.place)].usage)"
            )
        }
    }

    /// The verbs' words, in the order of their numbers.
    private static let verbs: CodeTable = {
        var table = CodeTable()
        for verb in Verb.allCases { table.append(Code(verb.text) ?? .none) }
        return table
    }()

    /// Where the value of a key stands, if it was given.
    func value(_ key: Key) -> Fields.Value {
        guard let place = KeyTable.shared.place(of: key, in: verb) else { return .none }
        return fields[place]
    }

    private static func verb(_ word: Span<UInt8>) -> Verb? {
        Code(word).flatMap { verbs.place(of: $0) }.flatMap { Verb(place: UInt8($0)) }
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
        guard index - start <= 8, let place = table.place(of: packed, in: verb) else {
            let text = String(repairing: line.extracting(start..<min(index, start + 20)))
            throw Refusal(
                .unknownKey,
                "\(verb.text) has no key \(text); usage: \(RequestRule.all[Int(verb.place)].usage)"
            )
        }
        let key = table.key(at: place, of: verb)
        guard !fields[place].isGiven else { throw Refusal(.duplicateKey, "\(key.name) is given twice") }
        index += 1
        let isQuoted = index < line.count && line[index] == LineScanner.quote
        let end = isQuoted ? try LineScanner.endOfString(line, from: index) : LineScanner.endOfToken(line, from: index)
        let from = isQuoted ? index + 1 : index
        let through = isQuoted ? end - 1 : end
        guard isQuoted || through > from else {
            throw Refusal(.badValue, "\(key.name) has no value; leave the key out instead")
        }
        fields[place] = Fields.Value(start: from, end: through, isQuoted: isQuoted)
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
