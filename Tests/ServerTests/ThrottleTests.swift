import Permits
import Server
import Testing
import WeirClient

@Suite("Limits of requests")
struct ThrottleTests {
    private static func venue(session: RequestQuota?, member: RequestQuota?) async throws -> TestVenue {
        try await TestVenue.start {
            $0.limits.sessionQuota = session
            $0.limits.memberQuota = member
        }
    }

    private func logOn(_ venue: TestVenue, _ user: String) throws -> RawSocket {
        let socket = try RawSocket(port: venue.port)
        try socket.send(Array("LOGON member=acme user=\(user) password=\(password) version=1\n".utf8))
        #expect(try socket.readAnswer().hasPrefix("OK"))
        return socket
    }

    private func send(_ lines: [String], on socket: RawSocket) throws -> [String] {
        try socket.send(Array(lines.map { $0 + "\n" }.joined().utf8))
        return try lines.map { _ in try socket.readAnswer() }
    }

    @Test("a burst beyond a session's limit is refused in order with a time, and goes through after that time")
    func session() async throws {
        let venue = try await ThrottleTests.venue(session: RequestQuota(perSecond: 1000, burst: 5), member: nil)
        let socket = try logOn(venue, "li")
        let orders = (0..<7).map { "ORDER id=a\($0) market=M side=buy qty=1 price=70 tif=gtc" }
        // LOGON has taken one token of five.
        let answers = try send(orders, on: socket)
        for (index, answer) in answers.enumerated() {
            #expect(
                answer.hasPrefix(
                    index < 4 ? "OK id=a\(index) " : "ERR id=a\(index) code=THROTTLED retry_after=\(index - 3) "
                )
            )
        }
        venue.clock.advance(microseconds: 1000)
        let again = try send(Array(orders[4...5]), on: socket)
        #expect(again[0].hasPrefix("OK id=a4 seq="))
        #expect(again[1].hasPrefix("ERR id=a5 code=THROTTLED retry_after=1 "))
        socket.close()
        try await venue.end()
    }

    @Test("what takes back has a limit of its own, ten times as large")
    func takingBack() async throws {
        let venue = try await ThrottleTests.venue(session: RequestQuota(perSecond: 1000, burst: 2), member: nil)
        let socket = try logOn(venue, "li")
        let lines = ["ORDER id=a market=M side=buy qty=1 price=70 tif=gtc", "PING", "CANCEL id=c orig=a", "PING"]
        let answers = try send(lines, on: socket)
        #expect(answers[0].hasPrefix("OK id=a "))
        #expect(answers[1].hasPrefix("ERR code=THROTTLED "))
        #expect(answers[2].hasPrefix("OK id=c "))
        #expect(answers[3].hasPrefix("ERR code=THROTTLED "))
        let cancels = try send([String](repeating: "MASSCANCEL", count: 21), on: socket)
        #expect(cancels.filter { $0.hasPrefix("OK") }.count == 19)
        #expect(cancels.filter { $0.contains("code=THROTTLED") }.count == 2)
        socket.close()
        try await venue.end()
    }

    @Test("a member's sessions share its limit, also after one has come back; another member has its own")
    func member() async throws {
        let venue = try await ThrottleTests.venue(session: nil, member: RequestQuota(perSecond: 1000, burst: 3))
        let first = try logOn(venue, "li")
        let second = try logOn(venue, "mo")
        #expect(try send(["PING", "PING"], on: first).allSatisfy { $0.hasPrefix("OK") })
        let answers = try send(["PING", "PING"], on: second)
        // LOGON counts for the session alone.
        #expect(answers[0].hasPrefix("OK"))
        #expect(answers[1].contains("code=THROTTLED") && answers[1].contains("the member has sent more than its limit"))
        let other = try await venue.logOn("bolt", "bo")
        #expect(try await other.send("PING").isOK)
        for socket in [first, second] { socket.close() }
        try await other.close()
        try await venue.end()
    }
}
