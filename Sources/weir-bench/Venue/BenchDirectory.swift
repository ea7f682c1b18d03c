import Foundation

/// A data directory for one benchmark, removed afterwards.
enum BenchDirectory {
    /// Its path under `parent`; nothing is made yet.
    static func path(in parent: String) -> String {
        "\(parent)/weir-bench-\(ProcessInfo.processInfo.processIdentifier)"
    }

    /// Runs `body` with it.
    static func with(in parent: String, _ body: (String) throws -> Void) throws {
        let path = path(in: parent)
        try body(path)
        try FileManager.default.removeItem(atPath: path)
    }
}
