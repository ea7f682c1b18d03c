package import Permits

/// An eco-label: what a regulator promises the buyers of certified goods about a facility.
///
/// It is awarded, renewed, withdrawn and lapses by the registry's facts alone.
/// Source: the EU Ecolabel and the Blue Angel, which certify by published criteria and for a limited time.
package struct Label: Sendable {
    /// What a criterion compares, of one facility.
    package enum Fact: Spelling, Word {
        /// Permits missing at the last deadline that was settled.
        case shortfall
        /// Verified use of the last year of which any is verified.
        case use
        /// By how many per cent that is below the year before.
        case cut
        /// All verified saving.
        case saving
        /// Penalties of the member in the program.
        case penalties
        /// 1 while the member is suspended in the program.
        case suspended
        /// Permits of the program that the member has retired.
        case retired
        /// The member's score.
        case standing
    }

    package let code: Code
    package let program: ProgramID
    package let name: String
    /// For how many days an award is good, before it is looked at again.
    package let days: Int64
    package let criteria: Condition<Fact>
    /// Whether no more are awarded.
    package var isClosed: Bool

    /// Reads a label.
    /// - Throws: `TermsProblem` if the criteria cannot be read.
    package init(
        code: Code,
        program: ProgramID,
        name: String,
        days: Int64,
        text: String,
        isClosed: Bool
    ) throws(TermsProblem) {
        self.code = code
        self.program = program
        self.name = name
        self.days = days
        self.isClosed = isClosed
        criteria = try Label.criteria(text)
    }

    /// The criteria as written.
    package var text: String { criteria.text }

    static func criteria(_ text: String) throws(TermsProblem) -> Condition<Fact> {
        try Condition(text) { name throws(TermsProblem) in
            guard let fact = Fact.allCases.first(where: { $0.text == name }) else {
                let known = Fact.allCases.map(\.text).joined(separator: ", ")
                throw TermsProblem("no fact \(name); there are \(known)")
            }
            return fact
        }
    }
}

/// A label that a facility has.
package struct LabelAward: Sendable, Equatable {
    /// What became of it.
    package enum State: Spelling, Word {
        case awarded, renewed
        /// The facility no longer fulfils the criteria.
        case withdrawn
        /// Its time is over, and the criteria are not fulfilled or the label is no longer given.
        case lapsed
    }

    package var label: Code
    package var facility: FacilityID
    package var since: Timestamp
    package var until: Timestamp

    package init(label: Code, facility: FacilityID, since: Timestamp, until: Timestamp) {
        self.label = label
        self.facility = facility
        self.since = since
        self.until = until
    }
}
