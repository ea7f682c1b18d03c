import Permits

/// One live order of the reference exchange.
struct ReferenceOrder: Equatable {
    var id: UInt64
    var owner: MemberID
    var user: UserID
    var reference: Code
    var side: Side
    var kind: OrderKind
    var timeInForce: TimeInForce
    var selfTrade: SelfTradePrevention
    var isPostOnly = false
    var isQuote = false
    /// The limit; of market and stop orders the edge of the band at entry.
    var price: Int64
    var stop: Int64 = 0
    var quantity: Int64
    var open: Int64
    var display: Int64 = 0
    var shown: Int64 = 0
    var minimum: Int64 = 0
    var expiry = Timestamp.never
    /// Its turn among the orders of one price; for waiting stops among all stops.
    var turn = 0
    /// Whether it waits unseen for the closing call.
    var isParked = false

    /// Whether it stands among the bids or asks.
    var isInBook: Bool { !kind.isStop && !isParked }
    var filled: Int64 { quantity - open }

    /// Whether it may trade at `price`.
    func accepts(_ price: Int64) -> Bool { side == .buy ? price <= self.price : price >= self.price }

    /// The slice that it shows when it joins a queue.
    var slice: Int64 { display == 0 ? open : min(display, open) }
}

/// What the reference exchange says that a command did; only what members and the tape can see.
enum ReferenceEvent: Equatable {
    case trade(ReferenceTrade)
    case fill(order: UInt64, owner: MemberID, price: Int64, quantity: Int64, open: Int64, fee: Int64, Liquidity)
    case done(order: UInt64, open: Int64, DoneReason)
    case triggered(order: UInt64)
    case phase(market: Int, Phase)
    case reference(market: Int, price: Int64, low: Int64, high: Int64)
}

/// A trade of the reference exchange.
struct ReferenceTrade: Equatable {
    var market: Int
    var price: Int64
    var quantity: Int64
    /// The taker's side; nil in a call.
    var aggressor: Side?
    var buyer: MemberID
    var seller: MemberID
    var buyOrder: UInt64
    var sellOrder: UInt64
    /// In millionths of a minor unit until the exchange charges it, in minor units from then on; a fill's as well.
    var buyerFee: Int64
    var sellerFee: Int64
}

/// How the reference exchange answers.
enum ReferenceOutcome: Equatable {
    case done
    case order(UInt64, open: Int64)
    case quote(bid: UInt64?, bidOpen: Int64, ask: UInt64?, askOpen: Int64)
    case cancelled(Int64)
    case refused(RejectCode)
}
