import OrderBook
import Permits
import Testing

@Suite("the call auction")
struct CallTests {
    private static func indicative(_ test: TestBook, reference: Int64) -> String {
        guard let call = test.book.indicative(reference: Price(minorUnits: reference)) else { return "none" }
        let surplus = call.surplusSide.map { ", \(call.surplus.units) \($0.text) over" } ?? ""
        return "\(call.volume.units) @ \(call.price.minorUnits)\(surplus)"
    }

    @Test(
        "the price rule: volume, surplus, pressure, reference, the higher",
        arguments: [
            // Largest volume with no surplus from 7810 to 7840: the nearest to the reference.
            ([(7850, 200), (7840, 100)], [(7810, 100), (7800, 200)], 7850, "300 @ 7840"),
            // The reference lies in the gap between orders and wins.
            ([(7850, 200), (7840, 100)], [(7810, 100), (7800, 200)], 7820, "300 @ 7820"),
            ([(7850, 200), (7840, 100)], [(7810, 100), (7800, 200)], 7700, "300 @ 7810"),
            // Largest volume beats smallest surplus.
            ([(7850, 100), (7810, 400)], [(7800, 100), (7810, 50)], 7850, "150 @ 7810, 350 buy over"),
            // Smallest surplus: 100 up to 7810, none above.
            ([(7840, 100), (7810, 100)], [(7800, 100)], 7800, "100 @ 7820"),
            // Pressure up: buys are over on all of 7800...7850, so the highest, whatever the reference.
            ([(7850, 300)], [(7800, 100)], 7800, "100 @ 7850, 200 buy over"),
            // Pressure down: the lowest.
            ([(7850, 100)], [(7800, 300)], 7850, "100 @ 7800, 200 sell over"),
            // Pressure on both sides: 100 buys over up to 7820, 100 sells over from 7830 on; then the nearest.
            ([(7850, 200), (7820, 100)], [(7800, 200), (7830, 100)], 7800, "200 @ 7800, 100 buy over"),
            ([(7850, 200), (7820, 100)], [(7800, 200), (7830, 100)], 7900, "200 @ 7850, 100 sell over"),
            // The reference above what is left: its highest.
            ([(7820, 100), (7810, 200)], [(7810, 200), (7820, 200)], 7900, "200 @ 7810, 100 buy over"),
            ([(7790, 100)], [(7800, 300)], 7850, "none"),
        ] as [([(Int64, Int64)], [(Int64, Int64)], Int64, String)]
    )
    func rule(_ buys: [(Int64, Int64)], _ sells: [(Int64, Int64)], _ reference: Int64, _ expected: String) {
        var test = TestBook(phase: .preopen, tick: 10, low: 7000, high: 8000, last: 7500)
        for (index, (price, quantity)) in buys.enumerated() {
            test.enter(order(UInt64(index + 1), .buy, quantity, at: price))
        }
        for (index, (price, quantity)) in sells.enumerated() {
            test.enter(order(UInt64(index + 11), .sell, quantity, at: price))
        }
        #expect(CallTests.indicative(test, reference: reference) == expected)
    }

    @Test("all trade at one price, by price and time, and what was for the call only ends")
    func uncross() {
        var test = TestBook(phase: .preopen)
        test.rest(
            order(1, .buy, 5, at: 101),
            order(2, .buy, 5, at: 102),
            order(3, .buy, 4, at: 150, kind: .market, .atTheOpen),
            order(4, .sell, 8, at: 99),
            order(5, .sell, 2, at: 98, .atTheOpen),
            order(6, .sell, 3, at: 103, .atTheOpen),
            order(7, .buy, 9, at: 99, .atTheClose)
        )
        #expect(
            test.uncross() == [
                "2 @ 101: buy 3 left 2, sell 5 left 0, auction", "2 @ 101: buy 3 left 0, sell 4 left 6, auction",
                "5 @ 101: buy 2 left 0, sell 4 left 1, auction", "1 @ 101: buy 1 left 4, sell 4 left 0, auction",
                "closed 6 unfilled, open 3", "buy 150 shows 0", "sell 98 shows 0", "sell 99 shows 0", "buy 102 shows 0",
                "buy 101 shows 4", "sell 103 shows 0",
            ]
        )
        #expect(test.book.lastPrice == Price(minorUnits: 101))
        #expect(test.book.allOrders.map(\.id.number) == [1, 7])
    }

    @Test("a call that does not trade ends what was for the call only, and leaves the last price")
    func nothing() {
        var test = TestBook(phase: .preopen)
        test.rest(order(1, .buy, 5, at: 150, kind: .market, .atTheOpen), order(2, .buy, 5, at: 99))
        #expect(test.uncross() == ["closed 1 unfilled, open 5", "buy 150 shows 0"])
        #expect(test.book.lastPrice == Price(minorUnits: 100))
    }

    @Test("at-the-close orders wait in order of time until the closing call begins")
    func parked() {
        var test = TestBook()
        #expect(test.enter(order(1, .sell, 5, at: 100, .atTheClose)) == [])
        #expect(test.enter(order(2, .sell, 5, at: 100, .atTheClose)) == [])
        #expect(test.amend(1, quantity: 6) == [])
        #expect(test.enter(order(3, .buy, 7, at: 100)) == ["buy 100 shows 7"])
        #expect(test.beginClosing() == ["sell 100 shows 11"])
        #expect(
            test.uncross(to: .closed) == [
                "5 @ 100: buy 3 left 2, sell 2 left 0, auction", "2 @ 100: buy 3 left 0, sell 1 left 4, auction",
                "closed 1 unfilled, open 4", "buy 100 shows 0", "sell 100 shows 0",
            ]
        )
    }

    @Test("after a call an iceberg that traded shows a fresh slice")
    func freshSlice() {
        var test = TestBook()
        test.rest(order(1, .sell, 20, at: 100, kind: .iceberg, display: 5), order(2, .buy, 3, at: 100))
        #expect(test.depth(.sell) == ["100: 2 in 1"])
        #expect(test.beginClosing() == [])
        test.rest(order(3, .buy, 4, at: 100))
        #expect(
            test.uncross(to: .closed) == [
                "4 @ 100: buy 3 left 0, sell 1 left 13, auction", "buy 100 shows 0", "sell 100 shows 5",
            ]
        )
    }

    @Test("in a call hidden quantity counts, an iceberg keeps its place, and members may meet themselves")
    func hidden() {
        var test = TestBook(phase: .preopen)
        test.rest(
            order(1, .sell, 20, at: 100, kind: .iceberg, owner: 9, display: 4),
            order(2, .sell, 5, at: 100),
            order(3, .buy, 18, at: 100, owner: 9)
        )
        #expect(CallTests.indicative(test, reference: 100) == "18 @ 100, 7 sell over")
        #expect(
            test.uncross() == [
                "18 @ 100: buy 3 left 0, sell 1 left 2, auction", "buy 100 shows 0", "sell 100 shows 7",
            ]
        )
        #expect(
            test.enter(order(4, .buy, 1, at: 100)) == [
                "1 @ 100: buy 4 left 0, sell 1 left 1, taker buy", "sell 100 shows 6",
            ]
        )
    }
}

@Suite("the band and snapshots")
struct BandTests {
    @Test("a band move ends what lies outside and keeps the queues")
    func move() {
        var test = TestBook()
        test.rest(
            order(1, .buy, 5, at: 60),
            order(2, .buy, 5, at: 90),
            order(3, .buy, 6, at: 90),
            order(4, .sell, 5, at: 140),
            order(5, .buy, 5, at: 120, kind: .stopLimit, stop: 110),
            order(6, .sell, 5, at: 80, kind: .stopLimit, stop: 70),
            order(7, .buy, 5, at: 150, kind: .stop, stop: 105)
        )
        #expect(
            test.setBand(low: 80, high: 120) == [
                "closed 1 band, open 5", "closed 4 band, open 5", "closed 6 band, open 5", "repriced 7 from 150 to 120",
                "buy 60 shows 0", "sell 140 shows 0",
            ]
        )
        #expect(
            test.enter(order(8, .sell, 7, at: 80)) == [
                "5 @ 90: buy 2 left 0, sell 8 left 2, taker sell", "2 @ 90: buy 3 left 4, sell 8 left 0, taker sell",
                "buy 90 shows 4",
            ]
        )
    }

    @Test("a protection price that would have to follow the band outwards ends its order")
    func outwards() {
        var test = TestBook(phase: .open)
        test.rest(order(1, .buy, 5, at: 150, kind: .market, .atTheClose))
        test.rest(order(2, .sell, 5, at: 50, kind: .market, .atTheClose))
        #expect(test.setBand(low: 160, high: 200) == ["closed 1 band, open 5", "repriced 2 from 50 to 160"])
    }

    @Test("a snapshot keeps every place in the queue, and equal books have equal bytes")
    func snapshot() throws {
        var test = TestBook()
        test.rest(order(9, .buy, 1, at: 91), order(8, .buy, 1, at: 92), order(7, .sell, 1, at: 99, .atTheClose))
        test.rest(
            order(1, .buy, 5, at: 90),
            order(2, .buy, 5, at: 90),
            order(3, .buy, 5, at: 90, kind: .iceberg, display: 2),
            order(4, .buy, 5, at: 120, kind: .stopLimit, stop: 110),
            order(5, .buy, 5, at: 120, kind: .stopLimit, stop: 110)
        )
        test.amend(1, quantity: 6)
        test.amend(4, quantity: 6)
        test.cancel(9)
        test.cancel(8)
        var reader = ByteReader(test.bytes)
        var copy = test
        copy.book = try OrderBook(from: &reader)
        #expect(reader.isAtEnd)
        copy.book.checkInvariants(isContinuous: true)
        #expect(copy.bytes == test.bytes)
        #expect(copy.book.allOrders == test.book.allOrders)
        let sweep = order(10, .sell, 12, at: 90)
        let expected = test.enter(sweep)
        #expect(copy.enter(sweep) == expected)
        #expect(
            expected == [
                "5 @ 90: buy 2 left 0, sell 10 left 7, taker sell", "2 @ 90: buy 3 left 3, sell 10 left 5, taker sell",
                "5 @ 90: buy 1 left 1, sell 10 left 0, taker sell", "buy 90 shows 3",
            ]
        )
        copy.rest(order(11, .sell, 1, at: 110))
        test.rest(order(11, .sell, 1, at: 110))
        #expect(copy.enter(order(12, .buy, 1, at: 110)) == test.enter(order(12, .buy, 1, at: 110)))
        #expect(copy.bytes == test.bytes)
    }

    @Test("a cut or false snapshot is an error, never a trap")
    func falseSnapshot() {
        var test = TestBook()
        test.rest(
            order(1, .buy, 5, at: 90),
            order(2, .sell, 5, at: 110, kind: .iceberg, display: 2),
            order(3, .buy, 5, at: 120, kind: .stopLimit, stop: 110),
            order(4, .buy, 5, at: 90, .atTheClose)
        )
        let bytes = test.bytes
        for count in bytes.indices {
            var reader = ByteReader(Array(bytes[..<count]))
            #expect(throws: SnapshotError.self) { try OrderBook(from: &reader) }
        }
        for index in bytes.indices {
            for change in [1, 0x80, 0xFF] as [UInt8] {
                var mutated = bytes
                mutated[index] ^= change
                // An error or a book; a book must be sound.
                var reader = ByteReader(mutated)
                guard let book = try? OrderBook(from: &reader) else { continue }
                book.checkInvariants(isContinuous: false)
            }
        }
    }
}
