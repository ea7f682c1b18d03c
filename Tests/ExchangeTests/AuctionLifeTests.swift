import Auctions
import Exchange
import Permits
import Seals
import Testing
import Wire

@Suite("Auctions at the venue")
struct AuctionLifeTests {
    private let opening =
        [
            "2027-03-01T08:00:00Z venue MEMBER member=operator role=operator name=Operator",
            "+0s operator MEMBER member=epa role=regulator name=Agency",
            "+0s operator MEMBER member=fund role=participant name=Fund",
            "+0s epa PROGRAM program=P unit=t currency=EUR",
            "+0s epa CAP program=P vintage=2027 cap=1000000 holding=2000",
        ]
        + (0..<5).flatMap { index in
            [
                "+0s operator MEMBER member=b\(index) role=participant name=B",
                "+0s operator DEPOSIT member=b\(index) currency=EUR amount=100000",
                "+0s epa ALLOCATE program=P vintage=2027 member=b\(index) qty=100",
            ]
        }

    /// A day of auctions, most of it in order: announced, consigned to, bid in, released, sometimes called off.
    private func day(_ chance: inout SplitMix64) -> [String] {
        var lines: [String] = []
        for number in 0..<12 {
            let secret = AuctionSecret(SHA256.digest(of: [UInt8(number)]))
            let rules = chance.pick(RuleBook.all).code
            let more = chance.pick([
                "", " with=pricing=pay-as-bid", " with=margin=pro-rata,general-limit=30", " reserve=5.00",
                " shares=epa:70,fund:30", " tiers=8.00:40 withhold=3.00:20",
                " with=pricing=midpoint,guarantee=reevaluate-lower",
            ])
            lines.append(
                "+1s epa AUCTION auction=A\(number) program=P vintage=2027 supply=\(20 + chance.below(200)) lot=\(chance.pick([1, 5])) "
                    + "opens=2027-03-01T\(10 + number):00:00Z closes=2027-03-01T\(10 + number):30:00Z rules=\(rules)\(more) "
                    + "key=\(secret.publicKey.hex) commit=\(secret.commitment.hex)"
            )
            if chance.below(3) == 0 {
                lines.append(
                    "+0s b0 AUCTION auction=S\(number) program=P vintage=2027 supply=\(1 + chance.below(40)) lot=1 rules=uk "
                        + "opens=2027-03-01T\(10 + number):00:00Z closes=2027-03-01T\(10 + number):30:00Z "
                        + "key=\(secret.publicKey.hex) commit=\(secret.commitment.hex)"
                )
            }
            if chance.below(2) == 0 {
                lines.append("+0s b\(chance.below(5)) CONSIGN auction=A\(number) qty=\(1 + chance.below(30))")
            }
        }
        for number in 0..<12 {
            lines.append(
                "2027-03-01T\(10 + number):00:00Z epa CLASSIFY member=b\(chance.below(5)) type=general to=b\(chance.below(5))"
            )
            for step in 0..<chance.below(12) {
                let bidder = "b\(chance.below(5))"
                lines.append("+1s \(bidder) GUARANTEE auction=A\(number) amount=\(chance.below(4000))")
                let steps = (0...chance.below(3)).map { _ in
                    "\(1 + chance.below(12)).\(chance.below(10))0:\(5 * (1 + chance.below(12)))"
                }
                lines.append(
                    "+0s \(bidder) BID auction=A\(number) steps=\(steps.joined(separator: ",")) nonce=0123456789abcdef-\(number)-\(step)-xyzw"
                )
                if chance.below(8) == 0 { lines.append("+0s \(bidder) WITHDRAWBID auction=A\(number)") }
            }
            lines.append("+1s b1 GUARANTEE auction=S\(number) amount=900")
            lines.append("+1s b1 BID auction=S\(number) steps=9.00:20,8.00:80 nonce=0123456789abcdef-0123456789")
            lines.append("2027-03-01T\(10 + number):30:00Z b0 GUARANTEE auction=A\(number) amount=1")
            let secret = SHA256.digest(of: [UInt8(number)]).hex
            lines.append("+0s b0 OPENBIDS auction=S\(number) secret=\(secret)")
            lines.append(
                chance.below(10) == 0
                    ? "+0s epa CALLOFF auction=A\(number)" : "+0s epa OPENBIDS auction=A\(number) secret=\(secret)"
            )
        }
        return lines
    }

    @Test(
        "random auction days keep every invariant of ledger, holds and caps, and a snapshot in the middle changes nothing",
        arguments: 1...25
    )
    func randomDays(seed: Int) throws {
        var chance = SplitMix64(seed: UInt64(seed) << 20)
        var replay = StreamReplay()
        var cleared = 0
        for (number, line) in (opening + day(&chance)).enumerated() {
            var transcript = Transcript()
            try replay.run(Array((line + "\n").utf8)) { step, venue in
                venue.exchange.checkInvariants()
                transcript.append(step, in: venue)
            }
            let answer = String(decoding: transcript.take(), as: UTF8.self)
            if line.contains(" epa OPENBIDS ") {
                #expect(answer.contains("epa< OK "), "\(answer)")
                cleared += 1
            }
            if number % 40 == 39 {
                let restored = try Venue(snapshot: replay.venue.snapshot())
                #expect(restored.snapshot() == replay.venue.snapshot())
                let time = replay.time
                replay = StreamReplay(on: restored)
                replay.time = time
            }
        }
        #expect(cleared > 5)
        #expect(replay.venue.exchange.auctions.count { $0.result?.sold ?? .zero > .zero } > 3)
        for auction in replay.venue.exchange.auctions {
            guard let result = auction.result else { continue }
            #expect(result.steps.reduce(0) { $0 + $1.won.units } == result.sold.units)
            #expect(result.steps.reduce(0) { $0 + $1.paid.minorUnits } == result.proceeds.minorUnits)
            #expect(result.sold <= result.offered && result.unopened == 0)
        }
    }

    @Test("associates stay associated when their group changes its lead")
    func groups() throws {
        var replay = StreamReplay()
        let secret = AuctionSecret(.zero)
        let lines =
            opening + [
                "+0s epa CLASSIFY member=b1 type=compliance to=b0", "+0s epa CLASSIFY member=b2 type=compliance to=b1",
                "+0s epa CLASSIFY member=b0 type=compliance",
                "+0s epa AUCTION auction=A program=P vintage=2027 supply=100 opens=2027-03-01T09:00:00Z closes=2027-03-01T10:00:00Z "
                    + "rules=rggi lot=1 key=\(secret.publicKey.hex) commit=\(secret.commitment.hex)",
            ]
            + (0..<3).map { "2027-03-01T09:00:00Z b\($0) GUARANTEE auction=A amount=1000" }
        try replay.run(Array((lines.joined(separator: "\n") + "\n").utf8)) { _, _ in }
        func bid(_ member: String) throws -> String {
            var transcript = Transcript()
            try replay.run(Array("+0s \(member) BID auction=A steps=10:25 nonce=0123456789abcdef012345\n".utf8)) {
                step,
                venue in
                transcript.append(step, in: venue)
            }
            return String(decoding: transcript.take(), as: UTF8.self)
        }
        #expect(try bid("b1").contains("OK"))
        #expect(try bid("b2").contains("code=PURCHASE_LIMIT_EXCEEDED"))
        #expect(try bid("b0").contains("OK"))
    }
}
