import Exchange
import Foundation
import Permits
import Seals
import Server
import Testing
import WeirClient

@Suite("TLS and certificates on real sockets")
struct TransportSecurityTests {
    private func start(_ authority: TestAuthority, handshake: Int64 = 60) async throws -> TestVenue {
        let security = try TransportSecurity(authority.files)
        return try await TestVenue.start {
            $0.security = security
            $0.limits.handshakeSecondsMax = handshake
        }
    }

    private func connect(
        _ venue: TestVenue,
        _ authority: TestAuthority,
        host: String = "127.0.0.1",
        as login: String? = nil,
        from other: TestAuthority? = nil
    ) async throws -> WeirClient {
        let own = login.map { login in
            let name = login.replacing("/", with: "@")
            let folder = other ?? authority
            return (folder.file("\(name).pem"), folder.file("\(name).key"))
        }
        let security = ClientSecurity(authorities: authority.file("authority.pem"), certificate: own)
        return try await WeirClient.connect(host: host, port: venue.port, security: security)
    }

    @Test("a certificate is good for its login alone; the operator and regulators need one beside their password")
    func binding() async throws {
        let authority = try TestAuthority()
        try authority.make(["client", "acme/li", "operator/admin", "epa/ann"])
        let venue = try await start(authority)
        let bare = try await connect(venue, authority)
        #expect(
            try await bare.send("LOGON member=operator user=admin version=1 password=\(password)").code
                == "CERTIFICATE_REQUIRED"
        )
        #expect(
            try await bare.send("LOGON member=epa user=ann version=1 password=\(password)").code
                == "CERTIFICATE_REQUIRED"
        )
        #expect(try await bare.send("LOGON member=bolt user=bo version=1").code == "LOGON_FAILED")
        #expect(try await bare.send("LOGON member=bolt user=bo version=1 password=\(password)").isOK)

        let li = try await connect(venue, authority, as: "acme/li")
        for line in [
            "LOGON member=acme user=mo version=1 password=\(password)", "LOGON member=bolt user=bo version=1",
            "LOGON member=operator user=admin version=1 password=\(password)",
        ] {
            #expect(try await li.send(line).code == "CERTIFICATE_REQUIRED", "\(line)")
        }
        #expect(try await li.send("LOGON member=acme user=li version=1").isOK)
        #expect(try await li.send("ORDER market=M side=buy qty=1 price=70.00").isOK)

        let admin = try await connect(venue, authority, as: "operator/admin")
        #expect(try await admin.send("LOGON member=operator user=admin version=1").code == "LOGON_FAILED")
        #expect(
            try await admin.send("LOGON member=operator user=admin version=1 password=wrong-password").code
                == "LOGON_FAILED"
        )
        #expect(try await admin.send("LOGON member=operator user=admin version=1 password=\(password)").isOK)
        try await venue.end()
        try authority.remove()
    }

    @Test(
        "expired, foreign and revoked client certificates end the handshake; a revocation closes what it hits, without a restart"
    )
    func clients() async throws {
        let authority = try TestAuthority()
        let other = try TestAuthority()
        try authority.make(["client", "acme/li", "bolt/bo"])
        try authority.make(["client", "acme/mo"], until: "20200201000000Z")
        try other.make(["client", "acme/li"])
        let venue = try await start(authority)
        func isRefused(_ login: String, from folder: TestAuthority? = nil) async -> Bool {
            do {
                let client = try await connect(venue, authority, as: login, from: folder)
                // With TLS 1.3 the client is done before the server has looked at its certificate.
                return try await client.send("PING").line.word.isEmpty
            } catch {
                return true
            }
        }
        #expect(await isRefused("acme/mo"))
        #expect(await isRefused("acme/li", from: other))
        let li = try await connect(venue, authority, as: "acme/li")
        let bo = try await connect(venue, authority, as: "bolt/bo")
        #expect(try await li.send("LOGON member=acme user=li version=1").isOK)
        #expect(try await bo.send("LOGON member=bolt user=bo version=1").isOK)

        try authority.make(["revoke", "acme/li"])
        #expect(try venue.server.reloadCertificates() == 1)
        await #expect(throws: ClientError.self) { while try await li.send("PING").isOK {} }
        #expect(await isRefused("acme/li"))
        #expect(try await bo.send("PING").isOK)

        // What does not read changes nothing.
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: authority.file("revoked.pem")))
        #expect(throws: ServerError.self) { try venue.server.reloadCertificates() }
        #expect(await isRefused("acme/li"))
        #expect(try await bo.send("PING").isOK)
        try await venue.end()
        try authority.remove()
        try other.remove()
    }

    @Test("a client refuses a venue whose certificate is expired, of another host or of an unknown authority")
    func servers() async throws {
        let good = try TestAuthority(["weir.example"])
        let expired = try TestAuthority(until: "20200201000000Z")
        var venue = try await start(good)
        await #expect(throws: (any Error).self) { try await connect(venue, good) }
        await #expect(throws: (any Error).self) { try await connect(venue, expired) }
        let named = ClientSecurity(authorities: good.file("authority.pem"), serverName: "weir.example")
        let client = try await WeirClient.connect(host: "127.0.0.1", port: venue.port, security: named)
        #expect(try await client.send("PING").isOK)
        try await venue.end()
        venue = try await start(expired)
        await #expect(throws: (any Error).self) { try await connect(venue, expired) }
        try await venue.end()
        try good.remove()
        try expired.remove()
    }

    @Test("no version below TLS 1.2 and no cipher without forward secrecy and authentication is spoken")
    func downgrade() async throws {
        let authority = try TestAuthority()
        let venue = try await start(authority)
        func answers(_ arguments: [String]) throws -> Bool {
            let (_, text) = try TestAuthority.run(
                "/usr/bin/openssl",
                [
                    "s_client", "-brief", "-connect", "127.0.0.1:\(venue.port)", "-CAfile",
                    authority.file("authority.pem"),
                ]
                    + arguments
            )
            return text.contains("CONNECTION ESTABLISHED")
        }
        #expect(try answers(["-tls1_3"]))
        #expect(try answers(["-tls1_2"]))
        #expect(try answers(["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"]))
        for weak in [
            ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"], ["-tls1", "-cipher", "DEFAULT@SECLEVEL=0"],
            ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"],
            ["-tls1_2", "-cipher", "AES128-GCM-SHA256:AES256-SHA:@SECLEVEL=0"],
            ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"],
        ] {
            #expect(try !answers(weak), "\(weak)")
        }
        try await venue.end()
        try authority.remove()
    }

    @Test("plaintext is refused on every address but loopback, and gets no answer where TLS is spoken")
    func plaintext() async throws {
        await #expect(throws: ServerError.self) { _ = try await TestVenue.start { $0.host = "0.0.0.0" } }
        let authority = try TestAuthority()
        let venue = try await start(authority)
        let socket = try RawSocket(port: venue.port)
        try socket.send(Array("LOGON member=acme user=li version=1 password=\(password)\n".utf8))
        let answer = try socket.readAll()
        #expect(!String(decoding: answer, as: UTF8.self).contains("OK"))
        #expect(try await connect(venue, authority).send("PING").isOK)
        try await venue.end()
        try authority.remove()
    }

    @Test("a handshake that does not go on is closed, and holds up nobody")
    func slowHandshake() async throws {
        let authority = try TestAuthority()
        let venue = try await start(authority, handshake: 2)
        var sockets: [RawSocket] = []
        for _ in 0..<20 {
            let socket = try RawSocket(port: venue.port)
            // The beginning of a record, and no more.
            try socket.send([0x16, 0x03, 0x01, 0x02])
            sockets.append(socket)
        }
        let client = try await connect(venue, authority)
        #expect(try await client.send("PING").isOK)
        for socket in sockets { #expect(try socket.readAll().isEmpty) }
        #expect(try await client.send("PING").isOK)
        try await venue.end()
        try authority.remove()
    }
}
