@testable import Exchange
import OrderBook
import Permits
import Registry
import Storage

/// A small venue told in events: a regulator, two participants, one market, a few orders and trades.
///
/// Command n is stamped 2027-03-01T09:00:00 and n microseconds.
enum Sample {
    static let market = MarketID(0)
    private static let acme = MemberID(2)
    private static let bolt = MemberID(3)

    static func entry(_ sequence: UInt64, _ events: Event...) -> SettlementEntry {
        let start = Timestamp("2027-03-01T09:00:00Z") ?? .zero
        return SettlementEntry(
            sequence: sequence,
            time: start.adding(microseconds: Int64(sequence)),
            events: ContiguousArray(events)
        )
    }

    /// A command, a line's number, its stream and its text.
    typealias Line = (sequence: UInt64, count: UInt64, stream: UInt64, text: String)

    static func lines(_ lines: [Line]) -> FeedLines {
        var all = FeedLines()
        for line in lines {
            all.append(Array(line.text.utf8).span, stream: line.stream, count: line.count, sequence: line.sequence)
        }
        return all
    }

    static let setUp: [SettlementEntry] = [
        entry(
            1,
            .memberAdmitted(MemberID(1), code: code("reg"), role: .regulator, name: "The regulator"),
            .memberAdmitted(acme, code: code("acme"), role: .participant, name: "Acme"),
            .memberAdmitted(bolt, code: code("bolt"), role: .participant, name: "Bolt"),
            .loginChanged(UserID(1), Login(code: code("li"), member: acme, passwordHash: "secret")),
            .loginChanged(UserID(2), Login(code: code("bo"), member: bolt, passwordHash: "secret")),
            .loginChanged(UserID(2), Login(code: code("bo"), member: bolt, passwordHash: "changed")),
            .registry(
                count: 1,
                fact: .program(
                    ProgramID(0),
                    Program(
                        code: code("CO2"),
                        name: "Carbon",
                        unit: "tCO2e",
                        currency: .eur,
                        regulator: MemberID(1),
                        rules: .plain
                    )
                )
            )
        ),
        entry(2, cap(900, holdingLimit: nil)), entry(3, cap(1000, holdingLimit: Quantity(500))),
        entry(
            4,
            .marketListed(
                MarketListing(
                    market: market,
                    code: code("CO2-2027"),
                    permitClass: ClassID(0),
                    currency: .eur,
                    tick: Price(minorUnits: 5),
                    lot: Quantity(10),
                    quantityMax: Quantity(1000),
                    bandBasisPoints: 1000,
                    reference: Price(minorUnits: 7000),
                    maker: FeeRate(partsPerMillion: 500),
                    taker: FeeRate(partsPerMillion: 1500)
                )
            ),
            .reference(
                market: market,
                count: 1,
                price: Price(minorUnits: 7100),
                low: Price(minorUnits: 6390),
                high: Price(minorUnits: 7810)
            )
        ),
        entry(5, .phase(market: market, count: 2, phase: .preopen, text: "")),
        entry(6, .phase(market: market, count: 3, phase: .open, text: "go")),
    ]

    private static func cap(_ cap: Int64, holdingLimit: Quantity?) -> Event {
        var terms = PermitClass(program: ProgramID(0), vintage: 2027, zone: .none, cap: Quantity(cap))
        terms.holdingLimit = holdingLimit
        return .registry(count: 2, fact: .cap(ClassID(0), terms))
    }

    static let transfers: [SettlementEntry] = [
        entry(
            7,
            .transferred(transfer(.deposit, 0, 2, .cash(.eur), 1_000_000)),
            .moved(member: acme, count: 1, transfer: transfer(.deposit, 0, 2, .cash(.eur), 1_000_000))
        ),
        entry(8, .transferred(transfer(.withdrawal, 2, 0, .cash(.eur), 100))),
        entry(9, .transferred(transfer(.allocation, 1, 3, .permits(ClassID(0)), 600))),
        entry(10, .transferred(transfer(.transfer, 3, 2, .permits(ClassID(0)), 20))),
        entry(11, .transferred(transfer(.retirement, 2, 0, .permits(ClassID(0)), 5, "flight 7"))),
    ]

    /// Bolt offers 100; acme takes 40 at 71.20 with fees of 1.00 and 0.50, then 10 at 71.50 in a call without fees.
    static let trades: [SettlementEntry] = [
        entry(12, .orderEntered(order(1, .sell, "s1", 7120, 100), market: market)),
        entry(
            13,
            [.orderEntered(order(2, .buy, "b1", 7120, 40), market: market)]
                + trade(1, 2, 7120, 40, open: 60, .buy, 100, 50)
        ),
        entry(
            14,
            [.orderEntered(order(3, .buy, "b2", 7150, 10), market: market)] + trade(2, 3, 7150, 10, open: 50, nil, 0, 0)
        ),
    ]

    /// An iceberg that is amended and cancelled, and a stop order that triggers and finds nothing.
    static let orderChanges: [SettlementEntry] = {
        var iceberg = order(4, .buy, "i1", 6900, 200)
        iceberg.kind = .iceberg
        iceberg.display = Quantity(20)
        var amended = iceberg
        amended.quantity = Quantity(300)
        amended.open = Quantity(300)
        amended.price = Price(minorUnits: 7000)
        // The engine gives an order without a limit the band's edge.
        var stop = order(5, .buy, "t1", 7810, 10)
        stop.kind = .stop
        stop.timeInForce = .day
        stop.stop = Price(minorUnits: 7200)
        var triggered = stop
        triggered.kind = .market
        triggered.stop = .zero
        return [
            entry(15, .orderEntered(iceberg, market: market)),
            entry(16, .orderAmended(amended, market: market)),
            entry(17, done(amended, .cancelled)),
            entry(18, .orderEntered(stop, market: market)),
            entry(19, .triggered(member: acme, count: 9, order: triggered), done(triggered, .unfilled)),
        ]
    }()

    static func order(_ count: UInt64, _ side: Side, _ reference: String, _ price: Int64, _ quantity: Int64) -> Order {
        Order(
            id: OrderID(count: count, market: market),
            owner: side == .buy ? acme : bolt,
            user: UserID(side == .buy ? 1 : 2),
            reference: code(reference),
            side: side,
            kind: .limit,
            timeInForce: .gtc,
            selfTrade: .newest,
            postOnly: false,
            isQuote: false,
            sessionBound: false,
            price: Price(minorUnits: price),
            stop: .zero,
            quantity: Quantity(quantity),
            open: Quantity(quantity),
            display: .zero,
            shown: Quantity(quantity),
            minimum: .zero,
            expiry: .never
        )
    }

    static func done(_ order: Order, _ reason: DoneReason) -> Event {
        .done(member: order.owner, count: 1, order: order, reason: reason)
    }

    static func transfer(
        _ kind: Transfer.Kind,
        _ from: UInt32,
        _ to: UInt32,
        _ asset: Transfer.Asset,
        _ amount: Int64,
        _ text: String = ""
    ) -> Transfer {
        Transfer(kind: kind, from: MemberID(from), to: MemberID(to), asset: asset, amount: amount, text: text)
    }

    private static func entry(_ sequence: UInt64, _ events: [Event]) -> SettlementEntry {
        var result = entry(sequence)
        result.events = ContiguousArray(events)
        return result
    }

    /// A trade with order 1, and both sides' fills.
    private static func trade(
        _ number: UInt64,
        _ buyOrder: UInt64,
        _ price: Int64,
        _ quantity: Int64,
        open: Int64,
        _ aggressor: Side?,
        _ buyerFee: Int64,
        _ sellerFee: Int64
    ) -> [Event] {
        let trade = Trade(
            number: number,
            market: market,
            price: Price(minorUnits: price),
            quantity: Quantity(quantity),
            aggressor: aggressor,
            buyer: acme,
            seller: bolt,
            buyOrder: OrderID(count: buyOrder, market: market),
            sellOrder: OrderID(count: 1, market: market),
            buyerFee: Money(minorUnits: buyerFee),
            sellerFee: Money(minorUnits: sellerFee)
        )
        func fill(_ member: MemberID, _ order: OrderID, _ side: Side, open: Int64) -> Event {
            .fill(
                FillReport(
                    member: member,
                    count: number,
                    market: market,
                    order: order,
                    reference: .none,
                    trade: number,
                    side: side,
                    price: trade.price,
                    quantity: trade.quantity,
                    open: Quantity(open),
                    fee: .zero,
                    liquidity: .taker
                )
            )
        }
        return [
            .trade(count: number, trade: trade), fill(acme, trade.buyOrder, .buy, open: 0),
            fill(bolt, trade.sellOrder, .sell, open: open),
        ]
    }

    private static func code(_ text: String) -> Code { Code(text) ?? .none }
}
