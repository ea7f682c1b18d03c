import Exchange
import Ledger
package import Permits

/// Runs stream files on a venue, entry by entry, as the sequencer would have.
///
/// A timer that is due before an entry fires first, by a `CLOCK` of its own, at the time for which it was set.
package struct StreamReplay: Sendable {
    package private(set) var venue: Venue
    /// The time of the last entry, from which relative times count.
    package var time: Timestamp
    /// What happened, if it is kept for inquiries.
    private var records = ReplayRecords()
    private let keepsRecords: Bool
    private var output = Output()

    /// Who listens, as far as it matters to `body`; nil: all lines are written.
    package var audience: Audience? {
        get { output.audience }
        set { output.audience = newValue }
    }

    /// What one entry did.
    package struct Step {
        package let entry: StreamEntry
        package let output: Output
        /// The command's sequence number; nil for a query or a line that did not reach the engine.
        package let sequence: UInt64?
    }

    /// Starts on a fresh exchange, or goes on from `venue`; with `keepsRecords`, inquiries tell what happened from here on.
    package init(on venue: Venue = Venue(), keepsRecords: Bool = false) {
        self.venue = venue
        self.keepsRecords = keepsRecords
        time = venue.exchange.now
    }

    /// Runs every line of `text`, a stream file or a part of it that ends with a line end.
    ///
    /// - Parameters:
    ///   - text: the lines.
    ///   - firstLine: the number of the first line, for errors.
    ///   - body: called after each step, with the venue as it then stands, in place so that it is not copied.
    /// - Throws: `StreamError` that names the line, or what `body` throws.
    package mutating func run(_ text: [UInt8], firstLine: Int = 1, _ body: (Step, inout Venue) throws -> Void) throws {
        try StreamReplay.forEachLine(text, firstLine: firstLine, after: time) { try run($0, body) }
    }

    /// Reads every line of `text`, to run them later: for that alone no venue is needed.
    /// - Parameters:
    ///   - text: the lines.
    ///   - firstLine: the number of the first line, for errors.
    /// - Returns: the lines.
    /// - Throws: `StreamError` that names the line.
    package static func read(_ text: [UInt8], firstLine: Int = 1) throws -> [ReadLine] {
        var lines: [ReadLine] = []
        try forEachLine(text, firstLine: firstLine, after: .zero) { lines.append($0) }
        return lines
    }

    /// Runs lines that were read before, whose times are absolute.
    /// - Throws: `StreamError` that names the line.
    package mutating func run(_ lines: [ReadLine]) throws {
        for line in lines { try run(line) { _, _ in } }
    }

    private static func forEachLine(
        _ text: [UInt8],
        firstLine: Int,
        after time: Timestamp,
        _ body: (ReadLine) throws -> Void
    ) throws {
        var (number, time) = (firstLine, time)
        var start = 0
        while start < text.count {
            let end = text.span.firstIndex(of: UInt8(ascii: "\n"), from: start)
            let last = end > start && text[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
            if let line = try ReadLine(text.span.extracting(start..<last), number: number, after: time) {
                time = line.entry.time
                try body(line)
            }
            number += 1
            start = end + 1
        }
    }

    private mutating func run(_ line: ReadLine, _ body: (Step, inout Venue) throws -> Void) throws {
        time = line.entry.time
        let prepared: PreparedEntry
        do throws(StreamError) { prepared = try venue.prepare(line) } catch {
            throw StreamError(error.message, line: line.number)
        }
        try run(prepared, line.entry, body)
    }

    private mutating func keep(_ output: Output) {
        guard keepsRecords else { return }
        for event in output.events {
            records.keep(event, sequence: venue.exchange.sequence, time: venue.exchange.now)
        }
    }

    private mutating func run(
        _ prepared: PreparedEntry,
        _ entry: StreamEntry,
        _ body: (Step, inout Venue) throws -> Void
    ) throws {
        output.leaveAll()
        while prepared.firesTimers, let clock = venue.clock(before: entry.time) {
            venue.execute(clock, output: &output)
            let sequence = venue.exchange.sequence
            keep(output)
            try body(Step(entry: .clock(at: clock.time), output: output, sequence: sequence), &venue)
            output.leaveAll()
        }
        let sequence = venue.run(prepared, records: records, output: &output)
        keep(output)
        try body(Step(entry: entry, output: output, sequence: sequence), &venue)
    }
}
