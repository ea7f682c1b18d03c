import ArgumentParser
import Foundation
import Seals
import Simulation

/// Runs the venue in a simulated world.
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run venue and clients in a simulated world whose faults a seed decides, and check every promise.",
        discussion: """
            The real sessions, sequencer, engine, journal, settlement and snapshots run in one thread, with a simulated
            network, clock and disk. Connections break at any byte, the venue is killed, the power goes and takes what was
            not synced, the disk fails or is full, the clock jumps. Then faults stop, and everything must be answered.
            Checked: nothing acknowledged is lost or done twice, streams have no gap, answers and events are those of a
            replay of the journal, settlement agrees with the engine. The same seed gives the same run.
            """
    )

    @Option(help: "The seed, or the first one.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds.")
    var seeds: UInt64 = 1

    @Option(help: "Steps with faults, for each seed.")
    var steps = 3000

    @Flag(
        help: "Instead: fail the first operation of the disk before faults stop, in another run the second, and so on."
    )
    var everyOperation = false

    func validate() throws {
        guard !everyOperation || seeds == 1 else { throw ValidationError("--every-operation takes one seed") }
        guard seeds >= 1, steps >= 0 else { throw ValidationError("--seeds is at least 1, --steps at least 0") }
    }

    func run() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("weir-simulate-\(getpid())").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { unlink(directory + "/lock"); rmdir(directory) }
        if everyOperation { return try failEveryOperation(in: directory) }
        var total = SimulationReport()
        var bar = ProgressBar("simulating", total: seeds)
        for index in 0..<seeds {
            let simulation = Simulation(seed: seed + index, steps: steps, directory: directory)
            do {
                total.add(try simulation.run())
            } catch {
                bar.finish()
                Console.line("seed \(seed + index): \(error)")
                try shrink(seed + index, simulation, directory)
                throw ExitCode(1)
            }
            bar.advance(to: index + 1)
        }
        bar.finish()
        Console.line(
            """
            \(total.seeds) seeds, \(total.steps) steps with faults: \(total.kills) kills, \(total.powerCuts) power cuts, \
            \(total.diskFaults) disk faults, \(total.cleanStops) clean stops, \(total.clockJumps) clock jumps, \
            \(total.reconnects) connections
            \(total.acknowledged) acknowledged, \(total.refusedForNow) refused for the moment, \(total.resent) sent again, \
            \(total.events) events; \(total.commands) commands replayed: nothing lost, nothing twice, no gap, all equal
            digest=\(total.digest.hex)
            """
        )
    }
    /// Fails each operation once, alone, and once with all after it that need room, as on a full disk.
    private func failEveryOperation(in directory: String) throws {
        let passes: [(SimulatedDisk.Fault, Bool, String)] = [
            (SimulatedDisk.Fault.ioError, false, "failed once"), (.ioError, true, "failed once before the power went"),
            (.full, false, "was the first for which there was no room"),
        ]
        for (kind, cutsPower, what) in passes {
            var total = SimulationReport()
            for number in 1... {
                let simulation = Simulation(
                    seed: seed,
                    steps: steps,
                    onlyFault: Simulation.Fault(kind, number: number, cutsPower: cutsPower),
                    directory: directory
                )
                do {
                    let report = try simulation.run()
                    guard report.failedOperations > 0 else { break }
                    total.add(report)
                } catch {
                    Console.line("seed \(seed), operation \(number): \(error)")
                    throw ExitCode(1)
                }
                if number.isMultiple(of: 100) { Console.note("\(number) operations") }
            }
            Console.line(
                """
                each of \(total.seeds) operations of the disk \(what): \(total.diskFaults) stopped the venue or kept it from \
                starting, \(total.acknowledged) acknowledged, nothing lost, all equal
                """
            )
        }
    }

    /// Finds fewer steps that fail as well, and writes the commands that led there.
    private func shrink(_ seed: UInt64, _ failed: Simulation, _ directory: String) throws {
        var (passing, failing, last) = (-1, steps, failed)
        while passing + 1 < failing {
            let middle = (passing + failing) / 2
            let simulation = Simulation(seed: seed, steps: middle, directory: directory)
            do {
                _ = try simulation.run()
                passing = middle
            } catch {
                (failing, last) = (middle, simulation)
                Console.note("\(middle) steps: \(error)")
            }
        }
        Console.line("again: weir simulate --seed \(seed) --steps \(failing)")
        guard let text = last.journalText() else { return }
        let file = "simulate-\(seed).stream"
        try Data(text).write(to: URL(fileURLWithPath: file))
        Console.line("what its journal held: \(file), for weir replay")
    }
}
