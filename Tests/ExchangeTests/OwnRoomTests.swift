@testable import Exchange
import Compacts
import Foundation
import Permits
import Registry
import Seals
import Testing
import Wire

@Suite("What lives has room of its own, and what is over leaves")
struct OwnRoomTests {
    private let seed = """
        2027-03-01T08:00:00Z venue MEMBER member=operator role=operator name=O
        +0s operator MEMBER member=epa role=regulator name=E
        +0s operator MEMBER member=acme role=participant name=A
        +0s operator MEMBER member=bolt role=participant name=B
        +0s epa PROGRAM program=CO2 unit=t currency=EUR
        +0s epa CAP program=CO2 vintage=2027 cap=1000000
        +0s epa ALLOCATE program=CO2 vintage=2027 member=acme qty=100000
        +0s operator MARKET market=M program=CO2 vintage=2027 tick=1 lot=1 maxqty=100 band=10 ref=70
        +0s operator PHASE market=M phase=preopen
        +0s operator PHASE market=M phase=open

        """

    /// Runs lines behind the setting.
    /// - Returns: what they print, and the venue.
    private func run(_ lines: [String]) throws -> (lines: [String], exchange: Exchange) {
        var replay = StreamReplay(keepsRecords: true)
        var transcript = Transcript()
        let text = seed + lines.joined(separator: "\n") + "\n"
        try replay.run(Array(text.utf8)) { step, venue in transcript.append(step, in: venue) }
        let printed = String(decoding: transcript.take(), as: UTF8.self).split(separator: "\n").map(String.init)
        return (printed, replay.venue.exchange)
    }

    private func code(_ text: String) throws -> Code { try #require(Code(text)) }

    private func isWhole(_ exchange: Exchange) throws -> Bool {
        try Exchange(snapshot: exchange.snapshot()).snapshot() == exchange.snapshot()
    }

    // MARK: Ids

    @Test("a member's ids take the place of its own oldest ones, and of nobody else's")
    func idsOfEach() throws {
        var replies = FirstReplies()
        let (acme, bolt) = (MemberID(1), MemberID(2))
        replies.record(.cancelled(count: 7), sequence: 1, contentHash: 1, id: try code("b"), member: bolt)
        for number in 0...Limits.idsMax {
            let outcome = number.isMultiple(of: 2) ? Outcome.done : .refused(Refusal(.badValue, "no \(number)"))
            let sequence = UInt64(number + 2)
            replies.record(outcome, sequence: sequence, contentHash: 2, id: try code("a\(number)"), member: acme)
        }
        #expect(replies.reply(to: try code("a0"), of: acme) == nil)
        #expect(
            replies.hasForgotten(ofMember: acme, isStaff: false)
                && !replies.hasForgotten(ofMember: bolt, isStaff: false)
        )
        #expect(replies.reply(to: try code("b"), of: bolt)?.outcome == .cancelled(count: 7))
        #expect(replies.reply(to: try code("a1"), of: acme)?.outcome == .refused(Refusal(bare: .badValue)))
        let last = Limits.idsMax - 1
        #expect(
            replies.reply(to: try code("a\(last)"), of: acme)?.outcome == .refused(Refusal(.badValue, "no \(last)"))
        )
        var writer = ByteWriter()
        writer.write(replies)
        var reader = ByteReader(writer.bytes)
        var again = ByteWriter()
        again.write(try FirstReplies.layout(&reader, nil))
        #expect(writer.bytes == again.bytes)
        // The next day still knows them, the day after it does not, but for the id of an order that lives.
        let order = OrderID(number: 20_000)
        let live = Outcome.order(order, open: Quantity(5))
        replies.record(live, sequence: UInt64(Limits.idsMax + 3), contentHash: 4, id: try code("o"), member: bolt)
        let room = (Int(acme.index), Int(bolt.index))
        for sequence in [UInt64(Limits.idsMax + 4), UInt64(Limits.idsMax + 5)] {
            #expect(replies.reply(to: try code("b"), of: bolt) != nil)
            replies.endDay(with: sequence, at: Timestamp(microseconds: 0))
            for slot in [room.0, room.1] {
                var left = replies.count(of: slot)
                while left > 0, replies.forgetOld(of: slot, isStaff: false, isLive: { $0 == order && "\($1)" == "o" }) {
                    left -= 1
                }
            }
        }
        #expect(replies.reply(to: try code("b"), of: bolt) == nil && replies.count(of: room.0) == 0)
        #expect(replies.reply(to: try code("o"), of: bolt)?.outcome == live)
        #expect(!replies.hasForgotten(ofMember: acme, isStaff: false))
    }

    @Test("a refusal that is long past is repeated by its code, and nothing acts twice")
    func oldRefusals() throws {
        let refused = (0...Limits.refusalTextsMax).map {
            "+1ms acme ORDER id=r\($0) market=NONE\($0) side=buy qty=1 price=70"
        }
        let (printed, exchange) = try run(refused + [refused[0], refused[Limits.refusalTextsMax]])
        let repeats = printed.filter { $0.hasSuffix(" dup=1") }
        #expect(repeats.count == 2)
        let code = RejectCode.unknownMarket
        #expect(repeats[0].contains("id=r0 ") && repeats[0].contains("text=\"\(code.cause) \(code.cure)\""))
        #expect(repeats[1].contains("NONE\(Limits.refusalTextsMax)"))
        #expect(try isWhole(exchange))
    }

    // MARK: Auctions

    private let terms =
        "program=CO2 vintage=2027 supply=1 opens=2029-01-01 closes=2029-01-02 rules=uniform key=30723d4f4e4f51f1e2309c90fbb32cc71a4292261c2282b5de3779f4a38e676f commit=c8efc4260949e2e95ab54b89780c906151ce29204a37ee4ce24bafe0725e917a"

    private func auctions(_ numbers: ClosedRange<Int>) -> [String] {
        numbers.flatMap { ["+1ms acme AUCTION auction=a\($0) \(terms)", "+1ms acme CALLOFF auction=a\($0)"] }
    }

    @Test("auctions that are over leave, their timers too; a code comes again under another number")
    func auctionsOver() throws {
        let most = Limits.auctionsKeptMax
        let again = "+1ms acme AUCTION auction=a1 \(terms)"
        let (printed, exchange) = try run(auctions(1...1) + [again] + auctions(2...most + 2) + [again, again])
        #expect(printed.filter { $0.contains("acme< ERR") && $0.contains("ALREADY_EXISTS") }.count == 2)
        let announced = printed.filter { $0.contains("AUCTION ") && $0.contains(" auction=a1 number=") }
        #expect(announced.count == 2)
        #expect(announced.last?.contains("number=\(most + 3) ") ?? false)
        #expect(exchange.auctions.count == most + 1)
        #expect(exchange.timers.count < 1200)
        #expect(try isWhole(exchange))
        exchange.checkInvariants()
    }

    @Test("timers of orders that were cancelled leave")
    func timersOver() throws {
        let lines = (0..<3000).flatMap {
            [
                "+1ms acme ORDER id=o\($0) market=M side=sell qty=1 price=70 tif=gtd expire=2028-01-01",
                "+1ms acme CANCEL orig=o\($0)",
            ]
        }
        let (_, exchange) = try run(lines)
        #expect(exchange.timers.count < 1100)
        #expect(try isWhole(exchange))
    }

    // MARK: Agreements

    @Test("dialogues that led to nothing leave, but for the last ones of who began them")
    func dialoguesOver() throws {
        let most = Limits.agreementsKeptMax
        let lines = (1...most + 5).flatMap {
            ["+1s acme INTEREST compact=d\($0) to=bolt text=hi", "+1s bolt LEAVE compact=d\($0)"]
        }
        let (printed, exchange) = try run(
            lines + ["+1s bolt COMPACTS compact=d\(most + 5)", "+1s bolt INTEREST compact=d1 to=acme text=new"]
        )
        #expect(exchange.compacts.agreements.count == most + 2)
        #expect(exchange.compacts.agreementCount == UInt64(most + 6))
        #expect(printed.contains { $0.hasPrefix("bolt< OK seq=") && $0.contains("seq=\(exchange.sequence)") })
        #expect(try isWhole(exchange))
    }

    @Test("complaints that were answered leave, but for the last ones of who complained")
    func complaintsOver() throws {
        let most = Limits.complaintsKeptMax
        let lines = (1...most + 10).flatMap {
            ["+1s acme COMPLAIN member=bolt text=\"no \($0)\"", "+1s bolt ANSWER number=\($0) text=yes"]
        }
        let (printed, exchange) = try run(lines + ["+1s bolt ANSWER number=1 text=again", "+1s acme COMPLAINTS"])
        #expect(exchange.compacts.complaints.count == most + 1)
        #expect(printed.contains { $0.contains("code=UNKNOWN_COMPLAINT") })
        #expect(printed.filter { $0.contains("acme< ROW number=") }.count == most + 1)
        #expect(try isWhole(exchange))
    }

    @Test("a sampler corrects its own reading, however often, and nobody else's place is taken")
    func readings() throws {
        var agreement = Agreement(code: try code("R"), initiator: MemberID(1), members: [], isOpen: false)
        func reading(_ number: UInt64, by sampler: String, isDetermination: Bool = false) throws -> Reading {
            Reading(
                number: number,
                measure: try code("tp"),
                period: try code("2027"),
                sample: 1,
                sampler: try code(sampler),
                figure: Figure.one,
                isDetermination: isDetermination,
                time: .zero,
                evidence: .zero
            )
        }
        agreement.take(try reading(1, by: "down"))
        agreement.take(try reading(2, by: "lab", isDetermination: true))
        for number in 3...30_000 { agreement.take(try reading(UInt64(number), by: "up")) }
        #expect(agreement.readings.map(\.number) == [1, 2, 30_000])
        #expect(agreement.readingCount == 30_000)
    }

    @Test("a verifier corrects its own report, however often")
    func reports() throws {
        let setting = [
            "+0s operator MEMBER member=vera role=verifier name=V",
            "+0s epa FACILITY facility=mill program=CO2 member=acme name=Mill",
            "+0s epa MONITOR facility=mill verifier=vera",
        ]
        let evidence = String(repeating: "0", count: 63) + "1"
        let lines = (1...300).map {
            "+1s vera REPORT facility=mill period=2027 kind=use qty=\($0) evidence=\(evidence)"
        }
        let (printed, exchange) = try run(setting + lines + ["+1s epa REPORTS facility=mill"])
        #expect(exchange.registry.facilities[0].reports.map(\.quantity) == [Quantity(300)])
        #expect(printed.last?.contains("verified=300") ?? false)
        #expect(try isWhole(exchange))
    }

    // MARK: Certificates

    @Test("certificates are counted, not kept, and are answered from what was booked")
    func certificates() throws {
        let lines = (1...50).map { "+1s acme RETIRE program=CO2 vintage=2027 qty=\($0) text=\"no \($0)\"" }
        let (printed, exchange) = try run(lines + ["+1s bolt CERTIFICATE number=7", "+1s bolt CERTIFICATE number=51"])
        #expect(exchange.registry.certificateCount == 50)
        #expect(
            exchange.registry.retired(by: try #require(exchange.members.member(try code("acme"))), of: ProgramID(0))
                == 1275
        )
        #expect(printed.contains { $0.hasPrefix("bolt< OK number=7 ") && $0.contains("text=\"no 7\"") })
        #expect(printed.last?.contains("code=UNKNOWN_CERTIFICATE") ?? false)
        #expect(try isWhole(exchange))
    }
}
