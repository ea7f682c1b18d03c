import Exchange
import Permits

/// The lines of a replay, each with who was sent it: the form of `fixtures/NAME.expected`.
package struct Transcript {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Appends the lines of one step: `MEMBER< `, `*< ` for a market's, `-< ` for a connection without logon.
    package mutating func append(_ step: StreamReplay.Step, in venue: Venue) {
        for line in step.output.lines {
            switch line.destination {
            case .reply: bytes.append(code: step.entry.member.isEmpty ? Transcript.stranger : step.entry.member)
            case .member(let member): bytes.append(code: venue.exchange.members[member].code)
            case .market: bytes.append("*")
            }
            bytes.append("< ")
            step.output.bytes.withSpan(line.range) { bytes.append($0) }
        }
    }

    /// Takes what was collected.
    package mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    private static let stranger = Code("-") ?? .none
}
