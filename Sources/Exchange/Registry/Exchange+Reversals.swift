import Ledger
import Permits
import Registry

// What was done by mistake is undone by the regulator: transfers, retirements, surrenders; what was allocated in excess comes back.

extension Exchange {
    /// Remembers what a member has just done with its permits; the ledger has just moved them.
    mutating func remember(
        _ process: ReversibleAct.Process,
        _ number: UInt64,
        of member: MemberID,
        _ id: ClassID,
        to receiver: MemberID? = nil,
        for purpose: ReversibleAct.Purpose? = nil
    ) {
        var act = ReversibleAct(
            .init(process, number),
            at: now,
            of: member,
            id,
            serials: ledger.moved.map { $0.first...$0.last }
        )
        (act.receiver, act.surrender) = (receiver, purpose)
        registry.acts.add(act)
    }

    /// Undoes a transfer, retirement or surrender: the same permits go back to the account whose they were.
    mutating func reverse(_ name: ReversibleAct.Name, text: String, _ sender: Sender) throws(Refusal) {
        guard let act = registry.acts.find(name, at: now) else {
            throw Refusal(
                .unknownTransfer,
                "no \(name.process.text) \(name.number) of the last \(ReversibleAct.days) days can be undone: it is older, was undone, "
                    + "or moved more than \(ReversibleAct.blocksMax) serial blocks"
            )
        }
        let program = registry[act.permitClass].program
        try checkRegulator(of: program, sender)
        try checkAtRest(program)
        try checkLasts(act.permitClass)
        let source = try source(of: act)
        if source.member != nil {
            let free = ledger.balance(source, .permits(act.permitClass)).free
            guard act.quantity.units <= free else {
                throw Refusal(.insufficientPermits, "\(act.quantity.units) must go back, free \(free)")
            }
        }
        for serials in act.serials {
            let count = Int64(serials.count)
            guard ledger.holds(count, first: serials.lowerBound, of: .permits(act.permitClass), in: source) else {
                throw Refusal(
                    .serialsNotHeld,
                    "\(serials.lowerBound) to \(serials.upperBound) of \(label(of: act.permitClass)) are not there any more"
                )
            }
        }
        try checkHolding(
            adding: act.quantity,
            member: act.member,
            permitClass: act.permitClass,
            from: act.receiver.map { isAssociated($0, act.member) } ?? false ? act.quantity : .zero
        )
        // Nothing below may fail.
        registry.acts.remove(name)
        for serials in act.serials {
            var transfer = Transfer(
                kind: act.name.process.reversal,
                from: act.receiver ?? .venue,
                to: act.member,
                asset: .permits(act.permitClass),
                amount: Int64(serials.count),
                text: text
            )
            move(&transfer, first: serials.lowerBound)
        }
        uncount(act)
        publish(.reversal(act, text: text))
    }

    /// The account that has the permits of an act now.
    private func source(of act: ReversibleAct) throws(Refusal) -> AccountID {
        switch act.name.process {
        case .transfer: return .general(act.receiver ?? .venue)
        case .retirement: return .retirement
        case .surrender:
            guard let purpose = act.surrender, obligation(of: purpose) != nil else {
                throw Refusal(.periodClosed, "its period is settled: a correction of the report carries what changes")
            }
            return .surrendered
        }
    }

    /// The obligation for which permits were surrendered, if it is not settled and still counts them.
    private func obligation(of purpose: ReversibleAct.Purpose) -> Int? {
        guard !registry[purpose.facility].isClosed else { return nil }
        return registry[purpose.facility].obligations.firstIndex {
            ($0.since...$0.period).contains(purpose.period) && !$0.isSettled
        }
    }

    /// Takes an act out of what is counted of it.
    private mutating func uncount(_ act: ReversibleAct) {
        switch act.name.process {
        case .transfer: break
        case .retirement:
            registry.uncount(retired: act.quantity, by: act.member, of: registry[act.permitClass].program)
        case .surrender:
            guard let purpose = act.surrender, let index = obligation(of: purpose) else { return }
            registry[purpose.facility].obligations[index].tally.add(.zero - act.quantity, as: purpose.kind)
        }
    }

    /// Takes back what was allocated in excess: the permits are cancelled and count against the cap no more.
    ///
    /// Source: the return of excess allocation, as the Union Registry does it.
    mutating func takeBack(
        _ amount: PermitAmount,
        from code: Code,
        toReserve: Bool,
        text: String,
        _ sender: Sender
    ) throws(Refusal) {
        let member = try findMember(code)
        let id = try findClass(amount.permits)
        try checkRegulator(of: registry[id].program, sender)
        try checkLasts(id)
        let allocated = registry.allocated[member, id]
        guard amount.quantity <= allocated else {
            throw Refusal(
                .outOfRange,
                "\(allocated.units) of \(label(of: id)) were allocated to \(code) and not taken back; asked for \(amount.quantity.units)"
            )
        }
        try checkPermits(amount, id, of: member)
        // Nothing below may fail.
        var transfer = Transfer(
            kind: .takenBack,
            from: member,
            to: .venue,
            asset: .permits(id),
            amount: amount.quantity.units,
            text: text
        )
        move(&transfer, first: amount.first)
        registry.allocated.count(.zero - amount.quantity, to: member, of: id)
        registry[id].returned += amount.quantity
        if toReserve { registry[id].reserve += amount.quantity }
        publish(.takenBack(id, member, amount.quantity, toReserve: toReserve, text: text))
    }
}

extension ReversibleAct.Process {
    /// How what undoes it is called.
    var reversal: Transfer.Kind {
        switch self {
        case .transfer: .transferReversal
        case .retirement: .retirementReversal
        case .surrender: .surrenderReversal
        }
    }
}
