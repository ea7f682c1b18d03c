import Exchange
import Permits
import Registry

// The operator's and the regulators' commands, and transfers.

extension ReferenceExchange {
    mutating func performAdmin(_ command: AdminCommand, by member: MemberID, _ role: Role) throws(RejectCode) {
        let allowed: [Role] =
            switch command {
            case .member, .rename, .login, .revoke: [.operator, .venue]
            case .market, .relist, .reference, .dayEnd, .deposit, .withdraw: [.operator]
            case .phase: [.operator, .regulator]
            }
        guard allowed.contains(role) else { throw .roleNotAllowed }
        switch command {
        case .member(let code, let role, _): try admit(code, role)
        case .login(let member, let user, _): try addLogin(try self.member(member), user)
        // Not in the model's streams.
        case .revoke, .rename, .relist: throw .unknownVerb
        case .market(let terms): try list(terms)
        case .phase(let market, let phase, _): try change(try self.market(market), to: phase, by: member, role)
        case .reference(let market, let price): try setReference(try self.market(market), price)
        case .dayEnd: try endDay()
        case .deposit(let member, let currency, let amount): try deposit(member, currency, amount)
        case .withdraw(let member, let currency, let amount): try withdraw(member, currency, amount)
        }
    }

    /// Transfers.
    mutating func performDeal(_ command: DealCommand, by member: MemberID, _ role: Role) throws(RejectCode) {
        guard role == .participant else { throw .roleNotAllowed }
        guard case .transfer(let amount, let target) = command else { throw .unknownVerb }
        try transfer(amount.permits.program, amount.permits.vintage, target, amount.quantity.units, by: member)
    }

    /// Caps, issue and retirement; the rest of the registry has a model of its own.
    mutating func performRegistry(_ command: RegistryCommand, by member: MemberID, _ role: Role) throws(RejectCode) {
        let allowed: Role =
            switch command {
            case .retire: .participant
            default: .regulator
            }
        guard role == allowed else { throw .roleNotAllowed }
        switch command {
        case .program(let new):
            if programs.contains(where: { $0.code == new.code }) { throw .alreadyExists }
            programs.append(Program(code: new.code, currency: new.currency, regulator: member))
        case .cap(let new):
            guard case .quantity(let cap) = new.level else { throw .unknownVerb }
            let program = try program(new.permits.program)
            try setCap(program, new.permits.vintage, cap.units, new.holdingLimit?.units, by: member)
        case .allocate(let new):
            let target = new.member ?? .none
            try allocate(new.permits.program, new.permits.vintage, target, new.basis.units, by: member)
        case .retire(let amount, _):
            let permitClass = try permitClass(amount.permits.program, amount.permits.vintage)
            if amount.quantity.units > freePermits(member, permitClass) { throw .insufficientPermits }
            permits[Int(member.index)][permitClass] -= amount.quantity.units
            classes[permitClass].retired += amount.quantity.units
        default: throw .unknownVerb
        }
    }

    private mutating func admit(_ code: Code, _ role: Role) throws(RejectCode) {
        if members.contains(where: { $0.code == code }) { throw .alreadyExists }
        members.append((code, role))
        cash.append([Int64](repeating: 0, count: Currency.allCases.count))
        owed.append([Int128](repeating: 0, count: Currency.allCases.count))
        permits.append([Int64](repeating: 0, count: classes.count))
    }

    private mutating func addLogin(_ member: MemberID, _ code: Code) throws(RejectCode) {
        if logins.contains(where: { $0.member == member && $0.code == code }) { return }
        logins.append((member, code))
    }

    private mutating func list(_ terms: NewMarket) throws(RejectCode) {
        let permitClass = try permitClass(terms.permits.program, terms.permits.vintage)
        if markets.contains(where: { $0.code == terms.code }) { throw .alreadyExists }
        let currency = programs[classes[permitClass].program].currency
        let reference = try terms.reference.scaled(to: currency.scale)
        var market = ReferenceMarket(
            index: markets.count,
            code: terms.code,
            permitClass: permitClass,
            currency: currency,
            tick: try terms.tick.scaled(to: currency.scale),
            lot: terms.lot.units,
            quantityMax: terms.quantityMax.units,
            bandBasisPoints: try terms.bandPercent.scaled(to: 2),
            makerMillionths: try terms.makerPercent.scaled(to: 4),
            takerMillionths: try terms.takerPercent.scaled(to: 4),
            reference: reference,
            lastPrice: reference
        )
        market.moveBand(reference: reference)
        markets.append(market)
        settle(market.index)
    }

    // MARK: Phases and days

    private mutating func change(_ index: Int, to phase: Phase, by member: MemberID, _ role: Role) throws(RejectCode) {
        let program = classes[markets[index].permitClass].program
        if role == .regulator, programs[program].regulator != member { throw .notYourProgram }
        let old = markets[index].phase
        let next: [Phase] =
            switch old {
            case .closed: [.preopen]
            case .preopen: [.open, .closed, .halt]
            case .open: [.closing, .closed, .halt]
            case .closing: [.closed, .halt]
            case .halt: [.preopen, .closing, .closed]
            }
        guard next.contains(phase) else { throw .wrongPhase }
        if (old == .preopen && phase == .open) || (old == .closing && phase == .closed) { markets[index].uncross() }
        markets[index].phase = phase
        if old == .closed, markets[index].opened == nil { markets[index].opened = now }
        markets[index].events.append(.phase(market: index, phase))
        if phase == .closing { markets[index].unpark() }
        markets[index].triggerStops()
        settle(index)
    }

    private mutating func setReference(_ index: Int, _ decimal: DecimalNumber) throws(RejectCode) {
        let price = try decimal.scaled(to: markets[index].currency.scale)
        if price > 1_000_000_000 { throw .outOfRange }
        guard markets[index].phase == .closed else { throw .wrongPhase }
        if price <= 0 || price % markets[index].tick != 0 { throw .offTick }
        markets[index].moveBand(reference: price)
        settle(index)
    }

    private mutating func endDay() throws(RejectCode) {
        guard markets.allSatisfy({ $0.phase == .closed }) else { throw .wrongPhase }
        for member in members.indices.map({ MemberID(UInt32($0)) }) {
            for index in markets.indices {
                let over = markets[index].orders.filter { order in
                    order.owner == member
                        && ([.day, .atTheOpen, .atTheClose].contains(order.timeInForce)
                            || (order.timeInForce == .gtd
                                && order.expiry <= (markets[index].opened ?? now).nextMidnight))
                }
                for order in over.sorted(by: { $0.id < $1.id }) { markets[index].finish(order.id, .expired) }
                settle(index)
            }
        }
        for index in markets.indices {
            if markets[index].hasTraded { markets[index].moveBand(reference: markets[index].lastPrice) }
            markets[index].hasTraded = false
            markets[index].opened = nil
            settle(index)
        }
        let live = markets.flatMap(\.orders)
        seen.removeAll { request in
            // A run is shorter than the year for which the staff's are kept.
            guard request.day < day, members[Int(request.member.index)].role == .participant else { return false }
            guard case .order(let id, _) = request.outcome else { return true }
            return !live.contains { $0.id == id && $0.reference == request.id }
        }
        day += 1
    }

    // MARK: Cash and permits

    private func checkAmount(_ currency: Currency, _ decimal: DecimalNumber) throws(RejectCode) -> Int64 {
        let amount = try decimal.scaled(to: currency.scale)
        guard amount > 0, amount <= 1_000_000_000_000_000_000 else { throw .outOfRange }
        return amount
    }

    private func checkParticipant(_ member: MemberID) throws(RejectCode) {
        if members[Int(member.index)].role != .participant { throw .invalidCombination }
    }

    private mutating func deposit(_ code: Code, _ currency: Currency, _ decimal: DecimalNumber) throws(RejectCode) {
        let amount = try checkAmount(currency, decimal)
        let member = try member(code)
        try checkParticipant(member)
        let slot = Int(currency.place)
        // The bank's balance is minus the sum of all, so the sum must fit too.
        let all = cash.reduce(Int128(fees[slot])) { $0 + Int128($1[slot]) } + Int128(amount)
        if all > Int128(Int64.max) { throw .overflow }
        cash[Int(member.index)][slot] += amount
    }

    private mutating func withdraw(_ code: Code, _ currency: Currency, _ decimal: DecimalNumber) throws(RejectCode) {
        let amount = try checkAmount(currency, decimal)
        let member = try member(code)
        // A regulator may have cash from auctions.
        if members[Int(member.index)].role != .regulator { try checkParticipant(member) }
        if amount > freeCash(member, currency) { throw .insufficientFunds }
        cash[Int(member.index)][Int(currency.place)] -= amount
    }

    private mutating func setCap(
        _ program: Int,
        _ vintage: Int64,
        _ cap: Int64,
        _ limit: Int64?,
        by member: MemberID
    ) throws(RejectCode) {
        if programs[program].regulator != member { throw .notYourProgram }
        guard let index = classes.firstIndex(where: { $0.program == program && $0.vintage == vintage }) else {
            classes.append(
                PermitClass(program: program, vintage: vintage, cap: cap, holdingLimit: limit == 0 ? nil : limit)
            )
            for member in permits.indices { permits[member].append(0) }
            return
        }
        classes[index].cap = cap
        if let limit { classes[index].holdingLimit = limit == 0 ? nil : limit }
        let limit = classes[index].holdingLimit
        for member in members.indices.map({ MemberID(UInt32($0)) }) {
            guard let limit, permits[Int(member.index)][index] + incoming(member, index) > limit else { continue }
            for market in markets.indices where markets[market].permitClass == index {
                let over = markets[market].orders.filter { $0.owner == member && $0.side == .buy }
                for order in over.sorted(by: { $0.id < $1.id }) { markets[market].finish(order.id, .limit) }
                settle(market)
            }
        }
    }

    private mutating func allocate(
        _ code: Code,
        _ vintage: Int64,
        _ target: Code,
        _ quantity: Int64,
        by member: MemberID
    ) throws(RejectCode) {
        let target = try self.member(target)
        let permitClass = try permitClass(code, vintage)
        if programs[classes[permitClass].program].regulator != member { throw .notYourProgram }
        try checkParticipant(target)
        if classes[permitClass].issued + quantity > classes[permitClass].cap { throw .capExceeded }
        try checkHoldingLimit(target, permitClass, adding: quantity)
        classes[permitClass].issued += quantity
        permits[Int(target.index)][permitClass] += quantity
    }

    private mutating func transfer(
        _ code: Code,
        _ vintage: Int64,
        _ target: Code,
        _ quantity: Int64,
        by member: MemberID
    ) throws(RejectCode) {
        let target = try self.member(target)
        let permitClass = try permitClass(code, vintage)
        try checkParticipant(target)
        if target == member { throw .invalidCombination }
        try checkHoldingLimit(target, permitClass, adding: quantity)
        if quantity > freePermits(member, permitClass) { throw .insufficientPermits }
        permits[Int(member.index)][permitClass] -= quantity
        permits[Int(target.index)][permitClass] += quantity
    }
}

extension ReferenceMarket {
    /// Lets the orders that waited for the closing call join the book, in the order of their entry.
    mutating func unpark() {
        let parked = orders.filter(\.isParked).sorted { $0.turn < $1.turn }
        for var order in parked {
            orders.removeAll { $0.id == order.id }
            order.isParked = false
            join(order)
        }
        let closing = orders.filter { $0.isInBook && $0.timeInForce == .atTheClose }.sorted { $0.id < $1.id }
        for order in closing {
            guard position(order.id) != nil, !preventSelfTrade(of: order) else { continue }
            finish(order.id, .selfTrade)
        }
    }
}
