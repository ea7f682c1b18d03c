import NIOCore
import Permits
import Synchronization
import Wire

/// Frames and parses a connection's lines on its event loop, and hands them to the sequencer a read at a time.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    let connection: Connection
    private let inbox: Inbox
    private let loopReads: LoopReads
    private let lineSecondsMax: Int64
    private let logonSecondsMax: Int64
    private let throttle: Throttle?
    private let clock: @Sendable () -> Timestamp
    private var pending = ByteBuffer()
    private var isClosing = false
    private var logonTimeout: Scheduled<Void>?
    private var slowLine: Scheduled<Void>?
    private var heartbeat: Scheduled<Void>?
    private var lastRead = NIODeadline.now()

    /// The longest that a connection which has sent more than its limit is not read, in nanoseconds: with ten times the
    /// limit every line is still answered.
    private static let pauseMax: Int64 = 200_000_000

    init(connection: Connection, inbox: Inbox, loopReads: LoopReads, configuration: ServerConfiguration) {
        self.connection = connection
        self.inbox = inbox
        self.loopReads = loopReads
        lineSecondsMax = configuration.lineSecondsMax
        logonSecondsMax = configuration.logonSecondsMax
        throttle = configuration.sessionQuota.map(Throttle.init)
        clock = configuration.clock
    }

    func channelActive(context: ChannelHandlerContext) {
        inbox.add(.opened(connection))
        logonTimeout = context.eventLoop.scheduleTask(in: .seconds(logonSecondsMax)) { [connection] in
            guard !connection.isLoggedOn.load(ordering: .acquiring) else { return }
            connection.channel.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        logonTimeout?.cancel()
        slowLine?.cancel()
        heartbeat?.cancel()
        // Behind what it has sent.
        context.eventLoop.execute { [inbox, connection] in inbox.add(.closed(connection)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        lastRead = .now()
        var buffer = unwrapInboundIn(data)
        if pending.readableBytes == 0 { pending = buffer } else { pending.writeBuffer(&buffer) }
        let (lines, bytes, pause) = takeLines()
        if pause > 0 { stopReading(for: pause) }
        if !lines.isEmpty || slowLine == nil { watchPace(context) }
        startHeartbeat(context)
        guard !lines.isEmpty else { return }
        loopReads.add(lines, bytes: bytes, of: self, on: context.eventLoop)
    }

    private var lineBytesMax: Int {
        connection.isLoggedOn.load(ordering: .acquiring) ? Limits.lineBytesMax : Limits.lineBytesBeforeLogonMax
    }

    /// Takes the whole lines out of what is pending, in one copy; `pause` is the nanoseconds for which the client should
    /// have waited with those that are over its limit.
    private func takeLines() -> ([ReceivedLine], bytes: [UInt8], pause: Int64) {
        var lines: [ReceivedLine] = []
        var pause: Int64 = 0
        let throttles = (session: throttle, member: connection.memberThrottle)
        let isLimited = throttles.session != nil || throttles.member != nil
        let now = isLimited ? 1000 * clock().microseconds : 0
        let end = pending.withUnsafeReadableBytes { $0.lastIndex(of: UInt8(ascii: "\n")) }
        let bytes = end.flatMap { pending.readBytes(length: $0 + 1) } ?? []
        var start = 0
        while start < bytes.count, !isClosing {
            let end = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: start)
            let last = end > start && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
            if last - start > lineBytesMax {
                lines.append(tooLong())
            } else if last > start {
                var line = read(bytes, start..<last)
                if isLimited { pause += hold(&line, by: throttles, at: now) }
                lines.append(line)
            }
            start = end + 1
        }
        // One byte more may be the CR of a line of full length.
        if !isClosing, pending.readableBytes > lineBytesMax + 1 { lines.append(tooLong()) }
        if pending.readableBytes == 0 { pending.clear() } else { pending.discardReadBytes() }
        return (lines, bytes, pause)
    }

    private func read(_ bytes: [UInt8], _ range: Range<Int>) -> ReceivedLine {
        do throws(ParseFailure) {
            return .request(try LineParser.parse(bytes.span.extracting(range)), range)
        } catch {
            return .failure(error)
        }
    }

    /// Refuses a line that is over the limit of its session or its member.
    /// - Returns: the nanoseconds that it should have waited, 0 if it may go on.
    private func hold(
        _ line: inout ReceivedLine,
        by throttles: (session: Throttle?, member: Throttle?),
        at now: Int64
    ) -> Int64 {
        let verb: Verb?
        let id: Code
        switch line {
        case .request(let request, _): (verb, id) = (request.verb, request.id)
        case .failure(let failure): (verb, id) = (nil, failure.id)
        case .tooLong: return 0
        }
        var (sender, wait) = ("session", throttles.session?.take(verb, at: now) ?? 0)
        if wait == 0 { (sender, wait) = ("member", throttles.member?.take(verb, at: now) ?? 0) }
        guard wait > 0 else { return 0 }
        let refusal = Refusal(throttled: sender, retryAfter: (wait + 999_999) / 1_000_000)
        line = .failure(ParseFailure(id: id, refusal: refusal))
        return wait
    }

    /// Lets a client that has sent more than its limit wait: what it sends stays in its own buffers meanwhile, so a flood
    /// costs the venue a few reads a second, and nothing of it is lost.
    private func stopReading(for nanoseconds: Int64) {
        let channel = connection.channel
        let pause = TimeAmount.nanoseconds(min(nanoseconds, ConnectionHandler.pauseMax))
        channel.setOption(.autoRead, value: false).whenSuccess {
            channel.eventLoop.scheduleTask(in: pause) { _ = channel.setOption(.autoRead, value: true) }
        }
    }

    private func tooLong() -> ReceivedLine {
        isClosing = true
        pending.clear()
        return .tooLong(
            Refusal(.lineTooLong, "a line may have \(lineBytesMax) bytes here; the connection is closed")
        )
    }

    /// Refuses lines for which the queue has no room, in their turn, and lets the client wait a while.
    func refuse(_ lines: [ReceivedLine]) {
        let busy = Refusal(.busy, "the venue's queue is full; send it again in a moment, with the same id")
        let refused = lines.map { line in
            switch line {
            case .request(let request, _): ReceivedLine.failure(ParseFailure(id: request.id, refusal: busy))
            case .failure, .tooLong: line
            }
        }
        inbox.add(.lines(connection, refused, bytes: []))
        stopReading(for: ConnectionHandler.pauseMax)
    }

    /// Closes a connection whose line, which begins with what is pending, does not end in time.
    private func watchPace(_ context: ChannelHandlerContext) {
        slowLine?.cancel()
        slowLine = nil
        guard pending.readableBytes > 0 else { return }
        let channel = context.channel
        slowLine = context.eventLoop.scheduleTask(in: .seconds(lineSecondsMax)) { channel.close(promise: nil) }
    }

    /// Begins to watch a client that has asked for heartbeats at logon.
    private func startHeartbeat(_ context: ChannelHandlerContext) {
        let seconds = connection.heartbeatSeconds.load(ordering: .acquiring)
        guard heartbeat == nil, seconds > 0 else { return }
        scheduleHeartbeat(every: seconds, on: context.eventLoop)
    }

    private func scheduleHeartbeat(every seconds: Int64, on loop: any EventLoop) {
        heartbeat = loop.assumeIsolated().scheduleTask(in: .seconds(seconds)) { [self] in
            guard NIODeadline.now() - lastRead < .seconds(3 * seconds) else {
                connection.channel.close(promise: nil)
                return
            }
            var line: [UInt8] = []
            line.append("HEARTBEAT time=")
            line.append(timestamp: SystemClock.now)
            line.append("\n")
            connection.send(line, thenClose: false)
            scheduleHeartbeat(every: seconds, on: loop)
        }
    }
}
