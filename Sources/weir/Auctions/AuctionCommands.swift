import ArgumentParser
import Foundation
import WeirClient

/// `weir auction`: what a regulator and the public do about a venue's auctions besides typing lines.
struct AuctionCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auction",
        abstract: "Draw an auction's secret, release it at the close, fetch a result.",
        subcommands: [AuctionSecretCommand.self, AuctionOpen.self, AuctionResult.self]
    )
}

/// Where a venue is, and who logs on.
struct VenueOptions: ParsableArguments {
    @Option(help: "HOST:PORT of the venue.")
    var venue = "127.0.0.1:7070"

    @Option(help: "Log on as this member; the password is taken from WEIR_PASSWORD.")
    var member: String

    @Option(help: "Log on as this user.")
    var user: String

    @OptionGroup var transport: TransportOptions

    /// Connects and logs on.
    func logOn() async throws -> WeirClient {
        let client = try await transport.connect(to: venue)
        _ = try await transport.logOn(client, member: member, user: user) {
            guard let password = ProcessInfo.processInfo.environment["WEIR_PASSWORD"] else {
                throw ValidationError("set WEIR_PASSWORD, or give --login-key")
            }
            return password
        }
        return client
    }
}

extension WeirClient {
    /// Sends a line that must be taken.
    /// - Throws: `ValidationError` with the venue's refusal.
    func ask(_ line: String) async throws -> ClientReply {
        let reply = try await send(line)
        guard reply.isOK else { throw ValidationError("\(line): \(reply.line.text)") }
        return reply
    }
}

/// Waits for an auction's close and releases its secret at once.
struct AuctionOpen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Wait for an auction's close, and release its secret at once.",
        discussion: "FILE holds what `weir auction secret` printed. The result is printed as it is published."
    )

    @Argument(help: "The auction's code.")
    var auction: String

    @Option(help: "The file with the line secret=…, and reserve=… if a confidential reserve price was committed to.")
    var secretFile: String

    @Option(help: "The lowest price that is not significantly below the secondary market.")
    var floor: String?

    @OptionGroup var options: VenueOptions

    func run() async throws {
        let file = try AuctionSecretFile(secretFile)
        guard let secret = file["secret"] else {
            throw ValidationError("\(secretFile) has no line secret=…; weir auction secret writes one")
        }
        let client = try await options.logOn()
        _ = try await client.ask("SUBSCRIBE market=auctions")
        let terms = try await client.ask("AUCTIONS auction=\(auction)").rows.first
        if let phase = terms?["phase"], phase == "announced" || phase == "open" {
            Console.note("weir: \(auction) is \(phase) and closes at \(terms?["closes"] ?? "")")
            try await wait(client)
        }
        let given = [file["reserve"].map { " hidden=\($0)" }, floor.map { " floor=\($0)" }].compactMap { $0 }.joined()
        _ = try await client.ask("OPENBIDS auction=\(auction) secret=\(secret)\(given)")
        Console.line(try await client.ask("RESULT auction=\(auction) limit=1").line.text)
        try await client.close()
    }

    private func wait(_ client: WeirClient) async throws {
        for await event in client.events where event.line.word == "AUCTION" && event.line["auction"] == auction {
            switch event.line["phase"] {
            case "closed": return
            case "called-off": throw ValidationError("\(auction) was called off")
            default: continue
            }
        }
        throw ValidationError("the connection ended before \(auction) closed")
    }
}

/// A cleared auction as CSV or JSON.
struct AuctionResult: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "result",
        abstract: "Fetch a cleared auction as JSON, or its price steps as CSV."
    )

    @Argument(help: "The auction's code.")
    var auction: String

    @Flag(help: "Only the price steps, as CSV.")
    var csv = false

    @OptionGroup var options: VenueOptions

    func run() async throws {
        let client = try await options.logOn()
        let terms = try await client.ask("AUCTIONS auction=\(auction)").rows.first
        let first = try await client.ask("RESULT auction=\(auction)")
        let count = Int(first.line["steps"] ?? "") ?? 0
        var steps = first.rows
        while steps.count < count {
            let more = try await client.ask("RESULT auction=\(auction) from=\(steps.count + 1)").rows
            guard !more.isEmpty else { break }
            steps += more
        }
        try await client.close()
        if csv { return Console.line(table(steps)) }
        let result: [String: Any] = [
            "terms": object(terms?.fields ?? []),
            "result": object(first.line.fields.filter { $0.key != "rows" && $0.key != "auction" }),
            "steps": steps.map { object($0.fields) },
        ]
        let data = try JSONSerialization.data(withJSONObject: result, options: [.prettyPrinted, .sortedKeys])
        Console.line(String(decoding: data, as: UTF8.self))
    }

    private func object(_ fields: [(key: String, value: String)]) -> [String: String] {
        Dictionary(fields.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    private func table(_ steps: [ClientLine]) -> String {
        let columns = ["bidder", "member", "step", "price", "qty", "won", "paid", "cut", "nonce"]
        let rows = steps.map { step in
            columns.map { column in
                let value = step[column] ?? ""
                return value.contains(where: { ",\"".contains($0) })
                    ? "\"" + value.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : value
            }.joined(separator: ",")
        }
        return ([columns.joined(separator: ",")] + rows).joined(separator: "\n")
    }
}
