import ArgumentParser
import Exchange
import Permits

/// `weir requests`: every request, as the protocol document has it.
struct Requests: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the table of all requests: what they take, who may send them, and an example.",
        discussion: "In Markdown, as the last table of PROTOCOL.md has it."
    )

    func run() {
        for row in [RequestRule.documentHead] + RequestRule.all.map(\.documentRow) { Console.line(row) }
    }
}
