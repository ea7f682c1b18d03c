public import Permits

/// An account: the venue's own first, then one general account a member; one compliance account a facility.
public struct AccountID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Its number.
    public var index: UInt32

    /// Makes it of its number.
    public init(index: UInt32) { self.index = index }

    /// Cash outside the venue: minus the sum of what members have deposited and not withdrawn.
    public static let bank = AccountID(index: 0)
    /// Permits not yet issued: minus the sum of all that were issued.
    public static let issuance = AccountID(index: 1)
    /// Fees earned by the venue.
    public static let fee = AccountID(index: 2)
    /// Permits retired for good.
    public static let retirement = AccountID(index: 3)
    /// Permits surrendered against verified use.
    public static let surrendered = AccountID(index: 4)
    /// Permits that expired or were taken back.
    public static let cancelled = AccountID(index: 5)
    /// Where members' accounts begin.
    public static let firstGeneral: UInt32 = 16
    /// Where agreements' accounts begin.
    public static let firstFund: UInt32 = 0x2000_0000
    /// Where members' spillable accounts begin.
    public static let firstSpillable: UInt32 = 0x4000_0000
    /// Where facilities' accounts begin.
    public static let firstCompliance: UInt32 = 0x8000_0000

    /// The general account of `member`.
    @inlinable public static func general(_ member: MemberID) -> AccountID {
        AccountID(index: firstGeneral + member.index)
    }

    /// The account of an agreement.
    @inlinable public static func fund(_ fund: FundID) -> AccountID { AccountID(index: firstFund + fund.index) }

    /// The spillable account of `member`: water carried over above the limit, which a spill takes first.
    @inlinable public static func spillable(_ member: MemberID) -> AccountID {
        AccountID(index: firstSpillable + member.index)
    }

    /// The compliance account of `facility`.
    @inlinable public static func compliance(_ facility: FacilityID) -> AccountID {
        AccountID(index: firstCompliance + facility.index)
    }

    /// Whose general account it is, if it is one.
    public var member: MemberID? {
        index >= AccountID.firstGeneral && index < AccountID.firstFund
            ? MemberID(index - AccountID.firstGeneral) : nil
    }
    /// Which agreement's account it is, if it is one.
    public var fund: FundID? {
        index >= AccountID.firstFund && index < AccountID.firstSpillable ? FundID(index - AccountID.firstFund) : nil
    }
    /// Whose spillable account it is, if it is one.
    public var spiller: MemberID? {
        index >= AccountID.firstSpillable && index < AccountID.firstCompliance
            ? MemberID(index - AccountID.firstSpillable) : nil
    }
    /// Whose compliance account it is, if it is one.
    public var facility: FacilityID? {
        index >= AccountID.firstCompliance ? FacilityID(index - AccountID.firstCompliance) : nil
    }
    /// Whether permits end here: what was surrendered, retired or cancelled never moves again.
    public var isFinal: Bool { self == .retirement || self == .surrendered || self == .cancelled }

    /// Whether the account stands behind what others hold and so is negative.
    public var isBacking: Bool { index <= AccountID.issuance.index }

    /// Orders by number.
    public static func < (a: AccountID, b: AccountID) -> Bool { a.index < b.index }
}

/// What an account holds an amount of: a currency, or a permit class.
public struct AssetID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Its number.
    public var index: UInt32

    /// Makes it of its number.
    public init(index: UInt32) { self.index = index }

    /// Money of a currency, in minor units.
    @inlinable public static func cash(_ currency: Currency) -> AssetID { AssetID(index: UInt32(currency.place)) }
    /// Permits of a class.
    @inlinable public static func permits(_ permitClass: ClassID) -> AssetID {
        AssetID(index: firstPermits + permitClass.index)
    }
    /// Where permit classes begin; below are currencies.
    public static let firstPermits: UInt32 = 256

    /// The permit class, if it is one.
    public var permitClass: ClassID? {
        index >= AssetID.firstPermits ? ClassID(index - AssetID.firstPermits) : nil
    }
    /// The currency, if it is one.
    public var currency: Currency? { index < AssetID.firstPermits ? Currency(place: UInt8(index)) : nil }

    /// Orders by number.
    public static func < (a: AssetID, b: AssetID) -> Bool { a.index < b.index }
}

/// What one account has of one asset, in minor units or permits.
public struct Balance: Equatable, Sendable, BitwiseCopyable {
    /// All of it, the held part included.
    public var total: Int64 = 0
    /// Set apart for open orders.
    public var held: Int64 = 0
    /// Permits that open buy orders would bring, which count against the holding limit; of cash, what `fractions` says.
    public var incoming: Int64 = 0

    /// Nothing.
    public init() {}

    /// What a new order, a transfer or a withdrawal may use.
    public var free: Int64 { total - held }
}

/// Where an asset stands, over all accounts.
public struct AssetStatement: Equatable, Sendable {
    /// Issued permits, or cash deposited and not withdrawn: minus what the backing accounts hold.
    public var issued: Int64 = 0
    /// In members' and facilities' accounts and the fee account.
    public var held: Int64 = 0
    /// In the retirement account.
    public var retired: Int64 = 0
    /// In the account of surrendered permits.
    public var surrendered: Int64 = 0
    /// In the account of cancelled permits.
    public var cancelled: Int64 = 0
    /// The part of `held` that open orders hold.
    public var onHold: Int64 = 0

    /// Nothing.
    public init() {}
}
