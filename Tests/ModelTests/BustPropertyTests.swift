import Exchange
import Foundation
import Ledger
import OrderBook
import Permits
import Testing
import Wire

@testable import Simulation

/// Random days of a market in which trades are undone, corrected and cut to pieces, against sums over the trades that count.
@Suite("A busted trade is as if it had not been")
struct BustPropertyTests {
    /// Days of trading a test case; `WEIR_SEQUENCES` says otherwise: 5000 make 100,000 over all cases.
    private static let sequences = Int(ProcessInfo.processInfo.environment["WEIR_SEQUENCES"] ?? "") ?? 15

    @Test("cash, fees, permits, last and reference prices follow from the trades that count", arguments: 1...20)
    func days(block: Int) throws {
        var busts = 0
        var corrections = 0
        for number in 0..<BustPropertyTests.sequences {
            let seed = UInt64(block) << 32 | UInt64(number)
            var market = BustedMarket(seed: seed)
            do { try market.run(length: 60) } catch {
                Issue.record("seed \(seed): \(error)")
                return
            }
            busts += market.busts
            corrections += market.corrections
        }
        // The test cannot pass by doing nothing.
        #expect(busts > 0 && corrections > 0)
    }
}

/// A market of three members, and the list of its trades: the model.
private struct BustedMarket {
    /// A trade as it was made, and as it counts.
    private struct Made {
        let number: UInt64
        let buyer: String
        let seller: String
        let quantity: Int64
        let price: Int64
        /// Whether the buyer, or the seller, took liquidity; nil in a call.
        let taker: Side?
        let day: Int
        var isBusted = false
        var corrected: Int64?

        var counts: Int64 { corrected ?? price }
    }

    private struct Difference: Error, CustomStringConvertible {
        let description: String
        init(_ text: String) { description = text }
    }

    private(set) var busts = 0
    private(set) var corrections = 0
    private var random: SplitMix64
    private var replay = StreamReplay()
    private let members = ["ada", "bob", "cas"]
    private var trades: [Made] = []
    private var proposals = 0
    private var day = 0
    private var isOpen = false
    /// The reference price with which each day began: that of day 0 was listed.
    private var references: [Int64] = [100]
    /// The last day before today on which something traded: its close is the reference price.
    private var closing: Int?
    private static let (maker, taker): (Int64, Int64) = (3_000, 7_000)
    private static let (cash, permits): (Int64, Int64) = (10_000_000, 10_000)

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func run(length: Int) throws {
        try send("2027-03-01T08:00:00Z venue MEMBER member=op role=operator name=O")
        try send("+0s op MEMBER member=epa role=regulator name=E")
        try send("+0s epa PROGRAM program=P unit=t currency=EUR")
        try send("+0s epa CAP program=P vintage=2027 cap=1000000")
        for user in ["ann", "ben"] { try send("+0s op LOGIN member=epa user=\(user) hash=x") }
        for member in members {
            try send("+0s op MEMBER member=\(member) role=participant name=N")
            try send("+0s op DEPOSIT member=\(member) currency=EUR amount=100000")
            try send("+0s epa ALLOCATE program=P vintage=2027 member=\(member) qty=10000")
        }
        try send(
            "+0s op MARKET market=M program=P vintage=2027 tick=0.01 lot=1 maxqty=1000 band=90 ref=1.00 maker=0.3 taker=0.7"
        )
        try send("+0s epa/ann FOUREYES on=1")
        for _ in 0..<length {
            try act()
            try check()
        }
    }

    private mutating func act() throws {
        guard isOpen else {
            try send("+1s op PHASE market=M phase=preopen")
            if random.below(2) == 0 { for _ in 0..<random.number(1...6) { try order() } }
            try send("+1s op PHASE market=M phase=open")
            isOpen = true
            return
        }
        switch random.below(20) {
        case 0:
            try send("+1s op PHASE market=M phase=closed")
            try send("+0s op DAYEND")
            isOpen = false
            let last = trades.last { $0.day == day && !$0.isBusted }?.counts
            if last != nil { closing = day }
            references.append(last ?? references[day])
            day += 1
        case 1...4: try bust()
        default: try order()
        }
    }

    private mutating func order() throws {
        let (who, side) = (random.pick(members), random.pick(["buy", "sell"]))
        let price = random.number(95...105)
        let kind = random.below(8) == 0 ? "type=stop-limit stop=\(cents(random.number(97...103))) " : ""
        try send(
            "+1s \(who) ORDER market=M side=\(side) qty=\(random.number(1...40)) \(kind)price=\(cents(price)) "
                + "tif=\(random.pick(["gtc", "day"]))",
            mayFail: true
        )
    }

    /// Undoes one of the last trades, or says another price; the engine refuses what has passed on or was done before.
    private mutating func bust() throws {
        guard !trades.isEmpty else { return }
        let index = Int(random.number(Int64(max(0, trades.count - 30))...Int64(trades.count - 1)))
        let price = random.below(4) == 0 ? random.number(90...110) : nil
        let act = "BUST market=M trade=\(trades[index].number)" + (price.map { " price=\(cents($0))" } ?? "")
        guard try send("+1s epa/ann PROPOSE act=\"\(act)\"", mayFail: true) else { return }
        proposals += 1
        guard try send("+0s epa/ben APPROVE proposal=\(proposals) act=\"\(act)\"", mayFail: true) else { return }
        trades[index].isBusted = price == nil
        trades[index].corrected = price
        if price == nil { busts += 1 } else { corrections += 1 }
        // The reference price of today may have come from that day's close.
        let own = trades[index].day
        guard own == closing, own != day else { return }
        let close = trades.last { $0.day == own && !$0.isBusted }?.counts
        references[day] = close ?? references[own]
    }

    private func cents(_ price: Int64) -> String {
        "\(price / 100).\(price % 100 < 10 ? "0" : "")\(price % 100)"
    }

    /// Runs an entry and notes its trades.
    /// - Returns: whether it was taken.
    @discardableResult
    private mutating func send(_ line: String, mayFail: Bool = false) throws -> Bool {
        var isTaken = true
        var made: [Made] = []
        let day = day
        try replay.run(Array("\(line)\n".utf8)) { step, venue in
            for line in step.output.lines where line.destination == .reply {
                let text = String(decoding: step.output.text(of: line), as: UTF8.self)
                guard text.hasPrefix("ERR") else { continue }
                isTaken = false
                if !mayFail { throw Difference("\(String(decoding: step.entry.line, as: UTF8.self)): \(text)") }
            }
            for case .trade(count: _, let trade) in step.output.events {
                let members = venue.exchange.members
                made.append(
                    Made(
                        number: trade.number,
                        buyer: "\(members[trade.buyer].code)",
                        seller: "\(members[trade.seller].code)",
                        quantity: trade.quantity.units,
                        price: trade.price.minorUnits,
                        taker: trade.aggressor,
                        day: day
                    )
                )
            }
        }
        trades += made
        return isTaken
    }

    // MARK: What follows from the trades

    private func check() throws {
        let exchange = replay.venue.exchange
        let market = exchange.markets[0]
        var fees: Int64 = 0
        for member in members {
            guard let id = Code(member).flatMap({ exchange.members.member($0) }) else {
                throw Difference("no \(member)")
            }
            var (cash, permits, owed) = (BustedMarket.cash, BustedMarket.permits, Int64(0))
            for trade in trades where !trade.isBusted {
                // A corrected trade keeps its fees.
                let rate = { (side: Side) in trade.taker == side ? BustedMarket.taker : BustedMarket.maker }
                let turnover = trade.counts * trade.quantity
                if trade.buyer == member {
                    cash -= turnover
                    permits += trade.quantity
                    owed += trade.price * trade.quantity * rate(.buy)
                }
                if trade.seller == member {
                    cash += turnover
                    permits -= trade.quantity
                    owed += trade.price * trade.quantity * rate(.sell)
                }
            }
            fees += owed / 1_000_000
            let own = exchange.ledger.balance(.general(id), .cash(.eur))
            try expect(own.total, cash - owed / 1_000_000, "cash of \(member)")
            let held = exchange.ledger.balance(.general(id), .permits(ClassID(0)))
            try expect(held.total, permits, "permits of \(member)")
        }
        try expect(exchange.ledger.balance(.fee, .cash(.eur)).total, fees, "fees")
        try expect(market.reference.minorUnits, references[day], "reference price")
        let last = trades.last { $0.day == day && !$0.isBusted }?.counts
        try expect(market.book.lastPrice.minorUnits, last ?? references[day], "last price")
        exchange.checkInvariants()
    }

    private func expect(_ actual: Int64, _ expected: Int64, _ what: String) throws {
        guard actual != expected else { return }
        throw Difference("\(what) is \(actual), by the trades that count \(expected)")
    }
}
