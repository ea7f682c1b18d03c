import ArgumentParser
import Foundation
import Logging
import Server
import Storage
import Wire

/// How quickly settlement follows the journal.
struct SettlementBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settlement",
        abstract: "Trades and commands a second that settlement books, with nothing else to do."
    )

    @Option(help: "Commands in the journal.")
    var commands = 1_000_000

    @Option(help: "Where the data directory is made; it is removed afterwards.")
    var directory = FileManager.default.temporaryDirectory.path

    @Flag(help: "Without the sealed log, to tell what it costs.")
    var unsealed = false

    func run() throws { try BenchDirectory.with(in: directory, measure) }

    private func measure(_ data: String) throws {
        let journal = try Journal(directory: data)
        var written = BenchJournal()
        try written.write(commands, to: journal)
        var configuration = ServerConfiguration(
            directory: data,
            logKey: nil,
            logger: Logger(label: "bench", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        configuration.commandsPerSnapshot = .max
        let followers = try Followers(
            directory: data,
            journal: journal,
            logKey: unsealed ? nil : BenchVenue.logKey,
            logger: configuration.logger
        )
        let projector = Projector(
            from: .start,
            followers: followers,
            journal: journal,
            configuration: configuration,
            readers: try Workers.threads().readers,
            onFailure: { preconditionFailure("\($0)") }
        )
        let elapsed = try seconds {
            try projector.start()
            while projector.applied < journal.lastCommand { usleep(1000) }
        }
        projector.stop()
        try followers.close()
        try journal.close()
        var report = Report(
            "settlement",
            ["commands": commands],
            columns: ["commands", "trades", "seconds", "commands_per_second", "trades_per_second"]
        )
        report.add([
            "commands": commands, "trades": written.trades, "seconds": elapsed,
            "commands_per_second": Int(Double(commands) / elapsed),
            "trades_per_second": Int(Double(written.trades) / elapsed),
        ])
        report.summary = ["trades_per_second": Int(Double(written.trades) / elapsed)]
        try report.write()
    }
}
