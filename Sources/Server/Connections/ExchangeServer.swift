import Exchange
import Foundation
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
package import Permits
package import Storage
import Wire

/// A running venue: TCP sessions in front of the sequencer, the journal and settlement behind it.
package final class ExchangeServer: Sendable {
    private let configuration: ServerConfiguration
    /// Half the cores read and write, the others are the sequencer's and the journal's.
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, System.coreCount / 2))
    private let core: VenueCore
    private let loopReads: [ObjectIdentifier: LoopReads]
    private let listener = NIOLockedValueBox<(any Channel)?>(nil)

    /// What a first start gave the operator's login; nil if the venue existed or the caller gave its own entries.
    package var operatorPassword: String? { core.operatorPassword }

    /// Opens the data directory and recovers the venue.
    /// - Throws: `ServerError` if the host is not loopback; what storage and recovery throw.
    package init(configuration: ServerConfiguration) throws {
        guard configuration.security != nil || ["127.0.0.1", "::1", "localhost"].contains(configuration.host) else {
            throw ServerError(
                "plaintext is for loopback only, not for \(configuration.host): give a certificate and key"
            )
        }
        self.configuration = configuration
        let core = try VenueCore(configuration: configuration, workers: try .threads()) { [listener] in
            listener.withLockedValue { $0?.close(promise: nil) }
        }
        self.core = core
        loopReads = Dictionary(
            uniqueKeysWithValues: group.makeIterator().map { (ObjectIdentifier($0), core.loopReads()) }
        )
    }

    /// Starts the venue, and listens.
    /// - Returns: the port.
    package func start() async throws -> Int {
        try core.start()
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.closeOnExec() }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // Who closes one side, as `nc -N` does, still gets the answers.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // No client has more than one short turn before the others have theirs.
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 16_384)
            )
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.closeOnExec()
                    try accept(channel)
                }
            }
        let channel = try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
        listener.withLockedValue { $0 = channel }
        return channel.localAddress?.port ?? configuration.port
    }

    private func accept(_ channel: any Channel) throws {
        guard let reads = loopReads[ObjectIdentifier(channel.eventLoop)] else {
            preconditionFailure("a connection on a loop of another group")
        }
        try core.accept(channel, reads)
    }

    /// Reads the files of certificates again.
    /// - Returns: how many connections were closed since their certificate is no longer good.
    /// - Throws: `ServerError`; what was in use stays in use.
    package func reloadCertificates() throws -> Int { try configuration.security?.reload() ?? 0 }

    /// Takes the wall clock as it is, if it is ahead of the venue's time: the operator's word.
    package func acceptWallClock() { core.acceptWallClock() }

    /// Waits until the listener is closed, by `stop` or by a fault.
    /// - Throws: the fault.
    package func run() async throws {
        let channel = listener.withLockedValue { $0 }
        try await channel?.closeFuture.get()
        if let error = core.failure { throw error }
    }

    /// Takes no more connections; `run` returns.
    package func closeListener() {
        listener.withLockedValue { $0 }?.close(promise: nil)
    }

    /// Runs `body` on the thread that sequences requests, when its turn comes: a sign of life.
    package func whenAlive(_ body: @escaping @Sendable () -> Void) { core.whenAlive(body) }

    /// Stops cleanly: no new connections; what was received is answered; settlement catches up, but not for long, and
    /// leaves a snapshot.
    package func stop() async throws {
        closeListener()
        core.stop()
        try await group.shutdownGracefully()
        try core.close()
    }

    /// For reading the sealed log as it is now; nil if none is kept.
    package var logReader: SealedLogReader? { core.logReader }

    /// The venue's time.
    package var now: Timestamp { core.now }

    /// The last durable command.
    package var lastCommand: UInt64 { core.lastCommand }

    /// The last command that settlement has booked.
    package var settledSequence: UInt64 { core.settledSequence }
}

extension Channel {
    /// Keeps the socket from programs that this process starts: what reports a crash would hold the port, and the venue could not
    /// start again.
    package func closeOnExec() throws {
        _ = try pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            fcntl($0, F_SETFD, FD_CLOEXEC)
        }
    }
}

/// Why a server cannot run.
package struct ServerError: Error, CustomStringConvertible, Sendable {
    package let description: String

    init(_ description: String) { self.description = description }
}
