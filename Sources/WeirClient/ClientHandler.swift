import NIOCore

/// Takes a connection's lines apart: replies to who waits for them, events to the stream.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var pending = ByteBuffer()
    private var waiting: CircularBuffer<EventLoopPromise<ClientReply>> = []
    private var isClosed = false
    /// A reply whose rows are still to come.
    private var head: (line: ClientLine, rows: [ClientLine], missing: UInt64)?
    private var lastCount: [String: UInt64] = [:]
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
        // Lines of a stream that is sent again count from where it begins again.
        if reply.line.word == "OK", let stream = reply.line["stream"], let from = reply.line.number("from") {
            lastCount[stream] = from - 1
        }
        promise.succeed(ClientReply(line: reply.line, rows: reply.rows))
    }

    private func publish(_ line: ClientLine) {
        let isPrivate = ["FILL", "DONE", "TRIGGER", "CASH", "PERMITS"].contains(line.word)
        let stream = isPrivate ? "private" : line["market"] ?? ""
        var missed: UInt64 = 0
        if let count = line.number("n") {
            if let last = lastCount[stream], count > last + 1 { missed = count - last - 1 }
            lastCount[stream] = count
        }
        events.yield(ClientEvent(line: line, stream: stream, missed: missed))
    }
}
