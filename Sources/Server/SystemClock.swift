import Foundation
package import Permits

/// The machine's clock; read by the sequencer alone, which stamps every command with it.
package enum SystemClock {
    /// The time now, UTC.
    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(
            microseconds: Int64(time.tv_sec) * Timestamp.microsecondsPerSecond + Int64(time.tv_nsec) / 1000
        )
    }
}
