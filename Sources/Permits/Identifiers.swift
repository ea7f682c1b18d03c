// Small integers that stand for members, logins, markets, classes and orders once their codes are known.

/// A member's index, in order of admission; 0 is the venue itself.
package struct MemberID: Hashable, Comparable, Sendable {
    package var index: UInt32
    @inlinable package init(_ index: UInt32) { self.index = index }
    @inlinable package static func < (a: MemberID, b: MemberID) -> Bool { a.index < b.index }
    /// The venue: the sequencer's own entries (clock, restart) and the accounts that belong to nobody else.
    package static let venue = MemberID(0)
}

/// A login's index over all members, in order of creation; 0 is the venue's own.
package struct UserID: Hashable, Comparable, Sendable {
    package var index: UInt32
    @inlinable package init(_ index: UInt32) { self.index = index }
    @inlinable package static func < (a: UserID, b: UserID) -> Bool { a.index < b.index }
    package static let venue = UserID(0)
}

/// A program's index, in order of creation.
package struct ProgramID: Hashable, Sendable {
    package var index: UInt32
    @inlinable package init(_ index: UInt32) { self.index = index }
}

/// A permit class's index (program and vintage), in order of creation.
package struct ClassID: Hashable, Comparable, Sendable {
    package var index: UInt32
    @inlinable package init(_ index: UInt32) { self.index = index }
    @inlinable package static func < (a: ClassID, b: ClassID) -> Bool { a.index < b.index }
}

/// A market's index, in order of creation.
package struct MarketID: Hashable, Comparable, Sendable {
    /// Stands for the public stream of all auctions; no market has it.
    package static let auctions = MarketID(.max)
    /// Stands for the public stream of the registry; no market has it.
    package static let registry = MarketID(.max - 1)

    package var index: UInt32
    @inlinable package init(_ index: UInt32) { self.index = index }
    /// Where it stands in an array of all markets.
    @inlinable package var slot: Int { Int(index) }
    @inlinable package static func < (a: MarketID, b: MarketID) -> Bool { a.index < b.index }
}

/// An order's number: a count over the venue, followed by four digits that are its market's index.
///
/// Numbers grow with time of entry, and the market of a number is known without a table.
package struct OrderID: Hashable, Comparable, Sendable {
    package var number: UInt64
    @inlinable package init(number: UInt64) { self.number = number }
    @inlinable package init(count: UInt64, market: MarketID) {
        number = count * UInt64(Limits.marketsMax) + UInt64(market.index)
    }
    @inlinable package var market: MarketID { MarketID(UInt32(number % UInt64(Limits.marketsMax))) }
    @inlinable package static func < (a: OrderID, b: OrderID) -> Bool { a.number < b.number }
}

/// A facility's index, in order of registration.
package struct FacilityID: Hashable, Comparable, Sendable {
    package var index: UInt32
    @inlinable package init(_ index: UInt32) { self.index = index }
    /// Where it stands in an array of all facilities.
    @inlinable package var slot: Int { Int(index) }
    @inlinable package static func < (a: FacilityID, b: FacilityID) -> Bool { a.index < b.index }
}
