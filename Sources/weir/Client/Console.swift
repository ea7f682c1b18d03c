import Foundation

/// Writing to the terminal: results to standard output, notes to standard error.
enum Console {
    /// Writes bytes as they are.
    static func write(_ bytes: [UInt8]) {
        put(Data(bytes), FileHandle.standardOutput)
    }

    /// Writes a line.
    static func line(_ text: String) {
        write(Array(text.utf8) + [10])
    }

    /// Writes a note that does not belong to the result.
    static func note(_ text: String) {
        put(Data((text + "\n").utf8), FileHandle.standardError)
    }

    /// Writes, or not if the reader is gone: a server stops no less cleanly for that.
    private static func put(_ bytes: Data, _ handle: FileHandle) {
        do { try handle.write(contentsOf: bytes) } catch { return }
    }

    /// Whether notes go to a person.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// A progress bar on standard error, drawn only for a person and only when a whole per cent has passed.
struct ProgressBar {
    private let label: String
    /// What is a hundred per cent.
    var total: UInt64
    private var drawn = -1

    init(_ label: String, total: UInt64) {
        self.label = label
        self.total = total
    }

    mutating func advance(to done: UInt64) {
        guard Console.isTerminal, total > 0 else { return }
        let percent = Int(min(done, total) * 100 / total)
        guard percent != drawn else { return }
        drawn = percent
        let bar = String(repeating: "█", count: percent / 4) + String(repeating: "░", count: 25 - percent / 4)
        FileHandle.standardError.write(Data("\r\(label) \(bar) \(percent) %".utf8))
    }

    func finish() {
        guard Console.isTerminal, drawn >= 0 else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
