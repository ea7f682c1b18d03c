/// A line from a venue: its first word and its fields, in order.
package struct ClientLine: Sendable, CustomStringConvertible {
    /// The line as it came, without its line end.
    package let text: String
    /// `OK`, `ERR`, `ROW`, or an event's word.
    package let word: String
    /// The fields; values of quoted fields are unescaped.
    package let fields: [(key: String, value: String)]

    package var description: String { text }

    /// Reads a line.
    package init(_ text: String) {
        self.text = text
        var rest = text[...]
        word = String(rest.prefix { $0 != " " })
        rest = rest.dropFirst(word.count)
        var fields: [(key: String, value: String)] = []
        while true {
            rest = rest.drop { $0 == " " }
            guard let equals = rest.firstIndex(of: "=") else { break }
            let key = String(rest[..<equals])
            rest = rest[rest.index(after: equals)...]
            if rest.first == "\"" {
                fields.append((key, ClientLine.takeString(&rest)))
            } else {
                let value = rest.prefix { $0 != " " }
                fields.append((key, String(value)))
                rest = rest.dropFirst(value.count)
            }
        }
        self.fields = fields
    }

    /// The value of a field.
    package subscript(key: String) -> String? { fields.first { $0.key == key }?.value }

    /// A field as a whole number.
    package func number(_ key: String) -> UInt64? { self[key].flatMap { UInt64($0) } }

    /// Takes a JSON string off the front.
    private static func takeString(_ rest: inout Substring) -> String {
        rest = rest.dropFirst()
        var value = String.UnicodeScalarView()
        while let character = rest.unicodeScalars.popFirst(), character != "\"" {
            guard character == "\\", let escaped = rest.unicodeScalars.popFirst() else {
                value.append(character)
                continue
            }
            guard escaped == "u" else {
                value.append(escaped)
                continue
            }
            let hex = String(rest.prefix(4))
            rest = rest.dropFirst(4)
            if let code = UInt32(hex, radix: 16), let scalar = Unicode.Scalar(code) { value.append(scalar) }
        }
        return String(value)
    }
}

/// The answer to a request.
package struct ClientReply: Sendable {
    /// The `OK` or `ERR` line.
    package let line: ClientLine
    /// The rows of a query.
    package let rows: [ClientLine]

    package var isOK: Bool { line.word == "OK" }
    /// The reject code, if it was refused.
    package var code: String? { isOK ? nil : line["code"] }
}

/// What a client has seen of a venue: the name of its history, and the newest command.
///
/// Kept over a lost connection, it lets `RESUME` tell a venue that was set back from one that goes on.
package struct ClientHistory: Sendable, Equatable {
    package let history: String
    package let sequence: UInt64

    package init(history: String, sequence: UInt64) {
        self.history = history
        self.sequence = sequence
    }
}

/// An event of a private or a market's stream.
package struct ClientEvent: Sendable {
    package let line: ClientLine
    /// `private`, or the market's code.
    package let stream: String
    /// How many events before this one did not arrive; RESUME brings them.
    package let missed: UInt64
}
