import Exchange
import Foundation
import Logging
import Permits
import Storage
import Synchronization
import Wire
import Seals

/// The settlement thread: books batches behind the journal, and keeps snapshots of what is booked.
final class Projector: Sendable {
    private let settlement: Settlement
    private let snapshots: SnapshotStore
    private let journal: Journal
    private let logger: Logger
    private let onFailure: @Sendable (any Error) -> Void
    private let queue = DispatchQueue(label: "weir.settlement")
    private let checkpoints = DispatchQueue(label: "weir.checkpoint")
    private let appliedSequence: Atomic<UInt64>
    private let hasFailed = Atomic<Bool>(false)
    /// Holds the journal thread when settlement is this many batches behind, so that memory stays bounded.
    private let backlog = DispatchSemaphore(value: 1024)

    init(
        settlement: Settlement,
        snapshots: SnapshotStore,
        journal: Journal,
        logger: Logger,
        onFailure: @escaping @Sendable (any Error) -> Void
    ) {
        self.settlement = settlement
        self.snapshots = snapshots
        self.journal = journal
        self.logger = logger
        self.onFailure = onFailure
        appliedSequence = Atomic(settlement.appliedSequence)
    }

    /// The last command that settlement has booked.
    var applied: UInt64 { appliedSequence.load(ordering: .acquiring) }

    /// Books a batch when its turn comes.
    func book(_ batch: Batch) {
        backlog.wait()
        queue.async { [self] in
            defer { backlog.signal() }
            guard !hasFailed.load(ordering: .relaxed) else { return }
            let last = batch.firstCommand + UInt64(batch.count) - 1
            do throws(SettlementError) {
                try settlement.apply(batch.entries, lines: batch.lines, through: last)
            } catch {
                hasFailed.store(true, ordering: .relaxed)
                onFailure(error)
                return
            }
            appliedSequence.store(last, ordering: .releasing)
        }
    }

    /// Saves a snapshot of `venue`, once settlement has booked what came before it.
    func save(_ venue: Venue) {
        queue.async { [self] in
            guard !hasFailed.load(ordering: .relaxed) else { return }
            let payload = venue.snapshot()
            do throws(SnapshotStoreError) {
                try snapshots.save(
                    sequence: venue.exchange.sequence,
                    digest: SHA256.digest(of: payload),
                    payload: payload
                )
                logger.info("snapshot", metadata: ["seq": "\(venue.exchange.sequence)", "bytes": "\(payload.count)"])
            } catch {
                // A snapshot is a cache: without it the next start takes longer.
                logger.error("no snapshot: \(error)")
            }
        }
    }

    /// Moves the journal's log into its file, off the acknowledgement path.
    func checkpoint() {
        checkpoints.async { [self] in
            do throws(JournalError) { try journal.checkpoint() } catch { logger.error("no checkpoint: \(error)") }
        }
    }

    /// Reads older lines of a stream.
    func history(_ request: StreamRequest, _ body: @escaping @Sendable (Result<[FeedLine], Refusal>) -> Void) {
        DispatchQueue.global().async { [settlement, logger] in
            do throws(SettlementError) {
                body(
                    .success(
                        try settlement.feedLines(
                            stream: request.stream,
                            from: request.from,
                            through: request.through,
                            limit: Int.max
                        )
                    )
                )
            } catch {
                logger.error("cannot read a stream: \(error)")
                body(.failure(Refusal(.busy, "the stream cannot be read now")))
            }
        }
    }

    /// Reads what an inquiry needs, once what was handed over so far is booked.
    func read(_ need: Inquiry.Need, _ body: @escaping @Sendable (Result<Inquiry.Records, Refusal>) -> Void) {
        queue.async { [settlement, logger] in
            DispatchQueue.global().async {
                do throws(SettlementError) {
                    body(.success(try settlement.records(for: need)))
                } catch {
                    logger.error("cannot read for an inquiry: \(error)")
                    body(.failure(Refusal(.busy, "what was booked cannot be read now")))
                }
            }
        }
    }

    /// Waits until everything that was handed over is booked.
    func drain() {
        queue.sync {}
        checkpoints.sync {}
    }
}

extension Settlement {
    fileprivate func records(for need: Inquiry.Need) throws(SettlementError) -> Inquiry.Records {
        switch need {
        case .path(let serial, let permitClass):
            let moves = try path(of: serial, permitClass: permitClass)
            return .path(moves.map { TraceStep(sequence: $0.sequence, time: $0.time, move: $0.move) })
        case .trades(let begin):
            let levels = Dictionary(grouping: try levels(since: begin), by: \.market).mapValues { levels in
                levels.map { TradeRecord.Level(price: $0.price, trades: $0.trades, quantity: $0.quantity) }
            }
            return .trades(TradeRecord(levels: levels, offMarket: try offMarket(since: begin)))
        }
    }
}
