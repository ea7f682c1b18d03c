// Typed fixed-point amounts: whole permits, prices and money in the minor units of a currency.
// Sums and products are checked; an overflow is `RejectCode.overflow`, never a trap or a wrap.

/// A number of permits: whole units of the program (tCO2e, kg, m3, ML).
package struct Quantity: Comparable, Hashable, Sendable {
    package var units: Int64

    @inlinable package init(_ units: Int64) { self.units = units }

    @inlinable package static func < (a: Quantity, b: Quantity) -> Bool { a.units < b.units }
    @inlinable package static func + (a: Quantity, b: Quantity) -> Quantity { Quantity(a.units + b.units) }
    @inlinable package static func - (a: Quantity, b: Quantity) -> Quantity { Quantity(a.units - b.units) }
    @inlinable package static func += (a: inout Quantity, b: Quantity) { a.units += b.units }
    @inlinable package static func -= (a: inout Quantity, b: Quantity) { a.units -= b.units }
    package static let zero = Quantity(0)
}

/// A price of one permit, in minor units of the market's currency (cents per tCO2e).
package struct Price: Comparable, Hashable, Sendable {
    package var minorUnits: Int64

    @inlinable package init(minorUnits: Int64) { self.minorUnits = minorUnits }

    @inlinable package static func < (a: Price, b: Price) -> Bool { a.minorUnits < b.minorUnits }
    package static let zero = Price(minorUnits: 0)

    /// The money that `quantity` permits cost at this price: exact, minor units.
    ///
    /// Cannot overflow within `Limits`: 10^9 × 10^9 < 2^63.
    @inlinable package func notional(of quantity: Quantity) -> Money {
        Money(minorUnits: minorUnits * quantity.units)
    }
}

/// An amount of money in minor units of one currency, which the context fixes.
package struct Money: Comparable, Hashable, Sendable {
    package var minorUnits: Int64

    @inlinable package init(minorUnits: Int64) { self.minorUnits = minorUnits }

    @inlinable package static func < (a: Money, b: Money) -> Bool { a.minorUnits < b.minorUnits }
    @inlinable package static func + (a: Money, b: Money) -> Money { Money(minorUnits: a.minorUnits + b.minorUnits) }
    @inlinable package static func - (a: Money, b: Money) -> Money { Money(minorUnits: a.minorUnits - b.minorUnits) }
    package static let zero = Money(minorUnits: 0)
}

/// A share of the notional in parts per million: 1500 is 0.15 %.
package struct FeeRate: Hashable, Comparable, Sendable {
    package var partsPerMillion: Int32

    @inlinable package init(partsPerMillion: Int32) { self.partsPerMillion = partsPerMillion }

    @inlinable package static func < (a: FeeRate, b: FeeRate) -> Bool { a.partsPerMillion < b.partsPerMillion }

    /// The fee on `notional`, rounded down to the minor unit.
    ///
    /// Rounding down favours the member and makes the fee on a whole order cover the fees on its parts:
    /// floor(a) + floor(b) <= floor(a + b). So a hold taken at entry always suffices.
    @inlinable package func fee(on notional: Money) -> Money {
        let rate = Int64(partsPerMillion)
        let (millions, rest) = notional.minorUnits.quotientAndRemainder(dividingBy: 1_000_000)
        return Money(minorUnits: millions * rate + rest * rate / 1_000_000)
    }
}

/// A share in hundredths of a per cent: 350 is 3.5 %.
package struct Percent: Hashable, Comparable, Sendable {
    package var hundredths: Int64

    package init(hundredths: Int64) { self.hundredths = hundredths }

    package static func < (a: Percent, b: Percent) -> Bool { a.hundredths < b.hundredths }
    package static let zero = Percent(hundredths: 0)
    package static let whole = Percent(hundredths: 10_000)

    /// The share of `quantity`, rounded down to whole permits.
    package func shareRoundedDown(of quantity: Quantity) -> Quantity {
        Quantity(Int64(Int128(quantity.units) * Int128(hundredths) / 10_000))
    }

    /// The share of `quantity`, rounded up to whole permits.
    package func shareRoundedUp(of quantity: Quantity) -> Quantity {
        Quantity(Int64((Int128(quantity.units) * Int128(hundredths) + 9999) / 10_000))
    }

    /// As written: `3.50`.
    package var text: String { FixedPoint.text(hundredths, scale: 2) }
}

/// The largest values that a command may carry; chosen so that no sum or product inside can overflow.
package enum Limits {
    /// The largest quantity of one order, transfer or allocation: 10^9 permits.
    ///
    /// The largest cap of a real market (China, 8 Gt) is set over several allocations.
    package static let quantityMax = Quantity(1_000_000_000)
    /// The largest price: 10^9 minor units, ten million euros a permit.
    ///
    /// quantityMax × priceMax = 10^18, and fees of at most 100 % double it: 2 × 10^18 < 2^63 = 9.2 × 10^18.
    package static let priceMax = Price(minorUnits: 1_000_000_000)
    /// The largest cap of one program and vintage: 10^15 permits.
    package static let capMax = Quantity(1_000_000_000_000_000)
    /// The largest amount of one deposit or withdrawal: 10^18 minor units.
    package static let moneyMax = Money(minorUnits: 1_000_000_000_000_000_000)
    /// The most price levels in a market's band: what a three-level 64-way bitmap indexes.
    package static let levelsMax = 64 * 64 * 64
    /// The most markets, since an order number carries its market in the last four digits.
    package static let marketsMax = 10_000
    /// The most auctions, past ones included.
    package static let auctionsMax = 100_000
    /// The most permit classes of one program, so that sums over them stay below 2^63: 9 × 10^18.
    package static let classesMax = 9_000
    /// The most facilities, closed ones included.
    package static let facilitiesMax = 1_000_000
    /// The most that a facility may report for one period: 10^12 units, above any country's emissions.
    package static let useMax = Quantity(1_000_000_000_000)
    /// The most decimals of an allocation's factor.
    package static let factorDecimalsMax = 9
    /// The longest that a proposal stays open, in seconds: 30 days.
    package static let proposalSecondsMax: Int64 = 2_592_000
    /// The most links that a trade between zones passes.
    package static let routeLinksMax = 4
    /// The most ways by links from one zone that trades may take; the shortest are taken.
    package static let routesMax = 256
    /// The longest time, in seconds, that a link gathers orders before it opens: a week.
    package static let windowMax: Int64 = 604_800
    /// The most open offers by agreement of one member.
    package static let offersMax = 100
    /// The most classes in one offer by agreement.
    package static let offerItemsMax = 8
    /// The highest royalty: 10^7 minor units for a unit of yield.
    ///
    /// An entitlement of 10^9 yields at most ten times as much in a season: 10^17 minor units.
    package static let royaltyMax = Money(minorUnits: 10_000_000)
    /// The longest lease, in seasons.
    package static let leaseMax: Int64 = 99
    /// The most open offers to swap of one member.
    package static let swapsMax = 100
    /// The most open proposals of one member.
    package static let proposalsMax = 1000
    /// The most serial blocks that one line names; the rest are counted.
    package static let blocksPerLine = 10
    /// The most price steps of one bid.
    package static let bidStepsMax = 40
    /// The longest request line in bytes, without its line end.
    package static let lineBytesMax = 4096
    /// The longest line in bytes before logon.
    package static let lineBytesBeforeLogonMax = 512
    /// The longest name or free text in bytes.
    package static let textBytesMax = 200
    /// The most rows in the reply to one query.
    package static let rowsMax = 1000
}
