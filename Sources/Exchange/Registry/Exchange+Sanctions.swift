import Audit
import Ledger
import OrderBook
import Permits
import Registry

// Suspension and readmission, penalties paid.

extension Exchange {
    /// Refuses a member that is barred from a program's markets.
    func checkStanding(_ member: MemberID, in program: ProgramID) throws(Refusal) {
        guard !registry.suspensions.isEmpty, let suspension = registry.suspension(of: member, in: program) else {
            return
        }
        throw suspended(suspension)
    }

    /// Refuses a member whose accounts are frozen.
    func checkNotFrozen(_ member: MemberID, in program: ProgramID) throws(Refusal) {
        guard let suspension = registry.suspension(of: member, in: program), suspension.isFrozen else { return }
        throw suspended(suspension)
    }

    /// Refuses to let cash leave a member of which an account is frozen, in whatever program: its cash is of all of them.
    @inline(__always)
    func checkCash(of member: MemberID) throws(Refusal) {
        guard !registry.suspensions.isEmpty, let freeze = registry.freeze(of: member) else { return }
        throw suspended(freeze)
    }

    /// What a member's cash can pay by itself, without a request of its own: nothing if an account is frozen.
    func payable(_ member: MemberID, _ currency: Currency) -> Money {
        guard registry.freeze(of: member) == nil else { return .zero }
        return Money(minorUnits: max(0, ledger.balance(.general(member), .cash(currency)).free))
    }

    private func suspended(_ suspension: Suspension) -> Refusal {
        let end =
            if suspension.until != .never { "until \(suspension.until)" } else if let auctions = suspension.auctions {
                "for \(auctions) more auctions"
            } else { "until readmission" }
        let what = suspension.isFrozen ? "frozen" : "suspended"
        return Refusal(
            .suspended,
            "\(members[suspension.member].code) is \(what) in \(registry[suspension.program].code) \(end)"
        )
    }

    mutating func suspend(_ new: NewSuspension, _ sender: Sender) throws(Refusal) {
        let member = try findMember(new.member)
        let program = try findProgram(new.program)
        try checkRegulator(of: program, sender)
        try checkParticipant(member)
        // A freeze reaches into every program: what would let cash go ends.
        for id in registry.programs.indices.map({ ProgramID(UInt32($0)) }) where id == program || new.isFrozen {
            try checkNoSweep(of: id)
        }
        guard new.until == nil || new.auctions == nil else {
            throw Refusal(.invalidCombination, "until and auctions do not go together")
        }
        if let until = new.until, until <= now {
            throw Refusal(.expiryPassed, "until \(until) is not after \(now)")
        }
        // Nothing below may fail.
        let suspension = Suspension(
            program: program,
            member: member,
            until: new.until ?? .never,
            auctions: new.auctions,
            isFrozen: new.isFrozen
        )
        impose(suspension, text: new.text)
    }

    /// Bars a member: its orders, bids and deals in the program end, with a freeze all that would let cash go.
    mutating func impose(_ suspension: Suspension, text: String) {
        let (member, program) = (suspension.member, suspension.program)
        registry.set(suspension, of: member, in: program)
        if suspension.until != .never { timers.add(.suspensionEnds(program, member), at: suspension.until) }
        publish(.suspension(suspension, text: text))
        let barred = markets.filter { registry[$0.terms.permitClass].program == program }.map(\.terms.market)
        for auction in auctions where auction.phase.isBeforeResult {
            if registry[auction.terms.permitClass].program == program {
                withdraw(member, from: auction.terms.id)
            } else if suspension.isFrozen {
                removeBid(of: member, from: auction.terms.id)
            }
        }
        let classes = registry.classIDs.filter { registry[$0].program == program }
        endDeals(of: member, in: classes)
        cancelAll(of: member, .suspended) {
            barred.contains($0.id.market) || (suspension.isFrozen && $0.side == .buy)
        }
    }

    mutating func readmit(
        program programCode: Code,
        member code: Code,
        text: String,
        _ sender: Sender
    ) throws(Refusal) {
        let member = try findMember(code)
        let program = try findProgram(programCode)
        try checkRegulator(of: program, sender)
        guard registry.suspension(of: member, in: program) != nil else {
            throw Refusal(.invalidCombination, "\(code) is not suspended in \(programCode)")
        }
        readmit(member, in: program, text: text)
    }

    mutating func readmit(_ member: MemberID, in program: ProgramID, text: String) {
        registry.set(nil, of: member, in: program)
        publish(.readmission(program, member, text: text))
    }

    /// An auction of a program's regulator has been held: suspensions for a number of auctions grow shorter.
    mutating func countAuction(of program: ProgramID) {
        for member in registry.countAuction(of: program) {
            readmit(member, in: program, text: "its auctions have passed")
        }
    }

    mutating func pay(penalty number: UInt64, _ sender: Sender) throws(Refusal) {
        // Penalties are numbered from 1 in their order.
        let index = Int(clamping: number) - 1
        guard registry.penalties.indices.contains(index), !registry.penalties[index].isPaid,
            registry.penalties[index].member == sender.member, !registry.penalties[index].isUndetermined
        else {
            throw Refusal(.unknownPenalty, "no unpaid penalty \(number) of yours with an amount; PENALTIES lists them")
        }
        try checkCash(of: sender.member)
        let penalty = registry.penalties[index]
        let program = registry[penalty.program]
        let free = ledger.balance(.general(sender.member), .cash(program.currency)).free
        guard penalty.amount.minorUnits <= free else {
            throw Refusal(
                .insufficientFunds,
                "needs \(text(penalty.amount.minorUnits, program.currency)), free \(text(free, program.currency))"
            )
        }
        // Nothing below may fail.
        var transfer = Transfer(
            kind: .penalty,
            from: sender.member,
            to: program.regulator,
            asset: .cash(program.currency),
            amount: penalty.amount.minorUnits,
            text: "penalty \(number)"
        )
        move(&transfer)
        registry.pay(penalty: index)
        publish(.paid(registry.penalties[index]))
    }
}
