import Foundation
import Permits
import Server
import Storage
import Testing
import WeirClient

/// A venue on a machine whose wall clock somebody sets.
@Suite("The wall clock is set")
struct ClockTests {
    private static let hour = 3600 * Timestamp.microsecondsPerSecond

    /// A venue whose steady clock is the test's; the wall clock differs from it by what `wall` says since 1970.
    private func start(wall: ManualClock, _ directory: String? = nil, accepts: Bool = false) async throws -> TestVenue {
        let clock = ManualClock(Timestamp(microseconds: 1_803_895_200_000_000))
        return try await TestVenue.start(directory: directory, clock: clock) {
            $0.clock = {
                let now = clock.now
                return ClockReading(
                    wall: now.adding(microseconds: wall.now.microseconds),
                    steady: now.microseconds
                )
            }
            $0.acceptsFutureJournal = accepts
            // The test's clock stands still between its steps.
            ($0.limits.sessionQuota, $0.limits.memberQuota) = (nil, nil)
        }
    }

    private func time(_ client: WeirClient) async throws -> String {
        try #require(try await client.send("PING").line["time"])
    }

    private func alarms(_ client: WeirClient) async throws -> [String] {
        try await client.send("STATUS").rows.compactMap { $0["alarm"] }
    }

    @Test("PING and STATUS tell the venue's clock, not when the last command came")
    func now() async throws {
        let venue = try await TestVenue.start()
        let client = try await venue.connect()
        #expect(try await time(client) == "2027-03-01T10:00:00.000000Z")
        venue.clock.advance(seconds: 3)
        #expect(try await time(client) == "2027-03-01T10:00:03.000000Z")
        #expect(try await client.send("STATUS").line["time"] == "2027-03-01T10:00:03.000000Z")
        try await venue.end()
    }

    @Test(
        "it does not jump with it, tells of it in STATUS, and a dead man's switch fires at its time",
        arguments: [-1, 87_600]
    )
    func set(hours: Int64) async throws {
        let wall = ManualClock(.zero)
        let venue = try await start(wall: wall)
        let client = try await venue.logOn("acme", "li")
        #expect(try await alarms(client) == [])
        wall.set(Timestamp(microseconds: hours * ClockTests.hour))
        #expect(try await client.send("ORDER id=a market=M side=buy qty=1 price=70 tif=gtc").isOK)
        #expect(try await time(client) == "2027-03-01T10:00:00.000000Z")
        #expect(try await alarms(client) == ["clock"])
        #expect(try await client.send("DEADMAN timeout=1").isOK)
        // A little more, since the venue follows a clock that is behind.
        venue.clock.advance(seconds: 2)
        let done = await next(client) { $0.line.word == "DONE" }
        #expect(done?.line["reason"] == "deadman")
        wall.set(.zero)
        venue.clock.advance(seconds: 3)
        #expect(try await time(client) == "2027-03-01T10:00:05.000000Z")
        #expect(try await alarms(client) == [])
        try await venue.end()
    }

    @Test("the operator's word alone takes a wall clock that is ahead")
    func word() async throws {
        let wall = ManualClock(Timestamp(microseconds: ClockTests.hour))
        let venue = try await start(wall: wall)
        let client = try await venue.connect()
        #expect(try await time(client) == "2027-03-01T11:00:00.000000Z")
        wall.set(Timestamp(microseconds: 3 * ClockTests.hour))
        #expect(try await time(client) == "2027-03-01T11:00:00.000000Z")
        venue.server.acceptWallClock()
        #expect(try await time(client) == "2027-03-01T13:00:00.000000Z")
        #expect(try await alarms(client) == [])
        try await venue.end()
    }

    @Test("a journal from the future is refused, unless the operator says that it is right; then time goes on from it")
    func future() async throws {
        let wall = ManualClock(Timestamp(microseconds: 24 * ClockTests.hour))
        let first = try await start(wall: wall)
        let client = try await first.logOn("acme", "li")
        #expect(try await client.send("DEADMAN timeout=9").isOK)
        try await first.server.stop()
        wall.set(.zero)
        let error = await #expect(throws: ServerError.self) { _ = try await start(wall: wall, first.directory) }
        #expect(error?.description.contains("--accept-future-journal") == true)
        let second = try await start(wall: wall, first.directory, accepts: true)
        let again = try await second.logOn("acme", "li")
        #expect(try await time(again) == "2027-03-02T10:00:00.000000Z")
        #expect(try await alarms(again) == ["clock"])
        try await second.end()
    }
}
