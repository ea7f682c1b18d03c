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
        var position: JournalPosition
        /// What the projection remembers; nil after a failure, when it must be read again.
        var context: SettlementProjection.Context?
    }

    /// Opens the settlement of a data directory, which must exist, and brings its schema up to date.
    /// - Throws: `SettlementError` if it cannot be opened, or is of a newer version.
    package init(directory: String) throws(SettlementError) {
        let file = directory + "/settlement.db"
        self.file = file
        let (opened, position) = try SettlementError.wrapping(file: file) {
            var configuration = Configuration()
            configuration.label = "settlement"
            configuration.busyMode = .timeout(30)
            // What a row refers to was booked before it, as `weir verify` checks; without, rows go in by sixteens (`BulkInsert`).
            configuration.foreignKeysEnabled = false
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
                throw SettlementError(file: file, isDamage: true, "was written by a newer version")
            }
            try migrator.migrate(pool)
            let position = try pool.write { db in
                for currency in Currency.allCases {
                    let unit = (0..<currency.scale).reduce(Int64(1)) { unit, _ in unit * 10 }
                    try db.execute(
                        sql: "INSERT OR IGNORE INTO currency VALUES (?, ?, ?)",
                        arguments: [currency.text, currency.scale, unit]
                    )
                }
                return try Settlement.position(db)
            }
            return (pool, position)
        }
        pool = opened
        state = Mutex(State(position: position, context: nil))
    }

    private static func position(_ db: Database) throws -> JournalPosition {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM watermark") else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the table watermark is empty")
        }
        return try JournalPosition(row)
    }

    /// How far the journal is booked.
    package var position: JournalPosition { state.withLock { $0.position } }

    /// The last command that is booked.
    package var appliedSequence: UInt64 { position.command }

    /// Books what commands did, in one transaction; what is booked already is passed over.
    /// - Parameters:
    ///   - entries: in order of sequence; commands without events may be left out.
    ///   - lines: the feed lines of these commands, in order of sequence.
    ///   - position: behind the last command of the batch, whether it had events or not.
    /// - Throws: `SettlementError`; nothing of the batch is booked then, and it may be applied again.
    package func apply(
        _ entries: [SettlementEntry],
        lines: FeedLines,
        through position: JournalPosition
    ) throws(SettlementError) {
        try state.withLock { state throws(SettlementError) in
            guard position.command > state.position.command else { return }
            let (applied, remembered) = (state.position.command, state.context)
            state.context = nil
            state.context = try SettlementError.wrapping(file: file) {
                try pool.writeWithoutTransaction { db in
                    try db.inSavepointReturning {
                        try SettlementProjection.apply(
                            entries,
                            lines: lines,
                            after: applied,
                            through: position,
                            context: try remembered ?? Settlement.context(db),
                            db
                        )
                    }
                }
            }
            state.position = position
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
        let (opened, position) = try SettlementError.wrapping(file: file) {
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
            return (pool, try pool.read(Settlement.position))
        }
        pool = opened
        state = Mutex(State(position: position, context: nil))
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
    /// Every balance, ordered by account, member and asset, to hold against the engine's.
    /// - Returns: both, as of the same command; accounts that were never used are absent, emptied ones are 0.
    /// - Throws: `SettlementError` if SQLite fails.
    package func balances() throws(SettlementError) -> Balances {
        try SettlementError.wrapping(file: file) { try pool.read(Settlement.balances) }
    }

    static func balances(_ db: Database) throws -> Balances {
        var balances = Balances()
        balances.position = try Settlement.position(db)
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
        /// How far the journal was booked.
        package var position = JournalPosition.start
        /// The last command that they include.
        package var appliedSequence: UInt64 { position.command }
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
