import ArgumentParser
import Permits
import Seals
import Storage

/// Draws an auction's secret, and derives what is announced of it.
struct AuctionSecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Draw the secret of a sealed-bid auction, with what is announced of it.",
        discussion: """
            Keep the secret to yourself, off the venue's machines, until the auction has closed: whoever has it and the journal can read the bids. Send key and commit
            with AUCTION (and hidden, for a confidential reserve price), and the secret with OPENBIDS. A secret that is lost cannot be replaced: CALLOFF ends such an
            auction, and no bid is ever opened.
            """
    )

    @Option(help: "Derive from this secret instead of drawing one: 64 hexadecimal digits.")
    var secret: String?

    @Option(help: "A confidential reserve price to commit to.")
    var reserve: String?

    @Option(help: "Decimal places of the currency.")
    var decimals = 2

    func run() throws {
        let made: Digest
        if let secret {
            guard let bytes = Hex.bytes(secret), let digest = Digest(bytes) else {
                throw ValidationError("--secret needs 64 hexadecimal digits, lower case")
            }
            made = digest
        } else {
            made = SHA256.digest(of: try RandomBytes.make(count: Digest.byteCount))
        }
        let auction = AuctionSecret(made)
        Console.line("secret=\(made.hex)")
        Console.line("key=\(auction.publicKey.hex)")
        Console.line("commit=\(auction.commitment.hex)")
        guard let reserve else { return }
        let price = try BidFile.price(reserve, decimals: decimals, place: "--reserve")
        Console.line("hidden=\(auction.commitment(toReserve: price.minorUnits).hex)")
    }
}
