import Exchange
import Foundation
import GRDB
import Logging
import Permits
import Seals
import Server
import Synchronization
import Testing
import WeirClient

/// What the server has logged.
private final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct KeepingLogHandler: LogHandler {
    let kept: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { kept.add("\(event.message) \(String(describing: event.metadata))") }
}

@Suite("An auction day over TCP")
struct AuctionDayTests {
    private static let bidders = 200
    private let secret = AuctionSecret(SHA256.digest(of: Array("an auction's secret".utf8)))

    private struct Bid {
        let member: String
        let price: String
        let quantity: Int
    }

    /// Prices that stand nowhere else: 83.0007 would not be one, so each is a different number of cents.
    private let bids: [Bid] = (0..<AuctionDayTests.bidders).map { index in
        let cents = 8311 + (index * 37) % 199
        return Bid(
            member: "b\(index)",
            price: "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)",
            quantity: 10 + index % 7
        )
    }

    private func opening() -> [String] {
        openMarket
            + bids.flatMap { bid in
                [
                    "operator MEMBER member=\(bid.member) role=participant name=\"Bidder\"",
                    "operator LOGIN member=\(bid.member) user=u hash=\(passwordHash)",
                    "operator DEPOSIT member=\(bid.member) currency=EUR amount=5000",
                ]
            }
    }

    /// Every file of the data directory, and of a copy of it as a backup would take it.
    private func stored(_ directory: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for file in try FileManager.default.subpathsOfDirectory(atPath: directory) {
            // Runs of zeros, such as the room in the journal's log, shortened: they hold nothing and take long to search.
            let content = [UInt8](FileManager.default.contents(atPath: "\(directory)/\(file)") ?? Data())
            bytes += content.split(separator: 0).joined(separator: [0])
        }
        return bytes
    }

    private func expectNoPrices(in text: String, _ place: String) {
        for bid in bids {
            let cents = bid.price.replacingOccurrences(of: ".", with: "")
            #expect(!text.contains(bid.price), "\(place) has \(bid.price)")
            #expect(!text.contains("\(cents):"), "\(place) has \(cents)")
        }
    }

    @Test("announced, 200 bids, a restart, closed at its time, cleared, settled; no price anywhere before the close")
    func auctionDay() async throws {
        let clock = ManualClock(Timestamp(microseconds: 1_803_895_200_000_000))
        let logs = LogLines()
        let adjust: (inout ServerConfiguration) -> Void = { configuration in
            configuration.logger = Logger(label: "test", factory: { _ in KeepingLogHandler(kept: logs) })
            configuration.logger.logLevel = .trace
        }
        var venue = try await TestVenue.start(opening(), clock: clock, adjust: adjust)
        var regulator = try await venue.logOn("epa", "ann")
        #expect(try await regulator.send("SUBSCRIBE market=auctions").isOK)
        let opens = clock.now.adding(microseconds: 3600 * 1_000_000)
        let closes = opens.adding(microseconds: 3600 * 1_000_000)
        let announced = try await regulator.send(
            "AUCTION auction=A program=CO2 vintage=2027 supply=1000 lot=1 reserve=50 opens=\(opens) closes=\(closes) "
                + "rules=uk key=\(secret.publicKey.hex) commit=\(secret.commitment.hex)"
        )
        #expect(announced.isOK, "\(announced.line.text)")

        clock.set(opens)
        for bid in bids {
            let client = try await venue.logOn(bid.member, "u")
            let lines = [
                "GUARANTEE auction=A amount=2000",
                "BID id=b auction=A steps=\(bid.price):\(bid.quantity) nonce=\(bid.member)-0123456789abcdef0123",
                "BIDS auction=A", "ACCOUNT", "AUCTIONS", "STATUS id=b",
            ]
            let replies = try await client.sendAll(lines)
            let refused = replies.filter { !$0.isOK }.map(\.line.text)
            #expect(refused.isEmpty, "\(refused)")
            expectNoPrices(
                in: replies.flatMap { [$0.line.text] + $0.rows.map(\.text) }.joined(separator: "\n"),
                "a reply"
            )
            #expect(try await client.send("RESULT auction=A").code == "WRONG_PHASE")
            try await client.close()
        }

        // A restart in the middle of the window.
        try await venue.server.stop()
        expectNoPrices(in: String(decoding: try stored(venue.directory), as: UTF8.self), "the data directory")
        venue = try await TestVenue.start(directory: venue.directory, clock: clock, adjust: adjust)
        expectNoPrices(
            in: String(decoding: try stored(venue.directory), as: UTF8.self),
            "the data directory after a restart"
        )
        expectNoPrices(in: logs.text, "the log")
        regulator = try await venue.logOn("epa", "ann")
        #expect(try await regulator.send("SUBSCRIBE market=auctions").isOK)
        #expect(try await regulator.send("OPENBIDS auction=A secret=\(secret.secret.hex)").code == "WRONG_PHASE")

        clock.set(closes)
        let late = try await venue.logOn("b0", "u")
        #expect(
            try await late.send("BID auction=A steps=99.00:10 nonce=0123456789abcdef0123456789").code == "WRONG_PHASE"
        )
        #expect(try await regulator.send("OPENBIDS auction=A secret=\(secret.secret.hex)").isOK)
        let phases = try await phases(regulator, until: "settled")
        #expect(phases == ["closed", "settled"])
        try await checkResult(regulator)
        try await venue.server.stop()
        try await checkSettlement(venue)
    }

    private func phases(_ client: WeirClient, until last: String) async throws -> [String] {
        var phases: [String] = []
        for await event in client.events where event.line.word == "AUCTION" {
            phases.append(event.line["phase"] ?? "")
            #expect(event.missed == 0)
            if phases.last == last { break }
        }
        return phases
    }

    /// The price is that of the thousandth permit of the bids sorted by price.
    private func checkResult(_ client: WeirClient) async throws {
        let result = try await client.send("RESULT auction=A")
        let sorted = bids.sorted { $0.price > $1.price }
        var sum = 0
        let lowest = sorted.first { bid in
            sum += bid.quantity
            return sum >= 1000
        }
        #expect(result.line["price"] == lowest?.price)
        #expect(result.line["sold"] == "1000")
        #expect(result.rows.count == AuctionDayTests.bidders)
        #expect(result.rows.reduce(0) { $0 + ($1.number("won") ?? 0) } == 1000)
        for (row, bid) in zip(result.rows, bids) where bid.price > lowest?.price ?? "" {
            #expect(row.number("won") == UInt64(bid.quantity))
        }
    }

    private func checkSettlement(_ venue: TestVenue) async throws {
        let database = try DatabaseQueue(path: "\(venue.directory)/settlement.db")
        let (sold, won, paid, received) = try await database.read { db in
            (
                try Int.fetchOne(db, sql: "SELECT sold FROM auction_result WHERE auction = 'A'"),
                try Int.fetchOne(db, sql: "SELECT SUM(won) FROM auction_step"),
                try Int.fetchOne(db, sql: "SELECT SUM(paid) FROM auction_step"),
                try Int.fetchOne(db, sql: "SELECT SUM(amount) FROM transfer WHERE kind = 'payment'")
            )
        }
        try database.close()
        // What was looked for before the close is there after it.
        let text = String(decoding: try stored(venue.directory), as: UTF8.self)
        #expect(bids.allSatisfy { text.contains("price=\($0.price)") })
        #expect(sold == 1000 && won == 1000)
        #expect(paid == received)
        let restarted = try await TestVenue.start(directory: venue.directory, clock: venue.clock)
        let client = try await restarted.logOn("epa", "ann")
        #expect(try await client.send("RESULT auction=A").line["sold"] == "1000")
        try await restarted.end()
    }
}
