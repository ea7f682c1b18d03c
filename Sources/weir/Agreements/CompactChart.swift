import Compacts
import Disclosure
import Permits

/// A chart of what each party gets and pays in each period: bars up for what it gets, down for what it pays.
struct CompactChart {
    private let forecast: Forecast
    /// The parties that sign, by their places.
    private let parties: [Int]
    private let step: Int64
    /// How many steps above and below zero.
    private let high: Int
    private let low: Int
    private static let (top, plotHeight) = (70.0, 300.0)

    init(_ forecast: Forecast) {
        self.forecast = forecast
        let parties = forecast.terms.parties.indices.filter { forecast.terms.parties[$0].signs }
        self.parties = parties
        let nets = forecast.periods.flatMap { period in parties.map { period.net[$0] } }
        step = CompactChart.step(for: nets.map(\.magnitude).max() ?? 0)
        high = CompactChart.steps(nets.max() ?? 0, step)
        low = CompactChart.steps((nets.min() ?? 0) < 0 ? Int64(clamping: nets.min()?.magnitude ?? 0) : 0, step)
    }

    /// The width of a bar: narrower where there are many.
    private var barWidth: Double {
        max(1, min(18, 1400 / Double(forecast.periods.count) / (Double(parties.count) + 1)))
    }
    /// The least width of a period.
    private var groupWidth: Double { barWidth * (Double(parties.count) + 1) }
    /// What each period has of the whole width.
    private var spread: Double { (width - left - 20) / Double(forecast.periods.count) }
    private var left: Double { 24 + 7 * Double([mark(high), mark(-low)].map(\.count).max() ?? 0) }
    private var width: Double {
        max(480, left + groupWidth * Double(forecast.periods.count) + 20, 24 + 9 * Double(forecast.terms.title.count))
    }
    /// What stands for the parties, row by row: their places and where each begins.
    private var legend: [(party: Int, x: Double, row: Int)] {
        var places: [(party: Int, x: Double, row: Int)] = []
        var (x, row) = (12.0, 0)
        for party in parties {
            let size = 40 + 7 * Double("\(forecast.terms.parties[party].name)".count)
            if x + size > width, x > 12 { (x, row) = (12, row + 1) }
            places.append((party, x, row))
            x += size
        }
        return places
    }
    private var height: Double {
        CompactChart.top + CompactChart.plotHeight + 56 + 20 * Double(legend.last?.row ?? 0)
    }

    /// A colour for each party: the wheel in golden steps, so that neighbours differ.
    private func colour(_ place: Int) -> String { "hsl(\((210 + place * 137) % 360),60%,\(place % 3 == 2 ? 35 : 48)%)" }

    /// What stands at a line of the axis.
    private func mark(_ steps: Int) -> String {
        CompactWords.amount(Int64(steps) &* step, forecast.terms.currency).replacing(".00", with: "")
    }

    /// The chart as an SVG document.
    var svg: String {
        let terms = forecast.terms
        let unit = CompactChart.plotHeight / Double(max(1, high + low)) / Double(step)
        let zero = CompactChart.top + unit * Double(step) * Double(high)
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(number(width))" height="\(number(height))" \
            viewBox="0 0 \(number(width)) \(number(height))" font-family="sans-serif" font-size="12" role="img">
            <title>\(escaped(terms.title))</title>
            <rect width="100%" height="100%" fill="white"/>
            <text x="12" y="24" font-size="15" font-weight="bold">\(escaped(terms.title))</text>
            <text x="12" y="42" fill="#555">What each party gets (up) and pays (down) in each period, \(terms.currency.text)</text>
            """
        ]
        for steps in -low...high {
            let y = zero - unit * Double(step) * Double(steps)
            parts.append(
                """
                <line x1="\(number(left))" x2="\(number(width - 10))" y1="\(number(y))" y2="\(number(y))" \
                stroke="\(steps == 0 ? "#333" : "#ddd")"/>
                <text x="\(number(left - 8))" y="\(number(y + 4))" text-anchor="end" fill="#555">\(mark(steps))</text>
                """
            )
        }
        for (index, period) in forecast.periods.enumerated() {
            let x = left + spread * Double(index)
            for (place, party) in parties.enumerated() {
                let size = Double(period.net[party].magnitude) * unit
                let y = period.net[party] >= 0 ? zero - size : zero
                let amount = CompactWords.amount(period.net[party], terms.currency)
                parts.append(
                    """
                    <rect x="\(number(x + (spread - barWidth * Double(parties.count)) / 2 + Double(place) * barWidth))" y="\(number(y))" width="\(number(barWidth * 0.9))" height="\(number(size))" \
                    fill="\(colour(place))">\
                    <title>\(period.label), \(terms.parties[party].name): \(amount)</title></rect>
                    """
                )
            }
            // A label takes some fifty points; where groups are narrower, not every one has room.
            guard index.isMultiple(of: max(1, Int((54 / spread).rounded(.up)))) else { continue }
            parts.append(
                """
                <text x="\(number(x + spread / 2))" y="\(number(CompactChart.top + CompactChart.plotHeight + 18))" \
                text-anchor="middle">\(period.label)</text>
                """
            )
        }
        for (place, entry) in legend.enumerated() {
            let y = CompactChart.top + CompactChart.plotHeight + 32 + 20 * Double(entry.row)
            parts.append(
                """
                <rect x="\(number(entry.x))" y="\(number(y))" width="12" height="12" fill="\(colour(place))"/>
                <text x="\(number(entry.x + 16))" y="\(number(y + 10))">\(terms.parties[entry.party].name)</text>
                """
            )
        }
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }

    /// How many steps reach an amount.
    private static func steps(_ amount: Int64, _ step: Int64) -> Int { amount <= 0 ? 0 : Int((amount - 1) / step + 1) }

    /// A round distance between two lines: 1, 2 or 5 times a power of ten, at most five of them to the largest amount.
    private static func step(for largest: UInt64) -> Int64 {
        var power: UInt64 = 1
        while true {
            for factor in [1, 2, 5] as [UInt64] where largest / 5 <= power * factor { return Int64(power * factor) }
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
