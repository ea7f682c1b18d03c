/// Zones and the links between them: rivers run from left to right.
struct NetworkMap {
    struct Node {
        let name: String
        /// What is told below the name, such as a price.
        let lines: [String]
    }
    struct Edge {
        /// Places of nodes.
        let from, to: Int
        let name: String
        let lines: [String]
        /// How full the link's account is, 0 to 1; nil: it has no limit.
        let share: Double?
        let isOpen, isBackOpen: Bool
    }

    let id, title: String
    let open, closed: String
    let empty: String
    let nodes: [Node]
    let edges: [Edge]

    private static let (nodeWidth, nodeHeight, rowHeight) = (150.0, 64.0, 190.0)

    /// The column of each node: behind every node that leads to it, as far as that goes without running in a circle.
    private var columns: [Int] {
        var columns = nodes.map { _ in 0 }
        for _ in nodes.indices {
            for edge in edges
            where edge.from < edge.to || columns[edge.to] == 0 && columns[edge.from] == 0 && edge.from != edge.to {
                columns[edge.to] = min(nodes.count - 1, max(columns[edge.to], columns[edge.from] + 1))
            }
        }
        let used = Set(columns).sorted()
        return columns.map { used.firstIndex(of: $0) ?? 0 }
    }

    var svg: String {
        guard !nodes.isEmpty else { return Drawing.empty(id, title, "map", empty) }
        let columns = columns
        let count = (columns.max() ?? 0) + 1
        var rows = [Int](repeating: 0, count: count)
        let places = columns.map { column -> (column: Int, row: Int) in
            defer { rows[column] += 1 }
            return (column, rows[column])
        }
        let height = Double(rows.max() ?? 1) * NetworkMap.rowHeight
        let legend = [
            Drawing.Entry(kind: "edge-key", text: open), Drawing.Entry(kind: "edge-key closed", text: closed),
        ]
        var drawing = Drawing(id: id, title: title, legend: legend, plotHeight: height + 16)
        let spread = count > 1 ? (Drawing.width - NetworkMap.nodeWidth - 8) / Double(count - 1) : 0
        let centres = places.map { place -> (x: Double, y: Double) in
            let shared = height / Double(max(1, rows[place.column]))
            return (
                4 + NetworkMap.nodeWidth / 2 + spread * Double(place.column),
                drawing.top + shared * (Double(place.row) + 0.5)
            )
        }
        var drawn: [[Int]: Int] = [:]
        for edge in edges {
            let key = [edge.from, edge.to].sorted()
            add(edge, from: centres[edge.from], to: centres[edge.to], beside: drawn[key, default: 0], to: &drawing)
            drawn[key, default: 0] += 1
        }
        for (node, centre) in zip(nodes, centres) {
            let (x, y) = (centre.x - NetworkMap.nodeWidth / 2, centre.y - NetworkMap.nodeHeight / 2)
            let hover = ([node.name] + node.lines).joined(separator: ", ")
            drawing.rectangle(x, y, NetworkMap.nodeWidth, NetworkMap.nodeHeight, "node", hover: hover, rounding: 8)
            drawing.text(centre.x, centre.y + (node.lines.isEmpty ? 5 : -4), node.name, "node-name", anchor: "middle")
            for (place, line) in node.lines.prefix(1).enumerated() {
                drawing.text(centre.x, centre.y + 17 + 15 * Double(place), line, "label", anchor: "middle")
            }
        }
        let summary = edges.map { edge in
            "\(nodes[edge.from].name) → \(nodes[edge.to].name): \(edge.name), \(edge.isOpen ? open : closed), \(edge.lines.joined(separator: ", "))"
        }
        return drawing.svg("map", summary: summary.joined(separator: "; "))
    }

    /// A way between two nodes, bent where several lie beside each other, with its texts in the middle and its account as a bar.
    private func add(
        _ edge: Edge,
        from start: (x: Double, y: Double),
        to end: (x: Double, y: Double),
        beside: Int,
        to drawing: inout Drawing
    ) {
        let isUpright = abs(end.x - start.x) < 1
        let bend = Double(beside) * (isUpright ? 90 : 70)
        let half = NetworkMap.nodeWidth / 2
        let side = end.x >= start.x ? 1.0 : -1
        let from = isUpright ? (start.x, start.y + (end.y > start.y ? 32 : -32)) : (start.x + side * half, start.y)
        let to = isUpright ? (end.x, end.y + (end.y > start.y ? -38 : 38)) : (end.x - side * (half + 8), end.y)
        let middle = ((from.0 + to.0) / 2 + (isUpright ? bend : 0), (from.1 + to.1) / 2 - (isUpright ? 0 : bend))
        let points = [from, middle, to].map { "\(Drawing.number($0.0)) \(Drawing.number($0.1))" }
        let told = ([edge.name] + edge.lines).joined(separator: ", ")
        drawing.path("M\(points[0])Q\(points[1]) \(points[2])", "edge\(edge.isOpen ? "" : " closed")", hover: told)
        addHead(
            at: to,
            isUpright ? (0, end.y > start.y ? 1 : -1) : (side, 0),
            "head\(edge.isOpen ? "" : " closed")",
            to: &drawing
        )
        if edge.isBackOpen {
            addHead(at: from, isUpright ? (0, end.y > start.y ? -1 : 1) : (-side, 0), "head back", to: &drawing)
        }
        let x = isUpright ? middle.0 + 14 : middle.0
        let y = (from.1 + to.1) / 2 - (isUpright ? 0 : bend / 2) - 14 * Double(edge.lines.count + 1)
        let anchor = isUpright ? "start" : "middle"
        drawing.text(x, y, edge.name, "edge-name", anchor: anchor)
        for (place, line) in edge.lines.enumerated() {
            drawing.text(x, y + 15 * Double(place + 1), line, "tick", anchor: anchor)
        }
        guard let share = edge.share else { return }
        let left = isUpright ? x : x - 40
        let below = y + 15 * Double(edge.lines.count) + 24
        drawing.rectangle(left, below, 80, 6, "gauge", hover: told, rounding: 3)
        drawing.rectangle(left, below, 80 * share, 6, "gauge-full", hover: told, rounding: 3)
    }

    /// An arrow's head.
    private func addHead(at tip: (Double, Double), _ way: (Double, Double), _ kind: String, to drawing: inout Drawing) {
        let (x, y) = (tip.0 + way.0 * 8, tip.1 + way.1 * 8)
        let corners = [
            (x, y), (x - way.0 * 11 + way.1 * 6, y - way.1 * 11 + way.0 * 6),
            (x - way.0 * 11 - way.1 * 6, y - way.1 * 11 - way.0 * 6),
        ]
        drawing.path(Drawing.through(corners.map { (x: $0.0, y: $0.1) }) + "Z", kind)
    }
}
