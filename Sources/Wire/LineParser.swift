import Exchange
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
        do throws(Refusal) {
            try checkBytes(line)
            let scanner = try LineScanner(line)
            guard allowInternal || !scanner.verb.isInternal else {
                throw Refusal(.unknownVerb, "no verb \(scanner.verb.text); HELP lists them")
            }
            let id = try scanner.code(.id, line) ?? .none
            let body = try scanner.body(line, id: id)
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
        for index in line.indices {
            let byte = line[index]
            guard byte >= 32, byte != 127 else {
                throw Refusal(.badSyntax, "byte \(index) is a control character; write it as \\u00XX in a quoted value")
            }
            if byte >= 128 { isASCII = false }
        }
        guard !isASCII else { return }
        do { _ = try UTF8Span(validating: line) } catch {
            throw Refusal(.notUTF8, "the line is not valid UTF-8")
        }
    }

    /// FNV-1a over the line: tells a repeat from another request with the same id.
    package static func hash(_ line: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in line.indices { hash = (hash ^ UInt64(line[index])) &* 0x100_0000_01B3 }
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
