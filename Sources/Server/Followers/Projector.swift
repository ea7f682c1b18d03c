import Audit
import DequeModule
import Exchange
import Foundation
import Logging
import Permits
import Seals
package import Storage
import Synchronization
import Wire

/// The settlement thread: a second engine that follows the journal, books what its commands did, and keeps snapshots.
///
/// It takes committed batches from memory, and from the journal when it is far behind. It yields to everything else, unless it has
/// been behind for a second: nobody waits for it but those who ask for what is booked.
package final class Projector: @unchecked Sendable {
    let followers: Followers
    private let journal: Journal
    let configuration: ServerConfiguration
    private let readers: any Worker
    private let onFailure: @Sendable (any Error) -> Void
    private let settledSequence: Atomic<UInt64>
    private let sealedSequence: Atomic<UInt64>
    private let finished = DispatchSemaphore(value: 0)
    private let work = PacedWork()

    // Under `condition`.
    private let condition = SteadyCondition()
    private var batches: Deque<Committed> = []
    private var bytes = 0
    /// The last command handed over.
    private var committed: UInt64
    private var waiters: [Waiter] = []
    /// What somebody else has found of a file.
    private var reported: (any FileFault)?
    /// Until when it lets a file be that cannot be written.
    private var restEnd = SteadyTime.distantPast
    private var isStopping = false
    /// Whether it waits for room on the disk.
    private var isHeld = false
    private var burstStart = SteadyTime.distantPast
    private var burstEnd = SteadyTime.distantPast
    private var windowStart = SteadyTime.distantPast
    private var windowCommands = 0
    private var stopDeadline = SteadyTime.distantFuture
    private var lag = Lag()

    // Of the thread whose turn it is.
    private var pace = PacedWork.Pace.leisure
    private var replay: StreamReplay
    private var position: JournalPosition
    private var bookings = Bookings()
    private var facts: [LogEntry] = []
    private var lastSnapshot: UInt64
    private var gatherEnd = SteadyTime.distantPast
    /// Up to where a file that was made anew is to come before another is.
    private var repairedThrough: [String: UInt64] = [:]
    private var restTime = Projector.restTimeMin

    /// A committed batch.
    private struct Committed {
        let firstCommand: UInt64
        let payload: [UInt8]
        let position: JournalPosition
    }

    /// Somebody who waits for what is booked, or sealed.
    struct Waiter: Sendable {
        let sequence: UInt64
        let isForLog: Bool
        /// Gets whether it is there.
        let body: @Sendable (Bool) -> Void
    }

    /// What there is to do.
    private struct Work {
        let batch: Committed?
        /// The last command handed over.
        let last: UInt64
        /// Whether no more comes.
        let isLast: Bool
    }

    /// How much journal text waits in memory.
    private static let bytesMax = 16 << 20
    /// How long it gathers batches before it books them, in seconds, unless somebody waits.
    private static let gatherTime = 0.1
    /// Over how many seconds the rate of commands is taken.
    private static let windowTime = 0.02
    /// How many commands a second are a burst: more than settlement can follow.
    private static let burstRate = 150_000.0
    /// For how many seconds settlement lets a burst go first; after that it takes its share.
    private static let burstMax = 10.0
    /// For how many seconds it is behind before it competes with others, and then until it is behind no longer than the second.
    private static let lagMax = 1.0
    private static let lagMin = 0.2
    /// How long a stop waits for it to catch up, in seconds; what is left is booked after the next start.
    private static let stopTime = 5.0
    /// How many commands are few enough to gather for.
    private static let gatherMax = 5_000
    /// How many facts go into one transaction of the log at most, or nearly.
    private static let factsMax = 20_000
    /// How many rows go into one transaction of settlement, or nearly, while it gets only the time that others leave: it is not handed
    /// over inside one.
    private static let rowsOfLeisureMax = 20_000
    /// How long it lets a file be that cannot be written, in seconds; twice as long each time.
    private static let restTimeMin = 1.0
    private static let restTimeMax = 60.0
    /// How many commands settlement may be behind for somebody to wait for it: some seconds' work.
    private static let awaitedMax: UInt64 = 1_000_000

    package init(
        from place: Recovery.Place,
        followers: Followers,
        journal: Journal,
        configuration: ServerConfiguration,
        readers: any Worker,
        onFailure: @escaping @Sendable (any Error) -> Void
    ) {
        (replay, position) = (place.replay, place.position)
        self.followers = followers
        self.journal = journal
        self.configuration = configuration
        self.readers = readers
        self.onFailure = onFailure
        settledSequence = Atomic(followers.settlement.appliedSequence)
        sealedSequence = Atomic(followers.log?.appliedSequence ?? .max)
        lastSnapshot = place.position.command
        committed = journal.lastCommand
        lag.note(committed, at: SteadyTime())
    }

    /// The last command that settlement has booked.
    package var settled: UInt64 { settledSequence.load(ordering: .acquiring) }

    /// The last command that settlement has booked and the log has sealed.
    package var applied: UInt64 { min(settled, sealedSequence.load(ordering: .acquiring)) }

    /// Starts its threads, of which one runs at a time.
    /// - Throws: `ServerError` if there are none to have.
    package func start() throws {
        try work.start("weir.settlement") { [self] in turn($0) }
    }

    /// Hands a committed batch over.
    func add(_ batch: Batch, through position: JournalPosition) {
        condition.withLock {
            committed = position.command
            let now = SteadyTime()
            lag.note(committed, at: now)
            noteBurst(batch, at: now)
            // What does not fit is read from the journal when its turn comes.
            if bytes + batch.payload.count <= Projector.bytesMax {
                batches.append(Committed(firstCommand: batch.firstCommand, payload: batch.payload, position: position))
                bytes += batch.payload.count
            }
            condition.signal()
        }
    }

    /// Runs a waiter's body on another thread once its command is committed and booked, or at once if that will take long.
    func add(_ waiter: Waiter) {
        let lag = waiter.sequence - min(waiter.sequence, applied(for: waiter))
        let isTaken = condition.withLock {
            guard lag <= Projector.awaitedMax, !isHeld else { return false }
            waiters.append(waiter)
            condition.signal()
            return true
        }
        if !isTaken { readers.submit { waiter.body(lag == 0) } }
    }

    /// Lets the files that follow the journal be, or goes on with them; who waits for them is told.
    func hold(_ isHeld: Bool) {
        condition.withLock {
            self.isHeld = isHeld
            condition.signal()
        }
        if isHeld { wakeWaiters { $0.sequence > applied(for: $0) } }
    }

    /// Runs `body` on a thread for reading.
    func submit(_ body: @escaping @Sendable () -> Void) { readers.submit(body) }

    /// Somebody has found that a file is damaged: it is set aside.
    func report(_ fault: any FileFault) {
        guard fault.isDamage else { return }
        condition.withLock {
            reported = reported ?? fault
            condition.signal()
        }
    }

    private func applied(for waiter: Waiter) -> UInt64 { waiter.isForLog ? applied : settled }

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

    /// Does one thing, once there is one.
    /// - Returns: at which pace it goes on; nil at the end.
    private func turn(_ pace: PacedWork.Pace) -> PacedWork.Pace? {
        self.pace = pace
        var goesOn = true
        do { goesOn = try step(next()) } catch { goesOn = mend(error) }
        guard goesOn else {
            saveSnapshot()
            finished.signal()
            return nil
        }
        return condition.withLock {
            let behind = lag.seconds(after: applied, at: SteadyTime())
            switch pace {
            case .leisure: return behind > Projector.lagMax && !isInBurst ? .hurry : .leisure
            case .hurry: return behind < Projector.lagMin || isInBurst ? .leisure : .hurry
            }
        }
    }

    /// Does one thing without waiting, for whoever has not started the thread.
    func advance() {
        do { _ = try step(condition.withLock { take() }) } catch { _ = mend(error) }
    }

    /// Follows a batch, and books if it is time.
    /// - Returns: false when nothing more comes.
    private func step(_ work: Work) throws -> Bool {
        if let fault = condition.withLock({ takeReport() }) { throw fault }
        if let batch = work.batch, batch.firstCommand <= position.command + 1 {
            if batch.firstCommand == position.command + 1 { try follow(batch.payload, through: batch.position) }
        } else if position.command < work.last {
            let start = position.command
            try journal.forEachBatch(fromCommand: start + 1, bytesMax: 1 << 20) { batch, position in
                guard batch.firstCommand > start else { return }
                try follow(batch.payload, through: position)
            }
        }
        if isFull || isIdle { try book() }
        guard work.isLast else { return true }
        if isIdle, position.command == work.last { return false }
        guard isPastStop else { return true }
        try book()
        configuration.logger.notice(
            "settlement goes on at the next start",
            metadata: ["booked": "\(applied)", "committed": "\(work.last)"]
        )
        return false
    }

    /// Waits for something to do, and takes the next batch.
    private func next() -> Work {
        condition.withLock {
            while isHeld, !isStopping { condition.wait() }
            while restEnd > SteadyTime(), !isStopping, condition.wait(until: restEnd) {}
            while reported == nil, batches.isEmpty, !isStopping, applied == committed, !isAwaited { condition.wait() }
            while isNearEnd, !isStopping, waiters.isEmpty, condition.wait(until: gatherEnd) {}
            while isInBurst, !isStopping, waiters.isEmpty, condition.wait(until: burstEnd) {}
            return take()
        }
    }

    /// Takes the next batch; under `condition`.
    private func take() -> Work {
        let batch = batches.popFirst()
        bytes -= batch?.payload.count ?? 0
        return Work(batch: batch, last: committed, isLast: isStopping)
    }

    /// Takes what was reported; under `condition`.
    private func takeReport() -> (any FileFault)? {
        defer { reported = nil }
        return reported
    }

    /// Whether so little is left to book that it is worth gathering; under `condition`.
    private var isNearEnd: Bool { committed < applied + UInt64(Projector.gatherMax) }

    /// Whether the venue is busy answering a burst, which comes first; under `condition`.
    private var isInBurst: Bool {
        burstEnd.timeIntervalSince(burstStart) < Projector.burstMax && burstEnd > SteadyTime()
    }

    /// Notes how busy the venue is by a batch that was committed; under `condition`.
    private func noteBurst(_ batch: Batch, at now: SteadyTime) {
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
    private var isAwaited: Bool { waiters.contains { $0.sequence <= applied(for: $0) } }

    private var isPastStop: Bool { condition.withLock { SteadyTime() > stopDeadline } }

    private var isIdle: Bool { condition.withLock { batches.isEmpty } }

    private func follow(_ payload: [UInt8], through position: JournalPosition) throws {
        let booked = followers.settlement.appliedSequence
        let log = followers.log
        let sealed = log?.appliedSequence ?? .max
        var failure: (any Error)?
        try replay.run(payload) { step, venue in
            guard let sequence = step.sequence else { return }
            if sequence > booked { bookings.add(step) }
            if let log, sequence > sealed {
                facts += step.output.facts(sequence: sequence, of: venue.exchange, blinding: log.blinding)
            }
            guard isFull, failure == nil else { return }
            let here = JournalPosition(journal: position.journal, command: sequence, hash: position.hash)
            // What cannot be booked now is, at the batch's end or later: the replay does not stop inside one.
            do { try book(through: here) } catch { failure = error }
        }
        self.position = position
        if let failure { throw failure }
    }

    private func book() throws {
        let last = position.command
        if last > applied {
            try book(through: position)
            restTime = Projector.restTimeMin
            gatherEnd = SteadyTime(timeIntervalSinceNow: Projector.gatherTime)
            if last > lastSnapshot, last - lastSnapshot >= configuration.commandsPerSnapshot { saveSnapshot() }
        }
        wakeWaiters { $0.sequence <= applied(for: $0) }
    }

    private func book(through position: JournalPosition) throws {
        let last = position.command
        try bookings.book(in: followers.settlement, through: position)
        settledSequence.store(max(settled, last), ordering: .releasing)
        guard let log = followers.log else { return }
        try log.append(facts, through: position)
        facts.removeAll(keepingCapacity: true)
        sealedSequence.store(max(last, log.appliedSequence), ordering: .releasing)
    }

    /// Whether so much was gathered that it should be booked.
    private var isFull: Bool {
        bookings.isFull || facts.count >= Projector.factsMax
            || pace == .leisure && bookings.rowCount >= Projector.rowsOfLeisureMax
    }

    private func wakeWaiters(_ isReady: (Waiter) -> Bool) {
        let ready = condition.withLock {
            let ready = waiters.filter(isReady)
            waiters.removeAll(where: isReady)
            return ready
        }
        for waiter in ready {
            let isBooked = waiter.sequence <= applied(for: waiter)
            readers.submit { waiter.body(isBooked) }
        }
    }

    private func saveSnapshot() {
        // What is made anew from the first command on has nothing new for the engine.
        guard position.command > lastSnapshot else { return }
        lastSnapshot = position.command
        let snapshot = Snapshot(position: position, payload: replay.venue.snapshot())
        do throws(SnapshotStoreError) {
            try followers.snapshots.save(snapshot)
            configuration.logger.info(
                "snapshot",
                metadata: ["seq": "\(lastSnapshot)", "bytes": "\(snapshot.payload.count)"]
            )
        } catch {
            // A snapshot is a cache: without it the next start takes longer.
            configuration.logger.error("no snapshot: \(error)")
        }
    }

    // MARK: When a file fails

    /// Sets a damaged file aside and begins it anew, or lets one that cannot be written be for a while: trading goes on.
    /// - Returns: false if nothing more can be done: the journal itself has failed, or the venue stops.
    private func mend(_ error: any Error) -> Bool {
        do {
            switch error {
            case let fault as any FileFault:
                let reached =
                    fault.file == followers.settlement.file ? settled : sealedSequence.load(ordering: .acquiring)
                let isNew = reached < repairedThrough[fault.file] ?? 0
                guard fault.isDamage, !isNew, try followers.replace(because: fault) else { return rest(error) }
                repairedThrough[fault.file] = condition.withLock { committed }
            default:
                onFailure(error)
                wakeWaiters { _ in true }
                return false
            }
        } catch {
            return rest(error)
        }
        (replay, position) = (Recovery.Place.start.replay, .start)
        bookings = Bookings()
        facts = []
        settledSequence.store(followers.settlement.appliedSequence, ordering: .releasing)
        sealedSequence.store(followers.log?.appliedSequence ?? .max, ordering: .releasing)
        return true
    }

    /// Waits before the next try, longer each time.
    /// - Returns: false if the venue stops meanwhile.
    private func rest(_ error: any Error) -> Bool {
        configuration.logger.error("settlement rests, trading goes on: \(error)")
        wakeWaiters { _ in true }
        return condition.withLock {
            restEnd = SteadyTime(timeIntervalSinceNow: restTime)
            restTime = min(2 * restTime, Projector.restTimeMax)
            return !isStopping
        }
    }
}
