// Small integers that stand for members, logins, markets, classes and orders once their codes are known.

/// A member's index, in order of admission; 0 is the venue itself.
public struct MemberID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Its place, in order of creation.
    public var index: UInt32
    /// What stands at a place.
    @inlinable public init(_ index: UInt32) { self.index = index }
    /// Orders by value.
    @inlinable public static func < (a: MemberID, b: MemberID) -> Bool { a.index < b.index }
    /// The venue: the sequencer's own entries (clock, restart) and the accounts that belong to nobody else.
    @inlinable public static var venue: MemberID { MemberID(0) }
}

/// A login's index over all members, in order of creation; 0 is the venue's own.
public struct UserID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Its place, in order of creation.
    public var index: UInt32
    /// What stands at a place.
    @inlinable public init(_ index: UInt32) { self.index = index }
    /// Orders by value.
    @inlinable public static func < (a: UserID, b: UserID) -> Bool { a.index < b.index }
    /// The venue itself.
    @inlinable public static var venue: UserID { UserID(0) }
}

/// A program's index, in order of creation.
public struct ProgramID: Hashable, Sendable, BitwiseCopyable {
    /// Its place, in order of creation.
    public var index: UInt32
    /// What stands at a place.
    @inlinable public init(_ index: UInt32) { self.index = index }
}

/// A permit class's index (program and vintage), in order of creation.
public struct ClassID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Its place, in order of creation.
    public var index: UInt32
    /// What stands at a place.
    @inlinable public init(_ index: UInt32) { self.index = index }
    /// Orders by value.
    @inlinable public static func < (a: ClassID, b: ClassID) -> Bool { a.index < b.index }
}

/// A market's index, in order of creation.
public struct MarketID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Stands for the public stream of all auctions; no market has it.
    @inlinable public static var auctions: MarketID { MarketID(.max) }
    /// Stands for the public stream of the registry; no market has it.
    @inlinable public static var registry: MarketID { MarketID(.max - 1) }

    /// Its place, in order of creation.
    public var index: UInt32
    /// What stands at a place.
    @inlinable public init(_ index: UInt32) { self.index = index }
    /// Where it stands in an array of all markets.
    @inlinable public var slot: Int { Int(index) }
    /// Orders by value.
    @inlinable public static func < (a: MarketID, b: MarketID) -> Bool { a.index < b.index }
}

/// An order's number: a count over the venue, followed by four digits that are its market's index.
///
/// Numbers grow with time of entry, and the market of a number is known without a table.
public struct OrderID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The number on the wire.
    public var number: UInt64
    /// From the number on the wire.
    @inlinable public init(number: UInt64) { self.number = number }
    /// The number of the venue's order `count`, from 1, which is in a market.
    @inlinable public init(count: UInt64, market: MarketID) {
        number = count * UInt64(Limits.marketsMax) + UInt64(market.index)
    }
    /// The number on the wire.
    @inlinable public var market: MarketID { MarketID(UInt32(number % UInt64(Limits.marketsMax))) }
    /// Orders by value.
    @inlinable public static func < (a: OrderID, b: OrderID) -> Bool { a.number < b.number }
}

/// A facility's index, in order of registration.
public struct FacilityID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Its place, in order of creation.
    public var index: UInt32
    /// What stands at a place.
    @inlinable public init(_ index: UInt32) { self.index = index }
    /// Where it stands in an array of all facilities.
    @inlinable public var slot: Int { Int(index) }
    /// Orders by value.
    @inlinable public static func < (a: FacilityID, b: FacilityID) -> Bool { a.index < b.index }
}

/// An agreement's number, from 1 in order of its first word; no other ever has it.
public struct AgreementID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The number.
    public var number: UInt64
    /// From its number.
    @inlinable public init(_ number: UInt64) { self.number = number }
    /// Orders by value.
    @inlinable public static func < (a: AgreementID, b: AgreementID) -> Bool { a.number < b.number }
}

/// The index of an account that belongs to an agreement, in order of opening.
public struct FundID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Its place, in order of creation.
    public var index: UInt32
    /// What stands at a place.
    @inlinable public init(_ index: UInt32) { self.index = index }
    /// Orders by value.
    @inlinable public static func < (a: FundID, b: FundID) -> Bool { a.index < b.index }
}
