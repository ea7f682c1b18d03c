import Storage
import Wire

/// What goes through one commit together: journal text, what leaves after it, and what settlement books.
struct Batch: Sendable {
    var firstCommand: UInt64 = 0
    var count = 0
    var payload: [UInt8] = []
    var entries: [SettlementEntry] = []
    var lines: [FeedLine] = []
    var deliveries: [Delivery] = []
    /// The venue after this batch, when a snapshot is due.
    var snapshot: Venue?

    /// Bytes for one connection.
    struct Delivery: Sendable {
        let connection: Connection
        let bytes: [UInt8]
        let closes: Bool
    }

    var isEmpty: Bool { count == 0 && deliveries.isEmpty }
}
