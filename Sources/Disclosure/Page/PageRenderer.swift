import Mustache
import Permits

/// Makes pages of templates.
struct PageRenderer: Sendable {
    private let library: MustacheLibrary
    let phrases: [Language: Phrases]

    /// Reads the templates and the words, which are part of the program.
    /// - Throws: if one of them is not right, which a test would have found.
    init() throws {
        let sources: [(String, [UInt8])] = [
            ("page", PackageResources.page_mustache), ("cell", PackageResources.cell_mustache),
            ("facts", PackageResources.facts_mustache), ("table", PackageResources.table_mustache),
            ("live", PackageResources.live_mustache), ("proof", PackageResources.proof_mustache),
            ("certificate", PackageResources.certificate_mustache), ("search", PackageResources.search_mustache),
            ("terms", PackageResources.terms_mustache),
        ]
        var library = MustacheLibrary()
        for (name, bytes) in sources { try library.register(String(decoding: bytes, as: UTF8.self), named: name) }
        self.library = library
        phrases = try Dictionary(uniqueKeysWithValues: Language.allCases.map { ($0, try Phrases($0)) })
    }

    /// The words of a language.
    func say(_ language: Language) -> Phrases {
        guard let words = phrases[language] else { preconditionFailure("no words in \(language)") }
        return words
    }

    /// A page as HTML; `path` is its address without the language, `sequence` the last command that it knows of.
    func html(_ page: Page, _ language: Language, path: String, sequence: Int64, now: Timestamp) -> String {
        let say = say(language)
        let other: Language = language == .english ? .chinese : .english
        let parts = ["front", "agreements", "members", "retirements", "log", "data"]
        let context: [String: Any] = [
            "lang": language == .english ? "en" : "zh-Hans",
            "title": page.title,
            "lead": page.lead.map { [$0] } ?? [],
            "crumbs": page.crumbs.isEmpty ? [] : [["list": page.crumbs]],
            "live": page.live.map { [$0] } ?? [],
            "parts": parts.map { part -> [String: Any] in
                [
                    "text": say("part." + part), "href": language.base + (part == "front" ? "/" : "/\(part)"),
                    "current": part == page.part,
                ]
            },
            "sections": page.sections.filter { !$0.isEmpty },
            "home": language.base + "/",
            "skip": say("skip"),
            "navigation": say("navigation"),
            "otherLanguage": say("other.language"),
            "otherLang": other == .english ? "en" : "zh-Hans",
            "otherHref": other.base + (path.isEmpty ? "/" : path),
            "footer": say("footer"),
            "asOf": say("as.of", Digits.text(sequence, scale: 0), Moment.minute("\(now)")),
            "openData": say("open.data"),
            "empty": say("empty"),
            "filter": say("filter"),
            "scroll": say("scroll"),
            "on": say("live.on"), "off": say("live.off"), "waiting": say("live.waiting"),
        ]
        return library.render(context, withTemplate: "page") ?? ""
    }
}

extension Section {
    /// Whether there is nothing to show.
    var isEmpty: Bool {
        cards.isEmpty && facts.isEmpty && charts.isEmpty && tables.isEmpty && links.isEmpty && verbatim == nil
            && special == nil
            && intro == nil
    }
}
