import Audit
import Ledger
import Permits
import Registry

// Covering facilities and surrendering permits for their use, before the deadline.

extension Exchange {
    private func ownFacility(_ code: Code, _ sender: Sender) throws(Refusal) -> FacilityID {
        let id = try findFacility(code)
        guard registry[id].member == sender.member else {
            throw Refusal(.notYourFacility, "facility \(code) belongs to \(members[registry[id].member].code)")
        }
        try checkAtRest(registry[id].program)
        return id
    }

    /// Refuses permits that cannot cover a facility's obligations: those of another program, or of another zone.
    private func checkEligible(_ id: ClassID, for facility: FacilityID) throws(Refusal) {
        let terms = registry[id]
        let program = registry[facility].program
        let isOffset = registry[terms.program].offsetsFor == program
        guard terms.program == program || isOffset else {
            throw Refusal(.invalidCombination, "\(label(of: id)) covers no obligations in \(registry[program].code)")
        }
        guard isOffset || terms.zone.isEmpty || terms.zone == registry[facility].zone else {
            throw Refusal(
                .invalidCombination,
                "\(label(of: id)) is for its zone only, and \(registry[facility].code) is elsewhere"
            )
        }
    }

    /// Moves permits into a facility's compliance account, out of the general account or another facility's.
    mutating func cover(
        facility code: Code,
        _ amount: PermitAmount,
        from other: Code?,
        _ sender: Sender
    ) throws(Refusal) {
        let id = try findClass(amount.permits)
        let facility = try ownFacility(code, sender)
        let source = try other.map { code throws(Refusal) in try ownFacility(code, sender) }
        try checkOpen(facility)
        guard source != facility else { throw Refusal(.invalidCombination, "from is the facility itself") }
        try checkEligible(id, for: facility)
        try checkNotFrozen(sender.member, in: registry[id].program)
        try checkNotFrozen(sender.member, in: registry[facility].program)
        try checkPermits(amount, id, in: source.map { .compliance($0) } ?? .general(sender.member))
        if let source { try checkHolding(moving: amount.quantity, of: id, from: source, to: facility) }
        // What a deadline takes from there it takes at once.
        guard ledger.blockCount(of: .compliance(facility), .permits(id)) < Limits.blocksMax else {
            throw Refusal(
                .limitReached,
                "\(code) holds \(label(of: id)) in \(Limits.blocksMax) serial blocks, the most of a compliance account; "
                    + "SURRENDER takes permits from the general account, too"
            )
        }
        // Nothing below may fail.
        var transfer = Transfer(
            kind: .cover,
            from: sender.member,
            to: sender.member,
            asset: .permits(id),
            amount: amount.quantity.units
        )
        transfer.fromFacility = source
        transfer.toFacility = facility
        move(&transfer, first: amount.first)
    }

    /// Surrenders permits of the general account for a facility's obligation.
    mutating func surrender(
        facility code: Code,
        period: Int64,
        _ amount: PermitAmount,
        _ sender: Sender
    ) throws(Refusal) {
        let id = try findClass(amount.permits)
        let facility = try ownFacility(code, sender)
        try checkEligible(id, for: facility)
        let program = registry[facility].program
        let since = registry.firstYear(of: program, period: period)
        guard since <= now.date.year else { throw Refusal(.outOfRange, "period \(period) has not begun") }
        let obligation = registry[facility].obligations.first { $0.period == period }
        let kind = kind(of: id, in: program, since: since, period: period)
        try checkRoom(for: amount.quantity, kind, facility, since: since, period: period, obligation)
        try checkNotFrozen(sender.member, in: registry[id].program)
        try checkNotFrozen(sender.member, in: registry[facility].program)
        try checkPermits(amount, id, of: sender.member)
        // Nothing below may fail.
        let index = registry.obligation(of: facility, since: since, period: period)
        surrender(
            amount.quantity,
            of: id,
            as: kind,
            for: facility,
            obligation: index,
            from: .general(sender.member),
            first: amount.first,
            isAutomatic: false
        )
        remember(
            .surrender,
            sequence,
            of: sender.member,
            id,
            for: ReversibleAct.Purpose(facility: facility, period: period, kind: kind)
        )
    }

    func kind(of id: ClassID, in program: ProgramID, since: Int64, period: Int64) -> SurrenderKind {
        SurrenderKind(
            vintage: registry[id].vintage,
            isOffset: registry[id].program != program,
            since: since,
            period: period
        )
    }

    /// Refuses what would not count, now that the verified use is known as far as it is.
    private func checkRoom(
        for quantity: Quantity,
        _ kind: SurrenderKind,
        _ facility: FacilityID,
        since: Int64,
        period: Int64,
        _ obligation: Obligation?
    ) throws(Refusal) {
        guard obligation?.isSettled != true, !registry[facility].isClosed else {
            throw Refusal(
                .periodClosed,
                "period \(period) of \(registry[facility].code) is settled, or the facility closed"
            )
        }
        let overlaps = registry.deadlines.contains {
            $0.program == registry[facility].program && !$0.isReplaced && $0.period != period && $0.since <= period
                && since <= $0.period
        }
        guard !overlaps else {
            throw Refusal(.invalidCombination, "\(period) is part of another period; DEADLINE says which")
        }
        let rules = registry[registry[facility].program].rules
        let use = registry[facility].countedUse(since: since, through: period, unreported: rules.unreported).use
        let limits = SurrenderLimits(
            rules,
            use: use,
            owedAsPenalty: registry[facility].owedAsPenalty + (obligation?.carriedPenalty ?? .zero)
        )
        guard let left = limits.room(kind, after: obligation?.tally ?? SurrenderTally()), quantity > left else {
            return
        }
        let code: RejectCode =
            switch kind {
            case .offset: .offsetLimitExceeded
            case .borrowed: .borrowingLimitExceeded
            default: .bankingLimitExceeded
            }
        throw Refusal(
            code,
            "of a verified use of \(use.units) at most \(left.units) more may be covered so; asked for \(quantity.units)"
        )
    }

    /// Moves permits to the account of surrendered ones and counts them for an obligation; what was checked cannot fail.
    mutating func surrender(
        _ quantity: Quantity,
        of id: ClassID,
        as kind: SurrenderKind,
        for facility: FacilityID,
        obligation: Int,
        from account: AccountID,
        first: Int64? = nil,
        isAutomatic: Bool
    ) {
        var transfer = Transfer(
            kind: .surrender,
            from: registry[facility].member,
            to: .venue,
            asset: .permits(id),
            amount: quantity.units,
            text: "\(registry[facility].code) \(registry[facility].obligations[obligation].period)"
        )
        transfer.fromFacility = account.facility
        move(&transfer, first: first)
        registry[facility].obligations[obligation].tally.add(quantity, as: kind)
        publish(
            .surrender(
                Surrender(
                    facility: facility,
                    period: registry[facility].obligations[obligation].period,
                    permitClass: id,
                    quantity: quantity,
                    kind: kind,
                    isAutomatic: isAutomatic
                )
            )
        )
    }
}
