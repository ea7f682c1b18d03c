import Audit
import Ledger
import Permits
import Registry

// Issue outside auctions: grandfathering, benchmarks, new entrants, verified saving.

extension Exchange {
    /// Issues permits to a participant, under the caps and the holding limit.
    mutating func allocate(_ new: NewAllocation, _ sender: Sender) throws(Refusal) -> Outcome {
        let (member, facility) = try receiver(of: new)
        let id = try findClass(new.permits)
        let program = registry[id].program
        try checkRegulator(of: program, sender)
        try checkNoSweep(of: program)
        if let facility, registry[facility].program != program {
            throw Refusal(.notYourFacility, "\(registry[facility].code) is a facility of another program")
        }
        if let facility { try checkOpen(facility) }
        try checkParticipant(member)
        try checkLasts(id)
        let quantity = try allocated(new, facility)
        if new.fromReserve {
            let reserve = registry[id].reserve
            guard quantity <= reserve else {
                throw Refusal(
                    .reserveExceeded,
                    "\(label(of: id)): the reserve holds \(reserve.units); asked for \(quantity.units)"
                )
            }
            guard registry.roomUnderCap(of: id) + reserve >= quantity, registry.roomUnderCap(of: id) >= .zero else {
                throw Refusal(.capExceeded, "\(label(of: id)): more is issued than the cap allows")
            }
        } else {
            try checkIssue(of: quantity, id)
        }
        let debtors = registry.facilities(of: member, in: program)
            .filter { facility == nil || registry[facility ?? $0].member != member || $0 == facility }
        let deducted = min(quantity, debtors.reduce(.zero) { $0 + registry[$1].deduction })
        try checkHolding(adding: quantity - deducted, member: member, permitClass: id)
        // Nothing below may fail.
        if new.fromReserve { registry[id].reserve -= quantity }
        registry.countIssued(quantity, of: id)
        var transfer = Transfer(
            kind: .allocation,
            from: sender.member,
            to: member,
            asset: .permits(id),
            amount: quantity.units
        )
        move(&transfer)
        registry.allocated.count(quantity, to: member, of: id)
        if new.method == .saving, let facility { registry[facility].savingUsed += new.basis }
        let allocation = Allocation(
            permitClass: id,
            member: member,
            facility: facility,
            method: new.method,
            basis: new.basis,
            factor: new.factor,
            quantity: quantity,
            fromReserve: new.fromReserve,
            deducted: deducted
        )
        publish(.allocation(allocation))
        var rest = deducted
        for debtor in debtors where rest > .zero && registry[debtor].deduction > .zero {
            let part = min(rest, registry[debtor].deduction)
            rest -= part
            deduct(part, of: id, debtor, member)
        }
        alertHolding(of: member, id, adding: quantity)
        return .registry(.issued(quantity))
    }

    /// Surrenders at once what a penalty takes from an allocation.
    private mutating func deduct(_ quantity: Quantity, of id: ClassID, _ facility: FacilityID, _ member: MemberID) {
        registry[facility].deduction -= quantity
        var transfer = Transfer(
            kind: .surrender,
            from: member,
            to: .venue,
            asset: .permits(id),
            amount: quantity.units,
            text: "deducted for a shortfall of \(registry[facility].code)"
        )
        move(&transfer)
        publish(
            .surrender(
                Surrender(
                    facility: facility,
                    period: registry[id].vintage,
                    permitClass: id,
                    quantity: quantity,
                    kind: .current,
                    isAutomatic: true
                )
            )
        )
    }

    private func receiver(of new: NewAllocation) throws(Refusal) -> (MemberID, FacilityID?) {
        var facility: FacilityID?
        if let code = new.facility { facility = try findFacility(code) }
        if let code = new.member {
            let member = try findMember(code)
            guard facility == nil || new.method == .saving || registry[facility ?? FacilityID(0)].member == member
            else {
                throw Refusal(.notYourFacility, "\(new.facility ?? .none) is not a facility of \(code)")
            }
            return (member, facility)
        }
        guard let facility else { throw Refusal(.missingKey, "ALLOCATE needs member= or facility=") }
        return (registry[facility].member, facility)
    }

    /// Basis × factor, rounded down, in permits.
    private func allocated(_ new: NewAllocation, _ facility: FacilityID?) throws(Refusal) -> Quantity {
        if new.method == .saving {
            guard let facility else { throw Refusal(.missingKey, "an allocation from saving needs facility=") }
            let saved = registry[facility].verifiedTotal(.saving)
            let left = saved - registry[facility].savingUsed
            guard new.basis <= left else {
                throw Refusal(
                    .notVerified,
                    "verified saving of \(registry[facility].code) is \(saved.units), of which \(max(0, left.units)) "
                        + "has no permits yet; asked for \(new.basis.units)"
                )
            }
        }
        let quantity: Quantity
        do throws(RejectCode) { quantity = try new.factor.productRoundedDown(new.basis) } catch {
            throw Refusal(error, "factor \(new.factor) times \(new.basis.units) is out of range")
        }
        guard (1...Limits.quantityMax.units).contains(quantity.units) else {
            throw Refusal(
                .outOfRange,
                "\(new.factor) × \(new.basis.units) gives \(quantity.units) permits; 1 to \(Limits.quantityMax.units) can be issued at a time"
            )
        }
        return quantity
    }
}
