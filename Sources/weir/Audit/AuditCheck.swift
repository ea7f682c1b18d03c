import ArgumentParser
import Audit
import Foundation
import WeirClient

/// Checks a receipt by its own text.
struct AuditCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check receipts: leaf, proof, signatures, and what a hidden leaf says.",
        discussion: "`ops/verify-receipt` does the same with sh and openssl alone."
    )

    @Argument(help: "Files with a receipt each.")
    var receipts: [String]

    @Option(help: "The log's verifier key, as text or in a file.")
    var key: SignerOption

    @Option(help: "A witness's verifier key that must have signed; may be repeated.")
    var witness: [SignerOption] = []

    func validate() throws {
        try key.require(.note)
        for witness in witness { try witness.require(.cosignature) }
    }

    func run() throws {
        var wrong = 0
        for file in receipts {
            do {
                let receipt = try Receipt(text: try FileManager.default.text(of: file))
                let checkpoint = try receipt.verify(by: [key.signer] + witness.map(\.signer))
                Console.line("\(file): leaf \(receipt.index) of \(checkpoint.size) of \(checkpoint.origin)")
                Console.line("  \(receipt.leaf)")
                if let opening = receipt.opening { Console.line("  \(opening.content)") }
            } catch let error as ReceiptError {
                Console.line("\(file): PROBLEM \(error)")
                wrong += 1
            }
        }
        guard wrong == 0 else { throw ExitCode(1) }
    }
}

/// Fetches a receipt from a venue.
struct AuditReceipt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt",
        abstract: "Fetch the receipt of a line: of one's own FILL or AWARD, or of any public fact.",
        discussion: """
            A line's seq= and n= stand in it. `weir audit receipt --member acme --user li --seq 16 --n 2 > fill.receipt`
            """
    )

    @Option(help: "The line's seq.")
    var seq: UInt64?

    @Option(help: "The line's n.")
    var n: UInt64?

    @Option(help: "The line's stream: private, a market's code, auctions or registry.")
    var stream = "private"

    @Option(help: "The leaf's index, instead.")
    var leaf: UInt64?

    @OptionGroup var options: VenueOptions

    func validate() throws {
        guard (seq == nil) == (n == nil), (seq == nil) != (leaf == nil) else {
            throw ValidationError("give --seq and --n of a line, or --leaf")
        }
    }

    func run() async throws {
        let client = try await options.logOn()
        let what = leaf.map { "leaf=\($0)" } ?? "seq=\(seq ?? 0) n=\(n ?? 0) stream=\(stream)"
        let reply = try await client.ask("PROOF \(what)")
        try await client.close()
        for row in reply.rows { Console.line(row["line"] ?? "") }
    }
}
