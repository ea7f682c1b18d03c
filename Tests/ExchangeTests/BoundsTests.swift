import Foundation
import Permits
import Testing

/// `ARCHITECTURE.md` says of every verb and every kind of timer what its work grows with.
@Suite("What a request costs")
struct BoundsTests {
    /// What stands as code in the first column of the section's rows.
    private let named: [String]

    init() throws {
        let text = try String(contentsOf: projectFolder.appendingPathComponent("ARCHITECTURE.md"), encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix("What a request costs") })
        named = section.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { row in
            row.split(separator: "|")[0].matches(of: /`(\w+)`/).map { String($0.1) }
        }
        #expect(named.count > 120)
    }

    @Test("every verb has one row")
    func verbs() {
        let verbs = named.filter { $0 == $0.uppercased() }
        #expect(Set(verbs) == Set(Verb.allCases.map(\.text)))
        #expect(verbs.count == Set(verbs).count)
    }

    @Test("every kind of timer has one row")
    func timers() throws {
        let source = try String(
            contentsOf: projectFolder.appendingPathComponent("Sources/Exchange/House/Timers.swift"),
            encoding: .utf8
        )
        let declaration = try #require(
            source.components(separatedBy: "enum TimerKind").last?.split(separator: "\n}").first
        )
        let kinds = declaration.matches(of: /\n    case (\w+)/).map { String($0.1) }
        let timers = named.filter { $0 != $0.uppercased() }
        #expect(Set(timers) == Set(kinds))
        #expect(timers.count == kinds.count)
    }
}
