import ArgumentParser
import Exchange
import Foundation
import Server
import Storage
import Wire
import Seals

/// Checks a data directory from the first command to the last.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check every hash and invariant of a data directory.",
        discussion: """
            Reads the whole journal and checks each batch's hash, replays it on a fresh exchange, checks the invariants of
            ledger and books, compares the newest snapshot with the replay, settlement's balances with the engine's to the
            unit, and every table of settlement, row by row, with one that is built anew beside it. It may run beside a
            live server; then it checks up to where settlement has come.
            """
    )

    @Argument(help: "The data directory.")
    var directory: String

    @Flag(help: "Check the invariants after every command instead of at the end; slow.")
    var everyCommand = false

    @Flag(help: "Compare settlement's balances alone, without building it anew; faster.")
    var balancesOnly = false

    @Option(help: "Where settlement is built anew to compare with; it takes as much room as settlement.db.")
    var scratch = FileManager.default.temporaryDirectory.path

    @Flag(help: "Print the state digest last.")
    var digest = false

    func run() async throws {
        let journal = try Journal(directory: directory, readOnly: true)
        var problems: [String] = []
        let snapshot = openSnapshot(&problems)
        let image = openImage(&problems)
        let settled = image?.balances ?? Settlement.Balances()
        // What is built goes with the process, however that ends; a reader that has gone ends nothing.
        let place = RebuiltSettlement.place(in: scratch)
        signal(SIGPIPE, SIG_IGN)
        let signals = await StopSignals.install {
            RebuiltSettlement.remove(place)
            // At once: other threads are at work.
            _exit(1)
        }
        defer { signals.cancel() }
        let rebuilt = try image.flatMap { balancesOnly ? nil : try RebuiltSettlement(of: $0, at: place) }
        var replay = StreamReplay()
        var bar = ProgressBar("replaying", total: journal.lastCommand)
        try journal.forEachBatch { batch in
            try replay.run(batch, of: journal.file) { step, sequence, venue in
                try rebuilt?.add(step, sequence)
                if everyCommand { venue.exchange.checkInvariants() }
                if sequence == settled.appliedSequence { problems += settled.differences(from: venue.exchange) }
                if let snapshot, sequence == snapshot.sequence,
                    SHA256.digest(of: venue.snapshot()) != snapshot.digest
                {
                    problems.append("the snapshot at command \(sequence) differs from the replay")
                }
            }
            bar.advance(to: batch.lastCommand)
        }
        bar.finish()
        if let rebuilt { problems += try rebuilt.differences() }
        replay.venue.exchange.checkInvariants()
        problems += try strangers(to: journal, snapshot, image)
        if image != nil, settled.appliedSequence == 0, journal.lastCommand > 0 {
            let count = journal.lastCommand
            problems.append("settlement has booked nothing of \(count) commands; a start of the venue rebuilds it")
        }
        report(journal, snapshot, image)
        if digest {
            let hex = SHA256.digest(of: replay.venue.exchange.stateBytes()).hex
            Console.line("digest=\(hex) seq=\(replay.venue.exchange.sequence)")
        }
        guard problems.isEmpty else {
            for problem in problems { Console.line("PROBLEM \(problem)") }
            throw ExitCode(1)
        }
        Console.line("all is well")
    }

    private func report(_ journal: Journal, _ snapshot: Snapshot?, _ image: SettlementImage?) {
        let compared = balancesOnly ? "balances compared to the unit" : "every row compared with a rebuilt one"
        Console.line("journal: \(journal.lastCommand) commands, every hash right, epoch \(journal.epoch)")
        Console.line(
            "engine: every invariant holds; debits = credits, issued = held + surrendered + retired + cancelled"
        )
        let settled = image.map { "at command \($0.balances.appliedSequence), \(compared)" }
        Console.line("settlement: \(settled ?? "not there; a start of the venue makes it from the journal")")
        Console.line("snapshot: \(snapshot.map { "at command \($0.sequence), equal to the replay" } ?? "none")")
    }

    /// What follows another journal, or one that went another way.
    private func strangers(to journal: Journal, _ snapshot: Snapshot?, _ image: SettlementImage?) throws -> [String] {
        var positions: [(String, JournalPosition)] = []
        if let snapshot { positions.append(("snapshots.db", snapshot.position)) }
        if let image { positions.append(("settlement.db", image.balances.position)) }
        if FileManager.default.fileExists(atPath: directory + "/log.db") {
            do throws(SealedLogError) {
                positions.append(("log.db", try SealedLog.reading(directory: directory).position().applied))
            } catch {
                return ["\(error)"]
            }
        }
        return try positions.compactMap { name, position in
            switch try journal.match(position) {
            case .holds: nil
            case .isAhead: "\(name) knows of command \(position.command); the journal has lost its end"
            case .differs: "\(name) is of another history: its command \(position.command) is not this journal's"
            }
        }
    }

    /// The newest snapshot, unless there is none that can be read.
    private func openSnapshot(_ problems: inout [String]) -> Snapshot? {
        do throws(SnapshotStoreError) {
            guard let store = try SnapshotStore.reading(file: directory + "/snapshots.db") else { return nil }
            let search = try store.newest()
            problems += search.problems
            return search.snapshot
        } catch {
            problems.append("\(error)")
            return nil
        }
    }

    /// What is booked, unless it cannot be read.
    private func openImage(_ problems: inout [String]) -> SettlementImage? {
        guard FileManager.default.fileExists(atPath: directory + "/settlement.db") else { return nil }
        do throws(SettlementError) { return try Settlement(reading: directory).image() } catch {
            problems.append(error.description)
            return nil
        }
    }
}
