import Foundation
import Logging
import NIOCore
import NIOEmbedded
import Server
import Storage
import Testing

/// The times that a connection is given, on an event loop whose clock the test moves.
@Suite("Times of a connection")
struct ConnectionTimeTests {
    /// Connects to a venue without sockets, and gives `body` its loop and channel.
    private func withConnection(_ body: (EmbeddedEventLoop, EmbeddedChannel, VenueCore) throws -> Void) throws {
        let directory = TestVenue.temporaryDirectory()
        var configuration = ServerConfiguration(
            directory: directory,
            logKey: TestVenue.logKey,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        configuration.bootstrap = openMarket
        configuration.limits.logonSecondsMax = 30
        configuration.limits.lineSecondsMax = 10
        configuration.passwordCost = .trivial
        let now = NowWorker()
        let workers = Workers(journal: now, checkpoints: now, passwords: now, readers: now)
        let core = try VenueCore(configuration: configuration, workers: workers, onFailure: {})
        core.begin()
        let loop = EmbeddedEventLoop()
        let channel = EmbeddedChannel(loop: loop)
        try core.accept(channel, core.loopReads())
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 7070)).wait()
        try body(loop, channel, core)
        if channel.isActive { try channel.close().wait() }
        try core.close()
        try FileManager.default.removeItem(atPath: directory)
    }

    private func lastWords(_ channel: EmbeddedChannel) throws -> String? {
        try channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) }
    }

    /// Sends what a client sends, and lets the venue answer all of it.
    private func send(_ text: String, _ loop: EmbeddedEventLoop, _ channel: EmbeddedChannel, _ core: VenueCore) throws
        -> [String]
    {
        try channel.writeInbound(ByteBuffer(string: text))
        // A turn for the line, one for what its check has found, one for what waited behind.
        for _ in 1...8 {
            loop.run()
            core.sequence()
        }
        return try words(channel)
    }

    private func words(_ channel: EmbeddedChannel) throws -> [String] {
        var words: [String] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
            words += String(buffer: buffer).split(separator: "\n").map { String($0.prefix { $0 != " " }) }
        }
        return words
    }

    private static let logon = "LOGON member=acme user=li version=1 hb=2 password=\(password)"

    @Test(
        "the watch of hb= begins with the logon: a heartbeat after each time without output, the end after three without input"
    )
    func silence() throws {
        try withConnection { loop, channel, core in
            let answer = try send("\(ConnectionTimeTests.logon)\n", loop, channel, core)
            #expect(answer == ["OK"])
            for _ in 1...2 {
                loop.advanceTime(by: .milliseconds(1999))
                let before = try words(channel)
                #expect(before == [])
                loop.advanceTime(by: .milliseconds(1))
                let after = try words(channel)
                #expect(after == ["HEARTBEAT"])
            }
            #expect(channel.isActive)
            loop.advanceTime(by: .seconds(2))
            #expect(!channel.isActive)
        }
    }

    @Test(
        "what is sent behind the logon in the same packet counts as a sign of life once, and an answer defers the heartbeat"
    )
    func pipelined() throws {
        try withConnection { loop, channel, core in
            let lines = "\(ConnectionTimeTests.logon)\nORDER market=M side=buy qty=1 price=70 tif=gtc\n"
            let answers = try send(lines, loop, channel, core)
            #expect(answers == ["OK", "OK"])
            loop.advanceTime(by: .milliseconds(1500))
            let answer = try send("PING\n", loop, channel, core)
            #expect(answer == ["OK"])
            loop.advanceTime(by: .milliseconds(1500))
            let before = try words(channel)
            #expect(before == [])
            loop.advanceTime(by: .milliseconds(500))
            let after = try words(channel)
            #expect(after == ["HEARTBEAT"])
            loop.advanceTime(by: .milliseconds(3999))
            #expect(channel.isActive)
            loop.advanceTime(by: .milliseconds(1))
            #expect(!channel.isActive)
        }
    }

    @Test("who does not log on in time is told so and closed")
    func logon() throws {
        try withConnection { loop, channel, _ in
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
        try withConnection { loop, channel, _ in
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

/// Does what it is given at once.
private struct NowWorker: Worker {
    func submit(_ body: @escaping @Sendable () -> Void) { body() }
    func drain() {}
}
