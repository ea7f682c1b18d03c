import Permits
import Server
import Testing

/// The rule by which the venue's time goes, as a pure value.
@Suite("The venue's time")
struct VenueTimeTests {
    private static let start = Timestamp(microseconds: 1_803_895_200_000_000)
    private static let second = Timestamp.microsecondsPerSecond
    private static let year = 365 * Timestamp.microsecondsPerDay

    /// A machine whose two clocks a test moves.
    private struct Machine {
        var wall = start
        var steady: Int64 = 77
        var time: VenueTime

        init() { time = VenueTime(ClockReading(wall: start, steady: 77), notBefore: .zero, bound: 5 * second) }

        mutating func set(wall offset: Int64) { wall = wall.adding(microseconds: offset) }

        /// Lets time pass on both clocks, with so many readings.
        @discardableResult
        mutating func pass(_ microseconds: Int64, readings: Int64 = 1, drift: Int64 = 0) -> Timestamp {
            for _ in 0..<readings {
                steady += microseconds / readings
                wall = wall.adding(microseconds: (microseconds + drift) / readings)
                let before = time.now
                let after = time.advance(to: ClockReading(wall: wall, steady: steady))
                #expect(after >= before)
            }
            return time.now
        }

        var passed: Int64 { time.now.microseconds - start.microseconds }
    }

    @Test("goes as both clocks go while they agree")
    func agreement() {
        var machine = Machine()
        machine.pass(3 * VenueTimeTests.second, readings: 1000)
        #expect(machine.passed == 3 * VenueTimeTests.second)
        #expect(machine.time.offset == 0)
        #expect(!machine.time.isOff)
    }

    @Test(
        "does not jump with a wall clock that is set, follows it by half a millisecond a second, and tells of it",
        arguments: [10 * year, -10 * year, 3_600_000_000, -3_600_000_000, 6_000_000, -6_000_000]
    )
    func jumps(offset: Int64) {
        var machine = Machine()
        machine.set(wall: offset)
        machine.pass(100 * VenueTimeTests.second, readings: 777)
        let slew = machine.passed - 777 * (100 * VenueTimeTests.second / 777)
        #expect(offset > 0 ? (49_000...50_000).contains(slew) : (-50_000 ... -49_000).contains(slew))
        #expect(machine.time.isOff)
        // The clock is right again.
        machine.set(wall: -offset)
        machine.pass(200 * VenueTimeTests.second)
        #expect(machine.time.offset == 0)
        #expect(!machine.time.isOff)
    }

    @Test("follows a difference below the bound without telling of it", arguments: [4_000, -4_000])
    func small(offset: Int64) {
        var machine = Machine()
        machine.set(wall: offset)
        machine.pass(4 * VenueTimeTests.second, readings: 4)
        #expect(machine.time.offset == offset / 2)
        #expect(!machine.time.isOff)
        machine.pass(4 * VenueTimeTests.second, readings: 4)
        #expect(machine.time.offset == 0)
    }

    @Test(
        "stays with a wall clock that drifts less than it may follow, however often it is read",
        arguments: [1, 100_000]
    )
    func drift(readings: Int64) {
        var machine = Machine()
        // 300 parts per million for 1000 seconds.
        machine.pass(1000 * VenueTimeTests.second, readings: readings, drift: 300_000)
        #expect(abs(machine.time.offset) <= 1000)
        #expect(!machine.time.isOff)
    }

    @Test("is right when a machine wakes up, for both clocks count while it sleeps")
    func suspension() {
        var machine = Machine()
        machine.pass(8 * 3600 * VenueTimeTests.second)
        #expect(machine.passed == 8 * 3600 * VenueTimeTests.second)
        #expect(!machine.time.isOff)
    }

    @Test("never runs back nor stands still, whatever the wall clock does")
    func monotony() {
        var machine = Machine()
        for step in 1...2000 {
            machine.set(wall: step.isMultiple(of: 2) ? VenueTimeTests.year : -VenueTimeTests.year)
            let before = machine.time.now
            let after = machine.pass(2)
            #expect(after > before)
        }
        // A steady clock that ran back would be a fault of the machine: time waits for it.
        let before = machine.time.now
        let after = machine.time.advance(to: ClockReading(wall: machine.wall, steady: 0))
        #expect(after == before)
    }

    @Test(
        "begins with the journal's last moment if the wall clock is behind it, and says that it is off beyond the bound"
    )
    func start() {
        for (ahead, isOff) in [(4 * VenueTimeTests.second, false), (VenueTimeTests.year, true)] {
            let last = VenueTimeTests.start.adding(microseconds: ahead)
            let reading = ClockReading(wall: VenueTimeTests.start, steady: 0)
            let time = VenueTime(reading, notBefore: last, bound: 5 * VenueTimeTests.second)
            #expect(time.now == last)
            #expect(time.offset == -ahead)
            #expect(time.isOff == isOff)
        }
    }

    @Test("jumps forward at the operator's word alone, and never back")
    func word() {
        var machine = Machine()
        machine.set(wall: VenueTimeTests.year)
        machine.time.accept(ClockReading(wall: machine.wall, steady: machine.steady))
        #expect(machine.passed == VenueTimeTests.year)
        #expect(!machine.time.isOff)
        machine.set(wall: -VenueTimeTests.year)
        machine.time.accept(ClockReading(wall: machine.wall, steady: machine.steady))
        #expect(machine.passed == VenueTimeTests.year)
        #expect(machine.time.isOff)
    }

    @Test("outlives readings at the ends of the range")
    func extremes() {
        let readings = [
            ClockReading(wall: .never, steady: .max), ClockReading(wall: Timestamp(microseconds: .min), steady: .min),
            ClockReading(wall: .zero, steady: 0),
        ]
        for first in readings {
            var time = VenueTime(first, notBefore: .zero, bound: 5 * VenueTimeTests.second)
            for reading in readings + readings {
                let before = time.now
                let after = time.advance(to: reading)
                #expect(after >= before)
            }
        }
    }
}
