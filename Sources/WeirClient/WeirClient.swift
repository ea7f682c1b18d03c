package import NIOCore
import NIOPosix
package import Seals

/// A client of a venue: sends lines, awaits replies, follows events.
///
/// Requests may be sent from several tasks; replies come back in the order in which the lines were written.
package final class WeirClient: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<ClientHandler>
    /// The events of every stream that this session gets, in order of arrival.
    package let events: AsyncStream<ClientEvent>

    /// SHA-256 of the venue's certificate; nil in plaintext.
    private let server: EventLoopFuture<Digest?>

    private init(
        channel: any Channel,
        handler: NIOLoopBound<ClientHandler>,
        events: AsyncStream<ClientEvent>,
        server: EventLoopFuture<Digest?>
    ) {
        self.channel = channel
        self.handler = handler
        self.events = events
        self.server = server
    }

    /// Connects; nothing is sent yet.
    /// - Parameters:
    ///   - host: the venue's name or address.
    ///   - port: its port.
    ///   - security: how to speak TLS; nil for plaintext.
    ///   - group: whose event loops do the work.
    /// - Returns: the client, once the venue's certificate was found good.
    /// - Throws: what the network, or TLS, says.
    package static func connect(
        host: String,
        port: Int,
        security: ClientSecurity? = nil,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws -> WeirClient {
        let (events, continuation) = AsyncStream<ClientEvent>.makeStream()
        let (client, ready) = try await ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let tls = try security?.handler(host: host)
                    let ready = channel.eventLoop.makePromise(of: Digest?.self)
                    if let tls {
                        try channel.pipeline.syncOperations.addHandlers([tls, HandshakeWaiter(ready)])
                    } else {
                        ready.succeed(nil)
                    }
                    let handler = ClientHandler(events: continuation)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    let client = WeirClient(
                        channel: channel,
                        handler: NIOLoopBound(handler, eventLoop: channel.eventLoop),
                        events: events,
                        server: ready.futureResult
                    )
                    return (client, ready.futureResult)
                }
            }
        _ = try await ready.get()
        return client
    }

    /// Sends one request line, without its line end, and awaits its reply and rows.
    /// - Throws: `ClientError.disconnected` if the connection ends first; the request may or may not have been done, and
    ///   `STATUS id=` tells.
    package func send(_ line: String) async throws -> ClientReply {
        try await sendAll([line])[0]
    }

    /// Sends several request lines at once, and awaits all their replies.
    package func sendAll(_ lines: [String]) async throws -> [ClientReply] {
        let futures = try await channel.eventLoop.submit { [channel, handler] in
            let replies = lines.map { _ in handler.value.expectReply(on: channel.eventLoop) }
            let text = lines.joined(separator: "\n") + "\n"
            channel.writeAndFlush(channel.allocator.buffer(string: text), promise: nil)
            return replies
        }.get()
        var replies: [ClientReply] = []
        for future in futures { replies.append(try await future.get()) }
        return replies
    }

    /// Logs on.
    /// - Parameters:
    ///   - member: the member's code.
    ///   - user: the login's code.
    ///   - password: the login's password.
    ///   - cancelOnDisconnect: whether this session's orders end when the connection is lost.
    ///   - heartbeatSeconds: how often the venue shows that it lives; nil for not.
    /// - Returns: the reply, with role and the number of the last private event.
    /// - Throws: `ClientError.refused`, `ClientError.disconnected`.
    @discardableResult
    package func logOn(
        member: String,
        user: String,
        password: String,
        cancelOnDisconnect: Bool = false,
        heartbeatSeconds: Int? = nil
    ) async throws -> ClientReply {
        var line = "LOGON member=\(member) user=\(user) version=1 password=\(ClientLine.quoted(password))"
        if cancelOnDisconnect { line += " cod=1" }
        if let heartbeatSeconds { line += " hb=\(heartbeatSeconds)" }
        let reply = try await send(line)
        guard reply.isOK else { throw ClientError.refused(reply.line.text) }
        return reply
    }

    /// Logs on as a machine: by its key, or by the connection's certificate alone.
    /// - Parameters:
    ///   - member: the member's code.
    ///   - user: the login's code.
    ///   - key: the login's private key; nil for the certificate alone.
    /// - Returns: the reply.
    /// - Throws: `ClientError.refused`, `ClientError.disconnected`.
    @discardableResult
    package func logOn(member: String, user: String, key: Ed25519.PrivateKey?) async throws -> ClientReply {
        var line = "LOGON member=\(member) user=\(user) version=1"
        if let key {
            let challenge = try await send("CHALLENGE")
            guard let nonce = challenge.line["nonce"] else { throw ClientError.refused(challenge.line.text) }
            let server = try await server.get()?.hex ?? "plaintext"
            let text = "weir logon 1\n\(nonce)\n\(server)\n\(member)/\(user)\n"
            line += " sign=\(Hex.text(key.signature(of: Array(text.utf8))))"
        }
        let reply = try await send(line)
        guard reply.isOK else { throw ClientError.refused(reply.line.text) }
        return reply
    }

    /// Asks for a stream's events again, page by page, from number `from` on; they come on `events`.
    /// - Parameters:
    ///   - stream: `private` or a public stream's name.
    ///   - from: the first number.
    ///   - seen: what `seen` said before the connection was lost; a venue that was set back since then refuses.
    /// - Returns: the last page's reply, or the first refusal.
    /// - Throws: `ClientError` if the connection is lost.
    package func resume(stream: String, from: UInt64, seen: ClientHistory? = nil) async throws -> ClientReply {
        let check = seen.map { " history=\($0.history) seq=\($0.sequence)" } ?? ""
        var next = from
        while true {
            let reply = try await send("RESUME stream=\(stream) from=\(next)\(check)")
            if reply.code == "THROTTLED" || reply.code == "BUSY" {
                try await Task.sleep(for: .milliseconds(reply.line["retry_after"].flatMap(Int64.init) ?? 100))
                continue
            }
            guard reply.isOK, let following = reply.line.number("next") else { return reply }
            // The next lines are not booked yet.
            if following == next { try await Task.sleep(for: .milliseconds(100)) }
            next = following
        }
    }

    /// What it has seen of the venue's history; nil before a reply that names it.
    package func seen() async throws -> ClientHistory? {
        try await channel.eventLoop.submit { [handler] in handler.value.seen }.get()
    }

    /// Closes the connection, without a logout unless it was logged out and has ended.
    package func close() async throws {
        do { try await channel.close().get() } catch ChannelError.alreadyClosed {}
    }
}

/// What can go wrong on the client's side.
package enum ClientError: Error, Sendable, CustomStringConvertible {
    case disconnected
    case refused(String)

    package var description: String {
        switch self {
        case .disconnected: "the connection has ended"
        case .refused(let line): line
        }
    }
}

extension ClientLine {
    /// A value as a JSON string.
    package static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
