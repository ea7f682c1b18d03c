/// A moment: microseconds since 1970-01-01T00:00:00Z.
///
/// The venue's clock is UTC. Written `2027-03-01T09:00:00.000000Z`.
public struct Timestamp: Comparable, Hashable, Sendable, BitwiseCopyable {
    /// Microseconds since the beginning of 1970, UTC.
    public var microseconds: Int64

    /// So many microseconds after 1970-01-01T00:00:00Z.
    @inlinable public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Orders by value.
    @inlinable public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

    /// Never: later than every moment that a command can carry.
    @inlinable public static var never: Timestamp { Timestamp(microseconds: .max) }
    /// The beginning of 1970.
    @inlinable public static var zero: Timestamp { Timestamp(microseconds: 0) }
    /// Microseconds in the unit.
    public static let microsecondsPerSecond: Int64 = 1_000_000
    /// Microseconds in the unit.
    public static let microsecondsPerDay: Int64 = 86_400_000_000
    /// The last moment that can be written with a four-digit year: 9999-12-31T23:59:59.999999Z.
    public static let last = Timestamp(microseconds: 253_402_300_799_999_999)

    /// The moment that much later; `.never` beyond the range.
    @inlinable public func adding(microseconds delta: Int64) -> Timestamp {
        let (sum, overflow) = microseconds.addingReportingOverflow(delta)
        return overflow ? .never : Timestamp(microseconds: sum)
    }

    /// The first moment of the following day (UTC).
    public var nextMidnight: Timestamp {
        Timestamp(microseconds: (day + 1) * Timestamp.microsecondsPerDay)
    }

    /// The number of the day (UTC) since 1970-01-01.
    public var day: Int64 {
        let (quotient, rest) = microseconds.quotientAndRemainder(dividingBy: Timestamp.microsecondsPerDay)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// The date (UTC).
    public var date: CalendarDate { CalendarDate(dayNumber: day) }
}

/// A calendar date, proleptic Gregorian.
public struct CalendarDate: Hashable, Sendable {
    /// The year.
    public var year: Int
    /// The month, from 1.
    public var month: Int
    /// The day of the month, from 1.
    public var day: Int

    /// The date of a day number since 1970-01-01.
    ///
    /// Source: Howard Hinnant, chrono-compatible low-level date algorithms, `civil_from_days`.
    public init(dayNumber: Int64) {
        let shifted = dayNumber + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// A date; nil if there is no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), (1...31).contains(day), (0...9999).contains(year) else { return nil }
        self.year = year
        self.month = month
        self.day = day
        guard CalendarDate(dayNumber: dayNumber) == self else { return nil }
    }

    /// As written: `2027-03-01`.
    public var text: String {
        String("\(Timestamp(microseconds: dayNumber * Timestamp.microsecondsPerDay))".prefix(10))
    }

    /// The day number since 1970-01-01 (`days_from_civil` of the same source).
    public var dayNumber: Int64 {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let shiftedMonth = Int64(month > 2 ? month - 3 : month + 9)
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

extension Timestamp {
    /// Reads `2027-03-01T09:00:00.000000Z` (fraction of 0 to 6 digits, or none) or a bare date, its midnight.
    public init?(_ bytes: Span<UInt8>) {
        if bytes.count == 27, let whole = Timestamp(whole: bytes) {
            self = whole
            return
        }
        func digits(_ from: Int, _ count: Int) -> Int? {
            guard from + count <= bytes.count else { return nil }
            var value = 0
            for index in from..<from + count {
                guard bytes[index] >= 48, bytes[index] <= 57 else { return nil }
                value = value * 10 + Int(bytes[index] - 48)
            }
            return value
        }
        func stands(_ character: UInt8, at index: Int) -> Bool { index < bytes.count && bytes[index] == character }
        let dash = UInt8(ascii: "-")
        let colon = UInt8(ascii: ":")
        guard let year = digits(0, 4), stands(dash, at: 4), let month = digits(5, 2), stands(dash, at: 7),
            let day = digits(8, 2), let date = CalendarDate(year: year, month: month, day: day)
        else { return nil }
        let midnight = date.dayNumber * Timestamp.microsecondsPerDay
        if bytes.count == 10 {
            microseconds = midnight
            return
        }
        guard stands(UInt8(ascii: "T"), at: 10), let hour = digits(11, 2), stands(colon, at: 13),
            let minute = digits(14, 2), stands(colon, at: 16), let second = digits(17, 2),
            hour < 24, minute < 60, second < 60, bytes[bytes.count - 1] == UInt8(ascii: "Z")
        else { return nil }
        var fraction = 0
        if bytes.count > 20 {
            let count = bytes.count - 21
            guard stands(UInt8(ascii: "."), at: 19), (1...6).contains(count), let read = digits(20, count)
            else { return nil }
            fraction = read
            for _ in count..<6 { fraction *= 10 }
        }
        let secondOfDay = Int64(hour * 3600 + minute * 60 + second)
        microseconds = midnight + secondOfDay * Timestamp.microsecondsPerSecond + Int64(fraction)
    }

    /// Reads the form with six digits of a fraction, which journals have, eight of its 27 bytes at a time.
    private init?(whole bytes: Span<UInt8>) {
        // "2027-03-", "01T09:00", ":00.0000", ".000000Z"
        guard let date = Timestamp.digits(in: bytes, at: 0, between: 0x2D00_002D_0000_0000),
            let hours = Timestamp.digits(in: bytes, at: 8, between: 0x0000_3A00_0054_0000),
            let seconds = Timestamp.digits(in: bytes, at: 16, between: 0x0000_0000_2E00_003A),
            let fraction = Timestamp.digits(in: bytes, at: 19, between: 0x5A00_0000_0000_002E)
        else { return nil }
        func number(_ word: UInt64, _ places: ClosedRange<Int>) -> Int {
            places.reduce(0) { $0 * 10 + Int(word >> UInt64(8 * $1) & 15) }
        }
        let (hour, minute, second) = (number(hours, 3...4), number(hours, 6...7), number(seconds, 1...2))
        guard hour < 24, minute < 60, second < 60,
            let day = CalendarDate(year: number(date, 0...3), month: number(date, 5...6), day: number(hours, 0...1))
        else { return nil }
        let secondOfDay = Int64(hour * 3600 + minute * 60 + second)
        microseconds =
            day.dayNumber * Timestamp.microsecondsPerDay + secondOfDay * Timestamp.microsecondsPerSecond
            + Int64(number(fraction, 1...6))
    }

    /// Eight bytes that are digits but where `marks` has a byte, which stands there; a digit's value in each byte, zero for a mark.
    private static func digits(in bytes: Span<UInt8>, at start: Int, between marks: UInt64) -> UInt64? {
        let ones = ByteWords.ones
        // A byte of `marks` that is not zero, as a byte of ones: the marks are below 0x80.
        let isMark = (((marks &+ 0x7F &* ones) & ByteWords.tops) >> 7) &* 0xFF
        let word = ByteWords.word(bytes, start) ^ (marks | (0x30 &* ones & ~isMark))
        guard word & isMark == 0, (word | (word &+ 6 &* ones)) & (0xF0 &* ones) == 0 else { return nil }
        return word
    }

    /// Reads the same from text.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span)
    }
}

extension Timestamp: CustomStringConvertible {
    /// The value as text.
    public var description: String {
        var bytes: [UInt8] = []
        bytes.append(timestamp: self)
        return String(decoding: bytes, as: UTF8.self)
    }
}
