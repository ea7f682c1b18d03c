import Logging
import NIOConcurrencyHelpers
import Permits
import Wire

/// The venue's clock: stamps, heartbeats and what `PING` answers are of it; delays and limits count by its steady side.
///
/// Shared by the sequencer and the event loops.
final class VenueClock: Sendable {
    private let read: @Sendable () -> ClockReading
    private let time: NIOLockedValueBox<VenueTime>
    private let boundSeconds: Int64
    private let logger: Logger

    /// - Parameters:
    ///   - read: the machine's clocks.
    ///   - start: the time of the last command; the clock begins there or later.
    ///   - boundSeconds: how much the wall clock may differ before the operator is told.
    ///   - logger: where that is told.
    init(
        _ read: @escaping @Sendable () -> ClockReading,
        notBefore start: Timestamp,
        boundSeconds: Int64,
        logger: Logger
    ) {
        self.read = read
        self.boundSeconds = boundSeconds
        self.logger = logger
        let time = VenueTime(read(), notBefore: start, bound: boundSeconds * Timestamp.microsecondsPerSecond)
        self.time = NIOLockedValueBox(time)
        if time.isOff { tell(time) }
    }

    /// The venue's time; never before one that was told.
    var now: Timestamp {
        let (time, hasChanged) = time.withLockedValue { time in
            let wasOff = time.isOff
            // Read under the lock, so that readings come in order.
            _ = time.advance(to: read())
            return (time, time.isOff != wasOff)
        }
        if hasChanged { tell(time) }
        return time.now
    }

    /// Microseconds that nobody can set, for what counts how much time has passed.
    var steady: Int64 { read().steady }

    /// Takes the wall clock as it is now, if it is ahead: the operator's word.
    func acceptWallClock() {
        let (before, after) = time.withLockedValue { time in
            _ = time.advance(to: read())
            let before = time
            time.accept(read())
            return (before, after: time)
        }
        logger.notice("the venue's time is set from \(before.now) to \(after.now), by the operator's word")
        if before.isOff, !after.isOff { tell(after) }
    }

    /// What `STATUS` tells of a wall clock that differs by more than the bound; nil while it does not.
    var alarm: AlarmRow? {
        let time = time.withLockedValue { $0 }
        return time.isOff ? AlarmRow("clock", VenueClock.text(time)) : nil
    }

    private func tell(_ time: VenueTime) {
        if time.isOff {
            logger.error(
                "\(VenueClock.text(time)); see to the machine's clock, or tell the venue to take it: SIGUSR1 (ahead), a start (behind)",
                metadata: ["bound": "\(boundSeconds) s"]
            )
        } else {
            logger.notice("the wall clock agrees with the venue's time again")
        }
    }

    private static func text(_ time: VenueTime) -> String {
        let direction = time.offset > 0 ? "ahead of" : "behind"
        let milliseconds = time.offset.magnitude / 1000
        return
            "the wall clock is \(milliseconds / 1000).\(milliseconds % 1000 / 100) s \(direction) the venue's time, which follows it slowly"
    }
}
