import Foundation
import HTTPTypes
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTPTypes

/// What readers of the site may take up.
///
/// Everything is public, so a proxy or cache before the site gives it to more; then its address counts as one source.
package struct SiteLimits: Sendable {
    /// The most connections at once.
    package var connectionsMax = 512
    /// The most of one source: an IPv4 address, or a network of IPv6 of 64 bits.
    package var connectionsOfSourceMax = 32
    /// How long a connection may last, in seconds.
    package var secondsMax: Int64 = 120
    /// How long a connection that follows a stream may last, in seconds; browsers come again by themselves.
    package var liveSecondsMax: Int64 = 3600
    /// How long a connection may be silent before a request is whole, in seconds.
    package var idleSecondsMax: Int64 = 15

    /// The defaults.
    package init() {}

    /// Sets a limit by its name.
    /// - Returns: false if there is no such limit, or the value is not 1 to 1,000,000.
    package mutating func set(_ name: String, to value: Int64) -> Bool {
        guard (1...1_000_000).contains(value) else { return false }
        switch name {
        case "connections": connectionsMax = Int(value)
        case "connections-of-source": connectionsOfSourceMax = Int(value)
        case "seconds": secondsMax = value
        case "live-seconds": liveSecondsMax = value
        case "idle-seconds": idleSecondsMax = value
        default: return false
        }
        return true
    }
}

/// How many connections there are, in all and from each source.
final class ConnectionCounter: Sendable {
    private let limits: SiteLimits
    private let counts = NIOLockedValueBox<(all: Int, bySource: [String: Int])>((0, [:]))

    init(_ limits: SiteLimits) { self.limits = limits }

    /// Counts a connection until it is closed.
    /// - Returns: false if there are too many.
    func add(_ channel: any Channel) -> Bool {
        let source = ConnectionCounter.source(of: channel.remoteAddress?.ipAddress ?? "")
        let isAdmitted = counts.withLockedValue { counts in
            guard counts.all < limits.connectionsMax,
                counts.bySource[source, default: 0] < limits.connectionsOfSourceMax
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

    /// An address of IPv4, or the first 64 bits of one of IPv6, which one subscriber has whole.
    static func source(of address: String) -> String {
        guard address.contains(":") else { return address }
        return address.split(separator: ":", omittingEmptySubsequences: false).prefix(4).joined(separator: ":")
    }
}

/// Admits a connection or closes it, ends it when its time is up, and keeps its socket from programs that this process starts.
final class ConnectionGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let limits: SiteLimits
    private let counter: ConnectionCounter
    private var end: Scheduled<Void>?

    init(_ limits: SiteLimits, _ counter: ConnectionCounter) { (self.limits, self.counter) = (limits, counter) }

    func handlerAdded(context: ChannelHandlerContext) {
        let isKept = context.channel.closeOnExec()
        guard isKept, counter.add(context.channel) else { return context.close(promise: nil) }
        // A request that is never whole ends with this too.
        schedule(in: limits.idleSecondsMax, context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let request):
            let isLive = request.path?.hasPrefix("/live/") ?? false
            schedule(in: isLive ? limits.liveSecondsMax : limits.secondsMax, context)
        case .body, .end: break
        }
        context.fireChannelRead(data)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

    private func schedule(in seconds: Int64, _ context: ChannelHandlerContext) {
        end?.cancel()
        let channel = context.channel
        end = context.eventLoop.scheduleTask(in: .seconds(seconds)) { channel.close(promise: nil) }
    }
}

extension Channel {
    /// Keeps the socket from programs that this process starts, such as what reports a crash.
    /// - Returns: false if that cannot be.
    func closeOnExec() -> Bool {
        do {
            _ = try pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
                fcntl($0, F_SETFD, FD_CLOEXEC)
            }
            return true
        } catch { return false }
    }
}
