package import Permits

/// The periods that an agreement is reckoned in, and how long its parties have.
package struct Schedule: Sendable {
    /// How long a period is.
    package enum Step: Spelling, Word {
        case once, month, quarter, half, year

        /// Its months; nil for one period from beginning to end.
        var months: Int? {
            switch self {
            case .once: nil
            case .month: 1
            case .quarter: 3
            case .half: 6
            case .year: 12
            }
        }
    }

    /// One period.
    package struct Period: Sendable, Equatable {
        /// `2012`, `2012-H1`, `2012-Q1`, `2012-03` by its first day, or `once`.
        package var label: Code
        /// Its first moment.
        package var starts: Timestamp
        /// The first moment after it.
        package var ends: Timestamp
        /// When it is settled.
        package var due: Timestamp
        /// The year that its first day is in, by which facilities are measured.
        package var year: Int64
    }

    package let step: Step
    package let starts: CalendarDate
    /// The last day.
    package let ends: CalendarDate
    /// How many days after a period it is settled.
    package let dueDays: Int64
    /// How many days more readings may take that are missing or disputed.
    package let graceDays: Int64
    /// How many days a debtor has before a claim is broken.
    package let cureDays: Int64
    /// How many days a complaint may wait for its answer.
    package let answerDays: Int64
    /// In order, without gaps.
    package let periods: [Period]

    /// The most periods of one agreement: 50 years of months.
    package static let periodsMax = 600

    init(
        step: Step,
        starts: CalendarDate,
        ends: CalendarDate,
        dueDays: Int64,
        graceDays: Int64,
        cureDays: Int64,
        answerDays: Int64
    ) throws(TermsProblem) {
        guard starts.dayNumber <= ends.dayNumber else { throw TermsProblem("ends is before starts") }
        guard step == .once || starts.day <= 28 else {
            throw TermsProblem("periods cannot start on day \(starts.day), which some months lack")
        }
        self.step = step
        self.starts = starts
        self.ends = ends
        self.dueDays = dueDays
        self.graceDays = graceDays
        self.cureDays = cureDays
        self.answerDays = answerDays
        var periods: [Period] = []
        var first = starts
        while first.dayNumber <= ends.dayNumber {
            guard periods.count < Schedule.periodsMax else {
                throw TermsProblem("more than \(Schedule.periodsMax) periods")
            }
            let next = Schedule.next(after: first, step)
            let end = min(next.map(\.dayNumber) ?? .max, ends.dayNumber + 1)
            periods.append(
                Period(
                    label: Schedule.label(first, step),
                    starts: Schedule.midnight(first.dayNumber),
                    ends: Schedule.midnight(end),
                    due: Schedule.midnight(end + dueDays),
                    year: Int64(first.year)
                )
            )
            guard let next else { break }
            first = next
        }
        self.periods = periods
    }

    /// The place of a period.
    package func period(_ label: Code) -> Int? { periods.firstIndex { $0.label == label } }

    /// When a period is settled with what there is.
    package func lastCall(of period: Period) -> Timestamp {
        period.due.adding(microseconds: graceDays * Timestamp.microsecondsPerDay)
    }

    /// When what was due at a time is broken.
    package func cure(from due: Timestamp) -> Timestamp {
        due.adding(microseconds: cureDays * Timestamp.microsecondsPerDay)
    }

    /// The period that a time is in; the first before all of them, the last after.
    package func period(at time: Timestamp) -> Period {
        periods.last { $0.starts <= time } ?? periods[0]
    }

    /// When the last period has ended.
    package var end: Timestamp { Schedule.midnight(ends.dayNumber + 1) }

    /// The midnight with which a day begins.
    static func midnight(_ day: Int64) -> Timestamp { Timestamp(microseconds: day * Timestamp.microsecondsPerDay) }

    /// The first day of the following period, if there is one.
    private static func next(after first: CalendarDate, _ step: Step) -> CalendarDate? {
        guard let months = step.months else { return nil }
        let month = first.month - 1 + months
        return CalendarDate(year: first.year + month / 12, month: month % 12 + 1, day: first.day)
    }

    private static func label(_ first: CalendarDate, _ step: Step) -> Code {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = "\(number)"
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let year = padded(first.year, 4)
        let text =
            switch step {
            case .once: "once"
            case .month: "\(year)-\(padded(first.month, 2))"
            case .quarter: "\(year)-Q\((first.month + 2) / 3)"
            case .half: "\(year)-H\(first.month <= 6 ? 1 : 2)"
            case .year: year
            }
        return Code(text) ?? .none
    }
}
