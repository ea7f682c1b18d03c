import Foundation

/// Reads lines from a terminal with history and completion.
struct LineEditor {
    private let prompt: String
    private let completions: (String) -> [String]
    private var history: [String] = []

    init(prompt: String, completions: @escaping (String) -> [String]) {
        self.prompt = prompt
        self.completions = completions
    }

    /// Reads a line; nil at the end of input.
    mutating func readLine() -> String? {
        let saved = Terminal.makeRaw()
        defer { Terminal.restore(saved) }
        var line = Line()
        var place = history.count
        draw(line)
        while let key = Terminal.readKey() {
            switch key {
            case .enter:
                Terminal.write("\r\n")
                if !line.text.isEmpty, history.last != line.text { history.append(line.text) }
                return line.text
            case .end:
                guard line.text.isEmpty else { continue }
                Terminal.write("\r\n")
                return nil
            case .interrupt: line = Line()
            case .up where place > 0:
                place -= 1
                line = Line(history[place])
            case .down where place < history.count:
                place += 1
                line = Line(place < history.count ? history[place] : "")
            case .tab: complete(&line)
            case .left: line.cursor = max(0, line.cursor - 1)
            case .right: line.cursor = min(line.characters.count, line.cursor + 1)
            case .home: line.cursor = 0
            case .lineEnd: line.cursor = line.characters.count
            case .backspace where line.cursor > 0:
                line.cursor -= 1
                line.characters.remove(at: line.cursor)
            case .character(let character):
                line.characters.insert(character, at: line.cursor)
                line.cursor += 1
            case .up, .down, .backspace, .other: break
            }
            draw(line)
        }
        return nil
    }

    /// Reads a line without showing it.
    static func readSecret(_ prompt: String) -> String? {
        let saved = Terminal.makeRaw()
        defer { Terminal.restore(saved) }
        Terminal.write(prompt)
        var secret = ""
        while let key = Terminal.readKey() {
            switch key {
            case .enter:
                Terminal.write("\r\n")
                return secret
            case .end, .interrupt: return nil
            case .backspace: if !secret.isEmpty { secret.removeLast() }
            case .character(let character): secret.append(character)
            default: break
            }
        }
        return nil
    }

    private struct Line {
        var characters: [Character]
        var cursor: Int
        var text: String { String(characters) }

        init(_ text: String = "") {
            characters = Array(text)
            cursor = characters.count
        }
    }

    private func draw(_ line: Line) {
        let back = line.characters.count - line.cursor
        Terminal.write("\r\u{1B}[K\(prompt)\(line.text)" + (back > 0 ? "\u{1B}[\(back)D" : ""))
    }

    /// Completes as far as all candidates agree, and lists them when that is no further.
    private func complete(_ line: inout Line) {
        let before = String(line.characters[..<line.cursor])
        let found = completions(before)
        guard let first = found.first else { return }
        let common = found.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
        let word = before.split(separator: " ", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        if common.count > word.count {
            line.characters.replaceSubrange(line.cursor - word.count..<line.cursor, with: Array(common))
            line.cursor += common.count - word.count
        } else if found.count > 1 {
            Terminal.write(
                "\r\n" + found.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "  ") + "\r\n"
            )
        }
    }
}

/// The terminal without its own line editing.
enum Terminal {
    enum Key {
        case character(Character)
        case enter, end, interrupt, tab, backspace, up, down, left, right, home, lineEnd, other
    }

    /// Turns echo and line buffering off; gives what was set before.
    static func makeRaw() -> termios {
        var saved = termios()
        tcgetattr(STDIN_FILENO, &saved)
        var raw = saved
        raw.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(STDIN_FILENO, TCSANOW, &raw)
        return saved
    }

    static func restore(_ saved: termios) {
        var saved = saved
        tcsetattr(STDIN_FILENO, TCSANOW, &saved)
    }

    static func write(_ text: String) { Console.write(Array(text.utf8)) }

    /// Reads a key; nil at the end of input.
    static func readKey() -> Key? {
        guard let byte = readByte() else { return nil }
        switch byte {
        case 10, 13: return .enter
        case 1: return .home
        case 3: return .interrupt
        case 4: return .end
        case 5: return .lineEnd
        case 8, 127: return .backspace
        case 9: return .tab
        case 27: return escapeSequence()
        case 32...: return character(byte)
        default: return .other
        }
    }

    private static func readByte() -> UInt8? {
        var byte: UInt8 = 0
        return read(STDIN_FILENO, &byte, 1) == 1 ? byte : nil
    }

    private static func escapeSequence() -> Key? {
        guard let bracket = readByte(), bracket == UInt8(ascii: "[") || bracket == UInt8(ascii: "O") else {
            return .other
        }
        switch readByte() {
        case UInt8(ascii: "A"): return .up
        case UInt8(ascii: "B"): return .down
        case UInt8(ascii: "C"): return .right
        case UInt8(ascii: "D"): return .left
        case UInt8(ascii: "H"): return .home
        case UInt8(ascii: "F"): return .lineEnd
        default: return .other
        }
    }

    /// Reads the rest of a UTF-8 character.
    private static func character(_ first: UInt8) -> Key? {
        var bytes = [first]
        let more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0
        for _ in 0..<more {
            guard let byte = readByte() else { return nil }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self).first.map { .character($0) } ?? .other
    }
}
