import Audit
import Foundation
import GRDB
import Logging
import NIOConcurrencyHelpers
import Permits
import Seals
import Server
import Storage
import Testing
import WeirClient

/// What a server logs.
private final class Notes: Sendable {
    private let lines = NIOLockedValueBox<[String]>([])

    var text: String { lines.withLockedValue { $0.joined(separator: "\n") } }

    var logger: Logger { Logger(label: "test", factory: { [self] _ in Handler(notes: self) }) }

    private struct Handler: LogHandler {
        let notes: Notes
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { notes.lines.withLockedValue { $0.append("\(event.message)") } }
    }
}

@Suite("Files beside the journal: each belongs to it, or is set aside")
struct FollowersTests {
    /// A venue that has stopped, with a trade in it.
    private func venue(orders: Int = 3, laterSeconds: Int64 = 0) async throws -> TestVenue {
        let clock = ManualClock(Timestamp(microseconds: 1_803_895_200_000_000))
        clock.advance(seconds: laterSeconds)
        let venue = try await TestVenue.start(clock: clock) { $0.commandsPerSnapshot = 20 }
        let (acme, bolt) = (try await venue.logOn("acme", "li"), try await venue.logOn("bolt", "bo"))
        for _ in 0..<orders {
            #expect(try await bolt.send("ORDER market=M side=sell qty=5 price=71.20 tif=gtc").isOK)
            #expect(try await acme.send("ORDER market=M side=buy qty=5 price=71.20 tif=gtc").isOK)
        }
        try await venue.server.stop()
        return venue
    }

    private func remove(_ name: String, in directory: String) throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: "\(directory)/\(name)\(suffix)")
        {
            try FileManager.default.removeItem(atPath: "\(directory)/\(name)\(suffix)")
        }
    }

    private func copy(_ name: String, from: String, to directory: String) throws {
        try remove(name, in: directory)
        try FileManager.default.copyItem(atPath: "\(from)/\(name)", toPath: "\(directory)/\(name)")
    }

    /// Starts a venue again, lets settlement come to the end, and holds its files against the journal.
    private func startAgain(_ venue: TestVenue, _ notes: Notes) async throws {
        let expected = try digestOfJournal(venue.directory)
        let again = try await TestVenue.start(directory: venue.directory, clock: venue.clock) {
            $0.logger = notes.logger
        }
        let acme = try await again.logOn("acme", "li")
        #expect(try await acme.send("PRICES").isOK)
        #expect(try await acme.send("CHECKPOINT").isOK)
        #expect(try await acme.send("LOGOUT").isOK)
        try await again.server.stop()
        let journal = try Journal(directory: venue.directory, readOnly: true)
        let settlement = try Settlement(reading: venue.directory)
        #expect(settlement.position == journal.position)
        #expect(try SealedLog.reading(directory: venue.directory).position().applied == journal.position)
        var replay = JournalReplay(of: journal.file)
        try journal.forEachBatch { try replay.run($0) }
        #expect(replay.lastCommand == journal.lastCommand)
        #expect(try digestOfJournal(venue.directory) != expected, "the logon is a command")
    }

    @Test(
        "a file of another venue is set aside, whether that has come further or not",
        arguments: ["snapshots.db", "settlement.db", "log.db", "journal-end.db"],
        [1, 9]
    )
    func stranger(file: String, orders: Int) async throws {
        let (own, other) = (try await venue(), try await venue(orders: orders, laterSeconds: 60))
        defer { for venue in [own, other] { try? FileManager.default.removeItem(atPath: venue.directory) } }
        try copy(file, from: other.directory, to: own.directory)
        let notes = Notes()
        try await startAgain(own, notes)
        #expect(notes.text.contains("\(file): is of another history"))
        #expect(FileManager.default.fileExists(atPath: "\(own.directory)/\(file).aside-1"))
        #expect(try rows(own.directory, "SELECT count(*) FROM trade") == ["3"])
    }

    @Test(
        "a damaged file does not keep a venue from starting, and is made anew",
        arguments: ["snapshots.db", "settlement.db", "log.db", "journal-end.db"],
        ["header", "half", "nothing", "noise", "directory", "table"]
    )
    func damaged(file: String, how: String) async throws {
        let venue = try await venue()
        defer { try? FileManager.default.removeItem(atPath: venue.directory) }
        let path = "\(venue.directory)/\(file)"
        let url = URL(fileURLWithPath: path)
        let before = try SealedLog.reading(directory: venue.directory).checkpoint()
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        var bytes = try Data(contentsOf: url)
        switch how {
        case "header": bytes[3] ^= 1
        case "half": bytes = bytes.prefix(bytes.count / 2)
        case "nothing": bytes = Data()
        case "noise": for index in stride(from: 100, to: bytes.count, by: 97) { bytes[index] ^= 0x55 }
        case "table":
            let tables = [
                "snapshots.db": "state", "settlement.db": "watermark", "log.db": "log", "journal-end.db": "journal_end",
            ]
            let queue = try DatabaseQueue(path: path)
            try await queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA foreign_keys=OFF; UPDATE \(tables[file] ?? "") SET batch_hash = x'00'")
            }
            try queue.close()
            bytes = try Data(contentsOf: url)
        default: break
        }
        try FileManager.default.removeItem(at: url)
        if how == "directory" {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        } else {
            try bytes.write(to: url)
        }
        let notes = Notes()
        try await startAgain(venue, notes)
        if how != "nothing" { #expect(notes.text.contains(file), "\(notes.text)") }
        #expect(try rows(venue.directory, "SELECT count(*) FROM trade") == ["3"])
        // What was signed before the damage is true of the log as it is now.
        let old = try #require(before)
        let size = try #require(UInt64(old.text.split(separator: "\n")[1]))
        let root = try SealedLog.reading(directory: venue.directory).root(size: size)
        #expect(old.text.contains(Data(root.bytes).base64EncodedString()))
    }

    @Test("settlement that is damaged under a running venue is made anew, and trading goes on")
    func damagedWhileRunning() async throws {
        let notes = Notes()
        let venue = try await TestVenue.start { $0.logger = notes.logger }
        let (acme, bolt) = (try await venue.logOn("acme", "li"), try await venue.logOn("bolt", "bo"))
        #expect(try await acme.send("PRICES").isOK)
        // Booking an order into a table that has gone fails.
        let queue = try DatabaseQueue(path: "\(venue.directory)/settlement.db")
        try await queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys=OFF; DROP VIEW feed; DROP TABLE serial_move; DROP TABLE transfer")
        }
        try queue.close()
        #expect(try await bolt.send("ORDER market=M side=sell qty=5 price=71.20 tif=gtc").isOK)
        #expect(try await acme.send("ORDER market=M side=buy qty=5 price=71.20 tif=gtc").isOK)
        var answer = try await acme.send("PRICES")
        while answer.code == "BUSY" { answer = try await acme.send("PRICES") }
        #expect(answer.isOK)
        #expect(try await acme.send("RESUME stream=private from=1").isOK)
        #expect(try rows(venue.directory, "SELECT count(*) FROM trade") == ["1"])
        #expect(notes.text.contains("settlement.db.aside-1"))
        try await venue.end()
    }

    @Test("a snapshot of another layout is passed over, and the journal replayed")
    func otherLayout() async throws {
        let venue = try await venue()
        defer { try? FileManager.default.removeItem(atPath: venue.directory) }
        let store = try SnapshotStore(directory: venue.directory)
        let snapshot = try #require(try store.newest().snapshot)
        var payload = snapshot.payload
        payload[0] ^= 0xFF
        try store.save(Snapshot(position: snapshot.position, payload: payload))
        try store.close()
        let notes = Notes()
        try await startAgain(venue, notes)
        #expect(notes.text.contains("snapshot passed over"))
        #expect(!FileManager.default.fileExists(atPath: "\(venue.directory)/snapshots.db.aside-1"))
    }

    @Test("a start reads the whole journal beside trading, and STATUS says what it found")
    func wholeJournal() async throws {
        let venue = try await venue()
        defer { try? FileManager.default.removeItem(atPath: venue.directory) }
        let queue = try DatabaseQueue(path: "\(venue.directory)/journal.db")
        try await queue.write { db in
            try db.execute(
                sql:
                    "UPDATE batch SET payload = CAST(replace(CAST(payload AS TEXT), 'acme', 'acne') AS BLOB) WHERE seq = 1"
            )
        }
        try queue.close()
        let notes = Notes()
        let again = try await TestVenue.start(directory: venue.directory, clock: venue.clock) {
            $0.logger = notes.logger
        }
        let acme = try await again.logOn("acme", "li")
        var status = try await acme.send("STATUS").line
        while status["damage"] == nil {
            status = try await acme.send("PING").isOK ? try await acme.send("STATUS").line : status
        }
        #expect(status["damage"]?.contains("batch 1") == true && status["checked"] == "0")
        #expect(notes.text.contains("the journal is damaged"))
        try await again.server.stop()
    }
}
