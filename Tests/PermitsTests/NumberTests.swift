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

    @Test("a time with any other byte in it is another one, as it is written, or none")
    func damagedTimes() {
        for text in ["2027-03-01T09:00:00.123456Z", "1999-12-31T23:59:59.999999Z"] {
            for place in 0..<text.utf8.count {
                for byte in UInt8.min...UInt8.max {
                    var bytes = Array(text.utf8)
                    bytes[place] = byte
                    guard let time = Timestamp(bytes.span) else { continue }
                    #expect(Array(time.description.utf8) == bytes)
                }
            }
            #expect(Timestamp(text)?.description == text)
        }
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

    /// A decimal by the plainest means: nil if that is not one.
    private func plainly(_ text: String) -> DecimalNumber? {
        let digits = text.first == "-" ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } })
        else { return nil }
        guard let value = Int64(parts.joined()) else { return nil }
        var number = DecimalNumber(whole: text.first == "-" ? -value : value)
        number.fractionCount = parts.count == 2 ? UInt8(parts[1].count) : 0
        return number
    }

    @Test("decimals of any length are read as digit by digit, and whatever else is refused")
    func anyDecimals() {
        var luck = SplitMix64(seed: 1)
        let letters = Array("0123456789012345678901234567890123456789..-/:\0é".utf8)
        for _ in 0..<100_000 {
            let bytes = (0..<luck.number(0...12)).map { _ in letters[Int(luck.number(0...Int64(letters.count - 1)))] }
            #expect((try? DecimalNumber(bytes.span)) == plainly(String(decoding: bytes, as: UTF8.self)), "\(bytes)")
        }
    }

    @Test("codes are read as byte by byte, whatever stands there")
    func anyCodes() {
        var luck = SplitMix64(seed: 1)
        for _ in 0..<100_000 {
            var bytes = (0..<luck.number(0...22)).map { _ in Array("aZ09.-_mX".utf8)[Int(luck.number(0...8))] }
            if luck.number(0...1) == 0, !bytes.isEmpty {
                bytes[Int(luck.number(0...Int64(bytes.count - 1)))] = UInt8(luck.number(0...255))
            }
            let isCode = (1...Code.lengthMax).contains(bytes.count) && bytes.allSatisfy(Code.allows)
            let code = Code(bytes.span)
            #expect((code != nil) == isCode, "\(bytes)")
            if let code { #expect(Array(code.description.utf8) == bytes) }
        }
    }

    @Test("numbers, codes and times are written alike into a buffer and an array")
    func written() {
        var luck = SplitMix64(seed: 1)
        for _ in 0..<20_000 {
            let number = luck.next() >> UInt64(luck.number(0...63))
            var (buffer, array) = (Buffer<UInt8>(capacity: 1), [UInt8]())
            let micros = Int64(number % 253_402_300_799_000_000)
            buffer.append(number: number)
            array.append(number: number)
            #expect(Array(buffer) == Array(String(number).utf8) && array == Array(buffer))
            buffer.append("market", Code("o\(number % 1_000_000_000)") ?? .none)
            array.append("market", Code("o\(number % 1_000_000_000)") ?? .none)
            buffer.append("longerthanseven", Timestamp(microseconds: micros))
            array.append("longerthanseven", Timestamp(microseconds: micros))
            let time = Timestamp(microseconds: micros)
            let text = "\(number) market=o\(number % 1_000_000_000) longerthanseven=\(time)"
            #expect(Array(buffer) == Array(text.utf8) && array == Array(buffer))
            #expect(Timestamp(time.description) == time)
        }
    }
}
