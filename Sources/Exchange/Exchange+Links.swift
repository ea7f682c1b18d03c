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
    mutating func setLink(_ new: NewLink, _ sender: Sender, _ events: inout ContiguousArray<Event>) throws(Refusal) {
        let program = try findProgram(new.program)
        try checkRegulator(of: program, sender)
        guard new.from != new.to else { throw Refusal(.invalidCombination, "from and to are the same zone") }
        var link = Link(
            code: new.code,
            program: program,
            from: new.from,
            to: new.to,
            limit: new.limit,
            ratio: new.ratio
        )
        let existing = registry.links.firstIndex { $0.code == new.code }
        if let existing {
            let before = registry.links[existing]
            guard before.program == program, before.from == new.from, before.to == new.to else {
                throw Refusal(.alreadyExists, "link \(new.code) goes from \(before.from) to \(before.to) already")
            }
            link.balance = before.balance
        }
        if let balance = new.balance { link.balance = balance }
        // Nothing below may fail.
        registry.set(link, at: existing)
        publish(.link(link), &events)
    }

    /// Water that was delivered makes room in the account.
    mutating func deliver(
        link code: Code,
        quantity: Quantity,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
        let index = try findLink(code)
        try checkRegulator(of: registry.links[index].program, sender)
        registry.change(link: index, by: .zero - quantity)
        publish(.delivery(registry.links[index], quantity), &events)
    }

    /// Moves a member's permits through a link: out as far as there is opportunity, or back, which makes room.
    mutating func moveThrough(
        _ move: ZoneMove,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) -> Outcome {
        let index = try findLink(move.link)
        let link = registry.links[index]
        let code = registry[link.program].code
        let (from, to) = move.isBack ? (link.to, link.from) : (link.from, link.to)
        let source = try findClass(ClassName(program: code, vintage: move.vintage, zone: from))
        let target = try findClass(ClassName(program: code, vintage: move.vintage, zone: to))
        try checkLasts(source)
        try checkLasts(target)
        let ratio = move.isBack ? link.ratio.inverse : link.ratio
        let arrives = ratio.arrives(of: move.quantity)
        guard (1...Limits.quantityMax.units).contains(arrives.units) else {
            throw Refusal(
                .outOfRange,
                "\(move.quantity.units) × \(ratio.text) gives \(arrives.units); send 1 permit's worth at least"
            )
        }
        try checkStanding(sender.member, in: link.program)
        try checkHolding(adding: arrives, member: sender.member, permitClass: target)
        let amount = PermitAmount(
            ClassName(program: code, vintage: move.vintage, zone: from),
            move.quantity,
            first: move.first
        )
        try checkPermits(amount, source, of: sender.member)
        if !move.isBack, let opportunity = link.opportunity, arrives > opportunity {
            throw Refusal(
                .capacityExceeded,
                "\(link.code): limit \(link.limit?.units ?? 0), balance \(link.balance.units), so \(opportunity.units) can arrive in \(to); asked for \(arrives.units)"
            )
        }
        // Nothing below may fail.
        registry.change(link: index, by: move.isBack ? .zero - move.quantity : arrives)
        var out = Transfer(
            kind: .zone,
            from: sender.member,
            to: .venue,
            asset: .permits(source),
            amount: move.quantity.units,
            text: "\(link.code)"
        )
        self.move(&out, first: move.first, &events)
        registry.countCarried(arrives, of: target)
        var into = Transfer(
            kind: .zone,
            from: .venue,
            to: sender.member,
            asset: .permits(target),
            amount: arrives.units,
            text: "\(link.code)"
        )
        self.move(&into, &events)
        publish(
            .moved(
                registry.links[index],
                member: sender.member,
                left: move.quantity,
                arrived: arrives,
                isBack: move.isBack
            ),
            &events
        )
        alertHolding(of: sender.member, target, adding: arrives, &events)
        return .registry(.issued(arrives))
    }
}
