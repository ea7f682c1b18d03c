import Exchange
import Permits
import Wire

/// What TAB offers: verbs for the first word, the verb's keys and the words of a key after that.
enum Completions {
    /// The words that could stand where `line` ends.
    static func candidates(_ line: String) -> [String] {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard let last = words.last, words.count > 1 else {
            let verbs = RequestRule.all.map(\.verb).filter { !$0.isInternal }
            return verbs.map { $0.text + " " }.filter { $0.hasPrefix(line.uppercased()) }
        }
        guard let rule = RequestRule.all.first(where: { $0.verb.text == words[0] }) else { return [] }
        if let equals = last.firstIndex(of: "=") {
            let key = String(last[..<equals])
            guard case .word(let values)? = rule.keys.first(where: { $0.key.name == key })?.form else { return [] }
            return values.map { "\(key)=\($0) " }.filter { $0.hasPrefix(last) }
        }
        let given = words.compactMap { $0.firstIndex(of: "=").map($0.prefix(upTo:)) }
        return rule.keys.map(\.key.name).filter { name in !given.contains { $0 == name } }
            .map { "\($0)=" }.filter { $0.hasPrefix(last) }
    }
}
