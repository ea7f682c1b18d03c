package import Compacts
package import Ledger
package import Permits
package import Registry

/// What the registry made public: each is a line of the stream `registry`, and a row in settlement.
package enum RegistryFact: Sendable {
    case program(ProgramID, Program)
    /// What a member is to limits, and under whom its associates go; nil for a member on its own.
    case classification(MemberID, isCompliance: Bool, lead: MemberID?)
    /// A cap was set; with what was issued then.
    case cap(ClassID, PermitClass)
    case allocation(Allocation)
    case facility(FacilityID, Facility)
    case facilityClosed(FacilityID)
    case monitoring(FacilityID, Monitoring)
    /// A report, and what is verified with it; nil while that is open.
    case report(FacilityID, Report, text: String, verified: Quantity?)
    /// What is verified for a year has changed, other than by a report; nil: nothing is any more.
    case verified(FacilityID, period: Int64, Measure, Quantity?)
    case deadline(Int, Deadline)
    case deadlineReplaced(Int)
    case surrender(Surrender)
    case compliance(FacilityID, deadline: Int, Obligation.Outcome, surrendered: SurrenderTally)
    case penalty(Penalty)
    case paid(Penalty)
    case suspension(Suspension, text: String)
    case readmission(ProgramID, MemberID, text: String)
    case certificate(Certificate)
    /// A transfer, retirement or surrender was undone.
    case reversal(ReversibleAct, text: String)
    /// Permits were taken back as allocated in excess.
    case takenBack(ClassID, MemberID, Quantity, toReserve: Bool, text: String)
    case bust(TradePrint, market: MarketID, price: Price?, text: String)
    /// A season was opened, or its terms changed.
    case season(Season)
    /// Holders of entitlements were credited.
    case announcement(Season, of: ProgramID, Percent, credited: Quantity)
    case seasonEnd(Season, carried: Quantity, spillable: Quantity, forfeited: Quantity)
    case spill(ProgramID, vintage: Int64, Percent, lost: Quantity)
    case release(ProgramID, vintage: Int64, released: Quantity)
    /// A link as it stands now.
    case link(Link)
    case delivery(Link, Quantity)
    /// An offer executed with the one numbered `by`.
    case swapped(Swap, by: UInt64)
    /// An offer by agreement was taken.
    case sale(Offer, buyer: MemberID)
    /// What hangs on entitlements that were sold or leased, after a season's end.
    case right(Right, yielded: Quantity, paid: Money)
    case moved(Link, member: MemberID, left: Quantity, arrived: Quantity, isBack: Bool)
    /// What happened to an agreement.
    indirect case compact(AgreementID, CompactFact)
    /// A complaint was made, answered, or not answered in time; `text` is the answer's if there is one.
    case complaint(Complaint, text: String)
    /// A label was made, or its criteria changed.
    case label(Label)
    case award(LabelAward, LabelAward.State)
    /// A class ended; what was held of it is cancelled.
    case expiry(ClassID, cancelled: Quantity)
}

extension RegistryFact {
    /// What a fact changes that eco-labels and agreements go by.
    enum Bearing {
        case nothing
        /// What is verified of a facility: labels and agreements.
        case use(of: FacilityID)
        /// Something else of a facility, or of all of its owner's: labels.
        case facility(FacilityID)
        case owner(of: FacilityID)
        case member(MemberID)
    }

    var bearing: Bearing {
        switch self {
        case .report(let id, _, text: _, verified: _), .verified(let id, period: _, _, _): .use(of: id)
        case .facility(let id, _), .facilityClosed(let id), .monitoring(let id, _): .facility(id)
        case .compliance(let id, deadline: _, _, surrendered: _): .owner(of: id)
        case .penalty(let penalty): .member(penalty.member)
        case .suspension(let suspension, text: _): .member(suspension.member)
        case .readmission(_, let member, text: _): .member(member)
        case .certificate(let certificate): .member(certificate.member)
        case .reversal(let act, text: _): .member(act.member)
        case .program, .classification, .cap, .allocation, .deadline, .deadlineReplaced, .surrender, .paid, .bust,
            .season, .announcement, .seasonEnd, .spill, .release, .link, .delivery, .swapped, .sale, .right, .moved,
            .compact, .complaint, .label, .award, .expiry, .takenBack:
            .nothing
        }
    }
}

/// Permits that were issued, and why so many.
package struct Allocation: Sendable {
    package var permitClass: ClassID
    package var member: MemberID
    package var facility: FacilityID?
    package var method: AllocationMethod
    package var basis: Quantity
    package var factor: DecimalNumber
    package var quantity: Quantity
    package var fromReserve: Bool
    /// The part that was surrendered at once, for a penalty.
    package var deducted: Quantity
}

/// Permits surrendered for an obligation.
package struct Surrender: Sendable {
    package var facility: FacilityID
    package var period: Int64
    package var permitClass: ClassID
    package var quantity: Quantity
    package var kind: SurrenderKind
    /// Whether the engine took them at a deadline or from an allocation.
    package var isAutomatic: Bool
}

/// Consecutive serial numbers that went from one account to another.
package struct SerialMove: Sendable {
    package var permitClass: ClassID
    package var block: SerialBlock
    package var from: AccountID
    package var to: AccountID
    package var cause: Transfer.Kind

    package init(permitClass: ClassID, block: SerialBlock, from: AccountID, to: AccountID, cause: Transfer.Kind) {
        self.permitClass = permitClass
        self.block = block
        self.from = from
        self.to = to
        self.cause = cause
    }
}

/// Where a transfer off the exchange is.
package enum TransferState: Spelling, Word {
    case waiting, executed, recalled
    /// By the program's regulator.
    case stopped
    /// Its permits, or the room for them, were no longer there.
    case failed
}

/// What a regulator should look at.
package struct Alert: Sendable {
    /// Why.
    package enum Kind: Spelling, Word {
        /// A holding came near its limit.
        case holdingLimit = "holding-limit"
        /// Associates traded with each other, or the same quantity went back.
        case washTrade = "wash-trade"
        case priceMove = "price-move"
        /// A deadline passed without a verified report.
        case unverified
        /// A penalty's money is not known until the regulator says a price.
        case undetermined
        /// Two verifiers disagree.
        case dispute
        /// One document proves two things: another facility, or another year.
        case evidence
        /// More permits were issued for saving than is verified now.
        case saving
    }
    package var kind: Kind
    package var text: String
}
