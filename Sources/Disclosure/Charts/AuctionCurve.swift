/// A sealed-bid auction: how many permits were bid for at each price or above, what was on offer, and where it cleared.
struct AuctionCurve {
    struct Words {
        let price, permits, demand, supply, initial, reserve, tier, clearing: String
    }
    struct Step {
        /// Minor units.
        let price: Int64
        /// Permits.
        let quantity: Int64
    }
    struct Tier {
        let trigger: Int64
        let quantity: Int64
    }

    let id, title: String
    let words: Words
    let unit: String
    let scale: Int
    let quantityUnit: String
    let empty: String
    let demand: [Step]
    /// In the end, and before containment.
    let offered: Int64
    let initial: Int64?
    let reservePrice: Int64?
    let tiers: [Tier]
    /// The clearing price; nil: nothing was sold.
    let price: Int64?

    private var legend: [Drawing.Entry] {
        var entries = [
            Drawing.Entry(kind: "demand", text: words.demand), Drawing.Entry(kind: "supply", text: words.supply),
        ]
        if reservePrice != nil { entries.append(Drawing.Entry(kind: "reserve", text: words.reserve)) }
        if price != nil { entries.append(Drawing.Entry(kind: "clearing", text: words.clearing)) }
        return entries
    }

    var svg: String {
        guard !demand.isEmpty else { return Drawing.empty(id, title, "auction", empty) }
        var drawing = Drawing(id: id, title: title, unit: unit, legend: legend, plotHeight: 310)
        let bottom = drawing.top + 262
        let sorted = demand.sorted { $0.price > $1.price }
        let total = sorted.reduce(into: Int64(0)) { $0.add($1.quantity) }
        let prices = Scale(
            sorted.map(\.price) + ([reservePrice, price] as [Int64?]).compactMap(\.self) + tiers.map(\.trigger),
            from: bottom,
            to: drawing.top + 8,
            isFromZero: true
        )
        let marks = prices.marks(5)
        func money(_ value: Int64) -> String { Digits.text(value, scale: scale) }
        func count(_ value: Int64) -> String { Digits.text(value, scale: 0) }
        let left = Drawing.room(for: marks.map(money))
        drawing.gridlines(prices, marks, left: left, text: money)
        let permits = Scale([total, offered, initial ?? 0], from: left, to: Drawing.right - 10, isFromZero: true)
        for mark in permits.marks(5) {
            drawing.text(permits.place(mark), bottom + 20, count(mark), "tick", anchor: "middle")
        }
        drawing.text(Drawing.right, bottom + 40, quantityUnit, "note", anchor: "end")
        var line: [(x: Double, y: Double)] = []
        var sum: Int64 = 0
        for step in sorted {
            line.append((permits.place(sum), prices.place(step.price)))
            sum.add(step.quantity)
            line.append((permits.place(sum), prices.place(step.price)))
        }
        line.append((permits.place(sum), bottom))
        drawing.path(Drawing.through(line), "line demand")
        if sorted.count <= 400 {
            sum = 0
            for step in sorted {
                sum.add(step.quantity)
                let hover =
                    "\(words.demand): \(money(step.price)) × \(count(step.quantity)); \(count(sum)) \(quantityUnit)"
                drawing.circle(permits.place(sum), prices.place(step.price), 3, "dot", hover: hover)
            }
        }
        addTerms(to: &drawing, permits, prices, left: left, bottom: bottom)
        let told = price.map { "\(words.clearing) \(money($0)) \(unit)" } ?? words.clearing + " –"
        return drawing.svg(
            "auction",
            summary: "\(told); \(words.supply) \(count(offered)), \(words.demand) \(count(total))"
        )
    }

    /// Supply, reserve, containment and the clearing price.
    private func addTerms(to drawing: inout Drawing, _ permits: Scale, _ prices: Scale, left: Double, bottom: Double) {
        func money(_ value: Int64) -> String { Digits.text(value, scale: scale) }
        func count(_ value: Int64) -> String { Digits.text(value, scale: 0) }
        let x = permits.place(offered)
        drawing.line(x, drawing.top, x, bottom, "supply", hover: "\(words.supply): \(count(offered)) \(quantityUnit)")
        if let initial, initial != offered {
            let x = permits.place(initial)
            drawing.line(
                x,
                drawing.top,
                x,
                bottom,
                "supply initial",
                hover: "\(words.initial): \(count(initial)) \(quantityUnit)"
            )
        }
        if let reservePrice {
            let y = prices.place(reservePrice)
            drawing.line(
                left,
                y,
                Drawing.right,
                y,
                "reserve",
                hover: "\(words.reserve): \(money(reservePrice)) \(unit)"
            )
        }
        for tier in tiers {
            let y = prices.place(tier.trigger)
            let hover = "\(words.tier): \(money(tier.trigger)) \(unit), \(count(tier.quantity)) \(quantityUnit)"
            drawing.line(left, y, Drawing.right, y, "tier", hover: hover)
        }
        guard let price else { return }
        let y = prices.place(price)
        drawing.line(left, y, x, y, "clearing", hover: "\(words.clearing): \(money(price)) \(unit)")
        drawing.circle(x, y, 6, "clearing-point", hover: "\(words.clearing): \(money(price)) \(unit)")
        let text = "\(words.clearing) \(money(price))"
        let isRight = x + 12 + Drawing.width(of: text) < Drawing.right
        drawing.text(isRight ? x + 12 : x - 12, y - 10, text, "label", anchor: isRight ? "start" : "end")
    }
}
