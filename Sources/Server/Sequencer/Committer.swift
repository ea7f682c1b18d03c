import Logging
import NIOCore
import Permits
import Storage
import Synchronization

/// Commits one batch at a time, then lets its replies out.
final class Committer: Sendable {
    private let journal: Journal
    private let journalEnd: JournalEnd
    private let clock: VenueClock
    private let projector: Projector
    private let inbox: Inbox
    private let onFailure: @Sendable (any Error) -> Void
    private let isBusyFlag = Atomic<Bool>(false)
    private let hasFailed = Atomic<Bool>(false)
    private let workers: Workers
    private let logger: Logger
    /// When the journal's end was noted.
    private let notedAt = Atomic<Int64>(0)
    /// How far the journal's log has grown since the last checkpoint.
    private let logPages = Atomic<Int>(0)

    init(
        journal: Journal,
        journalEnd: JournalEnd,
        clock: VenueClock,
        projector: Projector,
        inbox: Inbox,
        workers: Workers,
        logger: Logger,
        onFailure: @escaping @Sendable (any Error) -> Void
    ) {
        self.logger = logger
        self.workers = workers
        self.journal = journal
        self.journalEnd = journalEnd
        self.clock = clock
        self.projector = projector
        self.inbox = inbox
        self.onFailure = onFailure
    }

    /// Whether a batch is under way.
    var isBusy: Bool { isBusyFlag.load(ordering: .acquiring) }

    /// Commits a batch on the journal's thread, while the caller goes on collecting; only while not busy.
    ///
    /// After a failure nothing is committed or answered any more.
    func commitBeside(_ batch: Batch) {
        precondition(!isBusy, "one batch at a time")
        isBusyFlag.store(true, ordering: .releasing)
        workers.journal.submit { [self] in
            commit(batch)
            isBusyFlag.store(false, ordering: .releasing)
            inbox.wake()
        }
    }

    /// Commits a batch on the caller's thread, which has nothing else to do; only while not busy.
    func commitHere(_ batch: Batch) {
        precondition(!isBusy, "one batch at a time")
        commit(batch)
    }

    private func commit(_ batch: Batch) {
        guard !hasFailed.load(ordering: .acquiring) else { return }
        guard batch.count > 0 else { return deliver(batch.deliveries) }
        let position: JournalPosition
        do throws(JournalError) {
            position = try journal.append(firstCommand: batch.firstCommand, count: batch.count, payload: batch.payload)
        } catch {
            hasFailed.store(true, ordering: .releasing)
            onFailure(error)
            return
        }
        deliver(batch.deliveries)
        projector.add(batch, through: position)
        note(position)
        // Roughly: a batch rewrites the last page of its table, and fills others.
        let pages = logPages.add(2 + batch.payload.count / 4096, ordering: .relaxed).newValue
        if pages > Journal.logPages / 2 {
            logPages.store(0, ordering: .relaxed)
            checkpoint()
        }
    }

    /// Notes apart from the journal how far it has come, about once a second.
    private func note(_ position: JournalPosition) {
        let now = clock.steady
        let since = now - notedAt.load(ordering: .relaxed)
        guard since >= Timestamp.microsecondsPerSecond || since < 0 else { return }
        notedAt.store(now, ordering: .relaxed)
        workers.checkpoints.submit { [self] in
            do throws(JournalError) { try journalEnd.note(position) } catch {
                logger.error("the journal's end is not noted: \(error)")
            }
        }
    }

    /// Sends what was waiting for the commit: at most one hop an event loop.
    private func deliver(_ deliveries: [Batch.Delivery]) {
        var rest = deliveries[...]
        while let loop = rest.first?.connection.channel.eventLoop {
            let own = rest.filter { $0.connection.channel.eventLoop === loop }
            if own.count == rest.count {
                rest = []
            } else {
                rest.removeAll { $0.connection.channel.eventLoop === loop }
            }
            if loop.inEventLoop {
                for delivery in own { Committer.send(delivery) }
            } else {
                loop.execute { for delivery in own { Committer.send(delivery) } }
            }
        }
    }

    private static func send(_ delivery: Batch.Delivery) {
        delivery.connection.send(delivery.bytes, thenClose: delivery.closes)
    }

    /// Moves the journal's log into its file, off the acknowledgement path.
    private func checkpoint() {
        workers.checkpoints.submit { [self] in
            do throws(JournalError) { try journal.checkpoint() } catch { logger.error("no checkpoint: \(error)") }
        }
    }

    /// Waits for the batch and the checkpoint under way.
    func drain() {
        workers.journal.drain()
        workers.checkpoints.drain()
    }
}
