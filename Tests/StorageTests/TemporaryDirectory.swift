import Foundation
import GRDB
import Permits
import Seals
import Storage

/// A directory of its own for one test, removed at the end.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "weir-storage-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Runs SQL on a file through a connection of its own.
    func execute(_ file: String, _ sql: String) throws {
        let queue = try DatabaseQueue(path: path + "/" + file)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// The rows of a query as text: columns joined by `|`, NULL as `-`.
    func rows(_ file: String, _ sql: String) throws -> [String] {
        let queue = try DatabaseQueue(path: path + "/" + file)
        defer { try? queue.close() }
        return try queue.read { db in
            try Row.fetchAll(db, sql: sql).map { row in
                row.databaseValues.map { $0.isNull ? "-" : "\($0)" }.map {
                    $0.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
                }.joined(separator: "|")
            }
        }
    }
}

extension JournalPosition {
    /// Behind a command of a journal that the test does not have.
    static func at(_ command: UInt64) -> JournalPosition {
        JournalPosition(
            journal: HistoryID(rawValue: 7),
            command: command,
            hash: SHA256.digest(of: [UInt8(command & 255)])
        )
    }
}
