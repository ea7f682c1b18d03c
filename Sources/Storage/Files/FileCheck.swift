import GRDB

/// Looks whether a file has the form of a database, page by page, on a connection of its own that can be interrupted.
package final class FileCheck: Sendable {
    private let file: String
    private let queue: DatabaseQueue

    /// Opens a database for the look alone.
    /// - Throws: what SQLite says.
    package init(_ file: String) throws {
        self.file = file
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "check"
        configuration.busyMode = .timeout(5)
        queue = try DatabaseQueue(path: file, configuration: configuration)
    }

    /// Looks at every page.
    ///
    /// Complexity: the file's size.
    /// - Returns: what is wrong, or nil.
    /// - Throws: what SQLite says if it could not look.
    package func fault() throws -> String? {
        do {
            let faults = try queue.read { try String.fetchAll($0, sql: "PRAGMA quick_check(3)") }.filter { $0 != "ok" }
            return faults.isEmpty ? nil : faults.joined(separator: "; ")
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            return error.message ?? "\(error)"
        }
    }

    /// Ends the look under way, from any thread.
    package func interrupt() { queue.interrupt() }
}
