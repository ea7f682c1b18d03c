import SwiftCSV
import Synchronization

/// A language of the site.
enum Language: String, CaseIterable {
    case english = "en"
    case chinese = "zh"

    /// What its addresses begin with.
    var base: String { self == .english ? "" : "/zh" }
}

/// The site's words in one language: the table `words.csv`, by key.
struct Phrases: Sendable {
    let language: Language
    private let texts: [String: String]

    /// The words of a language.
    /// - Throws: if the table is not one of `key`, `en` and `zh`.
    init(_ language: Language) throws {
        self.language = language
        let table = try NamedCSV(
            string: String(decoding: PackageResources.words_csv, as: UTF8.self),
            delimiter: .comma,
            loadColumns: false
        )
        texts = Dictionary(
            table.rows.map { ($0["key"] ?? "", $0[language.rawValue] ?? "") },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The text of a key, with `%1`, `%2` … replaced; a key that is not in the table stands for itself.
    func callAsFunction(_ key: String, _ values: String...) -> String {
        var text = texts[key] ?? key
        for (place, value) in values.enumerated() { text = text.replacing("%\(place + 1)", with: value) }
        return text
    }

    /// A word of the protocol, such as `open` or `self-trade`, in the language; as it is where the table has none.
    func word(_ word: String) -> String { texts["word." + word] ?? word }

    /// What a column's heading says.
    func heading(_ column: String) -> String { texts["head." + column] ?? column }
}
