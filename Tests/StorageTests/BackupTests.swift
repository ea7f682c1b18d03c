import Foundation
import Seals
import Storage
import Testing

@Suite("Backups")
struct BackupTests {
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
        let first = try Backup.save(folder.path + "/venue", to: file) { _, _ in }
        #expect(first.copiedBatches == 3)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(first.lastCommand == 44)
        #expect(first.hash == journal.lastHash)
        let payload = Array("a state".utf8)
        try SnapshotStore(directory: folder.path + "/venue")
            .save(sequence: 44, digest: SHA256.digest(of: payload), payload: payload)
        try fill(journal, [5])
        var reports: [UInt64] = []
        let second = try Backup.save(folder.path + "/venue", to: file) { done, total in reports += [done, total] }
        #expect(second.copiedBatches == 1)
        #expect(second.snapshot == 44)
        #expect(reports == [44, 49, 49, 49])
        #expect(!FileManager.default.fileExists(atPath: file + "-wal"))

        let restored = try Backup.restore(file, to: folder.path + "/again") { _, _ in }
        #expect(restored.lastCommand == 49)
        #expect(restored.snapshot == 44)
        let again = try Journal(directory: folder.path + "/again")
        #expect(try batches(again) == batches(journal))
        #expect(again.lastHash == journal.lastHash)
        // It goes on where the other stood, as its next start.
        #expect(again.epoch == journal.epoch + 1)
        #expect(try SnapshotStore(directory: folder.path + "/again").newest().snapshot?.payload == payload)
    }

    @Test("a backup of another venue, or of a history that went another way, is not added to")
    func otherVenue() throws {
        let folder = try TemporaryDirectory()
        let file = folder.path + "/backup"
        let one = try Journal(directory: folder.path + "/one")
        try fill(one, [3, 2])
        let other = try Journal(directory: folder.path + "/other")
        try fill(other, [4, 2, 2])
        _ = try Backup.save(folder.path + "/one", to: file) { _, _ in }
        let before = try Data(contentsOf: URL(fileURLWithPath: file))
        let error = #expect(throws: JournalError.self) {
            try Backup.save(folder.path + "/other", to: file) { _, _ in }
        }
        #expect(error?.description.contains("another venue") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before)
    }

    @Test("a venue that is there is not overwritten, and a file that is no backup is named")
    func refusals() throws {
        let folder = try TemporaryDirectory()
        let journal = try Journal(directory: folder.path + "/venue")
        try fill(journal, [1])
        _ = try Backup.save(folder.path + "/venue", to: folder.path + "/backup") { _, _ in }
        try journal.close()
        #expect(throws: JournalError.self) {
            try Backup.restore(folder.path + "/backup", to: folder.path + "/venue") { _, _ in }
        }
        #expect(throws: JournalError.self) {
            try Backup.restore(folder.path + "/nothing", to: folder.path + "/new") { _, _ in }
        }
        let text = folder.path + "/text"
        try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: text))
        #expect(throws: JournalError.self) { try Backup.restore(text, to: folder.path + "/new") { _, _ in } }
        #expect(throws: JournalError.self) { try Backup.save(folder.path + "/venue", to: text) { _, _ in } }
    }

    @Test("a byte changed in a backup's batches is refused with the batch's number, and leaves no venue")
    func damage() throws {
        let folder = try TemporaryDirectory()
        let file = folder.path + "/backup"
        let journal = try Journal(directory: folder.path + "/venue")
        try fill(journal, [30, 30, 30])
        _ = try Backup.save(folder.path + "/venue", to: file) { _, _ in }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let place = try #require(bytes.range(of: Data("a line of".utf8))).lowerBound
        bytes[place] ^= 1
        try bytes.write(to: URL(fileURLWithPath: file))
        let error = #expect(throws: JournalError.self) {
            try Backup.restore(file, to: folder.path + "/again") { _, _ in }
        }
        #expect(error?.batch != nil)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/again/journal.db"))
    }
}
