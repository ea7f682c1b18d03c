import Foundation
import Logging
import NIOCore
import NIOEmbedded
import Server
import Testing

/// The times that a connection is given, on an event loop whose clock the test moves.
@Suite("Times of a connection")
struct ConnectionTimeTests {
    /// Connects to a venue without sockets, and gives `body` its loop and channel.
    private func withConnection(_ body: (EmbeddedEventLoop, EmbeddedChannel) throws -> Void) throws {
        let directory = TestVenue.temporaryDirectory()
        var configuration = ServerConfiguration(
            directory: directory,
            logKey: TestVenue.logKey,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        configuration.bootstrap = openMarket
        configuration.limits.logonSecondsMax = 30
        configuration.limits.lineSecondsMax = 10
        let core = try VenueCore(configuration: configuration, workers: .threads(), onFailure: {})
        let loop = EmbeddedEventLoop()
        let channel = EmbeddedChannel(loop: loop)
        try core.accept(channel, core.loopReads())
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 7070)).wait()
        try body(loop, channel)
        if channel.isActive { try channel.close().wait() }
        try core.close()
        try FileManager.default.removeItem(atPath: directory)
    }

    private func lastWords(_ channel: EmbeddedChannel) throws -> String? {
        try channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) }
    }

    @Test("who does not log on in time is told so and closed")
    func logon() throws {
        try withConnection { loop, channel in
            loop.advanceTime(by: .milliseconds(29_999))
            #expect(channel.isActive)
            loop.advanceTime(by: .milliseconds(1))
            #expect(!channel.isActive)
            let words = try lastWords(channel)
            #expect(words == "ERR code=NOT_LOGGED_ON text=\"no LOGON within 30 s; the connection is closed\"\n")
        }
    }

    @Test(
        "a line that has begun must end in time, however it trickles in; a line that has ended gives the next its own time"
    )
    func slowLine() throws {
        try withConnection { loop, channel in
            try channel.writeInbound(ByteBuffer(string: "PI"))
            loop.advanceTime(by: .seconds(9))
            try channel.writeInbound(ByteBuffer(string: "NG\nPI"))
            for _ in 1...9 {
                loop.advanceTime(by: .seconds(1))
                try channel.writeInbound(ByteBuffer(string: "N"))
            }
            #expect(channel.isActive)
            loop.advanceTime(by: .seconds(1))
            #expect(!channel.isActive)
            let words = try lastWords(channel)
            #expect(words == "ERR code=BAD_SYNTAX text=\"a line took more than 10 s; the connection is closed\"\n")
        }
    }
}
