import Foundation
import GRDB

/// Why a file cannot be used.
package protocol FileFault: Error, Sendable {
    /// The file concerned.
    var file: String { get }
    /// Whether the file is not what it should be: one that follows the journal is set aside then, and made anew.
    var isDamage: Bool { get }
}

/// Damage that was found by looking.
package struct FoundDamage: FileFault, CustomStringConvertible {
    package let file: String
    private let what: String

    package init(file: String, _ what: String) { (self.file, self.what) = (file, what) }

    package var isDamage: Bool { true }
    package var description: String { "\(file): \(what)" }
}

/// Moves a file that cannot be used out of the way, so that it can be made anew; nothing of it is lost.
package enum SetAside {
    private static let companions = ["", "-wal", "-shm", "-journal"]

    /// Renames a database, or whatever stands in its place, and the files beside it.
    /// - Returns: its new name; nil if there is no such file.
    /// - Throws: what the file system says.
    package static func move(_ file: String) throws -> String? {
        let files = FileManager.default
        let found = companions.filter { files.fileExists(atPath: file + $0) }
        guard !found.isEmpty else { return nil }
        let number = (1...).first { number in
            companions.allSatisfy { !files.fileExists(atPath: name(file, number) + $0) }
        }
        let aside = name(file, number ?? 1)
        for companion in found { try files.moveItem(atPath: file + companion, toPath: aside + companion) }
        return aside
    }

    private static func name(_ file: String, _ number: Int) -> String { "\(file).aside-\(number)" }

    /// Whether an error says that a file is not what it should be, and not that the machine lacks room or is busy.
    static func isDamage(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return !(error is CancellationError) }
        switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_NOMEM, .SQLITE_IOERR, .SQLITE_INTERRUPT: return false
        default: return true
        }
    }
}
