import Foundation
import GRDB
import Seals
import Storage
import Testing

/// Every bit of a small journal flipped, every length cut: found, or without effect; never another content.
///
/// A sample by default; all of it with `WEIR_EVERY_BIT=1`.
@Suite("Damage")
struct CorruptionTests {
    private static let isExhaustive = ProcessInfo.processInfo.environment["WEIR_EVERY_BIT"] != nil

    /// What a journal's files hold, or nil if it is refused.
    private func read(_ directory: String) -> [JournalBatch]? {
        do {
            let journal = try Journal(directory: directory, reservesLog: false)
            var batches: [JournalBatch] = []
            try journal.forEachBatch { batches.append($0) }
            try journal.close()
            return batches
        } catch {
            return nil
        }
    }

    private func write(_ files: [String: Data], to directory: String) throws {
        try? FileManager.default.removeItem(atPath: directory)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for (name, bytes) in files { try bytes.write(to: URL(fileURLWithPath: directory + "/" + name)) }
    }

    /// A journal's files: closed, or as a killed process leaves them.
    private func files(_ folder: TemporaryDirectory, batches: Int, isClosed: Bool) throws -> [String: Data] {
        let directory = folder.path + "/venue"
        let journal = try Journal(directory: directory, reservesLog: false)
        for number in 0..<batches {
            let text = String(repeating: "entry \(number) of the journal, with some text\n", count: 20 + number * 7)
            let count = 20 + number * 7
            try journal.append(firstCommand: journal.lastCommand + 1, count: count, payload: Array(text.utf8))
        }
        if isClosed { try journal.close() }
        var files: [String: Data] = [:]
        for name in ["journal.db", "journal.db-wal"] {
            guard let bytes = FileManager.default.contents(atPath: directory + "/" + name) else { continue }
            // The log's reserve is zeros.
            let end = (bytes.lastIndex { $0 != 0 } ?? -1) + 1
            files[name] = name == "journal.db" ? bytes : bytes.prefix(end)
        }
        if !isClosed { try journal.close() }
        return files
    }

    @Test("a closed journal: every bit, every length")
    func closed() throws {
        let folder = try TemporaryDirectory()
        let original = try files(folder, batches: 12, isClosed: true)
        let bytes = try #require(original["journal.db"])
        try write(original, to: folder.path + "/copy")
        let batches = try #require(read(folder.path + "/copy"))
        #expect(batches.count == 12)
        var unseen: [Int] = []
        for bit in stride(from: 0, to: bytes.count * 8, by: CorruptionTests.isExhaustive ? 1 : 509) {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            try write(["journal.db": damaged], to: folder.path + "/copy")
            if let found = read(folder.path + "/copy"), found != batches { unseen.append(bit) }
        }
        #expect(unseen.isEmpty, "of \(bytes.count * 8) bits")
        for count in stride(from: 1, to: bytes.count, by: CorruptionTests.isExhaustive ? 1 : 1021) {
            try write(["journal.db": bytes.prefix(count)], to: folder.path + "/copy")
            if let found = read(folder.path + "/copy"), found != batches { unseen.append(count) }
        }
        #expect(unseen.isEmpty, "of \(bytes.count) lengths")
    }

    @Test("a log that a killed process leaves: every bit, every length; only the last batch may be missing")
    func log() throws {
        let folder = try TemporaryDirectory()
        let original = try files(folder, batches: 6, isClosed: false)
        let bytes = try #require(original["journal.db-wal"])
        try write(original, to: folder.path + "/copy")
        let batches = try #require(read(folder.path + "/copy"))
        #expect(batches.count == 6)
        var unseen: [Int] = []
        for bit in stride(from: 0, to: bytes.count * 8, by: CorruptionTests.isExhaustive ? 1 : 509) {
            var files = original
            files["journal.db-wal"]?[bit / 8] ^= 1 << UInt8(bit % 8)
            try write(files, to: folder.path + "/copy")
            guard let found = read(folder.path + "/copy") else { continue }
            if found != batches, found != batches.dropLast() { unseen.append(bit) }
        }
        #expect(unseen.isEmpty, "of \(bytes.count * 8) bits")
    }

    @Test("a snapshot file: every bit; what is given is what was kept, or it is named as damaged")
    func snapshots() throws {
        let folder = try TemporaryDirectory()
        let store = try SnapshotStore(directory: folder.path)
        var kept: Set<[UInt8]> = []
        for number in 1...2 {
            let payload = Array(String(repeating: "state \(number) ", count: 300).utf8)
            kept.insert(payload)
            try store.save(Snapshot(position: .at(UInt64(number) * 10), payload: payload))
        }
        let bytes = try #require(FileManager.default.contents(atPath: folder.path + "/snapshots.db"))
        var unseen: [Int] = []
        for bit in stride(from: 0, to: bytes.count * 8, by: CorruptionTests.isExhaustive ? 1 : 127) {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            try write(["snapshots.db": damaged], to: folder.path + "/copy")
            do {
                let search = try SnapshotStore(directory: folder.path + "/copy").newest()
                if let payload = search.snapshot?.payload, !kept.contains(payload) { unseen.append(bit) }
            } catch {
                #expect(error.description.contains("snapshots.db"))
            }
        }
        #expect(unseen.isEmpty, "of \(bytes.count * 8) bits")
    }

    /// Every value of every table that has a meaning, read without the code under test.
    private func contents(_ directory: String) throws -> [String] {
        let queue = try DatabaseQueue(path: directory + "/settlement.db")
        return try queue.read { db in
            let tables = try String.fetchAll(
                db,
                sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '*_*_*' ORDER BY name"
            )
            return try tables.flatMap { table in
                try Row.fetchAll(db, sql: "SELECT * FROM \(table)").map { "\(table) \($0)" }
            }
        }
    }

    @Test("a settlement file: sampled bits; what differs from a rebuilt one is named with its table, or is no content")
    func settlement() throws {
        let folder = try TemporaryDirectory()
        var rebuilt: Settlement?
        let lines = Sample.lines(
            (1...9).map { (10 + $0 / 4, $0, 4, "FILL seq=\(10 + $0 / 4) n=\($0) of some length") }
        )
        for name in ["venue", "rebuilt"] {
            let directory = folder.path + "/" + name
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let settlement = try Settlement(directory: directory)
            let entries = Sample.setUp + Sample.transfers + Sample.trades + Sample.orderChanges
            try settlement.apply(entries, lines: lines, through: .at(entries[entries.count - 1].sequence))
            if name == "venue" { try settlement.close() } else { rebuilt = settlement }
        }
        let expected = try #require(rebuilt)
        let bytes = try #require(FileManager.default.contents(atPath: folder.path + "/venue/settlement.db"))
        let copy = folder.path + "/copy"
        try write(["settlement.db": bytes], to: copy)
        let original = try contents(copy)
        #expect(try Settlement(directory: copy).image().differences(from: expected).isEmpty)
        var (unseen, found) = ([Int](), 0)
        for bit in stride(from: 0, to: bytes.count * 8, by: CorruptionTests.isExhaustive ? 257 : 20_011) {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            try write(["settlement.db": damaged], to: copy)
            do {
                let settlement = try Settlement(directory: copy)
                let differences = try settlement.image().differences(from: expected)
                try settlement.close()
                if !differences.isEmpty { found += 1 } else if try contents(copy) != original { unseen.append(bit) }
            } catch {
                found += 1
                #expect("\(error)".contains("settlement.db"))
            }
        }
        #expect(unseen.isEmpty, "of \(bytes.count * 8) bits")
        #expect(found > 0)
    }
}
