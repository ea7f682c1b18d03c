import NIOConcurrencyHelpers
import NIOCore
import Synchronization

/// A client's connection, as the sequencer sees it.
final class Connection: Sendable, Hashable {
    let channel: any Channel
    private let unsentMax: Int
    /// Whether lines may have their full length: after logon.
    let isLoggedOn = Atomic<Bool>(false)
    /// Seconds of silence after which a heartbeat is due; 0 for none.
    let heartbeatSeconds = Atomic<Int64>(0)
    private let throttleOfMember = NIOLockedValueBox<Throttle?>(nil)

    init(channel: any Channel, unsentMax: Int) {
        self.channel = channel
        self.unsentMax = unsentMax
    }

    /// The limits that the sessions of the member share; nil before logon.
    var memberThrottle: Throttle? {
        get { throttleOfMember.withLockedValue { $0 } }
        set { throttleOfMember.withLockedValue { $0 = newValue } }
    }

    /// Sends bytes; on the event loop.
    ///
    /// A client that does not read is cut off: it can RESUME.
    func send(_ bytes: [UInt8], thenClose: Bool) {
        channel.eventLoop.preconditionInEventLoop()
        if !bytes.isEmpty {
            guard unsent + bytes.count <= unsentMax else {
                channel.close(promise: nil)
                return
            }
            let buffer = channel.allocator.buffer(bytes: bytes)
            channel.pipeline.syncOperations.writeAndFlush(NIOAny(buffer), promise: nil)
        }
        if thenClose { channel.close(promise: nil) }
    }

    /// Bytes handed over and not yet written to the socket.
    private var unsent: Int {
        do { return try channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0 } catch { return 0 }
    }

    static func == (a: Connection, b: Connection) -> Bool { a === b }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
