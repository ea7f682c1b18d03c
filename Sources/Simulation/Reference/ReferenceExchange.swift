import Exchange
import Permits

/// The exchange as the protocol describes it, slow and obviously right: what the engine is compared with.
///
/// Only totals are stored; what is held and incoming is added up from the live orders each time.
struct ReferenceExchange {
    struct Program {
        var code: Code
        var currency: Currency
        var regulator: MemberID
    }
    struct PermitClass {
        var program: Int
        var vintage: Int64
        var cap: Int64
        var issued: Int64 = 0
        var retired: Int64 = 0
        var holdingLimit: Int64?
    }
    struct Seen {
        var member: MemberID
        var id: Code
        var hash: UInt64
        var day: Int
        var outcome: ReferenceOutcome
    }

    /// Members and logins by index; 0 is the venue.
    var members: [(code: Code, role: Role)] = [(Members.venueCode, .venue)]
    var logins: [(member: MemberID, code: Code)] = [(.venue, .none)]
    var programs: [Program] = []
    var classes: [PermitClass] = []
    var markets: [ReferenceMarket] = []
    /// Cash by member and currency.
    var cash: [[Int64]] = [[Int64](repeating: 0, count: Currency.allCases.count)]
    /// Permits by member and class.
    var permits: [[Int64]] = [[]]
    /// All fees that a member ever owed, in millionths of a minor unit, by member and currency.
    var owed: [[Int128]] = [[Int128](repeating: 0, count: Currency.allCases.count)]
    /// Fees earned, by currency.
    var fees = [Int64](repeating: 0, count: Currency.allCases.count)
    /// The requests that had an id, of today and of the day before, and those that entered orders which live.
    var seen: [Seen] = []
    var day = 0
    var orderCount: UInt64 = 0
    var now = Timestamp.zero
    /// What happened in the command at hand.
    var events: [ReferenceEvent] = []

    // MARK: Commands

    /// Does what a request asks for, or nothing if it is refused.
    mutating func apply(_ request: Request) -> ReferenceOutcome {
        now = request.time
        events = []
        if !request.id.isEmpty, let first = seen.first(where: { $0.member == request.member && $0.id == request.id }) {
            return first.hash == request.contentHash ? first.outcome : .refused(.duplicateID)
        }
        let before = self
        var outcome: ReferenceOutcome
        do throws(RejectCode) {
            outcome = try perform(request)
        } catch {
            self = before
            outcome = .refused(error)
        }
        if !request.id.isEmpty {
            seen.append(
                Seen(
                    member: request.member,
                    id: request.id,
                    hash: request.contentHash,
                    day: before.day,
                    outcome: outcome
                )
            )
        }
        return outcome
    }

    private mutating func perform(_ request: Request) throws(RejectCode) -> ReferenceOutcome {
        let role = members[Int(request.member.index)].role
        switch request.command {
        case .order, .amend, .cancel, .quote, .massCancel:
            guard role == .participant else { throw .roleNotAllowed }
            return try performTrading(request)
        case .clock:
            guard role == .venue else { throw .roleNotAllowed }
            expireByClock()
        case .admin(let command): try performAdmin(command, by: request.member, role)
        case .registry(let command): try performRegistry(command, by: request.member, role)
        case .deal(let command): try performDeal(command, by: request.member, role)
        case .session, .auction, .compact, .water, .approval: throw .unknownVerb
        }
        return .done
    }

    private mutating func performTrading(_ request: Request) throws(RejectCode) -> ReferenceOutcome {
        switch request.command {
        case .order(let order): try enter(order, request)
        case .amend(let amendment): try amend(amendment, request)
        case .cancel(let target): try cancel(target, request)
        case .quote(let quote): try replaceQuote(quote, request)
        case .massCancel(let filter): try massCancel(filter, request)
        default: throw .unknownVerb
        }
    }

    // MARK: Lookups

    func member(_ code: Code) throws(RejectCode) -> MemberID {
        guard let index = members.firstIndex(where: { $0.code == code }) else { throw .unknownMember }
        return MemberID(UInt32(index))
    }

    func program(_ code: Code) throws(RejectCode) -> Int {
        guard let index = programs.firstIndex(where: { $0.code == code }) else { throw .unknownProgram }
        return index
    }

    func permitClass(_ code: Code, _ vintage: Int64) throws(RejectCode) -> Int {
        let program = try program(code)
        guard let index = classes.firstIndex(where: { $0.program == program && $0.vintage == vintage }) else {
            throw .unknownVintage
        }
        return index
    }

    func market(_ code: Code) throws(RejectCode) -> Int {
        guard let index = markets.firstIndex(where: { $0.code == code }) else { throw .unknownMarket }
        return index
    }

    /// The live order that a member means.
    func find(_ target: OrderTarget, of member: MemberID) throws(RejectCode) -> ReferenceOrder {
        let live = markets.flatMap(\.orders)
        switch target {
        case .number(let id):
            guard let order = live.first(where: { $0.id == id.number }) else { throw .unknownOrder }
            guard order.owner == member else { throw .notYourOrder }
            return order
        case .reference(let code):
            // A quote's two sides share a name: only an order has one of its own.
            let request = seen.first { $0.member == member && $0.id == code }
            guard case .order(let id, _) = request?.outcome,
                let order = live.first(where: { $0.id == id && $0.reference == code })
            else { throw .unknownOrder }
            return order
        }
    }

    // MARK: Balances

    /// The cash that a member's open buy orders, and one more that needs `more`, set apart: rounded down once, with what the
    /// member owes of fees and was not charged.
    func heldCash(_ member: MemberID, _ currency: Currency, adding more: Int128 = 0) -> Int64 {
        let uncharged = owed[Int(member.index)][Int(currency.place)] % 1_000_000
        let exact = markets.filter { $0.currency == currency }.reduce(more + uncharged) { sum, market in
            market.orders.filter { $0.owner == member && $0.side == .buy }
                .reduce(sum) { $0 + market.hold(price: $1.price, open: $1.open) }
        }
        return Int64(exact / 1_000_000)
    }

    /// What a member's open orders of a side have open of a class.
    private func open(_ member: MemberID, _ side: Side, _ permitClass: Int) -> Int64 {
        markets.filter { $0.permitClass == permitClass }.flatMap(\.orders)
            .filter { $0.owner == member && $0.side == side }.reduce(0) { $0 + $1.open }
    }

    func heldPermits(_ member: MemberID, _ permitClass: Int) -> Int64 { open(member, .sell, permitClass) }
    func incoming(_ member: MemberID, _ permitClass: Int) -> Int64 { open(member, .buy, permitClass) }

    func freeCash(_ member: MemberID, _ currency: Currency) -> Int64 {
        cash[Int(member.index)][Int(currency.place)] - heldCash(member, currency)
    }

    func freePermits(_ member: MemberID, _ permitClass: Int) -> Int64 {
        permits[Int(member.index)][permitClass] - heldPermits(member, permitClass)
    }

    /// Refuses what would bring a member above the holding limit of a class.
    func checkHoldingLimit(_ member: MemberID, _ permitClass: Int, adding quantity: Int64) throws(RejectCode) {
        guard let limit = classes[permitClass].holdingLimit else { return }
        let has = permits[Int(member.index)][permitClass] + incoming(member, permitClass)
        if has + quantity > limit { throw .holdingLimitExceeded }
    }

    // MARK: Settlement

    /// Takes over what a market did: trades move cash and permits.
    mutating func settle(_ market: Int) {
        let currency = Int(markets[market].currency.place)
        let permitClass = markets[market].permitClass
        var fees: [MemberID: Int64] = [:]
        for event in markets[market].events {
            switch event {
            case .trade(var trade):
                trade.buyerFee = charge(trade.buyerFee, trade.buyer, currency)
                trade.sellerFee = charge(trade.sellerFee, trade.seller, currency)
                fees = [trade.buyer: trade.buyerFee, trade.seller: trade.sellerFee]
                events.append(.trade(trade))
                let notional = trade.price * trade.quantity
                cash[Int(trade.buyer.index)][currency] -= notional + trade.buyerFee
                cash[Int(trade.seller.index)][currency] += notional - trade.sellerFee
                self.fees[currency] += trade.buyerFee + trade.sellerFee
                permits[Int(trade.buyer.index)][permitClass] += trade.quantity
                permits[Int(trade.seller.index)][permitClass] -= trade.quantity
            case .fill(let order, let owner, let price, let quantity, let open, _, let liquidity):
                let fee = fees[owner] ?? 0
                events.append(
                    .fill(
                        order: order,
                        owner: owner,
                        price: price,
                        quantity: quantity,
                        open: open,
                        fee: fee,
                        liquidity
                    )
                )
            default: events.append(event)
            }
        }
        markets[market].events = []
    }

    /// Adds millionths to what a member owes: whole minor units that it has not been charged yet are charged.
    private mutating func charge(_ millionths: Int64, _ member: MemberID, _ currency: Int) -> Int64 {
        let before = owed[Int(member.index)][currency]
        owed[Int(member.index)][currency] += Int128(millionths)
        return Int64(owed[Int(member.index)][currency] / 1_000_000 - before / 1_000_000)
    }
}
