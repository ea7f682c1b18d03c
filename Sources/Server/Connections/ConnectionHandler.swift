import Exchange
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
    private let clock: VenueClock
    private var pending = ByteBuffer()
    private var isClosing = false
    private var logonTimeout: Scheduled<Void>?
    private var slowLine: Scheduled<Void>?
    private var heartbeat: Scheduled<Void>?
    private var lastRead: NIODeadline

    /// Whether lines wait, since the client has sent more than its limit.
    private var isPaused = false
    /// Whether lines wait for the answer to the one before them, which may change what they are held to.
    private var isHeld = false
    /// Whether a `LOGON` has gone on: what stands behind it may be as long as after logon, whatever becomes of it.
    private var hasTriedLogon = false
    /// Whether the time for the logon was over while its answer was awaited.
    private var isLogonOverdue = false
    /// Whether the client has closed its side: it is answered, then the connection ends.
    private var hasEnded = false

    /// The longest pause, in nanoseconds.
    private static let pauseMax: Int64 = 200_000_000
    /// How many lines in a row are refused before a pause.
    private static let refusalsMax = 64
    /// The most bytes that wait: what comes with the end of a connection is read whatever `autoRead` says.
    private static let pendingMax = 64 << 10

    init(
        connection: Connection,
        inbox: Inbox,
        loopReads: LoopReads,
        configuration: ServerConfiguration,
        clock: VenueClock
    ) {
        self.connection = connection
        self.inbox = inbox
        self.loopReads = loopReads
        lineSecondsMax = configuration.limits.lineSecondsMax
        logonSecondsMax = configuration.limits.logonSecondsMax
        throttle = configuration.limits.sessionQuota.map(Throttle.init)
        self.clock = clock
        lastRead = connection.channel.eventLoop.now
    }

    func channelActive(context: ChannelHandlerContext) {
        inbox.add(.opened(connection))
        logonTimeout = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(logonSecondsMax)) { [self] in
            if isHeld { isLogonOverdue = true } else { closeUnlessLoggedOn() }
        }
    }

    private func closeUnlessLoggedOn() {
        guard !connection.isLoggedOn.load(ordering: .acquiring) else { return }
        close(Refusal(.notLoggedOn, "no LOGON within \(logonSecondsMax) s; the connection is closed"))
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosing = true
        logonTimeout?.cancel()
        slowLine?.cancel()
        heartbeat?.cancel()
        connection.wasRead()
        // Behind what it has sent.
        context.eventLoop.execute { [inbox, connection] in inbox.add(.closed(connection)) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { connection.wasRead() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        lastRead = context.eventLoop.now
        var buffer = unwrapInboundIn(data)
        if pending.readableBytes == 0 { pending = buffer } else { pending.writeBuffer(&buffer) }
        if mayGoOn { takeTurn() } else { stopReading() }
        guard !isClosing, pending.readableBytes > ConnectionHandler.pendingMax else { return }
        close(Refusal(.throttled, "too much waits that is over the limit; the connection is closed"))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent {
            hasEnded = true
            if mayGoOn { takeTurn() }
        }
        if event is Connection.Answered { goOn() }
        context.fireUserInboundEventTriggered(event)
    }

    private var mayGoOn: Bool { !isPaused && !isHeld }

    /// What the client sends stays in its own buffers, and costs the venue nothing.
    private func stopReading() { _ = connection.channel.setOption(.autoRead, value: false) }

    /// The answer that the other lines waited for is there: they go on, under the limits that now hold.
    private func goOn() {
        guard isHeld else { return }
        isHeld = false
        guard !isClosing else { return }
        if isLogonOverdue { closeUnlessLoggedOn() }
        startHeartbeat()
        continueReading()
    }

    private func continueReading() {
        guard !isClosing, mayGoOn else { return }
        lastRead = connection.channel.eventLoop.now
        _ = connection.channel.setOption(.autoRead, value: true)
        takeTurn()
    }

    /// Hands over what may go on of the lines that are there.
    private func takeTurn() {
        var (lines, bytes, pause) = takeLines()
        if pause > 0 {
            self.pause(for: pause)
        } else if hasEnded, !isClosing, !isHeld {
            isClosing = true
            lines.append(.ended)
        }
        if !lines.isEmpty || slowLine == nil { watchPace() }
        guard !lines.isEmpty else { return }
        loopReads.add(lines, bytes: bytes, of: self, on: connection.channel.eventLoop)
    }

    private var lineBytesMax: Int {
        hasTriedLogon ? Limits.lineBytesMax : Limits.lineBytesBeforeLogonMax
    }

    /// Takes the whole lines out of what is pending, in one copy, or the first of them if many are over the client's limit or
    /// the others wait for its answer; `pause` is the nanoseconds for which it should have waited with those.
    private func takeLines() -> ([ReceivedLine], bytes: [UInt8], pause: Int64) {
        var lines: [ReceivedLine] = []
        var (pause, refusals) = (Int64(0), 0)
        let throttles = (session: throttle, member: connection.memberThrottle)
        let isLimited = throttles.session != nil || throttles.member != nil
        let now = isLimited ? 1000 * clock.steady : 0
        let end = pending.withUnsafeReadableBytes { $0.lastIndex(of: UInt8(ascii: "\n")) }
        let bytes = end.flatMap { pending.readBytes(length: $0 + 1) } ?? []
        var start = 0
        while start < bytes.count, !isClosing, !isHeld, refusals < ConnectionHandler.refusalsMax {
            let end = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: start)
            let last = end > start && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
            if last - start > lineBytesMax {
                lines.append(tooLong())
            } else if last > start {
                var line = read(bytes, start..<last)
                let wait = isLimited ? hold(&line, by: throttles, at: now, after: pause) : 0
                if wait > 0 { (pause, refusals) = (pause + wait, refusals + 1) }
                noteHold(line)
                lines.append(line)
            }
            start = end + 1
        }
        if start < bytes.count, !isClosing {
            pending.moveReaderIndex(to: pending.readerIndex - (bytes.count - start))
            return (lines, bytes, pause)
        }
        // One byte more may be the CR of a line of full length.
        if !isClosing, !isHeld, pending.readableBytes > lineBytesMax + 1 { lines.append(tooLong()) }
        if pending.readableBytes == 0 { pending.clear() } else { pending.discardReadBytes() }
        return (lines, bytes, pause)
    }

    /// Whether the lines behind this one wait for its answer.
    private func noteHold(_ line: ReceivedLine) {
        guard case .request(let request, _) = line, request.body.holdsOthers else { return }
        isHeld = true
        if case .logon = request.body { hasTriedLogon = true }
    }

    private func read(_ bytes: [UInt8], _ range: Range<Int>) -> ReceivedLine {
        do throws(ParseFailure) {
            return .request(try LineParser.parse(bytes.span.extracting(range)), range)
        } catch {
            return .failure(error)
        }
    }

    /// Refuses a line that is over the limit of its session or its member, behind others that should wait for `earlier`
    /// nanoseconds.
    /// - Returns: the nanoseconds that it should have waited more than they, 0 if it may go on.
    private func hold(
        _ line: inout ReceivedLine,
        by throttles: (session: Throttle?, member: Throttle?),
        at now: Int64,
        after earlier: Int64
    ) -> Int64 {
        let verb: Verb?
        let id: Code
        switch line {
        case .request(let request, _): (verb, id) = (request.verb, request.id)
        case .failure(let failure): (verb, id) = (nil, failure.id)
        case .tooLong, .ended: return 0
        }
        var (sender, wait) = ("session", throttles.session?.take(verb, at: now) ?? 0)
        if wait == 0, let member = throttles.member {
            (sender, wait) = ("member", member.take(verb, at: now))
            if wait > 0 { throttles.session?.giveBack(verb) }
        }
        guard wait > 0 else { return 0 }
        let refusal = Refusal(throttled: sender, retryAfter: (earlier + wait + 999_999) / 1_000_000)
        line = .failure(ParseFailure(id: id, refusal: refusal))
        return wait
    }

    /// Lets a client that has sent more than its limit wait: what it sends stays in its own buffers meanwhile, so a flood
    /// costs the venue a few reads a second, and nothing of it is lost.
    private func pause(for nanoseconds: Int64) {
        guard !isPaused else { return }
        isPaused = true
        stopReading()
        let pause = TimeAmount.nanoseconds(min(nanoseconds, ConnectionHandler.pauseMax))
        connection.channel.eventLoop.assumeIsolated().scheduleTask(in: pause) { [self] in
            isPaused = false
            continueReading()
        }
    }

    /// Says why, and closes.
    private func close(_ refusal: Refusal) {
        isClosing = true
        var output = Output()
        Venue.refuse(id: .none, refusal, output: &output)
        connection.send(output.bytes.array(0..<output.bytes.count), thenClose: true)
    }

    private func tooLong() -> ReceivedLine {
        isClosing = true
        pending.clear()
        return .tooLong(Refusal(.lineTooLong, "a line may have \(lineBytesMax) bytes here; the connection is closed"))
    }

    /// Refuses lines for which the queue has no room, in their turn, and lets the client wait a while.
    func refuse(_ lines: [ReceivedLine]) {
        let busy = Refusal(.busy, "the venue's queue is full; send it again in a moment, with the same id")
        let refused = lines.map { line in
            switch line {
            case .request(let request, _): ReceivedLine.failure(ParseFailure(id: request.id, refusal: busy))
            case .failure, .tooLong, .ended: line
            }
        }
        inbox.add(.lines(connection, refused, bytes: []))
        isHeld = false
        pause(for: ConnectionHandler.pauseMax)
    }

    /// Closes a connection whose line, which begins with what is pending, does not end in time.
    private func watchPace() {
        slowLine?.cancel()
        slowLine = nil
        guard pending.readableBytes > 0, mayGoOn else { return }
        slowLine = connection.channel.eventLoop.assumeIsolated().scheduleTask(in: .seconds(lineSecondsMax)) { [self] in
            close(Refusal(.badSyntax, "a line took more than \(lineSecondsMax) s; the connection is closed"))
        }
    }

    /// Begins to watch a client that has asked for heartbeats, with its logon.
    private func startHeartbeat() {
        let seconds = connection.heartbeatSeconds.load(ordering: .acquiring)
        guard heartbeat == nil, seconds > 0, !isClosing else { return }
        watchSilence(for: .seconds(seconds), on: connection.channel.eventLoop)
    }

    /// Sends a heartbeat when nothing was sent for `interval`, and closes when nothing came for three of them.
    private func watchSilence(for interval: TimeAmount, on loop: any EventLoop) {
        guard !isClosing, connection.channel.isActive else { return }
        // What is not read is no silence.
        if !mayGoOn { lastRead = loop.now }
        guard loop.now - lastRead < interval * 3 else {
            connection.channel.close(promise: nil)
            return
        }
        if loop.now - connection.lastSent >= interval {
            var line: [UInt8] = []
            line.append("HEARTBEAT time=")
            line.append(timestamp: clock.now)
            line.append("\n")
            connection.send(line, thenClose: false)
        }
        let next = min(lastRead + interval * 3, connection.lastSent + interval)
        heartbeat = loop.assumeIsolated().scheduleTask(deadline: next) { [self] in
            watchSilence(for: interval, on: loop)
        }
    }
}

extension ParsedLine.Body {
    /// Whether the lines behind it wait for its answer: it may change who sends them and what they are held to, or takes so
    /// long that they would heap up.
    var holdsOthers: Bool {
        switch self {
        case .logon, .login, .rotate: true
        case .command, .query, .challenge, .bid, .inquiry, .subscribe, .unsubscribe, .resume: false
        }
    }
}
