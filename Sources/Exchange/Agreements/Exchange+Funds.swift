import Compacts
import Ledger
import Permits
import Registry

// Accounts of agreements: earmarked money that pays for its purposes alone, and gifts to them.

extension Exchange {
    /// Spends money of a fund for one of its purposes.
    ///
    /// Anything else is refused, and the attempt is public.
    /// Source: earmarked funds for ecological compensation, whose use the higher authority watches.
    mutating func spend(_ new: NewSpending, _ sender: Sender) throws(Refusal) -> Outcome {
        let (id, terms) = try findInForce(new.agreement, seenBy: sender.member)
        let own = compacts[id].parties(of: members[sender.member].code)
        guard let fund = terms.funds.firstIndex(where: { $0.name == new.fund }), let manager = terms.funds[fund].manager
        else { throw Refusal(.unknownFund, "\(new.agreement) has no fund \(new.fund) with a manager") }
        guard own.contains(manager) else {
            throw Refusal(.notYourAgreement, "\(new.fund) is managed by \(terms.parties[manager].member)")
        }
        let payee = try findMember(new.to)
        let most = Limits.moneyMax.minorUnits
        let amount = Money(minorUnits: try minorUnits(new.amount, "amount", currency: terms.currency, max: most))
        guard amount > .zero else { throw Refusal(.outOfRange, "amount must be above 0") }
        let spending = CompactSpending(
            fund: new.fund,
            purpose: new.purpose,
            by: sender.member,
            to: payee,
            currency: terms.currency,
            amount: amount,
            evidence: new.evidence
        )
        func misused(_ why: String) -> Outcome {
            count(\.misuse, of: sender.member)
            tell(id, .misuse(spending, text: why))
            return .refused(Refusal(.purposeNotAllowed, why))
        }
        guard let purpose = terms.purposes.first(where: { $0.name == new.purpose && $0.fund == fund }) else {
            return misused("\(new.fund) has no purpose \(new.purpose)")
        }
        guard purpose.payees.contains(new.to) else {
            return misused("\(new.purpose) is not paid to \(new.to)")
        }
        let spent = compacts[id].spent(purpose, fund: new.fund)
        if let limit = purpose.most, spent.clampedSum(amount) > limit {
            return misused(
                "\(new.purpose) may have \(text(limit.minorUnits, terms.currency)), has had \(text(spent.minorUnits, terms.currency))"
            )
        }
        let there = balance(of: new.fund, id)
        guard amount <= there else {
            throw Refusal(.insufficientFunds, "\(new.fund) has \(text(there.minorUnits, terms.currency))")
        }
        // Nothing below may fail.
        compacts[id].count(amount, purpose, fund: new.fund)
        var move = Transfer(
            kind: .agreement,
            from: .venue,
            to: payee,
            asset: .cash(terms.currency),
            amount: amount.minorUnits,
            text: "\(new.agreement) \(new.fund) \(new.purpose)"
        )
        move.fromFund = compacts[id].fund(new.fund).map { compacts[id].funds[$0].fund }
        self.move(&move)
        tell(id, .spending(spending))
        return .done
    }

    /// Gives money to a fund, whose purposes bind it.
    mutating func donate(
        _ amount: DecimalNumber,
        to name: Code,
        of code: Code,
        text: String,
        _ sender: Sender
    ) throws(Refusal) {
        let (id, terms) = try findInForce(code, seenBy: sender.member)
        guard terms.funds.contains(where: { $0.name == name && $0.manager != nil }), let index = compacts[id].fund(name)
        else { throw Refusal(.unknownFund, "\(code) has no fund \(name) with a manager") }
        let free = payable(sender.member, terms.currency).minorUnits
        let units = try minorUnits(amount, "amount", currency: terms.currency, max: Limits.moneyMax.minorUnits)
        guard units > 0 else { throw Refusal(.outOfRange, "amount must be above 0") }
        guard units <= free else {
            throw Refusal(.insufficientFunds, "free \(self.text(free, terms.currency))")
        }
        // Nothing below may fail.
        var move = Transfer(
            kind: .agreement,
            from: sender.member,
            to: .venue,
            asset: .cash(terms.currency),
            amount: units,
            text: "\(code) \(name) donation"
        )
        move.toFund = compacts[id].funds[index].fund
        self.move(&move)
        let money = Money(minorUnits: units)
        compacts[id].funds[index].count(received: money, period: terms.schedule.period(at: now).label)
        tell(id, .donation(by: sender.member, fund: name, money, terms.currency, text: text))
    }
}
