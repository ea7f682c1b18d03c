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
    /// Lines that stand behind one whose answer is not there yet: a password check, a read of older lines.
    var waiting: [(line: ReceivedLine, bytes: [UInt8])] = []
    var isWaiting = false
    /// Bytes that leave with the batch at hand.
    var out: [UInt8] = []
    /// Whether the connection closes once they have left.
    var closes = false

    init(connection: Connection) { self.connection = connection }
}
