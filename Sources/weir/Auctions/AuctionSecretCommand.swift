import ArgumentParser
import Foundation
import Permits
import Seals
import Storage

/// Draws an auction's secret, and derives what is announced of it.
struct AuctionSecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Draw the secret of a sealed-bid auction, with what is announced of it.",
        discussion: """
            Keep what is printed to yourself, off the venue's machines, until the auction has closed: whoever has it and the journal can read the bids. Send key and commit
            with AUCTION (and hidden, for a confidential reserve price), and the secret with OPENBIDS. A secret that is lost cannot be replaced: CALLOFF ends such an
            auction, and no bid is ever opened. What is secret is read from files, or from standard input: options stand in the list of processes.
            """
    )

    @Option(
        help:
            "Derive from the secret in this file instead of drawing one: 64 hexadecimal digits, or a line secret=…; - for standard input."
    )
    var secretFile: String?

    @Option(help: "The file with a confidential reserve price to commit to; - for standard input.")
    var reserveFile: String?

    @Option(help: "Decimal places of the currency.")
    var decimals = 2

    func run() throws {
        let made: Digest
        if let secretFile {
            let text = try AuctionSecretFile(secretFile)
            guard let bytes = Hex.bytes(text["secret"] ?? text.whole), let digest = Digest(bytes) else {
                throw ValidationError("\(secretFile) holds no secret: 64 hexadecimal digits, lower case")
            }
            made = digest
        } else {
            made = SHA256.digest(of: try RandomBytes.make(count: Digest.byteCount))
        }
        let auction = AuctionSecret(made)
        Console.line("secret=\(made.hex)")
        Console.line("key=\(auction.publicKey.hex)")
        Console.line("commit=\(auction.commitment.hex)")
        guard let reserveFile else { return }
        let reserve = try AuctionSecretFile(reserveFile).whole
        let price = try BidFile.price(reserve, decimals: decimals, place: reserveFile)
        Console.line("reserve=\(reserve)")
        Console.line("hidden=\(auction.commitment(toReserve: price.minorUnits).hex)")
    }
}

/// What `weir auction secret` printed, or a file with a single value.
struct AuctionSecretFile {
    /// The text without white space around it.
    let whole: String

    /// Reads it; `-` is standard input.
    /// - Throws: `CommandError` if it cannot be read.
    init(_ path: String) throws {
        whole = try InputFile.text(path).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The value of a line `key=value`.
    subscript(key: String) -> String? {
        whole.split(separator: "\n").first { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
    }
}
