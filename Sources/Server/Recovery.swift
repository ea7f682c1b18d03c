import Exchange
package import Logging
import Permits
package import Storage
package import Wire

/// Brings a data directory's state back: the newest snapshot, and the journal after it.
package enum Recovery {
    /// Rebuilds the venue.
    ///
    /// Without a snapshot it begins at the first command.
    /// - Returns: the venue at the journal's end, and where settlement goes on from: the newest snapshot that it has booked.
    /// - Throws: `JournalError`, `SettlementError`, `SnapshotStoreError`, or `StreamError` if an entry cannot be run.
    package static func recover(
        journal: Journal,
        settlement: Settlement,
        log: SealedLog?,
        snapshots: SnapshotStore,
        logger: Logger
    ) throws -> (venue: Venue, settled: StreamReplay) {
        let search = try snapshots.newest()
        for problem in search.problems { logger.warning("snapshot passed over: \(problem)") }
        let booked = min(settlement.appliedSequence, log?.appliedSequence ?? .max)
        // Both follow the journal. If one is ahead of it, then the journal has lost its end, or is another.
        let known = max(settlement.appliedSequence, log?.appliedSequence ?? 0, search.snapshot?.sequence ?? 0)
        guard known <= journal.lastCommand else {
            throw StreamError(
                "\(journal.file) ends with command \(journal.lastCommand), but command \(known) was booked: it has lost its "
                    + "end, or is older than settlement.db, log.db and snapshots.db; restore a backup into an empty directory"
            )
        }
        let newest = try replay(from: search.snapshot)
        let settled =
            newest.venue.exchange.sequence <= booked
            ? newest : try replay(from: snapshots.newest(atMost: booked).snapshot)
        var replay = newest
        replay.audience = .nobody
        let start = replay.venue.exchange.sequence
        let ahead = ReadAhead(journal, fromCommand: start + 1)
        defer { ahead.stop() }
        while let part = try ahead.next() {
            let batch = part.batch
            guard batch.lastCommand > start else { continue }
            guard batch.firstCommand == replay.venue.exchange.sequence + 1 else {
                throw StreamError(
                    "batch \(batch.sequence) begins at \(batch.firstCommand), not where the snapshot ends"
                )
            }
            try replay.run(part.lines)
            guard replay.venue.exchange.sequence == batch.lastCommand else {
                throw StreamError("batch \(batch.sequence) does not hold the commands that it says")
            }
        }
        let last = replay.venue.exchange.sequence
        logger.info(
            "recovered",
            metadata: [
                "commands": "\(last)", "snapshot": "\(start)", "replayed": "\(last - start)",
                "settled": "\(booked)",
            ]
        )
        return (replay.venue, settled)
    }

    private static func replay(from snapshot: Snapshot?) throws -> StreamReplay {
        guard let snapshot else { return StreamReplay() }
        let venue = try Venue(snapshot: snapshot.payload)
        guard venue.exchange.sequence == snapshot.sequence else {
            throw StreamError(
                "the snapshot kept for command \(snapshot.sequence) is of command \(venue.exchange.sequence); "
                    + "snapshots.db is damaged: it is only a cache, move it away and start again"
            )
        }
        return StreamReplay(on: venue)
    }
}

extension FeedLine {
    /// The event lines of a command's output, without their line ends, as settlement keeps them.
    package static func lines(of output: Output, sequence: UInt64) -> [FeedLine] {
        output.lines.compactMap { line in
            guard let stream = line.destination.stream else { return nil }
            return FeedLine(
                stream: stream,
                count: line.count,
                sequence: sequence,
                line: output.text(of: line)
            )
        }
    }
}
