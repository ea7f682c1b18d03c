package import Exchange
package import Permits

/// Where a line goes.
package enum Destination: Hashable, Sendable {
    /// To who asked.
    case reply
    /// To every session of a member: its private stream.
    case member(MemberID)
    /// To a market's subscribers: its public stream.
    case market(MarketID)
}

/// Who may learn of a line by the sealed log; each line says it where it is written.
package enum Disclosure: Sendable {
    /// It is no fact yet, or another line tells it.
    case nobody
    /// Its digest stands there, which its owner can open.
    case owner
    /// It stands there as it was sent.
    case everybody
}

/// One line in an `Output`.
package struct OutputLine: Sendable {
    package let destination: Destination
    package let disclosure: Disclosure
    /// Its gapless number in its stream; 0 for replies.
    package let count: UInt64
    /// Its bytes in the output, line end included.
    package let range: Range<Int>
}

/// Who listens: lines that nobody wants are not written.
package struct Audience: Sendable {
    private var members: ContiguousArray<UInt32> = []
    private var markets: ContiguousArray<UInt32> = []
    private var auctions: UInt32 = 0
    private var registry: UInt32 = 0

    /// Nobody at all, for a replay that is after the state alone.
    package static let nobody: Audience = {
        var audience = Audience()
        audience.replies = false
        return audience
    }()

    /// Whether replies are wanted.
    package var replies = true

    package init() {}

    /// Counts a listener of a member's private stream, or takes one away.
    package mutating func count(_ change: Int, of member: MemberID) {
        Audience.count(change, Int(member.index), &members)
    }

    /// Counts a listener of a public stream, or takes one away.
    package mutating func count(_ change: Int, of market: MarketID) {
        switch market {
        case .auctions: auctions = UInt32(Int(auctions) + change)
        case .registry: registry = UInt32(Int(registry) + change)
        default: Audience.count(change, market.slot, &markets)
        }
    }

    private static func count(_ change: Int, _ index: Int, _ counts: inout ContiguousArray<UInt32>) {
        while counts.count <= index { counts.append(0) }
        counts[index] = UInt32(Int(counts[index]) + change)
    }

    func wants(_ destination: Destination) -> Bool {
        switch destination {
        case .reply: replies
        case .member(let member): Int(member.index) < members.count && members[Int(member.index)] > 0
        case .market(.auctions): auctions > 0
        case .market(.registry): registry > 0
        case .market(let market): market.slot < markets.count && markets[market.slot] > 0
        }
    }
}

/// What commands and queries produced: lines in order, and the events behind them.
package struct Output: Sendable {
    package internal(set) var bytes = Buffer<UInt8>(capacity: 1024)
    package private(set) var lines: ContiguousArray<OutputLine> = []
    package var events: ContiguousArray<Event> = []
    /// Who listens; nil: all lines are wanted.
    package var audience: Audience?
    /// The name of the venue's history, for replies that begin or go on with a stream; nil in a replay, which has none.
    package var history: HistoryID?
    private var owner = Owner()

    /// A line's text, without its line end.
    package func text(of line: OutputLine) -> [UInt8] {
        bytes.array(line.range.lowerBound..<line.range.upperBound - 1)
    }

    /// Gives `body` a line's text, without its line end.
    package func withText<Result>(of line: OutputLine, _ body: (Span<UInt8>) -> Result) -> Result {
        bytes.withSpan(line.range.lowerBound..<line.range.upperBound - 1, body)
    }

    package init() {}

    /// Empties it, keeping its memory.
    package mutating func removeAll() {
        _ = begin()
        bytes.removeAll()
        lines.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
    }

    /// Empties one whose lines and events others may have kept: an array that is shared is made anew as large as it was, so one
    /// that was large once is given up.
    mutating func leaveAll() {
        _ = begin()
        bytes.removeAll()
        lines.removeAll(keepingCapacity: lines.capacity <= Output.smallCount)
        events.removeAll(keepingCapacity: events.capacity <= Output.smallCount)
    }

    /// Most commands have no more lines or events.
    private static let smallCount = 16

    /// Appends the name of the venue's history, if it has one.
    mutating func appendHistory() {
        guard let history else { return }
        bytes.append(" history=")
        bytes.append(text: "\(history)")
    }

    /// Begins a line.
    /// - Returns: where it begins.
    mutating func begin() -> Int {
        if owner.isShared() {
            bytes.makeOwn()
            owner.own()
        }
        return bytes.count
    }

    /// Ends the line that was begun at `start`.
    mutating func endLine(
        from start: Int,
        to destination: Destination,
        _ disclosure: Disclosure = .nobody,
        count: UInt64 = 0
    ) {
        bytes.append(UInt8(ascii: "\n"))
        lines.append(
            OutputLine(destination: destination, disclosure: disclosure, count: count, range: start..<bytes.count)
        )
    }
}
