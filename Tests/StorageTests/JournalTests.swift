import Foundation
import Storage
import Testing
import Seals

@Suite("Journal")
struct JournalTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Writes three batches of 2, 1 and 3 commands.
    private func writeThree() throws {
        let journal = try Journal(directory: directory.path)
        try journal.append(firstCommand: 1, count: 2, payload: Array("one\ntwo\n".utf8))
        try journal.append(firstCommand: 3, count: 1, payload: Array("three\n".utf8))
        try journal.append(firstCommand: 4, count: 3, payload: Array("four\nfive\nsix\n".utf8))
        try journal.close()
    }

    private func read(from command: UInt64 = 1) throws -> [JournalBatch] {
        var batches: [JournalBatch] = []
        try Journal(directory: directory.path, readOnly: true).forEachBatch(fromCommand: command) { batches.append($0) }
        return batches
    }

    /// What reading everything, past the check of the last batch at opening, complains about.
    private func complaint() throws -> JournalError? {
        do {
            _ = try read()
            return nil
        } catch let error as JournalError {
            return error
        }
    }

    @Test("what is appended is read back, in order, from any command")
    func readBack() throws {
        try writeThree()
        let batches = try read()
        #expect(batches.map(\.sequence) == [1, 2, 3])
        #expect(batches.map(\.firstCommand) == [1, 3, 4])
        #expect(batches.map(\.count) == [2, 1, 3])
        #expect(
            batches.map { String(decoding: $0.payload, as: UTF8.self) } == [
                "one\ntwo\n", "three\n", "four\nfive\nsix\n",
            ]
        )
        for (command, first) in [(0, 1), (1, 1), (2, 1), (3, 2), (4, 3), (6, 3)] {
            #expect(try read(from: UInt64(command)).first?.sequence == UInt64(first), "from \(command)")
        }
        #expect(try read(from: 7) == [])
    }

    @Test("the hash chain is what its description says")
    func chain() throws {
        try writeThree()
        let hashes = try directory.rows(
            "journal.db",
            "SELECT lower(hex(prev_hash)), lower(hex(hash)) FROM batch ORDER BY seq"
        )
        var previous = [UInt8](repeating: 0, count: 32)
        for (row, batch) in zip(hashes, try read()) {
            var bytes = previous
            for value in [batch.sequence, batch.epoch, batch.firstCommand, UInt64(batch.count)] {
                withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
            }
            let digest = SHA256.digest(of: bytes + batch.payload)
            #expect(row.hasSuffix("|" + digest.hex))
            previous = digest.bytes
        }
    }

    @Test("each writable open is a new epoch, even if nothing is written")
    func epochs() throws {
        for epoch in 1...3 {
            let journal = try Journal(directory: directory.path)
            #expect(journal.epoch == UInt64(epoch))
            #expect(journal.lastCommand == 0)
            try journal.close()
        }
        #expect(try Journal(directory: directory.path, readOnly: true).epoch == 3)
    }

    @Test("appending goes on after a reopen, and only with the next command")
    func contiguity() throws {
        try writeThree()
        let journal = try Journal(directory: directory.path)
        #expect(journal.lastCommand == 6)
        for (first, count) in [(6, 1), (8, 1), (7, 0)] {
            #expect(throws: JournalError.self) {
                try journal.append(firstCommand: UInt64(first), count: count, payload: [])
            }
        }
        try journal.append(firstCommand: 7, count: 1, payload: [])
        #expect(journal.lastCommand == 7)
        #expect(try read().map(\.epoch) == [1, 1, 1, 2])
    }

    @Test("a second writer is refused until the first has closed")
    func lock() throws {
        let first = try Journal(directory: directory.path)
        let error = #expect(throws: JournalError.self) { try Journal(directory: directory.path) }
        #expect(error?.kind == .locked)
        #expect(error?.message.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true)
        try first.close()
        let second = try Journal(directory: directory.path)
        #expect(second.epoch == 2)
        #expect(throws: JournalError.self) { try first.append(firstCommand: 1, count: 1, payload: []) }
    }

    @Test("reading goes on beside a writer, and writes nothing")
    func readOnly() throws {
        let writer = try Journal(directory: directory.path)
        try writer.append(firstCommand: 1, count: 1, payload: [1])
        let reader = try Journal(directory: directory.path, readOnly: true)
        try writer.append(firstCommand: 2, count: 1, payload: [2])
        var count = 0
        try reader.forEachBatch { count += $0.count }
        #expect(count == 2)
        let error = #expect(throws: JournalError.self) { try reader.append(firstCommand: 3, count: 1, payload: []) }
        #expect(error?.kind == .notWritable)
    }

    @Test("a directory without a journal is named when it is only to be read")
    func missing() throws {
        let error = #expect(throws: JournalError.self) { try Journal(directory: directory.path, readOnly: true) }
        #expect(error?.kind == .missing)
    }

    @Test(
        "a change of any column of a batch is found, and the batch named",
        arguments: [
            "payload = CAST('tHree' || char(10) AS BLOB)", "payload = x''", "epoch = 2", "first_cmd = 2", "n = 2",
            "n = 0", "hash = zeroblob(32)", "hash = x'00'", "prev_hash = zeroblob(32)",
        ]
    )
    func tampering(assignment: String) throws {
        try writeThree()
        try directory.execute("journal.db", "UPDATE batch SET \(assignment) WHERE seq = 2")
        // A broken hash also breaks the link of batch 3, which opening checks: that one is named then.
        let error = try #require(try complaint())
        #expect(error.kind == .damaged)
        #expect(error.batch == (assignment == "hash = zeroblob(32)" || assignment == "n = 2" ? 3 : error.batch))
        #expect(error.batch == 2 || error.batch == 3)
    }

    @Test("a payload cut short, with its hash made to match, breaks the next batch's link")
    func forgery() throws {
        try writeThree()
        let forged = JournalBatch(sequence: 1, epoch: 1, firstCommand: 1, count: 2, payload: Array("one\n".utf8))
        let hash = forged.hash(after: .zero).hex
        try directory.execute("journal.db", "UPDATE batch SET payload = x'6f6e650a', hash = x'\(hash)' WHERE seq = 1")
        #expect(try complaint()?.batch == 2)
    }

    @Test("a batch that is missing inside is found")
    func gap() throws {
        try writeThree()
        try directory.execute("journal.db", "DELETE FROM batch WHERE seq = 1")
        let error = try #require(try complaint())
        #expect(error.kind == .damaged)
    }

    @Test("damage of the last batch stops the opening")
    func lastBatch() throws {
        try writeThree()
        try directory.execute("journal.db", "UPDATE batch SET payload = x'00' WHERE seq = 3")
        let error = #expect(throws: JournalError.self) { try Journal(directory: directory.path) }
        #expect(error?.kind == .damaged)
        #expect(error?.batch == 3)
    }

    @Test("a byte changed in the file itself is found")
    func byteInFile() throws {
        try writeThree()
        let file = directory.path + "/journal.db"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let place = try #require(bytes.range(of: Data("three".utf8)))
        bytes[place.lowerBound] ^= 1
        try bytes.write(to: URL(fileURLWithPath: file))
        #expect(try complaint()?.batch == 2)
    }

    @Test("a file cut in half is refused with a JournalError")
    func truncated() throws {
        let journal = try Journal(directory: directory.path)
        for command in 1...50 {
            try journal.append(
                firstCommand: UInt64(command),
                count: 1,
                payload: [UInt8](repeating: UInt8(command), count: 3000)
            )
        }
        try journal.close()
        let file = directory.path + "/journal.db"
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        try bytes.prefix(bytes.count / 8192 * 4096).write(to: URL(fileURLWithPath: file))
        #expect(try complaint() != nil)
    }

    @Test("a checkpoint empties the log's backlog, and a long log starts over")
    func checkpoint() throws {
        let journal = try Journal(directory: directory.path)
        for command in 1...20 {
            try journal.append(firstCommand: UInt64(command), count: 1, payload: [UInt8](repeating: 7, count: 5000))
        }
        let state = try journal.checkpoint()
        #expect(state.pages > 20)
        #expect(state.pendingPages == 0)
        try journal.checkpoint(restartPages: 10)
        try journal.append(firstCommand: 21, count: 1, payload: [])
        #expect(try journal.checkpoint().pages < 10)
        #expect(try read().count == 21)
    }
}
