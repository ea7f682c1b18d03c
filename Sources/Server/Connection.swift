import NIOCore
import Synchronization

/// A client's connection, as the sequencer sees it.
final class Connection: Sendable, Hashable {
    let channel: any Channel
    /// Bytes handed over and not yet written to the socket.
    private let unsent = Atomic<Int>(0)
    private let unsentMax: Int
    /// Whether lines may have their full length: after logon.
    let isLoggedOn = Atomic<Bool>(false)
    /// Seconds of silence after which a heartbeat is due; 0 for none.
    let heartbeatSeconds = Atomic<Int64>(0)

    init(channel: any Channel, unsentMax: Int) {
        self.channel = channel
        self.unsentMax = unsentMax
    }

    /// Sends bytes; on the event loop.
    ///
    /// A client that does not read is cut off: it can RESUME.
    func send(_ bytes: [UInt8], thenClose: Bool) {
        channel.eventLoop.preconditionInEventLoop()
        if !bytes.isEmpty {
            let waiting = unsent.add(bytes.count, ordering: .relaxed).newValue
            guard waiting <= unsentMax else {
                channel.close(promise: nil)
                return
            }
            channel.writeAndFlush(channel.allocator.buffer(bytes: bytes)).whenComplete { _ in
                self.unsent.subtract(bytes.count, ordering: .relaxed)
            }
        }
        if thenClose { channel.close(promise: nil) }
    }

    static func == (a: Connection, b: Connection) -> Bool { a === b }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
