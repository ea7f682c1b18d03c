import Foundation
import Logging
import Permits
import Storage
import Synchronization
import Testing
import WeirClient

@testable import Server

@Suite("What the operator sees of logons")
struct LogonLogTests {
    @Test("every logon has a line with member, login and source, a refused one with its reason; no secret is in any")
    func lines() async throws {
        let log = LogLines()
        let venue = try await TestVenue.start { $0.logger = log.logger }
        let socket = try RawSocket(port: venue.port, from: "127.0.6.1")
        for (login, word) in [
            ("member=acme user=li", "wrong-password"), ("member=acme user=nobody", password),
            ("member=none user=x", password),
        ] {
            try socket.send(Array("LOGON \(login) password=\(word) version=1\n".utf8))
            #expect(try socket.readAnswer().contains("LOGON_FAILED"))
        }
        try socket.send(Array("LOGON member=acme user=li password=\(password) version=2\n".utf8))
        #expect(try socket.readAnswer().contains("VERSION_NOT_SUPPORTED"))
        try socket.send(Array("LOGON member=acme user=li password=\(password) version=1\n".utf8))
        #expect(try socket.readAnswer().hasPrefix("OK"))
        try await venue.end()
        socket.close()
        let place = "source=127.0.6.1"
        #expect(
            log.lines.filter { $0.contains("logon refused") || $0.contains("logged on") } == [
                "logon refused login=li member=acme reason=wrong password, 1 in a row \(place)",
                "logon refused login=nobody member=acme reason=no such login, 1 in a row \(place)",
                "logon refused login=x member=none reason=no such login, 1 in a row \(place)",
                "logon refused login=li member=acme reason=this venue speaks version 1, not 2 \(place)",
                "logged on login=li member=acme \(place)",
            ]
        )
        for line in log.lines { #expect(!line.contains(password) && !line.contains("wrong-password")) }
    }

    @Test("of many logons from one source the first have lines, the others are told together after a minute")
    func oneSource() {
        var tally = LogonTally()
        let lines = (0..<1000).count { tally.takesLine("here", isFailure: $0 > 0, at: Int64($0)) }
        #expect(lines == LogonTally.linesOfSourceMax)
        let other = tally.takesLine("elsewhere", isFailure: true, at: 1000)
        #expect(other)
        let early = tally.summary(at: 59_999_999)
        #expect(early == [])
        let told = tally.summary(at: 60_000_000)
        #expect(told == ["990 more logons within a minute from here: 990 refused, 0 succeeded"])
        let again = tally.summary(at: 200_000_000)
        #expect(again == [])
        let late = tally.takesLine("here", isFailure: true, at: 200_000_000)
        #expect(late)
    }

    @Test("nor do many sources fill the log, or memory")
    func manySources() {
        var tally = LogonTally()
        let lines = (0..<5000).count { tally.takesLine("source \($0)", isFailure: true, at: 0) }
        #expect(lines == LogonTally.linesMax)
        let told = tally.summary(at: 60_000_000)
        #expect(told.count == LogonTally.namedMax + 1)
        #expect(told.last == "4795 more logons within a minute from other sources: 4795 refused, 0 succeeded")
    }
}

/// Keeps the lines of a log.
private final class LogLines: Sendable {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test", factory: { _ in Handler(lines: self) })
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            lines.kept.withLock { $0.append("\(event.message)\(fields)") }
        }
    }
}
