import Audit
import Ledger
import Permits
import Registry

// Compliance deadlines: what is due is taken from compliance accounts; what is missing is a shortfall, and costs.

extension Exchange {
    /// Settles a deadline for every facility of its program, in the order of registration.
    mutating func settle(deadline index: Int, at time: Timestamp) {
        let deadline = registry.deadlines[index]
        guard deadline.due == time, !deadline.isDone, !deadline.isReplaced else { return }
        registry.finish(deadline: index)
        begin(Sweep(.deadline(index), began: time))
    }

    /// Finds what each facility owes, takes it out of compliance accounts, and concludes.
    /// - Returns: whether all are through.
    mutating func sweepDeadline(_ index: Int, _ sweep: inout Sweep) -> Bool {
        let deadline = registry.deadlines[index]
        while sweep.stage < 4 {
            let isDone: Bool
            switch sweep.stage {
            case 0:
                isDone = goOn(&sweep, to: registry.facilities.count) { exchange, sweep, slot in
                    let id = FacilityID(UInt32(slot))
                    let facility = exchange.registry[id]
                    guard facility.program == deadline.program, !facility.isClosed else { return }
                    sweep.claims.append(exchange.claim(of: id, deadline))
                }
            case 1:
                isDone = goOn(&sweep, to: sweep.claims.count) { exchange, sweep, place in
                    exchange.draw(sweep.claims[place], from: sweep.claims[place].facility)
                }
            case 2 where registry[deadline.program].rules.entityLevel:
                // A firm's surplus at one facility covers another, once each has been served.
                isDone = goOn(&sweep, to: sweep.claims.count) { exchange, sweep, place in
                    let claim = sweep.claims[place]
                    let member = exchange.registry[claim.facility].member
                    for other in exchange.registry.facilities(of: member, in: deadline.program) {
                        exchange.draw(claim, from: other)
                    }
                }
            case 2: isDone = true
            case 3:
                isDone = goOn(&sweep, to: sweep.claims.count) { exchange, sweep, place in
                    exchange.conclude(sweep.claims[place], index)
                }
            default: preconditionFailure("a deadline has no stage \(sweep.stage)")
            }
            guard isDone else { return false }
            sweep.enter(sweep.stage + 1)
        }
        return true
    }

    private mutating func claim(of facility: FacilityID, _ deadline: Deadline) -> DeadlineClaim {
        let index = registry.obligation(of: facility, since: deadline.since, period: deadline.period)
        // What was owed or too much becomes part of this period.
        registry[facility].obligations[index].carried += registry[facility].owed - registry[facility].credit
        registry[facility].obligations[index].carriedPenalty += registry[facility].owedAsPenalty
        registry[facility].obligations[index].tally.add(registry[facility].carried)
        registry[facility].owed = .zero
        registry[facility].owedAsPenalty = .zero
        registry[facility].credit = .zero
        registry[facility].carried = SurrenderTally()
        let (use, isVerified) = registry[facility].countedUse(
            since: deadline.since,
            through: deadline.period,
            unreported: registry[deadline.program].rules.unreported
        )
        let obligation = registry[facility].obligations[index]
        return DeadlineClaim(
            facility: facility,
            obligation: index,
            use: use,
            isVerified: isVerified,
            balance: deadline.share.shareRoundedUp(of: use) - obligation.replaced + obligation.carried,
            carriedPenalty: obligation.carriedPenalty
        )
    }

    private func surrenderLimits(of claim: DeadlineClaim) -> SurrenderLimits {
        let rules = registry[registry[claim.facility].program].rules
        return SurrenderLimits(rules, use: claim.use, owedAsPenalty: claim.carriedPenalty)
    }

    /// Takes what is missing out of a compliance account, as far as it counts.
    private mutating func draw(_ claim: DeadlineClaim, from source: FacilityID) {
        let obligation = registry[claim.facility].obligations[claim.obligation]
        let missing = claim.missing(obligation.tally, surrenderLimits(of: claim))
        guard missing > .zero else { return }
        let program = registry[claim.facility].program
        let account = AccountID.compliance(source)
        var lots: [ComplianceLot] = []
        for (asset, balance) in ledger.holdings(of: account) {
            guard let id = asset.permitClass, balance.free > 0 else { continue }
            let zone = registry[id].zone
            guard zone.isEmpty || registry[id].program != program || zone == registry[claim.facility].zone else {
                continue
            }
            lots.append(
                ComplianceLot(
                    permitClass: id,
                    kind: kind(of: id, in: program, since: obligation.since, period: obligation.period),
                    vintage: registry[id].vintage,
                    quantity: Quantity(balance.free)
                )
            )
        }
        let drawn = TrueUp.draw(
            missing,
            from: lots,
            newestFirst: registry[program].rules.newestFirst,
            limits: surrenderLimits(of: claim),
            tally: obligation.tally
        )
        for lot in drawn {
            surrender(
                lot.quantity,
                of: lot.permitClass,
                as: lot.kind,
                for: claim.facility,
                obligation: claim.obligation,
                from: account,
                isAutomatic: true
            )
        }
    }

    /// Publishes what a deadline found, carries what is too much or too little, and imposes the penalty.
    private mutating func conclude(_ claim: DeadlineClaim, _ index: Int) {
        let deadline = registry.deadlines[index]
        let tally = registry[claim.facility].obligations[claim.obligation].tally
        let limits = surrenderLimits(of: claim)
        let shortfall = claim.missing(tally, limits)
        let outcome = Obligation.Outcome(
            use: claim.use,
            due: claim.due,
            shortfall: shortfall,
            isVerified: claim.isVerified
        )
        registry[claim.facility].obligations[claim.obligation].outcome = outcome
        let rules = registry[deadline.program].rules
        if deadline.isFinal {
            registry[claim.facility].obligations[claim.obligation].isSettled = true
            registry[claim.facility].obligations[claim.obligation].gap = claim.balance - limits.counted(tally)
            registry[claim.facility].carried.add(limits.excess(of: tally))
            registry[claim.facility].credit += max(.zero, limits.counted(tally) - claim.balance)
        } else if rules.penaltyPermits > 0 {
            // The penalty replaces what is missing, so the final deadline does not ask for it again.
            registry[claim.facility].obligations[claim.obligation].replaced += shortfall
        }
        publish(.compliance(claim.facility, deadline: index, outcome, surrendered: tally))
        if !claim.isVerified {
            let code = registry[claim.facility].code
            alert(.unverified, in: deadline.program, "\(code) \(deadline.period): use is not verified")
            if rules.unreported == .block { block(claim.facility, deadline) }
        }
        if shortfall > .zero { penalize(claim, shortfall, deadline) }
    }

    /// Imposes what the program's rules ask for a shortfall; what was owed as a multiple before is owed on, not multiplied again.
    private mutating func penalize(_ claim: DeadlineClaim, _ shortfall: Quantity, _ deadline: Deadline) {
        let facility = claim.facility
        let program = registry[deadline.program]
        let carried = registry[facility].obligations[claim.obligation].carriedPenalty
        let again = min(shortfall, carried)
        registry[facility].obligations[claim.obligation].carriedPenalty -= again
        let imposed = Quantity((shortfall - again).units * program.rules.penaltyPermits)
        if deadline.isFinal { registry[facility].obligations[claim.obligation].imposed = imposed }
        let permits = imposed + again
        // Money is asked once in a period for the same permits: a multiple has replaced those that were short at an interim
        // deadline, made-good permits come back as what is carried, and without permits they are simply still missing.
        let before = registry[facility].obligations[claim.obligation].charged
        let asked: Quantity =
            switch program.rules.penaltyPermits {
            case 0: min(shortfall, before)
            case 1: min(again, before)
            default: again
            }
        let charged = shortfall - asked
        registry[facility].obligations[claim.obligation].charged += charged
        let amount = penaltyMoney(program, deadline, charged)
        guard amount != .zero || permits > .zero else { return }
        let penalty = Penalty(
            number: UInt64(registry.penalties.count + 1),
            time: now,
            program: deadline.program,
            facility: facility,
            member: registry[facility].member,
            period: deadline.period,
            shortfall: shortfall,
            amount: amount ?? .zero,
            permits: permits,
            isUndetermined: amount == nil
        )
        if program.rules.deducts {
            registry[facility].deduction += permits
        } else {
            registry[facility].owed += permits
            registry[facility].owedAsPenalty += permits
        }
        registry.add(penalty)
        publish(.penalty(penalty))
        guard penalty.isUndetermined else { return }
        alert(
            .undetermined,
            in: deadline.program,
            "penalty \(penalty.number) is a multiple of a price that no market of \(program.code) has; DETERMINE says it"
        )
    }

    /// Freezes the accounts of a member of whose facility nothing is verified.
    private mutating func block(_ facility: FacilityID, _ deadline: Deadline) {
        let member = registry[facility].member
        guard registry.suspension(of: member, in: deadline.program)?.isFrozen != true else { return }
        impose(
            Suspension(program: deadline.program, member: member, until: .never, auctions: nil, isFrozen: true),
            text: "\(registry[facility].code) \(deadline.period): use is not verified"
        )
    }

    /// The program's price for each permit short, and its multiple of a market's reference price; the largest amount at most.
    ///
    /// The market is that of the period's vintage, else of the nearest one, the earlier of two.
    /// - Returns: nil if there is no market to say it.
    private func penaltyMoney(_ program: Program, _ deadline: Deadline, _ shortfall: Quantity) -> Money? {
        guard program.rules.penaltyTimes > 0, shortfall > .zero else { return penaltyMoney(program, shortfall, .zero) }
        let own = markets.filter { registry[$0.terms.permitClass].program == deadline.program }
        func distance(_ market: Market) -> (Int64, Int64) {
            let vintage = registry[market.terms.permitClass].vintage
            return (abs(vintage - deadline.period), vintage)
        }
        return own.min { distance($0) < distance($1) }.map { penaltyMoney(program, shortfall, $0.reference) }
    }

    private func penaltyMoney(_ program: Program, _ shortfall: Quantity, _ reference: Price) -> Money {
        let price =
            Int128(program.penaltyPrice.minorUnits) + Int128(program.rules.penaltyTimes) * Int128(reference.minorUnits)
        return Money(minorUnits: Int64(min(price * Int128(shortfall.units), Int128(Limits.moneyMax.minorUnits))))
    }

    /// The regulator says what price an undetermined penalty's money is a multiple of.
    mutating func determine(penalty number: UInt64, price given: DecimalNumber, _ sender: Sender) throws(Refusal) {
        let index = Int(clamping: number) - 1
        guard registry.penalties.indices.contains(index), registry.penalties[index].isUndetermined else {
            throw Refusal(.unknownPenalty, "no penalty \(number) is undetermined; PENALTIES lists them")
        }
        let penalty = registry.penalties[index]
        try checkRegulator(of: penalty.program, sender)
        let program = registry[penalty.program]
        let most = Limits.priceMax.minorUnits
        let price = Price(minorUnits: try minorUnits(given, "price", currency: program.currency, max: most))
        registry.determine(penalty: index, penaltyMoney(program, penalty.shortfall, price))
        publish(.penalty(registry.penalties[index]))
    }
}

/// What a deadline asks of one facility.
struct DeadlineClaim: Sendable {
    let facility: FacilityID
    /// The place of the obligation in the facility's list.
    let obligation: Int
    let use: Quantity
    let isVerified: Bool
    /// Share of the use, plus what is carried; negative if there is more credit than that.
    let balance: Quantity
    /// What is carried as a multiple imposed before.
    let carriedPenalty: Quantity

    var due: Quantity { max(.zero, balance) }

    /// What is missing after what was surrendered and counts.
    func missing(_ tally: SurrenderTally, _ limits: SurrenderLimits) -> Quantity {
        max(.zero, due - limits.counted(tally))
    }
}

extension DeadlineClaim: Layout {
    static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: DeadlineClaim?
    ) throws(SnapshotError) -> DeadlineClaim {
        DeadlineClaim(
            facility: try coder.value("facility", old?.facility),
            obligation: try coder.value("obligation", old?.obligation),
            use: try coder.value("use", old?.use),
            isVerified: try coder.value("isVerified", old?.isVerified),
            balance: try coder.value("balance", old?.balance),
            carriedPenalty: try coder.value("carriedPenalty", old?.carriedPenalty)
        )
    }
}
