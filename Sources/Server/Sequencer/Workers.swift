import DequeModule
import Foundation

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

    package init(journal: any Worker, checkpoints: any Worker, passwords: any Worker, readers: any Worker) {
        self.journal = journal
        self.checkpoints = checkpoints
        self.passwords = passwords
        self.readers = readers
    }

    /// Threads of this process: one commits, one makes checkpoints, one or two hash when others leave them time, some read.
    ///
    /// A hash goes through 128 MiB at random: with one for each processor, the caches are nobody else's (`ops/check-siege WEIR 0.6 junk`:
    /// with two threads on two processors the others' p99 was 3.0 times the quiet one, with one 2.0; 2026).
    /// - Throws: `ServerError` if there are no threads to have.
    package static func threads() throws -> Workers {
        Workers(
            journal: try ThreadWorker("weir.journal", threads: 1),
            checkpoints: try ThreadWorker("weir.checkpoint", threads: 1),
            passwords: try ThreadWorker(
                "weir.passwords",
                threads: min(2, max(1, ProcessInfo.processInfo.activeProcessorCount / 2)),
                yieldsToOthers: true
            ),
            readers: try ThreadWorker("weir.readers", threads: 4)
        )
    }
}

/// Threads that do jobs in the order in which they come; they end with it.
private final class ThreadWorker: Worker {
    private let queue: JobQueue

    /// - Parameters:
    ///   - name: of the threads.
    ///   - threads: how many; jobs of one alone come one after the other.
    ///   - yieldsToOthers: whether all other threads go first: what strangers can make the venue compute must not slow down who
    ///     trades. With a nice value of 10, one member that logged on again and again made the others' p99 75 ms instead of
    ///     5 ms; so it is 8 ms (`ops/check-siege WEIR 0.4 junk`, 2 cores, 2026).
    /// - Throws: `ServerError` if there are no threads to have.
    init(_ name: String, threads: Int, yieldsToOthers: Bool = false) throws(ServerError) {
        let queue = JobQueue()
        self.queue = queue
        for _ in 0..<threads {
            try ServiceThread.start(name) {
                if yieldsToOthers { PacedWork.yieldToOthers() }
                while let job = queue.next() {
                    job()
                    queue.finish()
                }
            }
        }
    }

    deinit { queue.end() }

    func submit(_ body: @escaping @Sendable () -> Void) { queue.add(body) }
    func drain() { queue.drain() }
}

/// Jobs that wait for a thread.
private final class JobQueue: @unchecked Sendable {
    // Every access is under `condition`.
    private let condition = NSCondition()
    private var jobs: Deque<@Sendable () -> Void> = []
    private var busy = 0
    private var hasEnded = false

    func add(_ body: @escaping @Sendable () -> Void) {
        condition.withLock {
            jobs.append(body)
            condition.broadcast()
        }
    }

    /// Waits for the next job; nil at the end.
    func next() -> (@Sendable () -> Void)? {
        condition.withLock {
            while true {
                if let job = jobs.popFirst() {
                    busy += 1
                    return job
                }
                guard !hasEnded else { return nil }
                condition.wait()
            }
        }
    }

    func finish() {
        condition.withLock {
            busy -= 1
            condition.broadcast()
        }
    }

    /// Waits until what was added has run.
    func drain() {
        condition.withLock { while !jobs.isEmpty || busy > 0 { condition.wait() } }
    }

    /// Nothing more is added.
    func end() {
        condition.withLock {
            hasEnded = true
            condition.broadcast()
        }
    }
}
