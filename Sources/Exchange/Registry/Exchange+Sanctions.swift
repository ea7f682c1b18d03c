import Audit
import Ledger
import OrderBook
import Permits
import Registry

// Suspension and readmission, penalties paid, trades undone.

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
        try checkNoSweep(of: program)
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
        registry.set(suspension, of: member, in: program)
        if let until = new.until { timers.add(.suspensionEnds(program, member), at: until) }
        publish(.suspension(suspension, text: new.text))
        let barred = markets.filter { registry[$0.terms.permitClass].program == program }.map(\.terms.market)
        for auction in auctions where auction.phase.isBeforeResult {
            guard registry[auction.terms.permitClass].program == program else { continue }
            withdraw(member, from: auction.terms.id)
        }
        let classes = registry.classIDs.filter { registry[$0].program == program }
        endDeals(of: member, in: classes)
        cancelAll(of: member, .suspended) { barred.contains($0.id.market) }
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

    /// An auction of a program has ended: suspensions for a number of auctions grow shorter.
    mutating func countAuction(of program: ProgramID) {
        for member in registry.countAuction(of: program) {
            readmit(member, in: program, text: "its auctions have passed")
        }
    }

    mutating func pay(penalty number: UInt64, _ sender: Sender) throws(Refusal) {
        // Penalties are numbered from 1 in their order.
        let index = Int(clamping: number) - 1
        guard registry.penalties.indices.contains(index), !registry.penalties[index].isPaid,
            registry.penalties[index].member == sender.member
        else { throw Refusal(.unknownPenalty, "no unpaid penalty \(number) of yours; PENALTIES lists them") }
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

    /// Undoes a trade by a compensating entry: cash, fees and permits go back.
    mutating func bust(market code: Code, trade number: UInt64, text reason: String, _ sender: Sender) throws(Refusal) {
        let id = try findMarket(code)
        let terms = markets[id.slot].terms
        try checkRegulator(of: registry[terms.permitClass].program, sender)
        guard let trade = markets[id.slot].recentTrades.trade(number), !trade.isBusted else {
            throw Refusal(
                .unknownTrade,
                "trade \(number) is not among the last of \(code), or is busted; TRADES lists them"
            )
        }
        guard !trade.isAcross else {
            throw Refusal(
                .invalidCombination,
                "trade \(number) passed between zones, where its permits moved on; the members can reverse it by agreement"
            )
        }
        let notional = trade.price.notional(of: trade.quantity).minorUnits
        let received = notional - trade.sellerFee.minorUnits
        let fees = trade.buyerFee.minorUnits + trade.sellerFee.minorUnits
        try checkHolding(
            adding: trade.quantity,
            member: trade.seller,
            permitClass: terms.permitClass,
            from: isAssociated(trade.buyer, trade.seller) ? trade.quantity : .zero
        )
        let free = ledger.balance(.general(trade.seller), .cash(terms.currency)).free
        guard received <= free else {
            throw Refusal(
                .insufficientFunds,
                "the seller must give back \(text(received, terms.currency)), free \(text(free, terms.currency))"
            )
        }
        let gathered = self.fees(terms.currency).minorUnits
        guard fees <= gathered else {
            throw Refusal(
                .insufficientFunds,
                "the fees of \(text(fees, terms.currency)) must go back, and \(text(gathered, terms.currency)) are left of all fees"
            )
        }
        let amount = PermitAmount(.init(program: .none, vintage: 0), trade.quantity)
        try checkPermits(amount, terms.permitClass, of: trade.buyer)
        // Nothing below may fail.
        let because = "trade \(number)"
        func back(_ from: MemberID, _ to: MemberID, _ asset: Transfer.Asset, _ amount: Int64) -> Transfer {
            Transfer(kind: .bust, from: from, to: to, asset: asset, amount: amount, text: because)
        }
        for var transfer in [
            back(trade.seller, trade.buyer, .cash(terms.currency), received),
            back(.venue, trade.buyer, .cash(terms.currency), fees),
            back(trade.buyer, trade.seller, .permits(terms.permitClass), trade.quantity.units),
        ] where transfer.amount > 0 {
            move(&transfer)
        }
        markets[id.slot].recentTrades.bust(number)
        publish(.bust(trade, market: id, text: reason))
    }
}
