import ArgumentParser
import Exchange
import Foundation
import Server
import Storage
import Wire
import Seals

/// Checks a data directory from the first command to the last.
struct Verify: ParsableCommand {
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

    @Flag(help: "Compare settlement's balances alone; three times as fast.")
    var balancesOnly = false

    @Flag(help: "Print the state digest last.")
    var digest = false

    func run() throws {
        let journal = try Journal(directory: directory, readOnly: true)
        let snapshots = try SnapshotStore(directory: directory).newest()
        for problem in snapshots.problems { Console.note("snapshots.db: \(problem)") }
        let image = try Settlement(directory: directory).image()
        let settled = image.balances
        let rebuilt = balancesOnly ? nil : try RebuiltSettlement(through: settled.appliedSequence)
        var replay = StreamReplay()
        var problems: [String] = snapshots.problems
        var bar = ProgressBar("replaying", total: journal.lastCommand)
        try journal.forEachBatch { batch in
            try replay.run(batch.payload) { step, venue in
                guard let sequence = step.sequence else {
                    throw ReplayError("batch \(batch.sequence) holds a line that never reached the engine")
                }
                try rebuilt?.add(step, sequence)
                if everyCommand { venue.exchange.checkInvariants() }
                if sequence == settled.appliedSequence { problems += settled.differences(from: venue.exchange) }
                if let snapshot = snapshots.snapshot, sequence == snapshot.sequence,
                    SHA256.digest(of: venue.snapshot()) != snapshot.digest
                {
                    problems.append("the snapshot at command \(sequence) differs from the replay")
                }
            }
            guard replay.venue.exchange.sequence == batch.lastCommand else {
                throw ReplayError("batch \(batch.sequence) does not hold the commands that it says")
            }
            bar.advance(to: batch.lastCommand)
        }
        bar.finish()
        if let rebuilt { problems += try rebuilt.differences(of: image) }
        replay.venue.exchange.checkInvariants()
        let last = journal.lastCommand
        let compared = balancesOnly ? "balances compared to the unit" : "every row compared with a rebuilt one"
        Console.line("journal: \(last) commands, every hash right, epoch \(journal.epoch)")
        Console.line(
            "engine: every invariant holds; debits = credits, issued = held + surrendered + retired + cancelled"
        )
        Console.line("settlement: at command \(settled.appliedSequence), \(compared)")
        Console.line(
            "snapshot: \(snapshots.snapshot.map { "at command \($0.sequence), equal to the replay" } ?? "none")"
        )
        if digest {
            let hex = SHA256.digest(of: replay.venue.exchange.stateBytes()).hex
            Console.line("digest=\(hex) seq=\(replay.venue.exchange.sequence)")
        }
        if settled.appliedSequence == 0, last > 0 {
            problems.append("settlement has booked nothing of \(last) commands; a start of the venue rebuilds it")
        }
        guard problems.isEmpty else {
            for problem in problems { Console.line("PROBLEM \(problem)") }
            throw ExitCode(1)
        }
        Console.line("all is well")
    }
}

/// A settlement file built from the journal in a directory of its own, to compare with.
private final class RebuiltSettlement {
    private let directory: URL
    private let settlement: Settlement
    private let last: UInt64
    private var bookings = Bookings()

    /// How many commands go into one transaction.
    private static let groupMax = 20_000

    /// - Parameter last: the command after which nothing more is booked.
    /// - Throws: what the file system or SQLite refuses.
    init(through last: UInt64) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("weir-verify-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        settlement = try Settlement(directory: directory.path)
        self.last = last
    }

    deinit {
        do { try FileManager.default.removeItem(at: directory) } catch {
            Console.note("\(directory.path) could not be removed: \(error)")
        }
    }

    func add(_ step: StreamReplay.Step, _ sequence: UInt64) throws {
        guard sequence <= last else { return }
        bookings.add(step)
        guard bookings.count >= RebuiltSettlement.groupMax || sequence == last else { return }
        try bookings.book(in: settlement, through: sequence)
    }

    func differences(of image: SettlementImage) throws -> [String] {
        try image.differences(from: settlement).map { "settlement.db: \($0)" }
    }
}
