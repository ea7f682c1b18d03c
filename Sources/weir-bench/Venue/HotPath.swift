import Exchange
import ArgumentParser
import Permits
import Wire

/// Runs one hot path so many times, for a count of instructions.
struct HotPath: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hot",
        abstract: "Runs one hot path so many times; ops/check-instructions counts what that takes."
    )

    enum Path: String, CaseIterable, ExpressibleByArgument {
        /// A message to the bare book.
        case book
        /// A command through `Exchange.apply`.
        case engine
        /// Reading a request line.
        case line
        /// A journal entry read, applied, and its lines written.
        case replay
    }

    @Argument(help: "The path.")
    var path: Path

    @Option(help: "How often; of what is prepared.")
    var count = 20_000

    @Option(help: "How much is prepared: the same for two counts, so that their difference is the path alone.")
    var prepared = 30_000

    func run() throws {
        guard count <= prepared else { throw ValidationError("--count is at most --prepared") }
        let flow = Flow.make(.narrow, count: prepared, seed: 1)
        switch path {
        case .book:
            var run = BookRun()
            run.run(Array(flow.prefix(count)))
        case .engine:
            var run = EngineRun(members: 100)
            let requests = run.requests(flow[...])
            run.apply(requests.span.extracting(first: count))
        case .line:
            let lines = flow.map { Array(BenchJournal.line($0).drop { $0 != " " }.dropFirst().utf8) }
            for line in lines.prefix(count) { _ = try LineParser.parse(line.span) }
        case .replay:
            var replay = StreamReplay()
            try replay.run(HotPath.journal(BenchVenue.bootstrap(members: 1000))) { _, _ in }
            let entries = flow.map { HotPath.journal([BenchJournal.line($0)]) }
            for entry in entries.prefix(count) { try replay.run(entry) { _, _ in } }
        }
    }

    private static func journal(_ entries: [String]) -> [UInt8] {
        Array(entries.map { "2027-03-01T09:00:00.000000Z \($0)\n" }.joined().utf8)
    }
}
