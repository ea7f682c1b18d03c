import DequeModule
import Permits
import Seals

/// What the sequencer knows of a connection; touched by its thread alone.
final class Session {
    let connection: Connection
    /// Who is logged on; nil before.
    var member: MemberID?
    var user = UserID.venue
    /// What `CHALLENGE` gave last, for one logon.
    var nonce: Digest?
    /// Whether it gets its member's private stream.
    var isListening = false
    /// Public streams that it gets.
    var markets: Set<MarketID> = []
    /// Lines that stand behind one that must act before them: a password check.
    var waiting: [(line: ReceivedLine, bytes: [UInt8])] = []
    var isWaiting = false
    /// Bytes that leave with the batch at hand.
    private(set) var out: [UInt8] = []
    /// Whether it is among those that leave something with the batch at hand.
    var isTouched = false
    /// Whether the connection closes once it has its answers.
    var closes = false

    /// Answers that are made elsewhere, in the order of their requests.
    ///
    /// What was asked for behind one is done meanwhile; only its lines wait, since answers come in the order of requests.
    private(set) var held: Deque<HeldAnswer> = []
    /// How many bytes wait behind answers.
    private(set) var heldBytes = 0
    /// The answer that is written now; nil for what comes behind all.
    private var writing: Int?

    init(connection: Connection) { self.connection = connection }

    /// Appends what the client is to get.
    /// - Returns: whether it leaves with the batch at hand.
    func append(_ bytes: Span<UInt8>) -> Bool {
        guard !held.isEmpty else {
            out.append(bytes)
            return true
        }
        heldBytes += bytes.count
        if let writing { held[writing].bytes.append(bytes) } else { held[held.count - 1].behind.append(bytes) }
        return false
    }

    /// Takes what leaves now.
    func takeOut() -> [UInt8] {
        defer { out = [] }
        return out
    }

    /// Begins an answer that is made elsewhere.
    func hold(_ ticket: Ticket) { held.append(HeldAnswer(ticket: ticket)) }

    /// Writes an answer that was begun, if it is still wanted, and lets out what waited for it.
    /// - Returns: whether something leaves with the batch at hand.
    func answer(_ ticket: Ticket, _ body: () -> Void) -> Bool {
        guard let index = held.firstIndex(where: { $0.ticket.number == ticket.number }) else { return false }
        writing = index
        body()
        writing = nil
        held[index].isWritten = true
        guard index == 0 else { return false }
        while let first = held.first, first.isWritten {
            out += first.bytes
            out += first.behind
            heldBytes -= first.bytes.count + first.behind.count
            held.removeFirst()
        }
        return true
    }

    /// Gives up what was not answered: the connection is cut.
    func dropHeld() {
        held = []
        heldBytes = 0
    }
}

/// Names an answer that is made elsewhere.
struct Ticket: Sendable {
    let number: UInt64
    let member: MemberID
    let connection: Connection
    /// The request's.
    let id: Code
}

/// An answer that is made elsewhere, and what waits behind it.
struct HeldAnswer {
    let ticket: Ticket
    var isWritten = false
    var bytes: [UInt8] = []
    var behind: [UInt8] = []

    init(ticket: Ticket) { self.ticket = ticket }
}
