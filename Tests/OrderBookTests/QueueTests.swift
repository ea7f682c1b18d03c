import OrderBook
import Permits
import Testing

@Suite("icebergs and amendments")
struct QueueTests {
    @Test("an iceberg's next slice queues behind what is there")
    func iceberg() {
        var test = TestBook()
        #expect(test.enter(order(1, .sell, 10, at: 101, kind: .iceberg, display: 4)) == ["sell 101 shows 4"])
        #expect(test.enter(order(2, .sell, 5, at: 101)) == ["sell 101 shows 9"])
        #expect(
            test.enter(order(3, .buy, 4, at: 101)) == ["4 @ 101: buy 3 left 0, sell 1 left 6, taker buy"]
        )
        #expect(
            test.enter(order(4, .buy, 11, at: 101)) == [
                "5 @ 101: buy 4 left 6, sell 2 left 0, taker buy", "4 @ 101: buy 4 left 2, sell 1 left 2, taker buy",
                "2 @ 101: buy 4 left 0, sell 1 left 0, taker buy", "sell 101 shows 0",
            ]
        )
    }

    @Test("an incoming iceberg trades with all that is open, then shows a slice")
    func incomingIceberg() {
        var test = TestBook()
        test.rest(order(1, .sell, 7, at: 101))
        #expect(
            test.enter(order(2, .buy, 12, at: 101, kind: .iceberg, display: 3)) == [
                "7 @ 101: buy 2 left 5, sell 1 left 0, taker buy", "sell 101 shows 0", "buy 101 shows 3",
            ]
        )
    }

    @Test("a lower quantity keeps the place in the queue")
    func lower() {
        var test = TestBook()
        test.rest(order(1, .buy, 9, at: 99), order(2, .buy, 5, at: 99))
        #expect(test.amend(1, quantity: 4) == ["buy 99 shows 9"])
        #expect(
            test.enter(order(3, .sell, 1, at: 99)) == [
                "1 @ 99: buy 1 left 3, sell 3 left 0, taker sell", "buy 99 shows 8",
            ]
        )
        // The total counts what is filled.
        #expect(test.amend(1, quantity: 2) == ["buy 99 shows 6"])
        #expect(test.amend(1, quantity: 2, price: 99) == [])
        #expect(test.book.order(OrderID(number: 1))?.open == Quantity(1))
    }

    @Test("a higher quantity loses the place in the queue")
    func raise() {
        var test = TestBook()
        test.rest(order(1, .buy, 4, at: 99), order(2, .buy, 5, at: 99))
        #expect(test.amend(1, quantity: 6) == ["buy 99 shows 11"])
        #expect(
            test.enter(order(3, .sell, 1, at: 99)) == [
                "1 @ 99: buy 2 left 4, sell 3 left 0, taker sell", "buy 99 shows 10",
            ]
        )
    }

    @Test("another price enters anew and may trade")
    func reprice() {
        var test = TestBook()
        test.rest(order(1, .buy, 4, at: 99, minimum: 0), order(2, .sell, 3, at: 101))
        #expect(
            test.amend(1, price: 101) == [
                "3 @ 101: buy 1 left 1, sell 2 left 0, taker buy", "buy 99 shows 0", "sell 101 shows 0",
                "buy 101 shows 1",
            ]
        )
    }

    @Test("lowering an iceberg below its slice shows what is open")
    func lowerIceberg() {
        var test = TestBook()
        test.rest(order(1, .buy, 10, at: 99, kind: .iceberg, display: 4))
        #expect(test.amend(1, quantity: 6) == [])
        #expect(test.amend(1, quantity: 3) == ["buy 99 shows 3"])
    }
}

@Suite("stops")
struct StopTests {
    @Test("a stop waits unseen, then acts as a market order whose rest is cancelled")
    func stop() {
        var test = TestBook()
        test.rest(order(1, .sell, 1, at: 105), order(2, .sell, 2, at: 106))
        #expect(test.enter(order(3, .buy, 5, at: 150, kind: .stop, stop: 105)) == [])
        #expect(test.depth(.buy) == [])
        #expect(
            test.enter(order(4, .buy, 1, at: 105)) == [
                "1 @ 105: buy 4 left 0, sell 1 left 0, taker buy", "triggered 3 market",
                "2 @ 106: buy 3 left 3, sell 2 left 0, taker buy", "closed 3 unfilled, open 3", "sell 105 shows 0",
                "sell 106 shows 0",
            ]
        )
    }

    @Test("a stop whose price is reached already triggers at entry; a stop-limit then rests as a limit order")
    func stopLimitAtEntry() {
        var test = TestBook()
        #expect(
            test.enter(order(1, .sell, 5, at: 98, kind: .stopLimit, stop: 100)) == [
                "triggered 1 limit", "sell 98 shows 5",
            ]
        )
        #expect(test.book.order(OrderID(number: 1))?.kind == .limit)
    }

    @Test("stops trigger one at a time, earliest first, and each may trigger more")
    func cascade() {
        var test = TestBook()
        test.rest(order(1, .buy, 1, at: 99), order(2, .buy, 2, at: 97), order(3, .buy, 2, at: 95))
        test.rest(
            order(4, .sell, 2, at: 50, kind: .stop, stop: 97),
            order(5, .sell, 1, at: 50, kind: .stop, stop: 99),
            order(6, .sell, 1, at: 50, kind: .stop, stop: 98)
        )
        // 99 triggers 5, whose trade at 97 makes 4 and 6 due; 4 came first.
        #expect(
            test.enter(order(7, .sell, 1, at: 99)) == [
                "1 @ 99: buy 1 left 0, sell 7 left 0, taker sell", "triggered 5 market",
                "1 @ 97: buy 2 left 1, sell 5 left 0, taker sell", "triggered 4 market",
                "1 @ 97: buy 2 left 0, sell 4 left 1, taker sell", "1 @ 95: buy 3 left 1, sell 4 left 0, taker sell",
                "triggered 6 market", "1 @ 95: buy 3 left 0, sell 6 left 0, taker sell", "buy 99 shows 0",
                "buy 97 shows 0", "buy 95 shows 0",
            ]
        )
    }

    @Test("an amended stop counts as entered at its amendment; a lowered one keeps its place")
    func amended() {
        var test = TestBook()
        test.rest(
            order(1, .buy, 2, at: 110, kind: .stopLimit, stop: 105),
            order(2, .buy, 2, at: 110, kind: .stopLimit, stop: 105),
            order(3, .buy, 2, at: 110, kind: .stopLimit, stop: 105),
            order(4, .sell, 1, at: 105)
        )
        test.amend(1, quantity: 3)
        test.amend(2, quantity: 1)
        #expect(
            test.enter(order(5, .buy, 1, at: 105)) == [
                "1 @ 105: buy 5 left 0, sell 4 left 0, taker buy", "triggered 2 limit", "triggered 3 limit",
                "triggered 1 limit", "sell 105 shows 0", "buy 110 shows 6",
            ]
        )
    }

    @Test("stops do not trigger in a call, but when trading resumes")
    func call() {
        var test = TestBook(phase: .preopen)
        test.rest(order(1, .buy, 5, at: 120, kind: .stopLimit, stop: 90))
        test.rest(order(2, .buy, 1, at: 101), order(3, .sell, 1, at: 101))
        #expect(
            test.uncross() == [
                "1 @ 101: buy 2 left 0, sell 3 left 0, auction", "buy 101 shows 0", "sell 101 shows 0",
            ]
        )
        #expect(test.resume() == ["triggered 1 limit", "buy 120 shows 5"])
    }
}
