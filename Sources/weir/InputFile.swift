import Foundation

/// A file that a subcommand reads whole; `-` is standard input.
enum InputFile {
    /// Reads it.
    /// - Throws: `CommandError` with what is wrong.
    static func read(_ path: String) throws -> Data {
        do {
            return
                try path == "-"
                ? FileHandle.standardInput.readToEnd() ?? Data() : Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandError("\(path == "-" ? "standard input" : path) cannot be read: \(error.localizedDescription)")
        }
    }
}
