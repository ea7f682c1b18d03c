import ArgumentParser
import Foundation

/// What the sealed log costs: the same durable load with it and without, in turn.
struct SealingBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sealing",
        abstract: "What the sealed log costs of the durable throughput, with and without it in turn.",
        discussion: """
            `orders_per_second` is what is answered after its commit. Settlement and the log follow behind, and let a burst go first for
            ten seconds; after that they take their share, so a round should be longer. The ratio is the median of the rounds' ratios.
            What the log adds to settlement's own work is told by `weir-bench settlement` with and without --unsealed.
            """
    )

    @Option(help: "Connections and orders under way: CONNECTIONSxPIPELINE.")
    var load = "50x64"

    @Option(help: "Rounds, each with the log and without.")
    var rounds = 5

    @Option(help: "Seconds that a load should take, roughly.")
    var time = 20.0

    @Option(help: "Where the data directories are made; they are removed afterwards.")
    var directory = FileManager.default.temporaryDirectory.path

    func run() async throws {
        let parts = load.split(separator: "x").compactMap { Int($0) }
        guard parts.count == 2, parts[0] > 0, parts[1] > 0, rounds > 0 else {
            throw ValidationError("--load is CONNECTIONSxPIPELINE, --rounds at least 1")
        }
        var report = Report(
            "sealing",
            ["load": load, "rounds": rounds, "seconds": time],
            columns: ["round", "log", "orders", "orders_per_second"]
        )
        var bench = ServerBench()
        bench.time = time
        bench.directory = directory
        var ratios: [Double] = []
        for round in 1...rounds {
            var rates: [Bool: Int] = [:]
            // Who goes first changes, so that what grows with time hits both.
            for seals in round.isMultiple(of: 2) ? [true, false] : [false, true] {
                let row = try await bench.measure(
                    connections: parts[0],
                    pipeline: parts[1],
                    seals: seals,
                    awaitsSettlement: false
                )
                let rate = row["orders_per_second"] as? Int ?? 0
                rates[seals] = rate
                report.add([
                    "round": round, "log": seals ? "sealed" : "none", "orders": row["orders"] ?? 0,
                    "orders_per_second": rate,
                ])
            }
            ratios.append(Double(rates[true] ?? 0) / Double(max(1, rates[false] ?? 0)))
        }
        report.summary = ["ratio": ratios.sorted()[rounds / 2]]
        try report.write()
    }
}
