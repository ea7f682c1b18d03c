import Exchange
import Permits

@testable import Simulation

/// Random commands, biased so that things happen: few members, few ticks, scarce funds and permits, days of 250 commands.
struct CommandGenerator {
    var random: SplitMix64
    private var time = Timestamp(microseconds: 20_000 * Timestamp.microsecondsPerDay)
    private var idCount = 0
    private var contentCount: UInt64 = 0
    /// Commands since the day began.
    private var step: Int64 = 0
    private var opening: [Request]
    private var recent: [Request] = []

    static let venue = MemberID.venue
    static let `operator` = MemberID(1)
    static let regulators = [MemberID(2), MemberID(3)]
    static let participants = (4...8).map { MemberID(UInt32($0)) }
    static let observer = MemberID(9)
    static let memberCodes = ["operator", "epa", "moe", "acme", "bolt", "coal", "dyne", "ergo", "watch"].map(code)
    static let marketCodes = ["CO2-27", "CO2-28", "CO2-27-BLOCK", "KAU-27"].map(code)

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        opening = []
        opening = Opening.commands.map { Request($0.command, by: $0.member, verb: $0.verb) }.reversed()
    }

    static func code(_ text: String) -> Code { Code(text) ?? .none }

    /// The next command, chosen with an eye on the state that the model has.
    mutating func next(_ model: ReferenceExchange) -> Request {
        time = time.adding(microseconds: random.number(0...3_000_000))
        contentCount += 1
        var request: Request
        if let first = opening.popLast() {
            request = first
        } else if let repeated = repeatedRequest() {
            request = repeated
            request.time = time
            return request
        } else {
            step += 1
            request = choose(model)
        }
        request.time = time
        request.contentHash = contentCount
        if !request.id.isEmpty { recent = Array(([request] + recent).prefix(20)) }
        return request
    }

    /// Now and then a request again, or its id with other content.
    private mutating func repeatedRequest() -> Request? {
        guard !recent.isEmpty, random.chance(12) else { return nil }
        var request = random.pick(recent)
        if random.chance(400) { request.contentHash = contentCount }
        return request
    }

    private mutating func choose(_ model: ReferenceExchange) -> Request {
        if let phase = phaseChange(model) { return phase }
        if step > 200, model.markets.allSatisfy({ $0.phase == .closed }), random.chance(250) { return endOfDay(model) }
        switch random.number(0...999) {
        case ..<610: return order(model)
        case ..<710: return amendment(model)
        case ..<775: return cancellation(model)
        case ..<783: return massCancel()
        case ..<840: return quote(model)
        case ..<865: return Request(.clock, by: .venue, verb: .clock)
        case ..<975: return administration(model)
        default: return nonsense(model)
        }
    }

    // MARK: Days

    private mutating func phaseChange(_ model: ReferenceExchange) -> Request? {
        let market = random.pick(model.markets)
        let isLate = step > 200
        let weights: [(Phase, Int64)] =
            switch market.phase {
            case .closed: isLate ? [] : [(.preopen, 150)]
            case .preopen: [(.open, 60), (.closed, isLate ? 60 : 2), (.halt, 4)]
            case .open: [(.halt, 10), (.closing, isLate ? 150 : 4), (.closed, isLate ? 30 : 1)]
            case .closing: [(.closed, isLate ? 100 : 30), (.halt, 15)]
            case .halt: [(.preopen, isLate ? 20 : 100), (.closing, 50), (.closed, isLate ? 100 : 5)]
            }
        for (phase, perMille) in weights where random.chance(perMille) {
            let sender = random.chance(850) ? CommandGenerator.operator : random.pick(CommandGenerator.regulators)
            return Request(.admin(.phase(market: market.code, phase: phase, text: "")), by: sender, verb: .phase)
        }
        return nil
    }

    private mutating func endOfDay(_ model: ReferenceExchange) -> Request {
        if random.chance(300) { return reference(model) }
        step = 0
        let tomorrow = Timestamp(microseconds: time.nextMidnight.microseconds + 8 * 3_600_000_000)
        defer { if random.chance(800) { time = tomorrow } }
        return Request(.admin(.dayEnd), by: CommandGenerator.operator, verb: .dayEnd)
    }

    private mutating func reference(_ model: ReferenceExchange) -> Request {
        let market = random.pick(model.markets)
        let moved = market.reference / market.tick + random.number(-6...6)
        let start: Int64 = market.currency == .krw ? 8000 : 5000
        let price = random.chance(300) ? start : max(moved, 8) * market.tick + (random.chance(100) ? 1 : 0)
        let command = AdminCommand.reference(market: market.code, price: .minorUnits(price, market.currency))
        return Request(.admin(command), by: CommandGenerator.operator, verb: .reference)
    }

    // MARK: Orders

    private mutating func participant() -> (member: MemberID, user: UserID) {
        let member = random.pick(CommandGenerator.participants)
        // Two logins each, in order of creation.
        return (member, UserID(1 + (member.index - 4) * 2 + (random.chance(700) ? 0 : 1)))
    }

    private mutating func nextID(_ perMille: Int64) -> Code {
        guard random.chance(perMille) else { return .none }
        idCount += 1
        return CommandGenerator.code("r\(idCount)")
    }

    mutating func trading(_ command: Command, _ verb: Verb, ids: Int64 = 300) -> Request {
        let (member, user) = participant()
        var request = Request(command, by: member, verb: verb)
        request.user = user
        request.id = nextID(ids)
        return request
    }

    /// A price a few ticks from the last one; now and then a wrong one.
    private mutating func price(_ market: ReferenceMarket, _ side: Side, isWild: Bool = false) -> DecimalNumber {
        let towards: Int64 = side == .buy ? 1 : -1
        let ticks = isWild ? random.number(-5...5) : towards * random.number(-4...2)
        var price = market.lastPrice + ticks * market.tick
        switch random.number(0...199) {
        case 0: price += 1
        case 1: price = market.band.upperBound + market.tick
        case 2: price = market.band.lowerBound - market.tick
        case 3...8: price = market.band.upperBound
        case 9...14: price = market.band.lowerBound
        case 15: price = 0
        default: break
        }
        var number = DecimalNumber.minorUnits(max(0, price), market.currency)
        if random.chance(4) { number.fractionCount += 2 }
        return number
    }

    private mutating func quantity(_ market: ReferenceMarket) -> Quantity {
        switch random.number(0...199) {
        case 0: Quantity(market.quantityMax + market.lot)
        case 1: Quantity(market.lot * random.number(1...9) + 1)
        case 2...40: Quantity(market.lot * random.number(15...60))
        default: Quantity(market.lot * random.number(1...14))
        }
    }

    private mutating func order(_ model: ReferenceExchange) -> Request {
        let market = random.pick(model.markets.filter { $0.phase != .closed || random.chance(30) } + [model.markets[0]])
        let side = random.pick(Side.allCases)
        var order = NewOrder(market: market.code, side: side, quantity: quantity(market))
        let kinds: [OrderKind] = [
            .limit, .limit, .limit, .limit, .limit, .market, .stop, .stopLimit, .iceberg, .iceberg,
        ]
        order.kind = random.pick(kinds)
        order.selfTrade = random.pick(SelfTradePrevention.allCases)
        let rests: [TimeInForce] = [.gtc, .day, .day, .gtd]
        switch order.kind {
        case .limit:
            let others: [TimeInForce] =
                market.phase == .preopen ? [.atTheOpen, .atTheClose] : [.ioc, .fok, .atTheClose]
            order.timeInForce = random.pick(random.chance(600) ? rests : others)
        case .market:
            order.timeInForce = random.pick(
                market.phase == .open ? [.ioc, .ioc, .fok, .atTheClose] : [.atTheOpen, .atTheClose]
            )
            if market.phase == .open, random.chance(300) { order.timeInForce = nil }
        default: order.timeInForce = random.chance(200) ? nil : random.pick(rests)
        }
        if random.chance(15) { order.timeInForce = random.pick(TimeInForce.allCases) }
        if order.kind != .market, order.kind != .stop { order.price = price(market, side) }
        if order.kind.isStop { order.stop = price(market, side.opposite, isWild: true) }
        if order.kind == .iceberg { order.display = slice(of: order.quantity, market, 3) }
        if order.timeInForce == .gtd { order.expiry = expiry() }
        addConditions(&order, market)
        if random.chance(15) { spoil(&order, market) }
        return trading(.order(order), .order)
    }

    private mutating func expiry() -> Timestamp {
        switch random.number(0...9) {
        case 0: Timestamp(microseconds: time.microseconds - random.number(0...1))
        case 1...5: time.adding(microseconds: random.number(1...200_000_000))
        case 6...7: Timestamp(microseconds: time.nextMidnight.microseconds - 1)
        default: time.adding(microseconds: random.number(1...3) * Timestamp.microsecondsPerDay)
        }
    }

    private mutating func slice(of quantity: Quantity, _ market: ReferenceMarket, _ parts: Int64) -> Quantity {
        let lots = max(1, quantity.units / market.lot / random.number(1...parts))
        return Quantity(lots * market.lot + (random.chance(15) ? 1 : 0))
    }

    private mutating func addConditions(_ order: inout NewOrder, _ market: ReferenceMarket) {
        let rests: [TimeInForce?] = [nil, .gtc, .day, .gtd]
        if order.kind == .limit || order.kind == .iceberg, rests.contains(order.timeInForce), random.chance(150) {
            order.postOnly = true
        } else if order.kind == .limit || order.kind == .market, market.phase == .open, random.chance(100) {
            order.minimum = slice(of: order.quantity, market, 2)
        }
    }

    /// Makes an order wrong that may have been right.
    private mutating func spoil(_ order: inout NewOrder, _ market: ReferenceMarket) {
        switch random.number(0...7) {
        case 0: order.market = CommandGenerator.code("NONE")
        case 1: order.price = nil
        case 2: order.stop = price(market, order.side)
        case 3: order.display = Quantity(market.lot)
        case 4: order.expiry = expiry()
        case 5: order.minimum = Quantity(order.quantity.units + market.lot)
        case 6: order.postOnly = true
        default: order.price = .minorUnits(1_000_000_001, market.currency)
        }
    }

    /// A live order, most often one of the sender's own, or none that lives.
    private mutating func target(_ model: ReferenceExchange) -> (order: ReferenceOrder?, target: OrderTarget) {
        let live = model.markets.flatMap(\.orders)
        guard !live.isEmpty, !random.chance(25) else {
            let number = OrderID(number: UInt64(random.number(1...2000)) * 10_000)
            return (nil, random.chance(500) ? .number(number) : .reference(CommandGenerator.code("r\(idCount / 2)")))
        }
        let order = random.pick(live)
        let byReference = !order.reference.isEmpty && random.chance(300)
        return (order, byReference ? .reference(order.reference) : .number(OrderID(number: order.id)))
    }

    private mutating func sent(_ command: Command, _ verb: Verb, owner: ReferenceOrder?) -> Request {
        var request = trading(command, verb, ids: 100)
        if let owner, !random.chance(30) {
            request.member = owner.owner
            request.user = owner.user
        }
        return request
    }

    private mutating func amendment(_ model: ReferenceExchange) -> Request {
        let (order, target) = target(model)
        let market = order.map { model.markets[Int($0.id % 10_000)] } ?? model.markets[0]
        var amendment = Amendment(target: target, quantity: nil, price: nil, stop: nil)
        let side = order?.side ?? .buy
        if random.chance(600) {
            let current = order?.quantity ?? market.lot
            let lots = current / market.lot + random.number(-8...4)
            amendment.quantity = Quantity(max(1, lots) * market.lot + (random.chance(15) ? 1 : 0))
            if random.chance(20) { amendment.quantity = Quantity(market.quantityMax + market.lot) }
            if let order, order.filled > 0, random.chance(300) { amendment.quantity = Quantity(order.filled) }
        }
        let canPrice = order?.kind != .market && order?.kind != .stop
        if random.chance(canPrice ? 450 : 20) { amendment.price = price(market, side) }
        if random.chance(order?.kind.isStop == true ? 500 : 15) {
            amendment.stop = price(market, side.opposite, isWild: true)
        }
        if amendment.quantity == nil, amendment.price == nil, amendment.stop == nil {
            amendment.quantity = Quantity(order?.quantity ?? market.lot)
        }
        return sent(.amend(amendment), .amend, owner: order)
    }

    private mutating func cancellation(_ model: ReferenceExchange) -> Request {
        let (order, target) = target(model)
        return sent(.cancel(target), .cancel, owner: order)
    }

    private mutating func massCancel() -> Request {
        let filter = MassCancel(
            market: random.chance(600) ? random.pick(CommandGenerator.marketCodes) : nil,
            side: random.chance(600) ? random.pick(Side.allCases) : nil,
            user: random.chance(400) ? CommandGenerator.code(random.pick(["desk", "robot", "ghost"])) : nil
        )
        return trading(.massCancel(filter), .massCancel)
    }

    private mutating func quote(_ model: ReferenceExchange) -> Request {
        let market = random.pick(model.markets)
        var quote = Quote(market: market.code)
        if random.chance(900) {
            quote.bid = price(market, .buy)
            quote.bidQuantity = quantity(market)
        }
        if random.chance(900) {
            quote.ask = price(market, .sell)
            quote.askQuantity = quantity(market)
        }
        var request = trading(.quote(quote), .quote)
        // A few logins quote most, so that they replace their quotes.
        if random.chance(700) {
            request.member = CommandGenerator.participants[0]
            request.user = UserID(1)
        }
        return request
    }
}

extension Request {
    /// A request whose time, login, id and content are still to be given.
    init(_ command: Command, by member: MemberID, verb: Verb) {
        self.init(
            time: .zero,
            member: member,
            user: .venue,
            verb: verb,
            id: .none,
            contentHash: 0,
            command: command
        )
    }
}

extension DecimalNumber {
    /// An amount in the minor units of a currency.
    static func minorUnits(_ value: Int64, _ currency: Currency) -> DecimalNumber {
        var number = DecimalNumber.zero
        number.digits = value
        number.fractionCount = UInt8(currency.scale)
        return number
    }
}
