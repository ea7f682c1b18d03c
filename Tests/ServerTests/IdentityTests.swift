import Exchange
import Foundation
import Permits
import Seals
import Server
import Storage
import Testing
import Wire
import WeirClient

@Suite("Who may log on, and what outsiders cannot do to them")
struct IdentityTests {
    private let key = Ed25519.PrivateKey(seed: SHA256.digest(of: [5]))

    @Test("a machine logs on by its key; its signature serves once, on its connection, for its login")
    func machine() async throws {
        let venue = try await TestVenue.start(
            openMarket + ["operator LOGIN member=acme user=bot key=\(key.publicKey.bytes.hex)"]
        )
        let bot = try await venue.connect()
        try await bot.logOn(member: "acme", user: "bot", key: key)
        #expect(try await bot.send("ORDER market=M side=buy qty=1 price=70.00").isOK)

        let other = try await venue.connect()
        let nonce = try #require(try await other.send("CHALLENGE").line["nonce"])
        func sign(_ nonce: String, _ login: String, server: String = "plaintext") -> String {
            Hex.text(key.signature(of: Array("weir logon 1\n\(nonce)\n\(server)\n\(login)\n".utf8)))
        }
        let start = "LOGON member=acme user=bot version=1 takeover=1 sign="
        let right = start + sign(nonce, "acme/bot")
        for wrong in [
            start + sign(nonce, "acme/li"), start + sign(nonce, "acme/bot", server: String(repeating: "0", count: 64)),
            // The nonce went with the first attempt.
            right,
        ] {
            #expect(try await other.send(wrong).code == "LOGON_FAILED")
        }
        let next = try #require(try await other.send("CHALLENGE").line["nonce"])
        #expect(next != nonce)
        #expect(try await other.send(right).code == "LOGON_FAILED")
        let third = try #require(try await other.send("CHALLENGE").line["nonce"])
        let line = start.replacing("user=bot", with: "user=li") + sign(third, "acme/li")
        #expect(try await other.send(line).code == "LOGON_FAILED")
        #expect(try await other.send(start + "00").code == "BAD_VALUE")
        try await venue.end()
    }

    @Test("a takeover ends the live session with a word; REVOKE ends it too, and nothing of the login is good any more")
    func takeover() async throws {
        let venue = try await TestVenue.start()
        let first = try await venue.logOn("acme", "li", cancelOnDisconnect: true)
        #expect(try await first.send("ORDER market=M side=buy qty=1 price=70.00").isOK)
        let second = try RawSocket(port: venue.port)
        let logon = "LOGON member=acme user=li version=1 password=\(password)"
        try second.send(Array("\(logon)\n".utf8))
        #expect(try second.readAnswer().contains("code=ALREADY_LOGGED_ON"))
        try second.send(Array("\(logon) takeover=1\nORDERS\n".utf8))
        #expect(try second.readAnswer().hasPrefix("OK seq="))
        // As if the first connection were lost: what was to end with it has ended.
        #expect(try second.readAnswer() == "OK rows=0")
        await #expect(throws: ClientError.self) { while true { _ = try await first.send("PING") } }

        let admin = try await venue.logOn("operator", "admin")
        #expect(try await admin.send("REVOKE member=acme user=nobody").code == "UNKNOWN_USER")
        #expect(try await admin.send("REVOKE member=acme user=li text=\"lost laptop\"").isOK)
        #expect(try second.readAnswer().contains("code=SESSION_ENDED"))
        #expect(try second.readAll().isEmpty)
        let third = try await venue.connect()
        #expect(try await third.send(logon).code == "LOGON_FAILED")
        #expect(try await admin.send("LOGIN member=acme user=li password=another-password").isOK)
        #expect(try await third.send("\(logon.replacing(password, with: "another-password"))").isOK)
        try await venue.end()
        second.close()
    }

    @Test("ROTATE asks for the old password; a hash of another cost is made anew at logon; no password is on disk")
    func rotation() async throws {
        let dear = PasswordHash.Cost(logN: 5, blockSize: 8, parallelism: 1)
        let venue = try await TestVenue.start { $0.passwordCost = dear }
        let li = try await venue.logOn("acme", "li")
        #expect(try await li.send("ROTATE password=new-password-1").code == "LOGON_FAILED")
        #expect(try await li.send("ROTATE old=wrong-password password=new-password-1").code == "LOGON_FAILED")
        #expect(try await li.send("ROTATE").code == "MISSING_KEY")
        #expect(try await li.send("ROTATE old=\(password) password=short").code == "OUT_OF_RANGE")
        #expect(try await li.send("ROTATE old=\(password) password=new-password-1 key=\(key.publicKey.bytes.hex)").isOK)
        #expect(try await li.send("ROTATE hash=x").code == "UNKNOWN_KEY")
        try await li.close()
        let again = try await venue.connect()
        let logon = "LOGON member=acme user=li version=1 takeover=1 password="
        #expect(try await again.send(logon + password).code == "LOGON_FAILED")
        #expect(try await again.send(logon + "new-password-1").isOK)
        let bot = try await venue.connect()
        try await again.close()
        _ = try await venue.logOn("bolt", "bo")
        let challenge = try #require(try await bot.send("CHALLENGE").line["nonce"])
        let text = "weir logon 1\n\(challenge)\nplaintext\nacme/li\n"
        let signature = Hex.text(key.signature(of: Array(text.utf8)))
        #expect(try await bot.send("LOGON member=acme user=li version=1 takeover=1 sign=\(signature)").isOK)
        try await venue.server.stop()

        var journal: [UInt8] = []
        try Journal(directory: venue.directory, readOnly: true).forEachBatch { journal += $0.payload }
        let lines = String(decoding: journal, as: UTF8.self).split(separator: "\n")
        // One of its own, and one each of acme's and bolt's first logons, whose hashes had another cost.
        #expect(lines.count { $0.contains("acme/li ROTATE hash=scrypt$5$") } == 2)
        #expect(lines.count { $0.contains("bolt/bo ROTATE hash=scrypt$5$") } == 1)
        for file in try FileManager.default.contentsOfDirectory(atPath: venue.directory) {
            let bytes = FileManager.default.contents(atPath: "\(venue.directory)/\(file)") ?? Data()
            for secret in [password, "new-password-1", "wrong-password"] {
                #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(file) holds \(secret)")
            }
        }
        try FileManager.default.removeItem(atPath: venue.directory)
    }

    @Test(
        "failed logons delay their login at their source alone, longer each time, and are forgotten after a right one"
    )
    func delays() async throws {
        let venue = try await TestVenue.start()
        let guesser = try RawSocket(port: venue.port, from: "127.0.3.1")
        func guess(_ login: String = "member=acme user=li", _ word: String = "wrong-password") throws -> String {
            try guesser.send(Array("LOGON \(login) version=1 password=\(word)\n".utf8))
            return try guesser.readAnswer()
        }
        for _ in 0..<5 { #expect(try guess().contains("LOGON_FAILED")) }
        for delay in [1000, 2000, 4000] {
            #expect(try guess().contains("THROTTLED retry_after=\(delay) "))
            // A right password has to wait like a wrong one: nothing is learnt meanwhile.
            #expect(try guess("member=acme user=li", password).contains("THROTTLED"))
            venue.clock.advance(microseconds: Int64(delay) * 1000)
            #expect(try guess().contains("LOGON_FAILED"))
        }
        // Other logins there, and that login elsewhere, go on; where it has logged on, it waits for seconds at most.
        #expect(try guess("member=acme user=mo").contains("LOGON_FAILED"))
        let honest = try await venue.logOn("acme", "li")
        #expect(try await honest.send("ORDER market=M side=buy qty=1 price=70.00").isOK)
        let local = try await venue.connect()
        for _ in 0..<8 { _ = try await local.send("LOGON member=acme user=li version=1 password=wrong-password") }
        venue.clock.advance(seconds: 4)
        #expect(
            try await local.send("LOGON member=acme user=li version=1 takeover=1 password=\(password)").isOK
        )
        venue.clock.advance(seconds: 901)
        #expect(try guess("member=acme user=mo", password).hasPrefix("OK "))
        guesser.close()
        try await venue.end()
    }

    @Test("a thousand sources guess at once: a member trades on, and logs on again")
    func guessing() async throws {
        let venue = try await TestVenue.start { ($0.limits.sessionQuota, $0.limits.memberQuota) = (nil, nil) }
        let (acme, bolt) = (try await venue.logOn("acme", "li"), try await venue.logOn("bolt", "bo"))
        var sockets: [RawSocket] = []
        for index in 0..<1000 {
            let socket = try RawSocket(port: venue.port, from: "127.1.\(index / 250).\(index % 250 + 1)")
            try socket.send(Array("LOGON member=acme user=li version=1 password=guess-\(index)-word\n".utf8))
            sockets.append(socket)
            guard index.isMultiple(of: 10) else { continue }
            #expect(try await bolt.send("ORDER market=M side=sell qty=1 price=71.00").isOK)
            #expect(try await acme.send("ORDER market=M side=buy qty=1 price=71.00").isOK)
        }
        for socket in sockets {
            let answer = try socket.readAnswer()
            #expect(answer.contains("LOGON_FAILED") || answer.contains("BUSY"), "\(answer)")
        }
        try await acme.close()
        let again = try await venue.connect()
        #expect(
            try await again.send("LOGON member=acme user=li version=1 takeover=1 password=\(password)").isOK
        )
        for socket in sockets { socket.close() }
        try await venue.end()
    }

    @Test(
        "a source has few places before logon, a member few sessions, and the last are for who runs or rules the venue"
    )
    func places() async throws {
        let venue = try await TestVenue.start {
            $0.limits.connectionsMax = 4
            $0.limits.reservedPlaces = 1
            $0.limits.unauthenticatedMax = 2
            $0.limits.memberSessionsMax = 1
        }
        let waiting = try (0..<2).map { _ in try RawSocket(port: venue.port, from: "127.0.4.1") }
        for socket in waiting {
            try socket.send(Array("PING\n".utf8))
            #expect(try socket.readAnswer().hasPrefix("OK"))
        }
        let third = try RawSocket(port: venue.port, from: "127.0.4.1")
        #expect(try third.readLine().contains("code=BUSY"))
        // Who has not logged on makes room for who does, the oldest first.
        let li = try await venue.logOn("acme", "li")
        #expect(try await li.send("STATUS").rows.first { $0["limit"] == "connections" }?["value"] == "4")
        let mo = try await venue.connect()
        #expect(try waiting[0].readAll().isEmpty)
        #expect(
            try await mo.send("LOGON member=acme user=mo version=1 password=\(password)").code == "LIMIT_REACHED"
        )
        #expect(try await mo.send("LOGON member=bolt user=bo version=1 password=\(password)").isOK)
        let ann = try await venue.connect()
        #expect(try waiting[1].readAll().isEmpty)
        #expect(try await ann.send("LOGON member=epa user=ann version=1 password=\(password)").isOK)
        // Sessions have taken every place but the one that is kept.
        let last = try await venue.connect()
        #expect(try await last.send("LOGON member=acme user=mo version=1 password=\(password)").code == "BUSY")
        #expect(try await last.send("LOGON member=operator user=admin version=1 password=\(password)").isOK)
        let late = try RawSocket(port: venue.port, from: "127.0.4.2")
        #expect(try late.readLine().contains("code=BUSY"))
        try await venue.end()
    }

    @Test("connections that say nothing keep nobody out, from however many sources they come")
    func crowd() async throws {
        let venue = try await TestVenue.start { $0.limits.connectionsMax = 40 }
        var crowd: [RawSocket] = []
        for round in 0..<5 {
            for index in 0..<40 { crowd.append(try RawSocket(port: venue.port, from: "127.0.5.\(index % 20 + 1)")) }
            let (member, user) = round.isMultiple(of: 2) ? ("acme", "li") : ("bolt", "bo")
            let client = try await venue.logOn(member, user)
            #expect(try await client.send("LOGOUT").isOK)
        }
        for socket in crowd { socket.close() }
        try await venue.end()
    }

    @Test("every limit that STATUS shows stands in PROTOCOL.md; those that can be set are set by their name")
    func limits() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("PROTOCOL.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        for row in ServerLimits().rows {
            var limits = ServerLimits()
            #expect(text.contains("`\(row.name)`"), "\(row.name)")
            let isSettable = text.contains("`\(row.name)` *")
            #expect(limits.set("\(row.name)", to: 7) == isSettable, "\(row.name)")
            if isSettable { #expect(limits.rows.first { "\($0.name)" == "\(row.name)" }?.value == 7, "\(row.name)") }
        }
        var limits = ServerLimits()
        #expect(!limits.set("line-time", to: 0) && !limits.set("nonsense", to: 1))
        #expect(limits.set("session-rate", to: 0) && limits.sessionQuota == nil)
    }
}
