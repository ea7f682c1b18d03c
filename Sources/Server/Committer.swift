import Foundation
import Logging
import NIOCore
import Storage
import Synchronization

/// The journal thread: commits one batch at a time, then lets its replies out.
final class Committer: Sendable {
    private let journal: Journal
    private let projector: Projector
    private let inbox: Inbox
    private let onFailure: @Sendable (any Error) -> Void
    private let isBusyFlag = Atomic<Bool>(false)
    private let hasFailed = Atomic<Bool>(false)
    private let queue = DispatchQueue(label: "weir.journal")

    init(
        journal: Journal,
        projector: Projector,
        inbox: Inbox,
        onFailure: @escaping @Sendable (any Error) -> Void
    ) {
        self.journal = journal
        self.projector = projector
        self.inbox = inbox
        self.onFailure = onFailure
    }

    /// Whether a batch is under way.
    var isBusy: Bool { isBusyFlag.load(ordering: .acquiring) }

    /// Commits a batch; only while not busy.
    ///
    /// After a failure nothing is committed or answered any more.
    func commit(_ batch: Batch) {
        precondition(!isBusy, "one batch at a time")
        isBusyFlag.store(true, ordering: .releasing)
        queue.async { [self] in
            defer {
                isBusyFlag.store(false, ordering: .releasing)
                inbox.wake()
            }
            guard !hasFailed.load(ordering: .acquiring) else { return }
            do throws(JournalError) {
                if batch.count > 0 {
                    try journal.append(firstCommand: batch.firstCommand, count: batch.count, payload: batch.payload)
                }
            } catch {
                hasFailed.store(true, ordering: .releasing)
                onFailure(error)
                return
            }
            deliver(batch.deliveries)
            if batch.count > 0 { projector.book(batch) }
            if let snapshot = batch.snapshot { projector.save(snapshot) }
        }
    }

    /// Sends what was waiting for the commit: one hop an event loop.
    private func deliver(_ deliveries: [Batch.Delivery]) {
        let byLoop = Dictionary(grouping: deliveries) { ObjectIdentifier($0.connection.channel.eventLoop) }
        for (_, group) in byLoop {
            group.first?.connection.channel.eventLoop.execute {
                for delivery in group { delivery.connection.send(delivery.bytes, thenClose: delivery.closes) }
            }
        }
    }

    /// Runs `body` when the batch under way, if there is one, is committed and handed to settlement.
    func afterCommit(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }

    /// Waits for the batch under way.
    func drain() { queue.sync {} }
}
