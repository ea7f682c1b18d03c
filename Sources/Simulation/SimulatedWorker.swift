import Server
import Synchronization

/// A worker that does its work when the simulation says so.
final class SimulatedWorker: Worker {
    private let jobs = Mutex<[@Sendable () -> Void]>([])

    func submit(_ body: @escaping @Sendable () -> Void) { jobs.withLock { $0.append(body) } }
    func drain() { while runOne() {} }

    func discard() { jobs.withLock { $0 = [] } }

    var isIdle: Bool { jobs.withLock { $0.isEmpty } }

    /// Does the oldest job.
    /// - Returns: false if there is none.
    @discardableResult
    func runOne() -> Bool {
        let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        job?()
        return job != nil
    }
}

/// The workers of one process of the venue.
struct SimulatedWorkers {
    let journal = SimulatedWorker()
    let checkpoints = SimulatedWorker()
    let passwords = SimulatedWorker()
    let readers = SimulatedWorker()

    var all: [SimulatedWorker] { [journal, checkpoints, passwords, readers] }

    var workers: Workers {
        Workers(journal: journal, checkpoints: checkpoints, passwords: passwords, readers: readers)
    }
}
