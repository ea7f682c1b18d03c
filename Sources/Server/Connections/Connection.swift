import NIOConcurrencyHelpers
import NIOCore
import Seals
import Synchronization

/// A client's connection, as the sequencer sees it.
final class Connection: Sendable, Hashable {
    let channel: any Channel
    private let unsentMax: Int
    /// The most bytes that a connection may have unsent before it has logged on.
    static let unsentBeforeLogonMax = 64 << 10
    /// Whether lines may have their full length: after logon.
    let isLoggedOn = Atomic<Bool>(false)
    /// Seconds of silence after which a heartbeat is due; 0 for none.
    let heartbeatSeconds = Atomic<Int64>(0)
    private let lastSentNanoseconds: Synchronization.Atomic<UInt64>
    /// Where it comes from.
    let source: Doorkeeper.Source
    /// Whether it has one of the places that are kept for the operator and regulators.
    let isReserved: Bool
    /// SHA-256 of the certificate that the server has shown it; nil in plaintext.
    let serverDigest: Digest?
    private let certified = NIOLockedValueBox<[String]>([])
    private let doorkeeper: Doorkeeper
    /// Tells the operator that its client certificate was refused, and why.
    let noteBadCertificate: @Sendable (String) -> Void
    private let unread = NIOLockedValueBox<[@Sendable () -> Void]>([])
    private let throttleOfMember = NIOLockedValueBox<Throttle?>(nil)

    init(
        channel: any Channel,
        unsentMax: Int,
        source: Doorkeeper.Source,
        isReserved: Bool,
        serverDigest: Digest?,
        doorkeeper: Doorkeeper,
        noteBadCertificate: @escaping @Sendable (String) -> Void
    ) {
        self.channel = channel
        lastSentNanoseconds = Synchronization.Atomic(channel.eventLoop.now.uptimeNanoseconds)
        self.unsentMax = unsentMax
        self.source = source
        self.isReserved = isReserved
        self.serverDigest = serverDigest
        self.doorkeeper = doorkeeper
        self.noteBadCertificate = noteBadCertificate
        channel.closeFuture.whenComplete { _ in
            doorkeeper.closed(channel, from: source)
        }
    }

    /// The logins that its client certificate names, as MEMBER/USER; none without a certificate.
    var certifiedLogins: [String] { certified.withLockedValue { $0 } }

    /// Its client certificate is good, and names these logins.
    func certify(names: [String]) { certified.withLockedValue { $0 = names } }

    /// It has logged on: it no longer counts as waiting.
    func logOn() {
        isLoggedOn.store(true, ordering: .releasing)
        doorkeeper.loggedOn(channel, from: source)
    }

    /// Tells the reader of a connection that the line which the others wait for has its answer.
    struct Answered: Sendable {}

    /// The line that the others wait for has its answer: they may come.
    func answered() {
        channel.eventLoop.execute { [channel] in channel.pipeline.fireUserInboundEventTriggered(Answered()) }
    }

    /// When it was last sent something, by its event loop.
    var lastSent: NIODeadline { .uptimeNanoseconds(lastSentNanoseconds.load(ordering: .relaxed)) }

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
            let unsentMax = isLoggedOn.load(ordering: .acquiring) ? unsentMax : Connection.unsentBeforeLogonMax
            guard unsent + bytes.count <= unsentMax else {
                channel.close(promise: nil)
                return
            }
            lastSentNanoseconds.store(channel.eventLoop.now.uptimeNanoseconds, ordering: .relaxed)
            let buffer = channel.allocator.buffer(bytes: bytes)
            channel.pipeline.syncOperations.writeAndFlush(NIOAny(buffer), promise: nil)
        }
        if thenClose { channel.close(promise: nil) }
    }

    /// Runs `body` on the event loop once the client has read nearly all that was sent, or has gone.
    func whenRead(_ body: @escaping @Sendable () -> Void) {
        channel.eventLoop.execute { [self] in
            guard channel.isActive, !channel.isWritable else { return body() }
            unread.withLockedValue { $0.append(body) }
        }
    }

    /// The client has read nearly all, or has gone; on the event loop.
    func wasRead() {
        let waiting = unread.withLockedValue { unread in
            defer { unread = [] }
            return unread
        }
        for body in waiting { body() }
    }

    /// Bytes handed over and not yet written to the socket.
    private var unsent: Int {
        do { return try channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0 } catch { return 0 }
    }

    static func == (a: Connection, b: Connection) -> Bool { a === b }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
