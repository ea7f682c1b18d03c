import ArgumentParser
import Permits

/// What zones cost: the engine's flow in a market without zones, and in one of several zones joined by links.
struct ZoneBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zones",
        abstract: "What zones cost that do not constrain: the same flow without and with linked zones.",
        discussion: """
            unconstrained: all orders in one zone, whose neighbours hold orders out of reach; its ratio is time with zones
            by time without. spread: the same orders over all zones, joined by links without limit, so that most trades
            pass links.
            """
    )

    @Option(help: "Commands a run.")
    var commands = 500_000

    @Option(help: "Members.")
    var members = 1000

    @Option(help: "Zones, joined in a row.")
    var zones = 4

    @Option(help: "Runs of each kind, in turn; the quickest counts.")
    var rounds = 5

    @Option(help: "Seed of the flow.")
    var seed: UInt64 = 1

    func run() throws {
        var report = Report(
            "zones",
            ["commands": commands, "members": members, "zones": zones, "rounds": rounds, "seed": Int(seed)],
            columns: ["shape", "plain_commands_per_second", "unconstrained_ratio", "spread_ratio"]
        )
        var worst = 0.0
        for shape in Shape.allCases {
            let flow = Flow.make(shape, count: commands, seed: seed)
            var best = [Double](repeating: .infinity, count: 3)
            for _ in 0..<rounds {
                for (index, zones) in [0, zones, zones].enumerated() {
                    var setting = EngineRun(members: members, zones: zones, isSpread: index == 2)
                    if index == 1 { setting.restElsewhere() }
                    best[index] = min(best[index], setting.run(flow))
                }
            }
            worst = max(worst, best[1] / best[0])
            report.add([
                "shape": shape.rawValue, "plain_commands_per_second": Int(Double(commands) / best[0]),
                "unconstrained_ratio": best[1] / best[0], "spread_ratio": best[2] / best[0],
            ])
        }
        report.summary = ["worst_unconstrained_ratio": worst]
        try report.write()
    }
}
