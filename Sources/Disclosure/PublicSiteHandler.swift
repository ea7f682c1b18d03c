import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Storage

/// Answers one connection's requests, one after the other.
final class PublicSiteHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let log: PublicLog
    private let pool: NIOThreadPool
    private let logger: Logger
    private var head: HTTPRequestHead?

    init(log: PublicLog, pool: NIOThreadPool, logger: Logger) {
        self.log = log
        self.pool = pool
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        // Who asks for more without reading what there is gets nothing more.
        guard context.channel.isWritable else { return context.close(promise: nil) }
        guard head.method == .GET || head.method == .HEAD else {
            return send(.methodNotAllowed, text: "GET or HEAD\n", ["allow": "GET, HEAD"], head, context)
        }
        let path = String(head.uri.prefix { $0 != "?" }.dropFirst())
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        pool.runIfActive(eventLoop: context.eventLoop) { [log] in try log.file(path) }
            .whenComplete { result in
                switch result {
                case .success(let file?):
                    let headers: HTTPHeaders = [
                        "content-type": file.contentType,
                        "cache-control": file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
                    ]
                    bound.value.send(.ok, file.bytes, headers, head, context.value)
                case .success(nil):
                    bound.value.send(
                        .notFound,
                        text: "no such file; log/checkpoint says how far the log has come\n",
                        [:],
                        head,
                        context.value
                    )
                case .failure(let error):
                    bound.value.logger.error("cannot serve \(path): \(error)")
                    bound.value.send(
                        .serviceUnavailable,
                        text: "the log cannot be read now\n",
                        [:],
                        head,
                        context.value
                    )
                }
            }
    }

    private func send(
        _ status: HTTPResponseStatus,
        text: String,
        _ headers: HTTPHeaders,
        _ request: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        var headers = headers
        headers.add(name: "content-type", value: "text/plain; charset=utf-8")
        send(status, Array(text.utf8), headers, request, context)
    }

    private func send(
        _ status: HTTPResponseStatus,
        _ bytes: [UInt8],
        _ headers: HTTPHeaders,
        _ request: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        var headers = headers
        headers.add(name: "content-length", value: String(bytes.count))
        headers.add(name: "x-content-type-options", value: "nosniff")
        headers.add(name: "content-security-policy", value: "default-src 'none'")
        if !request.isKeepAlive { headers.add(name: "connection", value: "close") }
        let head = HTTPResponseHead(version: request.version, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: bytes)))),
                promise: nil
            )
        }
        let ended = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        if !request.isKeepAlive { ended.futureResult.whenComplete { _ in channel.close(promise: nil) } }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: ended)
    }
}
