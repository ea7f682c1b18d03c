/// What several parties get (up) and pay (down) in each period.
struct PeriodBars {
    struct Period {
        let label: String
        /// One of each series, minor units; negative: paid.
        let values: [Int64]
    }

    let id, title: String
    let unit: String
    let scale: Int
    let empty: String
    let series: [String]
    let periods: [Period]

    var svg: String {
        guard !periods.isEmpty, !series.isEmpty else { return Drawing.empty(id, title, "periods", empty) }
        let legend = series.enumerated().map { Drawing.Entry(kind: "s\($0.offset % 6 + 1)", text: $0.element) }
        var drawing = Drawing(id: id, title: title, unit: unit, legend: legend, plotHeight: 290)
        let bottom = drawing.top + 250
        let values = Scale(periods.flatMap(\.values), from: bottom, to: drawing.top + 8, isFromZero: true)
        let marks = values.marks(6)
        func amount(_ value: Int64) -> String { Digits.short(value, scale: scale) }
        let left = Drawing.room(for: marks.map(amount))
        drawing.gridlines(values, marks, left: left, text: amount)
        let slot = (Drawing.right - left) / Double(periods.count)
        let bar = max(1, min(26, slot * 0.8 / Double(series.count)))
        let zero = values.place(Int64(0))
        let longest = periods.map { Drawing.width(of: $0.label) }.max() ?? 0
        let every = max(1, Int(((longest + 12) / slot).rounded(.up)))
        for (place, period) in periods.enumerated() {
            let middle = left + slot * (Double(place) + 0.5)
            for (index, value) in period.values.enumerated() where value != 0 {
                let x = middle + (Double(index) - Double(series.count) / 2) * bar
                let y = values.place(value)
                let hover = "\(period.label), \(series[index]): \(Digits.text(value, scale: scale)) \(unit)"
                drawing.rectangle(x, min(y, zero), bar * 0.92, abs(y - zero), "s\(index % 6 + 1)", hover: hover)
            }
            if place.isMultiple(of: every) { drawing.text(middle, bottom + 22, period.label, "tick", anchor: "middle") }
        }
        let sums = series.indices.map { index in
            "\(series[index]) \(Digits.text(periods.reduce(into: 0) { $0.add($1.values[index]) }, scale: scale)) \(unit)"
        }
        return drawing.svg("periods", summary: sums.joined(separator: ", "))
    }
}
