import Exchange
import Permits
import Testing

@testable import Simulation

@Suite("Engine and model agree")
struct ModelTests {
    private static let commandCount = 6000

    @Test("on every command of a random run", arguments: UInt64(1)...24)
    func agree(seed: UInt64) throws {
        var comparison = Comparison(seed: seed)
        for step in 1...ModelTests.commandCount {
            try comparison.advance()
            if step % 1500 == 0 { try comparison.reload() }
        }
        let missing = Coverage.wanted.subtracting(comparison.coverage.reached).sorted()
        #expect(missing.isEmpty, "seed \(seed) never reached \(missing)")
    }
}
