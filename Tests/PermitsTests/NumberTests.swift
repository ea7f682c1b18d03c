import Permits
import Testing

@Suite("Decimals and times")
struct NumberTests {
    private func scaled(_ text: String, _ scale: Int) throws -> Int64 {
        try DecimalNumber(Array(text.utf8).span).scaled(to: scale)
    }

    @Test(
        "decimals are exact",
        arguments: [
            ("71.25", 2, Int64(7125)), ("71", 2, 7100), ("71.2", 2, 7120), ("0.01", 2, 1), ("-3.5", 1, -35),
            ("7850", 0, 7850),
            ("9223372036854775807", 0, .max),
        ]
    )
    func decimals(text: String, scale: Int, expected: Int64) throws {
        #expect(try scaled(text, scale) == expected)
    }

    @Test(
        "what a scale cannot hold is refused",
        arguments: ["71.255", "71.250", "0.001", "9223372036854775808", "92233720368547758.07001"]
    )
    func refused(text: String) {
        #expect(throws: RejectCode.self) { try scaled(text, 2) }
    }

    @Test("decimal text reads back as the same number", arguments: [Int64(0), 1, 99, 100, -101, 123_456_789, .max])
    func roundTrip(value: Int64) throws {
        for scale in 0...4 { #expect(try scaled(FixedPoint.text(value, scale: scale), scale) == value) }
    }

    @Test(
        "times read back as the same time",
        arguments: [
            "1970-01-01T00:00:00.000000Z", "2000-02-29T23:59:59.999999Z", "2027-03-01T09:00:00.000000Z",
            "9999-12-31T23:59:59.999999Z",
        ]
    )
    func times(text: String) throws {
        #expect(try #require(Timestamp(text)).description == text)
    }

    @Test(
        "times that do not exist are refused",
        arguments: [
            "2027-02-29", "2027-13-01", "2027-03-01T24:00:00Z", "2027-03-01T09:00:00", "2027-03-01T09:00:00.Z",
            "2027-3-1",
        ]
    )
    func badTimes(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
