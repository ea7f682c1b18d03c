import Audit
import Ledger
import Permits
import Registry

// Between zones: links with a capacity account and a ratio, and what members move through them.

extension Exchange {
    private func findLink(_ code: Code) throws(Refusal) -> Int {
        guard let index = registry.links.firstIndex(where: { $0.code == code }) else {
            throw Refusal(.unknownLink, "no link \(code); LINKS lists them")
        }
        return index
    }

    /// Makes a link, or changes the limit, balance or ratio of one.
    mutating func setLink(_ new: NewLink, _ sender: Sender) throws(Refusal) {
        let program = try findProgram(new.program)
        try checkRegulator(of: program, sender)
        try checkNoSweep(of: program)
        guard new.from != new.to else { throw Refusal(.invalidCombination, "from and to are the same zone") }
        guard new.terms.limit == nil || !new.terms.isFrozen else {
            throw Refusal(.invalidCombination, "freeze=1 makes the balance the limit; leave out limit")
        }
        guard new.terms.isInOrder else {
            throw Refusal(
                .invalidCombination,
                "reopen is below limit, backopen above floor, and floor not above limit; each needs its own end"
            )
        }
        let existing = registry.links.firstIndex { $0.code == new.code }
        guard existing != nil || registry.links.count(where: { $0.program == program }) < Limits.linksMax else {
            throw Refusal(.limitReached, "\(new.program) has \(Limits.linksMax) links, the most it can")
        }
        if let existing {
            let before = registry.links[existing]
            guard before.program == program, before.from == new.from, before.to == new.to else {
                throw Refusal(.alreadyExists, "link \(new.code) goes from \(before.from) to \(before.to) already")
            }
        }
        if new.terms.starts != .never {
            guard let existing else {
                throw Refusal(.unknownLink, "a link begins at once: send it first without starts")
            }
            guard new.terms.starts > now else {
                throw Refusal(.expiryPassed, "starts \(new.terms.starts) is not after \(now)")
            }
            guard new.balance == nil else {
                throw Refusal(.invalidCombination, "balance is set at once: send it without starts")
            }
            // Nothing below may fail.
            registry.schedule(new.terms, link: existing)
            timers.add(.linkChanges(existing), at: new.terms.starts)
            return publish(.link(registry.links[existing]))
        }
        // Nothing below may fail.
        let link = Link(code: new.code, program: program, from: new.from, to: new.to)
        let index = existing ?? registry.add(link)
        let wasShut = existing == nil || registry.links[index].isShut
        if let balance = new.balance { registry.change(link: index, by: balance - registry.links[index].balance) }
        change(link: index, to: new.terms, wasShut: wasShut)
    }

    /// New terms of a link take effect.
    private mutating func change(link index: Int, to terms: Link.Change, wasShut: Bool) {
        registry.take(terms, link: index)
        findCouplings()
        gather(at: index, wasShut: wasShut)
        publish(.link(registry.links[index]))
        couple(registry.links[index].program)
    }

    /// The date of a link's new terms has come.
    mutating func change(link index: Int, at time: Timestamp) {
        guard let next = registry.links[index].next, next.starts == time else { return }
        registry.schedule(nil, link: index)
        change(link: index, to: next, wasShut: registry.links[index].isShut)
    }

    /// Lets orders gather before a link that was shut and is open now, for its window.
    private mutating func gather(at index: Int, wasShut: Bool) {
        let link = registry.links[index]
        guard wasShut, !link.isShut, link.window > 0, link.opens == nil else { return }
        let time = now.adding(microseconds: link.window * 1_000_000)
        registry.set(opens: time, link: index)
        timers.add(.linkOpens(index), at: time)
    }

    /// Ends the gathering: what has gathered is cleared together, and the link is open.
    mutating func open(link index: Int, at time: Timestamp) {
        guard registry.links[index].opens == time else { return }
        registry.set(opens: nil, link: index)
        publish(.link(registry.links[index]))
        serveMoves(through: index)
        couple(registry.links[index].program)
    }

    /// Changes what has gone out by a link.
    private mutating func change(link index: Int, by quantity: Quantity) {
        let wasShut = registry.links[index].isShut
        registry.change(link: index, by: quantity)
        gather(at: index, wasShut: wasShut)
    }

    /// Water that was delivered makes room in the account, unless net trade is frozen.
    mutating func deliver(link code: Code, quantity: Quantity, _ sender: Sender) throws(Refusal) {
        let index = try findLink(code)
        try checkRegulator(of: registry.links[index].program, sender)
        if !registry.links[index].isFrozen { change(link: index, by: .zero - quantity) }
        publish(.delivery(registry.links[index], quantity))
        couple(registry.links[index].program)
    }

    /// Moves a member's permits through a link: out as far as there is opportunity, or back, which makes room.
    mutating func moveThrough(_ move: ZoneMove, _ sender: Sender) throws(Refusal) -> Outcome {
        let index = try findLink(move.link)
        let link = registry.links[index]
        let code = registry[link.program].code
        let (from, to) = move.isBack ? (link.to, link.from) : (link.from, link.to)
        let source = try findClass(ClassName(program: code, vintage: move.vintage, zone: from))
        let target = try findClass(ClassName(program: code, vintage: move.vintage, zone: to))
        try checkLasts(source)
        try checkLasts(target)
        let ratio = move.isBack ? link.ratio.inverse : link.ratio
        let fractions = registry.passageFractions
        let arrives = fractions.arrives(of: move.quantity, source, of: sender.member, by: index, ratio)
        guard (1...Limits.quantityMax.units).contains(arrives.units) else {
            throw Refusal(
                .outOfRange,
                "\(move.quantity.units) × \(ratio.text) gives \(arrives.units); 1 to \(Limits.quantityMax.units) may arrive"
            )
        }
        try checkStanding(sender.member, in: link.program)
        try checkHolding(adding: [(target, arrives)], losing: [(source, move.quantity)], member: sender.member)
        let amount = PermitAmount(
            ClassName(program: code, vintage: move.vintage, zone: from),
            move.quantity,
            first: move.first
        )
        try checkPermits(amount, source, of: sender.member)
        if let opens = link.opens, !move.isBack {
            return try gather(move, ratio, (from: source, to: target), arriving: arrives, until: opens, sender.member)
        }
        try checkRoom(of: link, for: move, arriving: arrives)
        // Nothing below may fail.
        registry.passageFractions.carry(move.quantity, source, of: sender.member, by: index, ratio)
        carry(
            move.quantity,
            of: sender.member,
            by: Route.Step(link: index, isBack: move.isBack),
            (from: source, to: target),
            arriving: arrives,
            first: move.first
        )
        alertHolding(of: sender.member, target, adding: arrives)
        couple(link.program)
        return .registry(.issued(arrives))
    }

    /// Refuses a move for which a link has no room.
    private func checkRoom(of link: Link, for move: ZoneMove, arriving arrives: Quantity) throws(Refusal) {
        if !move.isBack, let opportunity = link.opportunity, arrives > opportunity {
            throw Refusal(
                .capacityExceeded,
                "\(link.code): limit \(link.limit?.units ?? 0), balance \(link.balance.units), so \(opportunity.units) can arrive in \(link.to); asked for \(arrives.units)"
            )
        }
        if move.isBack, let opportunity = link.backOpportunity, move.quantity > opportunity {
            throw Refusal(
                .capacityExceeded,
                link.isOneWay
                    ? "\(link.code) goes one way, from \(link.from) to \(link.to)"
                    : "\(link.code): floor \(link.floor?.units ?? 0), balance \(link.balance.units), so \(opportunity.units) can go back; asked for \(move.quantity.units)"
            )
        }
    }

    /// Takes permits of a member through a link: they end in one zone, and what arrives begins in the other.
    mutating func carry(
        _ quantity: Quantity,
        of member: MemberID,
        by step: Route.Step,
        _ classes: (from: ClassID, to: ClassID),
        arriving arrives: Quantity,
        first: Int64? = nil
    ) {
        change(link: step.link, by: step.isBack ? .zero - quantity : arrives)
        let link = registry.links[step.link]
        var out = Transfer(
            kind: .zone,
            from: member,
            to: .venue,
            asset: .permits(classes.from),
            amount: quantity.units,
            text: "\(link.code)"
        )
        self.move(&out, first: first)
        registry.countCarried(arrives, of: classes.to)
        var into = Transfer(
            kind: .zone,
            from: .venue,
            to: member,
            asset: .permits(classes.to),
            amount: arrives.units,
            text: "\(link.code)"
        )
        self.move(&into)
        publish(.moved(link, member: member, left: quantity, arrived: arrives, isBack: step.isBack))
    }
}
