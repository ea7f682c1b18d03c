// The table of all requests in the protocol document.

extension RequestRule {
    /// The head of the table.
    package static let documentHead = "| request | who | what | for example |\n|---|---|---|---|"

    /// A request's row.
    package var documentRow: String {
        let summary = summary.replacing("|", with: "\\|")
        return "| `\(usage.replacing("|", with: "\\|"))` | \(whoText) | \(summary)\(note) | `\(example)` |"
    }

    private var whoText: String {
        if roles == .everyone { return "all" }
        let names = Role.allCases.filter { roles.contains($0) }.map { $0 == .venue ? "the venue itself" : $0.text }
        return names.joined(separator: ", ")
    }

    private var note: String {
        if traits.contains(.alwaysTwoPersons) { return " Needs two persons." }
        return traits.contains(.twoPersons) ? " Needs two persons with `FOUREYES`." : ""
    }
}
