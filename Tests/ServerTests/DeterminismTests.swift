import Exchange
import Foundation
import Logging
import Permits
import Seals
import Server
import Storage
import Testing
import Wire

@testable import WeirClient

@Suite("The same stream gives the same state")
struct DeterminismTests {
    /// A small seeded generator.
    private struct Random {
        var state: UInt64

        mutating func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
    }

    /// Sends a seeded session of three clients to a venue, and writes it down as a stream file.
    private func session(on venue: TestVenue, seed: UInt64, count: Int) async throws -> String {
        // What a new venue begins with.
        let begins = "venue RESTART rules=\(Exchange.newestRules)"
        var stream = ([begins] + openMarket).map { "\(venue.clock.now) \($0)\n" }.joined()
        var clients: [(sender: String, client: WeirClient)] = []
        for (member, user) in [("acme", "li"), ("acme", "mo"), ("bolt", "bo")] {
            // Time stands until the first one is in: what the venue begins with has its times by then.
            if !clients.isEmpty { venue.clock.advance(seconds: 1) }
            clients.append(("\(member)/\(user)", try await venue.logOn(member, user, cancelOnDisconnect: user == "li")))
            let cancels = user == "li" ? " cod=1" : ""
            stream += "\(venue.clock.now) \(member)/\(user) LOGON member=\(member) user=\(user) version=1\(cancels)\n"
        }
        var random = Random(state: seed)
        for step in 0..<count {
            // By a second at most, so that no timer, all of which are set to whole ones, falls due between two commands.
            venue.clock.advance(seconds: Int64(random.below(2)))
            let (sender, client) = clients[random.below(clients.count)]
            let line = line(step, &random, now: venue.clock.now)
            _ = try await client.send(line)
            stream += "\(venue.clock.now) \(sender) \(line)\n"
        }
        return stream
    }

    private func line(_ step: Int, _ random: inout Random, now: Timestamp) -> String {
        let side = random.below(2) == 0 ? "buy" : "sell"
        let price = "7\(random.below(3)).\(10 + random.below(90))"
        switch random.below(10) {
        case 0: return "CANCEL orig=o\(random.below(step + 1))"
        case 1: return "AMEND orig=o\(random.below(step + 1)) qty=\(1 + random.below(50))"
        case 2: return "QUOTE market=M bid=70.50 bidqty=\(1 + random.below(9)) ask=72.50 askqty=\(1 + random.below(9))"
        case 3: return "DEADMAN timeout=\(random.below(20))"
        case 4:
            let expiry = now.adding(microseconds: Int64(1 + random.below(15)) * Timestamp.microsecondsPerSecond)
            return "ORDER id=o\(step) market=M side=\(side) qty=5 price=\(price) tif=gtd expire=\(expiry)"
        case 5: return "ORDER market=M side=\(side) qty=\(1 + random.below(20)) type=market"
        default: return "ORDER id=o\(step) market=M side=\(side) qty=\(1 + random.below(30)) price=\(price) tif=gtc"
        }
    }

    private func replayDigest(_ stream: String) throws -> Digest {
        var replay = StreamReplay()
        try replay.run(Array(stream.utf8)) { _, _ in }
        return SHA256.digest(of: replay.venue.exchange.stateBytes())
    }

    @Test("sent over TCP by several clients, and replayed from a stream file", arguments: [UInt64(1), 2, 3])
    func overTCP(seed: UInt64) async throws {
        let venue = try await TestVenue.start()
        let stream = try await session(on: venue, seed: seed, count: 300)
        #expect(try digestOfJournal(venue.directory) == replayDigest(stream))
        try await venue.end()
    }

    @Test("recovered from what lay on disk at any moment, with snapshot and without, with settlement and without")
    func recovered() async throws {
        let venue = try await TestVenue.start { $0.commandsPerSnapshot = 50 }
        let stream = try await session(on: venue, seed: 7, count: 300)
        let expected = try replayDigest(stream)
        // The server still runs: nothing has been flushed for our sake, as after kill -9.
        var balances: [Settlement.Balances] = []
        for missing in [
            [], ["snapshots.db"], ["settlement.db"], ["log.db"], ["snapshots.db", "settlement.db", "log.db"],
        ] {
            let copy = try copy(of: venue.directory, without: missing)
            let journal = try Journal(directory: copy)
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            let followers = try Followers(
                directory: copy,
                journal: journal,
                logKey: TestVenue.logKey,
                logger: logger
            )
            let (recovered, settled) = try Recovery.recover(journal: journal, followers: followers, logger: logger)
            let projector = Projector(
                from: settled,
                followers: followers,
                journal: journal,
                configuration: ServerConfiguration(directory: copy, logKey: TestVenue.logKey, logger: logger),
                readers: try Workers.threads().readers,
                onFailure: { Issue.record("\($0)") }
            )
            try projector.start()
            projector.stop()
            #expect(SHA256.digest(of: recovered.exchange.stateBytes()) == expected, "without \(missing)")
            recovered.exchange.checkInvariants()
            balances.append(try followers.settlement.balances())
            try followers.close()
            try journal.close()
            try FileManager.default.removeItem(atPath: copy)
        }
        #expect(balances.dropFirst().filter { $0 != balances[0] }.isEmpty)
        try await venue.end()
    }

    @Test("a venue that starts again after a loss ends the sessions that were live, and their orders with cod=1")
    func restart() async throws {
        let venue = try await TestVenue.start()
        let acme = try await venue.logOn("acme", "li", cancelOnDisconnect: true)
        #expect(try await acme.send("ORDER id=a1 market=M side=sell qty=5 price=72 tif=gtc").isOK)
        let copy = try copy(of: venue.directory, without: [])
        try await venue.end()
        let again = try await TestVenue.start(directory: copy, clock: venue.clock)
        let client = try await again.logOn("acme", "li")
        #expect(try await client.send("ORDERS").rows.isEmpty)
        #expect(try await client.send("STATUS id=a1").line["open"] == "0")
        try await again.end()
    }

    @Test("a journal that ends before what settlement or a snapshot has booked is refused")
    func lostEnd() async throws {
        let venue = try await TestVenue.start { $0.commandsPerSnapshot = 20 }
        let early = try copy(of: venue.directory, without: ["settlement.db", "snapshots.db"])
        let acme = try await venue.logOn("acme", "li")
        for number in 1...30 {
            #expect(try await acme.send("ORDER id=a\(number) market=M side=sell qty=1 price=72 tif=gtc").isOK)
        }
        try await venue.server.stop()
        let all = ["settlement.db", "snapshots.db", "log.db", "journal-end.db"]
        for only in all {
            let late = try copy(of: venue.directory, without: ["journal.db"] + all.filter { $0 != only })
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(
                    atPath: "\(early)/journal.db\(suffix)",
                    toPath: "\(late)/journal.db\(suffix)"
                )
            }
            let error = await #expect(throws: JournalError.self) { try await TestVenue.start(directory: late) }
            #expect(error?.description.contains("\(only) knows of") == true, "by \(only) alone")
            try FileManager.default.removeItem(atPath: late)
        }
        for directory in [early, venue.directory] { try FileManager.default.removeItem(atPath: directory) }
    }

    private func copy(of directory: String, without missing: [String]) throws -> String {
        let copy = TestVenue.temporaryDirectory()
        while true {
            do {
                try FileManager.default.copyItem(atPath: directory, toPath: copy)
                break
            } catch let error as CocoaError where [.fileNoSuchFile, .fileReadNoSuchFile].contains(error.code) {
                // The snapshots' rollback journal has gone in between.
                try FileManager.default.removeItem(atPath: copy)
            }
        }
        for file in missing {
            for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: "\(copy)/\(file)\(suffix)")
            {
                try FileManager.default.removeItem(atPath: "\(copy)/\(file)\(suffix)")
            }
        }
        return copy
    }
}
