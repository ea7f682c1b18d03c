package import Audit
package import Compacts
package import Ledger
package import OrderBook
package import Permits
package import Registry
package import Seals

/// What a command did, in order.
///
/// The wire sends some of them, settlement books all of them.
///
/// `count` is the event's gapless number in its stream: the member's private one or the market's public one.
/// The cases of trading carry plain data inline, the others are boxed.
package enum Event: Sendable {
    // Private: to the sessions of one member.
    case fill(FillReport)
    case done(member: MemberID, count: UInt64, order: Order, reason: DoneReason)
    case triggered(member: MemberID, count: UInt64, order: Order)
    /// Cash or permits came or went other than by a trade.
    indirect case moved(member: MemberID, count: UInt64, transfer: Transfer)
    /// A transfer off the exchange waits, executed, or did not.
    indirect case pending(member: MemberID, count: UInt64, transfer: PendingTransfer, state: TransferState)
    /// A proposal was made, approved, declined or expired; `by` is the login that did it, the venue for an expiry.
    indirect case proposal(member: MemberID, count: UInt64, proposal: Proposal, state: ProposalState, by: UserID)
    /// What became of an offer to swap.
    indirect case swap(member: MemberID, count: UInt64, swap: Swap, state: SwapState)
    /// What became of an offer by agreement, to the seller and to whom it is.
    indirect case offer(member: MemberID, count: UInt64, offer: Offer, state: OfferState)
    /// What happened to an agreement, to who takes part in it.
    indirect case compact(member: MemberID, count: UInt64, agreement: AgreementID, fact: CompactFact)
    /// A complaint, to both sides; `text` is the answer's if there is one.
    indirect case complaint(member: MemberID, count: UInt64, complaint: Complaint, text: String)
    /// To a regulator: something to look at.
    indirect case alert(member: MemberID, count: UInt64, alert: Alert)
    // Public: one market's.
    case trade(count: UInt64, trade: Trade)
    case level(market: MarketID, count: UInt64, side: Side, price: Price, quantity: Quantity)
    indirect case phase(market: MarketID, count: UInt64, phase: Phase, text: String)
    case indicative(market: MarketID, count: UInt64, price: Price, volume: Quantity, surplus: Quantity, side: Side?)
    case reference(market: MarketID, count: UInt64, price: Price, low: Price, high: Price)
    /// A trade was undone, or its price corrected to `price`.
    case busted(market: MarketID, count: UInt64, trade: UInt64, price: Price?)
    /// An auction was announced, opened, closed, and so on; `count` is the number on the stream of auctions.
    indirect case auction(count: UInt64, auction: AuctionID, phase: AuctionPhase, offered: Quantity, text: String)
    /// What became of one of the member's price steps; `step` is its place in the result.
    case awarded(member: MemberID, count: UInt64, auction: AuctionID, step: Int)
    /// A public fact of the registry; `count` is the number on its stream.
    indirect case registry(count: UInt64, fact: RegistryFact)
    // For settlement: facts that no feed carries.
    indirect case memberAdmitted(MemberID, code: Code, role: Role, name: String)
    /// A login was created, changed or revoked.
    indirect case loginChanged(UserID, Login)
    indirect case marketListed(MarketListing)
    /// A market has another tick or band.
    indirect case marketChanged(MarketListing)
    indirect case auctionAnnounced(Auction)
    indirect case auctionCleared(Auction)
    case orderEntered(Order, market: MarketID)
    /// The order as it stands after the amendment, before it trades on.
    case orderAmended(Order, market: MarketID)
    /// Cash or permits moved other than by a trade; also carried by `moved` to the members concerned.
    indirect case transferred(Transfer)
    /// What happened to an agreement, once.
    indirect case compactTold(AgreementID, Code, CompactFact)
    /// Serial numbers that the trade or transfer before it moved.
    case serials(SerialMove)
    indirect case trusted(Trust)
    case distrusted(ProgramID, MemberID, MemberID)
    case sessionOpened(UserID)
    case sessionClosed(UserID)
    case dayEnded
    /// A trading day has ended, by its number from 1; to each member that has a session.
    case dayOver(member: MemberID, count: UInt64, day: UInt64)
}

/// One side of a trade, as its owner sees it.
package struct FillReport: Sendable {
    package var member: MemberID
    package var count: UInt64
    package var market: MarketID
    package var order: OrderID
    package var reference: Code
    package var trade: UInt64
    package var side: Side
    package var price: Price
    package var quantity: Quantity
    /// What is still open of the order; 0 ends it.
    package var open: Quantity
    package var fee: Money
    package var liquidity: Liquidity
    /// If the order is of another market than the trade's: what it means there.
    package var across: Across?
}

/// A trade: final when journalled; permits and cash move in one settlement.
package struct Trade: Sendable {
    /// The trade's number over the venue, from 1.
    package var number: UInt64
    package var market: MarketID
    package var price: Price
    package var quantity: Quantity
    /// The side that took liquidity; nil in a call.
    package var aggressor: Side?
    package var buyer: MemberID
    package var seller: MemberID
    package var buyOrder: OrderID
    package var sellOrder: OrderID
    package var buyerFee: Money
    package var sellerFee: Money
    /// The side whose order is of another market, from where or to where the permits pass through links.
    package var across: Across?
}

/// What a trade is for an order of another market than the one that it is made in.
package struct Across: Sendable, Equatable {
    package var side: Side
    /// The order's own market.
    package var market: MarketID
    /// What arrives there of a buy, what leaves there of a sell.
    package var quantity: Quantity
}

/// A movement of cash or permits between two accounts that is no trade.
package struct Transfer: Sendable {
    /// What for.
    package enum Kind: Spelling, Word {
        case deposit, withdrawal, allocation, transfer, retirement
        /// Into a facility's compliance account.
        case cover
        /// Permits for verified use.
        case surrender
        /// Permits of a class that ended.
        case expiry
        /// The end of what is carried into the next season, and its beginning there.
        case carryover
        /// Money or permits of a sale by agreement.
        case sale
        /// Money for what entitlements that were sold or leased have yielded.
        case royalty
        /// One leg of a swap.
        case swap
        /// The end of what moves to another zone, and its beginning there.
        case zone
        /// Water lost from a spillable account.
        case spill
        /// Out of a spillable account into the general one.
        case release
        /// Cash of a penalty to the regulator.
        case penalty
        /// What undoes a trade.
        case bust
        /// Serial numbers that a trade moved; no transfer has it.
        case trade
        /// Cash from an auction's winner to a seller.
        case payment
        /// Money or permits under an agreement.
        case agreement
        /// Permits issued to an auction's winner.
        case award
        /// Permits from a consignor to an auction's winner.
        case delivery
        /// Permits that were allocated in excess.
        case takenBack = "taken-back"
        /// What undoes a transfer, a retirement, a surrender.
        case transferReversal = "transfer-reversal"
        case retirementReversal = "retirement-reversal"
        case surrenderReversal = "surrender-reversal"
    }
    /// What moves.
    package enum Asset: Sendable, Equatable {
        case cash(Currency)
        case permits(ClassID)
    }
    package var kind: Kind
    /// The giving member; the venue stands for the bank (deposit), the regulator for the issuance account (allocation).
    package var from: MemberID
    /// The receiving member; the venue stands for the bank (withdrawal) and the retirement account (retirement).
    package var to: MemberID
    package var asset: Asset
    /// Minor units or permits.
    package var amount: Int64
    /// A member's own words, such as for whom permits are retired; may be empty.
    package var text: String
    /// The facility whose compliance account gives; nil for the general account.
    package var fromFacility: FacilityID?
    /// The facility whose compliance account takes.
    package var toFacility: FacilityID?
    /// Whether the giver's spillable account gives.
    package var isFromSpillable = false
    /// Whether the taker's spillable account takes.
    package var isToSpillable = false
    /// The agreement's account that gives, in place of a member's.
    package var fromFund: FundID?
    /// The agreement's account that takes.
    package var toFund: FundID?
    /// The serial numbers, in order of leaving.
    package var blocks: [SerialBlock] = []

    init(kind: Kind, from: MemberID, to: MemberID, asset: Asset, amount: Int64, text: String = "") {
        self.kind = kind
        self.from = from
        self.to = to
        self.asset = asset
        self.amount = amount
        self.text = text
    }

    /// Which accounts give and take money.
    var cashAccounts: (from: AccountID, to: AccountID) {
        func account(_ member: MemberID, _ fund: FundID?) -> AccountID {
            if let fund { return .fund(fund) }
            if member != .venue { return .general(member) }
            return kind == .bust || kind == .agreement ? .fee : .bank
        }
        return (account(from, fromFund), account(to, toFund))
    }

    /// Which accounts give and take permits.
    var permitAccounts: (from: AccountID, to: AccountID) {
        let source: AccountID =
            switch kind {
            case .allocation, .award: .issuance
            case .carryover where from == .venue, .zone where from == .venue: .issuance
            case .retirementReversal: .retirement
            case .surrenderReversal: .surrendered
            default: fromFacility.map { .compliance($0) } ?? (isFromSpillable ? .spillable(from) : .general(from))
            }
        let target: AccountID =
            switch kind {
            case .retirement: .retirement
            case .surrender: .surrendered
            case .expiry, .spill, .takenBack: .cancelled
            case .carryover where to == .venue, .zone where to == .venue: .cancelled
            default: toFacility.map { .compliance($0) } ?? (isToSpillable ? .spillable(to) : .general(to))
            }
        return (source, target)
    }
}

/// A market's terms, as listed.
package struct MarketListing: Sendable {
    package var market: MarketID
    package var code: Code
    package var permitClass: ClassID
    package var currency: Currency
    package var tick: Price
    package var lot: Quantity
    package var quantityMax: Quantity
    package var bandBasisPoints: Int64
    package var reference: Price
    package var maker: FeeRate
    package var taker: FeeRate
    /// Whose days its orders live by.
    package var timeZone = LocalZone.utc

    /// What a buy order of `open` permits at `limit` must hold: price × quantity + the higher fee on it.
    ///
    /// Depends on limit and open quantity alone, so a fill frees exactly the difference of two holds.
    func cashHold(limit: Price, open: Quantity) -> ExactAmount {
        let notional = limit.notional(of: open)
        return ExactAmount(units: notional.minorUnits) + max(maker, taker).fee(on: notional)
    }

    /// Writes a price in the market's currency.
    func text(_ price: Price) -> String { FixedPoint.text(price.minorUnits, scale: currency.scale) }
}

/// The outcome of a command: exactly one a request.
package struct Reply: Sendable, Hashable {
    package var id: Code
    /// The command's sequence number; that of the first for a repeat.
    package var sequence: UInt64
    /// Whether this repeats the first reply to the same id.
    package var isRepeat: Bool
    package var outcome: Outcome
}

/// What a reply says.
package enum Outcome: Sendable, Hashable {
    case done
    /// An order, quote side or amendment was taken; `open` is what is left of it.
    case order(OrderID, open: Quantity)
    case quote(bid: OrderID?, bidOpen: Quantity, ask: OrderID?, askOpen: Quantity)
    case cancelled(count: Int64)
    case loggedOn(MemberID, UserID, time: Timestamp)
    indirect case registry(RegistryOutcome)
    case refused(Refusal)

    /// Whether it is refused for the moment: no id remembers that, so that the same request may be sent again.
    var isBusy: Bool {
        if case .refused(let refusal) = self { refusal.code == .busy } else { false }
    }
}

/// What a reply about the registry says.
package enum RegistryOutcome: Sendable, Hashable {
    /// The cap as set, and what is issued above it.
    case cap(Quantity, excess: Quantity)
    case issued(Quantity)
    case certificate(UInt64, digest: Digest)
    case transfer(UInt64, executes: Timestamp)
    /// An account is trusted from then on.
    case trust(effective: Timestamp)
    case proposal(UInt64, expires: Timestamp)
    case swap(UInt64, SwapState)
    case offer(UInt64)
    case draft(UInt64, digest: Digest)
    case complaint(UInt64, due: Timestamp)
}
