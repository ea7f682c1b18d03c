import ArgumentParser

/// Benchmarks that print JSON, one subcommand each.
@main
struct WeirBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir-bench",
        abstract: "Benchmarks that print JSON.",
        subcommands: [BookBench.self, EngineBench.self, ZoneBench.self, ServerBench.self, AuctionBench.self]
    )
}
