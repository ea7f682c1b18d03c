import Exchange
import Permits
import Storage
import Testing
import Wire
import Seals

@Suite("Bad input changes nothing")
struct BadInputTests {
    @Test("the venue lists as many markets as order numbers can name, and no more")
    func marketsMax() throws {
        var replay = StreamReplay()
        let setting = openMarket.split(separator: "\n").filter { !$0.contains(" MARKET ") && !$0.contains(" PHASE ") }
        try replay.run(Array((setting.joined(separator: "\n") + "\n").utf8)) { _, _ in }
        func list(_ number: Int) throws -> String {
            let terms = "program=CO2 vintage=2027 tick=1 lot=1 maxqty=1 band=1 ref=71"
            var transcript = Transcript()
            try replay.run(Array("+0s operator MARKET market=X\(number) \(terms)\n".utf8)) { step, venue in
                transcript.append(step, in: venue)
            }
            return String(decoding: transcript.take(), as: UTF8.self)
        }
        for number in 1..<Limits.marketsMax { _ = try list(number) }
        #expect(try list(Limits.marketsMax).hasPrefix("operator< OK "))
        #expect(try list(Limits.marketsMax + 1).contains("code=LIMIT_REACHED"))
    }

    @Test(
        "a refused command leaves the state digest as it was",
        arguments: [
            ("acme ORDER market=NONE side=buy qty=1 price=71", "UNKNOWN_MARKET"),
            ("acme ORDER market=CO2-2027 side=buy qty=5000 price=71", "INSUFFICIENT_FUNDS"),
            ("acme ORDER market=CO2-2027 side=sell qty=1001 price=71", "INSUFFICIENT_PERMITS"),
            ("acme ORDER market=CO2-2027 side=buy qty=1 price=71.255", "BAD_NUMBER"),
            ("acme ORDER market=CO2-2027 side=buy qty=1 price=100", "OUTSIDE_BAND"),
            ("acme ORDER market=CO2-2027 side=buy qty=1 price=71 tif=open", "WRONG_PHASE"),
            ("bolt ORDER market=CO2-2027 side=buy qty=3001 price=71", "HOLDING_LIMIT_EXCEEDED"),
            ("acme ORDER market=CO2-2027 side=buy qty=5001 price=71", "ORDER_TOO_LARGE"),
            ("bolt CANCEL order=10000", "NOT_YOUR_ORDER"), ("bolt AMEND order=10000 qty=5", "NOT_YOUR_ORDER"),
            ("acme CANCEL order=70000", "UNKNOWN_ORDER"), ("acme CANCEL orig=zz", "UNKNOWN_ORDER"),
            ("acme AMEND order=10000 qty=4999", "INSUFFICIENT_FUNDS"),
            ("acme AMEND order=10000 price=90", "OUTSIDE_BAND"),
            ("acme QUOTE market=CO2-2027 bid=71 bidqty=1400 ask=72 askqty=10", "INSUFFICIENT_FUNDS"),
            ("acme QUOTE market=CO2-2027 bid=72 bidqty=1 ask=71 askqty=1", "INVALID_COMBINATION"),
            ("acme DEPOSIT member=acme currency=EUR amount=1", "ROLE_NOT_ALLOWED"),
            ("operator ORDER market=CO2-2027 side=buy qty=1 price=71", "ROLE_NOT_ALLOWED"),
            ("epa ALLOCATE program=CO2 vintage=2027 member=acme qty=4001", "CAP_EXCEEDED"),
            ("epa CAP program=CO2 vintage=2027 cap=6500 reserve=600", "CAP_EXCEEDED"),
            ("operator WITHDRAW member=acme currency=EUR amount=99999", "INSUFFICIENT_FUNDS"),
            ("operator DAYEND", "WRONG_PHASE"), ("operator PHASE market=CO2-2027 phase=preopen", "WRONG_PHASE"),
            ("acme TRANSFER program=CO2 vintage=2027 to=bolt qty=5000", "HOLDING_LIMIT_EXCEEDED"),
            ("acme TRANSFER program=CO2 vintage=2028 to=bolt qty=1", "UNKNOWN_VINTAGE"),
            ("acme RETIRE program=CO2 vintage=2027 qty=1001", "INSUFFICIENT_PERMITS"),
            ("operator MEMBER member=acme role=observer name=x", "ALREADY_EXISTS"),
            ("acme FOO", "UNKNOWN_VERB"), ("- ORDERS", "NOT_LOGGED_ON"),
        ]
    )
    func unchanged(entry: String, code: String) throws {
        var replay = StreamReplay()
        let setting = openMarket + "+0s acme ORDER id=a1 market=CO2-2027 side=buy qty=100 price=71 tif=gtc\n"
        try replay.run(Array(setting.utf8)) { _, _ in }
        let before = SHA256.digest(of: replay.venue.exchange.stateBytes())
        var transcript = Transcript()
        try replay.run(Array("+0s \(entry)\n".utf8)) { step, venue in transcript.append(step, in: venue) }
        let answer = String(decoding: transcript.take(), as: UTF8.self)
        #expect(answer.contains(" code=\(code) text="), "\(answer)")
        #expect(answer.split(separator: "\n").count == 1)
        #expect(SHA256.digest(of: replay.venue.exchange.stateBytes()) == before)
    }
}
