import Audit
import Ledger
import Permits
package import Registry
import Seals

// Permits between members off the exchange, trusted accounts, retirement.

extension Exchange {
    mutating func transferPermits(_ amount: PermitAmount, to code: Code, _ sender: Sender) throws(Refusal) -> Outcome {
        let member = try findMember(code)
        let id = try findClass(amount.permits)
        let program = registry[id].program
        try checkParticipant(member)
        guard member != sender.member else {
            throw Refusal(.invalidCombination, "to is the sending member itself")
        }
        try checkStanding(sender.member, in: program)
        try checkStanding(member, in: program)
        try checkHolding(
            adding: amount.quantity,
            member: member,
            permitClass: id,
            from: isAssociated(member, sender.member) ? amount.quantity : .zero
        )
        try checkPermits(amount, id, of: sender.member)
        let rules = registry[program].rules
        let isTrusted = registry.isTrusted(member, by: sender.member, in: program, at: now)
        let executes = rules.timing.execution(of: now, isTrusted: isTrusted, registry[program].calendar)
        if executes > now { try checkTransferCount(of: sender.member) }
        // Nothing below may fail.
        var transfer = PendingTransfer(
            number: 0,
            permitClass: id,
            from: sender.member,
            to: member,
            quantity: amount.quantity,
            first: amount.first,
            proposed: now,
            executes: executes
        )
        if executes > now {
            transfer.number = wait(transfer)
            timers.add(.transfer(transfer.number), at: executes)
        } else {
            transfer.number = registry.number(transfer, waits: false)
            deliver(transfer)
        }
        return .registry(.transfer(transfer.number, executes: executes))
    }

    private mutating func deliver(_ pending: PendingTransfer) {
        var transfer = Transfer(
            kind: .transfer,
            from: pending.from,
            to: pending.to,
            asset: .permits(pending.permitClass),
            amount: pending.quantity.units
        )
        move(&transfer, first: pending.first)
        remember(.transfer, pending.number, of: pending.from, pending.permitClass, to: pending.to)
        alertHolding(of: pending.to, pending.permitClass, adding: pending.quantity)
    }

    /// Executes a transfer whose time has come, unless its serial numbers are gone or an account is frozen.
    mutating func execute(transfer number: UInt64) {
        guard let transfer = registry.transfer(number), transfer.executes <= now else { return }
        guard mayExecute(transfer) else { return end(transfer, .failed) }
        end(transfer, .executed)
        deliver(transfer)
    }

    /// Whether neither account is barred, and the serial numbers that were chosen are there.
    func mayExecute(_ transfer: PendingTransfer) -> Bool {
        let program = registry[transfer.permitClass].program
        let isBarred = [transfer.from, transfer.to].contains { registry.suspension(of: $0, in: program) != nil }
        let isHeld =
            transfer.first.map {
                ledger.holds(
                    transfer.quantity.units,
                    first: $0,
                    of: .permits(transfer.permitClass),
                    in: .general(transfer.from)
                )
            } ?? true
        return !isBarred && isHeld
    }

    /// Keeps a transfer that waits, until `executes`.
    /// - Returns: its number.
    mutating func wait(_ pending: PendingTransfer) -> UInt64 {
        var transfer = pending
        transfer.number = registry.number(transfer, waits: true)
        keep(transfer)
        report(transfer, .waiting)
        return transfer.number
    }

    /// Refuses one more transfer that waits than a member may have.
    func checkTransferCount(of member: MemberID) throws(Refusal) {
        guard registry.transferCount(of: member) < Limits.transfersMax else {
            throw Refusal(
                .limitReached,
                "\(Limits.transfersMax) of your transfers wait, the most of a member; RECALL takes back"
            )
        }
    }

    /// Takes a transfer off the list, freeing what it held.
    mutating func end(_ transfer: PendingTransfer, _ state: TransferState) {
        registry.remove(transfer: transfer.number)
        free(transfer)
        report(transfer, state)
    }

    private mutating func report(_ transfer: PendingTransfer, _ state: TransferState) {
        let sides = transfer.from == transfer.to ? [transfer.from] : [transfer.from, transfer.to]
        for member in sides {
            events.append(.pending(member: member, count: nextCount(of: member), transfer: transfer, state: state))
        }
    }

    mutating func recall(transfer number: UInt64, _ sender: Sender) throws(Refusal) {
        let isRegulator = members[sender.member].role == .regulator
        guard let transfer = registry.transfer(number),
            isRegulator
                ? registry[registry[transfer.permitClass].program].regulator == sender.member
                : transfer.from == sender.member
        else { throw Refusal(.unknownTransfer, "no transfer \(number) of yours waits; TRANSFERS lists them") }
        end(transfer, isRegulator ? .stopped : .recalled)
    }

    mutating func trust(_ code: Code, program programCode: Code, _ sender: Sender) throws(Refusal) -> Outcome {
        let member = try findMember(code)
        let program = try findProgram(programCode)
        let trusts = registry.trusts[sender.member] ?? []
        guard !trusts.contains(where: { $0.trusted == member && $0.program == program }) else {
            throw Refusal(.alreadyExists, "\(code) is on the list already; TRANSFERS shows from when")
        }
        try checkParticipant(member)
        guard member != sender.member else { throw Refusal(.invalidCombination, "to is the sending member itself") }
        guard trusts.count < Limits.trustsMax else {
            throw Refusal(
                .limitReached,
                "you trust \(trusts.count) accounts, the most a member can; DISTRUST takes one off"
            )
        }
        let terms = registry[program]
        let effective = terms.calendar.adding(workingDays: terms.rules.trustDays, to: now)
        let trust = Trust(
            program: program,
            member: sender.member,
            trusted: member,
            effective: terms.rules.trustDays == 0 ? now : effective
        )
        registry.set(trust, of: sender.member, to: member, in: program)
        events.append(.trusted(trust))
        return .registry(.trust(effective: trust.effective))
    }

    mutating func distrust(_ code: Code, program programCode: Code, _ sender: Sender) throws(Refusal) {
        let member = try findMember(code)
        let program = try findProgram(programCode)
        registry.set(nil, of: sender.member, to: member, in: program)
        events.append(.distrusted(program, sender.member, member))
    }

    /// Takes permits out of circulation for good.
    mutating func retirePermits(_ amount: PermitAmount, text: String, _ sender: Sender) throws(Refusal) -> Outcome {
        let id = try findClass(amount.permits)
        try checkNotFrozen(sender.member, in: registry[id].program)
        try checkPermits(amount, id, of: sender.member)
        // Nothing below may fail.
        var transfer = Transfer(
            kind: .retirement,
            from: sender.member,
            to: .venue,
            asset: .permits(id),
            amount: amount.quantity.units,
            text: text
        )
        move(&transfer, first: amount.first)
        var certificate = Certificate(
            number: registry.certificateCount + 1,
            time: now,
            member: sender.member,
            name: members[sender.member].name,
            permitClass: id,
            quantity: amount.quantity,
            serials: ledger.moved.map { $0.first...$0.last },
            text: text,
            digest: .zero
        )
        certificate.digest = SHA256.digest(of: Array(certificateText(certificate).utf8))
        registry.count(certificate)
        remember(.retirement, certificate.number, of: sender.member, id)
        publish(.certificate(certificate))
        return .registry(.certificate(certificate.number, digest: certificate.digest))
    }

    /// What a certificate says, and what its digest is taken of.
    package func certificateText(_ certificate: Certificate) -> String {
        let terms = registry[certificate.permitClass]
        let program = registry[terms.program]
        return certificate.document(
            member: "\(members[certificate.member].code)",
            program: "\(program.code)",
            unit: program.unit,
            vintage: terms.vintage,
            zone: "\(terms.zone)"
        )
    }
}
