import Foundation
import Permits
import Seals
import Storage
import Testing

@Suite("Whose journal a file follows")
struct JournalPositionTests {
    private func journal(_ directory: String, _ text: String, batches: Int) throws -> Journal {
        let journal = try Journal(directory: directory, reservesLog: false)
        for _ in 0..<batches {
            try journal.append(firstCommand: journal.lastCommand + 1, count: 2, payload: Array(text.utf8))
        }
        return journal
    }

    @Test("a position is the journal's own, ahead of it, or another's")
    func match() throws {
        let folder = try TemporaryDirectory()
        let own = try journal(folder.path + "/own", "a\nb\n", batches: 3)
        let other = try journal(folder.path + "/other", "c\nd\n", batches: 5)
        var positions: [JournalPosition] = []
        try own.forEachBatch { _, position in positions.append(position) }
        #expect(positions.map(\.command) == [2, 4, 6] && positions.last == own.position)
        for position in positions { #expect(try own.match(position) == .holds) }
        #expect(try own.match(.start) == .holds)
        #expect(try own.position(at: 4) == positions[1])
        // Within a batch it is that of the batch.
        #expect(try own.position(at: 3).hash == positions[1].hash)
        for command in [2, 4, 10] as [UInt64] {
            #expect(try own.match(other.position(at: command)) == .differs)
        }
        var ahead = own.position
        ahead.command += 2
        #expect(try own.match(ahead) == .isAhead)
        var inside = positions[1]
        inside.command = 3
        #expect(try own.match(inside) == .holds)
        inside.command = 5
        #expect(try own.match(inside) == .differs)
    }

    @Test("a directory that was set back goes on under another name, which tells how far the old one is true")
    func setBack() throws {
        let folder = try TemporaryDirectory()
        let before = try journal(folder.path + "/venue", "a\nb\n", batches: 2)
        try before.checkpoint(restartPages: 0)
        try FileManager.default.copyItem(atPath: folder.path + "/venue", toPath: folder.path + "/copy")
        for _ in 0..<2 {
            try before.append(firstCommand: before.lastCommand + 1, count: 2, payload: Array("c\nd\n".utf8))
        }
        #expect(before.lastCommand == 8)
        let after = try journal(folder.path + "/copy", "e\nf\n", batches: 3)
        #expect(after.id == before.id && after.history != before.history)
        #expect(after.end(of: before.history) == 4)
        #expect(after.end(of: after.history) == UInt64(Int64.max))
        #expect(before.end(of: after.history) == nil)
        #expect(try after.match(before.position) == .differs)
    }

    @Test("what is set aside lies under a new name, with what was beside it, as often as it happens")
    func setAside() throws {
        let folder = try TemporaryDirectory()
        let file = folder.path + "/settlement.db"
        #expect(try SetAside.move(file) == nil)
        for number in 1...2 {
            for suffix in ["", "-wal"] { try Data("\(number)".utf8).write(to: URL(fileURLWithPath: file + suffix)) }
            #expect(try SetAside.move(file) == file + ".aside-\(number)")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(
            names == [
                "settlement.db.aside-1", "settlement.db.aside-1-wal", "settlement.db.aside-2",
                "settlement.db.aside-2-wal",
            ]
        )
    }
}
