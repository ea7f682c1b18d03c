import ArgumentParser
import Exchange
import Foundation
import Logging
import Seals
import Server
import Storage
import Wire

/// What a start costs.
struct RecoveryBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recovery",
        abstract: "Commands a second of a replay from the first on, and the seconds of a start with a snapshot."
    )

    @Option(help: "Commands in the journal.")
    var commands = 10_000_000

    @Option(help: "How many of them come after the snapshot.")
    var tail = 250_000

    @Option(help: "Where the data directory is made; it is removed afterwards.")
    var directory = FileManager.default.temporaryDirectory.path

    func run() throws { try BenchDirectory.with(in: directory, measure) }

    private func measure(_ data: String) throws {
        var written = BenchJournal()
        var snapshotBytes = 0
        do {
            let journal = try Journal(directory: data)
            let snapshots = try SnapshotStore(directory: data)
            let wanted = UInt64(max(0, commands - tail))
            try written.write(commands, to: journal) { replay in
                guard snapshotBytes == 0, replay.venue.exchange.sequence >= wanted else { return }
                let payload = replay.venue.snapshot()
                snapshotBytes = payload.count
                try snapshots.save(Snapshot(position: journal.position, payload: payload))
            }
            try journal.checkpoint()
            try journal.close()
        }
        let start = try seconds { try recover(data) }
        try FileManager.default.removeItem(atPath: "\(data)/snapshots.db")
        let replay = try seconds { try recover(data) }
        var report = Report(
            "recovery",
            ["commands": commands, "tail": tail],
            columns: ["what", "seconds", "commands_per_second"]
        )
        report.add([
            "what": "replay from the first command", "seconds": replay,
            "commands_per_second": Int(Double(commands) / replay),
        ])
        report.add(["what": "start with a snapshot", "seconds": start])
        report.summary = [
            "replayed_per_second": Int(Double(commands) / replay), "start_seconds": start,
            "snapshot_bytes": snapshotBytes,
        ]
        try report.write()
    }

    /// Opens the data directory as a start does, up to the venue that takes commands.
    private func recover(_ data: String) throws {
        let journal = try Journal(directory: data)
        let logger = Logger(label: "bench", factory: { _ in SwiftLogNoOpLogHandler() })
        let followers = try Followers(directory: data, journal: journal, logKey: BenchVenue.logKey, logger: logger)
        _ = try Recovery.recover(journal: journal, followers: followers, logger: logger)
        try followers.close()
        try journal.close()
    }
}
