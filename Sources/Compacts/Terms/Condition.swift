/// When something holds: `P<=1,accident=0|standing.anhui>=80`: of several lists one, and all that it names.
package struct Condition<Subject: Sendable>: Sendable {
    /// One comparison.
    package struct Comparison: Sendable {
        package var subject: Subject
        package var relation: Relation
        package var bound: Figure
    }

    /// As it was written.
    package let text: String
    /// One list of these must hold whole.
    package var alternatives: [[Comparison]] = []

    /// Reads a condition; `find` tells what a name stands for.
    /// - Throws: `TermsProblem`.
    package init(_ text: String, find: (String) throws(TermsProblem) -> Subject) throws(TermsProblem) {
        self.text = text
        for alternative in text.split(separator: "|", omittingEmptySubsequences: false) {
            var list: [Comparison] = []
            for part in alternative.split(separator: ",", omittingEmptySubsequences: false) {
                list.append(try Condition.comparison(String(part), find: find))
            }
            alternatives.append(list)
        }
    }

    private static func comparison(
        _ text: String,
        find: (String) throws(TermsProblem) -> Subject
    ) throws(TermsProblem) -> Comparison {
        let problem = TermsProblem("\(text) is not like P<=1; relations are < <= > >= = !=")
        guard let start = text.firstIndex(where: { "<>=!".contains($0) }) else { throw problem }
        let rest = text[start...]
        // Those of two characters come first in the list.
        guard let relation = Relation.allCases.first(where: { rest.hasPrefix($0.rawValue) }),
            let bound = Figure(String(rest.dropFirst(relation.rawValue.count)))
        else { throw problem }
        return Comparison(subject: try find(String(text[..<start])), relation: relation, bound: bound)
    }

    /// Everything that it asks for.
    package var subjects: [Subject] { alternatives.flatMap { $0.map(\.subject) } }

    /// Whether it holds, as far as what is known decides it.
    ///
    /// - Parameter value: what a subject comes to; it throws if that is not known.
    /// - Returns: whether one alternative holds whole.
    /// - Throws: what `value` threw first, if the rest does not decide.
    package func holds<Problem: Error>(_ value: (Subject) throws(Problem) -> ExactNumber) throws(Problem) -> Bool {
        var unknown: Problem?
        for alternative in alternatives {
            var mayHold = true
            var unknownHere: Problem?
            for comparison in alternative {
                do throws(Problem) {
                    let number = try value(comparison.subject)
                    mayHold = mayHold && comparison.relation.holds(number, ExactNumber(comparison.bound))
                } catch { unknownHere = unknownHere ?? error }
            }
            guard mayHold else { continue }
            guard let unknownHere else { return true }
            unknown = unknown ?? unknownHere
        }
        if let unknown { throw unknown }
        return false
    }
}

/// How two numbers are compared.
package enum Relation: String, Sendable, CaseIterable {
    case atMost = "<="
    case atLeast = ">="
    case unequal = "!="
    case below = "<"
    case above = ">"
    case equal = "="

    func holds(_ a: ExactNumber, _ b: ExactNumber) -> Bool {
        switch self {
        case .atMost: a <= b
        case .atLeast: a >= b
        case .unequal: a != b
        case .below: a < b
        case .above: a > b
        case .equal: a == b
        }
    }
}

/// What a clause's condition compares.
package enum ClauseSubject: Sendable, Equatable {
    case measure(Int)
    case index(Int)
    /// The score of a party when it is evaluated.
    case standing(party: Int)
}
