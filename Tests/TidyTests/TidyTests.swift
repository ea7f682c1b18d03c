import Foundation
import Testing

/// Rules of style that the compiler does not know.
@Suite("Tidy")
struct TidyTests {
    private struct SourceFile {
        let name: String
        let room: String
        let lines: [String]
    }

    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let rooms = [
        "Permits", "Seals", "Auctions", "OrderBook", "Ledger", "Registry", "Compacts", "Audit", "Exchange", "Wire",
        "Storage",
        "Server", "Disclosure", "WeirClient", "Simulation",
        "weir", "weir-bench", "weir-fuzz",
    ]
    /// The rooms that must give the same bytes in every process.
    private static let deterministic: Set<String> = [
        "Permits", "Auctions", "OrderBook", "Ledger", "Registry", "Compacts", "Audit", "Exchange", "Wire",
    ]

    private let files: [SourceFile]

    init() throws {
        files = try TidyTests.rooms.flatMap { room in
            let path = TidyTests.folder.appendingPathComponent("Sources/\(room)")
            return try FileManager.default.subpathsOfDirectory(atPath: path.path).sorted()
                .filter { $0.hasSuffix(".swift") }
                .map { file in
                    let text = try String(contentsOf: path.appendingPathComponent(file), encoding: .utf8)
                    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                    return SourceFile(name: "\(room)/\(file)", room: room, lines: lines)
                }
        }
        #expect(files.count > 80)
    }

    /// The line without its comment.
    private func code(_ line: String) -> String {
        guard let comment = line.range(of: "//") else { return line }
        return String(line[..<comment.lowerBound])
    }

    @Test(
        "deterministic rooms have no clock, chance, floating point or I/O",
        arguments: [
            "import Foundation", "import Dispatch", "import NIO", " Date()", "ContinuousClock", "SuspendingClock",
            ".random",
            ".shuffled", "Double", "Float", "Hasher()", ".hashValue",
        ]
    )
    func deterministic(banned: String) {
        // The seed of hashes, which changes no result.
        let seed = "Permits/Collections/SlotTable.swift"
        for file in files where TidyTests.deterministic.contains(file.room) && file.name != seed {
            for (number, line) in file.lines.enumerated() where code(line).contains(banned) {
                Issue.record("\(file.name):\(number + 1): \(banned)")
            }
        }
    }

    @Test(
        "words that stand for unfinished or careless work",
        arguments: [
            ("try!", "handle the error"), (" try? ", "handle the error"), ("fatalError(", "precondition, or an error"),
            (" print(", "Console or a logger"), ("FIXME", "do it"), ("TODO", "do it"),
        ]
    )
    func banned(word: String, instead: String) {
        for file in files {
            for (number, line) in file.lines.enumerated() where line.contains(word) {
                Issue.record("\(file.name):\(number + 1): \(word); instead: \(instead)")
            }
        }
    }

    @Test("a room imports only rooms above it")
    func arrows() {
        for file in files where file.room != "weir-bench" {
            let place = TidyTests.rooms.firstIndex(of: file.room) ?? 0
            for line in file.lines where line.contains("import ") {
                let imported = line.split(separator: " ").last.map(String.init) ?? ""
                guard let other = TidyTests.rooms.firstIndex(of: imported) else { continue }
                #expect(other < place, "\(file.name) imports \(imported)")
            }
        }
    }

    @Test("files stay short")
    func lengths() {
        for file in files {
            #expect(file.lines.count <= 480, "\(file.name) has \(file.lines.count) lines; look for its second subject")
        }
    }

    /// Where a block that begins at a line ends: the line that closes it has the same indentation.
    private func end(ofBlockAt start: Int, in lines: [String]) -> Int {
        let indentation = lines[start].prefix { $0 == " " }
        guard !lines[start].hasSuffix("}") else { return start }
        return lines.indices[(start + 1)...].first { lines[$0].hasPrefix(indentation + "}") } ?? lines.count - 1
    }

    @Test("functions stay short")
    func functions() throws {
        // One flat switch with a case for each verb, event or fact, and what sets the venue up.
        let known: Set<String> = [
            "Exchange/Requests.swift", "Wire/Lines/Renderer.swift", "Wire/Registry/Renderer+Registry.swift",
            "Wire/Agreements/Renderer+Compacts.swift", "Storage/Settlement/SettlementProjection.swift",
            "Storage/Settlement/Agreements/SettlementProjection+Compacts.swift", "Server/Sequencer/VenueCore.swift",
        ]
        let function = /^ *(@\S+ |[a-z]+ )*(func |init[(?])/
        for file in files where !known.contains(file.name) {
            for (number, line) in file.lines.enumerated() where try function.prefixMatch(in: line) != nil {
                let count = end(ofBlockAt: number, in: file.lines) - number + 1
                #expect(count <= 70, "\(file.name):\(number + 1) has \(count) lines; look for its second step")
            }
        }
    }

    @Test("what is new of verbs, commands, events and facts does not pass by default")
    func defaults() throws {
        // The model of trading, which leaves out the rest; what a replay keeps for inquiries; words of lines.
        let known: Set<String> = [
            "Simulation/Reference/ReferenceExchange.swift", "Simulation/Reference/ReferenceExchange+Admin.swift",
            "Simulation/Reference/ReferenceTerms.swift", "Wire/Replay/ReplayRecords.swift",
            "weir/Auctions/AuctionCommands.swift", "weir/Client/Connect.swift",
        ]
        let choice = /switch .*\b(fact|event|command|verb)\b.* \{$/
        for file in files where !known.contains(file.name) {
            for (number, line) in file.lines.enumerated() where try choice.firstMatch(in: line) != nil {
                let indentation = line.prefix { $0 == " " }
                let cases = file.lines[number...end(ofBlockAt: number, in: file.lines)]
                #expect(
                    !cases.contains { $0.hasPrefix(indentation + "default:") },
                    "\(file.name):\(number + 1): name the cases"
                )
            }
        }
    }

    @Test("what is declared is used")
    func unused() throws {
        // What frameworks call by name.
        let known: Set<String> = [
            "Weir", "Main", "channelWritabilityChanged", "OutboundOut", "InboundOut", "handlerAdded", "handlerRemoved",
            "callAsFunction",
        ]
        var uses: [Substring: Int] = [:]
        for line in files.flatMap(\.lines) {
            for word in code(line).split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }) {
                uses[word, default: 0] += 1
            }
        }
        let declaration =
            /^ *(?:@\S+ |[a-z]+(?:\(set\))? )*(?:func|var|let|struct|enum|class|typealias|protocol) `?(\w+)/
        for file in files {
            for (number, line) in file.lines.enumerated() {
                guard let name = try declaration.prefixMatch(in: code(line))?.1, !known.contains(String(name)) else {
                    continue
                }
                #expect(uses[name, default: 0] != 1, "\(file.name):\(number + 1): \(name)")
            }
        }
    }

    @Test("a folder holds few files beside each other")
    func folders() {
        let folders = Dictionary(grouping: files) { ($0.name as NSString).deletingLastPathComponent }
        for (folder, files) in folders {
            #expect(files.count <= 15, "\(folder) has \(files.count) files; look for its subjects")
        }
    }

    @Test("every public type and function of a room says what it is")
    func documentation() {
        let declarations = [
            "package struct ", "package enum ", "package final class ", "package func ", "package mutating func ",
            "package static func ",
        ]
        // What a snapshot's writer, reader and describer do, `SnapshotCoder` says.
        let coder = [
            "integer<", "bytes(", "text(", "word(", "part<", "field<", "list<", "optional<", "choice<", "own<", "made<",
        ]
        for file in files {
            for (number, line) in file.lines.enumerated() {
                let text = line.trimmingCharacters(in: .whitespaces)
                guard declarations.contains(where: { text.hasPrefix($0) || text.hasPrefix("@inlinable " + $0) }) else {
                    continue
                }
                var above = number - 1
                while above >= 0, file.lines[above].trimmingCharacters(in: .whitespaces).hasPrefix("@") { above -= 1 }
                let isDocumented = above >= 0 && file.lines[above].trimmingCharacters(in: .whitespaces).hasPrefix("///")
                // Operators and snapshot coding repeat one thing by overload.
                let isOverload =
                    text.contains("func <") || text.contains("func ==") || text.contains("func +")
                    || text.contains("func -") || text.contains(" write(") || text.contains(" read")
                    || text.contains(" hash(") || text.contains(" layout(")
                    || (file.name.hasPrefix("Permits/Layouts/") && coder.contains { text.contains(" \($0)") })
                #expect(isDocumented || isOverload, "\(file.name):\(number + 1): \(text)")
            }
        }
    }
}
