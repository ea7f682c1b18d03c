import Audit
import Ledger
import OrderBook
import Permits
import Registry

// Holding limits over associated members, and what the regulator is told.

extension Exchange {
    /// What a holding limit counts: classes, and the most of them together.
    private struct HoldingLimit {
        let classes: [ClassID]
        let limit: Quantity
    }

    /// The limits on what may be held of a class: its own, and its program's by formula.
    private func holdingLimits(_ id: ClassID) -> [HoldingLimit] {
        guard isLimited(id) else { return [] }
        let terms = registry[id]
        let own = terms.holdingLimit.map { [HoldingLimit(classes: [id], limit: $0)] } ?? []
        guard registry[terms.program].rules.tieredHolding else { return own }
        let year = Int64(now.date.year)
        let isCurrent = terms.vintage <= year
        let counted = registry.classIDs.filter {
            registry[$0].program == terms.program
                && (isCurrent ? registry[$0].vintage <= year : registry[$0].vintage == terms.vintage)
        }
        // The cap of this year, or of the last one that has any.
        let vintage = isCurrent ? counted.map { registry[$0].vintage }.max() ?? terms.vintage : terms.vintage
        let ofYear = counted.filter { registry[$0].vintage == vintage }
        let total = ofYear.first { registry[$0].zone.isEmpty }.map { registry[$0].cap }
        let cap = total ?? ofYear.reduce(.zero) { $0 + registry[$1].cap }
        return own + [HoldingLimit(classes: counted, limit: ComplianceRules.tieredLimit(cap: cap))]
    }

    /// Whether anything limits what may be held of a class.
    @inline(__always)
    func isLimited(_ id: ClassID) -> Bool {
        let permitClass = Int(id.index)
        return registry.classes[permitClass].holdingLimit != nil
            || registry.programs[Int(registry.classes[permitClass].program.index)].rules.tieredHolding
    }

    /// What a member and its associates have of some classes.
    private func position(of member: MemberID, _ classes: [ClassID]) -> PermitLimits.Position {
        var position = PermitLimits.Position()
        for associate in members.associates(of: member) {
            for id in classes {
                let balance = ledger.balance(.general(associate), .permits(id))
                position.holding += Quantity(balance.total)
                position.incoming += Quantity(balance.incoming)
            }
            guard let first = classes.first else { continue }
            for facility in registry.facilities(of: associate, in: registry[first].program) {
                let covered = classes.reduce(Quantity.zero) {
                    $0 + Quantity(ledger.balance(.compliance(facility), .permits($1)).total)
                }
                guard covered > .zero else { continue }
                position.holding += max(.zero, covered - registry[facility].openDue)
            }
        }
        return position
    }

    /// The limit of a class and what counts against it, if that is simple: one limit, and a member on its own, without
    /// facilities.
    ///
    /// The common case, on the path of every buy order and trade.
    @inline(__always)
    private func simplePosition(of member: MemberID, _ id: ClassID) -> (limit: Quantity, balance: Balance)? {
        let slot = Int(id.index)
        guard let limit = registry.classes[slot].holdingLimit,
            !registry.programs[Int(registry.classes[slot].program.index)].rules.tieredHolding,
            !members.members[Int(member.index)].hasAssociates, !registry.hasFacilities(member)
        else { return nil }
        return (limit, ledger.balance(.general(member), .permits(id)))
    }

    /// Whether a member may plainly come to hold so many more; if not, `checkHolding` says whether it may.
    @inline(__always)
    func mayPlainlyHold(_ quantity: Quantity, _ member: MemberID, _ id: ClassID) -> Bool {
        guard isLimited(id) else { return true }
        guard let (limit, balance) = simplePosition(of: member, id) else { return false }
        return balance.total + balance.incoming + quantity.units <= limit.units
    }

    /// Checks that a member may come to hold `adding` more, of which `own` comes from an associate.
    func checkHolding(
        adding quantity: Quantity,
        member: MemberID,
        permitClass id: ClassID,
        from own: Quantity = .zero
    ) throws(Refusal) {
        guard quantity > own, !mayPlainlyHold(quantity - own, member, id) else { return }
        for limit in holdingLimits(id) {
            try PermitLimits.checkHolding(
                adding: quantity - own,
                to: position(of: member, limit.classes),
                limit: limit.limit,
                label: label(of: id)
            )
        }
    }

    /// Checks that a member may come to hold more of some classes, and less of what it gives for them.
    func checkHolding(
        adding gains: [(ClassID, Quantity)],
        losing losses: [(ClassID, Quantity)] = [],
        member: MemberID
    ) throws(Refusal) {
        for (id, _) in gains {
            for limit in holdingLimits(id) {
                func sum(_ amounts: [(ClassID, Quantity)]) -> Quantity {
                    amounts.reduce(.zero) { limit.classes.contains($1.0) ? $0 + $1.1 : $0 }
                }
                let added = sum(gains) - sum(losses)
                guard added > .zero else { continue }
                try PermitLimits.checkHolding(
                    adding: added,
                    to: position(of: member, limit.classes),
                    limit: limit.limit,
                    label: label(of: id)
                )
            }
        }
    }

    /// Checks a move between two compliance accounts: each is exempt only up to what its facility still has to surrender.
    func checkHolding(
        moving quantity: Quantity,
        of id: ClassID,
        from source: FacilityID,
        to target: FacilityID
    ) throws(Refusal) {
        for limit in holdingLimits(id) {
            func counts(_ facility: FacilityID, _ change: Quantity) -> Quantity {
                let covered = limit.classes.reduce(change) {
                    $0 + Quantity(ledger.balance(.compliance(facility), .permits($1)).total)
                }
                return max(.zero, covered - registry[facility].openDue)
            }
            let before = counts(source, .zero) + counts(target, .zero)
            let after = counts(source, .zero - quantity) + counts(target, quantity)
            guard after > before else { continue }
            try PermitLimits.checkHolding(
                adding: after - before,
                to: position(of: registry[target].member, limit.classes),
                limit: limit.limit,
                label: label(of: id)
            )
        }
    }

    /// How much more a member and its associates may come to hold; nil for any quantity.
    func holdingRoom(of member: MemberID, _ id: ClassID) -> Quantity? {
        holdingLimits(id).map { limit in
            let position = position(of: member, limit.classes)
            return max(.zero, limit.limit - position.holding - position.incoming)
        }.min()
    }

    // MARK: Alerts

    /// Tells a program's regulator.
    mutating func alert(_ kind: Alert.Kind, in program: ProgramID, _ text: String) {
        let regulator = registry[program].regulator
        events.append(.alert(member: regulator, count: nextCount(of: regulator), alert: Alert(kind: kind, text: text)))
    }

    /// Tells the regulator if the last `adding` permits brought a holding near its limit.
    mutating func alertHolding(of member: MemberID, _ id: ClassID, adding quantity: Quantity) {
        guard isLimited(id) else { return }
        let percent = Percent(
            hundredths: registry.programs[Int(registry.classes[Int(id.index)].program.index)].rules.alertHolding * 100
        )
        if let (limit, balance) = simplePosition(of: member, id),
            Quantity(balance.total) < percent.shareRoundedUp(of: limit)
        {
            return
        }
        alertHoldings(of: member, id, adding: quantity, percent)
    }

    @inline(never)
    private mutating func alertHoldings(
        of member: MemberID,
        _ id: ClassID,
        adding quantity: Quantity,
        _ percent: Percent
    ) {
        for limit in holdingLimits(id) where percent > .zero {
            let threshold = percent.shareRoundedUp(of: limit.limit)
            let holding = position(of: member, limit.classes).holding
            guard holding >= threshold, holding - quantity < threshold else { continue }
            alert(
                .holdingLimit,
                in: registry[id].program,
                "\(members[member].code) holds \(holding.units) of \(label(of: id)), limit \(limit.limit.units)"
            )
        }
    }

    /// Makes open buy orders and waiting transfers fit a limit that was lowered, or a group that has grown.
    ///
    /// Those of a group that could bring it above the limit end. Of what is held above it, the regulator is told.
    /// - Complexity: of each member with more than a limit allows, its orders and what waits for it.
    mutating func enforceLimits(of member: MemberID, _ classes: [ClassID]) {
        for id in classes { enforce(holdingLimits(id), of: member, id) }
    }

    /// Goes over all members after the limits of a class have changed.
    /// - Returns: whether all are through.
    mutating func sweepLimits(of id: ClassID, _ sweep: inout Sweep) -> Bool {
        let limits = holdingLimits(id)
        return goOn(&sweep, to: members.members.count) { exchange, _, place in
            exchange.enforce(limits, of: MemberID(UInt32(place)), id)
        }
    }

    private mutating func enforce(_ limits: [HoldingLimit], of member: MemberID, _ id: ClassID) {
        let group = members.associates(of: member)
        guard group.first == member else { return }
        for limit in limits {
            let position = position(of: member, limit.classes)
            guard position.holding + position.incoming > limit.limit else { continue }
            let affected = Set(markets.filter { limit.classes.contains($0.terms.permitClass) }.map(\.terms.market))
            for associate in group {
                cancelAll(of: associate, .limit) { $0.side == .buy && affected.contains($0.id.market) }
            }
            // An earlier limit may have ended some.
            for transfer in group.flatMap({ registry.transfers(to: $0) }).sorted(by: { $0.number < $1.number })
            where transfer.awaited.contains(where: { limit.classes.contains($0.0) }) {
                end(transfer, .failed)
            }
            for swap in group.flatMap({ registry.swaps(of: $0) }).sorted(by: { $0.number < $1.number })
            where limit.classes.contains(swap.want) {
                end(swap, .ended)
            }
            guard position.holding > limit.limit else { continue }
            alert(
                .holdingLimit,
                in: registry[id].program,
                "\(members[member].code) holds \(position.holding.units) of \(label(of: id)), above the limit \(limit.limit.units)"
            )
        }
    }

    /// How long after a trade the same quantity going back is taken for a wash trade, in microseconds.
    private static let washWindow: Int64 = 60 * Timestamp.microsecondsPerSecond
    /// Among how many of the last trades it is looked for.
    private static let washDepth = 16

    /// Tells the regulator what is odd about the trade just made.
    mutating func watch(_ trade: Trade) {
        let market = trade.market
        let permitClass = markets[market.slot].terms.permitClass
        let program = registry.classes[Int(permitClass.index)].program
        if let across = trade.across, across.side == .buy {
            let own = markets[across.market.slot].terms.permitClass
            alertHolding(of: trade.buyer, own, adding: across.quantity)
        } else {
            alertHolding(of: trade.buyer, permitClass, adding: trade.quantity)
        }
        watchPrice(trade, program)
        let since = now.adding(microseconds: -Exchange.washWindow)
        let isWithin = isAssociated(trade.buyer, trade.seller)
        let first =
            isWithin
            ? nil : markets[market.slot].recentTrades.opposite(depth: Exchange.washDepth, since: since)
        guard isWithin || first != nil else { return }
        let (buyer, seller) = (members[trade.buyer].code, members[trade.seller].code)
        let code = markets[market.slot].terms.code
        let text =
            if let first {
                "trades \(first.number) and \(trade.number) in \(code): \(trade.quantity.units) from \(buyer) to \(seller) and back"
            } else {
                "trade \(trade.number) in \(code): \(buyer) and \(seller) are associates"
            }
        alert(.washTrade, in: program, text)
    }

    private mutating func watchPrice(_ trade: Trade, _ program: ProgramID) {
        let market = trade.market
        let reference = markets[market.slot].reference
        let side: UInt8 = trade.price < reference ? 1 : 2
        guard trade.price != reference, markets[market.slot].alertedSides & side == 0 else { return }
        let band = markets[market.slot].band
        let width = side == 1 ? reference.minorUnits - band.low.minorUnits : band.high.minorUnits - reference.minorUnits
        let move = abs(trade.price.minorUnits - reference.minorUnits)
        let percent = registry.programs[Int(program.index)].rules.alertMove
        guard percent > 0, Int128(move) * 100 >= Int128(width) * Int128(percent) else { return }
        markets[market.slot].alertedSides |= side
        let terms = markets[market.slot].terms
        alert(
            .priceMove,
            in: program,
            "\(terms.code) trades at \(terms.text(trade.price)), reference price \(terms.text(reference))"
        )
    }
}
