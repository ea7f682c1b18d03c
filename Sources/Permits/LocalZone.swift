/// The zones whose clocks a market or a registry may keep, under their names in the tz database.
///
/// Rules are those of 2026. The engine reckons with them itself, so that a journal replays alike on machines whose zone files
/// differ. Where a country changes its clocks' rules, a zone gets another row here under a new number of rules.
///
/// Source: the IANA tz database, release 2025b; Directive 2000/84/EC; Energy Policy Act of 2005, section 110 (US).
public enum LocalZone: String, CaseIterable, Sendable, BitwiseCopyable {
    case utc = "UTC"
    case johannesburg = "Africa/Johannesburg"
    case chicago = "America/Chicago"
    case denver = "America/Denver"
    case halifax = "America/Halifax"
    case losAngeles = "America/Los_Angeles"
    case mexicoCity = "America/Mexico_City"
    case newYork = "America/New_York"
    case phoenix = "America/Phoenix"
    case saoPaulo = "America/Sao_Paulo"
    case toronto = "America/Toronto"
    case almaty = "Asia/Almaty"
    case bangkok = "Asia/Bangkok"
    case hoChiMinh = "Asia/Ho_Chi_Minh"
    case jakarta = "Asia/Jakarta"
    case kolkata = "Asia/Kolkata"
    case seoul = "Asia/Seoul"
    case shanghai = "Asia/Shanghai"
    case singapore = "Asia/Singapore"
    case tokyo = "Asia/Tokyo"
    case adelaide = "Australia/Adelaide"
    case brisbane = "Australia/Brisbane"
    case melbourne = "Australia/Melbourne"
    case perth = "Australia/Perth"
    case sydney = "Australia/Sydney"
    case brussels = "Europe/Brussels"
    case istanbul = "Europe/Istanbul"
    case london = "Europe/London"
    case auckland = "Pacific/Auckland"

    /// When clocks go forward by an hour, and back.
    private enum Summer {
        case none, europe, unitedStates, australia, newZealand
    }

    /// Minutes ahead of UTC in winter, and the rule of summer time.
    private var rule: (minutes: Int64, summer: Summer) {
        switch self {
        case .utc: (0, .none)
        case .johannesburg: (120, .none)
        case .chicago: (-360, .unitedStates)
        case .denver: (-420, .unitedStates)
        case .halifax: (-240, .unitedStates)
        case .losAngeles: (-480, .unitedStates)
        case .mexicoCity: (-360, .none)
        case .newYork, .toronto: (-300, .unitedStates)
        case .phoenix: (-420, .none)
        case .saoPaulo: (-180, .none)
        case .almaty: (300, .none)
        case .bangkok, .hoChiMinh, .jakarta: (420, .none)
        case .kolkata: (330, .none)
        case .seoul, .tokyo: (540, .none)
        case .shanghai, .singapore, .perth: (480, .none)
        case .adelaide: (570, .australia)
        case .brisbane: (600, .none)
        case .melbourne, .sydney: (600, .australia)
        case .brussels: (60, .europe)
        case .istanbul: (180, .none)
        case .london: (0, .europe)
        case .auckland: (720, .newZealand)
        }
    }

    /// How far its clocks are ahead of UTC at a moment, in microseconds.
    public func offset(at time: Timestamp) -> Int64 {
        let (minutes, summer) = rule
        let winter = minutes * 60 * Timestamp.microsecondsPerSecond
        let hour = 3600 * Timestamp.microsecondsPerSecond
        let year = time.adding(microseconds: winter).date.year
        /// The first Sunday from a date on, at an hour of winter time.
        func sunday(_ month: Int, from day: Int, at winterHour: Int64) -> Timestamp {
            // Day 0, 1970-01-01, was a Thursday: -4 is a Sunday.
            let first = CalendarDate(year: year, month: month, day: day)?.dayNumber ?? 0
            let day = first + (7 - (first + 4) % 7) % 7
            return Timestamp(microseconds: day * Timestamp.microsecondsPerDay + winterHour * hour - winter)
        }
        let isSummer =
            switch summer {
            case .none: false
            // The last Sundays of March and October, 01:00 UTC.
            case .europe:
                time >= sunday(3, from: 25, at: 1).adding(microseconds: winter)
                    && time < sunday(10, from: 25, at: 1).adding(microseconds: winter)
            // The second Sunday of March, and the first of November at 02:00 of summer time.
            case .unitedStates: time >= sunday(3, from: 8, at: 2) && time < sunday(11, from: 1, at: 1)
            // The first Sundays of October and April, at 02:00 and 03:00 on the clock.
            case .australia: time < sunday(4, from: 1, at: 2) || time >= sunday(10, from: 1, at: 2)
            // The last Sunday of September, the first of April.
            case .newZealand: time < sunday(4, from: 1, at: 2) || time >= sunday(9, from: 24, at: 2)
            }
        return winter + (isSummer ? hour : 0)
    }

    /// The number of the day there since 1970-01-01.
    public func day(of time: Timestamp) -> Int64 { time.adding(microseconds: offset(at: time)).day }

    /// The moment at which a clock there shows so many microseconds since 1970-01-01T00:00.
    public func moment(showing local: Int64) -> Timestamp {
        // Clocks change at night: take the offset of that moment in UTC first, then the one that it leads to.
        let guess = Timestamp(microseconds: local).adding(microseconds: -offset(at: Timestamp(microseconds: local)))
        return Timestamp(microseconds: local).adding(microseconds: -offset(at: guess))
    }

    /// When a day there ends.
    public func end(ofDay day: Int64) -> Timestamp { moment(showing: (day + 1) * Timestamp.microsecondsPerDay) }
}
