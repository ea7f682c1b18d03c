import Compacts
import Permits

/// A chart of what each party gets and pays in each period: bars up for what it gets, down for what it pays.
struct CompactChart {
    private let forecast: Forecast
    /// The parties that sign, by their places.
    private let parties: [Int]
    private static let colours = [
        "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#17becf", "#7f7f7f",
    ]
    private static let (left, top, plotHeight) = (110.0, 70.0, 300.0)

    init(_ forecast: Forecast) {
        self.forecast = forecast
        parties = forecast.terms.parties.indices.filter { forecast.terms.parties[$0].signs }
    }

    private var groupWidth: Double { max(46, Double(parties.count) * 18 + 18) }
    private var width: Double { CompactChart.left + groupWidth * Double(forecast.periods.count) + 20 }
    private var height: Double { CompactChart.top + CompactChart.plotHeight + 60 }

    /// The chart as an SVG document.
    var svg: String {
        let terms = forecast.terms
        let nets = forecast.periods.flatMap { period in parties.map { period.net[$0] } }
        let step = CompactChart.step(for: nets.map(\.magnitude).max() ?? 0)
        let high = steps(nets.max() ?? 0, step)
        let low = steps(-(nets.min() ?? 0), step)
        let unit = CompactChart.plotHeight / Double(max(1, high + low)) / Double(step)
        let zero = CompactChart.top + unit * Double(step) * Double(high)
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(number(max(width, 480)))" height="\(number(height))" \
            viewBox="0 0 \(number(max(width, 480))) \(number(height))" font-family="sans-serif" font-size="12" role="img">
            <title>\(escaped(terms.title))</title>
            <rect width="100%" height="100%" fill="white"/>
            <text x="12" y="24" font-size="15" font-weight="bold">\(escaped(terms.title))</text>
            <text x="12" y="42" fill="#555">What each party gets (up) and pays (down) in each period, \(terms.currency.text)</text>
            """
        ]
        for mark in -low...max(high, -low) {
            let y = zero - unit * Double(step) * Double(mark)
            let text = CompactTable.amount(Int64(mark) * step, terms.currency).replacing(".00", with: "")
            parts.append(
                """
                <line x1="\(number(CompactChart.left))" x2="\(number(width - 10))" y1="\(number(y))" y2="\(number(y))" \
                stroke="\(mark == 0 ? "#333" : "#ddd")"/>
                <text x="\(number(CompactChart.left - 8))" y="\(number(y + 4))" text-anchor="end" fill="#555">\(text)</text>
                """
            )
        }
        for (index, period) in forecast.periods.enumerated() {
            let x = CompactChart.left + groupWidth * Double(index)
            for (place, party) in parties.enumerated() {
                let size = Double(period.net[party].magnitude) * unit
                let y = period.net[party] >= 0 ? zero - size : zero
                let amount = CompactTable.amount(period.net[party], terms.currency)
                parts.append(
                    """
                    <rect x="\(number(x + 9 + Double(place) * 18))" y="\(number(y))" width="16" height="\(number(size))" \
                    fill="\(CompactChart.colours[place % CompactChart.colours.count])">\
                    <title>\(period.label), \(terms.parties[party].name): \(amount)</title></rect>
                    """
                )
            }
            parts.append(
                """
                <text x="\(number(x + groupWidth / 2))" y="\(number(CompactChart.top + CompactChart.plotHeight + 18))" \
                text-anchor="middle">\(period.label)</text>
                """
            )
        }
        var x = CompactChart.left
        for (place, party) in parties.enumerated() {
            let y = height - 22
            parts.append(
                """
                <rect x="\(number(x))" y="\(number(y))" width="12" height="12" \
                fill="\(CompactChart.colours[place % CompactChart.colours.count])"/>
                <text x="\(number(x + 16))" y="\(number(y + 10))">\(terms.parties[party].name)</text>
                """
            )
            x += 40 + Double("\(terms.parties[party].name)".count) * 7
        }
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }

    /// How many steps reach an amount.
    private func steps(_ amount: Int64, _ step: Int64) -> Int { amount <= 0 ? 0 : Int((amount + step - 1) / step) }

    /// A round distance between two lines: 1, 2 or 5 times a power of ten, at most five of them to the largest amount.
    private static func step(for largest: UInt64) -> Int64 {
        var power: UInt64 = 1
        while true {
            for factor in [1, 2, 5] as [UInt64] where largest / 5 < power * factor { return Int64(power * factor) }
            power *= 10
        }
    }

    private func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths / 10).\(tenths.magnitude % 10)"
    }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
