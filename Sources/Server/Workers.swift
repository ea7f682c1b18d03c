import Dispatch
import Synchronization

/// Runs what must not hold up whoever asks for it, on other threads; the simulator's runs it when the seed says so.
package protocol Worker: Sendable {
    /// Runs `body` later.
    func submit(_ body: @escaping @Sendable () -> Void)
    /// Waits until what was submitted has run.
    func drain()
}

/// Who does what the sequencer hands over.
package struct Workers: Sendable {
    /// Commits batches: one after the other.
    package let journal: any Worker
    /// Moves the journal's log into its file: one after the other.
    package let checkpoints: any Worker
    /// Checks and hashes passwords.
    package let passwords: any Worker
    /// Reads from settlement.
    package let readers: any Worker

    package init(
        journal: any Worker,
        checkpoints: any Worker,
        passwords: any Worker,
        readers: any Worker
    ) {
        self.journal = journal
        self.checkpoints = checkpoints
        self.passwords = passwords
        self.readers = readers
    }

    /// Threads of this process: one commits, one makes checkpoints, two hash, some read.
    package static func threads() -> Workers {
        Workers(
            journal: ThreadWorker("weir.journal", threads: 1),
            checkpoints: ThreadWorker("weir.checkpoint", threads: 1),
            passwords: ThreadWorker("weir.passwords", threads: 2),
            readers: ThreadWorker("weir.readers", threads: 4)
        )
    }
}

/// Serial queues that take turns.
private final class ThreadWorker: Worker {
    private let queues: [DispatchQueue]
    private let turn = Atomic<Int>(0)

    init(_ name: String, threads: Int) { queues = (1...threads).map { _ in DispatchQueue(label: name) } }

    func submit(_ body: @escaping @Sendable () -> Void) {
        let queue = queues[turn.wrappingAdd(1, ordering: .relaxed).newValue % queues.count]
        queue.async(execute: body)
    }

    func drain() { for queue in queues { queue.sync {} } }
}
