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
        let counted = """
            SELECT market, day, MIN(number), MAX(number),
                (SELECT price FROM counted_trade AS first WHERE first.number = MIN(trade.number)), MAX(price), MIN(price),
                (SELECT price FROM counted_trade AS last WHERE last.number = MAX(trade.number)), SUM(quantity), SUM(price * quantity),
                COUNT(*), COALESCE(SUM(CASE WHEN across_market IS NOT NULL THEN quantity END), 0)
            FROM counted_trade AS trade GROUP BY market, day ORDER BY market, day
            """
        #expect(try rows("SELECT * FROM market_day ORDER BY market, day") == rows(counted))
        #expect(try rows("PRAGMA foreign_key_check") == [])
    }
}
