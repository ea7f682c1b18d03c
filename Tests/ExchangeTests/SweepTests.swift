import Exchange
import Ledger
import Permits
import Registry
import Testing
import Wire

/// What is begun for a whole program, market or venue comes to the same as if it were done in one step, however many slices
/// and snapshots lie between; and what it goes over stands still meanwhile.
@Suite("What goes over everybody is done in slices")
struct SweepTests {
    /// More than one slice lists.
    private static let count = 2_100

    private static let evidence = String(repeating: "0", count: 64)

    private static func member(_ index: Int) -> String { "m\(index)" }

    private let seed =
        """
        2027-03-01T08:00:00Z venue MEMBER member=operator role=operator name=O
        +0s operator MEMBER member=epa role=regulator name=E
        +0s epa PROGRAM program=CO2 unit=t currency=EUR
        +0s epa CAP program=CO2 vintage=2027 cap=100000000
        +0s operator MARKET market=M program=CO2 vintage=2027 tick=1 lot=1 maxqty=1000000 band=50 ref=70
        +0s operator PHASE market=M phase=preopen

        """
        + (0..<count).flatMap { index in
            [
                "+0s operator MEMBER member=\(member(index)) role=participant name=N",
                "+0s operator DEPOSIT member=\(member(index)) currency=EUR amount=100000",
                "+0s epa ALLOCATE program=CO2 vintage=2027 member=\(member(index)) qty=1000",
            ].map { $0 + "\n" }
        }.joined()

    /// Harmless commands between which slices have their turn.
    private func turns(_ count: Int) -> [String] { (0..<count).map { _ in "+0s m0 CANCEL order=1" } }

    private func run(_ lines: [String], seed more: String = "") throws -> (
        replies: [String], all: [String], exchange: Exchange
    ) {
        let result = try runWithSnapshots(behind: seed + more, lines, every: 1)
        #expect(result.exchange.isAtRest, "a sweep is not done")
        return result
    }

    private func text(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    private func commands(_ lines: some Sequence<String>) -> Set<String> {
        Set(lines.compactMap { value("seq", in: $0) })
    }

    private func value(_ key: String, in line: String) -> String? {
        line.split(separator: " ").first { $0.hasPrefix("\(key)=") }.map { String($0.dropFirst(key.count + 1)) }
    }

    @Test("a call trades all that its price says, at that price, and nobody leaves it halfway")
    func call() throws {
        let orders = (0..<Self.count).flatMap { index in
            [
                // Who would meet itself would not be there: half of them buy, half sell.
                index < Self.count / 2
                    ? "+0s \(Self.member(index)) ORDER market=M side=buy qty=4 price=\(70 + index % 3)"
                    : "+0s \(Self.member(index)) ORDER market=M side=sell qty=4 price=\(68 + index % 3)",
                "+0s \(Self.member(index)) ORDER market=M side=sell qty=1 price=75 tif=open",
            ]
        }
        let (replies, all, _) = try run(
            [
                "+0s operator PHASE market=M phase=open", "+0s m1299 CANCEL order=26000000",
                "+0s m1299 MASSCANCEL market=M", "+0s m3 ORDER market=M side=buy qty=1 price=70",
                "+0s operator PHASE market=M phase=halt",
            ] + turns(60),
            seed: text(orders)
        )
        #expect(replies[0].hasPrefix("OK"))
        #expect(replies[1...4].allSatisfy { $0.contains("code=BUSY") })
        let trades = all.filter { $0.hasPrefix("TRADE ") }
        #expect(Set(trades.compactMap { value("price", in: $0) }).count == 1)
        #expect(trades.compactMap { value("qty", in: $0).flatMap(Int.init) }.reduce(0, +) == 2 * Self.count)
        #expect(commands(trades).count > 2)
        #expect(all.count { $0.hasPrefix("DONE ") && $0.hasSuffix("reason=unfilled") } == Self.count)
        let opened = try #require(all.firstIndex { $0.hasPrefix("PHASE ") && $0.contains("phase=open") })
        #expect(all.lastIndex { $0.hasPrefix("TRADE ") }.map { $0 < opened } == true)
    }

    @Test("a lowered limit ends what does not fit, member by member, and nothing trades meanwhile")
    func limits() throws {
        let orders = (0..<Self.count).map {
            "+0s \(Self.member($0)) ORDER market=M side=buy qty=500 price=40 tif=gtc"
        }
        let (replies, all, _) = try run(
            [
                "+0s epa CAP program=CO2 vintage=2027 cap=100000000 holding=1200",
                "+0s m7 ORDER market=M side=sell qty=500 price=40",
                "+0s m7 TRANSFER program=CO2 vintage=2027 to=m8 qty=1",
                "+0s epa CAP program=CO2 vintage=2027 cap=100000000", "+0s m1299 MASSCANCEL",
            ] + turns(60),
            seed: text(["+0s operator PHASE market=M phase=open"] + orders)
        )
        #expect(replies.prefix(5).map { $0.contains("code=BUSY") } == [false, true, true, true, false])
        #expect(all.count { $0.hasSuffix("reason=limit") } == Self.count - 1)
        #expect(!all.contains { $0.hasPrefix("TRADE ") })
    }

    @Test("a class ends for everybody, and nothing of it moves meanwhile")
    func expiry() throws {
        let (replies, all, exchange) = try run(
            [
                "+0s epa CAP program=CO2 vintage=2027 cap=100000000 expire=2027-03-02",
                "+0s m0 ORDER market=M side=sell qty=10 price=70 tif=gtc", "+0s m1 OFFER give=CO2:2027:5 price=1",
                "+2d m1299 TRANSFER program=CO2 vintage=2027 to=m0 qty=1",
                "+0s m1299 RETIRE program=CO2 vintage=2027 qty=1",
            ] + turns(60)
        )
        #expect(replies[3...4].allSatisfy { $0.contains("code=BUSY") })
        let cancelled = all.filter { $0.hasPrefix("PERMITS ") && $0.contains("kind=expiry") }
        #expect(cancelled.count == Self.count)
        #expect(commands(cancelled).count > 2)
        #expect(all.contains { $0.contains("kind=expiry program=CO2 vintage=2027 cancelled=\(Self.count * 1000)") })
        let permits = try #require(exchange.ledger.assets.first { $0.permitClass != nil })
        #expect(exchange.ledger.statement(of: permits).held == 0)
    }

    @Test(
        "an announcement credits everybody with what was theirs when it was made; the season's end carries over likewise"
    )
    func season() throws {
        let water =
            [
                "+0s epa PROGRAM program=W unit=ML currency=EUR",
                "+0s epa CAP program=W vintage=2027 cap=100000000",
                "+0s epa SEASON program=W vintage=2027 ends=2027-06-30 carry=50 spills=1",
                "+0s epa PROGRAM program=E unit=ML currency=EUR yields=W",
                "+0s epa CAP program=E vintage=0 cap=100000000",
            ]
            + (0..<Self.count).map { "+0s epa ALLOCATE program=E vintage=0 member=\(Self.member($0)) qty=1000" }
        let sold = "TRANSFER program=E vintage=0 to=m0 qty=1000"
        let (replies, all, exchange) = try run(
            [
                "+0s epa ANNOUNCE program=E vintage=2027 percent=80", "+0s m1299 \(sold)",
                "+0s epa ANNOUNCE program=E vintage=2027 percent=90", "+0s epa CAP program=W vintage=2027 cap=1",
            ] + turns(60) + [
                "2027-07-01T08:00:00Z m1298 \(sold)", "+0s m1297 TRANSFER program=W vintage=2027 to=m0 qty=1",
            ] + turns(60) + ["+0s epa SPILL program=W vintage=2028 percent=50"] + turns(60)
                + ["+0s epa RELEASE program=W vintage=2028"] + turns(60),
            seed: text(water)
        )
        #expect(replies[0...3].map { $0.contains("code=BUSY") } == [false, false, true, true])
        let credited = all.filter { $0.hasPrefix("PERMITS ") && $0.contains("kind=allocation") }
        #expect(credited.count == Self.count)
        #expect(credited.allSatisfy { value("qty", in: $0) == "800" })
        #expect(commands(credited).count > 2)
        // What was sold while the season ended carries over for who had it before.
        #expect(replies[64].hasPrefix("OK") && replies[65].contains("code=BUSY"))
        let ended = try #require(all.first { $0.contains("kind=season-end") })
        // Half of an entitlement is carried over; of twice 1000, all 800.
        #expect(value("carried", in: ended) == "\((Self.count - 2) * 500 + 800)")
        #expect(value("spillable", in: ended) == "\((Self.count - 2) * 300 + 800)")
        #expect(
            replies[126].hasPrefix("OK") && value("qty", in: replies[126]) == "\((Self.count - 2) * 150 + 400)",
            "\(replies[126])"
        )
        let next = try exchange.findClass(ClassName(program: Code("W") ?? .none, vintage: 2028))
        #expect(
            exchange.ledger.statement(of: .permits(next)).held
                == Int64((Self.count - 2) * 650 + 800 + 400)
        )
    }

    @Test("a deadline finds of every facility what it had by then")
    func deadline() throws {
        let facilities = (0..<Self.count).flatMap { index in
            [
                "+0s epa FACILITY facility=f\(index) program=CO2 member=\(Self.member(index))",
                "+0s epa REPORT facility=f\(index) period=2027 qty=600 evidence=\(Self.evidence)",
            ]
        }
        let cover = "COVER facility=f1298 program=CO2 vintage=2027 qty=600"
        let (replies, all, _) = try run(
            [
                "+0s epa DEADLINE program=CO2 period=2027 due=2028-04-30",
                "2028-03-01T00:00:00Z m1299 COVER facility=f1299 program=CO2 vintage=2027 qty=600",
                "2028-05-02T00:00:00Z m1298 \(cover)",
                "+0s m1297 SURRENDER facility=f1297 period=2027 program=CO2 vintage=2027 qty=1",
                "+0s epa REPORT facility=f1298 period=2027 qty=1 evidence=\(Self.evidence)",
            ] + turns(60),
            seed: text(["2028-01-02T00:00:00Z m0 CANCEL order=1"] + facilities)
        )
        #expect(replies[2...4].allSatisfy { $0.contains("code=BUSY") })
        let outcomes = all.filter { $0.contains("kind=compliance") }
        #expect(outcomes.count == Self.count)
        #expect(outcomes.count { value("shortfall", in: $0) == "600" } == Self.count - 1)
        #expect(commands(outcomes).count > 2)
    }

    @Test("the day ends for all orders, and no market opens meanwhile")
    func dayEnd() throws {
        let orders = (0..<Self.count).map { "+0s \(Self.member($0)) ORDER market=M side=sell qty=1 price=71" }
        let (replies, all, _) = try run(
            [
                "+0s operator PHASE market=M phase=closed", "+0s operator DAYEND",
                "+0s operator PHASE market=M phase=preopen", "+0s operator DAYEND",
                "+0s operator REFERENCE market=M price=80",
            ] + turns(60) + ["+0s operator PHASE market=M phase=preopen"],
            seed: text(orders)
        )
        #expect(replies.prefix(5).map { $0.contains("code=BUSY") } == [false, false, true, true, true])
        #expect(replies.last?.hasPrefix("OK") == true)
        #expect(all.count { $0.hasSuffix("reason=expired") } == Self.count)
        #expect(commands(all.filter { $0.hasSuffix("reason=expired") }).count > 2)
    }

    @Test("bids are opened in slices, cleared at once and settled in slices; nobody leaves the auction meanwhile")
    func opening() throws {
        let count = 300
        let key = "30723d4f4e4f51f1e2309c90fbb32cc71a4292261c2282b5de3779f4a38e676f"
        let commit = "c8efc4260949e2e95ab54b89780c906151ce29204a37ee4ce24bafe0725e917a"
        let nonce = String(repeating: "0", count: 32)
        let bids = (0..<count).flatMap { index in
            [
                "+0s \(Self.member(index)) GUARANTEE auction=O amount=1000",
                "+0s \(Self.member(index)) BID auction=O steps=9.00:1,8.00:2 nonce=\(nonce)",
            ]
        }
        let opened = "OPENBIDS auction=O secret=\(String(repeating: "1", count: 64))"
        let (replies, all, _) = try run(
            [
                "2027-03-05T00:00:00Z m0 CANCEL order=1", "+0s epa \(opened)", "+0s epa CALLOFF auction=O",
                "+0s epa SUSPEND program=CO2 member=m249",
            ] + turns(20),
            seed: text(
                [
                    "+0s epa AUCTION auction=O program=CO2 vintage=2027 supply=600 opens=2027-03-03T00:00:00Z "
                        + "closes=2027-03-04T12:00:00Z rules=uniform key=\(key) commit=\(commit)",
                    "2027-03-03T01:00:00Z m0 CANCEL order=1",
                ] + bids
            )
        )
        #expect(replies[1].hasPrefix("OK"))
        #expect(replies[2...3].allSatisfy { $0.contains("code=BUSY") })
        let awards = all.filter { $0.hasPrefix("AWARD ") }
        #expect(awards.count == 2 * count)
        #expect(awards.compactMap { value("won", in: $0).flatMap(Int.init) }.reduce(0, +) == 600)
        let payments = all.filter { $0.hasPrefix("CASH ") && $0.contains("text=\"O\"") }
        // At 8, told to who pays and to the seller.
        let amounts = payments.compactMap { value("amount", in: $0).flatMap { Double($0) } }
        #expect(amounts.reduce(0, +) == 2 * 600 * 8)
        #expect(commands(payments).count > 1)
        let settled = try #require(all.firstIndex { $0.hasPrefix("AUCTION ") && $0.contains("phase=settled") })
        #expect(all.firstIndex { $0.hasPrefix("AWARD ") }.map { $0 > settled } == true)
    }

    @Test("a season's end settles each royalty once, right by right, and no right is made meanwhile")
    func rights() throws {
        let count = 700
        let water =
            [
                "+0s epa PROGRAM program=W unit=ML currency=EUR",
                "+0s epa CAP program=W vintage=2027 cap=100000000",
                "+0s epa SEASON program=W vintage=2027 ends=2027-06-30",
                "+0s epa PROGRAM program=E unit=ML currency=EUR yields=W",
                "+0s epa CAP program=E vintage=0 cap=100000000",
            ]
            + (0..<count).flatMap { index in
                let (seller, buyer) = (Self.member(index), Self.member(index + count))
                return [
                    "+0s epa ALLOCATE program=E vintage=0 member=\(seller) qty=10",
                    "+0s \(seller) OFFER give=E:0:10 price=1 royalty=2 to=\(buyer)",
                    "+0s \(buyer) TAKE offer=\(index + 1)",
                ]
            }
            + [
                "+0s epa ALLOCATE program=E vintage=0 member=m0 qty=10",
                "+0s m0 OFFER give=E:0:10 price=1 royalty=2 to=m1 expire=2028-01-01",
                "+0s epa ANNOUNCE program=E vintage=2027 percent=50",
            ] + turns(20)
        let (replies, all, _) = try run(
            ["2027-07-01T08:00:00Z m1 TAKE offer=\(count + 1)"] + turns(20) + ["+0s m1 TAKE offer=\(count + 1)"],
            seed: text(water)
        )
        #expect(replies.first?.contains("code=BUSY") == true && replies.last?.hasPrefix("OK") == true, "\(replies)")
        let settled = all.filter { $0.hasPrefix("REGISTRY ") && $0.contains("kind=right") }
        #expect(settled.count == count)
        #expect(settled.allSatisfy { value("yielded", in: $0) == "5" && value("paid", in: $0) == "10.00" })
        #expect(commands(settled).count > 1)
    }

    @Test("what meets when a link opens trades at one price, and nobody leaves it halfway")
    func batch() throws {
        let count = 700
        let zones =
            ["a", "b"].flatMap { zone in
                [
                    "+0s epa CAP program=Z vintage=2027 zone=\(zone) cap=100000000",
                    "+0s operator MARKET market=\(zone) program=Z vintage=2027 zone=\(zone) tick=1 lot=1 maxqty=100 band=50 ref=70",
                    "+0s operator PHASE market=\(zone) phase=preopen", "+0s operator PHASE market=\(zone) phase=open",
                ]
            }
            + (0..<count).flatMap { index in
                let (seller, buyer) = (Self.member(index), Self.member(index + count))
                return [
                    "+0s epa ALLOCATE program=Z vintage=2027 zone=a member=\(seller) qty=2",
                    "+0s \(seller) ORDER market=a side=sell qty=2 price=\(60 + index % 5)",
                    "+0s \(buyer) ORDER market=b side=buy qty=2 price=\(80 - index % 5)",
                ]
            }
        let (replies, all, _) = try run(
            [
                "+0s epa LINK link=L program=Z from=a to=b limit=\(2 * count)",
                "+0s \(Self.member(count - 1)) MASSCANCEL market=a", "+0s \(Self.member(2 * count - 1)) MASSCANCEL",
                "+0s m1 ORDER market=b side=sell qty=1 price=70", "+0s epa LINK link=L program=Z from=a to=b limit=1",
            ] + turns(20),
            seed: text(["+0s epa PROGRAM program=Z unit=ML currency=EUR"] + zones)
        )
        #expect(
            replies.prefix(5).map { $0.contains("code=BUSY") } == [false, true, true, true, true],
            "\(replies[0...4])"
        )
        let trades = all.filter { $0.hasPrefix("TRADE ") }
        #expect(trades.compactMap { value("qty", in: $0).flatMap(Int.init) }.reduce(0, +) == 2 * count)
        #expect(Set(trades.compactMap { value("price", in: $0) }) == ["70.00"])
        #expect(commands(trades).count > 2)
    }

    @Test("timers that fall due after a sweep began wait for its end")
    func order() throws {
        let (_, all, _) = try run(
            [
                "+0s epa CAP program=CO2 vintage=2027 cap=100000000 expire=2027-03-02",
                "+0s epa PROGRAM program=X unit=t currency=EUR",
                "+0s epa CAP program=X vintage=2027 cap=10 expire=2027-03-03",
                "+5d m0 CANCEL order=1",
            ] + turns(60)
        )
        let first = try #require(all.firstIndex { $0.contains("kind=expiry program=CO2 vintage=2027 cancelled") })
        let second = try #require(all.firstIndex { $0.contains("kind=expiry program=X") })
        #expect(first < second)
    }
}
