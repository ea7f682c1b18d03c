import Exchange
package import Logging
package import Storage
package import Wire

/// Brings a data directory's state back: the newest snapshot that settlement has booked, and the journal after it.
package enum Recovery {
    /// Rebuilds the venue, and books in settlement what it lacks.
    ///
    /// Without a snapshot, or with a settlement that is behind every snapshot or missing, it begins at the first command.
    /// - Throws: `JournalError`, `SettlementError`, `SnapshotStoreError`, or `StreamError` if an entry cannot be run.
    package static func recover(
        journal: Journal,
        settlement: Settlement,
        snapshots: SnapshotStore,
        logger: Logger
    ) throws -> Venue {
        let search = try snapshots.newest(atMost: settlement.appliedSequence)
        for problem in search.problems { logger.warning("snapshot passed over: \(problem)") }
        var replay = StreamReplay(on: try search.snapshot.map { try Venue(snapshot: $0.payload) } ?? Venue())
        let start = replay.venue.exchange.sequence
        let booked = settlement.appliedSequence
        var entries: [SettlementEntry] = []
        var lines: [FeedLine] = []
        try journal.forEachBatch(fromCommand: start + 1) { batch in
            guard batch.lastCommand > start else { return }
            guard batch.firstCommand == replay.venue.exchange.sequence + 1 else {
                throw StreamError(
                    "batch \(batch.sequence) begins at \(batch.firstCommand), not where the snapshot ends"
                )
            }
            try replay.run(batch.payload) { step, _ in
                guard let sequence = step.sequence, sequence > booked else { return }
                entries.append(
                    SettlementEntry(sequence: sequence, time: step.entry.time, events: Array(step.output.events))
                )
                lines += FeedLine.lines(of: step.output, sequence: sequence)
            }
            guard replay.venue.exchange.sequence == batch.lastCommand else {
                throw StreamError("batch \(batch.sequence) does not hold the commands that it says")
            }
            guard entries.count >= 20_000 else { return }
            try settlement.apply(entries, lines: lines, through: batch.lastCommand)
            entries.removeAll(keepingCapacity: true)
            lines.removeAll(keepingCapacity: true)
        }
        let last = replay.venue.exchange.sequence
        if last > booked { try settlement.apply(entries, lines: lines, through: last) }
        logger.info(
            "recovered",
            metadata: [
                "commands": "\(last)", "snapshot": "\(start)", "replayed": "\(last - start)",
                "settled_before": "\(booked)",
            ]
        )
        return replay.venue
    }
}

extension FeedLine {
    /// The event lines of a command's output, without their line ends, as settlement keeps them.
    package static func lines(of output: Output, sequence: UInt64) -> [FeedLine] {
        output.lines.compactMap { line in
            guard let stream = FeedLine.stream(of: line.destination) else { return nil }
            return FeedLine(
                stream: stream,
                count: line.count,
                sequence: sequence,
                line: Array(output.bytes[line.range].dropLast())
            )
        }
    }

    /// The key of a destination's stream; nil for replies, which belong to none.
    static func stream(of destination: Destination) -> UInt64? {
        switch destination {
        case .reply: nil
        case .member(let member): stream(of: member)
        case .market(let market): stream(of: market)
        }
    }
}
