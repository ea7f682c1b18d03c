import ArgumentParser

/// The command-line tool: one file a subcommand.
@main
struct Weir: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "The exchange for pollution and water-use permits.",
        version: "0.1.0",
        subcommands: [
            Serve.self, Demo.self, Connect.self, Requests.self, Replay.self, JournalCommand.self, Verify.self,
            BackupCommand.self,
            RestoreCommand.self, Simulate.self,
            Clear.self, CompactCommands.self,
            AuctionCommands.self, AuditCommands.self, KeysCommand.self,
        ]
    )
}
