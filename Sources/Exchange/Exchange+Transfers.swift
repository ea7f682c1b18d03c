import Audit
import Ledger
import Permits

// Cash in and out, permits between members, retirement.

extension Exchange {
    func checkParticipant(_ member: MemberID) throws(Refusal) {
        guard members[member].role == .participant else {
            throw Refusal(
                .invalidCombination,
                "\(members[member].code) is \(members[member].role.text); only participants hold cash and permits"
            )
        }
    }

    mutating func moveCash(
        _ kind: Transfer.Kind,
        member code: Code,
        currency: Currency,
        amount: DecimalNumber,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
        let units = try minorUnits(amount, "amount", currency: currency, max: Limits.moneyMax.minorUnits)
        guard units > 0 else { throw Refusal(.outOfRange, "amount must be above 0") }
        let member = try findMember(code)
        let isDeposit = kind == .deposit
        // A regulator has cash from auctions, which is paid out to it.
        if isDeposit || members[member].role != .regulator { try checkParticipant(member) }
        let account = AccountID.general(member)
        let outcome = ledger.transfer(
            units,
            of: .cash(currency),
            from: isDeposit ? .bank : account,
            to: isDeposit ? account : .bank
        )
        switch outcome {
        case .moved: break
        case .insufficient:
            let free = ledger.balance(account, .cash(currency)).free
            throw Refusal(.insufficientFunds, "asked for \(text(units, currency)), free \(text(free, currency))")
        case .overflow: throw Refusal(.overflow, "the balance would exceed 64 bits of minor units")
        }
        record(
            Transfer(
                kind: kind,
                from: isDeposit ? .venue : member,
                to: isDeposit ? member : .venue,
                asset: .cash(currency),
                amount: units,
                text: ""
            ),
            &events
        )
    }

    mutating func transferPermits(
        program: Code,
        vintage: Int64,
        to code: Code,
        quantity: Quantity,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
        let member = try findMember(code)
        let id = try findClass(program, vintage: vintage)
        try checkParticipant(member)
        guard member != sender.member else {
            throw Refusal(.invalidCombination, "to is the sending member itself")
        }
        try checkHolding(adding: quantity, member: member, permitClass: id)
        try movePermits(quantity, of: id, from: sender.member, to: .general(member))
        record(
            Transfer(
                kind: .transfer,
                from: sender.member,
                to: member,
                asset: .permits(id),
                amount: quantity.units,
                text: ""
            ),
            &events
        )
    }

    /// Takes permits out of circulation for good.
    mutating func retirePermits(
        program: Code,
        vintage: Int64,
        quantity: Quantity,
        text: String,
        _ sender: Sender,
        _ events: inout ContiguousArray<Event>
    ) throws(Refusal) {
        let id = try findClass(program, vintage: vintage)
        try movePermits(quantity, of: id, from: sender.member, to: .retirement)
        record(
            Transfer(
                kind: .retirement,
                from: sender.member,
                to: .venue,
                asset: .permits(id),
                amount: quantity.units,
                text: text
            ),
            &events
        )
    }

    private mutating func movePermits(
        _ quantity: Quantity,
        of id: ClassID,
        from member: MemberID,
        to target: AccountID
    ) throws(Refusal) {
        let outcome = ledger.transfer(quantity.units, of: .permits(id), from: .general(member), to: target)
        guard outcome == .insufficient else { return }
        let free = ledger.balance(.general(member), .permits(id)).free
        throw Refusal(.insufficientPermits, "needs \(quantity.units) of \(label(of: id)), free \(free)")
    }

    /// Reports a transfer to settlement and to the participants on either side.
    func participants(in transfer: Transfer) -> [MemberID] {
        (transfer.from == transfer.to ? [transfer.from] : [transfer.from, transfer.to]).filter {
            members[$0].role == .participant || (members[$0].role == .regulator && transfer.kind == .payment)
        }
    }

    mutating func record(_ transfer: Transfer, _ events: inout ContiguousArray<Event>) {
        events.append(.transferred(transfer))
        for member in participants(in: transfer) {
            events.append(.moved(member: member, count: nextCount(of: member), transfer: transfer))
        }
    }
}
