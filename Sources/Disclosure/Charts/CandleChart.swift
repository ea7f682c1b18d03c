/// Prices and volume by trading day: a candle from open to close with a line from low to high; bars of permits below.
///
/// A candle is hollow where the close is not below the open, filled where it is, so colour is not needed to read it.
struct CandleChart {
    struct Words {
        let price, volume, open, high, low, close, trades: String
    }
    struct Day {
        let date: String
        /// Minor units.
        let open, high, low, close: Int64
        /// Permits.
        let volume: Int64
        let trades: Int64
    }

    let id, title: String
    let words: Words
    let unit: String
    let scale: Int
    let quantityUnit: String
    let empty: String
    let days: [Day]

    var svg: String {
        guard let first = days.first, let last = days.last else { return Drawing.empty(id, title, "candles", empty) }
        var drawing = Drawing(id: id, title: title, unit: unit, plotHeight: 330)
        let (bottom, base) = (drawing.top + 200, drawing.top + 300)
        let prices = Scale(days.flatMap { [$0.low, $0.high] }, from: bottom, to: drawing.top + 8)
        let volumes = Scale(days.map(\.volume), from: base, to: bottom + 36, isFromZero: true)
        let (marks, amounts) = (prices.marks(5), volumes.marks(2))
        func price(_ value: Int64) -> String { Digits.text(value, scale: scale) }
        let left = Drawing.room(for: marks.map(price) + amounts.map { Digits.text($0, scale: 0) })
        drawing.gridlines(prices, marks, left: left, text: price)
        drawing.gridlines(volumes, amounts, left: left) { Digits.text($0, scale: 0) }
        drawing.text(left, bottom + 28, "\(words.volume), \(quantityUnit)", "note")
        let slot = (Drawing.right - left) / Double(days.count)
        let body = max(1, min(22, slot * 0.6))
        let every = max(1, Int((84 / slot).rounded(.up)))
        for (place, day) in days.enumerated() {
            let x = left + slot * (Double(place) + 0.5)
            let (open, close) = (prices.place(day.open), prices.place(day.close))
            let hover = """
                \(day.date): \(words.open) \(price(day.open)), \(words.high) \(price(day.high)), \(words.low) \(price(day.low)), \
                \(words.close) \(price(day.close)); \(words.volume) \(Digits.text(day.volume, scale: 0)), \(words.trades) \(day.trades)
                """
            let kind = day.close >= day.open ? "up" : "down"
            drawing.line(x, prices.place(day.high), x, min(open, close), "wick \(kind)", hover: hover)
            drawing.line(x, max(open, close), x, prices.place(day.low), "wick \(kind)", hover: hover)
            drawing.rectangle(x - body / 2, min(open, close), body, max(1.5, abs(open - close)), kind, hover: hover)
            let top = volumes.place(day.volume)
            drawing.rectangle(x - body / 2, top, body, base - top, "volume", hover: hover)
            if place.isMultiple(of: every), x < Drawing.right - 30 || days.count < 3 {
                drawing.text(x, base + 20, day.date, "tick", anchor: "middle")
            }
        }
        let summary =
            "\(first.date) – \(last.date): \(words.close) \(price(last.close)) \(unit), \(words.volume) \(last.volume)"
        return drawing.svg("candles", summary: summary)
    }
}
