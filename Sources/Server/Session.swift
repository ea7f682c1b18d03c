import Permits

/// What the sequencer knows of a connection; touched by its thread alone.
final class Session {
    let connection: Connection
    /// Who is logged on; nil before.
    var member: MemberID?
    var user = UserID.venue
    /// Markets whose public events it gets.
    var markets: Set<MarketID> = []
    /// Lines that stand behind one whose answer is not there yet: a password check, a read of older lines.
    var waiting: [ReceivedLine] = []
    var isWaiting = false
    /// Bytes that leave with the batch at hand.
    var out: [UInt8] = []
    /// Whether the connection closes once they have left.
    var closes = false

    init(connection: Connection) { self.connection = connection }
}
