import Foundation
import Seals
import Storage
import Testing

@Suite("Backups")
struct BackupTests {
    /// Runs whatever there is, but for one command.
    private struct Counter: JournalRunner {
        var lastCommand: UInt64 = 0
        var bad: UInt64 = .max
        let begun = Begun()

        final class Begun { var from: UInt64 = 0 }

        mutating func begin(from snapshot: Snapshot) -> Bool {
            (lastCommand, begun.from) = (snapshot.sequence, snapshot.sequence)
            return true
        }

        mutating func run(_ batch: JournalBatch) throws {
            guard batch.lastCommand > lastCommand else { return }
            #expect(batch.firstCommand == lastCommand + 1)
            if (batch.firstCommand...batch.lastCommand).contains(bad) {
                throw JournalError.unrunnable("journal.db", batch, command: bad, "no such verb")
            }
            lastCommand = batch.lastCommand
        }

        func state() -> [UInt8] { Array("state after \(lastCommand)".utf8) }
    }

    private func batches(_ journal: Journal) throws -> [JournalBatch] {
        var batches: [JournalBatch] = []
        try journal.forEachBatch { batches.append($0) }
        return batches
    }

    private func fill(_ journal: Journal, _ counts: [Int]) throws {
        for count in counts {
            let text = String(repeating: "a line of the journal\n", count: count)
            try journal.append(firstCommand: journal.lastCommand + 1, count: count, payload: Array(text.utf8))
        }
    }

    @Test("a backup beside a writer, a second one that adds what is new, and the venue that comes back")
    func incremental() throws {
        let folder = try TemporaryDirectory()
        let file = folder.path + "/backup"
        let journal = try Journal(directory: folder.path + "/venue")
        try fill(journal, [3, 1, 40])
        let first = try Backup.save(folder.path + "/venue", to: file, running: Counter()) { _, _ in }
        #expect(first.copiedBatches == 3)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(first.lastCommand == 44)
        #expect(first.hash == journal.lastHash)
        try fill(journal, [5])
        var reports: [UInt64] = []
        let counter = Counter()
        let second = try Backup.save(folder.path + "/venue", to: file, running: counter) { done, total in
            reports += [done, total]
        }
        #expect(second.copiedBatches == 1)
        #expect(counter.begun.from == 44, "only what is new is run")
        #expect(reports == [44, 49, 49, 49])
        #expect(!FileManager.default.fileExists(atPath: file + "-wal"))

        let restored = try Backup.restore(file, to: folder.path + "/again", running: Counter()) { _, _ in }
        #expect(restored.lastCommand == 49)
        let again = try Journal(directory: folder.path + "/again")
        #expect(try batches(again) == batches(journal))
        #expect(again.lastHash == journal.lastHash)
        // It goes on where the other stood, as its next start.
        #expect(again.epoch == journal.epoch + 1)
        let snapshot = try #require(try SnapshotStore(directory: folder.path + "/again").newest().snapshot)
        #expect(snapshot.payload == Array("state after 49".utf8))
        #expect(try again.match(snapshot.position) == .holds)
        // It is the same journal, under a name of its own from here on.
        #expect(again.id == journal.id && again.history != journal.history)
        #expect(again.end(of: journal.history) == 49)
    }

    @Test("a command that cannot be run is named by its number, and nothing of its batch is in the backup or the venue")
    func unrunnable() throws {
        let folder = try TemporaryDirectory()
        let file = folder.path + "/backup"
        let journal = try Journal(directory: folder.path + "/venue")
        try fill(journal, [3])
        _ = try Backup.save(folder.path + "/venue", to: file, running: Counter()) { _, _ in }
        try fill(journal, [4])
        let error = #expect(throws: JournalError.self) {
            try Backup.save(folder.path + "/venue", to: file, running: Counter(bad: 6)) { _, _ in }
        }
        #expect(error?.description.contains("batch 2: command 6 cannot be run: no such verb") == true)
        #expect(try Journal(reading: file).lastCommand == 3)
        _ = try Backup.save(folder.path + "/venue", to: file, running: Counter()) { _, _ in }
        #expect(throws: JournalError.self) {
            try Backup.restore(file, to: folder.path + "/again", running: Counter(bad: 2)) { _, _ in }
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/again/journal.db"))
    }

    @Test("a backup of another venue, or of a history that went another way, is not added to")
    func otherVenue() throws {
        let folder = try TemporaryDirectory()
        let file = folder.path + "/backup"
        let one = try Journal(directory: folder.path + "/one")
        try fill(one, [3, 2])
        let other = try Journal(directory: folder.path + "/other")
        try fill(other, [4, 2, 2])
        _ = try Backup.save(folder.path + "/one", to: file, running: Counter()) { _, _ in }
        let before = try Data(contentsOf: URL(fileURLWithPath: file))
        let error = #expect(throws: JournalError.self) {
            try Backup.save(folder.path + "/other", to: file, running: Counter()) { _, _ in }
        }
        #expect(error?.description.contains("another venue") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before)
    }

    @Test("a venue that is there is not overwritten, and a file that is no backup is named")
    func refusals() throws {
        let folder = try TemporaryDirectory()
        let journal = try Journal(directory: folder.path + "/venue")
        try fill(journal, [1])
        _ = try Backup.save(folder.path + "/venue", to: folder.path + "/backup", running: Counter()) { _, _ in }
        try journal.close()
        #expect(throws: JournalError.self) {
            try Backup.restore(folder.path + "/backup", to: folder.path + "/venue", running: Counter()) { _, _ in }
        }
        #expect(throws: JournalError.self) {
            try Backup.restore(folder.path + "/nothing", to: folder.path + "/new", running: Counter()) { _, _ in }
        }
        let text = folder.path + "/text"
        try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: text))
        #expect(throws: JournalError.self) {
            try Backup.restore(text, to: folder.path + "/new", running: Counter()) { _, _ in }
        }
        #expect(throws: JournalError.self) {
            try Backup.save(folder.path + "/venue", to: text, running: Counter()) { _, _ in }
        }
    }

    @Test("a byte changed in a backup's batches is refused with the batch's number, and leaves no venue")
    func damage() throws {
        let folder = try TemporaryDirectory()
        let file = folder.path + "/backup"
        let journal = try Journal(directory: folder.path + "/venue")
        try fill(journal, [30, 30, 30])
        _ = try Backup.save(folder.path + "/venue", to: file, running: Counter()) { _, _ in }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let place = try #require(bytes.range(of: Data("a line of".utf8))).lowerBound
        bytes[place] ^= 1
        try bytes.write(to: URL(fileURLWithPath: file))
        let error = #expect(throws: JournalError.self) {
            try Backup.restore(file, to: folder.path + "/again", running: Counter()) { _, _ in }
        }
        #expect(error?.batch != nil)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/again/journal.db"))
    }
}
