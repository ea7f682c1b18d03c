/// An SVG picture that is being drawn; colours come from the style sheet, by class.
///
/// Places are in units of the picture, which scales to the width that there is.
struct Drawing {
    /// A series and what it is called.
    struct Entry {
        let kind: String
        let text: String
    }

    static let width = 760.0
    /// Where plots begin and end.
    static let right = width - 14

    let id: String
    let title: String
    let height: Double
    /// Where the plot begins, below title and legend.
    let top: Double
    private var parts: [String] = []

    /// Begins with title and legend; the unit is that of the upright axis, and `plotHeight` what lies below, axes' texts included.
    init(id: String, title: String, unit: String = "", legend: [Entry] = [], plotHeight: Double) {
        (self.id, self.title) = (id, title)
        var rows: [[(x: Double, entry: Entry)]] = []
        var x = 0.0
        for entry in legend {
            let width = 34 + Drawing.width(of: entry.text)
            if rows.isEmpty || x + width > Drawing.width { (x, rows) = (0, rows + [[]]) }
            rows[rows.count - 1].append((x, entry))
            x += width
        }
        top = 40 + 22 * Double(rows.count)
        height = top + plotHeight
        text(0, 18, title, "title")
        if !unit.isEmpty { text(Drawing.width, 18, unit, "note", anchor: "end") }
        for (row, entries) in rows.enumerated() {
            let y = 32 + 22 * Double(row)
            for (x, entry) in entries {
                rectangle(x, y, 14, 12, entry.kind)
                text(x + 20, y + 11, entry.text, "label")
            }
        }
    }

    /// About how wide a text is.
    static func width(of text: String) -> Double {
        text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2e80 ? 13.0 : 7.2) }
    }

    /// Escaped for SVG and HTML.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    /// A place to a tenth of a unit.
    static func number(_ value: Double) -> String {
        let tenths = Int(max(-1e9, min(1e9, value * 10)).rounded())
        guard !tenths.isMultiple(of: 10) else { return "\(tenths / 10)" }
        return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
    }

    private static func hover(_ text: String?) -> String { text.map { "<title>\(escaped($0))</title>" } ?? "" }

    mutating func text(_ x: Double, _ y: Double, _ text: String, _ kind: String, anchor: String = "start") {
        parts.append(
            "<text class=\"\(kind)\" x=\"\(Drawing.number(x))\" y=\"\(Drawing.number(y))\" text-anchor=\"\(anchor)\">\(Drawing.escaped(text))</text>"
        )
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ kind: String, hover: String? = nil) {
        let ends = [x1, y1, x2, y2].map(Drawing.number)
        parts.append(
            "<line class=\"\(kind)\" x1=\"\(ends[0])\" y1=\"\(ends[1])\" x2=\"\(ends[2])\" y2=\"\(ends[3])\">\(Drawing.hover(hover))</line>"
        )
    }

    mutating func rectangle(
        _ x: Double,
        _ y: Double,
        _ width: Double,
        _ height: Double,
        _ kind: String,
        hover: String? = nil,
        rounding: Double = 0
    ) {
        let sides = [x, y, max(0, width), max(0, height)].map(Drawing.number)
        let corner = rounding > 0 ? " rx=\"\(Drawing.number(rounding))\"" : ""
        parts.append(
            "<rect class=\"\(kind)\" x=\"\(sides[0])\" y=\"\(sides[1])\" width=\"\(sides[2])\" height=\"\(sides[3])\"\(corner)>"
                + "\(Drawing.hover(hover))</rect>"
        )
    }

    mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ kind: String, hover: String? = nil) {
        parts.append(
            "<circle class=\"\(kind)\" cx=\"\(Drawing.number(x))\" cy=\"\(Drawing.number(y))\" r=\"\(Drawing.number(radius))\">"
                + "\(Drawing.hover(hover))</circle>"
        )
    }

    /// A path; `steps` are SVG's own commands.
    mutating func path(_ steps: String, _ kind: String, hover: String? = nil) {
        parts.append("<path class=\"\(kind)\" d=\"\(steps)\">\(Drawing.hover(hover))</path>")
    }

    /// A line through points.
    static func through(_ points: [(x: Double, y: Double)]) -> String {
        points.enumerated().map { "\($0.offset == 0 ? "M" : "L")\(number($0.element.x)) \(number($0.element.y))" }
            .joined()
    }

    /// Lines across the plot at round values, with their texts to the left.
    mutating func gridlines(_ scale: Scale, _ marks: [Int64], left: Double, text: (Int64) -> String) {
        for mark in marks {
            let y = scale.place(mark)
            line(left, y, Drawing.right, y, mark == 0 ? "axis" : "grid")
            self.text(left - 8, y + 4, text(mark), "tick", anchor: "end")
        }
    }

    /// How much room the texts of an upright axis need.
    static func room(for marks: [String]) -> Double { 14 + (marks.map(width).max() ?? 0) }

    /// The picture, with what it says for who cannot see it.
    func svg(_ kind: String, summary: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" class="chart \(kind)" viewBox="0 0 \(Drawing.number(Drawing.width)) \(Drawing.number(height))" \
        role="img" aria-labelledby="\(id)-t \(id)-d"><title id="\(id)-t">\(Drawing.escaped(title))</title>\
        <desc id="\(id)-d">\(Drawing.escaped(summary))</desc>
        \(parts.joined(separator: "\n"))
        </svg>
        """
    }

    /// A chart without data.
    static func empty(_ id: String, _ title: String, _ kind: String, _ text: String) -> String {
        var drawing = Drawing(id: id, title: title, plotHeight: 90)
        drawing.rectangle(0, drawing.top, width, 80, "empty", rounding: 6)
        drawing.text(width / 2, drawing.top + 45, text, "note", anchor: "middle")
        return drawing.svg(kind, summary: text)
    }
}
