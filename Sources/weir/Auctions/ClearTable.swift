import Auctions
import Permits

/// `weir clear`'s results as text tables.
enum ClearTable {
    /// The result in a few lines, and a row a bidder that won.
    static func summary(of report: ClearReport) -> String {
        let (clearing, statistics) = (report.clearing, report.statistics)
        var facts = [
            ["rules", "\(report.book.code): \(report.book.title)"],
            ["source", report.book.source],
            ["offered", "\(clearing.offered.units)"],
            [
                "bid",
                "\(statistics.bid.units) in \(statistics.steps) steps by \(statistics.bidders) bidders, \(clearing.demanded.units) after limits, cover \(report.cover), of what was offered at first \(report.initialCover)",
            ],
            ["price", clearing.failure.map { "none: \($0.text)" } ?? report.text(clearing.price)],
            [
                "sold",
                "\(clearing.sold.units) to \(statistics.winners) bidders in \(statistics.successful) steps for \(report.text(clearing.proceeds)), HHI \(statistics.concentration)",
            ],
        ]
        if statistics.steps > 0 {
            facts.append([
                "bids",
                "highest \(report.text(statistics.highest)), lowest \(report.text(statistics.lowest)), mean \(report.text(statistics.mean)) (of what won \(report.text(statistics.winningMean))), median bid \(report.text(statistics.medianBid)), median allowance \(report.text(statistics.medianAllowance))",
            ])
        }
        var won = [Int64](repeating: 0, count: report.list.bidders.count)
        var paid = [Money](repeating: .zero, count: won.count)
        for award in clearing.awards {
            let bidder = report.list.steps[award.step].bidder
            won[bidder] += award.quantity.units
            paid[bidder] = paid[bidder] + award.price.notional(of: award.quantity)
        }
        let rows = won.indices.filter { won[$0] > 0 }.map {
            [report.list.names[$0], "\(won[$0])", report.text(paid[$0])]
        }
        guard !rows.isEmpty else { return table(facts) }
        return table(facts) + "\n\n" + table([["winner", "won", "pays"]] + rows)
    }

    /// A row for each step, and each rule that cut it.
    static func explanation(of report: ClearReport) -> String {
        var rows = [["step", "bidder", "price", "bid", "won", "cut", "rule"]]
        for (index, step) in report.steps().enumerated() {
            let bid = report.list.steps[index]
            let front = [
                "\(index + 1)", report.list.names[bid.bidder], report.text(bid.price), "\(bid.quantity.units)",
                "\(step.won)",
            ]
            if step.cuts.isEmpty { rows.append(front + ["0", ""]) }
            for (place, cut) in step.cuts.enumerated() {
                let left = place == 0 ? front : ["", "", "", "", ""]
                rows.append(left + ["\(cut.quantity)", "\(cut.rule.number) \(cut.rule.text)"])
            }
        }
        return "\n" + table(rows)
    }

    /// A row a rule book.
    static func comparison(of reports: [ClearReport]) -> String {
        var rows = [["rules", "price", "sold", "proceeds", "cover", "winners", "HHI", "cut by limits", "outcome"]]
        let limits: Set<CutRule> = [.oneStep, .purchaseLimit, .holdingLimit, .guarantee]
        for report in reports {
            let cut = report.clearing.cuts.filter { limits.contains($0.rule) }.reduce(0) { $0 + $1.quantity.units }
            rows.append([
                report.book.code, report.text(report.clearing.price), "\(report.clearing.sold.units)",
                report.text(report.clearing.proceeds), report.cover, "\(report.statistics.winners)",
                "\(report.statistics.concentration)", "\(cut)", report.clearing.failure?.text ?? "sold",
            ])
        }
        return table(rows)
    }

    /// Columns with two spaces between; a column of numbers below its heading stands to the right.
    private static func table(_ rows: [[String]]) -> String {
        let count = rows.first?.count ?? 0
        let lines = (0..<count).map { column -> [String] in
            let cells = rows.map { $0[column] }
            let width = cells.map(\.count).max() ?? 0
            let isNumbers = cells.dropFirst().allSatisfy { $0.allSatisfy { ".-0123456789".contains($0) } }
            return cells.map { cell in
                let padding = String(repeating: " ", count: width - cell.count)
                return isNumbers ? padding + cell : column == count - 1 ? cell : cell + padding
            }
        }
        return rows.indices.map { row in lines.map { $0[row] }.joined(separator: "  ") }.joined(separator: "\n")
    }
}
