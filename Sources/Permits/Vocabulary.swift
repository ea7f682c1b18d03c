// The field's closed vocabularies. The raw text is the wire's; the case order is the snapshot's.

/// A vocabulary whose cases have one word each on the wire and one number in snapshots.
public protocol Word: BitwiseCopyable, CaseIterable, RawRepresentable, Sendable where RawValue == UInt8 {
    /// The word on the wire.
    var word: StaticString { get }
}

/// Buy or sell.
public enum Side: UInt8, Word {
    case buy
    case sell

    /// The word on the wire.
    public var word: StaticString {
        switch self {
        case .buy: "buy"
        case .sell: "sell"
        }
    }
    /// The other side.
    @inlinable public var opposite: Side { self == .buy ? .sell : .buy }
}

/// What a member may do; one role a member.
public enum Role: UInt8, Word {
    /// The sequencer itself; no person has it.
    case venue
    /// Runs the venue: members, cash, markets; cannot trade or set caps.
    case `operator`
    /// Caps, allocations and halts of its own programs.
    case regulator
    /// Trades, holds and retires permits.
    case participant
    /// Reports measured use.
    case verifier
    /// Reads what is public.
    case observer

    /// The word on the wire.
    public var word: StaticString {
        switch self {
        case .venue: "venue"
        case .operator: "operator"
        case .regulator: "regulator"
        case .participant: "participant"
        case .verifier: "verifier"
        case .observer: "observer"
        }
    }
}

/// The kind of an order.
public enum OrderKind: UInt8, Word {
    /// Trades at its limit price or better.
    case limit
    /// Trades at any price inside the band; what is left is cancelled.
    case market
    /// Becomes a market order once the last price reaches the stop price.
    case stop
    /// Becomes a limit order once the last price reaches the stop price.
    case stopLimit
    /// A limit order that shows only `display` permits at a time.
    case iceberg

    /// The word on the wire.
    public var word: StaticString {
        switch self {
        case .limit: "limit"
        case .market: "market"
        case .stop: "stop"
        case .stopLimit: "stop-limit"
        case .iceberg: "iceberg"
        }
    }
    /// Whether it waits for a stop price.
    @inlinable public var isStop: Bool { self == .stop || self == .stopLimit }
}

/// How long an order lives.
public enum TimeInForce: UInt8, Word {
    /// Until cancelled.
    case gtc
    /// Until the trading day ends.
    case day
    /// Until its expiry time, or the end of the day on which that falls.
    case gtd
    /// Trades what it can at once; the rest is cancelled.
    case ioc
    /// Trades whole at once or not at all.
    case fok
    /// Only for the call that opens or reopens the market.
    case atTheOpen
    /// Only for the closing call.
    case atTheClose

    /// The word on the wire.
    public var word: StaticString {
        switch self {
        case .gtc: "gtc"
        case .day: "day"
        case .gtd: "gtd"
        case .ioc: "ioc"
        case .fok: "fok"
        case .atTheOpen: "open"
        case .atTheClose: "close"
        }
    }
    /// Whether what does not trade rests in the book.
    @inlinable public var rests: Bool { self == .gtc || self == .day || self == .gtd }
}

/// What happens when an order would trade with a resting order of the same member.
public enum SelfTradePrevention: UInt8, Word {
    /// The incoming order is cancelled.
    case newest
    /// The resting order is cancelled.
    case oldest
    /// Both are cancelled.
    case both

    /// The word on the wire.
    public var word: StaticString {
        switch self {
        case .newest: "newest"
        case .oldest: "oldest"
        case .both: "both"
        }
    }
}

/// A market's phase.
public enum Phase: UInt8, Word {
    /// No entry; orders may be cancelled.
    case closed
    /// Opening call: orders gather, nothing trades; leaving it for `open` uncrosses the book.
    case preopen
    /// Continuous trading.
    case open
    /// No entry, no trade; orders may be cancelled.
    case halt
    /// Closing call: as `preopen`; leaving it for `closed` uncrosses the book.
    case closing

    /// The word on the wire.
    public var word: StaticString {
        switch self {
        case .closed: "closed"
        case .preopen: "preopen"
        case .open: "open"
        case .halt: "halt"
        case .closing: "closing"
        }
    }
    /// Whether the phase gathers orders for a call.
    @inlinable public var isCall: Bool { self == .preopen || self == .closing }
}

/// Why an order ended without being filled whole.
public enum DoneReason: UInt8, Word {
    /// By its owner, or by a mass cancel.
    case cancelled
    /// Its quote was replaced.
    case replaced
    /// The day or its own time ended.
    case expired
    /// The rest of an IOC or market order found no counterpart.
    case unfilled
    /// A FOK order could not trade whole.
    case fillOrKill
    /// Fewer than its minimum quantity could trade.
    case minimumQuantity
    /// It would have traded with its own member.
    case selfTrade
    /// The price band moved away from it.
    case band
    /// The session that entered it was lost, with cancel-on-disconnect.
    case disconnect
    /// The dead man's switch ran out.
    case deadman
    /// Its member was suspended in the program.
    case suspended
    /// A holding limit was lowered, or the member's associates changed, and it no longer fits.
    case limit
    /// It met as many orders as one command may; the rest can be sent again.
    case matchLimit

    /// The word on the wire.
    public var word: StaticString {
        switch self {
        case .cancelled: "cancelled"
        case .replaced: "replaced"
        case .expired: "expired"
        case .unfilled: "unfilled"
        case .fillOrKill: "fok"
        case .minimumQuantity: "min"
        case .selfTrade: "self-trade"
        case .band: "band"
        case .disconnect: "disconnect"
        case .deadman: "deadman"
        case .suspended: "suspended"
        case .limit: "limit"
        case .matchLimit: "match-limit"
        }
    }
}

/// On which side of a trade one stood.
public enum Liquidity: UInt8, Word {
    /// The resting order.
    case maker
    /// The incoming order.
    case taker
    /// Both sides of a call.
    case auction

    /// The word on the wire.
    public var word: StaticString {
        switch self {
        case .maker: "maker"
        case .taker: "taker"
        case .auction: "auction"
        }
    }
}

/// A currency, with the number of digits of its minor unit (ISO 4217).
public enum Currency: UInt8, Word {
    case eur, gbp, usd, cad, aud, nzd, cny, krw, jpy, chf

    /// The word on the wire.
    public var word: StaticString {
        switch self {
        case .eur: "EUR"
        case .gbp: "GBP"
        case .usd: "USD"
        case .cad: "CAD"
        case .aud: "AUD"
        case .nzd: "NZD"
        case .cny: "CNY"
        case .krw: "KRW"
        case .jpy: "JPY"
        case .chf: "CHF"
        }
    }
    /// Digits after the decimal point.
    public var scale: Int { self == .krw || self == .jpy ? 0 : 2 }
}
