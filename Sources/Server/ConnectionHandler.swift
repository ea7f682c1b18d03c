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
    private var pending = ByteBuffer()
    private var isClosing = false
    private var slowLine: Scheduled<Void>?
    private var heartbeat: Scheduled<Void>?
    private var lastRead = NIODeadline.now()

    init(connection: Connection, inbox: Inbox, loopReads: LoopReads, lineSecondsMax: Int64) {
        self.connection = connection
        self.inbox = inbox
        self.loopReads = loopReads
        self.lineSecondsMax = lineSecondsMax
    }

    func channelActive(context: ChannelHandlerContext) {
        inbox.add(.opened(connection))
    }

    func channelInactive(context: ChannelHandlerContext) {
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
        let (lines, bytes) = takeLines()
        watchPace(context)
        startHeartbeat(context)
        guard !lines.isEmpty else { return }
        loopReads.add(lines, bytes: bytes, of: self, on: context.eventLoop)
    }

    private var lineBytesMax: Int {
        connection.isLoggedOn.load(ordering: .acquiring) ? Limits.lineBytesMax : Limits.lineBytesBeforeLogonMax
    }

    /// Takes the whole lines out of what is pending, in one copy.
    private func takeLines() -> ([ReceivedLine], bytes: [UInt8]) {
        var lines: [ReceivedLine] = []
        let end = pending.withUnsafeReadableBytes { $0.lastIndex(of: UInt8(ascii: "\n")) }
        let bytes = end.flatMap { pending.readBytes(length: $0 + 1) } ?? []
        var start = 0
        while start < bytes.count, !isClosing {
            let end = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: start)
            let last = end > start && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
            if last - start > lineBytesMax {
                lines.append(tooLong())
            } else if last > start {
                lines.append(read(bytes, start..<last))
            }
            start = end + 1
        }
        // One byte more may be the CR of a line of full length.
        if !isClosing, pending.readableBytes > lineBytesMax + 1 { lines.append(tooLong()) }
        if pending.readableBytes == 0 { pending.clear() } else { pending.discardReadBytes() }
        return (lines, bytes)
    }

    private func read(_ bytes: [UInt8], _ range: Range<Int>) -> ReceivedLine {
        do throws(ParseFailure) {
            return .request(try LineParser.parse(bytes.span.extracting(range)), range)
        } catch {
            return .failure(error)
        }
    }

    private func tooLong() -> ReceivedLine {
        isClosing = true
        pending.clear()
        return .tooLong(
            Refusal(.lineTooLong, "a line may have \(lineBytesMax) bytes here; the connection is closed")
        )
    }

    /// Answers for a queue that is full, when nothing of these lines has been taken.
    func refuse(_ lines: [ReceivedLine]) {
        var output = Output()
        let busy = Refusal(.busy, "the venue's queue is full; send it again in a moment, with the same id")
        for line in lines {
            switch line {
            case .request(let request, _): Venue.refuse(id: request.id, busy, output: &output)
            case .failure(let failure): Venue.refuse(id: failure.id, busy, output: &output)
            case .tooLong(let refusal): Venue.refuse(id: .none, refusal, output: &output)
            }
        }
        connection.send(output.bytes.array(0..<output.bytes.count), thenClose: isClosing)
    }

    /// Closes a connection whose line has begun and does not end in time.
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
