import Exchange
import Foundation
import Testing
import Wire

@Suite("Golden streams")
struct GoldenTests {
    @Test("a fixture prints its golden file", arguments: fixtureNames)
    func golden(name: String) throws {
        let found = try transcript(fixture("\(name).stream"))
        let expected = try fixture("\(name).expected")
        let isEqual = found == expected
        #expect(isEqual, "run: weir replay --check fixtures/\(name).stream")
    }

    @Test("there are at least 25 of them, and two long ones")
    func count() throws {
        #expect(fixtureNames.count >= 25)
        #expect(fixtureNames.contains("carbon-day") && fixtureNames.contains("water-season"))
    }

    @Test("cutting a replay in two by a snapshot changes nothing", arguments: fixtureNames)
    func snapshot(name: String) throws {
        let stream = try fixture("\(name).stream")
        let entries = stream.split(separator: 10, omittingEmptySubsequences: false).map { Array($0) + [10] }
        var whole = StreamReplay()
        try whole.run(stream) { _, _ in }
        var first = StreamReplay()
        let half = entries.count / 2
        for (number, entry) in entries[..<half].enumerated() {
            try first.run(entry, firstLine: number + 1) { _, _ in }
        }
        let restored = try Venue(snapshot: first.venue.snapshot())
        #expect(restored.snapshot() == first.venue.snapshot())
        // Relative times go on from the last command, so begin with the time of the cut.
        var second = StreamReplay(on: restored)
        second.time = first.time
        for (number, entry) in entries[half...].enumerated() {
            try second.run(entry, firstLine: half + number + 1) { _, _ in }
        }
        #expect(second.venue.exchange.stateBytes() == whole.venue.exchange.stateBytes())
    }
}
