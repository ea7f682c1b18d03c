import OrderBook
import Permits
import Testing

@Suite("continuous trading")
struct ContinuousTests {
    @Test("better prices trade first, then earlier orders, at the resting price")
    func priority() {
        var test = TestBook()
        test.rest(order(1, .sell, 5, at: 102), order(2, .sell, 5, at: 101), order(3, .sell, 5, at: 101))
        #expect(
            test.enter(order(4, .buy, 12, at: 103)) == [
                "5 @ 101: buy 4 left 7, sell 2 left 0, taker buy", "5 @ 101: buy 4 left 2, sell 3 left 0, taker buy",
                "2 @ 102: buy 4 left 0, sell 1 left 3, taker buy", "sell 101 shows 0", "sell 102 shows 3",
            ]
        )
        #expect(test.book.lastPrice == Price(minorUnits: 102))
    }

    @Test("what a limit order cannot trade rests at its limit")
    func rest() {
        var test = TestBook()
        test.rest(order(1, .buy, 5, at: 99))
        #expect(
            test.enter(order(2, .sell, 8, at: 98)) == [
                "5 @ 99: buy 1 left 0, sell 2 left 3, taker sell", "buy 99 shows 0", "sell 98 shows 3",
            ]
        )
        #expect(test.book.order(OrderID(number: 2))?.open == Quantity(3))
        #expect(test.book.order(OrderID(number: 1)) == nil)
    }

    @Test("the best price is gone once its last order is cancelled")
    func phantom() {
        var test = TestBook()
        test.rest(order(1, .buy, 5, at: 99), order(2, .buy, 5, at: 60))
        #expect(test.cancel(1) == ["closed 1 cancelled, open 5", "buy 99 shows 0"])
        #expect(test.book.bestBid == Price(minorUnits: 60))
        #expect(test.enter(order(3, .sell, 1, at: 99)) == ["sell 99 shows 1"])
        #expect(test.cancel(1) == [])
        test.cancel(2)
        #expect(test.book.bestBid == nil)
    }

    @Test("an order would cross from the other side's best price on")
    func wouldCross() {
        var test = TestBook()
        test.rest(order(1, .buy, 5, at: 99), order(2, .sell, 5, at: 101))
        let buys = [100, 101, 102].map { test.book.wouldCross(side: .buy, price: Price(minorUnits: $0)) }
        #expect(buys == [false, true, true])
        let sells = [98, 99, 100].map { test.book.wouldCross(side: .sell, price: Price(minorUnits: $0)) }
        #expect(sells == [true, true, false])
    }

    @Test("orders are found by number, whatever came and went before")
    func index() {
        var test = TestBook()
        for number in 1...500 as ClosedRange<UInt64> { test.enter(order(number * 10_000, .buy, 1, at: 90)) }
        for number in 1...500 as ClosedRange<UInt64> where number % 3 != 0 { test.cancel(number * 10_000) }
        #expect(test.book.allOrders.map(\.id.number) == stride(from: 30_000, through: 4_980_000, by: 30_000).map { $0 })
        #expect(test.book.order(OrderID(number: 30_000))?.open == Quantity(1))
        #expect(test.book.order(OrderID(number: 40_000)) == nil)
    }

    @Test("a copy keeps what it was when the original changes")
    func copies() {
        var test = TestBook()
        test.rest(order(1, .buy, 5, at: 99))
        let copy = test.book
        test.cancel(1)
        #expect(copy.bestBid == Price(minorUnits: 99))
        #expect(test.book.bestBid == nil)
    }
}

@Suite("times in force and minimum quantity")
struct TimeInForceTests {
    private func asks() -> TestBook {
        var test = TestBook()
        test.rest(order(1, .sell, 5, at: 101), order(2, .sell, 5, at: 103))
        return test
    }

    @Test("an IOC order leaves nothing resting")
    func immediateOrCancel() {
        var test = asks()
        #expect(
            test.enter(order(3, .buy, 8, at: 102, .ioc)) == [
                "5 @ 101: buy 3 left 3, sell 1 left 0, taker buy", "closed 3 unfilled, open 3", "sell 101 shows 0",
            ]
        )
        #expect(test.book.bestBid == nil)
    }

    @Test("a market order trades to its protection price and never rests")
    func market() {
        var test = asks()
        #expect(
            test.enter(order(3, .buy, 12, at: 150, kind: .market, .ioc)) == [
                "5 @ 101: buy 3 left 7, sell 1 left 0, taker buy", "5 @ 103: buy 3 left 2, sell 2 left 0, taker buy",
                "closed 3 unfilled, open 2", "sell 101 shows 0", "sell 103 shows 0",
            ]
        )
        #expect(test.book.count == 0)
    }

    @Test("a FOK order trades whole or not at all")
    func fillOrKill() {
        var test = asks()
        #expect(test.enter(order(3, .buy, 6, at: 102, .fok)) == ["closed 3 fok, open 6"])
        #expect(test.enter(order(4, .buy, 11, at: 150, .fok)) == ["closed 4 fok, open 11"])
        #expect(
            test.enter(order(5, .buy, 10, at: 103, .fok)) == [
                "5 @ 101: buy 5 left 5, sell 1 left 0, taker buy", "5 @ 103: buy 5 left 0, sell 2 left 0, taker buy",
                "sell 101 shows 0", "sell 103 shows 0",
            ]
        )
    }

    @Test("hidden quantity counts for FOK")
    func fillOrKillHidden() {
        var test = TestBook()
        test.rest(order(1, .sell, 10, at: 101, kind: .iceberg, display: 4))
        #expect(
            test.enter(order(2, .buy, 9, at: 101, .fok)) == [
                "4 @ 101: buy 2 left 5, sell 1 left 6, taker buy", "4 @ 101: buy 2 left 1, sell 1 left 2, taker buy",
                "1 @ 101: buy 2 left 0, sell 1 left 1, taker buy", "sell 101 shows 1",
            ]
        )
    }

    @Test("an order whose minimum cannot trade at entry ends untraded")
    func minimum() {
        var test = asks()
        #expect(test.enter(order(3, .buy, 20, at: 102, minimum: 6)) == ["closed 3 min, open 20"])
        #expect(
            test.enter(order(4, .buy, 20, at: 102, minimum: 5)) == [
                "5 @ 101: buy 4 left 15, sell 1 left 0, taker buy", "sell 101 shows 0", "buy 102 shows 15",
            ]
        )
    }

    @Test("a call does not ask for the minimum at entry")
    func minimumInCall() {
        var test = TestBook(phase: .preopen)
        #expect(test.enter(order(1, .buy, 20, at: 102, minimum: 5)) == ["buy 102 shows 20"])
    }
}

@Suite("self-trade prevention")
struct SelfTradeTests {
    /// Another's 5 at 101, own 5 at 101 behind it, another's 5 at 102.
    private func asks() -> TestBook {
        var test = TestBook()
        test.rest(order(1, .sell, 5, at: 101), order(2, .sell, 5, at: 101, owner: 9), order(3, .sell, 5, at: 102))
        return test
    }

    @Test("newest ends the incoming order, and nothing of it is left")
    func newest() {
        var test = asks()
        #expect(
            test.enter(order(4, .buy, 12, at: 102, owner: 9, selfTrade: .newest)) == [
                "5 @ 101: buy 4 left 7, sell 1 left 0, taker buy", "closed 4 self-trade, open 7", "sell 101 shows 5",
            ]
        )
        #expect(test.book.bestBid == nil)
    }

    @Test("oldest ends the resting order, and matching goes on")
    func oldest() {
        var test = asks()
        #expect(
            test.enter(order(4, .buy, 12, at: 102, owner: 9, selfTrade: .oldest)) == [
                "5 @ 101: buy 4 left 7, sell 1 left 0, taker buy", "closed 2 self-trade, open 5",
                "5 @ 102: buy 4 left 2, sell 3 left 0, taker buy", "sell 101 shows 0", "sell 102 shows 0",
                "buy 102 shows 2",
            ]
        )
    }

    @Test("both ends both")
    func both() {
        var test = asks()
        #expect(
            test.enter(order(4, .buy, 12, at: 102, owner: 9, selfTrade: .both)) == [
                "5 @ 101: buy 4 left 7, sell 1 left 0, taker buy", "closed 2 self-trade, open 5",
                "closed 4 self-trade, open 7", "sell 101 shows 0",
            ]
        )
        #expect(test.book.allOrders.map(\.id.number) == [3])
    }

    @Test(
        "FOK counts what self-trade prevention leaves, and kills without cancelling anyone",
        arguments: [
            (.newest, 5, true), (.newest, 6, false), (.both, 5, true), (.both, 6, false), (.oldest, 10, true),
            (.oldest, 11, false),
        ] as [(SelfTradePrevention, Int64, Bool)]
    )
    func fillOrKill(_ mode: SelfTradePrevention, _ quantity: Int64, _ fills: Bool) {
        var test = asks()
        let events = test.enter(order(4, .buy, quantity, at: 102, .fok, owner: 9, selfTrade: mode))
        if fills {
            #expect(!events.contains { $0.contains("closed 4") })
        } else {
            #expect(events == ["closed 4 fok, open \(quantity)"])
            #expect(test.book.count == 3)
        }
    }

    @Test("of an iceberg ahead of the own order, FOK counts the shown slice only")
    func icebergAhead() {
        var test = TestBook()
        test.rest(
            order(1, .sell, 10, at: 101, kind: .iceberg, display: 4),
            order(2, .sell, 5, at: 101, owner: 9)
        )
        #expect(test.enter(order(3, .buy, 5, at: 101, .fok, owner: 9)) == ["closed 3 fok, open 5"])
        #expect(
            test.enter(order(4, .buy, 4, at: 101, .fok, owner: 9)) == [
                "4 @ 101: buy 4 left 0, sell 1 left 6, taker buy"
            ]
        )
        // The next slice shows as much as the last: the level looks the same.
        #expect(test.depth(.sell) == ["101: 9 in 2"])
    }
}
