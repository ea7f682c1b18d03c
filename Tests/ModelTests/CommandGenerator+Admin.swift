import Exchange
import Permits
import Registry

@testable import Simulation

/// The first commands of every run: members, programs, permits, cash and four markets.
enum Opening {
    typealias Step = (command: Command, member: MemberID, verb: Verb)

    static var commands: [Step] { members + logins + programs + markets + means + strangers }

    private static func admin(_ command: AdminCommand, _ member: MemberID, _ verb: Verb) -> Step {
        (.admin(command), member, verb)
    }

    private static func registry(_ command: RegistryCommand, _ member: MemberID, _ verb: Verb) -> Step {
        (.registry(command), member, verb)
    }

    private static var members: [Step] {
        let roles: [Role] =
            [.operator, .regulator, .regulator] + CommandGenerator.participants.map { _ in .participant } + [.observer]
        return zip(CommandGenerator.memberCodes, roles).enumerated().map { index, member in
            let sender = index == 0 ? CommandGenerator.venue : CommandGenerator.operator
            return admin(.member(code: member.0, role: member.1, name: "Member"), sender, .member)
        }
    }

    private static var logins: [Step] {
        CommandGenerator.participants.flatMap { member in
            ["desk", "robot"].map { user in
                let code = CommandGenerator.memberCodes[Int(member.index) - 1]
                let change = CredentialChange(passwordHash: "hash")
                let login = AdminCommand.login(member: code, user: CommandGenerator.code(user), change)
                return admin(login, CommandGenerator.operator, .login)
            }
        }
    }

    private static var programs: [Step] {
        let carbon = CommandGenerator.code("CO2")
        let korea = CommandGenerator.code("KAU")
        let epa = CommandGenerator.regulators[0]
        let moe = CommandGenerator.regulators[1]
        return [
            registry(.program(NewProgram(code: carbon, unit: "tCO2e", currency: .eur, name: "")), epa, .program),
            registry(.program(NewProgram(code: korea, unit: "tCO2e", currency: .krw, name: "")), moe, .program),
            cap(carbon, 2027, 4000, 700, epa), cap(carbon, 2028, 4000, nil, epa), cap(korea, 2027, 9000, 1200, moe),
        ]
    }

    private static func cap(
        _ program: Code,
        _ vintage: Int64,
        _ cap: Int64,
        _ limit: Int64?,
        _ regulator: MemberID
    ) -> Step {
        let permits = ClassName(program: program, vintage: vintage)
        let new = NewCap(permits, .quantity(Quantity(cap)), holdingLimit: limit.map { Quantity($0) })
        return registry(.cap(new), regulator, .cap)
    }

    /// Tick, lot, band and fees differ, so that no rounding is always exact; two markets share a vintage.
    private static var markets: [Step] {
        func market(_ index: Int, _ program: String, _ vintage: Int64, _ terms: [Int64], _ currency: Currency) -> Step {
            var percent = (0..<3).map { _ in DecimalNumber.zero }
            for slot in 0..<3 {
                percent[slot].digits = terms[4 + slot]
                percent[slot].fractionCount = slot == 0 ? 2 : 4
            }
            let market = NewMarket(
                code: CommandGenerator.marketCodes[index],
                permits: ClassName(program: CommandGenerator.code(program), vintage: vintage),
                tick: .minorUnits(terms[0], currency),
                lot: Quantity(terms[1]),
                quantityMax: Quantity(terms[2]),
                bandPercent: percent[0],
                reference: .minorUnits(terms[3], currency),
                makerPercent: percent[1],
                takerPercent: percent[2]
            )
            return admin(.market(market), CommandGenerator.operator, .market)
        }
        return [
            market(0, "CO2", 2027, [25, 1, 100, 5000, 1000, 1_357, 2_711], .eur),
            market(1, "CO2", 2028, [10, 5, 500, 5000, 310, 3_333, 1_111], .eur),
            market(2, "CO2", 2027, [50, 10, 700, 5000, 1500, 0, 777], .eur),
            market(3, "KAU", 2027, [100, 1, 150, 8000, 1000, 999, 1_501], .krw),
        ]
    }

    /// Names that nobody has, so that every run meets them.
    private static var strangers: [Step] {
        let one = Quantity(1)
        let nobody = CommandGenerator.code("nobody")
        let carbon = CommandGenerator.code("CO2")
        let acme = CommandGenerator.memberCodes[3]
        let order = NewOrder(market: nobody, side: .buy, quantity: one)
        func amount(_ program: Code, _ vintage: Int64) -> PermitAmount {
            PermitAmount(ClassName(program: program, vintage: vintage), one)
        }
        return [
            admin(.deposit(member: nobody, currency: .eur, amount: .zero), CommandGenerator.operator, .deposit),
            (.deal(.transfer(amount(carbon, 2027), to: nobody)), MemberID(4), .transfer),
            (.deal(.transfer(amount(carbon, 2031), to: acme)), MemberID(5), .transfer),
            registry(.retire(amount(nobody, 2027), text: ""), MemberID(4), .retire),
            (.order(order), MemberID(4), .order),
        ]
    }

    private static var means: [Step] {
        CommandGenerator.participants.flatMap { member in
            let code = CommandGenerator.memberCodes[Int(member.index) - 1]
            func cash(_ currency: Currency, _ amount: Int64) -> Step {
                let deposit = AdminCommand.deposit(
                    member: code,
                    currency: currency,
                    amount: .minorUnits(amount, currency)
                )
                return admin(deposit, CommandGenerator.operator, .deposit)
            }
            func permits(_ program: String, _ vintage: Int64, _ quantity: Int64, _ regulator: Int) -> Step {
                let allocation = NewAllocation(
                    ClassName(program: CommandGenerator.code(program), vintage: vintage),
                    member: code,
                    method: .direct,
                    basis: Quantity(quantity),
                    factor: DecimalNumber(whole: 1)
                )
                return registry(.allocate(allocation), CommandGenerator.regulators[regulator], .allocate)
            }
            return [
                cash(.eur, 2_000_000), cash(.krw, 3_000_000),
                permits("CO2", 2027, 300, 0), permits("CO2", 2028, 400, 0), permits("KAU", 2027, 400, 1),
            ]
        }
    }
}

extension CommandGenerator {
    private mutating func memberCode() -> Code {
        random.chance(250) ? CommandGenerator.code("nobody") : random.pick(CommandGenerator.memberCodes)
    }

    private mutating func participantCode() -> Code {
        if random.chance(80) { return memberCode() }
        return CommandGenerator.memberCodes[Int(random.pick(CommandGenerator.participants).index) - 1]
    }

    private mutating func permitClass() -> ClassName {
        let program = random.chance(25) ? "NONE" : random.pick(["CO2", "CO2", "KAU"])
        let vintage: Int64 = random.chance(40) ? 2031 : program == "CO2" ? random.number(2027...2028) : 2027
        return ClassName(program: CommandGenerator.code(program), vintage: vintage)
    }

    private func regulator(of program: Code) -> MemberID {
        CommandGenerator.regulators[program == CommandGenerator.code("KAU") ? 1 : 0]
    }

    mutating func administration(_ model: ReferenceExchange) -> Request {
        switch random.number(0...9) {
        case 0...2: cash(model)
        case 3...5: transfer(model)
        case 6: retirement()
        case 7...8: allocation(model)
        default: cap(model)
        }
    }

    private mutating func cash(_ model: ReferenceExchange) -> Request {
        let currency: Currency = random.pick([.eur, .eur, .krw])
        var amount = DecimalNumber.minorUnits(random.number(0...400_000), currency)
        if random.chance(15) { amount.fractionCount = 3 }
        // Whoever has much pays out, so that cash stays scarce.
        let member = participantCode()
        let index = model.members.firstIndex { $0.code == member } ?? 1
        let isRich = model.cash[index][Int(currency.place)] > 2_500_000
        if random.chance(isRich ? 800 : 200) {
            return Request(
                .admin(.withdraw(member: member, currency: currency, amount: amount)),
                by: CommandGenerator.operator,
                verb: .withdraw
            )
        }
        return Request(
            .admin(.deposit(member: member, currency: currency, amount: amount)),
            by: CommandGenerator.operator,
            verb: .deposit
        )
    }

    private mutating func transfer(_ model: ReferenceExchange) -> Request {
        let permits = permitClass()
        let quantity = Quantity(random.number(1...(random.chance(200) ? 600 : 60)))
        let command = DealCommand.transfer(PermitAmount(permits, quantity), to: participantCode())
        return Request(.deal(command), by: random.pick(CommandGenerator.participants), verb: .transfer)
    }

    private mutating func retirement() -> Request {
        let permits = permitClass()
        let quantity = Quantity(random.number(1...(random.chance(200) ? 600 : 20)))
        let command = RegistryCommand.retire(PermitAmount(permits, quantity), text: "")
        return Request(.registry(command), by: random.pick(CommandGenerator.participants), verb: .retire)
    }

    private mutating func allocation(_ model: ReferenceExchange) -> Request {
        let permits = permitClass()
        let sender = random.chance(40) ? random.pick(CommandGenerator.regulators) : regulator(of: permits.program)
        let allocation = NewAllocation(
            permits,
            member: participantCode(),
            method: .direct,
            basis: Quantity(random.number(1...(random.chance(100) ? 2000 : 60))),
            factor: DecimalNumber(whole: 1)
        )
        return Request(.registry(.allocate(allocation)), by: sender, verb: .allocate)
    }

    private mutating func cap(_ model: ReferenceExchange) -> Request {
        let permits = permitClass()
        let sender = random.chance(40) ? random.pick(CommandGenerator.regulators) : regulator(of: permits.program)
        let issued = model.classes.first { $0.vintage == permits.vintage }?.issued ?? 0
        let limit = random.chance(300) ? nil : Quantity(random.number(300...1500))
        let cap = Quantity(max(1, issued + random.number(-50...400)))
        return Request(.registry(.cap(NewCap(permits, .quantity(cap), holdingLimit: limit))), by: sender, verb: .cap)
    }

    /// What is always wrong, or nearly.
    mutating func nonsense(_ model: ReferenceExchange) -> Request {
        let market = random.pick(model.markets)
        switch random.number(0...13) {
        case 0:
            let phase = AdminCommand.phase(market: market.code, phase: random.pick(Phase.allCases), text: "")
            return Request(.admin(phase), by: CommandGenerator.operator, verb: .phase)
        case 1: return Request(.admin(.dayEnd), by: CommandGenerator.operator, verb: .dayEnd)
        case 2:
            let member = AdminCommand.member(code: memberCode(), role: .participant, name: "Again")
            return Request(.admin(member), by: CommandGenerator.operator, verb: .member)
        case 3:
            let program = NewProgram(code: CommandGenerator.code("CO2"), unit: "t", currency: .eur, name: "")
            return Request(.registry(.program(program)), by: CommandGenerator.regulators[1], verb: .program)
        case 4:
            var again = Opening.commands.filter { $0.verb == .market }.map(\.command)
            if case .admin(.market(var terms)) = random.pick(again) {
                if random.chance(300) { terms.permits.vintage = 2031 }
                again = [.admin(.market(terms))]
            }
            return Request(again[0], by: CommandGenerator.operator, verb: .market)
        case 5, 9...12:
            let deposit = AdminCommand.deposit(
                member: participantCode(),
                currency: .usd,
                amount: .minorUnits(1_000_000_000_000_000_000, .usd)
            )
            return Request(.admin(deposit), by: CommandGenerator.operator, verb: .deposit)
        case 6:
            let reference = AdminCommand.reference(market: market.code, price: .minorUnits(5000, market.currency))
            return Request(.admin(reference), by: CommandGenerator.operator, verb: .reference)
        case 13: return trading(.quote(Quote(market: CommandGenerator.code("NONE"))), .quote)
        case 7:
            let order = NewOrder(market: market.code, side: .buy, quantity: Quantity(1))
            let sender = random.pick([CommandGenerator.operator, CommandGenerator.observer])
            return Request(.order(order), by: sender, verb: .order)
        default:
            return Request(.admin(.dayEnd), by: random.pick(CommandGenerator.participants), verb: .dayEnd)
        }
    }
}
