import Ledger
import Permits
import Registry

// Cash in and out, and how anything moves between accounts other than by a trade.

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
        amount: DecimalNumber
    ) throws(Refusal) {
        let units = try minorUnits(amount, "amount", currency: currency, max: Limits.moneyMax.minorUnits)
        guard units > 0 else { throw Refusal(.outOfRange, "amount must be above 0") }
        let member = try findMember(code)
        let isDeposit = kind == .deposit
        // A regulator has cash from auctions and penalties, which is paid out to it.
        if isDeposit || members[member].role != .regulator { try checkParticipant(member) }
        if !isDeposit { try checkCash(of: member) }
        let account = AccountID.general(member)
        let outcome = ledger.transfer(
            units,
            of: .cash(currency),
            from: isDeposit ? .bank : account,
            to: isDeposit ? account : .bank
        )
        switch outcome {
        case .moved: break
        case .insufficient, .notHeld:
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
                amount: units
            )
        )
        if isDeposit { collect(from: member) }
    }

    /// Moves what was checked to be free, and reports it.
    mutating func move(_ transfer: inout Transfer, first: Int64? = nil) {
        let asset: AssetID
        let accounts: (from: AccountID, to: AccountID)
        switch transfer.asset {
        case .cash(let currency): (asset, accounts) = (.cash(currency), transfer.cashAccounts)
        case .permits(let permitClass): (asset, accounts) = (.permits(permitClass), transfer.permitAccounts)
        }
        let outcome = ledger.transfer(transfer.amount, of: asset, from: accounts.from, to: accounts.to, first: first)
        precondition(outcome == .moved, "a checked transfer could not be made")
        record(transfer)
    }

    /// Refuses what a general account does not have free, or whose serial numbers it lacks.
    mutating func checkPermits(_ amount: PermitAmount, _ id: ClassID, of member: MemberID) throws(Refusal) {
        try checkPermits(amount, id, in: .general(member))
    }

    mutating func checkPermits(_ amount: PermitAmount, _ id: ClassID, in account: AccountID) throws(Refusal) {
        try checkAtRest(registry[id].program)
        let free = ledger.balance(account, .permits(id)).free
        guard amount.quantity.units <= free else {
            throw Refusal(.insufficientPermits, "needs \(amount.quantity.units) of \(label(of: id)), free \(free)")
        }
        guard let first = amount.first else { return try checkPieces(amount.quantity.units, id, in: account) }
        guard ledger.holds(amount.quantity.units, first: first, of: .permits(id), in: account) else {
            throw Refusal(
                .serialsNotHeld,
                "\(label(of: id)): the account does not hold all of \(first) to \(first + amount.quantity.units - 1)"
            )
        }
    }

    /// Refuses permits that lie in more serial blocks than one movement takes, with what the account holds for other things.
    ///
    /// What is asked for takes the place of `freed` that is held now.
    @inline(__always)
    mutating func checkPieces(_ amount: Int64, _ id: ClassID, in account: AccountID, freeing freed: Int64 = 0)
        throws(Refusal)
    {
        guard let wanted = ledger.piecesExceeded(by: amount - freed, of: .permits(id), in: account) else { return }
        throw Refusal(
            .limitReached,
            "\(label(of: id)) lies there in \(ledger.blockCount(of: account, .permits(id))) serial blocks, and at most "
                + "\(Limits.blocksMax) are moved at once: ask for at most \(max(0, wanted + freed)) now and for the rest after "
                + "that, or name a block by first=; BLOCKS lists them"
        )
    }

    /// The participants on either side of a transfer, and regulators that cash goes to.
    func participants(in transfer: Transfer) -> [MemberID] {
        (transfer.from == transfer.to ? [transfer.from] : [transfer.from, transfer.to]).filter {
            members[$0].role == .participant
                || (members[$0].role == .regulator && [.payment, .penalty, .agreement].contains(transfer.kind))
        }
    }

    /// Reports a transfer that the ledger has just made to settlement and to the participants on either side.
    mutating func record(_ transfer: Transfer) {
        var transfer = transfer
        if case .permits(let permitClass) = transfer.asset {
            transfer.blocks = Array(ledger.moved)
            events.append(.transferred(transfer))
            recordSerials(of: permitClass, transfer.permitAccounts, transfer.kind)
        } else {
            events.append(.transferred(transfer))
        }
        for member in participants(in: transfer) {
            events.append(.moved(member: member, count: nextCount(of: member), transfer: transfer))
        }
    }

    /// Reports the serial numbers that the ledger's last movement moved.
    mutating func recordSerials(
        of permitClass: ClassID,
        _ accounts: (from: AccountID, to: AccountID),
        _ cause: Transfer.Kind
    ) {
        for block in ledger.moved {
            events.append(
                .serials(
                    SerialMove(
                        permitClass: permitClass,
                        block: block,
                        from: accounts.from,
                        to: accounts.to,
                        cause: cause
                    )
                )
            )
        }
    }

    /// Puts a fact on the registry's public stream.
    mutating func publish(_ fact: RegistryFact) {
        markLabels(fact)
        markAgreements(fact)
        registryStreamCount += 1
        events.append(.registry(count: registryStreamCount, fact: fact))
    }
}
