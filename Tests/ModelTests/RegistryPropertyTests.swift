import Exchange
import Foundation
import Permits
import Testing
import Wire

@Suite("Random registries")
struct RegistryPropertyTests {
    /// Sequences a test case; `WEIR_SEQUENCES` says otherwise: 5000 make 100,000 over all cases.
    private static let sequences = Int(ProcessInfo.processInfo.environment["WEIR_SEQUENCES"] ?? "") ?? 100
    private static let length = 40

    @Test(
        "keep serial numbers, caps, limits, roles and four eyes; a snapshot in the middle changes nothing",
        arguments: 1...20
    )
    func sequences(block: Int) throws {
        var accepted: [String: Int] = [:]
        var refused: Set<String> = []
        for number in 0..<RegistryPropertyTests.sequences {
            let seed = UInt64(block) << 32 | UInt64(number)
            do {
                let auditor = try run(seed)
                accepted.merge(auditor.accepted) { $0 + $1 }
                refused.formUnion(auditor.refused)
            } catch {
                Issue.record("seed \(seed): \(error)")
                return
            }
        }
        // The test cannot pass by doing nothing.
        for verb in [
            "ALLOCATE", "CAP", "TRANSFER", "COVER", "SURRENDER", "ANNOUNCE", "MOVE", "SPILL", "REPORT", "DEADLINE",
            "RETIRE", "APPROVE", "ORDER",
        ] {
            #expect(accepted[verb, default: 0] > 0, "no \(verb) was accepted")
        }
        for code in [
            "CAP_EXCEEDED", "HOLDING_LIMIT_EXCEEDED", "SERIALS_NOT_HELD", "ROLE_NOT_ALLOWED", "CONTENT_DIFFERS",
            "SAME_PERSON",
        ] {
            #expect(refused.contains("code=\(code)"), "\(code) was never met")
        }
    }

    private func run(_ seed: UInt64) throws -> RegistryAuditor {
        var sequence = RegistrySequence(seed: seed)
        var auditor = RegistryAuditor()
        var replay = StreamReplay()
        func send(_ line: String) throws {
            try replay.run(Array((line + "\n").utf8)) { step, venue in
                do { try auditor.watch(line, step, venue) } catch {
                    throw RegistryAuditor.Breach(description: "\(line): \(error)")
                }
                venue.exchange.checkInvariants()
            }
        }
        for line in sequence.opening() { try send(line) }
        for step in 0..<RegistryPropertyTests.length {
            try send(sequence.next(open: auditor.open))
            if step == RegistryPropertyTests.length / 2 {
                let bytes = replay.venue.snapshot()
                let restored = try Venue(snapshot: bytes)
                guard restored.snapshot() == bytes else {
                    throw RegistryAuditor.Breach(description: "a snapshot differs")
                }
                let time = replay.time
                replay = StreamReplay(on: restored)
                replay.time = time
            }
        }
        // A year later every timer has fired.
        try send("2028-06-01T00:00:00Z hub LOGIN member=eye user=late hash=x")
        return auditor
    }
}
