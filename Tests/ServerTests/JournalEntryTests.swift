import Exchange
import Foundation
import Permits
import Server
import Storage
import Testing
import WeirClient
import Wire

@Suite("What is journalled always replays")
struct JournalEntryTests {
    @Test("a journal names the rules that it was written under, and unknown ones do not run")
    func rules() async throws {
        let venue = try await TestVenue.start()
        try await venue.server.stop()
        var lines: [String] = []
        var replay = StreamReplay()
        let journal = try Journal(directory: venue.directory, readOnly: true)
        try journal.forEachBatch { batch in
            try replay.run(batch.payload) { step, _ in lines.append(String(decoding: step.entry.line, as: UTF8.self)) }
        }
        #expect(lines.first == "RESTART rules=\(Exchange.newestRules)")
        let time = replay.time
        let error = #expect(throws: StreamError.self) {
            try replay.run(Array("\(time) venue RESTART rules=\(Exchange.newestRules + 1)\n".utf8)) { _, _ in }
        }
        #expect(error?.message.contains("rules \(Exchange.newestRules + 1)") == true)
        try FileManager.default.removeItem(atPath: venue.directory)
    }

    @Test("requests in one packet with a logon by certificate stand whole in the journal, which starts again")
    func pipelined() async throws {
        let authority = try TestAuthority()
        try authority.make(["client", "acme/li"])
        let security = try TransportSecurity(authority.files)
        let venue = try await TestVenue.start { $0.security = security }
        let client = try await WeirClient.connect(
            host: "127.0.0.1",
            port: venue.port,
            security: ClientSecurity(
                authorities: authority.file("authority.pem"),
                certificate: (authority.file("acme@li.pem"), authority.file("acme@li.key"))
            )
        )
        // All of it is sent before anything is answered.
        async let logon = client.send("LOGON member=acme user=li version=1")
        async let order = client.send("ORDER id=x market=M side=buy qty=1 price=70.00 tif=gtc")
        async let ping = client.send("PING")
        #expect(try await logon.isOK)
        #expect(try await order.isOK)
        #expect(try await ping.isOK)
        try await venue.server.stop()
        var replay = StreamReplay()
        var lines: [String] = []
        let journal = try Journal(directory: venue.directory, readOnly: true)
        try journal.forEachBatch { batch in
            try replay.run(batch.payload) { step, _ in lines.append(String(decoding: step.entry.line, as: UTF8.self)) }
        }
        #expect(lines.contains { $0.hasPrefix("ORDER id=x ") })
        #expect(replay.venue.exchange.sequence == journal.lastCommand)
        try authority.remove()
        try FileManager.default.removeItem(atPath: venue.directory)
    }

    @Test("an entry is read back as the request that it was made of, and is refused if it is not")
    func readBack() throws {
        var replay = StreamReplay()
        let seed = """
            2027-03-01T08:00:00Z venue MEMBER member=operator role=operator name=O
            +0s operator MEMBER member=acme role=participant name=A
            +0s operator LOGIN member=acme user=li hash=x
            +0s operator LOGIN member=operator user=root hash=x

            """
        try replay.run(Array(seed.utf8)) { _, _ in }
        var venue = replay.venue
        let time = venue.exchange.now
        func entry(_ text: String) throws -> StreamEntry {
            let entry = try StreamEntry.parse(Array("+0s \(text)".utf8).span, after: time)
            return try #require(entry)
        }
        let good = try entry("acme/li MASSCANCEL id=a")
        guard case .command(let request) = try venue.prepare(good) else { throw StreamError("not a command") }
        var writer = JournalEntryWriter()
        var payload: [UInt8] = []
        writer.append(request, line: good.line.span, members: venue.exchange.members, to: &payload)
        #expect(String(decoding: payload, as: UTF8.self) == "2027-03-01T08:00:00.000000Z acme/li MASSCANCEL id=a\n")
        #expect(venue.entryFault(of: request, line: good.line.span) == nil)
        #expect(venue.readBackFault(of: request, entry: payload) == nil)
        // What stood in journals that no venue could start on, and what never may.
        for text in [
            "MASSCANCEL id=a\n", "2027-03-01T08:00:00.000000Z acme/li MASSCANCEL id=b\n",
            "2027-03-01T08:00:00.000000Z operator/root MASSCANCEL id=a\n",
            "2027-03-01T08:00:00.000000Z acme/li MASSCANCEL id=a\n\n", "# MASSCANCEL id=a\n",
            "2027-03-01T07:00:00.000000Z acme/li MASSCANCEL id=a\n",
            "2027-03-01T08:00:00.000000Z acme/li MASSCANCEL id=a",
        ] { #expect(venue.readBackFault(of: request, entry: Array(text.utf8)) != nil, "\(text)") }
        for line in ["", " MASSCANCEL", "#", String(repeating: "A", count: Limits.lineBytesMax + 1)] {
            #expect(venue.entryFault(of: request, line: Array(line.utf8).span) != nil, "\(line.prefix(20))")
        }
        let (operatorCode, rootCode) = (try #require(Code("operator")), try #require(Code("root")))
        let root = try #require(venue.lookUp(member: operatorCode, user: rootCode))
        let foreign = Request(
            time: time,
            member: request.member,
            user: root.1,
            verb: request.verb,
            id: request.id,
            contentHash: request.contentHash,
            command: request.command
        )
        #expect(venue.entryFault(of: foreign, line: good.line.span) != nil)
    }
}
