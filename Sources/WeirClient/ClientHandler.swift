import NIOCore

/// Takes a connection's lines apart: replies to who waits for them, events to the stream.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var pending = ByteBuffer()
    private var waiting: CircularBuffer<EventLoopPromise<ClientReply>> = []
    private var isClosed = false
    /// A reply whose rows are still to come.
    private var head: (line: ClientLine, rows: [ClientLine], missing: UInt64)?
    private var streams: [String: StreamPlace] = [:]
    /// Under which of the venue's histories it has seen how much.
    private(set) var seen: ClientHistory?
    private let events: AsyncStream<ClientEvent>.Continuation

    init(events: AsyncStream<ClientEvent>.Continuation) { self.events = events }

    /// Notes that a request is about to be written.
    func expectReply(on loop: any EventLoop) -> EventLoopFuture<ClientReply> {
        let promise = loop.makePromise(of: ClientReply.self)
        if isClosed { promise.fail(ClientError.disconnected) } else { waiting.append(promise) }
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        pending.writeBuffer(&buffer)
        while let end = pending.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
            let text = pending.readString(length: end - pending.readerIndex)
        {
            pending.moveReaderIndex(forwardBy: 1)
            take(ClientLine(text))
        }
        pending.discardReadBytes()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        for promise in waiting { promise.fail(ClientError.disconnected) }
        waiting.removeAll()
        events.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func take(_ line: ClientLine) {
        switch line.word {
        case "OK", "ERR":
            head = (line, [], line.word == "OK" ? line.number("rows") ?? 0 : 0)
            finishReply()
        case "ROW":
            head?.rows.append(line)
            head?.missing -= 1
            finishReply()
        default: publish(line)
        }
    }

    private func finishReply() {
        guard let reply = head, reply.missing == 0 else { return }
        head = nil
        guard let promise = waiting.popFirst() else { return }
        note(reply.line)
        if reply.line.word == "OK", let stream = reply.line["stream"], let from = reply.line.number("from"),
            let to = reply.line.number("to")
        {
            streams[stream, default: StreamPlace()].isSentAgain(from: from, to: to)
        }
        promise.succeed(ClientReply(line: reply.line, rows: reply.rows))
    }

    private func publish(_ line: ClientLine) {
        let isPrivate = ["FILL", "DONE", "TRIGGER", "CASH", "PERMITS"].contains(line.word)
        let stream = isPrivate ? "private" : line["market"] ?? ""
        note(line)
        let missed = line.number("n").map { streams[stream, default: StreamPlace()].take($0) } ?? 0
        events.yield(ClientEvent(line: line, stream: stream, missed: missed))
    }

    /// Notes how far the venue's history was seen.
    private func note(_ line: ClientLine) {
        let history = line["history"] ?? seen?.history
        guard let history else { return }
        let before = seen?.history == history ? seen?.sequence ?? 0 : 0
        seen = ClientHistory(history: history, sequence: max(before, line.number("seq") ?? 0))
    }
}

/// How far a stream has come, live and sent again.
private struct StreamPlace {
    private var last: UInt64?
    private var next: UInt64 = 1
    private var end: UInt64 = 0

    /// The lines of these numbers come again, the first one next.
    mutating func isSentAgain(from: UInt64, to: UInt64) { (next, end) = (from, to) }

    /// Takes a line.
    /// - Returns: how many lines before it did not come.
    mutating func take(_ count: UInt64) -> UInt64 {
        if count == next, count <= end {
            next += 1
            last = max(last ?? 0, count)
            return 0
        }
        let missed = last.map { count > $0 + 1 ? count - $0 - 1 : 0 } ?? 0
        last = count
        return missed
    }
}
