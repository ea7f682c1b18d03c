/// Bars of shares of a whole, the largest first.
struct ShareBars {
    struct Bar {
        let label: String
        /// Hundredths of a per cent.
        let share: Int64
    }

    let id, title: String
    let unit: String
    let empty: String
    let bars: [Bar]

    var svg: String {
        guard !bars.isEmpty else { return Drawing.empty(id, title, "shares", empty) }
        let row = 26.0
        var drawing = Drawing(id: id, title: title, unit: unit, plotHeight: row * Double(bars.count) + 10)
        let left = min(260, 12 + (bars.map { Drawing.width(of: $0.label) }.max() ?? 0))
        let scale = Scale(bars.map(\.share), from: left, to: Drawing.right - 70, isFromZero: true)
        for (place, bar) in bars.enumerated() {
            let y = drawing.top + row * Double(place)
            let text = Digits.text(bar.share, scale: 2) + " %"
            drawing.text(left - 8, y + 13, bar.label, "label", anchor: "end")
            drawing.rectangle(left, y, scale.place(bar.share) - left, 18, "s1", hover: "\(bar.label): \(text)")
            drawing.text(scale.place(bar.share) + 6, y + 13, text, "tick")
        }
        let summary = bars.map { "\($0.label) \(Digits.text($0.share, scale: 2)) %" }.joined(separator: ", ")
        return drawing.svg("shares", summary: summary)
    }
}
