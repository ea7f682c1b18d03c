// The field's closed vocabularies. The word is the wire's; the order of cases is the snapshot's.

/// A vocabulary whose cases have one word each on the wire and one number in snapshots: `enum Side: Spelling, Word`.
///
/// The word is the case's name, or what stands behind it: `case stopLimit = "stop-limit"`.
public protocol Word: BitwiseCopyable, CaseIterable, RawRepresentable, Sendable where RawValue == Spelling {
    /// The number in snapshots: the case's place, unless the vocabulary says otherwise.
    var number: UInt8 { get }
    /// The case with a number; nil if there is none.
    init?(number: UInt8)
}

/// How a word is written: ASCII, as it stands in the source.
public struct Spelling: ExpressibleByStringLiteral, Equatable, Sendable {
    /// The letters.
    public let letters: StaticString

    /// From a literal.
    @inlinable public init(stringLiteral letters: StaticString) { self.letters = letters }

    /// Whether two words have the same letters.
    public static func == (a: Spelling, b: Spelling) -> Bool { a.letters.description == b.letters.description }
}

extension Word {
    /// The word on the wire.
    @inlinable public var word: StaticString { rawValue.letters }

    /// The case's place among all, from 0.
    ///
    /// An enumeration without payloads of two cases or more is one byte, its place.
    @inlinable public var place: UInt8 { unsafe unsafeBitCast(self, to: UInt8.self) }

    /// How many cases there are: the byte behind the last one's stands for none of them.
    @inlinable static var count: UInt8 { unsafe unsafeBitCast(Self?.none, to: UInt8.self) }

    /// The case at a place; nil if there is none.
    @inlinable
    public init?(place: UInt8) {
        guard place < Self.count else { return nil }
        self = unsafe unsafeBitCast(place, to: Self.self)
    }

    /// The case's place.
    @inlinable public var number: UInt8 { place }

    /// The case at a place.
    @inlinable public init?(number: UInt8) { self.init(place: number) }
}

/// Buy or sell.
public enum Side: Spelling, Word {
    case buy
    case sell

    /// The other side.
    @inlinable @inline(__always) public var opposite: Side { self == .buy ? .sell : .buy }
}

/// What a member may do; one role a member.
public enum Role: Spelling, Word {
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
}

/// The kind of an order.
public enum OrderKind: Spelling, Word {
    /// Trades at its limit price or better.
    case limit
    /// Trades at any price inside the band; what is left is cancelled.
    case market
    /// Becomes a market order once the last price reaches the stop price.
    case stop
    /// Becomes a limit order once the last price reaches the stop price.
    case stopLimit = "stop-limit"
    /// A limit order that shows only `display` permits at a time.
    case iceberg

    /// Whether it waits for a stop price.
    @inlinable @inline(__always) public var isStop: Bool { self == .stop || self == .stopLimit }
}

/// How long an order lives.
public enum TimeInForce: Spelling, Word {
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
    case atTheOpen = "open"
    /// Only for the closing call.
    case atTheClose = "close"

    /// Whether what does not trade rests in the book.
    @inlinable @inline(__always) public var rests: Bool { self == .gtc || self == .day || self == .gtd }
}

/// What happens when an order would trade with a resting order of the same member.
public enum SelfTradePrevention: Spelling, Word {
    /// The incoming order is cancelled.
    case newest
    /// The resting order is cancelled.
    case oldest
    /// Both are cancelled.
    case both
}

/// A market's phase.
public enum Phase: Spelling, Word {
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

    /// Whether the phase gathers orders for a call.
    @inlinable @inline(__always) public var isCall: Bool { self == .preopen || self == .closing }
}

/// Why an order ended without being filled whole.
public enum DoneReason: Spelling, Word {
    /// By its owner, or by a mass cancel.
    case cancelled
    /// Its quote was replaced.
    case replaced
    /// The day or its own time ended.
    case expired
    /// The rest of an IOC or market order found no counterpart.
    case unfilled
    /// A FOK order could not trade whole.
    case fillOrKill = "fok"
    /// Fewer than its minimum quantity could trade.
    case minimumQuantity = "min"
    /// It would have traded with its own member.
    case selfTrade = "self-trade"
    /// The price band moved away from it.
    case band
    /// The session that entered it was lost, with cancel-on-disconnect.
    case disconnect
    /// The dead man's switch ran out.
    case deadman
    /// Its member was suspended in the program.
    case suspended
    /// It was a stop until a trade that was undone since.
    case bust
    /// A holding limit was lowered, or the member's associates changed, and it no longer fits.
    case limit
    /// It met as many orders as one command may; the rest can be sent again.
    case matchLimit = "match-limit"
    /// Its market has another tick.
    case tick
}

/// On which side of a trade one stood.
public enum Liquidity: Spelling, Word {
    /// The resting order.
    case maker
    /// The incoming order.
    case taker
    /// Both sides of a call.
    case auction
}

/// A currency, with the number of digits of its minor unit (ISO 4217).
public enum Currency: Spelling, Word {
    case eur = "EUR", gbp = "GBP", usd = "USD", cad = "CAD", aud = "AUD", nzd = "NZD", cny = "CNY", krw = "KRW", jpy =
        "JPY", chf = "CHF"
    case aed = "AED", afn = "AFN", all = "ALL", amd = "AMD", ang = "ANG", aoa = "AOA", ars = "ARS", awg = "AWG"
    case azn = "AZN", bam = "BAM", bbd = "BBD", bdt = "BDT", bgn = "BGN", bhd = "BHD", bif = "BIF", bmd = "BMD"
    case bnd = "BND", bob = "BOB", bov = "BOV", brl = "BRL", bsd = "BSD", btn = "BTN", bwp = "BWP", byn = "BYN"
    case bzd = "BZD", cdf = "CDF", che = "CHE", chw = "CHW", clf = "CLF", clp = "CLP", cop = "COP", cou = "COU"
    case crc = "CRC", cup = "CUP", cve = "CVE", czk = "CZK", djf = "DJF", dkk = "DKK", dop = "DOP", dzd = "DZD"
    case egp = "EGP", ern = "ERN", etb = "ETB", fjd = "FJD", fkp = "FKP", gel = "GEL", ghs = "GHS", gip = "GIP"
    case gmd = "GMD", gnf = "GNF", gtq = "GTQ", gyd = "GYD", hkd = "HKD", hnl = "HNL", htg = "HTG", huf = "HUF"
    case idr = "IDR", ils = "ILS", inr = "INR", iqd = "IQD", irr = "IRR", isk = "ISK", jmd = "JMD", jod = "JOD"
    case kes = "KES", kgs = "KGS", khr = "KHR", kmf = "KMF", kpw = "KPW", kwd = "KWD", kyd = "KYD", kzt = "KZT"
    case lak = "LAK", lbp = "LBP", lkr = "LKR", lrd = "LRD", lsl = "LSL", lyd = "LYD", mad = "MAD", mdl = "MDL"
    case mga = "MGA", mkd = "MKD", mmk = "MMK", mnt = "MNT", mop = "MOP", mru = "MRU", mur = "MUR", mvr = "MVR"
    case mwk = "MWK", mxn = "MXN", mxv = "MXV", myr = "MYR", mzn = "MZN", nad = "NAD", ngn = "NGN", nio = "NIO"
    case nok = "NOK", npr = "NPR", omr = "OMR", pab = "PAB", pen = "PEN", pgk = "PGK", php = "PHP", pkr = "PKR"
    case pln = "PLN", pyg = "PYG", qar = "QAR", ron = "RON", rsd = "RSD", rub = "RUB", rwf = "RWF", sar = "SAR"
    case sbd = "SBD", scr = "SCR", sdg = "SDG", sek = "SEK", sgd = "SGD", shp = "SHP", sle = "SLE", sos = "SOS"
    case srd = "SRD", ssp = "SSP", stn = "STN", svc = "SVC", syp = "SYP", szl = "SZL", thb = "THB", tjs = "TJS"
    case tmt = "TMT", tnd = "TND", top = "TOP", `try` = "TRY", ttd = "TTD", twd = "TWD", tzs = "TZS", uah = "UAH"
    case ugx = "UGX", usn = "USN", uyi = "UYI", uyu = "UYU", uyw = "UYW", uzs = "UZS", ved = "VED", ves = "VES"
    case vnd = "VND", vuv = "VUV", wst = "WST", xaf = "XAF", xcd = "XCD", xof = "XOF", xpf = "XPF", yer = "YER"
    case zar = "ZAR", zmw = "ZMW", zwg = "ZWG"

    /// Digits after the decimal point.
    public var scale: Int {
        switch self {
        case .bif, .clp, .djf, .gnf, .isk, .jpy, .kmf, .krw, .pyg, .rwf, .ugx, .uyi, .vnd, .vuv, .xaf, .xof, .xpf: 0
        case .bhd, .iqd, .jod, .kwd, .lyd, .omr, .tnd: 3
        case .clf, .uyw: 4
        default: 2
        }
    }
}
