import ArgumentParser
import Audit
import Exchange
import Foundation
import Permits
import Server
import Storage
import Wire

/// Who did what, when, from which login, and by whom it was approved.
struct AuditTrail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trail",
        abstract: "List who did what, when, from which login, what came of it, and who approved it.",
        discussion: """
            Replays the journal of a data directory. `result` is OK or the reject code. Of what needed two persons, the row of the
            approval has the act itself in `act`, and in `proposer` who proposed it; CSV cells that a spreadsheet would take for a
            formula are led by an apostrophe.
            """
    )

    @Argument(help: "The data directory.")
    var directory: String

    @Option(help: "Only this member.")
    var member: String?

    @Option(help: "Only this login of the member.")
    var user: String?

    @Option(help: "Only these verbs, with commas: CAP,ALLOCATE,APPROVE.")
    var verbs: String?

    @Option(help: "From this command on.")
    var from: UInt64 = 1

    @Option(help: "Up to this command.")
    var through: UInt64 = .max

    @Option(help: "From this time on: 2027-03-01T09:00:00Z.")
    var since: String?

    @Option(help: "Before this time.")
    var before: String?

    @Flag(help: "Only what was done, not what was refused.")
    var done = false

    /// How rows are written.
    enum Format: String, ExpressibleByArgument { case csv, jsonl }

    @Option(help: "csv or jsonl.")
    var format = Format.csv

    private static let columns = ["seq", "time", "member", "user", "verb", "result", "proposer", "act", "line"]

    func run() throws {
        let since = try self.since.map(time)
        let before = try self.before.map(time)
        let wanted = verbs.map { Set($0.split(separator: ",").map { String($0) }) }
        if format == .csv { Console.line(AuditTrail.columns.joined(separator: ",")) }
        let journal = try Journal(directory: directory, readOnly: true)
        var bar = ProgressBar("replaying", total: min(journal.lastCommand, through))
        var replay = StreamReplay()
        var proposers: [UInt64: String] = [:]
        try journal.forEachBatch { batch in
            guard batch.firstCommand <= through else { return }
            try replay.run(batch, of: journal.file) { step, sequence, venue in
                let row = AuditTrail.row(step, sequence, venue, &proposers)
                guard (from...max(from, through)).contains(sequence), member.map({ $0 == row["member"] }) ?? true,
                    user.map({ $0 == row["user"] }) ?? true, wanted?.contains(row["verb"] ?? "") ?? true,
                    since.map({ $0 <= step.entry.time }) ?? true, before.map({ $0 > step.entry.time }) ?? true,
                    !done || row["result"] == "OK"
                else { return }
                try write(row)
            }
            bar.advance(to: batch.lastCommand)
        }
        bar.finish()
    }

    private static func row(
        _ step: StreamReplay.Step,
        _ sequence: UInt64,
        _ venue: borrowing Venue,
        _ proposers: inout [UInt64: String]
    ) -> [String: String] {
        let entry = step.entry
        let line = masked(String(decoding: entry.line, as: UTF8.self))
        var row = [
            "seq": String(sequence), "time": "\(entry.time)", "member": "\(entry.member)", "user": "\(entry.user)",
            "verb": String(line.prefix { $0 != " " }), "line": line, "result": result(step),
        ]
        for event in step.output.events {
            guard case .proposal(_, _, let proposal, let state, _) = event else { continue }
            let author = "\(venue.exchange.members[proposal.author].code)"
            if state == .open { proposers[proposal.number] = author }
            row["proposer"] = proposers[proposal.number] ?? author
            row["act"] = masked(proposal.act)
        }
        return row
    }

    /// A password's hash is no secret, but nobody's business either.
    private static func masked(_ line: String) -> String { line.replacing(/\ hash=\S+/, with: " hash=…") }

    private static func result(_ step: StreamReplay.Step) -> String {
        guard let reply = step.output.lines.first(where: { $0.destination == .reply }) else { return "OK" }
        let text = String(decoding: step.output.text(of: reply), as: UTF8.self)
        guard text.hasPrefix("ERR"), let code = text.firstRange(of: " code=") else { return "OK" }
        return String(text[code.upperBound...].prefix { $0 != " " })
    }

    private func time(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(text) else { throw ValidationError("\(text) is no time like 2027-03-01T09:00:00Z") }
        return time
    }

    private func write(_ row: [String: String]) throws {
        switch format {
        case .csv: Console.line(AuditTrail.columns.map { cell(row[$0] ?? "") }.joined(separator: ","))
        case .jsonl:
            let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
            Console.line(
                String(decoding: try JSONSerialization.data(withJSONObject: row, options: options), as: UTF8.self)
            )
        }
    }

    private func cell(_ text: String) -> String {
        let safe = text.first.map { "=+-@\t\r".contains($0) } == true ? "'" + text : text
        guard safe.contains(where: { ",\"\n\r".contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}
