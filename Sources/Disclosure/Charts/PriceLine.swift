/// Trades within a trading day: the price as steps, each trade a dot by its size.
struct PriceLine {
    struct Point {
        /// Since midnight UTC.
        let seconds: Int64
        /// Minor units.
        let price: Int64
        /// Permits.
        let quantity: Int64
    }

    let id, title: String
    let price, quantity, reference, band: String
    let unit: String
    let scale: Int
    let quantityUnit: String
    let empty: String
    let points: [Point]
    let limits: (low: Int64, high: Int64)?
    let referencePrice: Int64?

    /// Beyond so many trades, the line alone.
    private static let dotsMax = 300

    private static func clock(_ seconds: Int64) -> String {
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60))"
    }

    /// Seconds from the first trade on, over midnight too.
    private var times: [Int64] {
        var (times, added): ([Int64], Int64) = ([], 0)
        for point in points {
            if let last = times.last, point.seconds + added < last { added += 86_400 }
            times.append(point.seconds + added)
        }
        return times
    }

    var svg: String {
        guard let last = points.last else { return Drawing.empty(id, title, "line", empty) }
        var drawing = Drawing(id: id, title: title, unit: unit, plotHeight: 240)
        let bottom = drawing.top + 205
        let traded = points.map(\.price)
        let (least, most) = (traded.min() ?? 0, traded.max() ?? 0)
        // What is far away would press the line flat.
        let far = max(most - least, 1) * 3
        let near = ([limits?.low, limits?.high, referencePrice] as [Int64?]).compactMap(\.self)
            .filter { $0 >= least - far && $0 <= most + far }
        let prices = Scale(traded + near, from: bottom, to: drawing.top + 8)
        let marks = prices.marks(5)
        func price(_ value: Int64) -> String { Digits.text(value, scale: scale) }
        let left = Drawing.room(for: marks.map(price))
        drawing.gridlines(prices, marks, left: left, text: price)
        let times = times
        let hours = Scale(times, from: left + 6, to: Drawing.right)
        var shown = -100.0
        for mark in times where hours.place(mark) - shown > 90 {
            shown = hours.place(mark)
            drawing.text(min(shown, Drawing.right - 20), bottom + 22, PriceLine.clock(mark), "tick", anchor: "middle")
        }
        for (value, name) in [(limits?.low, band), (limits?.high, band), (referencePrice, reference)] {
            guard let value, near.contains(value) else { continue }
            drawing.line(
                left,
                prices.place(value),
                Drawing.right,
                prices.place(value),
                "reserve",
                hover: "\(name) \(price(value))"
            )
        }
        var line: [(x: Double, y: Double)] = []
        for (time, point) in zip(times, points) {
            let (x, y) = (hours.place(time), prices.place(point.price))
            if let before = line.last { line.append((x, before.y)) }
            line.append((x, y))
        }
        drawing.path(Drawing.through(line), "line s1")
        if points.count <= PriceLine.dotsMax {
            let largest = Double(points.map(\.quantity).max() ?? 1)
            for (time, point) in zip(times, points) {
                let radius = 2 + 4 * (Double(point.quantity) / max(1, largest)).squareRoot()
                let hover =
                    "\(PriceLine.clock(time)) \(price(point.price)) × \(Digits.text(point.quantity, scale: 0)) \(quantityUnit)"
                drawing.circle(hours.place(time), prices.place(point.price), radius, "dot", hover: hover)
            }
        }
        return drawing.svg(
            "line-chart",
            summary: "\(points.count); \(self.price) \(price(least)) – \(price(most)), \(price(last.price)) \(unit)"
        )
    }
}
