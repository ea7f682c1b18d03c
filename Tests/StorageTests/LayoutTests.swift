import Exchange
import Foundation
import GRDB
import OrderBook
import Permits
import Seals
@testable import Storage
import Testing
import Wire

/// What stands on disk is as the kept descriptions say: whoever changes a layout or a schema gives it a new number.
@Suite("Layouts on disk")
struct LayoutTests {
    /// A layout or schema: its number, and what tells all of it.
    struct Form {
        let name: String
        let number: String
        let description: String

        var line: String { "\(name) \(number) \(SHA256.digest(of: Array(description.utf8)).hex)" }
    }

    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("fixtures")

    private static func forms() throws -> [Form] {
        let directory = try TemporaryDirectory()
        let key = Ed25519.PrivateKey(seed: SHA256.digest(of: []))
        _ = try Journal(directory: directory.path)
        _ = try JournalEnd(directory: directory.path)
        _ = try SnapshotStore(directory: directory.path)
        _ = try Settlement(directory: directory.path)
        _ = try SealedLog(directory: directory.path, key: key)
        func schema(_ file: String, _ number: String) throws -> Form {
            let queue = try DatabaseQueue(path: "\(directory.path)/\(file)")
            let sql = try queue.read { database in
                try String.fetchAll(database, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
            }
            return Form(name: file, number: number, description: sql.joined(separator: ";\n"))
        }
        return [
            Form(
                name: "snapshot",
                number: String(Exchange.format & 0xFFFF),
                description: LayoutDescriber.description(of: Exchange.self)
            ),
            Form(name: "book", number: String(Exchange.format & 0xFFFF), description: try bookBytes()),
            try schema("journal.db", String(Journal.formatVersion)),
            try schema("journal-end.db", String(Journal.formatVersion)),
            try schema("snapshots.db", String(Journal.formatVersion)),
            try schema("settlement.db", String(SettlementSchema.older.count + 1)),
            try schema("log.db", String(SealedLog.version)),
        ]
    }

    /// The books after each command of some streams, in hexadecimal digits: their codec is written by hand.
    private static func bookBytes() throws -> String {
        var writer = ByteWriter()
        for name in ["iceberg", "stop-orders", "at-the-close", "limit-price-time-priority", "quote-replace"] {
            var replay = StreamReplay()
            try replay.run(Array(try Data(contentsOf: folder.appendingPathComponent("\(name).stream")))) { _, venue in
                for market in venue.exchange.markets { market.book.encode(to: &writer) }
            }
        }
        return writer.bytes.map { String($0, radix: 16) }.joined(separator: " ")
    }

    @Test("each layout and schema is the one that is kept under its number")
    func kept() throws {
        let forms = try Self.forms()
        let hashes = Self.folder.appendingPathComponent("layouts/hashes")
        let snapshot = Self.folder.appendingPathComponent("layouts/snapshot")
        let kept = (try? String(contentsOf: hashes, encoding: .utf8))?.split(separator: "\n").map(String.init) ?? []
        let writes = ProcessInfo.processInfo.environment["WEIR_WRITE_LAYOUTS"] == "1"
        for form in forms {
            let old = kept.first { $0.hasPrefix("\(form.name) ") }
            let hasOldNumber = old?.hasPrefix("\(form.name) \(form.number) ") ?? false
            #expect(
                old == form.line || (writes && !hasOldNumber),
                "\(form.name) has changed: give it another number, then run WEIR_WRITE_LAYOUTS=1 swift test --filter LayoutTests"
            )
        }
        if writes {
            try (forms.map(\.line).joined(separator: "\n") + "\n").write(to: hashes, atomically: true, encoding: .utf8)
            try forms[0].description.write(to: snapshot, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: snapshot, encoding: .utf8) == forms[0].description)
    }
}
