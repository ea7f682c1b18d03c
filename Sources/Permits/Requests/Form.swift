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
    /// A code of ISO 4217.
    case currency

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
        case .currency: "CURRENCY"
        }
    }

    /// A value for an example.
    func example(of key: Key) -> String {
        switch (self, key) {
        case (.code, .member), (.code, .to): "acme"
        case (.code, .user): "anna"
        case (.code, .program): "CO2"
        case (.code, .market): "CO2-27"
        case (.code, .facility): "mill"
        case (.code, .verifier): "tuv"
        case (.code, .auction): "A1"
        case (.code, .compact): "canal"
        case (.code, _): "x"
        case (.text, _): "\"…\""
        case (.word(let words), _): words[0]
        case (.integer, .vintage), (.integer, .period): "2027"
        case (.integer, .qty), (.integer, .supply): "100"
        case (.integer, _), (.flag, _): "1"
        case (.decimal, _): "71.25"
        case (.time, _): "2027-12-31T23:00:00Z"
        case (.list(let example), _): example
        case (.digest, _): String(repeating: "a", count: 64)
        case (.currency, _): "EUR"
        }
    }

    /// The words of a vocabulary, without some.
    package static func words<W: Word>(_: W.Type, without left: [W] = []) -> Form {
        .word(W.allCases.filter { word in !left.contains { $0.number == word.number } }.map(\.text))
    }
}
