package import Permits

/// An account: the venue's own first, then one general account a member; one compliance account a facility.
package struct AccountID: Hashable, Comparable, Sendable, BitwiseCopyable {
    package var index: UInt32

    package init(index: UInt32) { self.index = index }

    /// Cash outside the venue: minus the sum of what members have deposited and not withdrawn.
    package static let bank = AccountID(index: 0)
    /// Permits not yet issued: minus the sum of all that were issued.
    package static let issuance = AccountID(index: 1)
    /// Fees earned by the venue.
    package static let fee = AccountID(index: 2)
    /// Permits retired for good.
    package static let retirement = AccountID(index: 3)
    /// Permits surrendered against verified use.
    package static let surrendered = AccountID(index: 4)
    /// Permits that expired or were taken back.
    package static let cancelled = AccountID(index: 5)
    /// Where members' accounts begin.
    package static let firstGeneral: UInt32 = 16
    /// Where members' spillable accounts begin.
    package static let firstSpillable: UInt32 = 0x4000_0000
    /// Where facilities' accounts begin.
    package static let firstCompliance: UInt32 = 0x8000_0000

    /// The general account of `member`.
    @inlinable package static func general(_ member: MemberID) -> AccountID {
        AccountID(index: firstGeneral + member.index)
    }

    /// The spillable account of `member`: water carried over above the limit, which a spill takes first.
    @inlinable package static func spillable(_ member: MemberID) -> AccountID {
        AccountID(index: firstSpillable + member.index)
    }

    /// The compliance account of `facility`.
    @inlinable package static func compliance(_ facility: FacilityID) -> AccountID {
        AccountID(index: firstCompliance + facility.index)
    }

    /// Whose general account it is, if it is one.
    package var member: MemberID? {
        index >= AccountID.firstGeneral && index < AccountID.firstSpillable
            ? MemberID(index - AccountID.firstGeneral) : nil
    }
    /// Whose spillable account it is, if it is one.
    package var spiller: MemberID? {
        index >= AccountID.firstSpillable && index < AccountID.firstCompliance
            ? MemberID(index - AccountID.firstSpillable) : nil
    }
    /// Whose compliance account it is, if it is one.
    package var facility: FacilityID? {
        index >= AccountID.firstCompliance ? FacilityID(index - AccountID.firstCompliance) : nil
    }
    /// Whether permits end here: what was surrendered, retired or cancelled never moves again.
    package var isFinal: Bool { self == .retirement || self == .surrendered || self == .cancelled }

    /// Whether the account stands behind what others hold and so is negative.
    package var isBacking: Bool { index <= AccountID.issuance.index }

    package static func < (a: AccountID, b: AccountID) -> Bool { a.index < b.index }
}

/// What an account holds an amount of: a currency, or a permit class.
package struct AssetID: Hashable, Comparable, Sendable, BitwiseCopyable {
    package var index: UInt32

    package init(index: UInt32) { self.index = index }

    /// Money of a currency, in minor units.
    @inlinable package static func cash(_ currency: Currency) -> AssetID { AssetID(index: UInt32(currency.rawValue)) }
    /// Permits of a class.
    @inlinable package static func permits(_ permitClass: ClassID) -> AssetID {
        AssetID(index: firstPermits + permitClass.index)
    }
    /// Where permit classes begin; below are currencies.
    package static let firstPermits: UInt32 = 256

    /// The permit class, if it is one.
    package var permitClass: ClassID? {
        index >= AssetID.firstPermits ? ClassID(index - AssetID.firstPermits) : nil
    }
    /// The currency, if it is one.
    package var currency: Currency? { index < AssetID.firstPermits ? Currency(rawValue: UInt8(index)) : nil }

    package static func < (a: AssetID, b: AssetID) -> Bool { a.index < b.index }
}

/// What one account has of one asset, in minor units or permits.
package struct Balance: Equatable, Sendable, BitwiseCopyable {
    /// All of it, the held part included.
    package var total: Int64 = 0
    /// Set apart for open orders.
    package var held: Int64 = 0
    /// Permits that open buy orders would bring; counts against the holding limit.
    package var incoming: Int64 = 0

    package init() {}

    /// What a new order, a transfer or a withdrawal may use.
    package var free: Int64 { total - held }
}

/// Where an asset stands, over all accounts.
package struct AssetStatement: Equatable, Sendable {
    /// Issued permits, or cash deposited and not withdrawn: minus what the backing accounts hold.
    package var issued: Int64 = 0
    /// In members' and facilities' accounts and the fee account.
    package var held: Int64 = 0
    /// In the retirement account.
    package var retired: Int64 = 0
    /// In the account of surrendered permits.
    package var surrendered: Int64 = 0
    /// In the account of cancelled permits.
    package var cancelled: Int64 = 0
    /// The part of `held` that open orders hold.
    package var onHold: Int64 = 0

    package init() {}
}
