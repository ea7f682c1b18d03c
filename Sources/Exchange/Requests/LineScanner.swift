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
        var index = line.firstIndex(of: LineScanner.space, from: 0)
        guard index > 0 else { throw Refusal(.badSyntax, "the line starts with a space; it must start with a verb") }
        guard let verb = VerbTable.shared.verb(line, index) else {
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
        if let key = table.missing(verb, fields.given) {
            throw Refusal(
                .missingKey,
                "\(verb.text) needs \(key.name)=; usage: \(RequestRule.all[Int(verb.place)].usage)"
            )
        }
    }

    /// Scans one key=value from `start`.
    /// - Returns: where it ends.
    private mutating func scanField(
        _ line: Span<UInt8>,
        from start: Int,
        _ table: borrowing KeyTable
    ) throws(Refusal) -> Int {
        // A key of a few bytes with a value behind it, at once; what is wrong is looked at below.
        if start + 16 <= line.count {
            let word = ByteWords.word(line, start)
            let length = ByteWords.place(of: LineScanner.equals, in: word)
            let index = start + length + 1
            if (1..<8).contains(length), let key = table.key(word & (1 << UInt64(8 * length) &- 1), of: verb),
                !fields.isGiven(key),
                line[index] != LineScanner.quote
            {
                let end = ByteWords.place(of: LineScanner.space, or: LineScanner.quote, in: line, from: index)
                if end > index, end == line.count || line[end] == LineScanner.space {
                    fields.give(Fields.Value(start: index, end: end, isQuoted: false), key)
                    return end
                }
            }
        }
        return try scanAnyField(line, from: start, table)
    }

    /// The same for whatever may stand there.
    @inline(never)
    private mutating func scanAnyField(
        _ line: Span<UInt8>,
        from start: Int,
        _ table: borrowing KeyTable
    ) throws(Refusal) -> Int {
        var index = ByteWords.place(of: LineScanner.equals, or: LineScanner.space, in: line, from: start)
        guard index < line.count, line[index] == LineScanner.equals, index > start else {
            let text = String(repairing: line.extracting(start..<min(index, start + 20)))
            throw Refusal(.badSyntax, "\(text) is not key=value; values with spaces go in double quotes")
        }
        guard index - start <= 8, let key = table.key(ByteWords.packed(line, start, index), of: verb) else {
            let text = String(repairing: line.extracting(start..<min(index, start + 20)))
            throw Refusal(
                .unknownKey,
                "\(verb.text) has no key \(text); usage: \(RequestRule.all[Int(verb.place)].usage)"
            )
        }
        guard !fields.isGiven(key) else { throw Refusal(.duplicateKey, "\(key.name) is given twice") }
        index += 1
        let isQuoted = index < line.count && line[index] == LineScanner.quote
        let end =
            isQuoted
            ? try LineScanner.endOfString(line, from: index)
            : ByteWords.place(of: LineScanner.space, or: LineScanner.quote, in: line, from: index)
        let from = isQuoted ? index + 1 : index
        let through = isQuoted ? end - 1 : end
        guard isQuoted || through > from else {
            throw Refusal(.badValue, "\(key.name) has no value; leave the key out instead")
        }
        fields.give(Fields.Value(start: from, end: through, isQuoted: isQuoted), key)
        guard end == line.count || line[end] == LineScanner.space else {
            throw Refusal(.badSyntax, "\(key.name): a quote must open and close the whole value")
        }
        return end
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
