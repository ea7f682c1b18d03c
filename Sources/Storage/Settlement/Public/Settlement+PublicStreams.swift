package import GRDB
import Permits

extension Settlement {
    /// The number of a public stream: a market's code, `auctions` or `registry`.
    /// - Returns: nil if there is no such stream.
    /// - Throws: `SettlementError` if SQLite fails.
    package func publicStream(_ name: String) throws(SettlementError) -> UInt64? {
        try read { db in try Settlement.publicStream(name, db) }
    }

    private static func publicStream(_ name: String, _ db: Database) throws -> UInt64? {
        switch name {
        case "auctions": return stream(of: .auctions)
        case "registry": return stream(of: .registry)
        default:
            return try Int64.fetchOne(db, sql: "SELECT id FROM market WHERE code = ?", arguments: [name])
                .map { stream(of: MarketID(UInt32(clamping: $0))) }
        }
    }

    private static func stream(of market: MarketID) -> UInt64 { UInt64(market.index) * 2 + 1 }

    /// The number of a public stream's last line that is kept; 0 if none is, or there is no such stream.
    package static func lastLine(of name: String, _ db: Database) throws -> UInt64 {
        guard let stream = try publicStream(name, db) else { return 0 }
        let sql = """
            SELECT n, lines FROM (SELECT n, lines FROM feed_even WHERE stream = ?1 ORDER BY n DESC LIMIT 1)
            UNION ALL SELECT n, lines FROM (SELECT n, lines FROM feed_odd WHERE stream = ?1 ORDER BY n DESC LIMIT 1)
            ORDER BY n DESC LIMIT 1
            """
        guard let row = try Row.fetchOne(try db.cachedStatement(sql: sql), arguments: [Int64(clamping: stream)]) else {
            return 0
        }
        let (first, lines) = (try row.value("n") as Int64, try row.value("lines") as String)
        return UInt64(clamping: first) + UInt64(lines.utf8.count { $0 == UInt8(ascii: "\n") })
    }
}
