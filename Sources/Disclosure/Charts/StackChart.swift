/// Bars that lie above each other, each made of parts that add up, with a mark across it: permits by vintage, and the cap.
struct StackChart {
    struct Bar {
        let label: String
        let parts: [Int64]
        let marker: Int64?
    }

    let id, title: String
    let parts: [String]
    let marker: String
    let unit: String
    let empty: String
    let bars: [Bar]

    private static let rowHeight = 34.0

    var svg: String {
        guard !bars.isEmpty else { return Drawing.empty(id, title, "stack", empty) }
        let legend = parts.enumerated().map { Drawing.Entry(kind: "s\($0.offset + 1)", text: $0.element) }
        var drawing = Drawing(
            id: id,
            title: title,
            unit: unit,
            legend: legend + [Drawing.Entry(kind: "cap", text: marker)],
            plotHeight: StackChart.rowHeight * Double(bars.count) + 34
        )
        let bottom = drawing.top + StackChart.rowHeight * Double(bars.count) + 4
        let left = min(260, 12 + (bars.map { Drawing.width(of: $0.label) }.max() ?? 0))
        let values = bars.map { bar in bar.parts.reduce(into: 0) { $0.add($1) } } + bars.compactMap(\.marker)
        let scale = Scale(values, from: left, to: Drawing.right - 10, isFromZero: true)
        let marks = scale.marks(5)
        for mark in marks {
            let x = scale.place(mark)
            drawing.line(x, drawing.top, x, bottom, mark == 0 ? "axis" : "grid")
            drawing.text(x, bottom + 20, Digits.text(mark, scale: 0), "tick", anchor: "middle")
        }
        for (place, bar) in bars.enumerated() {
            let y = drawing.top + StackChart.rowHeight * Double(place) + 6
            drawing.text(left - 8, y + 15, bar.label, "label", anchor: "end")
            var sum: Int64 = 0
            for (part, value) in bar.parts.enumerated() where value > 0 {
                let x = scale.place(sum)
                sum.add(value)
                let hover = "\(bar.label): \(parts[part]) \(Digits.text(value, scale: 0)) \(unit)"
                drawing.rectangle(x, y, scale.place(sum) - x, 22, "s\(part + 1)", hover: hover)
            }
            if let value = bar.marker {
                let hover = "\(bar.label): \(marker) \(Digits.text(value, scale: 0)) \(unit)"
                drawing.line(scale.place(value), y - 4, scale.place(value), y + 26, "cap", hover: hover)
            }
        }
        let summary = bars.prefix(12).map { bar in
            let told = zip(parts, bar.parts).map { "\($0) \(Digits.text($1, scale: 0))" }
            return "\(bar.label): \(told.joined(separator: ", "))"
        }
        return drawing.svg("stack", summary: summary.joined(separator: "; "))
    }
}
