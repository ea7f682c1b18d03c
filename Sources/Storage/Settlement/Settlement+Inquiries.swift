package import Exchange
import GRDB
import Ledger
package import Permits
package import Registry
import Seals

extension Settlement {
    /// A move of serial numbers, with the command that caused it.
    package struct BookedMove: Sendable {
        package var sequence: UInt64
        package var time: Timestamp
        package var move: SerialMove
    }

    /// The trades of a market at one price.
    package struct BookedLevel: Sendable {
        package var market: MarketID
        package var price: Price
        package var trades: Int
        package var quantity: Quantity
    }

    /// The path of a serial number so far, from its issue on: the first `limit` moves.
    ///
    /// Callable from any thread. Complexity: the number of moves of the class up to the last one told.
    /// - Throws: `SettlementError` if SQLite fails.
    package func path(of serial: Int64, permitClass: ClassID, limit: Int) throws(SettlementError) -> [BookedMove] {
        try SettlementError.wrapping(file: file) {
            try reader.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT seq, first, last, kind, from_account, from_owner, to_account, to_owner, time FROM serial_move
                        WHERE permit_class = ? AND ? BETWEEN first AND last ORDER BY seq, n LIMIT ?
                        """,
                    arguments: [permitClass.index, serial, limit]
                ).map { row in
                    guard let from = PermitBalance.Account(text: try row.value("from_account")),
                        let to = PermitBalance.Account(text: try row.value("to_account")),
                        let cause = Transfer.Kind(text: try row.value("kind")),
                        let time = Timestamp(try row.value("time") as String)
                    else { throw DatabaseError(message: "serial_move has an unknown word: \(row)") }
                    return BookedMove(
                        sequence: UInt64(bitPattern: try row.value("seq")),
                        time: time,
                        move: SerialMove(
                            permitClass: permitClass,
                            block: SerialBlock(first: try row.value("first"), last: try row.value("last")),
                            from: from.account(of: try row.value("from_owner") as UInt32),
                            to: to.account(of: try row.value("to_owner") as UInt32),
                            cause: cause
                        )
                    )
                }
            }
        }
    }

    /// The certificate of retirement with a number.
    ///
    /// Callable from any thread.
    /// - Throws: `SettlementError` if there is none, or SQLite fails.
    package func certificate(_ number: UInt64) throws(SettlementError) -> Certificate {
        try SettlementError.wrapping(file: file) {
            try reader.read { db in
                let sql =
                    "SELECT *, reversed_seq IS NOT NULL AS reversed FROM certificate WHERE number = ?"
                guard let row = try Row.fetchOne(db, sql: sql, arguments: [Int64(bitPattern: number)]),
                    let digest = Hex.bytes(try row.value("digest") as String).flatMap({ Digest($0) }),
                    let time = Timestamp(try row.value("time") as String)
                else { throw DatabaseError(message: "certificate \(number) is not whole") }
                let serials = try (row.value("serials") as String).split(separator: ",").map { text in
                    let ends = text.split(separator: "-").compactMap { Int64($0) }
                    guard ends.count == 2, ends[0] <= ends[1] else {
                        throw DatabaseError(message: "certificate \(number) has the serial numbers \(text)")
                    }
                    return ends[0]...ends[1]
                }
                var certificate = Certificate(
                    number: number,
                    time: time,
                    member: MemberID(try row.value("member") as UInt32),
                    name: try row.value("name"),
                    permitClass: ClassID(try row.value("permit_class") as UInt32),
                    quantity: Quantity(try row.value("quantity")),
                    serials: serials,
                    text: try row.value("text"),
                    digest: digest
                )
                certificate.isReversed = try row.value("reversed")
                return certificate
            }
        }
    }

    /// The trades since a time that were not undone, by market and price, in that order.
    ///
    /// Callable from any thread. Complexity: the number of trades of the trading days since then.
    /// - Throws: `SettlementError` if SQLite fails.
    package func levels(since begin: Timestamp) throws(SettlementError) -> [BookedLevel] {
        try SettlementError.wrapping(file: file) {
            try reader.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT market.id AS market, price, COUNT(*) AS trades, SUM(quantity) AS quantity
                        FROM market JOIN counted_trade AS trade ON trade.market = market.id
                        WHERE day >= (SELECT MIN(number) FROM trading_day WHERE ended_time IS NULL OR ended_time >= ?1)
                            AND time >= ?1
                        GROUP BY market.id, price ORDER BY market.id, price
                        """,
                    arguments: ["\(begin)"]
                ).map { row in
                    BookedLevel(
                        market: MarketID(try row.value("market") as UInt32),
                        price: Price(minorUnits: try row.value("price")),
                        trades: try row.value("trades"),
                        quantity: Quantity(try row.value("quantity"))
                    )
                }
            }
        }
    }

    /// What changed hands since a time off the markets, by class.
    ///
    /// Callable from any thread.
    /// - Throws: `SettlementError` if SQLite fails.
    package func offMarket(since begin: Timestamp) throws(SettlementError) -> [ClassID: Quantity] {
        try SettlementError.wrapping(file: file) {
            try reader.read { db in
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT permit_class, SUM(amount) AS quantity FROM off_market_transfer WHERE time >= ?
                        GROUP BY permit_class
                        """,
                    arguments: ["\(begin)"]
                )
                return Dictionary(
                    uniqueKeysWithValues: try rows.map {
                        (ClassID(try $0.value("permit_class") as UInt32), Quantity(try $0.value("quantity")))
                    }
                )
            }
        }
    }
}
