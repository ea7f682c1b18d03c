import Exchange
package import Permits

/// One entry of a stream file or a journal: `TIME MEMBER[/USER] VERB key=value …`.
///
/// `TIME` is absolute, or `+1s`, `+250ms`, `+10us`, `+5m`, `+2h`, `+1d` after the entry before.
/// The member `-` stands for a connection that has not logged on.
package struct StreamEntry: Sendable {
    package let time: Timestamp
    /// `Code.none` for a connection that has not logged on.
    package let member: Code
    /// `Code.none` if the entry names a member alone.
    package let user: Code
    package let line: [UInt8]

    /// Reads an entry.
    ///
    /// - Parameters:
    ///   - text: the line.
    ///   - previous: the time of the entry before.
    /// - Returns: nil for an empty line or a comment.
    /// - Throws: `StreamError` without a place; the caller knows it.
    package static func parse(_ text: Span<UInt8>, after previous: Timestamp) throws(StreamError) -> StreamEntry? {
        var index = 0
        func skipSpaces() { while index < text.count, text[index] == 32 { index += 1 } }
        func token() -> Range<Int> {
            skipSpaces()
            let start = index
            index = text.firstIndex(of: 32, from: start)
            return start..<index
        }
        let timeRange = token()
        guard !timeRange.isEmpty, text[timeRange.lowerBound] != UInt8(ascii: "#") else { return nil }
        let time = try parseTime(text.extracting(timeRange), after: previous)
        guard time >= previous else { throw StreamError("the time is before that of the entry before") }
        let senderRange = token()
        let (member, user) = try parseSender(text.extracting(senderRange))
        skipSpaces()
        guard index < text.count else { throw StreamError("the entry has no verb") }
        var line: [UInt8] = []
        line.append(text.extracting(index..<text.count))
        return StreamEntry(time: time, member: member, user: user, line: line)
    }

    private static func parseSender(_ text: Span<UInt8>) throws(StreamError) -> (Code, Code) {
        guard !(text.count == 1 && text[0] == UInt8(ascii: "-")) else { return (.none, .none) }
        var slash = 0
        while slash < text.count, text[slash] != UInt8(ascii: "/") { slash += 1 }
        guard let member = Code(text.extracting(0..<slash)) else {
            throw StreamError("the second word must be MEMBER or MEMBER/USER")
        }
        guard slash < text.count else { return (member, .none) }
        guard let user = Code(text.extracting(slash + 1..<text.count)) else {
            throw StreamError("the second word must be MEMBER or MEMBER/USER")
        }
        return (member, user)
    }

    private static func parseTime(_ text: Span<UInt8>, after previous: Timestamp) throws(StreamError) -> Timestamp {
        guard text[0] == UInt8(ascii: "+") else {
            guard let time = Timestamp(text) else { throw StreamError("the first word is no time") }
            return time
        }
        var end = 1
        while end < text.count, text[end] >= 48, text[end] <= 57 { end += 1 }
        let units: [(String, Int64)] = [
            ("us", 1), ("ms", 1000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000),
            ("d", Timestamp.microsecondsPerDay),
        ]
        let suffix = String(repairing: text.extracting(end..<text.count))
        guard end > 1, end <= 12, let unit = units.first(where: { $0.0 == suffix })?.1 else {
            throw StreamError("a time step is a number of us, ms, s, m, h or d, like +250ms")
        }
        var count: Int64 = 0
        for index in 1..<end { count = count * 10 + Int64(text[index] - 48) }
        let (step, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, previous.adding(microseconds: step) <= Timestamp.last else {
            throw StreamError("the time step is too long")
        }
        return previous.adding(microseconds: step)
    }
}

/// An entry whose request is read, too.
package struct ReadLine: Sendable {
    package let entry: StreamEntry
    let request: Result<ParsedLine, ParseFailure>
    /// Its line's number, for errors.
    let number: Int

    /// Reads a line; nil for an empty one or a comment.
    /// - Throws: `StreamError` that names the line.
    init?(_ text: Span<UInt8>, number: Int, after previous: Timestamp) throws(StreamError) {
        do throws(StreamError) {
            guard let entry = try StreamEntry.parse(text, after: previous) else { return nil }
            self.init(entry, number: number)
        } catch {
            throw StreamError(error.message, line: number)
        }
    }

    /// Reads the request of an entry.
    init(_ entry: StreamEntry, number: Int = 1) {
        self.entry = entry
        self.number = number
        do throws(ParseFailure) {
            request = .success(try LineParser.parse(entry.line.span, allowInternal: true))
        } catch {
            request = .failure(error)
        }
    }
}

/// What is wrong with a stream file.
package struct StreamError: Error, Sendable, CustomStringConvertible {
    /// The number of the line; nil if whoever found it does not know.
    package let line: Int?
    /// What is wrong.
    package let message: String

    package init(_ message: String, line: Int? = nil) {
        self.line = line
        self.message = message
    }

    package var description: String { line.map { "line \($0): \(message)" } ?? message }
}
