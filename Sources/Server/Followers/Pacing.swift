import DequeModule
import Foundation

/// Work that two threads do in turn: one gets only what all others leave, the other competes with them.
///
/// A thread that once yields cannot take that back without privileges, and while all processors are busy it gets nothing. So when
/// the work falls behind, the other thread goes on with it at the end of a turn, until it has caught up.
final class PacedWork: @unchecked Sendable {
    enum Pace {
        /// When nothing else runs (`SCHED_IDLE`): with a nice value of 10 the venue answered 245,000 orders a second instead of
        /// 317,000 (50 connections of 64, 2 cores, 2026).
        case leisure
        /// Beside what else runs, with a tenth of its weight (a nice value of 10).
        case hurry
    }

    // Under `condition`.
    private let condition = SteadyCondition()
    private var pace = Pace.leisure
    private var isOver = false

    /// Starts the threads.
    /// - Parameters:
    ///   - name: of the first one, at most 15 bytes.
    ///   - turn: does a part of the work, and says at which pace it goes on; nil at its end.
    /// - Throws: `ServerError` if there are no threads to have.
    func start(_ name: String, _ turn: @escaping @Sendable (Pace) -> Pace?) throws(ServerError) {
        try ServiceThread.start(name) { [self] in
            PacedWork.yieldToOthers()
            run(.leisure, turn)
        }
        try ServiceThread.start("weir.catchup") { [self] in
            #if os(Linux)
                // Of this thread alone.
                setpriority(Int32(PRIO_PROCESS.rawValue), 0, 10)
            #endif
            run(.hurry, turn)
        }
    }

    private func run(_ own: Pace, _ turn: (Pace) -> Pace?) {
        while true {
            let isOver = condition.withLock {
                while pace != own, !self.isOver { condition.wait() }
                return self.isOver
            }
            if isOver { return }
            let next = turn(own)
            condition.withLock {
                pace = next ?? own
                self.isOver = next == nil
                condition.signal()
            }
        }
    }

    /// Lets the threads that answer go first: this one gets what they leave.
    static func yieldToOthers() {
        #if os(Linux)
            let idle: Int32 = 5
            var parameters = sched_param()
            sched_setscheduler(0, idle, &parameters)
        #endif
    }
}

/// How long something has been behind.
struct Lag {
    private var marks: Deque<(command: UInt64, time: SteadyTime)> = []
    /// One mark is for so many seconds.
    private static let step = 0.05

    /// Notes that a command is to be followed.
    mutating func note(_ command: UInt64, at now: SteadyTime) {
        guard let last = marks.last, now.timeIntervalSince(last.time) < Lag.step else {
            return marks.append((command, now))
        }
        marks[marks.count - 1].command = command
    }

    /// For how many seconds, or nearly, the first command after `done` has waited; 0 if there is none.
    mutating func seconds(after done: UInt64, at now: SteadyTime) -> Double {
        while let first = marks.first, first.command <= done { marks.removeFirst() }
        return marks.first.map { now.timeIntervalSince($0.time) } ?? 0
    }
}
