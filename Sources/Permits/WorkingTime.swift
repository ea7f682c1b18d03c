// Working days and hours: when a registry's clock runs.

/// A registry's working calendar: Monday to Friday but for holidays, 10:00 to 16:00 by its own clock.
///
/// Source: the Union Registry's working hours, in which trusted accounts and transfers become effective.
public struct WorkingCalendar: Sendable, Equatable {
    /// Day numbers since 1970-01-01 on which nobody works besides weekends, ascending.
    public private(set) var holidays: [Int64] = []

    /// Whose clock it keeps; the Union Registry's unless a program says otherwise.
    public var zone = LocalZone.brussels

    /// A year without holidays.
    public init() {}

    /// The hour at which the working day begins.
    public static let opens: Int64 = 10
    /// The hour at which it ends.
    public static let closes: Int64 = 16
    private static let hour: Int64 = 3_600_000_000

    /// Adds a holiday.
    /// - Returns: false if it was one already.
    public mutating func add(holiday day: Int64) -> Bool {
        guard !holidays.contains(day) else { return false }
        holidays.append(day)
        holidays.sort()
        return true
    }

    /// Forgets the holidays before a day: nothing is reckoned back.
    public mutating func forgetHolidays(before day: Int64) { holidays.removeAll { $0 < day } }

    /// A moment as the clock on the wall shows it.
    struct Local: Equatable {
        var day: Int64
        /// Microseconds since midnight.
        var time: Int64
    }

    func local(_ time: Timestamp) -> Local {
        let shifted = time.adding(microseconds: zone.offset(at: time))
        return Local(day: shifted.day, time: shifted.microseconds - shifted.day * Timestamp.microsecondsPerDay)
    }

    func moment(_ local: Local) -> Timestamp {
        zone.moment(showing: local.day * Timestamp.microsecondsPerDay + local.time)
    }

    func isWorkingDay(_ day: Int64) -> Bool {
        // 0 is a Thursday, so 2 and 3 modulo 7 are Saturday and Sunday.
        let weekday = ((day % 7) + 7) % 7
        return weekday != 2 && weekday != 3 && !holidays.contains(day)
    }

    func workingDay(after day: Int64, count: Int = 1) -> Int64 {
        var day = day
        for _ in 0..<count {
            repeat { day += 1 } while !isWorkingDay(day)
        }
        return day
    }

    /// The moment itself if it is in working hours, else when they next begin.
    func clamped(_ time: Timestamp) -> Local {
        let local = local(time)
        let opens = WorkingCalendar.opens * WorkingCalendar.hour
        guard isWorkingDay(local.day), local.time < WorkingCalendar.closes * WorkingCalendar.hour else {
            return Local(day: workingDay(after: local.day), time: opens)
        }
        return Local(day: local.day, time: max(local.time, opens))
    }

    /// When `days` working days have passed; the clock runs in working hours only.
    public func adding(workingDays days: Int, to time: Timestamp) -> Timestamp {
        var local = clamped(time)
        local.day = workingDay(after: local.day, count: days)
        return moment(local)
    }
}

/// When a transfer off the exchange executes.
public enum TransferTiming: Spelling, Word {
    /// At once.
    case atOnce = "at-once"
    /// The Union Registry's rule: to trusted accounts in working hours, to others at noon of a later working day.
    ///
    /// Source: Union Registry Regulation, article 35.
    case article35 = "article-35"
    /// The Union Registry's older rule of 26 hours.
    case hours26 = "26-hours"
    /// At 10:00 of the next working day.
    case nextWorkingDay = "next-working-day"

    /// When a transfer that is proposed at `time` executes; `time` itself if that is at once.
    public func execution(of time: Timestamp, isTrusted: Bool, _ calendar: WorkingCalendar) -> Timestamp {
        let hour: Int64 = 3_600_000_000
        let start = calendar.clamped(time)
        switch self {
        case .atOnce: return time
        case .nextWorkingDay:
            let day = calendar.workingDay(after: calendar.local(time).day)
            return calendar.moment(.init(day: day, time: WorkingCalendar.opens * hour))
        case .hours26:
            // The next working day, two hours later on the clock.
            return calendar.moment(.init(day: calendar.workingDay(after: start.day), time: start.time + 2 * hour))
        case .article35:
            guard !isTrusted else { return calendar.local(time) == start ? time : calendar.moment(start) }
            var local = calendar.local(time)
            if !calendar.isWorkingDay(local.day) { local = start }
            let days = local.time < 12 * hour ? 1 : 2
            return calendar.moment(.init(day: calendar.workingDay(after: local.day, count: days), time: 12 * hour))
        }
    }
}
