import Exchange
import GRDB
import Ledger
import OrderBook
import Permits

/// Writes a gathered batch, bulk first: orders before the trades that refer to them, then balances.
struct SettlementWriter {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func write(_ batch: SettlementBatch, through position: JournalPosition) throws {
        try writeOrders(batch.orders, through: position.command)
        try writeTrades(batch.trades)
        try batch.markets.write(to: database)
        try writeCash(batch.cash)
        try writePermits(batch.permits)
        try writeMoves(batch.moves)
        try position.write(to: "watermark", database)
    }

    // MARK: Orders

    private func writeOrders(_ changes: [SettlementBatch.OrderChange], through sequence: UInt64) throws {
        let enteredCount = changes.count { $0.entered != nil }
        var rows = try BulkInsert(database, into: "orders", columnCount: 19, rowCount: enteredCount)
        var fill = try RawStatement(database, "UPDATE orders SET filled = filled + ? WHERE number = ?")
        var update = try RawStatement(
            database,
            """
            UPDATE orders SET filled = filled + ?, price = COALESCE(?, price), stop = COALESCE(?, stop),
                quantity = COALESCE(?, quantity), display = COALESCE(?, display),
                triggered_time = COALESCE(?, triggered_time),
                state = COALESCE(?, state), ended_seq = ?, ended_time = ?
            WHERE number = ? AND state = 'open'
            """
        )
        for change in changes {
            if let entered = change.entered {
                try rows.insert { SettlementWriter.bind(change, entered, &$0) }
                continue
            }
            if change.quantity == nil, change.triggered == nil, change.ended == nil {
                fill.add(change.filled)
                fill.add(change.number.number)
                try fill.run()
            } else {
                try SettlementWriter.update(change, &update)
            }
            guard database.changesCount == 1 else {
                throw BookingFault(
                    sequence: change.ended?.sequence ?? sequence,
                    message: "order \(change.number.number) is changed but is not open here; rebuild from the journal"
                )
            }
        }
    }

    private static func bind(
        _ change: SettlementBatch.OrderChange,
        _ entered: (order: Order, sequence: UInt64, time: Timestamp),
        _ row: inout RawStatement
    ) {
        let order = entered.order
        row.add(order.id.number)
        row.add(order.owner.index)
        row.add(order.user.index)
        row.add(order.id.market.index)
        row.add(code: order.reference)
        row.add(word: order.side.word)
        row.add(word: order.kind.word)
        row.add(word: order.timeInForce.word)
        row.add(change.price)
        row.add(change.stop)
        row.add(change.quantity)
        row.add(change.filled)
        row.add(change.display)
        row.add(word: change.ended?.state ?? "open")
        row.add(entered.sequence)
        row.add(time: entered.time)
        row.add(time: change.triggered)
        row.add(change.ended?.sequence)
        row.add(time: change.ended?.time)
    }

    private static func update(_ change: SettlementBatch.OrderChange, _ row: inout RawStatement) throws {
        row.add(change.filled)
        row.add(change.price)
        row.add(change.stop)
        row.add(change.quantity)
        row.add(change.display)
        row.add(time: change.triggered)
        row.add(word: change.ended?.state)
        row.add(change.ended?.sequence)
        row.add(time: change.ended?.time)
        row.add(change.number.number)
        try row.run()
    }

    // MARK: Trades

    private func writeTrades(_ trades: [SettlementBatch.BookedTrade]) throws {
        try database.insert(into: "trade", columnCount: 16, trades) { booked, row in
            let trade = booked.trade
            row.add(trade.number)
            row.add(booked.sequence)
            row.add(time: booked.time)
            row.add(booked.day)
            row.add(trade.market.index)
            row.add(trade.price.minorUnits)
            row.add(trade.quantity.units)
            row.add(word: trade.aggressor?.word)
            row.add(trade.buyer.index)
            row.add(trade.seller.index)
            row.add(trade.buyOrder.number)
            row.add(trade.sellOrder.number)
            row.add(trade.buyerFee.minorUnits)
            row.add(trade.sellerFee.minorUnits)
            row.add(trade.across.map { Int64($0.market.index) })
            row.add(trade.across?.quantity.units)
        }
    }

    // MARK: Balances

    // An upsert would check the difference, which may be negative, before it finds the row: so update, else insert.

    private func writeCash(_ changes: [SettlementBatch.CashKey: Int64]) throws {
        var update = try RawStatement(
            database,
            "UPDATE cash_balance SET total = total + ? WHERE account = ? AND member = ? AND fund = ? AND currency = ?"
        )
        var insert = try RawStatement(
            database,
            "INSERT INTO cash_balance (total, account, member, fund, currency) VALUES (?, ?, ?, ?, ?)"
        )
        for (key, amount) in changes where amount != 0 {
            func run(_ statement: inout RawStatement) throws {
                statement.add(amount)
                statement.add(word: CashBalance.Account(key.account).word)
                statement.add(key.account.member?.index ?? 0)
                statement.add(key.account.fund.map { Int64($0.index) } ?? -1)
                statement.add(word: key.currency.word)
                try statement.run()
            }
            try run(&update)
            if database.changesCount == 0 { try run(&insert) }
        }
    }

    private func writePermits(_ changes: [SettlementBatch.PermitKey: Int64]) throws {
        var update = try RawStatement(
            database,
            "UPDATE permit_balance SET quantity = quantity + ? WHERE account = ? AND member = ? AND facility = ? AND permit_class = ?"
        )
        var insert = try RawStatement(
            database,
            "INSERT INTO permit_balance (quantity, account, member, facility, permit_class) VALUES (?, ?, ?, ?, ?)"
        )
        for (key, amount) in changes where amount != 0 {
            func run(_ statement: inout RawStatement) throws {
                statement.add(amount)
                statement.add(word: PermitBalance.Account(key.account).word)
                statement.add((key.account.member ?? key.account.spiller)?.index ?? 0)
                statement.add(key.account.facility.map { Int64($0.index) } ?? -1)
                statement.add(key.permitClass.index)
                try statement.run()
            }
            try run(&update)
            if database.changesCount == 0 { try run(&insert) }
        }
    }

    // MARK: Serial numbers

    private func writeMoves(_ moves: [SettlementBatch.BookedMove]) throws {
        try database.insert(into: "serial_move", columnCount: 11, moves) { booked, row in
            let move = booked.move
            row.add(booked.sequence)
            row.add(Int64(booked.position))
            row.add(move.permitClass.index)
            row.add(move.block.first)
            row.add(move.block.last)
            row.add(word: move.cause.word)
            for account in [move.from, move.to] {
                row.add(word: PermitBalance.Account(account).word)
                row.add((account.member ?? account.spiller)?.index ?? account.facility?.index ?? 0)
            }
            row.add(time: booked.time)
        }
    }
}
