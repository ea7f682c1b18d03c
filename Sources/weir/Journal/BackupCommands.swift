import ArgumentParser
import Server
import Seals
import Storage

/// Copies a venue into one file.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a venue into one file, beside a running server.",
        discussion: """
            The file gets the journal, every batch verified and every command run on its way, and the state at its end. If it
            exists, only what is new is run and added: the same command every night is an incremental backup. The first one
            runs the whole history, some hundred thousand commands a second. Settlement is not in it: a start of the restored
            venue makes it anew from the journal.
            """
    )

    @Argument(help: "The data directory.")
    var directory: String

    @Argument(help: "The backup.")
    var file: String

    func run() throws {
        try Backup.report("backing up", into: file) {
            try Backup.save(directory, to: file, running: JournalReplay(of: directory + "/journal.db"), progress: $0)
        }
    }
}

/// Makes a data directory from a backup.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a data directory from a backup.",
        discussion: """
            Every batch is verified and every command run on its way; a damaged backup is refused with the batch's number, one
            that holds a command that cannot be run with that command's, and leaves no venue.
            Then `weir serve --data DIR` starts it and makes its settlement anew, and `weir verify DIR` checks everything.
            """
    )

    @Argument(help: "The backup.")
    var file: String

    @Argument(help: "The new data directory; it has no journal yet.")
    var directory: String

    func run() throws {
        try Backup.report("restoring", into: directory) {
            try Backup.restore(file, to: directory, running: JournalReplay(of: file), progress: $0)
        }
    }
}

extension Backup {
    /// Copies with a progress bar, and says what there is then.
    fileprivate static func report(
        _ label: String,
        into target: String,
        _ copy: ((UInt64, UInt64) -> Void) throws -> Summary
    ) throws {
        var bar = ProgressBar(label, total: 0)
        let summary = try copy { done, total in
            bar.total = total
            bar.advance(to: done)
        }
        bar.finish()
        Console.line(
            "\(target): \(summary.lastCommand) commands, \(summary.copiedBatches) batches copied now, every hash right, "
                + "every command runs; hash=\(summary.hash.hex)"
        )
    }
}
