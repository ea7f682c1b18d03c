import Permits
import Testing

@Suite("Clocks of zones")
struct LocalZoneTests {
    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    /// The last minute before clocks change, and the first one after it, as the tz database has them for 2027.
    @Test(
        "go forward and back when the tz database says",
        arguments: [
            (LocalZone.brussels, "2027-03-28T00:59:00Z", 60, 120), (.brussels, "2027-10-31T00:59:00Z", 120, 60),
            (.london, "2027-03-28T00:59:00Z", 0, 60), (.london, "2027-10-31T00:59:00Z", 60, 0),
            (.losAngeles, "2027-03-14T09:59:00Z", -480, -420), (.losAngeles, "2027-11-07T08:59:00Z", -420, -480),
            (.newYork, "2027-03-14T06:59:00Z", -300, -240), (.newYork, "2027-11-07T05:59:00Z", -240, -300),
            (.sydney, "2027-04-03T15:59:00Z", 660, 600), (.sydney, "2027-10-02T15:59:00Z", 600, 660),
            (.adelaide, "2027-04-03T16:29:00Z", 630, 570), (.adelaide, "2027-10-02T16:29:00Z", 570, 630),
            (.auckland, "2027-04-03T13:59:00Z", 780, 720), (.auckland, "2027-09-25T13:59:00Z", 720, 780),
        ]
    )
    func changes(zone: LocalZone, last: String, before: Int, after: Int) throws {
        let minute = 60 * Timestamp.microsecondsPerSecond
        let moment = try time(last)
        #expect(zone.offset(at: moment) == Int64(before) * minute)
        #expect(zone.offset(at: moment.adding(microseconds: minute)) == Int64(after) * minute)
    }

    @Test("a day ends at its midnight, whatever the offset", arguments: LocalZone.allCases)
    func midnights(zone: LocalZone) throws {
        let first = try #require(CalendarDate(year: 2027, month: 1, day: 1)?.dayNumber)
        for day in first..<first + 1_461 {
            let end = zone.end(ofDay: day)
            #expect(zone.day(of: end) == day + 1 && zone.day(of: end.adding(microseconds: -1)) == day)
        }
    }

    @Test("whoever keeps no summer time is as far from UTC all year")
    func constant() throws {
        for zone in [LocalZone.utc, .seoul, .kolkata, .phoenix, .brisbane, .johannesburg] {
            let winter = zone.offset(at: try time("2027-01-15T12:00:00Z"))
            #expect(winter == zone.offset(at: try time("2027-07-15T12:00:00Z")))
        }
        #expect(LocalZone.kolkata.offset(at: try time("2027-07-15T12:00:00Z")) == 330 * 60_000_000)
    }
}
