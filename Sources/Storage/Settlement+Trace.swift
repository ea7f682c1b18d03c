package import Exchange
import GRDB
import Ledger
package import Permits

extension Settlement {
    /// A move of serial numbers, with the command that caused it.
    package struct BookedMove: Sendable {
        package var sequence: UInt64
        package var time: Timestamp
        package var move: SerialMove
    }

    /// The path of a serial number so far, from its issue on.
    ///
    /// Callable from any thread. Complexity: the number of moves of the class.
    /// - Throws: `SettlementError` if SQLite fails.
    package func path(of serial: Int64, permitClass: ClassID) throws(SettlementError) -> [BookedMove] {
        try SettlementError.wrapping(file: file) {
            try reader.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT seq, first, last, kind, from_account, from_owner, to_account, to_owner, time FROM serial_move
                        WHERE permit_class = ? AND ? BETWEEN first AND last ORDER BY seq, n
                        """,
                    arguments: [permitClass.index, serial]
                ).map { row in
                    guard let from = PermitBalance.Account(text: row["from_account"]),
                        let to = PermitBalance.Account(text: row["to_account"]),
                        let cause = Transfer.Kind(text: row["kind"]), let time = Timestamp(row["time"] as String)
                    else { throw DatabaseError(message: "serial_move has an unknown word: \(row)") }
                    return BookedMove(
                        sequence: UInt64(bitPattern: row["seq"]),
                        time: time,
                        move: SerialMove(
                            permitClass: permitClass,
                            block: SerialBlock(first: row["first"], last: row["last"]),
                            from: from.account(of: UInt32(row["from_owner"] as Int64)),
                            to: to.account(of: UInt32(row["to_owner"] as Int64)),
                            cause: cause
                        )
                    )
                }
            }
        }
    }
}
