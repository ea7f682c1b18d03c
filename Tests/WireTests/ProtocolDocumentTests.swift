import Audit
import Exchange
import Foundation
import Permits
import Testing
import Wire

@Suite("PROTOCOL.md says what the program does")
struct ProtocolDocumentTests {
    private let text: String

    init() throws {
        text = try String(contentsOf: projectFolder.appendingPathComponent("PROTOCOL.md"), encoding: .utf8)
    }

    @Test("it lists every reject code with its number, cause and cure")
    func rejectCodes() {
        for code in RejectCode.allCases {
            let row = "| \(code.rawValue) | `\(code.name)` | \(code.cause) | \(code.cure) |"
            #expect(text.contains(row), "missing: \(row)")
        }
    }

    @Test("its table of requests is what weir requests prints")
    func requests() {
        let rows = [RequestRule.documentHead] + RequestRule.all.map(\.documentRow)
        #expect(text.contains(rows.joined(separator: "\n") + "\n"), "write it anew with weir requests")
    }

    @Test("numbers and names of reject codes are unique")
    func unique() {
        #expect(Set(RejectCode.allCases.map(\.name)).count == RejectCode.allCases.count)
    }

    @Test("it names every verb and every key")
    func grammar() {
        for rule in RequestRule.all {
            #expect(text.contains(rule.verb.text), "missing verb \(rule.verb.text)")
            for key in rule.keys {
                #expect(text.contains("\(key.key.name)="), "missing key \(key.key.name) of \(rule.verb.text)")
            }
        }
    }

    @Test("its examples print what it shows")
    func examples() throws {
        let blocks = text.components(separatedBy: "```")
        var count = 0
        for (index, block) in blocks.enumerated() where block.hasPrefix("stream\n") {
            let stream = block.dropFirst("stream\n".count)
            let answer = try #require(blocks.indices.contains(index + 2) ? blocks[index + 2] : nil)
            #expect(answer.hasPrefix("answer\n"))
            let expected = answer.dropFirst("answer\n".count).split(separator: "\n").map(String.init)
            #expect(try lines(String(stream)) == expected)
            count += 1
        }
        #expect(count >= 3)
    }

    @Test("every request of regulators and verifiers stands in an example that is executed")
    func regulators() {
        let streams = text.components(separatedBy: "```").filter { $0.hasPrefix("stream\n") }.joined()
        let words = Set(streams.split { !$0.isLetter }.map(String.init))
        for verb in Verb.allCases
        where Permissions.roles(for: verb).contains(where: { $0 == .regulator || $0 == .verifier }) {
            // What everyone may send is shown with the sessions and queries.
            guard !Permissions.allows(.participant, verb) || !Permissions.allows(.observer, verb) else { continue }
            #expect(words.contains(verb.text), "no example of \(verb.text)")
        }
    }

    @Test("every role may send exactly what the table of roles says")
    func roles() throws {
        let table = try #require(
            text.components(separatedBy: "## 4. Roles").last?.components(separatedBy: "## 5.").first
        )
        for role in Role.allCases where role != .venue {
            let rows = table.split(separator: "\n").filter { row in
                guard let first = row.split(separator: "|").first else { return false }
                return first.contains(role.text) || first.contains("all")
            }
            let words = Set(rows.joined(separator: " ").split { !$0.isLetter }.map(String.init))
            for verb in Verb.allCases where !verb.isInternal {
                #expect(
                    Permissions.allows(role, verb) == words.contains(verb.text),
                    "\(role.text) and \(verb.text)"
                )
            }
        }
    }
}
