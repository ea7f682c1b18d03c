import DequeModule
import Dispatch
import Foundation
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

    /// Threads of this process: one commits, one makes checkpoints, two hash when others leave them time, some read.
    package static func threads() -> Workers {
        Workers(
            journal: ThreadWorker("weir.journal", threads: 1),
            checkpoints: ThreadWorker("weir.checkpoint", threads: 1),
            passwords: PatientWorker("weir.passwords", threads: 2),
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

/// Threads of their own that let the others go first: what strangers can make the venue compute must not slow down who trades.
private final class PatientWorker: Worker, @unchecked Sendable {
    // Every access is under `condition`.
    private let condition = NSCondition()
    private var jobs: Deque<@Sendable () -> Void> = []
    private var busy = 0
    private var hasEnded = false

    /// A nice value at which a thread gets a tenth of the time of one that wants it too.
    private static let niceness: Int32 = 10

    init(_ name: String, threads: Int) {
        for _ in 0..<threads {
            let thread = Thread { [self] in
                #if os(Linux)
                    // Of this thread alone.
                    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, PatientWorker.niceness)
                #endif
                while let job = next() {
                    job()
                    finish()
                }
            }
            thread.name = name
            thread.start()
        }
    }

    func submit(_ body: @escaping @Sendable () -> Void) {
        condition.withLock {
            jobs.append(body)
            condition.broadcast()
        }
    }

    /// Waits until what was submitted has run, and ends the threads: whoever hashes drains when it stops.
    func drain() {
        condition.withLock {
            while !jobs.isEmpty || busy > 0 { condition.wait() }
            hasEnded = true
            condition.broadcast()
        }
    }

    private func next() -> (@Sendable () -> Void)? {
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

    private func finish() {
        condition.withLock {
            busy -= 1
            condition.broadcast()
        }
    }
}
