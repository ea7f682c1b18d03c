package import Storage
package import Wire

/// What commands did, gathered for one transaction of settlement.
package struct Bookings {
    private var entries: [SettlementEntry] = []
    private var lines: [FeedLine] = []

    package init() {}

    /// How many commands that did something it holds.
    package var count: Int { entries.count }

    /// Gathers what a command did; a query does nothing.
    package mutating func add(_ step: StreamReplay.Step) {
        guard let sequence = step.sequence else { return }
        if !step.output.events.isEmpty {
            entries.append(SettlementEntry(sequence: sequence, time: step.entry.time, events: step.output.events))
        }
        lines += FeedLine.lines(of: step.output, sequence: sequence)
    }

    /// Books it, and is empty again.
    /// - Parameters:
    ///   - settlement: where.
    ///   - sequence: the last command that was gathered, whether it did something or not.
    /// - Throws: `SettlementError`; nothing is booked then.
    package mutating func book(in settlement: Settlement, through sequence: UInt64) throws {
        try settlement.apply(entries, lines: lines, through: sequence)
        entries.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
    }
}
