import Audit
import DequeModule
import Exchange
import Foundation
import Logging
import Permits
import Seals
package import Storage
import Synchronization
package import Wire

/// The settlement thread: a second engine that follows the journal, books what its commands did, and keeps snapshots.
///
/// It takes committed batches from memory, and from the journal when it is far behind. It yields to everything else: nobody
/// waits for it but those who ask for what is booked.
package final class Projector: @unchecked Sendable {
    private let settlement: Settlement
    private let log: SealedLog?
    private let snapshots: SnapshotStore
    private let journal: Journal
    private let configuration: ServerConfiguration
    private let readers: any Worker
    private let onFailure: @Sendable (any Error) -> Void
    private let appliedSequence: Atomic<UInt64>
    private let finished = DispatchSemaphore(value: 0)

    // Under `condition`.
    private let condition = SteadyCondition()
    private var batches: Deque<Batch> = []
    private var bytes = 0
    /// The last command handed over.
    private var committed: UInt64
    private var waiters: [(sequence: UInt64, body: @Sendable () -> Void)] = []
    private var isStopping = false
    private var burstStart = SteadyTime.distantPast
    private var burstEnd = SteadyTime.distantPast
    private var windowStart = SteadyTime.distantPast
    private var windowCommands = 0
    private var stopDeadline = SteadyTime.distantFuture

    // Of the thread alone.
    private var replay: StreamReplay
    private var bookings = Bookings()
    private var facts: [LogEntry] = []
    private var lastSnapshot: UInt64
    private var gatherEnd = SteadyTime.distantPast

    /// How much journal text waits in memory.
    private static let bytesMax = 16 << 20
    /// How long it gathers batches before it books them, in seconds, unless somebody waits.
    private static let gatherTime = 0.1
    /// Over how many seconds the rate of commands is taken.
    private static let windowTime = 0.02
    /// How many commands a second are a burst: more than settlement can follow.
    private static let burstRate = 80_000.0
    /// For how many seconds settlement lets a burst go first; after that it takes its share.
    private static let burstMax = 10.0
    /// How long a stop waits for it to catch up, in seconds; what is left is booked after the next start.
    private static let stopTime = 5.0
    /// How many commands are few enough to gather for.
    private static let gatherMax = 5_000

    package init(
        from replay: StreamReplay,
        settlement: Settlement,
        log: SealedLog?,
        snapshots: SnapshotStore,
        journal: Journal,
        configuration: ServerConfiguration,
        readers: any Worker,
        onFailure: @escaping @Sendable (any Error) -> Void
    ) {
        self.replay = replay
        self.settlement = settlement
        self.log = log
        self.snapshots = snapshots
        self.journal = journal
        self.configuration = configuration
        self.readers = readers
        self.onFailure = onFailure
        appliedSequence = Atomic(min(settlement.appliedSequence, log?.appliedSequence ?? .max))
        lastSnapshot = replay.venue.exchange.sequence
        committed = journal.lastCommand
    }

    /// The last command that settlement has booked.
    package var applied: UInt64 { appliedSequence.load(ordering: .acquiring) }

    /// Starts the thread.
    package func start() {
        let thread = Thread { [self] in
            yieldToOthers()
            run()
            finished.signal()
        }
        thread.name = "weir.settlement"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Hands a committed batch over.
    func add(_ batch: Batch) {
        condition.withLock {
            committed = batch.firstCommand + UInt64(batch.count) - 1
            noteBurst(batch)
            // What does not fit is read from the journal when its turn comes.
            if bytes + batch.payload.count <= Projector.bytesMax {
                var batch = batch
                batch.deliveries = []
                batches.append(batch)
                bytes += batch.payload.count
            }
            condition.signal()
        }
    }

    /// Runs `body` on another thread once command `sequence` is committed and booked.
    func whenBooked(_ sequence: UInt64, _ body: @escaping @Sendable () -> Void) {
        condition.withLock {
            waiters.append((sequence, body))
            condition.signal()
        }
    }

    /// Books what is committed, as far as it can in a few seconds, saves a snapshot and ends the thread.
    package func stop() {
        condition.withLock {
            isStopping = true
            stopDeadline = SteadyTime(timeIntervalSinceNow: Projector.stopTime)
            condition.signal()
        }
        finished.wait()
    }

    // MARK: The thread

    /// Lets the threads that answer go first: this one gets what they leave.
    private func yieldToOthers() {
        #if os(Linux)
            // SCHED_IDLE. With a nice value of 10 the venue answered 245,000 orders a second instead of 317,000 (50 connections
            // of 64, 2 cores, 2026).
            let idle: Int32 = 5
            var parameters = sched_param()
            sched_setscheduler(0, idle, &parameters)
        #endif
    }

    private func run() {
        do {
            while try step(next()) {}
            saveSnapshot()
        } catch {
            fail(error)
        }
    }

    /// Does one thing without waiting, for whoever has not started the thread.
    func advance() {
        do { _ = try step(condition.withLock { take() }) } catch { fail(error) }
    }

    private func fail(_ error: any Error) {
        onFailure(error)
        wakeWaiters(through: .max)
    }

    /// Follows a batch, and books if it is time.
    /// - Returns: false when nothing more comes.
    private func step(_ work: (batch: Batch?, last: UInt64, isLast: Bool)) throws -> Bool {
        let position = replay.venue.exchange.sequence
        if let batch = work.batch, batch.firstCommand <= position + 1 {
            if batch.firstCommand == position + 1 { try follow(batch.payload) }
        } else if position < work.last {
            try journal.forEachBatch(fromCommand: position + 1, bytesMax: 1 << 20) { batch in
                guard batch.firstCommand > position else { return }
                try follow(batch.payload)
            }
        }
        if bookings.isFull || isIdle { try book() }
        guard work.isLast else { return true }
        if isIdle, replay.venue.exchange.sequence == work.last { return false }
        guard isPastStop else { return true }
        try book()
        configuration.logger.notice(
            "settlement goes on at the next start",
            metadata: ["booked": "\(applied)", "committed": "\(work.last)"]
        )
        return false
    }

    /// Waits for something to do, and takes the next batch.
    /// - Returns: the batch, the last command handed over, and whether no more comes.
    private func next() -> (batch: Batch?, last: UInt64, isLast: Bool) {
        condition.withLock {
            while batches.isEmpty, !isStopping, applied == committed, !isAwaited { condition.wait() }
            while isNearEnd, !isStopping, waiters.isEmpty, condition.wait(until: gatherEnd) {}
            while isInBurst, !isStopping, waiters.isEmpty, condition.wait(until: burstEnd) {}
            return take()
        }
    }

    /// Takes the next batch; under `condition`.
    private func take() -> (batch: Batch?, last: UInt64, isLast: Bool) {
        let batch = batches.popFirst()
        bytes -= batch?.payload.count ?? 0
        return (batch, committed, isStopping)
    }

    /// Whether so little is left to book that it is worth gathering; under `condition`.
    private var isNearEnd: Bool { committed < applied + UInt64(Projector.gatherMax) }

    /// Whether the venue is busy answering a burst, which comes first; under `condition`.
    private var isInBurst: Bool {
        burstEnd.timeIntervalSince(burstStart) < Projector.burstMax && burstEnd > SteadyTime()
    }

    /// Notes how busy the venue is by a batch that was committed; under `condition`.
    private func noteBurst(_ batch: Batch) {
        let now = SteadyTime()
        let elapsed = now.timeIntervalSince(windowStart)
        windowCommands += batch.count
        guard elapsed >= Projector.windowTime else { return }
        if Double(windowCommands) > elapsed * Projector.burstRate {
            if burstEnd < now { burstStart = now }
            burstEnd = now.addingTimeInterval(Projector.gatherTime)
        }
        windowStart = now
        windowCommands = 0
    }

    /// Whether somebody waits for what is booked already; under `condition`.
    private var isAwaited: Bool { waiters.contains { $0.sequence <= applied } }

    private var isPastStop: Bool { condition.withLock { SteadyTime() > stopDeadline } }

    private var isIdle: Bool { condition.withLock { batches.isEmpty } }

    private func follow(_ payload: [UInt8]) throws {
        let (booked, sealed) = (settlement.appliedSequence, log?.appliedSequence ?? .max)
        try replay.run(payload) { step, venue in
            guard let sequence = step.sequence else { return }
            if sequence > booked { bookings.add(step) }
            if let log, sequence > sealed {
                facts += step.output.facts(sequence: sequence, of: venue.exchange, blinding: log.blinding)
            }
            if bookings.isFull { try book(through: sequence) }
        }
    }

    private func book() throws {
        let last = replay.venue.exchange.sequence
        if last > applied {
            try book(through: last)
            gatherEnd = SteadyTime(timeIntervalSinceNow: Projector.gatherTime)
            if last - lastSnapshot >= configuration.commandsPerSnapshot { saveSnapshot() }
        }
        wakeWaiters(through: applied)
    }

    private func book(through last: UInt64) throws {
        try bookings.book(in: settlement, through: last)
        try log?.append(facts, through: last)
        facts.removeAll(keepingCapacity: true)
        appliedSequence.store(last, ordering: .releasing)
    }

    private func wakeWaiters(through sequence: UInt64) {
        let ready = condition.withLock {
            let ready = waiters.filter { $0.sequence <= sequence }
            waiters.removeAll { $0.sequence <= sequence }
            return ready
        }
        for waiter in ready { readers.submit(waiter.body) }
    }

    private func saveSnapshot() {
        let venue = replay.venue
        lastSnapshot = venue.exchange.sequence
        let payload = venue.snapshot()
        do throws(SnapshotStoreError) {
            try snapshots.save(sequence: lastSnapshot, digest: SHA256.digest(of: payload), payload: payload)
            configuration.logger.info(
                "snapshot",
                metadata: ["seq": "\(lastSnapshot)", "bytes": "\(payload.count)"]
            )
        } catch {
            // A snapshot is a cache: without it the next start takes longer.
            configuration.logger.error("no snapshot: \(error)")
        }
    }

    // MARK: Reading what is booked

    /// Reads lines of a stream, once command `sequence` is booked.
    func history(
        _ request: StreamRequest,
        after sequence: UInt64,
        _ body: @escaping @Sendable (Result<[FeedLine], Refusal>) -> Void
    ) {
        whenBooked(sequence) { [settlement, configuration] in
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
                configuration.logger.error("cannot read a stream: \(error)")
                body(.failure(Refusal(.busy, "the stream cannot be read now")))
            }
        }
    }

    /// Reads what an inquiry needs, once command `sequence` is booked.
    func read(
        _ need: Inquiry.Need,
        after sequence: UInt64,
        _ body: @escaping @Sendable (Result<Inquiry.Records, Refusal>) -> Void
    ) {
        whenBooked(sequence) { [settlement, log, configuration] in
            do {
                if case .log(let need) = need {
                    guard let log else { throw Refusal(.notSealed, "this venue keeps no sealed log") }
                    body(.success(.log(try log.record(for: need))))
                } else {
                    body(.success(try settlement.records(for: need)))
                }
            } catch let refusal as Refusal {
                body(.failure(refusal))
            } catch {
                configuration.logger.error("cannot read for an inquiry: \(error)")
                body(.failure(Refusal(.busy, "what was booked cannot be read now")))
            }
        }
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
        case .certificate(let number): return .certificate(try certificate(number))
        case .log: preconditionFailure("the sealed log answers that")
        }
    }
}
