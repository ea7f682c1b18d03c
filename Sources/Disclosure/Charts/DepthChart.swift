/// A book's depth: how much is bid at each price or above, and offered at each price or below.
struct DepthChart {
    struct Level {
        /// Minor units.
        let price: Int64
        /// Permits.
        let quantity: Int64
    }

    let id, title: String
    let buy, sell, upTo: String
    let unit: String
    let scale: Int
    let quantityUnit: String
    let empty: String
    /// The best first.
    let bids, asks: [Level]

    var svg: String {
        guard !bids.isEmpty || !asks.isEmpty else { return Drawing.empty(id, title, "depth", empty) }
        let legend = [Drawing.Entry(kind: "bid", text: buy), Drawing.Entry(kind: "ask", text: sell)]
        var drawing = Drawing(id: id, title: title, unit: unit, legend: legend, plotHeight: 250)
        let bottom = drawing.top + 210
        let sums = [bids, asks].map { side in
            side.reduce(into: [Int64]()) { sums, level in
                var sum = sums.last ?? 0
                sum.add(level.quantity)
                sums.append(sum)
            }
        }
        let quantities = Scale(sums.flatMap(\.self), from: bottom, to: drawing.top + 16, isFromZero: true)
        let marks = quantities.marks(4)
        func amount(_ value: Int64) -> String { Digits.text(value, scale: 0) }
        func price(_ value: Int64) -> String { Digits.text(value, scale: scale) }
        let left = Drawing.room(for: marks.map(amount))
        drawing.gridlines(quantities, marks, left: left, text: amount)
        drawing.text(left, drawing.top + 6, quantityUnit, "note")
        let prices = Scale((bids + asks).map(\.price), from: left, to: Drawing.right)
        let texts = prices.marks(6)
        for mark in texts where prices.place(mark) < Drawing.right - 20 {
            drawing.text(prices.place(mark), bottom + 22, price(mark), "tick", anchor: "middle")
        }
        for (place, side) in [bids, asks].enumerated() {
            guard let best = side.first else { continue }
            let kind = place == 0 ? "bid" : "ask"
            var points = [(x: prices.place(best.price), y: bottom)]
            for (level, sum) in zip(side, sums[place]) {
                points.append((prices.place(level.price), points.last?.y ?? bottom))
                points.append((prices.place(level.price), quantities.place(sum)))
            }
            let edge = place == 0 ? left : Drawing.right
            points.append((edge, points.last?.y ?? bottom))
            points.append((edge, bottom))
            drawing.path(Drawing.through(points) + "Z", kind)
            for (level, sum) in zip(side, sums[place]) {
                let hover = "\(price(level.price)): \(amount(level.quantity)); \(upTo) \(amount(sum)) \(quantityUnit)"
                drawing.circle(prices.place(level.price), quantities.place(sum), 3, "dot \(kind)", hover: hover)
            }
        }
        let summary =
            "\(buy) \(bids.first.map { price($0.price) } ?? "–"), \(sell) \(asks.first.map { price($0.price) } ?? "–") \(unit)"
        return drawing.svg("depth", summary: summary)
    }
}
