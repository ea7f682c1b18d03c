import Exchange
import Ledger
import Foundation
import GRDB
import Permits
import Synchronization

/// The projection of the journal into SQL, `settlement.db`: the public schema (see `SettlementSchema`).
///
/// 1. Written by one projector, behind the journal, one transaction a batch; `appliedSequence` is how far.
/// 2. Applying a batch again changes nothing.
/// 3. Balances come from trades and transfers alone, so they check the engine's ledger.
/// 4. It can be deleted at any time and rebuilt from the journal, and then says the same.
///
/// Readers have connections of their own and never wait for the projector.
package final class Settlement: Sendable {
    /// The database's path.
    package let file: String
    let pool: DatabasePool
    /// For reading: never waits for the projector.
    var reader: some DatabaseReader { pool }
    private let state: Mutex<State>

    private struct State {
        var applied: UInt64
        /// What the projection remembers; nil after a failure, when it must be read again.
        var context: SettlementProjection.Context?
    }

    /// Opens the settlement of a data directory, which must exist, and brings its schema up to date.
    /// - Throws: `SettlementError` if it cannot be opened, or is of a newer version.
    package init(directory: String) throws(SettlementError) {
        let file = directory + "/settlement.db"
        self.file = file
        let (opened, applied) = try SettlementError.wrapping(file: file) {
            var configuration = Configuration()
            configuration.label = "settlement"
            configuration.busyMode = .timeout(30)
            configuration.prepareDatabase { db in
                // Checkpoints that hold the disk for some milliseconds at most, and the current day's leaves in memory.
                try db.execute(sql: "PRAGMA wal_autocheckpoint=32768; PRAGMA cache_size=-65536")
            }
            let pool = try DatabasePool(path: file, configuration: configuration)
            let migrator = SettlementSchema.migrator
            let migrations = try pool.read { db in try migrator.appliedIdentifiers(db) }
            if !migrations.isDisjoint(with: SettlementSchema.older) {
                // Of an older version: empty it, and the journal fills it again.
                try pool.erase()
            }
            guard try !pool.read(migrator.hasBeenSuperseded) else {
                throw SettlementError(
                    file: file,
                    "was written by a newer version; use that, or move the file away to rebuild it from the journal"
                )
            }
            try migrator.migrate(pool)
            let applied = try pool.write { db in
                for currency in Currency.allCases {
                    let unit = (0..<currency.scale).reduce(Int64(1)) { unit, _ in unit * 10 }
                    try db.execute(
                        sql: "INSERT OR IGNORE INTO currency VALUES (?, ?, ?)",
                        arguments: [currency.text, currency.scale, unit]
                    )
                }
                return try Settlement.appliedSequence(db)
            }
            return (pool, applied)
        }
        pool = opened
        state = Mutex(State(applied: applied, context: nil))
    }

    private static func appliedSequence(_ db: Database) throws -> UInt64 {
        UInt64(bitPattern: try Int64.fetchOne(db, sql: "SELECT applied_seq FROM watermark") ?? 0)
    }

    /// The last command that is booked.
    package var appliedSequence: UInt64 { state.withLock { $0.applied } }

    /// Books what commands did, in one transaction; what is booked already is passed over.
    /// - Parameters:
    ///   - entries: in order of sequence; commands without events may be left out.
    ///   - lines: the feed lines of these commands, in order of sequence.
    ///   - sequence: the last command of the batch, whether it had events or not.
    /// - Throws: `SettlementError`; nothing of the batch is booked then, and it may be applied again.
    package func apply(
        _ entries: [SettlementEntry],
        lines: [FeedLine],
        through sequence: UInt64
    ) throws(SettlementError) {
        try state.withLock { state throws(SettlementError) in
            guard sequence > state.applied else { return }
            let (applied, remembered) = (state.applied, state.context)
            state.context = nil
            state.context = try SettlementError.wrapping(file: file) {
                try pool.writeWithoutTransaction { db in
                    try db.inSavepointReturning {
                        try SettlementProjection.apply(
                            entries,
                            lines: lines,
                            after: applied,
                            through: sequence,
                            context: try remembered ?? Settlement.context(db),
                            db
                        )
                    }
                }
            }
            state.applied = sequence
        }
    }

    /// Opens the settlement of a data directory for reading, as it is.
    /// - Parameter directory: the data directory.
    /// - Throws: `SettlementError` if it is missing, of another version, or cannot be read.
    package init(reading directory: String) throws(SettlementError) {
        let file = directory + "/settlement.db"
        self.file = file
        guard FileManager.default.fileExists(atPath: file) else {
            throw SettlementError(file: file, "is missing; a start of the venue rebuilds it")
        }
        let (opened, applied) = try SettlementError.wrapping(file: file) {
            var configuration = Configuration()
            configuration.label = "settlement"
            configuration.readonly = true
            configuration.busyMode = .timeout(30)
            let pool = try DatabasePool(path: file, configuration: configuration)
            guard try pool.read(SettlementSchema.migrator.hasCompletedMigrations),
                try !pool.read(SettlementSchema.migrator.hasBeenSuperseded)
            else {
                throw SettlementError(
                    file: file,
                    "is of another version; a start of the venue with this version rebuilds it"
                )
            }
            return (pool, try pool.read(Settlement.appliedSequence))
        }
        pool = opened
        state = Mutex(State(applied: applied, context: nil))
    }

    private static func context(_ db: Database) throws -> SettlementProjection.Context {
        var context = SettlementProjection.Context()
        for row in try Row.fetchAll(db, sql: "SELECT id, currency, permit_class FROM market") {
            guard let currency = Currency(text: try row.value("currency")) else {
                throw DatabaseError(message: "market \(try row.value("id") as Int64) has an unknown currency")
            }
            context.markets[MarketID(try row.value("id"))] = (currency, ClassID(try row.value("permit_class")))
        }
        if let day = try Row.fetchOne(
            db,
            sql: "SELECT number, ended_seq IS NULL AS open FROM trading_day ORDER BY number DESC LIMIT 1"
        ) {
            context.dayHasBegun = try day.value("open")
            context.day = try day.value("number") + (context.dayHasBegun ? 0 : 1)
        }
        return context
    }

    /// Moves the log into the file and closes it; nothing can be booked or read from now on.
    package func close() throws(SettlementError) {
        try SettlementError.wrapping(file: file) {
            try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
            try pool.close()
        }
    }
}

extension Settlement {
    /// The kept lines of a stream, numbered `first` to `last`, in order; of this trading day and the one before at least.
    ///
    /// Callable from any thread. A line's `sequence` is that of the first line of the block that it is kept in.
    /// - Throws: `SettlementError` if SQLite fails.
    package func feedLines(
        stream: UInt64,
        from first: UInt64,
        through last: UInt64,
        limit: Int
    ) throws(SettlementError) -> [FeedLine] {
        try SettlementError.wrapping(file: file) {
            try pool.read { db in
                // Blocks that begin in the range, and the one in which it begins.
                var rows = try RawStatement(
                    db,
                    """
                    SELECT n, seq, lines FROM feed_even WHERE stream = ?1 AND n BETWEEN COALESCE((
                        SELECT MAX(n) FROM feed_even WHERE stream = ?1 AND n <= ?2), 0) AND ?3
                    UNION ALL SELECT n, seq, lines FROM feed_odd WHERE stream = ?1 AND n BETWEEN COALESCE((
                        SELECT MAX(n) FROM feed_odd WHERE stream = ?1 AND n <= ?2), 0) AND ?3
                    ORDER BY n
                    """
                )
                rows.add(stream)
                rows.add(Int64(clamping: first))
                rows.add(Int64(clamping: last))
                defer { rows.reset() }
                var lines: [FeedLine] = []
                while lines.count < limit, try rows.step() {
                    let (start, sequence) = (rows.number(0), rows.number(1))
                    let split = rows.bytes(2).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                    for (index, line) in split.enumerated() {
                        let count = start + UInt64(index)
                        guard first <= count, count <= last, lines.count < limit else { continue }
                        lines.append(FeedLine(stream: stream, count: count, sequence: sequence, line: Array(line)))
                    }
                }
                return lines
            }
        }
    }

    /// Every balance, ordered by account, member and asset, to hold against the engine's.
    /// - Returns: both, as of the same command; accounts that were never used are absent, emptied ones are 0.
    /// - Throws: `SettlementError` if SQLite fails.
    package func balances() throws(SettlementError) -> Balances {
        try SettlementError.wrapping(file: file) { try pool.read(Settlement.balances) }
    }

    static func balances(_ db: Database) throws -> Balances {
        var balances = Balances()
        balances.appliedSequence = try Settlement.appliedSequence(db)
        for row in try Row.fetchAll(
            db,
            sql:
                "SELECT account, member, fund, currency, total FROM cash_balance ORDER BY account, member, fund, currency"
        ) {
            guard let kind = CashBalance.Account(text: try row.value("account")),
                let currency = Currency(text: try row.value("currency"))
            else { throw DatabaseError(message: "cash_balance has an unknown word: \(row)") }
            let owner: UInt32 = kind == .fund ? try row.value("fund") : try row.value("member")
            balances.cash.append(
                CashBalance(
                    account: kind.account(of: owner),
                    currency: currency,
                    total: Money(minorUnits: try row.value("total"))
                )
            )
        }
        for row in try Row.fetchAll(
            db,
            sql: """
                SELECT account, member, facility, permit_class, quantity FROM permit_balance
                ORDER BY account, member, facility, permit_class
                """
        ) {
            guard let kind = PermitBalance.Account(text: try row.value("account")) else {
                throw DatabaseError(message: "permit_balance has an unknown word: \(row)")
            }
            let owner: UInt32 = kind == .compliance ? try row.value("facility") : try row.value("member")
            balances.permits.append(
                PermitBalance(
                    account: kind.account(of: owner),
                    permitClass: ClassID(try row.value("permit_class")),
                    quantity: Quantity(try row.value("quantity"))
                )
            )
        }
        return balances
    }

    /// All balances as of one command.
    package struct Balances: Sendable, Equatable {
        /// The last command that they include.
        package var appliedSequence: UInt64 = 0
        package var cash: [CashBalance] = []
        package var permits: [PermitBalance] = []

        /// Nothing is booked.
        package init() {}
    }
}

extension Word {
    /// The case whose word is `text`.
    init?(text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span)
    }
}
