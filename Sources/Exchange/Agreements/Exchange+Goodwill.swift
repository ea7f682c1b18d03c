import Compacts
import Ledger
import Permits
import Registry

// Goodwill: claims and payments that are given up or eased.

extension Exchange {
    /// The creditor gives up a claim, or a part of it, or more time for it.
    ///
    /// Source: goodwill, the third stage of trust: a party gives up what favours it (Cui and Zheng).
    mutating func waive(
        claim number: UInt64,
        amount: DecimalNumber?,
        until: Timestamp?,
        text: String,
        _ sender: Sender
    ) throws(Refusal) {
        guard var claim = compacts.claim(number), claim.isOwed, claim.creditor == .member(sender.member) else {
            throw Refusal(.unknownClaim, "no claim \(number) is owed to you; CLAIMS lists them")
        }
        if let until {
            guard claim.state == .open, until > claim.cure, amount == nil else {
                throw Refusal(
                    .invalidCombination,
                    "until gives an open claim more time than \(claim.cure), and stands alone"
                )
            }
            let latest = now.adding(microseconds: 366 * Timestamp.microsecondsPerDay)
            guard until <= latest else { throw Refusal(.outOfRange, "until is at most 366 days from now: \(latest)") }
            claim.cure = until
        } else if let amount {
            let max = claim.owed.minorUnits
            let units = try minorUnits(amount, "amount", currency: claim.currency, max: max)
            guard units > 0, claim.delivery == nil else {
                throw Refusal(.outOfRange, "amount must be above 0, of money")
            }
            claim.owed = Money(minorUnits: max - units)
        } else {
            claim.owed = .zero
            claim.delivery = nil
        }
        // Nothing below may fail.
        if !claim.isOwed { claim.state = .waived }
        // Counted once a claim, however often it is eased.
        if !claim.isEased { credit(\.goodwill, sender.member, for: claim.debtor) }
        claim.isEased = true
        compacts.set(claim)
        tell(claim.agreement, .claim(claim, text: text.isEmpty ? "eased" : text))
        advance(claim.agreement)
    }

    /// A party gives up what a clause will pay it for a period; it counts as goodwill when the payment falls due.
    mutating func waive(
        clause name: Code,
        of code: Code,
        period label: Code,
        text: String,
        _ sender: Sender
    ) throws(Refusal) {
        let (id, terms) = try findInForce(code, seenBy: sender.member)
        guard let period = terms.schedule.period(label) else {
            throw Refusal(.unknownPeriod, "\(code) has no period \(label)")
        }
        guard let clause = terms.clauses.first(where: { $0.name == name }) else {
            throw Refusal(.unknownClause, "\(code) has no clause \(name)")
        }
        let progress = compacts[id].progress[period]
        guard clause.moment == .due ? !progress.isSettled : !progress.hasStarted else {
            throw Refusal(.periodClosed, "period \(label) is settled; CLAIMS lists what is still owed")
        }
        let own = terms.parties(of: members[sender.member].code)
        guard clause.action.pays(own) else {
            throw Refusal(.notYourAgreement, "\(name) pays nothing to \(members[sender.member].code)")
        }
        let waiver = Agreement.Waiver(clause: name, period: label, by: sender.member)
        guard !compacts[id].waivers.contains(waiver) else {
            throw Refusal(.alreadyExists, "that is given up already")
        }
        // Nothing below may fail.
        compacts[id].waivers.append(waiver)
        tell(id, .waived(waiver, text: text))
    }
}

extension Clause.Action {
    /// Whether it may pay one of some parties.
    func pays(_ parties: [Int]) -> Bool {
        let places: [Terms.Place] =
            switch self {
            case .pay(let payment): [payment.to]
            case .split(let split): split.isPaidOut ? split.ends : [split.hub]
            case .deliver, .issue, .suspend, .expel: []
            }
        return parties.contains { places.contains(.party($0)) }
    }
}
