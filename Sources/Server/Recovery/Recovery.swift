import Exchange
package import Logging
import Permits
package import Storage
package import Wire

/// Brings a data directory's state back: the newest snapshot, and the journal after it.
package enum Recovery {
    /// A replay, and where in the journal it stands.
    package struct Place: Sendable {
        package var replay: StreamReplay
        package var position: JournalPosition

        /// Before the first command.
        package static let start = Place(replay: StreamReplay(), position: .start)
    }

    /// Rebuilds the venue.
    ///
    /// A snapshot that cannot be read is passed over; without one it begins at the first command.
    /// - Returns: the venue at the journal's end, and where settlement goes on from: the newest snapshot that it has booked.
    /// - Throws: `JournalError` if the journal cannot be read, or an entry cannot be run.
    package static func recover(
        journal: Journal,
        followers: Followers,
        logger: Logger
    ) throws -> (venue: Venue, settled: Place) {
        let booked = min(followers.settlement.appliedSequence, followers.log?.appliedSequence ?? .max)
        let newest = place(in: followers.snapshots, atMost: journal.lastCommand, logger)
        let settled =
            newest.position.command <= booked ? newest : place(in: followers.snapshots, atMost: booked, logger)
        var replay = newest.replay
        replay.audience = .nobody
        let start = replay.venue.exchange.sequence
        let ahead = try ReadAhead(journal, fromCommand: start + 1)
        defer { ahead.stop() }
        while let part = try ahead.next() {
            guard part.batch.lastCommand > start else { continue }
            try replay.run(part, of: journal.file)
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

    /// The newest snapshot that can be read, of a command up to `last`.
    private static func place(in snapshots: SnapshotStore, atMost last: UInt64, _ logger: Logger) -> Place {
        var bound = last
        do throws(SnapshotStoreError) {
            while true {
                let search = try snapshots.newest(atMost: bound)
                for problem in search.problems { logger.warning("snapshot passed over: \(problem)") }
                guard let snapshot = search.snapshot, snapshot.sequence > 0 else { return .start }
                if let replay = StreamReplay(from: snapshot) {
                    return Place(replay: replay, position: snapshot.position)
                }
                logger.warning("snapshot passed over: that of command \(snapshot.sequence) is of another layout")
                bound = snapshot.sequence - 1
            }
        } catch {
            logger.warning("snapshots passed over: \(error)")
            return .start
        }
    }
}

extension FeedLines {
    /// Adds the event lines of a command's output.
    package mutating func append(_ output: Output, sequence: UInt64) {
        for line in output.lines {
            guard let stream = line.destination.stream else { continue }
            output.withText(of: line) { append($0, stream: stream, count: line.count, sequence: sequence) }
        }
    }
}
