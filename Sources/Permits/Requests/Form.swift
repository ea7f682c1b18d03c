/// The form of a key's value.
package enum Form: Sendable {
    /// Up to 20 of `[A-Za-z0-9._-]`.
    case code
    /// One of the words.
    case word([String])
    /// A whole number.
    case integer
    /// A decimal number, exact.
    case decimal
    /// `2027-03-01T09:00:00.000000Z`, or a date.
    case time
    /// 0 or 1.
    case flag
    /// A bare token or a JSON string.
    case text
    /// Pairs with a colon between, separated by commas; the text shows one.
    case list(String)
    /// 64 hexadecimal digits, lower case.
    case digest

    /// How `HELP` shows it.
    package var description: String {
        switch self {
        case .code: "CODE"
        case .word(let words): words.joined(separator: "|")
        case .integer: "N"
        case .decimal: "DECIMAL"
        case .time: "TIME"
        case .flag: "0|1"
        case .text: "TEXT"
        case .list(let example): "\(example),…"
        case .digest: "HEX64"
        }
    }

    /// The words of a vocabulary, without some.
    package static func words<W: Word>(_: W.Type, without left: [W] = []) -> Form {
        .word(W.allCases.filter { word in !left.contains { $0.number == word.number } }.map(\.text))
    }
}
