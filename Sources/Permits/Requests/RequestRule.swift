/// One key of one verb.
package struct KeyRule: Sendable {
    package let key: Key
    package let form: Form
    package let isRequired: Bool
}

/// What a request takes, who may send it, and what it does: declared once, in its subject's folder of `Exchange`.
///
/// The parser, `HELP`, completion, permissions, four eyes and the checks of the documents go by it.
package struct RequestRule: Sendable {
    package let verb: Verb
    package let summary: String
    package let roles: Roles
    package let traits: Traits
    /// Those that it needs, then those that it may have.
    package let keys: [KeyRule]
    /// A line that reads, for the document; with what it needs, unless the declaration gives another.
    package let example: String

    /// What else holds of a request.
    package struct Traits: OptionSet, Sendable, BitwiseCopyable {
        package let rawValue: UInt8

        /// From bits.
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// It needs two persons of a member that has four eyes on.
        package static let twoPersons = Traits(rawValue: 1)
        /// It needs two persons of every member.
        package static let alwaysTwoPersons = Traits(rawValue: 2)
        /// It lists what there may be any number of, a page at a time.
        package static let inPages = Traits(rawValue: 4)
        /// It is about the sender's session: a repeat acts again.
        package static let ofSession = Traits(rawValue: 8)
        /// Only the sequencer writes it.
        package static let fromVenueAlone = Traits(rawValue: 16)
        /// It takes an order, a bid or an offer back, or makes the venue do so.
        package static let takesBack = Traits(rawValue: 32)
    }

    /// Declares a request; `page` of those in pages and `id`, which all have, need not be named; `example` is without the verb.
    package init(
        _ verb: Verb,
        _ summary: String,
        by roles: Roles,
        _ traits: Traits = [],
        required: [(Key, Form)] = [],
        optional: [(Key, Form)] = [],
        example: String? = nil
    ) {
        (self.verb, self.summary, self.roles, self.traits) = (verb, summary, roles, traits)
        let last: [(Key, Form)] = (traits.contains(.inPages) ? [(.page, .integer)] : []) + [(.id, .code)]
        keys =
            required.map { KeyRule(key: $0.0, form: $0.1, isRequired: true) }
            + (optional + last).map { KeyRule(key: $0.0, form: $0.1, isRequired: false) }
        let fields = example ?? required.map { "\($0.0.name)=\($0.1.example(of: $0.0))" }.joined(separator: " ")
        self.example = ([verb.text] + (fields.isEmpty ? [] : [fields])).joined(separator: " ")
    }

    /// One line of usage: `CANCEL [order=N] [orig=CODE] [id=CODE]`.
    package var usage: String {
        let parts = keys.map { rule in
            let text = "\(rule.key.name)=\(rule.form.description)"
            return rule.isRequired ? text : "[\(text)]"
        }
        return ([verb.text] + parts).joined(separator: " ")
    }
}

extension [(Key, Form)] {
    /// A permit class, but for its zone, which is optional.
    package static var permits: [(Key, Form)] { [(.program, .code), (.vintage, .integer)] }
    /// An auction.
    package static var auction: [(Key, Form)] { [(.auction, .code)] }
    /// An agreement.
    package static var compact: [(Key, Form)] { [(.compact, .code)] }
}

/// Some roles, a bit each.
package struct Roles: OptionSet, Sendable, BitwiseCopyable {
    package let rawValue: UInt8

    /// From bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    private init(_ role: Role) { rawValue = 1 << role.place }

    package static let venue = Roles(.venue)
    package static let `operator` = Roles(.operator)
    package static let regulator = Roles(.regulator)
    package static let participant = Roles(.participant)
    package static let verifier = Roles(.verifier)
    package static let observer = Roles(.observer)
    /// Who acts for itself: operator, regulators and participants.
    package static let parties: Roles = [.operator, .regulator, .participant]
    /// All but the venue itself.
    package static let everyone: Roles = [.operator, .regulator, .participant, .verifier, .observer]

    /// Whether a role is among them.
    @inline(__always)
    package func contains(_ role: Role) -> Bool { rawValue >> role.place & 1 != 0 }
}
