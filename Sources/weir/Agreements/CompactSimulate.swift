import ArgumentParser
import Compacts
import Disclosure
import Foundation
import Permits
import SwiftCSV

/// What an agreement would have paid on past readings.
struct CompactSimulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Reckon an agreement on past readings: a table, and a chart of the payments.",
        discussion: """
            The readings are CSV: a column period, and one for each measure that is read or that the registry knows; a line for each period. A reading that is
            left empty was not made. Every party is taken to have the money and the permits, and a standing of 50 unless --standing says otherwise.
            """
    )

    @OptionGroup var terms: TermsFile

    @Option(help: "The readings, or - for standard input; leave it out where nothing is read.")
    var readings: String?

    @Option(help: "The standing of a party throughout, PARTY=SCORE; may be repeated.")
    var standing: [String] = []

    @Option(help: "Write a chart of what each party gets and pays in each period to this file.")
    var svg: String?

    @Flag(help: "Print the payments as CSV instead of a table; what clauses say beside goes to standard error.")
    var csv = false

    func run() throws {
        let terms = try terms.read()
        var standings = terms.parties.map { _ in Int64(50) }
        for choice in standing {
            let parts = choice.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let score = Int64(parts[1]), (0...100).contains(score),
                let party = terms.parties.firstIndex(where: { "\($0.name)" == parts[0] })
            else {
                throw ValidationError("--standing \(choice): not PARTY=SCORE with a party of the text and 0 to 100")
            }
            standings[party] = score
        }
        let nothing = terms.schedule.periods.map { _ in [Figure?](repeating: nil, count: terms.measures.count) }
        let forecast = Forecast(
            terms,
            figures: try readings.map { try ReadingsFile(path: $0, terms).figures } ?? nothing,
            standings: standings,
            opening: terms.funds.map { _ in .zero }
        )
        if csv {
            for note in CompactTable.notes(forecast) { Console.note(note) }
            Console.line(CompactTable.csv(forecast))
        } else {
            Console.line(CompactTable.text(forecast))
        }
        guard let svg else { return }
        do {
            try Data(CompactChart(forecast).svg.utf8).write(to: URL(fileURLWithPath: svg))
        } catch { throw CommandError("cannot write \(svg): \(error.localizedDescription)") }
        Console.note("the chart is in \(svg)")
    }
}

/// Past readings as CSV: a line a period, a column a measure.
struct ReadingsFile {
    /// By period and measure.
    private(set) var figures: [[Figure?]]

    /// Reads a file; `-` is standard input.
    /// - Throws: `CommandError` with the line and the column.
    init(path: String, _ terms: Terms) throws {
        let text = try InputFile.text(path)
        let table: CSV<Enumerated>
        do { table = try CSV(string: text, loadColumns: false) } catch {
            throw CommandError("\(path) is not CSV that can be read: \(error)")
        }
        let header = table.header.map { $0.trimmingCharacters(in: .whitespaces) }
        guard let key = header.firstIndex(of: "period") else { throw CommandError("\(path) has no column period") }
        let columns = try ReadingsFile.columns(header, key, path, terms)
        figures = terms.schedule.periods.map { _ in [Figure?](repeating: nil, count: terms.measures.count) }
        var seen: Set<Int> = []
        for (index, row) in table.rows.enumerated() where row.contains(where: { !$0.isEmpty }) {
            let place = "\(path), line \(index + 2)"
            guard row.count == header.count else {
                throw CommandError("\(place) has \(row.count) values, not \(header.count)")
            }
            let label = row[key].trimmingCharacters(in: .whitespaces)
            guard let period = terms.schedule.periods.firstIndex(where: { "\($0.label)" == label }) else {
                let labels = terms.schedule.periods.map { "\($0.label)" }
                let known = labels.prefix(6).joined(separator: ", ") + (labels.count > 6 ? ", …" : "")
                throw CommandError("\(place): the text has no period \(label); it has \(known)")
            }
            guard seen.insert(period).inserted else { throw CommandError("\(place): period \(label) stands twice") }
            for column in columns {
                let text = row[column.place].trimmingCharacters(in: .whitespaces)
                guard !text.isEmpty else { continue }
                guard let figure = Figure(text) else {
                    let form = "a number from 0 to \(Figure.max) with a point and at most six decimals"
                    throw CommandError("\(place), \(header[column.place]): \(text) is not \(form)")
                }
                figures[period][column.measure] = figure
            }
        }
    }

    /// Which column is which measure.
    private static func columns(
        _ header: [String],
        _ key: Int,
        _ path: String,
        _ terms: Terms
    ) throws -> [(place: Int, measure: Int)] {
        var columns: [(place: Int, measure: Int)] = []
        for (place, name) in header.enumerated() where place != key && !name.isEmpty {
            guard let measure = terms.measures.firstIndex(where: { "\($0.name)" == name }) else {
                let known = terms.measures.map { "\($0.name)" }.joined(separator: ", ")
                throw CommandError(
                    "\(path): the text has no measure \(name)" + (known.isEmpty ? "" : "; it has \(known)")
                )
            }
            guard !columns.contains(where: { $0.measure == measure }) else {
                throw CommandError("\(path): the column \(name) stands twice")
            }
            switch terms.measures[measure].source {
            case .received, .balance(.fund): throw CommandError("\(path): \(name) is reckoned, not read")
            case .readings, .facility, .proceeds, .balance: columns.append((place, measure))
            }
        }
        return columns
    }
}

/// A forecast as text.
enum CompactTable {
    /// A table for people: what was known and what was paid in each period, and what each party has in the end.
    static func text(_ forecast: Forecast) -> String {
        let terms = forecast.terms
        var rows = [["period", "clause", "from", "to", terms.currency.text]]
        var lines: [String] = []
        for period in forecast.periods {
            let measures = zip(terms.measures, period.figures).compactMap { measure, figure in
                figure.map { "\(measure.name) \($0)" }
            }
            let indices = zip(terms.indices, period.indices).map { index, value in
                "\(index.name) \(value.map { "\($0)" } ?? "not known")"
            }
            let known = measures + indices
            lines.append("\(period.label)" + (known.isEmpty ? "" : ": " + known.joined(separator: ", ")))
            for note in period.notes { lines.append("  \(note.clause): \(note.text)") }
            for payment in period.payments {
                rows.append([
                    "\(period.label)", "\(payment.clause)", "\(terms.name(of: payment.due.from))",
                    "\(terms.name(of: payment.due.to))",
                    CompactWords.amount(payment.due.amount.minorUnits, terms.currency),
                ])
            }
        }
        var totals = [["", "gets less pays"]]
        for (index, party) in terms.parties.enumerated() where party.signs {
            let sum = forecast.periods.reduce(Money.zero) { $0.clampedSum(Money(minorUnits: $1.net[index])) }
            totals.append(["\(party.name)", CompactWords.amount(sum.minorUnits, terms.currency)])
        }
        for (fund, balance) in zip(terms.funds, forecast.balances) where fund.bond == nil {
            totals.append(["left in \(fund.name)", CompactWords.amount(balance.minorUnits, terms.currency)])
        }
        return (lines + [""] + aligned(rows) + [""] + aligned(totals)).joined(separator: "\n")
    }

    /// What clauses do that moves no money, and why some say nothing.
    static func notes(_ forecast: Forecast) -> [String] {
        forecast.periods.flatMap { period in period.notes.map { "\(period.label) \($0.clause): \($0.text)" } }
    }

    /// The payments as CSV.
    static func csv(_ forecast: Forecast) -> String {
        let terms = forecast.terms
        var lines = ["period,clause,from,to,currency,amount"]
        for period in forecast.periods {
            for payment in period.payments {
                let (from, to) = (terms.name(of: payment.due.from), terms.name(of: payment.due.to))
                let amount = FixedPoint.text(payment.due.amount.minorUnits, scale: terms.currency.scale)
                lines.append("\(period.label),\(payment.clause),\(from),\(to),\(terms.currency.text),\(amount)")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Columns side by side, the last one to the right.
    private static func aligned(_ rows: [[String]]) -> [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                return column == row.count - 1 ? space + text : text + space
            }.joined(separator: "  ")
        }
    }
}
