import DequeModule
import NIOConcurrencyHelpers
import Permits
import Seals
import Storage

/// Checks credentials and hashes passwords, with a bounded queue.
///
/// A hash takes some tenths of a second, so whoever can make the venue compute them could keep others out. Logons from where the login
/// has logged on before go first, and one source has few places among the rest.
final class PasswordWorkers: Sendable {
    /// The refusal when the queue is full.
    static let busy = Refusal(.busy, "too many logons at once; try again in a moment")
    /// How many wait at most, of each kind.
    static let waitingMax = 64
    /// How many of them may be of one source; one alone while more than a few wait, so that many sources have room.
    private static func waitingOfSourceMax(while waiting: Int) -> Int { waiting < 16 ? 4 : 1 }

    private let worker: any Worker
    private let queues = NIOLockedValueBox(Queues())
    private let cost: PasswordHash.Cost
    /// What a password of an unknown user is checked against, so that it takes as long.
    private let decoy: String

    private typealias Job = @Sendable () -> Void

    private struct Queues {
        var known: Deque<Job> = []
        var strangers: Deque<(source: Doorkeeper.Source, job: Job)> = []
        var ofSource: [Doorkeeper.Source: Int] = [:]
        /// Checks of hashes that cost more than the venue's own, from a journal of other settings: one at a time, so that they
        /// hold up one another alone.
        var dear: Deque<Job> = []
        var isDearUnderWay = false
    }

    /// How many of those wait at most.
    private static let dearMax = 4

    init(cost: PasswordHash.Cost, worker: any Worker) throws(CryptoError) {
        self.cost = cost
        self.worker = worker
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
                guard let hash, matches else { return body(.wrong) }
                let isCurrent = PasswordHash.cost(of: hash) == cost
                body(.right(newHash: isCurrent ? nil : try PasswordHash.make(password: password, cost: cost)))
            } catch {
                body(.failed(PasswordWorkers.outOfMemory))
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
            body(isRight && key != nil ? .right(newHash: nil) : .wrong)
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
                    return body(.failure(Refusal(.logonFailed, "old is not the login's password")))
                }
                body(
                    .success(
                        try password.map { password throws(CryptoError) in
                            try PasswordHash.make(password: password, cost: cost, salt: salt)
                        }
                    )
                )
            } catch {
                body(.failure(PasswordWorkers.outOfMemory))
            }
        }
    }

    private func submit(_ asker: Asker, isDear: Bool = false, _ job: @escaping Job) -> Bool {
        let isTaken = queues.withLockedValue { queues in
            if isDear {
                guard queues.dear.count < PasswordWorkers.dearMax else { return false }
                queues.dear.append(job)
                return true
            }
            if asker.isKnown {
                guard queues.known.count < PasswordWorkers.waitingMax else { return false }
                queues.known.append(job)
                return true
            }
            let own = queues.ofSource[asker.source] ?? 0
            let waiting = queues.strangers.count
            guard waiting < PasswordWorkers.waitingMax, own < PasswordWorkers.waitingOfSourceMax(while: waiting) else {
                return false
            }
            queues.ofSource[asker.source] = own + 1
            queues.strangers.append((asker.source, job))
            return true
        }
        if isTaken { worker.submit { [self] in runNext() } }
        return isTaken
    }

    private func runNext() {
        let job = queues.withLockedValue { queues -> Job? in
            if let job = queues.known.popFirst() { return job }
            guard let (source, job) = queues.strangers.popFirst() else { return nextDear(&queues) }
            let left = (queues.ofSource[source] ?? 1) - 1
            queues.ofSource[source] = left > 0 ? left : nil
            return job
        }
        job?()
    }

    private func nextDear(_ queues: inout Queues) -> Job? {
        guard !queues.isDearUnderWay, let job = queues.dear.popFirst() else { return nil }
        queues.isDearUnderWay = true
        return { [self] in
            job()
            let isMore = self.queues.withLockedValue { queues in
                queues.isDearUnderWay = false
                return !queues.dear.isEmpty
            }
            if isMore { worker.submit { [self] in runNext() } }
        }
    }

    func stop() { worker.drain() }
}
