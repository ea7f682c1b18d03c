import Exchange
import Foundation
import Ledger
import Permits
import Testing
import Wire

@Suite("The work of one request is bounded, and said")
struct BoundedWorkTests {
    private let seed = """
        2027-03-01T08:00:00Z venue MEMBER member=operator role=operator name=O
        +0s operator MEMBER member=epa role=regulator name=E
        +0s operator MEMBER member=acme role=participant name=A
        +0s operator MEMBER member=bolt role=participant name=B
        +0s operator MEMBER member=coal role=participant name=C
        +0s operator DEPOSIT member=acme currency=EUR amount=100000000
        +0s operator DEPOSIT member=bolt currency=EUR amount=100000000
        +0s epa PROGRAM program=CO2 unit=t currency=EUR
        +0s epa CAP program=CO2 vintage=2027 cap=100000000
        +0s epa ALLOCATE program=CO2 vintage=2027 member=acme qty=1000000
        +0s operator MARKET market=M program=CO2 vintage=2027 tick=1 lot=1 maxqty=1000000 band=50 ref=70
        +0s operator PHASE market=M phase=preopen
        +0s operator PHASE market=M phase=open

        """

    private func run(_ lines: [String]) throws -> (replies: [String], all: [String], exchange: Exchange) {
        try runWithSnapshots(behind: seed, lines, every: 100)
    }

    private func last(_ replies: [String]) throws -> String { try #require(replies.last) }

    // MARK: Matching

    @Test("an order meets so many others at most; what is left ends, and trades on when it is sent again")
    func matches() throws {
        let count = Limits.matchesMax + 500
        let rests = (0..<count).map { _ in "+0s acme ORDER market=M side=sell qty=1 price=70 tif=gtc" }
        let sweep = "+0s bolt ORDER market=M side=buy qty=\(count) price=70 tif=gtc"
        let (replies, all, _) = try run(rests + [sweep, "+0s bolt ORDERS", sweep, "+0s bolt ORDERS"])
        #expect(all.count { $0.hasPrefix("TRADE ") } == count)
        #expect(all.count { $0.hasPrefix("DONE ") && $0.hasSuffix("reason=match-limit") } == 1)
        // The second one trades with what is left, and rests.
        #expect(replies[replies.count - 3].hasSuffix("rows=0"))
        #expect(try last(replies).hasSuffix("rows=1"))
    }

    @Test("a fok order that would meet too many trades nothing, slices of icebergs counted")
    func fillOrKill() throws {
        let iceberg = "+0s acme ORDER market=M side=sell type=iceberg qty=5000 display=2 price=70 tif=gtc"
        let (_, all, _) = try run([
            iceberg, "+0s bolt ORDER market=M side=buy qty=5000 price=70 tif=fok",
            "+0s bolt ORDER market=M side=buy qty=1000 price=70 tif=fok",
        ])
        #expect(all.count { $0.hasSuffix("reason=fok") } == 1)
        #expect(all.count { $0.hasPrefix("TRADE ") } == 500)
    }

    @Test("stops that one command cannot trigger act in the next, each once, the oldest first")
    func stops() throws {
        let count = Limits.matchesMax + 300
        let stops = (0..<count).map { _ in "+0s acme ORDER market=M side=sell type=stop qty=1 stop=69 tif=gtc" }
        let (_, all, exchange) = try run(
            stops + [
                "+0s bolt ORDER market=M side=buy qty=1 price=69 tif=gtc",
                "+0s acme ORDER market=M side=sell qty=1 price=69",
                "+1us bolt CANCEL order=1", "+1us bolt CANCEL order=1",
            ]
        )
        let triggered = all.filter { $0.hasPrefix("TRIGGER ") }.compactMap { line in
            line.split(separator: " ").first { $0.hasPrefix("order=") }.flatMap { Int($0.dropFirst(6)) }
        }
        #expect(triggered.count == count)
        #expect(triggered == triggered.sorted())
        #expect(exchange.nextDeadline(after: exchange.now) == nil)
    }

    @Test("a member has so many live orders at most, and room again when one ends")
    func orders() throws {
        let rests = (0..<Limits.ordersMax).map { _ in "+0s acme ORDER market=M side=sell qty=1 price=71 tif=gtc" }
        let more = "+0s acme ORDER market=M side=sell qty=1 price=71 tif=gtc"
        let (replies, _, _) = try run(
            rests + [
                more, "+0s bolt ORDER market=M side=buy qty=1 price=71 tif=ioc", more, more, "+0s acme MASSCANCEL",
            ]
        )
        let codes = replies.suffix(5).map { $0.contains("code=LIMIT_REACHED") }
        #expect(codes == [true, false, false, true, false])
        #expect(try last(replies).hasSuffix("count=\(Limits.ordersMax)"))
    }

    // MARK: Serial blocks

    /// Gives bolt and coal every other permit of the first ones, `count` each.
    private func crumbs(_ count: Int) -> [String] {
        (0..<count).flatMap { _ in
            ["bolt", "coal"].map { "+0s acme TRANSFER program=CO2 vintage=2027 to=\($0) qty=1" }
        }
    }

    @Test("permits in too many pieces move in several requests, and an order for them is refused before it can trade")
    func pieces() throws {
        let count = Limits.blocksMax + 200
        let (replies, _, _) = try run(
            crumbs(count) + [
                "+0s bolt TRANSFER program=CO2 vintage=2027 to=coal qty=\(count)",
                "+0s bolt ORDER market=M side=sell qty=\(count) price=70 tif=gtc",
                "+0s bolt ORDER market=M side=sell qty=900 price=70 tif=gtc",
                "+0s bolt RETIRE program=CO2 vintage=2027 qty=200",
                "+0s bolt RETIRE program=CO2 vintage=2027 qty=100",
                "+0s acme ORDER market=M side=buy qty=900 price=70 tif=ioc",
                "+0s bolt TRANSFER program=CO2 vintage=2027 to=coal qty=200",
            ]
        )
        let refused = replies.suffix(7).map { $0.contains("code=LIMIT_REACHED") }
        #expect(refused == [true, true, false, true, false, false, false])
        #expect(replies[replies.count - 7].contains("ask for at most \(Limits.blocksMax) now"))
    }

    @Test("who is sent permits in pieces parts with whole blocks as before")
    func dust() throws {
        let count = Limits.blocksMax + 200
        // Coal's own come last, behind all the pieces that others sent it.
        let (replies, all, exchange) = try run(
            crumbs(count) + [
                "+0s epa ALLOCATE program=CO2 vintage=2027 member=coal qty=50000",
                "+0s coal TRANSFER program=CO2 vintage=2027 to=acme qty=40000",
                "+0s coal ORDER market=M side=sell qty=10000 price=70 tif=gtc",
                "+0s acme ORDER market=M side=buy qty=10000 price=70 tif=ioc",
            ]
        )
        #expect(replies.suffix(3).allSatisfy { $0.hasPrefix("OK") })
        #expect(
            all.last { $0.hasPrefix("PERMITS ") && $0.contains("kind=transfer") }?.contains("serials=1000001-1040000")
                == true
        )
        let coal = try #require(Code("coal").flatMap { exchange.members.member($0) })
        let asset = try #require(exchange.ledger.assets.first { $0.permitClass != nil })
        #expect(exchange.ledger.blockCount(of: .general(coal), asset) == count)
    }

    // MARK: Timers

    @Test(
        "timers that are due together go in slices, between which others have their turn; a snapshot may come between"
    )
    func timers() throws {
        let count = 2 * Limits.timersMax + 100
        let rests = (0..<count).map { index in
            let terms =
                index.isMultiple(of: 2)
                ? "acme ORDER market=M side=sell qty=1 price=71" : "bolt ORDER market=M side=buy qty=1 price=60"
            return "+0s \(terms) tif=gtd expire=2027-03-01T09:00:00Z"
        }
        let (_, all, exchange) = try run(
            rests + ["2027-03-01T09:00:01Z bolt ORDER market=M side=buy qty=1 price=60 tif=gtc"]
                + (0..<10).map { _ in "+0s bolt ORDER market=M side=buy qty=1 price=60 tif=gtc" }
        )
        let ended = all.filter { $0.hasSuffix("reason=expired") }
        #expect(ended.count == count)
        let commands = Set(ended.compactMap { $0.split(separator: " ").first { $0.hasPrefix("seq=") } })
        #expect(commands.count >= 3)
        #expect(exchange.nextDeadline(after: exchange.now) == nil)
    }

    @Test("transfers that wait are each member's own, so many at most")
    func transfers() throws {
        let setting = [
            "+0s epa PROGRAM program=EUA unit=t currency=EUR rules=eu",
            "+0s epa CAP program=EUA vintage=2027 cap=1000000",
            "+0s epa ALLOCATE program=EUA vintage=2027 member=acme qty=100000",
            "+0s epa ALLOCATE program=EUA vintage=2027 member=coal qty=10",
        ]
        let sent = (0..<Limits.transfersMax).map { _ in "+0s acme TRANSFER program=EUA vintage=2027 to=bolt qty=1" }
        let one = "TRANSFER program=EUA vintage=2027 to=bolt qty=1"
        let (replies, all, _) = try run(
            setting + sent + ["+0s acme \(one)", "+0s coal \(one)", "+0s acme RECALL transfer=1", "+0s acme \(one)"]
                + (0..<5).map { _ in "+30d bolt DEADMAN timeout=0" }
        )
        #expect(replies.dropLast(5).suffix(4).map { $0.contains("code=LIMIT_REACHED") } == [true, false, false, false])
        #expect(all.count { $0.contains("state=executed") } == 2 * (Limits.transfersMax + 1))
    }

    // MARK: Answers

    @Test("long lists come in pages, whole and once")
    func pages() throws {
        let count = 2 * Limits.rowsMax + 10
        let listed = (0..<count).map {
            "+0s operator MARKET market=N\($0) program=CO2 vintage=2027 tick=1 lot=1 maxqty=10 band=50 ref=70"
        }
        let (_, all, _) = try run(listed + (1...3).map { "+0s acme MARKETS page=\($0)" })
        let rows = all.filter { $0.hasPrefix("ROW market=") }.map { $0.split(separator: " ")[1] }
        #expect(rows.count == count + 1)
        #expect(Set(rows).count == rows.count)
        let heads = all.filter { $0.contains(" rows=") }
        #expect(heads == ["OK next=2 rows=1000", "OK next=3 rows=1000", "OK rows=11"])
    }
}

extension Exchange {
    /// The next timer, if it is due at `time`.
    fileprivate func nextDeadline(after time: Timestamp) -> Timestamp? {
        var exchange = self
        return exchange.nextDeadline <= time ? exchange.nextDeadline : nil
    }
}
