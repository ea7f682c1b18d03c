import Permits

/// Reads request lines: bytes in, a typed request or one refusal out.
///
/// It has no state and never traps.
package enum LineParser {
    /// Reads one line, without its line end.
    ///
    /// - Parameters:
    ///   - line: the bytes.
    ///   - allowInternal: whether the sequencer's own verbs may stand there, as they do in a journal.
    /// - Returns: the typed request.
    /// - Throws: `ParseFailure` with the refusal, and the line's id if that much can be read.
    package static func parse(_ line: Span<UInt8>, allowInternal: Bool = false) throws(ParseFailure) -> ParsedLine {
        var fields = TradingLine()
        if fields.read(line) { return fields.parsed(line) }
        return try scan(line, allowInternal: allowInternal)
    }

    /// Reads any line.
    package static func scan(_ line: Span<UInt8>, allowInternal: Bool = false) throws(ParseFailure) -> ParsedLine {
        do throws(Refusal) {
            try checkBytes(line)
            let scanner = try LineScanner(line)
            guard allowInternal || !scanner.verb.isInternal else {
                throw Refusal(.unknownVerb, "no verb \(scanner.verb.text); HELP lists them")
            }
            let id = try scanner.code(.id, line) ?? .none
            var body = try scanner.body(line, id: id)
            if scanner.verb.listsInPages, case .query(let query) = body {
                let page = try scanner.integer(.page, line, in: 1...1_000_000)
                if let page { body = .query(.page(Int(page), query)) }
            }
            return ParsedLine(verb: scanner.verb, id: id, contentHash: id.isEmpty ? 0 : hash(line), body: body)
        } catch {
            throw ParseFailure(id: findID(line), refusal: error)
        }
    }

    private static func checkBytes(_ line: Span<UInt8>) throws(Refusal) {
        guard line.count <= Limits.lineBytesMax else {
            throw Refusal(.lineTooLong, "the line has \(line.count) bytes; at most \(Limits.lineBytesMax)")
        }
        var isASCII = true
        var index = 0
        // Eight at a time; a word with anything unusual is looked at byte by byte.
        while index + 8 <= line.count, ByteWords.isPlain(ByteWords.word(line, index)) { index += 8 }
        while index < line.count {
            let byte = line[index]
            guard byte >= 32, byte != 127 else {
                throw Refusal(.badSyntax, "byte \(index) is a control character; write it as \\u00XX in a quoted value")
            }
            if byte >= 128 { isASCII = false }
            index += 1
        }
        guard !isASCII else { return }
        do { _ = try UTF8Span(validating: line) } catch {
            throw Refusal(.notUTF8, "the line is not valid UTF-8")
        }
    }

    /// A hash of the line: tells a repeat from another request with the same id.
    package static func hash(_ line: Span<UInt8>) -> UInt64 {
        var hash = UInt64(line.count) &* 0x9E37_79B9_7F4A_7C15
        func mix(_ word: UInt64) {
            hash = (hash ^ word) &* 0xD6E8_FEB8_6659_FD93
            hash ^= hash &>> 32
        }
        var index = 0
        while line.count &- index >= 8 {
            mix(ByteWords.window(line, index))
            index &+= 8
        }
        // What is left, the last byte lowest.
        let left = line.count - index
        mix(left == 0 ? 0 : ByteWords.packed(line, from: index).byteSwapped >> UInt64(64 - 8 * left))
        return hash
    }

    /// The id of a line that could not be read, as far as one stands out.
    private static func findID(_ line: Span<UInt8>) -> Code {
        var start = 0
        while start < line.count {
            var end = start
            while end < line.count, line[end] != UInt8(ascii: " ") { end += 1 }
            if end - start > 3, line[start] == UInt8(ascii: "i"), line[start + 1] == UInt8(ascii: "d"),
                line[start + 2] == UInt8(ascii: "=")
            {
                return Code(line.extracting(start + 3..<end)) ?? .none
            }
            start = end + 1
        }
        return .none
    }
}
