// Typed fixed-point amounts: whole permits, prices and money in the minor units of a currency.
// Sums and products are checked; an overflow is `RejectCode.overflow`, never a trap or a wrap.

/// A number of permits: whole units of the program (tCO2e, kg, m3, ML).
public struct Quantity: Comparable, Hashable, Sendable, BitwiseCopyable {
    /// How many permits.
    public var units: Int64

    /// So many permits.
    @inlinable public init(_ units: Int64) { self.units = units }

    /// Orders by value.
    @inlinable public static func < (a: Quantity, b: Quantity) -> Bool { a.units < b.units }
    /// The sum; an overflow stops the program.
    @inlinable public static func + (a: Quantity, b: Quantity) -> Quantity { Quantity(a.units + b.units) }
    /// The difference; an overflow stops the program.
    @inlinable public static func - (a: Quantity, b: Quantity) -> Quantity { Quantity(a.units - b.units) }
    /// Adds in place.
    @inlinable public static func += (a: inout Quantity, b: Quantity) { a.units += b.units }
    /// Subtracts in place.
    @inlinable public static func -= (a: inout Quantity, b: Quantity) { a.units -= b.units }
    /// No permits.
    @inlinable public static var zero: Quantity { Quantity(0) }
}

/// A price of one permit, in minor units of the market's currency (cents per tCO2e).
public struct Price: Comparable, Hashable, Sendable, BitwiseCopyable {
    /// The amount in minor units.
    public var minorUnits: Int64

    /// So many minor units for one permit.
    @inlinable public init(minorUnits: Int64) { self.minorUnits = minorUnits }

    /// Orders by value.
    @inlinable public static func < (a: Price, b: Price) -> Bool { a.minorUnits < b.minorUnits }
    /// No price.
    @inlinable public static var zero: Price { Price(minorUnits: 0) }

    /// The money that `quantity` permits cost at this price: exact, minor units.
    ///
    /// Cannot overflow within `Limits`: 10^9 × 10^9 < 2^63.
    @inlinable public func notional(of quantity: Quantity) -> Money {
        Money(minorUnits: minorUnits * quantity.units)
    }
}

/// An amount of money in minor units of one currency, which the context fixes.
public struct Money: Comparable, Hashable, Sendable, BitwiseCopyable {
    /// The amount in minor units.
    public var minorUnits: Int64

    /// So many minor units: cents of the currency.
    @inlinable public init(minorUnits: Int64) { self.minorUnits = minorUnits }

    /// Orders by value.
    @inlinable public static func < (a: Money, b: Money) -> Bool { a.minorUnits < b.minorUnits }
    /// The sum; an overflow stops the program.
    @inlinable public static func + (a: Money, b: Money) -> Money { Money(minorUnits: a.minorUnits + b.minorUnits) }
    /// The difference; an overflow stops the program.
    @inlinable public static func - (a: Money, b: Money) -> Money { Money(minorUnits: a.minorUnits - b.minorUnits) }
    /// The sum, at most the largest amount there is.
    public func clampedSum(_ other: Money) -> Money {
        let (sum, overflow) = minorUnits.addingReportingOverflow(other.minorUnits)
        return Money(minorUnits: overflow ? (other.minorUnits > 0 ? .max : .min) : sum)
    }
    /// No money.
    @inlinable public static var zero: Money { Money(minorUnits: 0) }
}

/// A share of the notional in parts per million: 1500 is 0.15 %.
public struct FeeRate: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The rate in parts per million.
    public var partsPerMillion: Int32

    /// So many millionths of a value.
    @inlinable public init(partsPerMillion: Int32) { self.partsPerMillion = partsPerMillion }

    /// Orders by value.
    @inlinable public static func < (a: FeeRate, b: FeeRate) -> Bool { a.partsPerMillion < b.partsPerMillion }

    /// The fee on `notional`, exactly.
    @inlinable public func fee(on notional: Money) -> ExactAmount {
        let rate = Int64(partsPerMillion)
        let (millions, rest) = notional.minorUnits.quotientAndRemainder(dividingBy: 1_000_000)
        let (whole, millionths) = (rest * rate).quotientAndRemainder(dividingBy: 1_000_000)
        return ExactAmount(units: millions * rate + whole, millionths: millionths)
    }
}

/// Minor units and millionths of one, as a fee is before anything is rounded; or permits, which have no fractions.
///
/// Sums and differences are taken part by part and carry nothing over, so that what many holds come to can be taken apart again.
public struct ExactAmount: Hashable, Sendable, BitwiseCopyable {
    /// Whole minor units, or permits.
    public var units: Int64
    /// Millionths of a minor unit: from 0 to 999,999 in one fee or hold.
    public var millionths: Int64

    /// So many units and millionths.
    @inlinable public init(units: Int64, millionths: Int64 = 0) {
        self.units = units
        self.millionths = millionths
    }

    /// Nothing.
    @inlinable public static var zero: ExactAmount { ExactAmount(units: 0) }
    /// The sum, part by part; an overflow stops the program.
    @inlinable public static func + (a: ExactAmount, b: ExactAmount) -> ExactAmount {
        ExactAmount(units: a.units + b.units, millionths: a.millionths + b.millionths)
    }
    /// The difference, part by part; an overflow stops the program.
    @inlinable public static func - (a: ExactAmount, b: ExactAmount) -> ExactAmount {
        ExactAmount(units: a.units - b.units, millionths: a.millionths - b.millionths)
    }
}

/// A share in hundredths of a per cent: 350 is 3.5 %.
public struct Percent: Hashable, Comparable, Sendable {
    /// The share in hundredths of a per cent.
    public var hundredths: Int64

    /// So many hundredths of a per cent.
    public init(hundredths: Int64) { self.hundredths = hundredths }

    /// Orders by value.
    public static func < (a: Percent, b: Percent) -> Bool { a.hundredths < b.hundredths }
    /// The share in hundredths of a per cent.
    public static let zero = Percent(hundredths: 0)
    /// The share in hundredths of a per cent.
    public static let whole = Percent(hundredths: 10_000)

    /// The share of `quantity`, rounded down to whole permits.
    public func shareRoundedDown(of quantity: Quantity) -> Quantity {
        let (product, overflowed) = quantity.units.multipliedReportingOverflow(by: hundredths)
        guard overflowed else { return Quantity(product / 10_000) }
        return Quantity(Int64(Int128(quantity.units) * Int128(hundredths) / 10_000))
    }

    /// The share of `quantity`, rounded up to whole permits.
    public func shareRoundedUp(of quantity: Quantity) -> Quantity {
        Quantity(Int64((Int128(quantity.units) * Int128(hundredths) + 9999) / 10_000))
    }

    /// As written: `3.50`.
    public var text: String { FixedPoint.text(hundredths, scale: 2) }
}

/// The largest values that a command may carry; chosen so that no sum or product inside can overflow.
///
/// What there can be many of, and whose it is, `CountLimit.all` says.
public enum Limits {
    /// The largest quantity of one order, transfer or allocation: 10^9 permits.
    ///
    /// The largest cap of a real market (China, 8 Gt) is set over several allocations.
    @inlinable public static var quantityMax: Quantity { Quantity(1_000_000_000) }
    /// The largest price: 10^9 minor units, ten million euros a permit.
    ///
    /// quantityMax × priceMax = 10^18, and fees of at most 100 % double it: 2 × 10^18 < 2^63 = 9.2 × 10^18.
    @inlinable public static var priceMax: Price { Price(minorUnits: 1_000_000_000) }
    /// The largest cap of one program and vintage: 10^15 permits.
    @inlinable public static var capMax: Quantity { Quantity(1_000_000_000_000_000) }
    /// The largest amount of one deposit or withdrawal: 10^18 minor units.
    @inlinable public static var moneyMax: Money { Money(minorUnits: 1_000_000_000_000_000_000) }
    /// The most price levels in a market's band: what a three-level 64-way bitmap indexes.
    @inlinable public static var levelsMax: Int { 64 * 64 * 64 }
    /// The most markets, since an order number carries its market in the last four digits.
    @inlinable public static var marketsMax: Int { 10_000 }
    /// The most auctions of one seller that wait for their result.
    @inlinable public static var auctionsMax: Int { 1000 }
    /// The most auctions of one seller that have ended and are still answered about, the last ones.
    @inlinable public static var auctionsKeptMax: Int { 1000 }
    /// The most price steps of them, over all bids; the last auction is kept with any number.
    @inlinable public static var auctionStepsKeptMax: Int { 50_000 }
    /// The most bids of one member in auctions that wait for their result.
    @inlinable public static var bidsMax: Int { 1000 }
    /// The most members.
    @inlinable public static var membersMax: Int { 100_000 }
    /// The most logins of one member.
    @inlinable public static var loginsMax: Int { 1_000 }
    /// The most programs of one regulator.
    @inlinable public static var programsMax: Int { 100 }
    /// The most permit classes of one program; sums over their caps stay below 2^63: 10^18.
    @inlinable public static var classesMax: Int { 1_000 }
    /// The most deadlines of one program, replaced ones included.
    @inlinable public static var deadlinesMax: Int { 1_000 }
    /// The most holidays of one program that are still to come.
    @inlinable public static var holidaysMax: Int { 1_000 }
    /// The most links of one program.
    @inlinable public static var linksMax: Int { 200 }
    /// The most facilities of one regulator's programs, closed ones included.
    @inlinable public static var facilitiesMax: Int { 20_000 }
    /// How many years back a facility's use can be reported.
    @inlinable public static var reportYearsMax: Int64 { 50 }
    /// The most accounts that one member trusts, over all programs.
    @inlinable public static var trustsMax: Int { 1_000 }
    /// How many transfers, retirements and surrenders of a member are remembered, so that they may be undone.
    @inlinable public static var actsMax: Int { 200 }
    /// The most royalties and leases of one member, as seller or buyer.
    @inlinable public static var rightsMax: Int { 1_000 }
    /// The most that a facility may report for one period: 10^12 units, above any country's emissions.
    @inlinable public static var useMax: Quantity { Quantity(1_000_000_000_000) }
    /// The most decimals of an allocation's factor.
    @inlinable public static var factorDecimalsMax: Int { 9 }
    /// The longest that a proposal stays open, in seconds: 30 days.
    @inlinable public static var proposalSecondsMax: Int64 { 2_592_000 }
    /// The most links that a trade between zones passes.
    @inlinable public static var routeLinksMax: Int { 4 }
    /// The most ways by links from one zone that trades may take; the shortest are taken.
    @inlinable public static var routesMax: Int { 256 }
    /// The longest time, in seconds, that a link gathers orders before it opens: a week.
    @inlinable public static var windowMax: Int64 { 604_800 }
    /// The most open offers by agreement of one member.
    @inlinable public static var offersMax: Int { 100 }
    /// The most classes in one offer by agreement.
    @inlinable public static var offerItemsMax: Int { 8 }
    /// The highest royalty: 10^7 minor units for a unit of yield.
    ///
    /// An entitlement of 10^9 yields at most ten times as much in a season: 10^17 minor units.
    @inlinable public static var royaltyMax: Money { Money(minorUnits: 10_000_000) }
    /// The longest lease, in seasons.
    @inlinable public static var leaseMax: Int64 { 99 }
    /// The most open offers to swap of one member.
    @inlinable public static var swapsMax: Int { 100 }
    /// The most open dialogues that one member has begun.
    @inlinable public static var dialoguesMax: Int { 100 }
    /// The most contracts in force of one member.
    @inlinable public static var contractsMax: Int { 200 }
    /// The most readings and payments that all contracts in force of one member may provide for.
    @inlinable public static var placesMax: Int { 50_000 }
    /// The most agreements begun by one member that have ended and are still answered about, the last ones.
    @inlinable public static var agreementsKeptMax: Int { 100 }
    /// The most readings that an agreement's terms may provide for, over all its periods.
    @inlinable public static var readingsMax: Int { 20_000 }
    /// The most members that take part in one agreement.
    @inlinable public static var partiesMax: Int { 50 }
    /// The most bytes of one part of a draft.
    @inlinable public static var draftBytesMax: Int { 3_900 }
    /// The most eco-labels of one program that are awarded or may be.
    @inlinable public static var labelsMax: Int { 100 }
    /// The most open complaints of one member.
    @inlinable public static var complaintsMax: Int { 100 }
    /// The most complaints of one member that are not open and are still answered about, the last ones.
    @inlinable public static var complaintsKeptMax: Int { 100 }
    /// The most open proposals of one member.
    @inlinable public static var proposalsMax: Int { 1000 }
    /// The most orders that one command matches, and stops that it triggers.
    @inlinable public static var matchesMax: Int { 1_500 }
    /// Among how many pairs of offers to swap one command looks for a ring of three.
    @inlinable public static var ringsMax: Int { 20_000 }
    /// The most steps of one slice of what goes over a whole program, market or venue.
    @inlinable public static var sliceStepsMax: Int { 2_000 }
    /// With how many events a slice ends before that.
    @inlinable public static var sliceEventsMax: Int { 500 }
    /// The most timers of one `CLOCK`; it ends before that once they have made as many events.
    @inlinable public static var timersMax: Int { 2_000 }
    /// Of how many facilities one command reviews the eco-labels.
    @inlinable public static var reviewsMax: Int { 500 }
    /// The most programs of entitlements to one source of water: a season's line names what is announced of each.
    @inlinable public static var entitlementsMax: Int { 100 }
    /// The most live orders of one member, over all markets.
    @inlinable public static var ordersMax: Int { 4_000 }
    /// The most transfers of one member that wait.
    @inlinable public static var transfersMax: Int { 1_000 }
    /// The most serial blocks that one movement of permits takes; whoever has them in more pieces moves them in several.
    @inlinable public static var blocksMax: Int { 1_000 }
    /// The most serial blocks that one line names; the rest are counted.
    @inlinable public static var blocksPerLine: Int { 10 }
    /// The most ids of one member that are remembered within a day, the last ones.
    ///
    /// At the rate of requests that a member has by default, 400 a second, those of eleven minutes.
    @inlinable public static var idsMax: Int { 262_144 }
    /// The most refusals of one member that are remembered with their text, the last ones; of older ones the code is.
    @inlinable public static var refusalTextsMax: Int { 1000 }
    /// The most price steps of one bid.
    @inlinable public static var bidStepsMax: Int { 40 }
    /// The longest request line in bytes, without its line end.
    @inlinable public static var lineBytesMax: Int { 4096 }
    /// The longest line in bytes before logon.
    @inlinable public static var lineBytesBeforeLogonMax: Int { 512 }
    /// The longest name or free text in bytes.
    @inlinable public static var textBytesMax: Int { 200 }
    /// The most rows in the reply to one query.
    @inlinable public static var rowsMax: Int { 1000 }
    /// The most lines of a stream that are sent again at once.
    @inlinable public static var feedLinesMax: Int { 10_000 }
}
