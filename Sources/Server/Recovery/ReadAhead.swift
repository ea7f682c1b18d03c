import DequeModule
import Foundation
import Storage
import Wire

/// Reads, verifies and parses a journal's batches on a thread of its own, somewhat ahead of whoever runs them.
final class ReadAhead: @unchecked Sendable {
    /// A batch, and its lines.
    struct Part: Sendable {
        let batch: JournalBatch
        let lines: [ReadLine]
    }

    // Under `condition`.
    private let condition = NSCondition()
    private var parts: Deque<Part> = []
    private var isAtEnd = false
    private var isStopped = false
    private var failure: (any Error)?

    /// How many batches it is ahead at most.
    private static let aheadMax = 16

    private struct Stopped: Error {}

    /// Begins to read the batches from the one that holds `command`.
    /// - Throws: `ServerError` if there is no thread for it.
    init(_ journal: Journal, fromCommand command: UInt64) throws(ServerError) {
        let source = Source(journal)
        try ServiceThread.start("weir.readahead") { [self] in end(read(from: source, fromCommand: command)) }
    }

    /// Hands the journal over, so that the thread has let go of it, and of its directory's lock, before it says that it is done.
    private final class Source: @unchecked Sendable {
        private var journal: Journal?

        init(_ journal: Journal) { self.journal = journal }

        func take() -> Journal? {
            defer { journal = nil }
            return journal
        }
    }

    /// Reads to the end.
    /// - Returns: why it ended before; nil if it did not.
    private func read(from source: Source, fromCommand command: UInt64) -> (any Error)? {
        guard let journal = source.take() else { return nil }
        do {
            try journal.forEachBatch(fromCommand: command) { batch in
                let part = try ReadAhead.read(batch, of: journal.file)
                try condition.withLock {
                    while parts.count >= ReadAhead.aheadMax, !isStopped { condition.wait() }
                    guard !isStopped else { throw Stopped() }
                    parts.append(part)
                    condition.broadcast()
                }
            }
            return nil
        } catch {
            return error
        }
    }

    private static func read(_ batch: JournalBatch, of file: String) throws -> Part {
        do {
            let lines = try StreamReplay.read(batch.payload, firstLine: Int(batch.firstCommand))
            return Part(batch: batch, lines: lines)
        } catch let error as StreamError {
            let command = UInt64(error.line ?? Int(batch.firstCommand))
            throw JournalError.unrunnable(file, batch, command: command, error.message)
        }
    }

    private func end(_ error: (any Error)?) {
        condition.withLock {
            failure = error
            isAtEnd = true
            condition.broadcast()
        }
    }

    /// Waits for the next batch; nil after the last.
    /// - Throws: `JournalError` or `StreamError`, after the batches before it.
    func next() throws -> Part? {
        try condition.withLock {
            while parts.isEmpty, !isAtEnd { condition.wait() }
            if let part = parts.popFirst() {
                condition.broadcast()
                return part
            }
            if let failure { throw failure }
            return nil
        }
    }

    /// Ends the reading.
    func stop() {
        condition.withLock {
            isStopped = true
            condition.broadcast()
        }
    }
}
