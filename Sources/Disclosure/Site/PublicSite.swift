import Foundation
import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
import NIOPosix
package import Permits
import Storage
import Synchronization

/// What the public reads over HTTP: pages, open data, events as they happen, and the sealed log.
///
/// It reads files, never the engine's memory. GET and HEAD alone; no request has a body. Everything is public, so it may be served in
/// plaintext, and by any proxy or cache.
package final class PublicSite: Sendable {
    let log: PublicLog?
    let record: PublicRecord
    let feeds: LiveFeeds
    let renderer: PageRenderer
    let clock: @Sendable () -> Timestamp
    let logger: Logger
    private let limits: SiteLimits
    private let cache = PageCache()
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let pool = NIOThreadPool(numberOfThreads: 2)
    private let running = Mutex<Task<Void, any Error>?>(nil)

    /// A site of a data directory, whose `settlement.db` it reads on connections of its own, and of a sealed log, if one is kept.
    ///
    /// The clock is the venue's.
    /// - Throws: if a template is not right.
    package init(
        directory: String,
        log: PublicLog?,
        limits: SiteLimits = SiteLimits(),
        logger: Logger,
        clock: @escaping @Sendable () -> Timestamp
    ) throws {
        (self.log, self.limits, self.logger, self.clock) = (log, limits, logger, clock)
        record = PublicRecord(directory: directory)
        feeds = LiveFeeds(record: record, pool: pool)
        renderer = try PageRenderer()
    }

    /// Listens.
    /// - Returns: the port.
    /// - Throws: what binding throws.
    package func start(host: String, port: Int) async throws -> Int {
        pool.start()
        for loop in group.makeIterator() { loop.execute { PublicSite.yieldToTrading() } }
        let (limits, counter) = (limits, ConnectionCounter(limits))
        let (ports, bound) = AsyncThrowingStream<Int, any Error>.makeStream()
        let application = Application(
            responder: try router().buildResponder(),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ConnectionGuard(limits, counter)],
                    idleTimeout: .seconds(limits.idleSecondsMax),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 8 << 10,
                        maxHeaderListSize: 32 << 10,
                        maxHeaderFieldCount: 100
                    )
                )
            ),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                do {
                    _ = try await channel.eventLoop.submit { channel.closeOnExec() }.get()
                    bound.yield(channel.localAddress?.port ?? port)
                } catch { bound.finish(throwing: error) }
            },
            eventLoopGroupProvider: .shared(group),
            logger: quiet(logger)
        )
        running.withLock {
            $0 = Task {
                do { try await application.run() } catch {
                    bound.finish(throwing: error)
                    throw error
                }
            }
        }
        for try await port in ports { return port }
        throw CancellationError()
    }

    /// A logger that does not tell of each connection.
    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    /// Closes every connection.
    package func stop() async throws {
        let running = running.withLock { $0 }
        running?.cancel()
        await feeds.stop()
        // It ends with a cancellation, as was wished.
        _ = await running?.result
        try await group.shutdownGracefully()
        try await pool.shutdownGracefully()
    }

    /// Makes an answer where reading files holds up nobody; a page that was just made is given again.
    func answer(_ request: Request, keepsFor seconds: Double = 0, _ make: @escaping @Sendable () throws -> Answer) async
        -> Response
    {
        let key = request.uri.string
        if seconds > 0, let kept = cache.answer(for: key) { return kept.response(to: request) }
        do {
            let answer = try await pool.runIfActive {
                PublicSite.yieldToTrading()
                return try make()
            }
            if seconds > 0, answer.status == .ok { cache.keep(answer, for: key, seconds: seconds) }
            return answer.response(to: request)
        } catch {
            logger.error("cannot answer \(key): \(error)")
            return Answer.refusal(.serviceUnavailable, "UNAVAILABLE", "this cannot be read now; try again in a second")
                .response(to: request)
        }
    }

    /// A public stream and the number of its last line; nil if there is none of that name.
    func lookUp(_ code: String) async throws -> (stream: UInt64, last: UInt64)? {
        try await pool.runIfActive { [record] in
            guard let stream = try record.settlement().publicStream(code) else { return nil }
            return (stream, try record.read { try $0.lastLine(of: code) })
        }
    }

    /// Gives the threads that trade the processor first.
    private static func yieldToTrading() {
        #if os(Linux)
            // Of this thread alone.
            setpriority(Int32(PRIO_PROCESS.rawValue), 0, 10)
        #endif
    }
}

/// Pages that were just made: many readers of one page cost as much as one.
private final class PageCache: Sendable {
    private let pages = Mutex<[String: (until: ContinuousClock.Instant, answer: Answer)]>([:])
    private static let countMax = 256

    func answer(for key: String) -> Answer? {
        pages.withLock { pages in
            guard let (until, answer) = pages[key], until > .now else { return nil }
            return answer
        }
    }

    func keep(_ answer: Answer, for key: String, seconds: Double) {
        pages.withLock { pages in
            if pages.count >= PageCache.countMax { pages.removeAll() }
            pages[key] = (.now + .seconds(seconds), answer)
        }
    }
}
