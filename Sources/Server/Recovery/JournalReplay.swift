import Exchange
import Permits
package import Storage
package import Wire

extension StreamReplay {
    /// Runs a journal's batch: it must follow what has run, and hold the commands that it says.
    ///
    /// - Parameters:
    ///   - batch: the batch.
    ///   - file: the journal's file, for errors.
    ///   - body: called after each command, with its sequence number and the venue as it then stands.
    /// - Throws: `JournalError.damaged` that names the first command that does not run and why, or what `body` throws.
    package mutating func run(
        _ batch: JournalBatch,
        of file: String,
        _ body: (Step, UInt64, inout Venue) throws -> Void = { _, _, _ in }
    ) throws {
        try run(batch, of: file) { replay in
            try replay.run(batch.payload, firstLine: Int(batch.firstCommand)) { step, venue in
                guard let sequence = step.sequence else {
                    throw JournalError.unrunnable(
                        file,
                        batch,
                        command: venue.exchange.sequence + 1,
                        "\"\(String(decoding: step.entry.line.prefix(80), as: UTF8.self))\" never reached the engine"
                    )
                }
                try body(step, sequence, &venue)
            }
        }
    }

    /// The same for a batch whose lines were read ahead.
    mutating func run(_ part: ReadAhead.Part, of file: String) throws {
        try run(part.batch, of: file) { try $0.run(part.lines) }
    }

    private mutating func run(_ batch: JournalBatch, of file: String, _ body: (inout StreamReplay) throws -> Void)
        throws
    {
        let next = venue.exchange.sequence + 1
        guard batch.firstCommand == next else {
            throw JournalError.unrunnable(
                file,
                batch,
                command: batch.firstCommand,
                "command \(next) should come before it"
            )
        }
        do {
            try body(&self)
        } catch let error as StreamError {
            throw JournalError.unrunnable(file, batch, command: UInt64(error.line ?? Int(next)), error.message)
        }
        let last = venue.exchange.sequence
        guard last == batch.lastCommand else {
            let reason = "the batch has \(batch.count) commands by its head, and \(last + 1 - next) that run"
            throw JournalError.unrunnable(file, batch, command: min(last, batch.lastCommand) + 1, reason)
        }
    }
}

/// Runs a journal on an engine of its own, from the first command or from a state.
package struct JournalReplay: JournalRunner {
    private var replay = StreamReplay()
    private let file: String

    /// - Parameter file: the journal's, for errors.
    package init(of file: String) {
        self.file = file
        replay.audience = .nobody
    }

    package var lastCommand: UInt64 { replay.venue.exchange.sequence }

    /// Goes on from a state.
    /// - Returns: false if it is of another layout; nothing has changed then.
    package mutating func begin(from snapshot: Snapshot) -> Bool {
        guard let begun = StreamReplay(from: snapshot) else { return false }
        replay = begun
        replay.audience = .nobody
        return true
    }

    /// Runs a batch, which must follow `lastCommand`.
    /// - Throws: `JournalError.damaged` that names the first command that does not run, and why.
    package mutating func run(_ batch: JournalBatch) throws {
        // The first batch that is asked for may begin before the state that was begun from.
        guard batch.lastCommand > lastCommand else { return }
        try replay.run(batch, of: file)
    }

    /// The state, in snapshot form.
    package func state() -> [UInt8] { replay.venue.snapshot() }
}

extension StreamReplay {
    /// A replay that goes on from a snapshot; nil if that cannot be read, as one of another layout, or is of another command.
    package init?(from snapshot: Snapshot) {
        let venue: Venue
        do throws(SnapshotError) { venue = try Venue(snapshot: snapshot.payload) } catch { return nil }
        guard venue.exchange.sequence == snapshot.sequence else { return nil }
        self.init(on: venue)
    }
}
