/// Why the journal could not be opened, written or trusted; a fault: the venue stops acknowledging.
package struct JournalError: Error, Sendable, CustomStringConvertible {
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

    package var description: String {
        if let batch { "\(file): batch \(batch): \(message)" } else { "\(file): \(message)" }
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
