/// Why the journal could not be opened, written or trusted; a fault: the venue stops acknowledging.
package struct JournalError: FileFault, CustomStringConvertible {
    /// What kind of failure, for the caller's decision.
    package enum Kind: Sendable {
        /// There is no journal in the directory.
        case missing
        /// Another process writes in the directory.
        case locked
        /// It was opened for reading, or closed, or has failed before.
        case notWritable
        /// The commands appended do not follow the last ones.
        case outOfOrder
        /// A batch is not what was written.
        case damaged
        /// It ends before what other files know of it.
        case lostEnd
        /// SQLite or the operating system refused.
        case failed
    }

    package let kind: Kind
    /// The file concerned.
    package let file: String
    /// The batch concerned, if it is one.
    package let batch: UInt64?
    /// What happened, and what to do.
    package let message: String

    init(_ kind: Kind, file: String, batch: UInt64? = nil, _ message: String) {
        self.kind = kind
        self.file = file
        self.batch = batch
        self.message = message
    }

    package var isDamage: Bool { kind == .damaged }

    package var description: String {
        if let batch { "\(file): batch \(batch): \(message)" } else { "\(file): \(message)" }
    }

    /// A batch whose hash is right and whose entries are no history.
    /// - Parameters:
    ///   - file: the journal.
    ///   - batch: the batch.
    ///   - command: the number of the first command that does not run.
    ///   - reason: why not.
    /// - Returns: the error.
    package static func unrunnable(
        _ file: String,
        _ batch: JournalBatch,
        command: UInt64,
        _ reason: String
    ) -> JournalError {
        damaged(file, batch.sequence, "command \(command) cannot be run: \(reason)")
    }

    /// A journal that ends before what another file knows of it.
    package static func lostEnd(of journal: Journal, known command: UInt64, by name: String) -> JournalError {
        JournalError(
            .lostEnd,
            file: journal.file,
            "ends with command \(journal.lastCommand), but \(name) knows of command \(command): it has lost its end, or is older "
                + "than the files beside it; restore a backup into an empty directory"
        )
    }

    /// Runs `body`; an error that is not ours already becomes `failed`.
    static func wrapping<Result>(
        file: String,
        batch: UInt64? = nil,
        _ body: () throws -> Result
    ) throws(JournalError) -> Result {
        do {
            return try body()
        } catch let error as JournalError {
            throw error
        } catch {
            throw JournalError(.failed, file: file, batch: batch, "\(error)\(DiskRoom.note(file: file))")
        }
    }
}
