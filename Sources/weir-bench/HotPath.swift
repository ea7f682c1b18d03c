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

    @Option(help: "How often.")
    var count = 20_000

    func run() throws {
        let flow = Flow.make(.narrow, count: count, seed: 1)
        switch path {
        case .book:
            var run = BookRun()
            run.run(flow)
        case .engine:
            var run = EngineRun(members: 100)
            _ = run.run(flow)
        case .line:
            let lines = flow.map { Array(BenchJournal.line($0).drop { $0 != " " }.dropFirst().utf8) }
            for line in lines { _ = try LineParser.parse(line.span) }
        case .replay:
            var text: [UInt8] = []
            for entry in try BenchVenue.bootstrap(members: 1000) + flow.map(BenchJournal.line) {
                text += "2027-03-01T09:00:00.000000Z \(entry)\n".utf8
            }
            var replay = StreamReplay()
            try replay.run(text) { _, _ in }
        }
    }
}
