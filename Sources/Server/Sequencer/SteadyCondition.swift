import Foundation

/// A lock with a condition whose waits end by the machine's monotonic clock.
///
/// `NSCondition` and the semaphores of `Dispatch` wait by the wall clock: if that is set back by an hour, they wait an hour longer.
final class SteadyCondition: @unchecked Sendable {
    // Locks of the system's; they stay where they are.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        var attributes = pthread_condattr_t()
        let made =
            pthread_mutex_init(mutex, nil) == 0 && pthread_condattr_init(&attributes) == 0
            && pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0
            && pthread_cond_init(condition, &attributes) == 0
        precondition(made, "a lock that belongs to nobody yet can be made")
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// Wakes one who waits.
    func signal() { pthread_cond_signal(condition) }

    /// Waits for a signal; under the lock, which others get meanwhile.
    func wait() { pthread_cond_wait(condition, mutex) }

    /// Waits for a signal; under the lock, which others get meanwhile.
    /// - Returns: false if the moment came first.
    func wait(until deadline: SteadyTime) -> Bool {
        var time = deadline.timespec
        return pthread_cond_timedwait(condition, mutex, &time) == 0
    }
}

/// A moment of the machine's monotonic clock: what `Date` is to the wall clock, which somebody may set.
struct SteadyTime: Comparable, Sendable {
    /// Seconds since some moment before the start of the process.
    private let seconds: Double

    private init(seconds: Double) { self.seconds = seconds }

    /// Now.
    init() { self.init(timeIntervalSinceNow: 0) }

    /// The moment that is so many seconds away.
    init(timeIntervalSinceNow interval: Double) {
        var now = Foundation.timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        seconds = Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 + interval
    }

    static let distantPast = SteadyTime(seconds: -1e9)
    static let distantFuture = SteadyTime(seconds: 1e9)

    static func < (a: SteadyTime, b: SteadyTime) -> Bool { a.seconds < b.seconds }

    func timeIntervalSince(_ other: SteadyTime) -> Double { seconds - other.seconds }
    func addingTimeInterval(_ interval: Double) -> SteadyTime { SteadyTime(seconds: seconds + interval) }

    fileprivate var timespec: Foundation.timespec {
        let whole = max(0, seconds).rounded(.down)
        return Foundation.timespec(tv_sec: Int(whole), tv_nsec: Int((max(0, seconds) - whole) * 1e9))
    }
}
