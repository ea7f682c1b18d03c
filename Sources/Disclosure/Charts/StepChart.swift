/// A value that changes in steps over dates, such as what is announced of a season.
struct StepChart {
    struct Point {
        /// `YYYY-MM-DD`.
        let date: String
        let value: Int64
    }

    let id, title: String
    let unit: String
    let scale: Int
    let empty: String
    let points: [Point]
    /// Where the last step ends; nil: soon behind it.
    let end: String?

    /// Days in the order of dates; only their distances matter.
    private static func day(_ date: String) -> Int64? {
        let parts = date.split(separator: "-").compactMap { Int64($0) }
        guard parts.count == 3 else { return nil }
        let (year, month) = parts[1] > 2 ? (parts[0], parts[1] - 3) : (parts[0] - 1, parts[1] + 9)
        return year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + parts[2]
    }

    var svg: String {
        let known = points.compactMap { point in StepChart.day(point.date).map { (day: $0, point: point) } }
        guard let first = known.first, let last = known.last else { return Drawing.empty(id, title, "steps", empty) }
        var drawing = Drawing(id: id, title: title, unit: unit, plotHeight: 210)
        let bottom = drawing.top + 175
        let values = Scale(known.map(\.point.value), from: bottom, to: drawing.top + 8, isFromZero: true)
        let marks = values.marks(4)
        func amount(_ value: Int64) -> String { Digits.short(value, scale: scale) }
        let left = Drawing.room(for: marks.map(amount))
        drawing.gridlines(values, marks, left: left, text: amount)
        let close = max(last.day + max(1, (last.day - first.day) / 10), end.flatMap(StepChart.day) ?? 0)
        let days = Scale([first.day, close], from: left + 4, to: Drawing.right)
        var line: [(x: Double, y: Double)] = []
        var shown = -200.0
        for (day, point) in known {
            let (x, y) = (days.place(day), values.place(point.value))
            if let before = line.last { line.append((x, before.y)) }
            line.append((x, y))
            if x - shown > 92 {
                shown = x
                drawing.text(
                    min(max(x, left + 36), Drawing.right - 40),
                    bottom + 22,
                    point.date,
                    "tick",
                    anchor: "middle"
                )
            }
        }
        line.append((days.place(close), line.last?.y ?? bottom))
        drawing.path(Drawing.through(line), "line s1")
        for (day, point) in known {
            let hover = "\(point.date): \(Digits.text(point.value, scale: scale)) \(unit)"
            drawing.circle(days.place(day), values.place(point.value), 4, "dot", hover: hover)
        }
        let summary = known.map { "\($0.point.date) \(amount($0.point.value)) \(unit)" }.joined(separator: ", ")
        return drawing.svg("steps", summary: summary)
    }
}
