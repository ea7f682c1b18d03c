/// What goes through one commit together: journal text, and what leaves after it.
struct Batch: Sendable {
    var firstCommand: UInt64 = 0
    var count = 0
    var payload: [UInt8] = []
    var deliveries: [Delivery] = []

    /// Bytes for one connection.
    struct Delivery: Sendable {
        let connection: Connection
        let bytes: [UInt8]
        let closes: Bool
    }

    var isEmpty: Bool { count == 0 && deliveries.isEmpty }
}
