import ArgumentParser
import Exchange
import Permits
import Registry

/// The whole engine: members, holds, limits, fees, ids and events.
struct EngineBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Commands a second through Exchange.apply, with 1,000 members."
    )

    @Option(help: "Commands a run.")
    var commands = 1_000_000

    @Option(help: "Members.")
    var members = 1000

    @Option(help: "Runs a shape; the median counts.")
    var runs = 3

    @Option(help: "Seed of the flow.")
    var seed: UInt64 = 1

    func run() throws {
        var report = Report(
            "engine",
            ["commands": commands, "members": members, "runs": runs, "seed": Int(seed)],
            columns: ["shape", "commands_per_second", "refused", "book_messages_per_second", "ratio_to_book"]
        )
        var worst = Double.infinity
        for shape in Shape.allCases {
            let flow = Flow.make(shape, count: commands, seed: seed)
            var rates: [Double] = []
            var books: [Double] = []
            var refused = 0
            for _ in 0..<runs {
                var setting = EngineRun(members: members)
                rates.append(Double(commands) / setting.run(flow))
                refused = setting.refused
                var book = BookRun()
                books.append(Double(commands) / seconds { book.run(flow) })
            }
            worst = min(worst, rates.median)
            report.add([
                "shape": shape.rawValue, "commands_per_second": Int(rates.median), "refused": refused,
                "book_messages_per_second": Int(books.median), "ratio_to_book": rates.median / books.median,
            ])
        }
        report.summary = ["worst_commands_per_second": Int(worst)]
        try report.write()
    }
}

/// An exchange with one market and many funded members.
struct EngineRun {
    private var exchange = Exchange()
    private var events: ContiguousArray<Event> = []
    private let memberCount: Int
    private let firstMember: UInt32
    /// The markets, the one that is measured first: of one zone each if there are several, joined by links in a row.
    private let marketCodes: [Code]
    /// Whether orders go to all markets in turn instead of to the first.
    private let isSpread: Bool
    private(set) var refused = 0

    /// - Parameters:
    ///   - members: how many, all funded.
    ///   - zones: how many zones with a market each, or 0 for one market without a zone.
    ///   - markets: how many markets in all of the one class, if there are no zones.
    ///   - isSpread: whether orders go to all markets in turn instead of to the first.
    init(members: Int, zones: Int = 0, markets: Int = 1, isSpread: Bool = false) {
        memberCount = members
        self.isSpread = isSpread
        marketCodes = (0..<max(zones, markets)).map { EngineRun.code("M\($0)") }
        firstMember = 3
        let program = EngineRun.code("P")
        let (operatorMember, regulator) = (MemberID(1), MemberID(2))
        admin(.venue, .member, .member(code: EngineRun.code("op"), role: .operator, name: "op"))
        admin(operatorMember, .member, .member(code: EngineRun.code("reg"), role: .regulator, name: "reg"))
        let classes =
            zones == 0
            ? [ClassName(program: program, vintage: 2027)]
            : (0..<zones).map { ClassName(program: program, vintage: 2027, zone: EngineRun.code("z\($0)")) }
        registry(regulator, .program, .program(NewProgram(code: program, unit: "t", currency: .eur, name: "P")))
        for permits in classes {
            registry(regulator, .cap, .cap(NewCap(permits, .quantity(Limits.capMax), holdingLimit: Limits.capMax)))
        }
        for index in 0..<members {
            let code = EngineRun.code("m\(index)")
            admin(operatorMember, .member, .member(code: code, role: .participant, name: "m"))
            admin(
                operatorMember,
                .deposit,
                .deposit(member: code, currency: .eur, amount: EngineRun.decimal("10000000000"))
            )
            for permits in classes {
                let allocation = NewAllocation(
                    permits,
                    member: code,
                    method: .direct,
                    basis: Limits.quantityMax,
                    factor: DecimalNumber(whole: 1)
                )
                registry(regulator, .allocate, .allocate(allocation))
            }
        }
        for (index, code) in marketCodes.enumerated() { open(code, classes[index % classes.count], operatorMember) }
        for index in 1..<max(1, zones) { link(index - 1, index, of: program, regulator) }
    }

    private mutating func open(_ code: Code, _ permits: ClassName, _ operatorMember: MemberID) {
        admin(
            operatorMember,
            .market,
            .market(
                NewMarket(
                    code: code,
                    permits: permits,
                    tick: EngineRun.decimal("0.01"),
                    lot: Quantity(1),
                    quantityMax: Quantity(1_000_000),
                    bandPercent: EngineRun.decimal("100"),
                    reference: EngineRun.decimal("41.00"),
                    makerPercent: EngineRun.decimal("0.01"),
                    takerPercent: EngineRun.decimal("0.02")
                )
            )
        )
        admin(operatorMember, .phase, .phase(market: code, phase: .preopen, text: ""))
        admin(operatorMember, .phase, .phase(market: code, phase: .open, text: ""))
    }

    /// Joins two zones by a link without limit.
    private mutating func link(_ from: Int, _ to: Int, of program: Code, _ regulator: MemberID) {
        let new = NewLink(
            code: EngineRun.code("L\(to)"),
            program: program,
            from: EngineRun.code("z\(from)"),
            to: EngineRun.code("z\(to)"),
            balance: nil,
            terms: .init()
        )
        apply(regulator, .link, .water(.link(new)))
    }

    /// Rests an order in every market but the first, out of the flow's reach.
    mutating func restElsewhere() {
        for code in marketCodes.dropFirst() {
            for (side, price) in [(Side.buy, "0.01"), (.sell, "82.00")] {
                var order = NewOrder(market: code, side: side, quantity: Quantity(1))
                order.price = EngineRun.decimal(price)
                order.timeInForce = .gtc
                apply(MemberID(firstMember), .order, .order(order))
            }
        }
    }

    /// Rests orders far from the middle.
    mutating func rest(_ count: Int) {
        let numbers = UInt64(1 << 40) + 1...UInt64(1 << 40) + UInt64(count)
        _ = run(numbers.map { Message.resting($0) })
    }

    private static func code(_ text: String) -> Code { Code(text) ?? .none }

    private static func decimal(_ text: String) -> DecimalNumber {
        let bytes = Array(text.utf8)
        do throws(RejectCode) { return try DecimalNumber(bytes.span) } catch { return .zero }
    }

    private mutating func admin(_ member: MemberID, _ verb: Verb, _ command: AdminCommand) {
        apply(member, verb, .admin(command))
    }

    private mutating func registry(_ member: MemberID, _ verb: Verb, _ command: RegistryCommand) {
        apply(member, verb, .registry(command))
    }

    private mutating func apply(_ member: MemberID, _ verb: Verb, _ command: Command) {
        let reply = exchange.apply(
            Request(
                time: Timestamp(microseconds: 1),
                member: member,
                user: .venue,
                verb: verb,
                id: .none,
                contentHash: 0,
                command: command
            ),
            into: &events
        )
        if case .refused(let refusal) = reply.outcome { preconditionFailure(refusal.text) }
        events.removeAll(keepingCapacity: true)
    }

    /// The flow as commands; every new order has an id, by which it is cancelled and amended.
    func requests(_ flow: ArraySlice<Message>) -> [Request] {
        flow.map { message in
            let member = MemberID(firstMember + UInt32(message.order % UInt64(memberCount)))
            let reference = EngineRun.code("o\(message.order)")
            let marketCode = marketCodes[isSpread ? Int(message.order % UInt64(marketCodes.count)) : 0]
            let price = EngineRun.decimal(FixedPoint.text(Int64(message.level) + 1, scale: 2))
            let command: Command
            let verb: Verb
            switch message.kind {
            case .new:
                var order = NewOrder(
                    market: marketCode,
                    side: message.side,
                    quantity: Quantity(Int64(message.quantity))
                )
                order.price = price
                order.timeInForce = message.isIOC ? .ioc : .gtc
                (verb, command) = (.order, .order(order))
            case .cancel: (verb, command) = (.cancel, .cancel(.reference(reference)))
            case .amend:
                (verb, command) = (
                    .amend,
                    .amend(
                        Amendment(
                            target: .reference(reference),
                            quantity: Quantity(Int64(message.quantity)),
                            price: price,
                            stop: nil
                        )
                    )
                )
            }
            return Request(
                time: Timestamp(microseconds: 2),
                member: member,
                user: .venue,
                verb: verb,
                id: message.kind == .new ? reference : .none,
                contentHash: message.order,
                command: command
            )
        }
    }

    /// Applies a flow, a thousand commands at a time, so that they are at hand as they are behind a parser.
    /// - Returns: the seconds in `Exchange.apply`.
    mutating func run(_ flow: [Message]) -> Double {
        var elapsed = 0.0
        var start = 0
        while start < flow.count {
            let requests = requests(flow[start..<min(start + 1000, flow.count)])
            elapsed += seconds { apply(requests.span) }
            start += 1000
        }
        return elapsed
    }

    mutating func apply(_ requests: Span<Request>) {
        for index in requests.indices {
            if case .refused = exchange.apply(requests[index], into: &events).outcome { refused += 1 }
            events.removeAll(keepingCapacity: true)
        }
    }
}
