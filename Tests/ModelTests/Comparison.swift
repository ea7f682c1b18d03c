import Exchange
import Ledger
import OrderBook
import Permits
import Registry

@testable import Simulation

/// Runs the engine and the model side by side and says where they first differ.
struct Comparison {
    var engine = Exchange()
    var model = ReferenceExchange()
    var coverage = Coverage()
    private var generator: CommandGenerator
    private let seed: UInt64
    private var step = 0
    /// What a follower of the public streams shows, by market and side.
    private var shown: [[Int64: Int64]] = []
    private var indicatives: [ReferenceCall?] = []
    /// What the model's markets look like.
    private var views: [MarketView] = []
    private var tradeCount: UInt64 = 0

    /// The first difference, in short.
    struct Difference: Error, CustomStringConvertible {
        let description: String
    }

    init(seed: UInt64) {
        self.seed = seed
        generator = CommandGenerator(seed: seed)
    }

    /// Applies one command to both.
    mutating func advance() throws(Difference) {
        step += 1
        let request = generator.next(model)
        let outcome = model.apply(request)
        // A refusal with an id is remembered, so only one without leaves the state as it was. One in eight is looked
        // at whole, for encoding the state takes longer than all the rest.
        var unchanged: [UInt8]?
        if case .refused = outcome, request.id.isEmpty, step % 8 == 0 { unchanged = engine.stateBytes() }
        var events: ContiguousArray<Event> = []
        let reply = engine.apply(request, into: &events)
        let context = "seed \(seed) step \(step): \(request.command) by \(request.member.index)"
        func expect<Value: Equatable>(
            _ what: @autoclosure () -> String,
            _ actual: Value,
            _ expected: Value
        ) throws(Difference) {
            guard actual != expected else { return }
            throw Difference(description: "\(context)\n\(what()): engine \(actual), model \(expected)")
        }
        try expect("reply", ReferenceOutcome(reply.outcome), outcome)
        let seen = events.compactMap(ReferenceEvent.init)
        for (index, (event, expected)) in zip(seen, model.events).enumerated() {
            try expect("event \(index)", event, expected)
        }
        try expect("events after the common ones", Array(seen.dropFirst(model.events.count)), [])
        try expect("missing events", [], Array(model.events.dropFirst(seen.count)))
        if case .refused = outcome {
            try expect("number of events of a refusal", events.count, 0)
            if let unchanged {
                try expect("state after a refusal is as before", engine.stateBytes() == unchanged, true)
            }
        }
        follow(events)
        for index in model.markets.indices {
            views[index].update(model.markets[index])
            let seen = engineView(index)
            guard seen != views[index].values else { continue }
            for (slot, name) in MarketView.names.enumerated() {
                try expect("market \(index) \(name)", seen[slot], views[index].values[slot])
            }
        }
        try expect("balances by member, then fees", engineBalances, modelBalances)
        try expect("classes", engineClasses, modelClasses)
        try expect("last trade number", tradeCount, UInt64(coverage.tradeCount + tradesNow))
        coverage.record(request, outcome, model)
        if step % 200 == 0 { engine.checkInvariants() }
    }

    private var tradesNow: Int {
        model.events.reduce(0) { sum, event in
            if case .trade = event { return sum + 1 }
            return sum
        }
    }

    /// Goes on from a snapshot of the engine.
    mutating func reload() throws {
        let snapshot = engine.snapshot()
        engine = try Exchange(snapshot: snapshot)
        guard engine.snapshot() == snapshot else {
            throw Difference(description: "seed \(seed) step \(step): a snapshot reloaded is another")
        }
    }

    // MARK: Public streams

    /// Applies public events as a client would.
    private mutating func follow(_ events: ContiguousArray<Event>) {
        while shown.count < model.markets.count * 2 { shown.append([:]) }
        while indicatives.count < model.markets.count { indicatives.append(nil) }
        while views.count < model.markets.count { views.append(MarketView()) }
        for event in events {
            switch event {
            case .level(let market, _, let side, let price, let quantity):
                let slot = market.slot * 2 + Int(side.place)
                shown[slot][price.minorUnits] = quantity.units == 0 ? nil : quantity.units
            case .indicative(let market, _, let price, let volume, let surplus, let side):
                indicatives[market.slot] =
                    volume.units == 0
                    ? nil
                    : ReferenceCall(
                        price: price.minorUnits,
                        volume: volume.units,
                        surplus: surplus.units,
                        side: side
                    )
            case .phase(let market, _, _, _): indicatives[market.slot] = nil
            case .trade(_, let trade): tradeCount = trade.number
            default: break
            }
        }
    }

    // MARK: State

    /// What can be seen of one of the engine's markets, and of its public stream; in the order of `MarketView.names`.
    private func engineView(_ index: Int) -> [[Int64]] {
        let phase = engine.markets[index].phase
        let reference = engine.markets[index].reference.minorUnits
        let book = engine.markets[index].book
        var orders: [Int64] = []
        for order in book.allOrders { orders += [Int64(order.id.number), order.open.units, order.price.minorUnits] }
        var view = [[Int64(phase.place), reference, book.lastPrice.minorUnits], orders]
        for side in Side.allCases {
            var depth: [Int64] = []
            for level in book.depth(side, levels: 1000) { depth += [level.price.minorUnits, level.quantity.units] }
            let best = side == .buy ? book.bestBid : book.bestAsk
            let levels = shown[index * 2 + Int(side.place)]
            var published: [Int64] = []
            for price in side == .buy ? levels.keys.sorted().reversed() : levels.keys.sorted() {
                published += [price, levels[price] ?? 0]
            }
            view += [depth, best.map { [$0.minorUnits] } ?? [], published]
        }
        return view + [MarketView.values(of: indicatives[index])]
    }

    private static let currencies: [Currency] = [.eur, .krw, .usd]

    private var engineBalances: [[Int64]] {
        var rows: [[Int64]] = []
        for member in CommandGenerator.participants {
            var row: [Int64] = []
            for currency in Comparison.currencies {
                let balance = engine.ledger.balance(.general(member), .cash(currency))
                row += [balance.total, balance.held]
            }
            for index in model.classes.indices {
                let balance = engine.ledger.balance(.general(member), .permits(ClassID(UInt32(index))))
                row += [balance.total, balance.held, balance.incoming]
            }
            rows.append(row)
        }
        rows.append(Comparison.currencies.map { engine.ledger.balance(.fee, .cash($0)).total })
        return rows
    }

    private var modelBalances: [[Int64]] {
        let cashWidth = Comparison.currencies.count * 2
        var rows = CommandGenerator.participants.map { member in
            var row = [Int64](repeating: 0, count: cashWidth + model.classes.count * 3)
            guard Int(member.index) < model.members.count else { return row }
            for (slot, currency) in Comparison.currencies.enumerated() {
                row[slot * 2] = model.cash[Int(member.index)][Int(currency.place)]
                row[slot * 2 + 1] = model.heldCash(member, currency)
            }
            for slot in model.classes.indices { row[cashWidth + slot * 3] = model.permits[Int(member.index)][slot] }
            return row
        }
        for market in model.markets {
            let permits = cashWidth + market.permitClass * 3
            for order in market.orders {
                let row = Int(order.owner.index - CommandGenerator.participants[0].index)
                if order.side == .buy {
                    rows[row][permits + 2] += order.open
                } else {
                    rows[row][permits + 1] += order.open
                }
            }
        }
        rows.append(Comparison.currencies.map { model.fees[Int($0.place)] })
        return rows
    }

    private var engineClasses: [[Int64]] {
        engine.registry.classes.indices.map { index in
            let permitClass = engine.registry.classes[index]
            let asset = AssetID.permits(ClassID(UInt32(index)))
            return [
                permitClass.cap.units, permitClass.holdingLimit?.units ?? -1, permitClass.issued.units,
                engine.ledger.balance(.retirement, asset).total,
            ]
        }
    }

    private var modelClasses: [[Int64]] {
        model.classes.map { [$0.cap, $0.holdingLimit ?? -1, $0.issued, $0.retired] }
    }
}
