import Permits
import Seals
import Storage
import Synchronization

/// Checks and hashes passwords, with a bounded queue.
final class PasswordWorkers: Sendable {
    /// The refusal when the queue is full.
    static let busy = Refusal(.busy, "too many logons at once; try again in a moment")

    private static let waitingMax = 64

    private let worker: any Worker
    private let waiting = Atomic<Int>(0)
    private let cost: PasswordHash.Cost
    /// What a password of an unknown user is checked against, so that it takes as long.
    private let decoy: String

    init(cost: PasswordHash.Cost, worker: any Worker) throws(CryptoError) {
        self.cost = cost
        self.worker = worker
        decoy = try PasswordHash.make(password: PasswordHash.randomPassword(), cost: cost)
    }

    /// Checks a password; `hash` is nil for an unknown user.
    /// - Returns: false if the queue is full.
    func verify(_ password: String, against hash: String?, _ body: @escaping @Sendable (Bool) -> Void) -> Bool {
        submit { [decoy] in
            let matches = PasswordHash.verify(password: password, against: hash ?? decoy)
            body(matches && hash != nil)
        }
    }

    /// Hashes a new password.
    /// - Returns: false if the queue is full.
    func hash(_ password: String, _ body: @escaping @Sendable (Result<String, Refusal>) -> Void) -> Bool {
        submit { [cost] in
            do throws(CryptoError) {
                body(.success(try PasswordHash.make(password: password, cost: cost)))
            } catch {
                body(.failure(Refusal(.busy, "the password could not be hashed; try again")))
            }
        }
    }

    private func submit(_ body: @escaping @Sendable () -> Void) -> Bool {
        guard waiting.add(1, ordering: .relaxed).newValue <= PasswordWorkers.waitingMax else {
            waiting.subtract(1, ordering: .relaxed)
            return false
        }
        worker.submit { [self] in
            waiting.subtract(1, ordering: .relaxed)
            body()
        }
        return true
    }

    func stop() { worker.drain() }
}
