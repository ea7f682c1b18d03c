import ArgumentParser
import Exchange
import Foundation
import Permits
import Wire

/// What one request of each verb takes of the sequencer's time at its worst.
struct WorstBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worst",
        abstract:
            "One request of each verb at its worst: a full venue, and what the verb's work grows with at its bound."
    )

    @Option(help: "Resting orders, of members that have as many as they may.")
    var orders = 1_000_000

    @Option(help: "Members.")
    var members = 100_000

    @Option(help: "Serial blocks of one holding.")
    var blocks = 100_000

    @Option(help: "Ends with an error if any request takes longer, in milliseconds; 0 for no bound.")
    var bound = 0.0

    func run() throws {
        var report = Report(
            "worst",
            ["orders": orders, "members": members, "blocks": blocks],
            columns: ["verb", "what", "milliseconds", "lines", "answer"]
        )
        // The operator, regulator and verifier are members, too; and one more is admitted.
        var venue = WorstVenue(orders: orders, members: members - 5, blocks: blocks)
        try venue.build()
        var worst = (milliseconds: 0.0, verb: "")
        var seen: Set<String> = []
        for request in venue.requests {
            let row = try venue.measure(request)
            let verb = request.verb
            seen.insert(verb)
            if row.milliseconds > worst.milliseconds { worst = (row.milliseconds, verb) }
            report.add([
                "verb": verb, "what": request.what, "milliseconds": row.milliseconds, "lines": row.lines,
                "answer": row.answer,
            ])
        }
        let missing = Verb.allCases.map(\.text).filter { !seen.contains($0) && !WorstVenue.elsewhere.contains($0) }
        guard missing.isEmpty else { throw ValidationError("no request of \(missing.joined(separator: ", "))") }
        report.summary = ["worst_milliseconds": worst.milliseconds, "worst_verb": worst.verb]
        try report.write()
        guard bound == 0 || worst.milliseconds <= bound else {
            throw ValidationError("\(worst.verb) takes \(worst.milliseconds) ms, more than \(bound)")
        }
    }
}
