import Compacts
import Exchange
import Foundation
import Permits
import Testing
import Wire

@Suite("Random agreements")
struct CompactPropertyTests {
    /// Lives a test case; `WEIR_SEQUENCES` says otherwise.
    private static let sequences = Int(ProcessInfo.processInfo.environment["WEIR_SEQUENCES"] ?? "") ?? 60
    private static let length = 80

    @Test(
        "pay what their terms say, once, to the cent, bind nobody unsigned, and do nothing after their end",
        arguments: 1...10
    )
    func lives(block: Int) throws {
        var seen: [String: Int] = [:]
        var refused: Set<String> = []
        for number in 0..<CompactPropertyTests.sequences {
            let seed = UInt64(block) << 32 | UInt64(number)
            do {
                let auditor = try run(seed)
                seen.merge(auditor.seen) { $0 + $1 }
                refused.formUnion(auditor.refused)
            } catch {
                Issue.record("seed \(seed): \(error)")
                return
            }
        }
        // The test cannot pass by doing nothing.
        for what in [
            "contract", "settled", "payment", "undetermined", "waived", "claim", "claim payment", "claim broken",
            "claim paid", "claim waived", "spending", "misuse", "donation", "ended completed", "ended terminated",
        ] {
            #expect(seen[what, default: 0] > 0, "no \(what)")
        }
        for code in [
            "SAME_PERSON", "WRONG_STAGE", "PURPOSE_NOT_ALLOWED", "PERIOD_CLOSED", "NOT_APPOINTED", "INSUFFICIENT_FUNDS",
        ] {
            #expect(refused.contains(code), "\(code) was never met")
        }
    }

    private func run(_ seed: UInt64) throws -> CompactAuditor {
        var sequence = CompactSequence(seed: seed)
        var auditor = CompactAuditor()
        var replay = StreamReplay()
        func send(_ line: String) throws {
            let words = line.split(separator: " ")
            let isDraft = words.count > 3 && words[2] == "DRAFT"
            var isRefused = false
            var concluded: [String] = []
            try replay.run(Array((line + "\n").utf8)) { step, venue in
                do {
                    try auditor.watch(line, step, venue) { agreement in sequence.drafts[agreement]?.last }
                } catch { throw CompactAuditor.Breach(description: "\(line.prefix(300)): \(error)") }
                isRefused = String(decoding: step.output.bytes, as: UTF8.self).hasPrefix("ERR")
                for case .compactTold(_, let code, .contract) in step.output.events { concluded.append("\(code)") }
                venue.exchange.checkInvariants()
            }
            if isDraft, isRefused { sequence.drop(String(words[3].dropFirst("compact=".count))) }
            for agreement in concluded { sequence.conclude(agreement) }
        }
        for line in sequence.opening() { try send(line) }
        for step in 0..<CompactPropertyTests.length {
            for line in sequence.next() { try send(line) }
            guard step.isMultiple(of: 20) else { continue }
            // A restart in between changes nothing.
            let bytes = replay.venue.snapshot()
            let restored = try Venue(snapshot: bytes)
            guard restored.snapshot() == bytes else { throw CompactAuditor.Breach(description: "a snapshot differs") }
            let time = replay.time
            replay = StreamReplay(on: restored)
            replay.time = time
        }
        for _ in 0..<12 { try send("+30d venue CLOCK") }
        return auditor
    }
}
