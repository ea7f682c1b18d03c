package import Storage
package import Wire

/// What commands did, gathered for one transaction of settlement.
package struct Bookings {
    private var entries: [SettlementEntry] = []
    private var lines = FeedLines()

    package init() {}

    /// How many events and lines it holds: roughly, how many rows it will write.
    package private(set) var rowCount = 0
    /// How many rows go into one transaction, or as many as one command more makes.
    private static let rowsMax = 100_000

    /// Whether it should be booked before more is gathered, by whoever does nothing else.
    package var isFull: Bool { rowCount >= Bookings.rowsMax }

    /// Gathers what a command did; a query does nothing.
    package mutating func add(_ step: StreamReplay.Step) {
        guard let sequence = step.sequence else { return }
        if !step.output.events.isEmpty {
            entries.append(SettlementEntry(sequence: sequence, time: step.entry.time, events: step.output.events))
        }
        lines.append(step.output, sequence: sequence)
        rowCount += step.output.events.count + step.output.lines.count
    }

    /// Books it, and is empty again.
    /// - Parameters:
    ///   - settlement: where.
    ///   - position: behind the last command that was gathered, whether it did something or not.
    /// - Throws: `SettlementError`; nothing is booked then.
    package mutating func book(in settlement: Settlement, through position: JournalPosition) throws {
        try settlement.apply(entries, lines: lines, through: position)
        entries.removeAll(keepingCapacity: true)
        lines.removeAll()
        rowCount = 0
    }
}
