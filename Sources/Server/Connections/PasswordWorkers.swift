import DequeModule
import NIOConcurrencyHelpers
import Permits
import Seals
import Storage
import Synchronization

/// Checks credentials and hashes passwords, with a bounded queue.
///
/// A hash takes some tenths of a second, so whoever can make the venue compute them could keep others out. Logons from where the login
/// has logged on before go first, and one source has few places among the rest.
///
/// Its workers get only the time that all other threads leave, and so none while other programs keep every processor busy. When they
/// have ended nothing for two seconds although there is something to do, a thread that competes like others does one check, and one
/// more every two seconds, so that members and staff can log on at any load.
final class PasswordWorkers: Sendable {
    /// The refusal when the queue is full.
    static let busy = Refusal(.busy, "too many logons at once; try again in a moment")
    /// How many wait at most, of each kind.
    static let waitingMax = 64
    /// How many of them may be of one source; one alone while more than a few wait, so that many sources have room.
    private static func waitingOfSourceMax(while waiting: Int) -> Int { waiting < 16 ? 4 : 1 }

    private let worker: any Worker
    private let queues: NIOLockedValueBox<Queues>
    private let watch = SteadyCondition()
    /// Under `watch`.
    private nonisolated(unsafe) var isStopped = false
    private let cost: PasswordHash.Cost
    /// What a password of an unknown user is checked against, so that it takes as long.
    private let decoy: String

    /// Gives what a check has found to who asked.
    private typealias Answer = @Sendable () -> Void

    /// Something to be checked or hashed; whoever ends it first answers.
    private final class Check: Sendable {
        let isDear: Bool
        private let compute: @Sendable () -> Answer
        private let isAnswered = Atomic(false)

        init(isDear: Bool, _ compute: @escaping @Sendable () -> Answer) {
            self.isDear = isDear
            self.compute = compute
        }

        func run() {
            let answer = compute()
            if !isAnswered.exchange(true, ordering: .acquiringAndReleasing) { answer() }
        }
    }

    private struct Queues {
        var known: Deque<Check> = []
        var strangers: Deque<(source: Doorkeeper.Source, check: Check)> = []
        var ofSource: [Doorkeeper.Source: Int] = [:]
        /// Checks of hashes that cost more than the venue's own, from a journal of other settings: one at a time, so that they
        /// hold up one another alone.
        var dear: Deque<Check> = []
        var isDearUnderWay = false
        /// Those that the workers have begun and that nobody else has taken over.
        var underWay: [Check] = []
        /// When a worker last began or ended something, or had nothing to do, or a check was done in its stead.
        var lastTurn: SteadyTime

        var isIdle: Bool { known.isEmpty && strangers.isEmpty && dear.isEmpty && underWay.isEmpty }
    }

    /// How many of those wait at most.
    private static let dearMax = 4
    /// How many seconds the workers may get nowhere before a check is done in their stead.
    private static let patience = 2.0

    init(cost: PasswordHash.Cost, worker: any Worker) throws(CryptoError) {
        self.cost = cost
        self.worker = worker
        queues = NIOLockedValueBox(Queues(lastTurn: SteadyTime()))
        decoy = try PasswordHash.make(password: PasswordHash.randomPassword(), cost: cost)
    }

    /// Who asks for something to be checked.
    struct Asker {
        let source: Doorkeeper.Source
        /// Whether it has logged on from there before.
        let isKnown: Bool
    }

    /// Checks a password; `hash` is nil for an unknown user or one without a password.
    ///
    /// The body also gets a new hash, if the password was right and its hash cheaper or dearer than they are now.
    /// - Returns: false if the queue is full.
    func verify(
        _ password: String,
        against hash: String?,
        for asker: Asker,
        _ body: @escaping @Sendable (CredentialCheck) -> Void
    ) -> Bool {
        submit(asker, isDear: isDear(hash)) { [decoy, cost] in
            do throws(CryptoError) {
                let matches = try PasswordHash.verify(password: password, against: hash ?? decoy)
                guard let hash, matches else { return { body(.wrong) } }
                let isCurrent = PasswordHash.cost(of: hash) == cost
                let newHash = isCurrent ? nil : try PasswordHash.make(password: password, cost: cost)
                return { body(.right(newHash: newHash)) }
            } catch {
                return { body(.failed(PasswordWorkers.outOfMemory)) }
            }
        }
    }

    /// The refusal when a hash could not be computed.
    private static let outOfMemory = Refusal(.busy, "the password cannot be checked for lack of memory; try again")

    private func isDear(_ hash: String?) -> Bool {
        hash.flatMap(PasswordHash.cost)?.isDearer(than: cost) ?? false
    }

    /// Checks a machine's signature; `key` is nil for an unknown user or one without a key.
    /// - Returns: false if the queue is full.
    func verify(
        _ signature: [UInt8],
        of text: [UInt8],
        by key: Digest?,
        for asker: Asker,
        _ body: @escaping @Sendable (CredentialCheck) -> Void
    ) -> Bool {
        submit(asker) {
            let isRight = Ed25519.PublicKey(key ?? .zero).verifies(signature, of: text)
            return { body(isRight && key != nil ? .right(newHash: nil) : .wrong) }
        }
    }

    /// Hashes a new password, with a new salt unless one is given, after checking the old one if `old` is given.
    /// - Returns: false if the queue is full.
    func hash(
        _ password: String?,
        salt: [UInt8]?,
        checking old: (password: String, hash: String)? = nil,
        for asker: Asker,
        _ body: @escaping @Sendable (Result<String?, Refusal>) -> Void
    ) -> Bool {
        submit(asker, isDear: isDear(old?.hash)) { [cost] in
            do throws(CryptoError) {
                if let old, try !PasswordHash.verify(password: old.password, against: old.hash) {
                    return { body(.failure(Refusal(.logonFailed, "old is not the login's password"))) }
                }
                let hash = try password.map { password throws(CryptoError) in
                    try PasswordHash.make(password: password, cost: cost, salt: salt)
                }
                return { body(.success(hash)) }
            } catch {
                return { body(.failure(PasswordWorkers.outOfMemory)) }
            }
        }
    }

    private func submit(_ asker: Asker, isDear: Bool = false, _ compute: @escaping @Sendable () -> Answer) -> Bool {
        let check = Check(isDear: isDear, compute)
        let isTaken = queues.withLockedValue { queues in
            if queues.isIdle { queues.lastTurn = SteadyTime() }
            if isDear {
                guard queues.dear.count < PasswordWorkers.dearMax else { return false }
                queues.dear.append(check)
                return true
            }
            if asker.isKnown {
                guard queues.known.count < PasswordWorkers.waitingMax else { return false }
                queues.known.append(check)
                return true
            }
            let own = queues.ofSource[asker.source] ?? 0
            let waiting = queues.strangers.count
            guard waiting < PasswordWorkers.waitingMax, own < PasswordWorkers.waitingOfSourceMax(while: waiting) else {
                return false
            }
            queues.ofSource[asker.source] = own + 1
            queues.strangers.append((asker.source, check))
            return true
        }
        if isTaken { worker.submit { [self] in runNext() } }
        return isTaken
    }

    /// Does the next check, if nobody has done it yet: a worker's turn.
    private func runNext() {
        guard let check = queues.withLockedValue({ queues in take(&queues) }) else { return }
        check.run()
        let isMore = queues.withLockedValue { queues in
            queues.underWay.removeAll { $0 === check }
            queues.lastTurn = SteadyTime()
            guard check.isDear else { return false }
            queues.isDearUnderWay = false
            return !queues.dear.isEmpty
        }
        if isMore { worker.submit { [self] in runNext() } }
    }

    private func take(_ queues: inout Queues) -> Check? {
        guard let check = nextWaiting(&queues) ?? nextDear(&queues) else { return nil }
        queues.underWay.append(check)
        queues.lastTurn = SteadyTime()
        return check
    }

    private func nextWaiting(_ queues: inout Queues) -> Check? {
        if let check = queues.known.popFirst() { return check }
        guard let (source, check) = queues.strangers.popFirst() else { return nil }
        let left = (queues.ofSource[source] ?? 1) - 1
        queues.ofSource[source] = left > 0 ? left : nil
        return check
    }

    private func nextDear(_ queues: inout Queues) -> Check? {
        guard !queues.isDearUnderWay, let check = queues.dear.popFirst() else { return nil }
        queues.isDearUnderWay = true
        return check
    }

    // MARK: When the workers get no time

    /// Helps the workers from now on.
    /// - Throws: `ServerError` if there is no thread to have.
    func start() throws(ServerError) {
        try ServiceThread.start("weir.late") { [self] in
            while goesOn() { help(at: SteadyTime()) }
        }
    }

    /// Waits half a second, or for the end.
    private func goesOn() -> Bool {
        let next = SteadyTime(timeIntervalSinceNow: 0.5)
        return watch.withLock {
            while !isStopped, watch.wait(until: next) {}
            return !isStopped
        }
    }

    /// Does one check in the workers' stead if they got nowhere for too long: first what they have begun, then who waits, and last what
    /// is dear and may take that long.
    func help(at now: SteadyTime) {
        let check = queues.withLockedValue { queues -> Check? in
            guard !queues.isIdle, now.timeIntervalSince(queues.lastTurn) > PasswordWorkers.patience else { return nil }
            queues.lastTurn = now
            if let begun = queues.underWay.firstIndex(where: { !$0.isDear }) {
                return queues.underWay.remove(at: begun)
            }
            return nextWaiting(&queues) ?? queues.underWay.popLast()
        }
        check?.run()
    }

    /// What has been begun is answered to nobody any more, and may take what it takes.
    func stop() {
        queues.withLockedValue { $0 = Queues(lastTurn: SteadyTime()) }
        watch.withLock {
            isStopped = true
            watch.signal()
        }
    }
}
