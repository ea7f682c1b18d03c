package import Permits

/// The rule by which the venue's time goes: a pure value, fed with readings of the machine's clocks.
///
/// 1. It goes as the steady clock goes, from the first reading on. So it never stands still, never jumps and never runs back, whatever
///    is done to the wall clock; and a machine that was suspended wakes up at the right time.
/// 2. It follows the wall clock by at most `slewPartsPerMillion` of the time that has passed.
/// 3. It is off while the wall clock differs by more than the bound, until it differs by less than half of it.
package struct VenueTime: Sendable {
    /// How fast it follows the wall clock: half a millisecond a second.
    ///
    /// As fast as the kernels of Unix slew a clock, and NTP with them, so a wall clock that is kept by NTP is never faster than
    /// this follows; and a clock that is ten years wrong for an hour moves the venue by less than two seconds.
    /// Source: RFC 5905, section 12 (MAXFREQ, 500 ppm).
    package static let slewPartsPerMillion: Int64 = 500
    /// Time that passes between two readings is counted up to this, some 35 years, so that nothing overflows.
    private static let elapsedMax: Int64 = 1 << 50

    /// The venue's time at the last reading.
    package private(set) var now: Timestamp
    /// How far the wall clock was ahead of it then, in microseconds; negative if it was behind.
    package private(set) var offset: Int64
    /// Whether that is more than the bound.
    package private(set) var isOff = false
    private let bound: Int64
    private var steady: Int64
    /// Millionths of a microsecond of slewing that are left from before.
    private var slewRest: Int64 = 0

    /// Begins with the wall clock, but not before `start`.
    /// - Parameters:
    ///   - reading: the first reading.
    ///   - start: the last moment that has a stamp already.
    ///   - bound: how many microseconds the wall clock may differ.
    package init(_ reading: ClockReading, notBefore start: Timestamp, bound: Int64) {
        now = max(reading.wall, start)
        offset = VenueTime.difference(reading.wall, now)
        steady = reading.steady
        self.bound = bound
        judge()
    }

    /// Goes on to a reading.
    /// - Returns: the venue's time, not before the last one.
    package mutating func advance(to reading: ClockReading) -> Timestamp {
        let (passed, overflowed) = reading.steady.subtractingReportingOverflow(steady)
        let hasPassed = reading.steady > steady
        let elapsed = hasPassed ? (overflowed ? VenueTime.elapsedMax : min(passed, VenueTime.elapsedMax)) : 0
        steady = max(steady, reading.steady)
        let slew = slewRest + elapsed * VenueTime.slewPartsPerMillion
        slewRest = slew % 1_000_000
        // Never more than has passed, since the rest is less than one.
        let step = slew / 1_000_000
        let before = now.adding(microseconds: elapsed)
        now = before.adding(microseconds: min(max(VenueTime.difference(reading.wall, before), -step), step))
        offset = VenueTime.difference(reading.wall, now)
        judge()
        return now
    }

    /// Takes the wall clock as it is, unless it is behind: the operator's word.
    package mutating func accept(_ reading: ClockReading) {
        _ = advance(to: reading)
        now = max(now, reading.wall)
        offset = VenueTime.difference(reading.wall, now)
        judge()
    }

    private mutating func judge() { isOff = abs(offset) > (isOff ? bound / 2 : bound) }

    private static func difference(_ a: Timestamp, _ b: Timestamp) -> Int64 {
        let (difference, overflowed) = a.microseconds.subtractingReportingOverflow(b.microseconds)
        guard overflowed else { return max(difference, -.max) }
        return a < b ? -.max : .max
    }
}
