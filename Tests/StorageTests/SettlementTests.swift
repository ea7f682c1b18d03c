import Ledger
import Exchange
import OrderBook
import Permits
import Storage
import Testing

@Suite("Settlement")
struct SettlementTests {
    private let directory: TemporaryDirectory
    private let settlement: Settlement

    init() throws {
        directory = try TemporaryDirectory()
        settlement = try Settlement(directory: directory.path)
    }

    private func apply(_ entries: [SettlementEntry], lines: FeedLines = FeedLines()) throws {
        try settlement.apply(entries, lines: lines, through: .at(try #require(entries.last).sequence))
    }

    private func rows(_ sql: String) throws -> [String] { try directory.rows("settlement.db", sql) }

    @Test("the venue exists from the start")
    func venue() throws {
        #expect(try rows("SELECT * FROM member") == ["0|venue|venue|The venue"])
        #expect(try rows("SELECT * FROM login") == ["0|0|venue||0"])
        #expect(try rows("SELECT * FROM currency WHERE code IN ('EUR', 'JPY')") == ["EUR|2|100", "JPY|0|1"])
        #expect(settlement.appliedSequence == 0)
    }

    @Test("members, programs, caps and markets have their rows")
    func directoryRows() throws {
        try apply(Sample.setUp)
        #expect(
            try rows("SELECT * FROM member WHERE id > 0") == [
                "1|reg|regulator|The regulator", "2|acme|participant|Acme", "3|bolt|participant|Bolt",
            ]
        )
        #expect(try rows("SELECT * FROM login WHERE id > 0") == ["1|2|li||0", "2|3|bo||0"])
        let columns = "id, code, unit, currency, name, regulator, rules, offsets_for, yields, timezone"
        #expect(try rows("SELECT \(columns) FROM program") == ["0|CO2|tCO2e|EUR|Carbon|1|plain|-|-|Europe/Brussels"])
        #expect(try rows("SELECT policies LIKE 'transfer=at-once % publication=never' FROM program") == ["1"])
        #expect(try rows("SELECT * FROM permit_class") == ["0|0|2027||1000|500|-|-"])
        #expect(
            try rows("SELECT seq, permit_class, cap, holding_limit FROM cap_change") == ["2|0|900|-", "3|0|1000|500"]
        )
        #expect(
            try rows("SELECT * FROM market") == [
                "0|CO2-2027|0|EUR|5|10|1000|1000|500|1500|open|7100|6390|7810|-|-|-|-|4|2027-03-01T09:00:00.000004Z|UTC"
            ]
        )
        #expect(
            try rows("SELECT seq, n, market, phase, text FROM phase_change") == ["5|1|0|preopen|", "6|1|0|open|go"]
        )
    }

    @Test("transfers move balances, and each asset sums to zero")
    func transfers() throws {
        try apply(Sample.setUp + Sample.transfers)
        #expect(
            try rows("SELECT seq, n, kind, from_member, to_member, currency, permit_class, amount, text FROM transfer")
                == [
                    "7|1|deposit|0|2|EUR|-|1000000|", "8|1|withdrawal|2|0|EUR|-|100|", "9|1|allocation|1|3|-|0|600|",
                    "10|1|transfer|3|2|-|0|20|", "11|1|retirement|2|0|-|0|5|flight 7",
                ]
        )
        let balances = try settlement.balances()
        #expect(
            balances.cash == [
                CashBalance(account: .bank, currency: .eur, total: Money(minorUnits: -999_900)),
                CashBalance(account: .general(MemberID(2)), currency: .eur, total: Money(minorUnits: 999_900)),
            ]
        )
        #expect(
            balances.permits.map(\.account) == [.general(MemberID(2)), .general(MemberID(3)), .issuance, .retirement]
        )
        #expect(balances.permits.map(\.quantity.units) == [15, 580, -600, 5])
        #expect(balances.appliedSequence == 11)
        #expect(try rows("SELECT * FROM conservation ORDER BY 1") == ["cash|EUR|0", "permits|CO2/2027|0"])
        #expect(try rows("SELECT program, vintage, issued, held, retired FROM issuance") == ["CO2|2027|600|595|5"])
        #expect(try rows("SELECT * FROM issued_vs_cap") == ["CO2|2027||1000|600|400|595|0|5|0|0.6"])
        #expect(
            try rows("SELECT * FROM holding_vs_cap ORDER BY member") == [
                "CO2|2027||acme|15|0.015|1000|500", "CO2|2027||bolt|580|0.58|1000|500",
            ]
        )
    }

    @Test("trades move money, permits and fees as computed by hand", arguments: [true, false])
    func trades(inOneBatch: Bool) throws {
        let entries = Sample.setUp + Sample.transfers + Sample.trades
        if inOneBatch { try apply(entries) } else { for entry in entries { try apply([entry]) } }
        #expect(
            try rows("SELECT account, member, total FROM cash_balance ORDER BY 1, 2") == [
                "bank|0|-999900", "fee|0|150", "member|2|643500", "member|3|356250",
            ]
        )
        #expect(
            try rows("SELECT account, member, quantity FROM permit_balance ORDER BY 1, 2") == [
                "general|2|65", "general|3|530", "issuance|0|-600", "retirement|0|5",
            ]
        )
        #expect(try rows("SELECT total FROM conservation") == ["0", "0"])
        #expect(
            try rows(
                "SELECT number, seq, day, market, price, quantity, aggressor, buyer, seller, buy_order, sell_order, buyer_fee, seller_fee FROM trade"
            )
                == ["1|13|1|0|7120|40|buy|2|3|20000|10000|100|50", "2|14|1|0|7150|10|-|2|3|30000|10000|0|0"]
        )
        #expect(
            try rows(
                "SELECT number, price, turnover, aggressor, buyer, seller, buyer_fee, seller_fee FROM trade_readable"
            )
                == ["1|71.20|2848.00|buy|acme|bolt|1.00|0.50", "2|71.50|715.00|auction|acme|bolt|0.00|0.00"]
        )
        #expect(
            try rows(
                "SELECT day, date, market, open, high, low, close, volume, vwap, turnover, trades FROM daily_market"
            )
                == ["1|2027-03-01|CO2-2027|7120|7150|7120|7150|50|7126.0|356300|2"]
        )
        #expect(
            try rows("SELECT * FROM who_holds_what ORDER BY kind, member") == [
                "acme|participant|cash|EUR|6435.00", "bolt|participant|cash|EUR|3562.50",
                "acme|participant|permits|CO2/2027|65", "bolt|participant|permits|CO2/2027|530",
            ]
        )
    }

    @Test("an order's row tells its last state, however it is cut into batches", arguments: [true, false])
    func orders(inOneBatch: Bool) throws {
        let entries = Sample.setUp + Sample.transfers + Sample.trades + Sample.orderChanges
        if inOneBatch { try apply(entries) } else { for entry in entries { try apply([entry]) } }
        #expect(
            try rows(
                "SELECT number, member, login, client_id, side, kind, tif, price, stop, quantity, filled, display, state, entered_seq, triggered_time, ended_seq FROM orders"
            )
                == [
                    "10000|3|2|s1|sell|limit|gtc|7120|-|100|50|-|open|12|-|-",
                    "20000|2|1|b1|buy|limit|gtc|7120|-|40|40|-|filled|13|-|13",
                    "30000|2|1|b2|buy|limit|gtc|7150|-|10|10|-|filled|14|-|14",
                    "40000|2|1|i1|buy|iceberg|gtc|7000|-|300|0|20|cancelled|15|-|17",
                    "50000|2|1|t1|buy|stop|day|-|7200|10|0|-|unfilled|18|2027-03-01T09:00:00.000019Z|19",
                ]
        )
    }

    @Test("applying again, or an overlapping batch, changes nothing")
    func idempotence() throws {
        let entries = Sample.setUp + Sample.transfers + Sample.trades
        let lines = Sample.lines([(13, 1, 4, "FILL n=1")])
        try apply(entries, lines: lines)
        let before = try settlement.balances()
        try apply(entries, lines: lines)
        try apply(entries + Sample.orderChanges, lines: lines)
        var after = try settlement.balances()
        #expect(after.appliedSequence == 19)
        after.position = before.position
        #expect(after == before)
        #expect(try rows("SELECT count(*) FROM trade") == ["2"])
        #expect(try rows("SELECT count(*) FROM feed") == ["1"])
    }

    @Test("a rebuild after a reopen goes on where it stopped")
    func reopen() throws {
        try apply(Sample.setUp + Sample.transfers)
        try settlement.close()
        let again = try Settlement(directory: directory.path)
        #expect(again.appliedSequence == 11)
        try again.apply(Sample.setUp + Sample.transfers + Sample.trades, lines: FeedLines(), through: .at(20))
        #expect(again.appliedSequence == 20)
        #expect(try rows("SELECT total FROM cash_balance WHERE account = 'fee'") == ["150"])
    }

    @Test("a batch that cannot be booked leaves nothing behind, and names its command")
    func atomicity() throws {
        try apply(Sample.setUp)
        let overdrawn = Sample.entry(7, .transferred(Sample.transfer(.withdrawal, 2, 0, .cash(.eur), 1)))
        #expect(throws: SettlementError.self) { try apply([overdrawn]) }
        let unknown = Sample.entry(7, Sample.done(Sample.order(9, .buy, "x", 7000, 10), .cancelled))
        let error = #expect(throws: SettlementError.self) { try apply([unknown]) }
        #expect(error?.sequence == 7)
        #expect(throws: SettlementError.self) {
            try settlement.apply([Sample.entry(8), Sample.entry(7)], lines: FeedLines(), through: .at(8))
        }
        #expect(settlement.appliedSequence == 6)
        #expect(try rows("SELECT count(*) FROM transfer") == ["0"])
        try apply(Sample.transfers)
        #expect(settlement.appliedSequence == 11)
    }

    @Test("feeds keep the day that ended and drop the one before")
    func feeds() throws {
        func line(_ sequence: UInt64, _ count: UInt64, stream: UInt64 = 5) -> Sample.Line {
            (sequence, count, stream, "n=\(count)")
        }
        func counts(_ first: UInt64, _ last: UInt64, limit: Int = 100) throws -> [UInt64] {
            let page = try settlement.feedPage(stream: 5, from: first, through: last, linesMax: limit)
            let counts = page.first.map { Array($0...page.last) } ?? []
            #expect(String(decoding: page.bytes, as: UTF8.self) == counts.map { "n=\($0)\n" }.joined())
            return counts
        }
        try apply(
            [Sample.entry(2), Sample.entry(3, .dayEnded), Sample.entry(4)],
            lines: Sample.lines([line(2, 1), line(3, 2), line(4, 3), line(4, 1, stream: 7)])
        )
        #expect(try counts(1, 9) == [1, 2, 3])
        #expect(try counts(2, 9, limit: 1) == [2])
        #expect(try counts(3, 3) == [3])
        #expect(try settlement.feedPage(stream: 5, from: 1, through: 9, bytesMax: 9).last == 2)
        #expect(try settlement.feedPage(stream: 5, from: 2, through: 9, bytesMax: 1).last == 2)
        try apply([Sample.entry(5, .dayEnded)], lines: Sample.lines([line(5, 4)]))
        #expect(try counts(1, 9) == [3, 4])
        try apply([Sample.entry(6), Sample.entry(7, .dayEnded)], lines: Sample.lines([line(6, 5)]))
        #expect(try counts(1, 9) == [5])
        #expect(
            try rows("SELECT number, date, first_seq, ended_seq FROM trading_day") == [
                "1|2027-03-01|2|3", "2|2027-03-01|4|5", "3|2027-03-01|6|7",
            ]
        )
    }

    @Test("events that settlement does not book leave only the watermark")
    func ignored() throws {
        try apply([
            Sample.entry(
                2,
                .sessionOpened(UserID(1)),
                .sessionClosed(UserID(1)),
                .level(market: MarketID(0), count: 1, side: .buy, price: Price(minorUnits: 1), quantity: Quantity(1)),
                .indicative(
                    market: MarketID(0),
                    count: 2,
                    price: .zero,
                    volume: .zero,
                    surplus: .zero,
                    side: nil
                )
            )
        ])
        #expect(try rows("SELECT applied_seq FROM watermark") == ["2"])
    }

    @Test("the file passes SQLite's own checks, and every view answers")
    func integrity() throws {
        try apply(Sample.setUp + Sample.transfers + Sample.trades + Sample.orderChanges)
        #expect(try rows("PRAGMA integrity_check") == ["ok"])
        #expect(try rows("PRAGMA foreign_key_check") == [])
        #expect(try rows("PRAGMA journal_mode") == ["wal"])
        for view in try rows("SELECT name FROM sqlite_schema WHERE type = 'view'") {
            #expect(throws: Never.self) { try rows("SELECT * FROM \(view)") }
        }
    }
}
