import Foundation
package import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

/// What the public reads over HTTP: the sealed log's checkpoints and tiles.
///
/// It reads files, never the engine's memory.
///
/// GET and HEAD alone; no request has a body, a name of a file or a parameter. Everything is public and signed, so it may be served in
/// plaintext, and by any proxy or cache.
package final class PublicSite: Sendable {
    private let log: PublicLog
    private let logger: Logger
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let pool = NIOThreadPool(numberOfThreads: 2)

    /// The most connections at once.
    package static let connectionsMax = 256
    /// The most of one address.
    package static let connectionsOfSourceMax = 16
    /// How long a connection may last, in seconds.
    package static let secondsMax: Int64 = 120
    /// How long a connection may be silent, in seconds.
    package static let idleSecondsMax: Int64 = 15

    /// A site of a log.
    package init(log: PublicLog, logger: Logger) {
        self.log = log
        self.logger = logger
    }

    /// Listens.
    /// - Returns: the port.
    package func start(host: String, port: Int) async throws -> Int {
        pool.start()
        let counter = ConnectionCounter()
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.closeOnExec() }
            }
            .childChannelInitializer { [log, pool, logger] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.closeOnExec()
                    guard counter.add(channel) else { return channel.close(promise: nil) }
                    let end = channel.eventLoop.scheduleTask(in: .seconds(PublicSite.secondsMax)) {
                        channel.close(promise: nil)
                    }
                    channel.closeFuture.whenComplete { _ in end.cancel() }
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(PublicSite.idleSecondsMax)))
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(PublicSiteHandler(log: log, pool: pool, logger: logger))
                }
            }
        let channel = try await bootstrap.bind(host: host, port: port).get()
        return channel.localAddress?.port ?? port
    }

    /// Closes every connection.
    package func stop() async throws {
        try await group.shutdownGracefully()
        try await pool.shutdownGracefully()
    }
}

extension Channel {
    /// Keeps the socket from programs that this process starts, such as what reports a crash.
    fileprivate func closeOnExec() throws {
        _ = try pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            fcntl($0, F_SETFD, FD_CLOEXEC)
        }
    }
}

/// How many connections there are, in all and from each source.
private final class ConnectionCounter: Sendable {
    private let counts = NIOLockedValueBox<(all: Int, bySource: [String: Int])>((0, [:]))

    /// Counts a connection until it is closed.
    /// - Returns: false if there are too many.
    func add(_ channel: any Channel) -> Bool {
        let source = channel.remoteAddress?.ipAddress ?? ""
        let isAdmitted = counts.withLockedValue { counts in
            guard counts.all < PublicSite.connectionsMax,
                counts.bySource[source, default: 0] < PublicSite.connectionsOfSourceMax
            else { return false }
            counts.all += 1
            counts.bySource[source, default: 0] += 1
            return true
        }
        guard isAdmitted else { return false }
        channel.closeFuture.whenComplete { [self] _ in
            counts.withLockedValue { counts in
                counts.all -= 1
                let left = counts.bySource[source, default: 1] - 1
                counts.bySource[source] = left > 0 ? left : nil
            }
        }
        return true
    }
}
