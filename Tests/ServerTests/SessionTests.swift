import Foundation
import Permits
import Server
import Testing
import WeirClient

@Suite("Sessions over TCP")
struct SessionTests {
    @Test("a right password logs on; a wrong one, an unknown user and an unknown member get the same refusal")
    func logon() async throws {
        let venue = try await TestVenue.start()
        let client = try await venue.connect()
        for (member, user, word) in [
            ("acme", "li", "wrong-password"), ("acme", "nobody", password), ("none", "li", password),
        ] {
            let reply = try await client.send("LOGON member=\(member) user=\(user) password=\(word) version=1")
            #expect(reply.line.text == "ERR code=LOGON_FAILED text=\"member, user or password is wrong\"")
        }
        #expect(try await client.send("ACCOUNT").code == "NOT_LOGGED_ON")
        let reply = try await client.logOn(member: "acme", user: "li", password: password)
        #expect(reply.line["role"] == "participant")
        #expect(try await client.send("ACCOUNT").rows.count == 2)
        #expect(
            try await client.send("LOGON member=acme user=mo password=\(password) version=1").code
                == "ALREADY_LOGGED_ON"
        )
        try await client.close()
        try await venue.end()
    }

    @Test("who closes one side gets every answer, then the connection ends")
    func halfClosed() async throws {
        let venue = try await TestVenue.start()
        let socket = try RawSocket(port: venue.port)
        let orders = (0..<300).map { "ORDER id=a\($0) market=M side=buy qty=1 price=70 tif=gtc\n" }
        try socket.send(Array(("LOGON member=acme user=li password=\(password) version=1\n" + orders.joined()).utf8))
        socket.finish()
        #expect(try socket.readAnswer().hasPrefix("OK"))
        for index in orders.indices { #expect(try socket.readAnswer().contains(" id=a\(index) ")) }
        #expect(throws: RawSocket.Ended.self) { while true { _ = try socket.readAnswer() } }
        socket.close()
        try await venue.end()
    }

    @Test("a connection too many is told so and closed")
    func tooManyConnections() async throws {
        let venue = try await TestVenue.start { $0.limits.connectionsMax = 1 }
        let first = try RawSocket(port: venue.port)
        try first.send(Array("LOGON member=acme user=li version=1 password=\(password)\n".utf8))
        #expect(try first.readLine().hasPrefix("OK "))
        let second = try RawSocket(port: venue.port)
        #expect(
            try second.readLine() == "ERR code=BUSY text=\"the venue has its most connections, 1\""
        )
        #expect(throws: RawSocket.Ended.self) { try second.readLine() }
        second.close()
        first.close()
        try await venue.end()
    }

    @Test("a login has one live session; another version of the protocol is refused")
    func oneSession() async throws {
        let venue = try await TestVenue.start()
        let first = try await venue.logOn("acme", "li")
        let second = try await venue.connect()
        #expect(
            try await second.send("LOGON member=acme user=li password=\(password) version=1").code
                == "ALREADY_LOGGED_ON"
        )
        #expect(
            try await second.send("LOGON member=acme user=mo password=\(password) version=2").code
                == "VERSION_NOT_SUPPORTED"
        )
        #expect(try await first.send("LOGOUT").isOK)
        #expect(try await second.send("LOGON member=acme user=li password=\(password) version=1").isOK)
        try await venue.end()
    }

    @Test("a line may come byte by byte, several lines at once, and with CR LF")
    func framing() async throws {
        let venue = try await TestVenue.start()
        let socket = try RawSocket(port: venue.port)
        for byte in "PING id=p1\r\n".utf8 { try socket.send([byte]) }
        #expect(try socket.readLine().hasPrefix("OK id=p1 "))
        try socket.send(Array("PING id=p2\n\n\nFOO\nBOOK id=p3 market=M\nPING id=p4\n".utf8))
        #expect(try socket.readLine().hasPrefix("OK id=p2 "))
        #expect(try socket.readLine().hasPrefix("ERR code=UNKNOWN_VERB "))
        #expect(try socket.readLine().hasPrefix("ERR id=p3 code=NOT_LOGGED_ON "))
        #expect(try socket.readLine().hasPrefix("OK id=p4 "))
        socket.close()
        try await venue.end()
    }

    @Test("a line over the limit gets one error, and the connection closes")
    func tooLong() async throws {
        let venue = try await TestVenue.start()
        let socket = try RawSocket(port: venue.port)
        try socket.send(Array(repeating: UInt8(ascii: "A"), count: 600))
        #expect(try socket.readLine().hasPrefix("ERR code=LINE_TOO_LONG "))
        #expect(throws: RawSocket.Ended.self) { try socket.readLine() }
        try await venue.end()
    }

    @Test("bad lines get their errors in order, and the connection lives on")
    func badLines() async throws {
        let venue = try await TestVenue.start()
        let client = try await venue.logOn("acme", "li")
        let replies = try await client.sendAll([
            "ORDER id=a1 market=M side=buy qty=10 price=71.00", "FOO", "ORDER market=M", "CLOCK", "DISCONNECT",
            "ORDER id=a2 market=M side=buy qty=10 price=171.00", "DEPOSIT member=acme currency=EUR amount=5",
            "CANCEL orig=a1", "PING",
        ])
        #expect(
            replies.map { $0.code ?? "OK" } == [
                "OK", "UNKNOWN_VERB", "MISSING_KEY", "UNKNOWN_VERB", "UNKNOWN_VERB", "OUTSIDE_BAND", "ROLE_NOT_ALLOWED",
                "OK", "OK",
            ]
        )
        try await venue.end()
    }

    @Test("what is piped behind a logon is answered after it, in order")
    func pipelinedLogon() async throws {
        let venue = try await TestVenue.start()
        let client = try await venue.connect()
        let replies = try await client.sendAll([
            "PING id=1", "LOGON id=2 member=acme user=li password=\(password) version=1", "ACCOUNT id=3", "PING id=4",
        ])
        #expect(replies.map { $0.line["id"] } == ["1", "2", "3", "4"])
        #expect(replies.filter { !$0.isOK }.isEmpty)
        try await venue.end()
    }

    @Test(
        "a line behind a logon may be as long as after it, in the same packet or cut anywhere",
        arguments: [0, 1, 40, 90, 700]
    )
    func longLineBehindLogon(cut: Int) async throws {
        let venue = try await TestVenue.start()
        let socket = try RawSocket(port: venue.port)
        let note = String(repeating: "x", count: 3000)
        let lines = [
            "LOGON member=acme user=li password=\(password) version=1", "INTEREST id=i compact=X text=hello",
            "ORDER id=long market=M side=buy qty=1 price=70 tif=\(note)", "ORDER id=o market=M side=buy qty=1 price=70",
        ]
        let text = Array(lines.map { $0 + "\n" }.joined().utf8)
        try socket.send(Array(text[..<cut]))
        try socket.send(Array(text[cut...]))
        for start in ["OK seq=", "OK id=i ", "ERR id=long code=BAD_VALUE", "OK id=o "] {
            #expect(try socket.readAnswer().hasPrefix(start))
        }
        try socket.send(Array(repeating: UInt8(ascii: "A"), count: 5000))
        #expect(try socket.readAnswer().hasPrefix("ERR code=LINE_TOO_LONG "))
        #expect(throws: RawSocket.Ended.self) { while true { _ = try socket.readLine() } }
        socket.close()
        try await venue.end()
    }

    @Test("what stands behind a logon that fails is refused line by line, long ones too, until one succeeds")
    func behindFailedLogon() async throws {
        let venue = try await TestVenue.start()
        let socket = try RawSocket(port: venue.port)
        let logon = "LOGON member=acme user=li version=1 password="
        let lines = [
            logon + "wrong-password", "DRAFT id=d compact=X text=\"\(String(repeating: "x", count: 900))\"", "ACCOUNT",
            "CHALLENGE", logon + "wrong-password", "ACCOUNT", logon + password, "ACCOUNT", "PING",
        ]
        try socket.send(Array(lines.map { $0 + "\n" }.joined().utf8))
        socket.finish()
        let answers = try lines.map { _ in ClientLine(try socket.readAnswer()) }
        #expect(
            answers.map { $0["code"] ?? "OK" } == [
                "LOGON_FAILED", "NOT_LOGGED_ON", "NOT_LOGGED_ON", "OK", "LOGON_FAILED", "NOT_LOGGED_ON", "OK", "OK",
                "OK",
            ]
        )
        socket.close()
        try await venue.end()
    }

    @Test("lines behind a logon count for the member's limit, which they have with it")
    func memberLimitBehindLogon() async throws {
        let venue = try await TestVenue.start {
            $0.limits.sessionQuota = nil
            $0.limits.memberQuota = RequestQuota(perSecond: 1000, burst: 3)
        }
        let socket = try RawSocket(port: venue.port)
        let logon = "LOGON member=acme user=li version=1 password=\(password)\n"
        try socket.send(Array((logon + String(repeating: "PING\n", count: 5)).utf8))
        let answers = try (0..<6).map { _ in ClientLine(try socket.readAnswer())["code"] ?? "OK" }
        #expect(answers == ["OK", "OK", "OK", "OK", "THROTTLED", "THROTTLED"])
        socket.close()
        try await venue.end()
    }

    @Test("a client that has logged out closes without an error")
    func closeAfterLogout() async throws {
        let venue = try await TestVenue.start()
        let client = try await venue.logOn("acme", "li")
        #expect(try await client.send("LOGOUT").isOK)
        // The venue ends the connection.
        for await _ in client.events {}
        try await client.close()
        try await venue.end()
    }

    @Test("an operator's new login works, and its password is nowhere in the journal")
    func newLogin() async throws {
        let venue = try await TestVenue.start()
        let admin = try await venue.logOn("operator", "admin")
        #expect(try await admin.send("LOGIN member=bolt user=new password=correct-horse").isOK)
        let client = try await venue.connect()
        try await client.logOn(member: "bolt", user: "new", password: "correct-horse")
        for file in try FileManager.default.contentsOfDirectory(atPath: venue.directory) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: venue.directory + "/" + file))
            #expect(bytes.range(of: Data("correct-horse".utf8)) == nil, "\(file)")
            #expect(bytes.range(of: Data(password.utf8)) == nil, "\(file)")
        }
        try await venue.end()
    }
}
