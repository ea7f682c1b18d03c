import Audit
import Exchange
import Foundation
import Permits
import Server
import Storage
import Wire
import Seals

/// Keeps what a replay does as a data directory: journal, settlement and a snapshot, as a server would have left it.
final class Recorder {
    private let journal: Journal
    private let settlement: Settlement
    private let log: SealedLog
    private let snapshots: SnapshotStore
    private var payload: [UInt8] = []
    private var bookings = Bookings()
    private var facts: [LogEntry] = []
    private var firstCommand: UInt64 = 1
    private var lastCommand: UInt64 = 0

    /// How much is written in one batch, in bytes of journal.
    private static let batchBytes = 64 * 1024

    /// Starts a data directory.
    /// - Throws: `CommandError` if it holds a journal already.
    init(directory: String) throws {
        journal = try Journal(directory: directory)
        guard journal.lastCommand == 0 else {
            throw CommandError("\(directory) holds a journal of \(journal.lastCommand) commands; give a new directory")
        }
        settlement = try Settlement(directory: directory)
        log = try SealedLog(directory: directory, key: try LogKeyFile.open(directory: directory).key)
        snapshots = try SnapshotStore(directory: directory)
    }

    /// Records a step; queries and refused lines leave no trace, as on a server.
    func record(_ step: StreamReplay.Step, _ venue: borrowing Venue) throws {
        guard let sequence = step.sequence else { return }
        lastCommand = sequence
        let entry = step.entry
        entry.append(to: &payload)
        bookings.add(step)
        facts += step.output.facts(sequence: sequence, of: venue.exchange, blinding: log.blinding)
        if payload.count >= Recorder.batchBytes || bookings.isFull { try write() }
    }

    private func write() throws {
        guard lastCommand >= firstCommand else { return }
        let position = try journal.append(
            firstCommand: firstCommand,
            count: Int(lastCommand - firstCommand + 1),
            payload: payload
        )
        try bookings.book(in: settlement, through: position)
        try log.append(facts, through: position)
        facts.removeAll(keepingCapacity: true)
        firstCommand = lastCommand + 1
        payload.removeAll(keepingCapacity: true)
    }

    /// Writes what is left, and a snapshot.
    func finish(_ venue: Venue) throws {
        try write()
        if journal.lastCommand > 0 {
            try snapshots.save(Snapshot(position: journal.position, payload: venue.snapshot()))
        }
        try settlement.close()
        try log.close()
        _ = try journal.checkpoint()
        try journal.close()
    }
}
