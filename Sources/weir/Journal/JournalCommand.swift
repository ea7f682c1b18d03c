import ArgumentParser
import Storage
import Seals

/// Prints a journal as a stream file.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Print a venue's journal as a stream file.",
        discussion: "Every batch is checked against its hash before it is printed. It may run beside a live server."
    )

    @Argument(help: "The data directory.")
    var directory: String

    @Option(help: "Begin with the batch that holds this command.")
    var from: UInt64 = 1

    @Flag(help: "Print one line a batch instead: number, epoch, commands, hash.")
    var batches = false

    func run() throws {
        let journal = try Journal(directory: directory, readOnly: true)
        try journal.forEachBatch(fromCommand: from) { batch, position in
            guard batches else { return Console.write(batch.payload) }
            Console.line(
                "batch=\(batch.sequence) epoch=\(batch.epoch) commands=\(batch.firstCommand)-\(batch.lastCommand) "
                    + "bytes=\(batch.payload.count) hash=\(position.hash.hex)"
            )
        }
    }
}
