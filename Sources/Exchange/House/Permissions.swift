package import Permits

/// Which role may send which verb, as each request declares it.
package enum Permissions {
    /// Whether a member of `role` may send `verb`.
    package static func allows(_ role: Role, _ verb: Verb) -> Bool { verb.roles.contains(role) }

    /// The roles that may send a verb.
    package static func roles(for verb: Verb) -> [Role] { Role.allCases.filter { verb.roles.contains($0) } }

    /// Checks a verb.
    /// - Throws: `roleNotAllowed`, with the roles that may.
    package static func check(_ role: Role, _ verb: Verb) throws(Refusal) {
        guard !allows(role, verb) else { return }
        let allowed = roles(for: verb).filter { $0 != .venue }.map(\.text)
        let who = allowed.isEmpty ? "only the venue itself" : allowed.joined(separator: ", ")
        throw Refusal(.roleNotAllowed, "\(verb.text) is not for the role \(role.text); it is for: \(who)")
    }
}
