import ArgumentParser
import Foundation

/// Benchmarks, one subcommand each.
struct WeirBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir-bench",
        abstract: "Benchmarks: JSON on standard output, a table on standard error.",
        subcommands: [
            BookBench.self, EngineBench.self, ServerBench.self, LatencyBench.self, RecoveryBench.self,
            SettlementBench.self, SealingBench.self,
            AuctionBench.self, GrowthBench.self, WorstBench.self, ZoneBench.self, HotPath.self,
        ]
    )
}

@main
enum Main {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        // On the first thread, and without another, so that callgrind can follow.
        if arguments.first == HotPath.configuration.commandName { return HotPath.main(Array(arguments.dropFirst())) }
        Task {
            await WeirBench.main()
            exit(0)
        }
        dispatchMain()
    }
}
