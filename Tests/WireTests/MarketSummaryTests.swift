import Exchange
import Foundation
import GRDB
import OrderBook
import Permits
import Storage
import Testing
import Wire

@Suite("What settlement keeps of markets")
struct MarketSummaryTests {
    @Test(
        "after a golden stream, levels are those that the books show, and days add up the trades that count",
        arguments: fixtureNames
    )
    func summaries(name: String) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let settlement = try Settlement(directory: directory.path)
        var replay = StreamReplay()
        var entries: [SettlementEntry] = []
        try replay.run(fixture("\(name).stream")) { step, _ in
            guard let sequence = step.sequence else { return }
            entries.append(SettlementEntry(sequence: sequence, time: step.entry.time, events: step.output.events))
        }
        // In small batches, so that what one has written is changed by the next.
        for start in stride(from: 0, to: entries.count, by: 50) {
            let batch = Array(entries[start..<min(start + 50, entries.count)])
            var position = JournalPosition.start
            position.command = batch[batch.count - 1].sequence
            try settlement.apply(batch, lines: FeedLines(), through: position)
        }
        try settlement.close()
        let file = try DatabaseQueue(path: directory.path + "/settlement.db")
        func rows(_ sql: String) throws -> [String] {
            try file.read { db in
                try Row.fetchAll(db, sql: sql).map { row in
                    row.databaseValues.map { $0.description }.joined(separator: " ")
                }
            }
        }
        var shown: [String] = []
        for (index, market) in replay.venue.exchange.markets.enumerated() {
            for side in [Side.buy, .sell] {
                for level in market.book.depth(side, levels: .max) {
                    shown.append("\(index) \"\(side.text)\" \(level.price.minorUnits) \(level.quantity.units)")
                }
            }
        }
        #expect(try rows("SELECT market, side, price, quantity FROM level").sorted() == shown.sorted())
        #expect(try rows("SELECT * FROM market_day ORDER BY market, day") == file.read(MarketSummaryTests.days))
        #expect(try rows("PRAGMA foreign_key_check") == [])
    }

    /// Every market's days, added up trade by trade.
    private static func days(_ db: Database) throws -> [String] {
        let sql =
            "SELECT market, day, number, price, quantity, across_market FROM counted_trade ORDER BY market, day, number"
        let trades = try Row.fetchAll(db, sql: sql).map { row in (0..<6).map { (row[$0] as Int64?) ?? 0 } }
        let isAcross = try Row.fetchAll(db, sql: sql).map { !($0[5] as DatabaseValue).isNull }
        var days: [String] = []
        var start = 0
        while start < trades.count {
            let end = trades[start...].firstIndex { $0[0...1] != trades[start][0...1] } ?? trades.count
            let day = trades[start..<end]
            let prices = day.map { $0[3] }
            let across = zip(day, isAcross[start..<end]).reduce(0) { $0 + ($1.1 ? $1.0[4] : 0) }
            let columns = [
                trades[start][0], trades[start][1], trades[start][2], trades[end - 1][2], prices[0], prices.max() ?? 0,
                prices.min() ?? 0, prices[prices.count - 1], day.reduce(0) { $0 + $1[4] },
                day.reduce(0) { $0 + $1[3] * $1[4] }, Int64(day.count), across,
            ]
            days.append(columns.map { "\($0)" }.joined(separator: " "))
            start = end
        }
        return days
    }
}
