import NIOCore
import NIOEmbedded
import Server

/// A TCP connection: what each side has sent and the other has not got yet.
final class SimulatedLink {
    private let channel: EmbeddedChannel
    private var toVenue: [UInt8] = []
    private var toClient: [UInt8] = []
    private(set) var isCut = false

    /// - Parameters:
    ///   - core: the venue.
    ///   - reads: what its loop reads.
    ///   - loop: the loop.
    ///   - certified: the logins that the client's certificate names, as MEMBER/USER.
    /// - Throws: what NIO refuses.
    init(to core: VenueCore, _ reads: LoopReads, on loop: EmbeddedEventLoop, certified: [String] = []) throws {
        channel = EmbeddedChannel(loop: loop)
        try core.accept(channel, reads, certified: certified)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 7070)).wait()
    }

    /// What the client sends.
    func send(_ text: String) { send(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) { toVenue += bytes }

    /// Lets the venue read some bytes of what the client sent.
    func carryToVenue(atMost count: Int) throws {
        guard !isCut, channel.isActive, !toVenue.isEmpty else { return }
        let part = toVenue.prefix(count)
        toVenue.removeFirst(part.count)
        try channel.writeInbound(ByteBuffer(bytes: part))
    }

    /// Lets the client read some bytes of what the venue sent.
    func carryToClient(atMost count: Int) throws -> [UInt8] {
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { toClient += Array(buffer.readableBytesView) }
        let part = Array(toClient.prefix(count))
        toClient.removeFirst(part.count)
        return part
    }

    /// Whether the venue has closed the connection.
    var isClosed: Bool { !channel.isActive }

    /// Whether the client will get nothing more: the venue has closed, and all that it sent was read.
    var isAtEnd: Bool { (isCut || isClosed) && toClient.isEmpty }

    /// Breaks the connection, or the venue's process has died; what was under way is lost.
    func cut() {
        guard !isCut else { return }
        isCut = true
        toClient = []
        channel.close(promise: nil)
    }
}
