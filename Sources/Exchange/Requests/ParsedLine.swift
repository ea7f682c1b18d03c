package import Permits
import Seals

/// A request line, read and typed; its symbols are still codes.
package struct ParsedLine: Sendable {
    package let verb: Verb
    package let id: Code
    /// A hash of the line's bytes; 0 without an id.
    package let contentHash: UInt64
    package let body: Body

    /// What the line asks for.
    package enum Body: Sendable {
        /// For the engine and the journal.
        case command(Command)
        /// Answered from the engine's state, not journalled.
        case query(Query)
        case logon(Logon)
        /// For the session layer, which makes the nonce.
        case challenge
        case login(NewLogin)
        case rotate(Rotation)
        /// Sealed before it is written.
        case bid(BidLine)
        /// Answered from what settlement has kept.
        case inquiry(Inquiry)
        case subscribe(market: Code)
        case unsubscribe(market: Code)
        case resume(Resumption)
    }
}

/// What of a stream a client wants again.
package struct Resumption: Sendable {
    /// `private`, or the code of a public stream.
    package let stream: Code
    /// The first number.
    package let from: UInt64
    /// The last one; nil for the stream's last.
    package let through: UInt64?
    /// The most lines at once.
    package let limit: Int
    /// Under which of the venue's histories the client has seen what comes before, and the newest command of that; nil if
    /// it does not say.
    package let seen: (history: HistoryID, sequence: UInt64)?
}

/// `BID` as it arrives; its prices go no further than the gate that seals it.
package struct BidLine: Sendable {
    package let bid: PlainBid
    package let id: Code

    /// The line as the journal holds it.
    package func journalLine(_ sealed: SealedBid) -> [UInt8] {
        var line: [UInt8] = []
        line.append("SEALEDBID auction=")
        line.append(code: sealed.auction)
        line.append("qty", sealed.quantity)
        line.append(" commit=")
        line.append(text: sealed.commitment.hex)
        line.append(" box=")
        line.append(text: Hex.text(sealed.box))
        line.append(id: id)
        return line
    }
}

/// Why a line was refused before it reached the engine.
package struct ParseFailure: Error, Sendable {
    /// The line's id, if it has a readable one.
    package let id: Code
    package let refusal: Refusal

    package init(id: Code, refusal: Refusal) {
        self.id = id
        self.refusal = refusal
    }
}
