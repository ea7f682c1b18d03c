import ArgumentParser

/// Benchmarks, one subcommand each.
@main
struct WeirBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir-bench",
        abstract: "Benchmarks: JSON on standard output, a table on standard error.",
        subcommands: [
            BookBench.self, EngineBench.self, ServerBench.self, LatencyBench.self, RecoveryBench.self, SettlementBench.self,
            AuctionBench.self, GrowthBench.self, ZoneBench.self, HotPath.self,
        ]
    )
}
