import Exchange
import Ledger
import OrderBook
import Permits

/// What a batch changes, gathered before it is written: an order that comes and goes within a batch is one row, and an
/// account that trades a thousand times is one update.
struct SettlementBatch {
    /// What became of an order in the batch.
    struct OrderChange {
        var number: OrderID
        /// As it was entered, if that was in the batch: who, what kind, under which id.
        var entered: (order: Order, sequence: UInt64, time: Timestamp)?
        /// The terms that may change, as of the last change in the batch; nil: as before.
        var price: Int64?
        var stop: Int64?
        var quantity: Int64?
        var display: Int64?
        var filled: Int64 = 0
        var triggered: Timestamp?
        var ended: (state: StaticString, sequence: UInt64, time: Timestamp)?
    }
    struct BookedTrade {
        var sequence: UInt64
        var time: Timestamp
        var day: Int64
        var trade: Trade
    }
    struct CashKey: Hashable {
        var account: AccountID
        var currency: Currency
    }
    struct PermitKey: Hashable {
        var account: AccountID
        var permitClass: ClassID
    }
    struct BookedMove {
        var sequence: UInt64
        var position: Int
        var time: Timestamp
        var move: SerialMove
    }

    private(set) var orders: [OrderChange] = []
    private(set) var trades: [BookedTrade] = []
    private(set) var cash: [CashKey: Int64] = [:]
    private(set) var permits: [PermitKey: Int64] = [:]
    private(set) var moves: [BookedMove] = []
    var markets = MarketSummaries()
    private var indexOfOrder: [UInt64: Int] = [:]

    init(entryCount: Int) {
        orders.reserveCapacity(entryCount)
        trades.reserveCapacity(entryCount)
        indexOfOrder.reserveCapacity(entryCount)
    }

    // MARK: Orders

    mutating func enter(_ order: Order, sequence: UInt64, time: Timestamp) {
        indexOfOrder[order.id.number] = orders.count
        orders.append(OrderChange(number: order.id, entered: (order, sequence, time)))
        setTerms(order, at: orders.count - 1)
    }

    mutating func amend(_ order: Order) {
        setTerms(order, at: index(of: order.id))
    }

    /// A term that the order no longer has (a stop order that triggered) stays on record.
    private mutating func setTerms(_ order: Order, at index: Int) {
        orders[index].price = order.limit ?? orders[index].price
        orders[index].stop = order.trigger ?? orders[index].stop
        orders[index].quantity = order.quantity.units
        orders[index].display = order.peak ?? orders[index].display
    }

    mutating func trigger(_ order: Order, time: Timestamp) {
        orders[index(of: order.id)].triggered = time
    }

    mutating func end(_ order: OrderID, state: StaticString, sequence: UInt64, time: Timestamp) {
        orders[index(of: order)].ended = (state, sequence, time)
    }

    private mutating func index(of order: OrderID) -> Int {
        if let index = indexOfOrder[order.number] { return index }
        indexOfOrder[order.number] = orders.count
        orders.append(OrderChange(number: order))
        return orders.count - 1
    }

    // MARK: Accounts

    /// Books a trade: permits to the buyer, price × quantity to the seller, both fees to the venue.
    mutating func book(_ booked: BookedTrade, currency: Currency, permitClass: ClassID) {
        let trade = booked.trade
        trades.append(booked)
        markets.add(trade, day: booked.day)
        // An order of another zone counts in what is there.
        func own(_ side: Side) -> Int64 {
            (trade.across?.side == side ? trade.across : nil)?.quantity.units ?? trade.quantity.units
        }
        orders[index(of: trade.buyOrder)].filled += own(.buy)
        orders[index(of: trade.sellOrder)].filled += own(.sell)
        let notional = trade.price.notional(of: trade.quantity)
        let (buyerFee, sellerFee) = (trade.buyerFee, trade.sellerFee)
        add(-(notional + buyerFee).minorUnits, .general(trade.buyer), currency)
        add((notional - sellerFee).minorUnits, .general(trade.seller), currency)
        add((buyerFee + sellerFee).minorUnits, .fee, currency)
        add(-trade.quantity.units, .general(trade.seller), permitClass)
        add(trade.quantity.units, .general(trade.buyer), permitClass)
    }

    /// Books a move of serial numbers.
    mutating func book(_ move: BookedMove) { moves.append(move) }

    /// Books a transfer.
    mutating func book(_ transfer: Transfer, sequence: UInt64) throws(BookingFault) {
        let (from, to) = try transfer.accounts(sequence: sequence)
        switch transfer.asset {
        case .cash(let currency):
            add(-transfer.amount, from, currency)
            add(transfer.amount, to, currency)
        case .permits(let permitClass):
            add(-transfer.amount, from, permitClass)
            add(transfer.amount, to, permitClass)
        }
    }

    private mutating func add(_ amount: Int64, _ account: AccountID, _ currency: Currency) {
        cash[CashKey(account: account, currency: currency), default: 0] += amount
    }

    private mutating func add(_ amount: Int64, _ account: AccountID, _ permitClass: ClassID) {
        permits[PermitKey(account: account, permitClass: permitClass), default: 0] += amount
    }
}

extension Order {
    /// The limit price that the member gave; nil for an order without one, which the engine bounds by the band.
    var limit: Int64? { kind == .market || kind == .stop || price == .zero ? nil : price.minorUnits }
    /// The stop price; nil if it has none.
    var trigger: Int64? { stop == .zero ? nil : stop.minorUnits }
    /// What an iceberg shows at a time; nil for other kinds.
    var peak: Int64? { kind == .iceberg ? display.units : nil }
}
