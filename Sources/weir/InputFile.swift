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

    /// Reads a text.
    /// - Throws: `CommandError` if it is no UTF-8, with the line and the byte in it: what a spreadsheet saves in another encoding
    ///   would make one name of two.
    static func text(_ path: String) throws -> String {
        let bytes = [UInt8](try read(path))
        do throws(UTF8.ValidationError) { _ = try UTF8Span(validating: bytes.span) } catch {
            let before = bytes[..<error.byteOffsets.lowerBound]
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let column = before.count - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)
            let file = path == "-" ? "standard input" : path
            throw CommandError("\(file), line \(line), byte \(column): this is no UTF-8; save the file as UTF-8")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
