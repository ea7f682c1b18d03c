import Foundation
package import Permits

/// What the machine's two clocks say at one moment.
package struct ClockReading: Sendable, Equatable {
    /// The wall clock, UTC: somebody may set it, wrongly too.
    package var wall: Timestamp
    /// Microseconds that nobody can set; they count on while the machine is suspended.
    package var steady: Int64

    /// What two clocks say.
    package init(wall: Timestamp, steady: Int64) {
        self.wall = wall
        self.steady = steady
    }

    /// A machine whose wall clock nobody sets: for simulations and tests.
    package init(_ time: Timestamp) { self.init(wall: time, steady: time.microseconds) }
}

/// The machine's clocks.
package enum SystemClock {
    /// The wall clock, UTC.
    package static var now: Timestamp { Timestamp(microseconds: microseconds(of: CLOCK_REALTIME)) }

    /// Microseconds since the machine started, suspension included.
    package static var steady: Int64 { microseconds(of: CLOCK_BOOTTIME) }

    /// Both, as close to one moment as it gets.
    package static var reading: ClockReading { ClockReading(wall: now, steady: steady) }

    private static func microseconds(of clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * Timestamp.microsecondsPerSecond + Int64(time.tv_nsec) / 1000
    }
}
