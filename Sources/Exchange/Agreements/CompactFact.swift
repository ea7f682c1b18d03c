package import Compacts
package import Permits
package import Seals

/// What happened to an agreement: told to who takes part, and most of it to everyone.
package enum CompactFact: Sendable {
    // Of the dialogue: to who takes part alone, but for an open invitation.
    case interest(by: MemberID, to: [MemberID], isOpen: Bool, text: String)
    case joined(MemberID)
    case left(MemberID)
    case message(by: MemberID, UserID, text: String)
    case draft(Agreement.Draft)
    case signed(draft: UInt64, Agreement.Signature)
    case endSigned(Agreement.Signature)
    // Of the contract: public.
    /// A contract is in force; `isAmended`: in the place of an earlier one.
    case contract(Agreement.Draft, isAmended: Bool)
    /// A party will leave.
    case leaving(MemberID, at: Timestamp)
    case ended(Agreement.Ending, text: String)
    case reading(Reading, by: MemberID)
    /// A period is settled: what was measured, and what the indices came to.
    case settled(period: Code, figures: [(name: Code, value: String)])
    /// A party may be expelled by a clause: the others vote.
    case motion(Agreement.Motion, party: Code)
    case vote(Code, by: MemberID)
    case expelled(Code, Agreement.Motion)
    /// A clause said nothing for a period.
    case undetermined(clause: Code, period: Code, text: String)
    case payment(CompactPayment)
    /// A claim arose or changed; `text` is why.
    case claim(Claim, text: String)
    /// A payment that was given up before it was due.
    case waived(Agreement.Waiver, text: String)
    case delivered(clause: Code, period: Code, Claim.Delivery)
    case task(Code, Agreement.TaskState, evidence: Digest)
    case spending(CompactSpending)
    /// An attempt to spend a fund on something else, which was refused.
    case misuse(CompactSpending, text: String)
    case donation(by: MemberID, fund: Code, Money, Currency, text: String)
    case observation(by: MemberID, text: String, evidence: Digest)

    /// Whether everyone is told.
    package var isPublic: Bool {
        switch self {
        case .interest(by: _, to: _, let isOpen, text: _): isOpen
        case .joined, .left, .message, .draft, .signed, .endSigned, .ended(.abandoned, text: _): false
        case .contract, .leaving, .ended, .reading, .settled, .undetermined, .payment, .claim, .waived, .delivered,
            .task, .spending, .misuse, .donation, .observation, .motion, .vote, .expelled:
            true
        }
    }
}

/// Money that moved under an agreement.
package struct CompactPayment: Sendable {
    /// A clause, fund or bond.
    package var clause: Code
    /// The period's label, `entry` for bonds that are put up, `end` for what is left at the end.
    package var period: Code
    /// Names of parties and funds in the terms.
    package var from: Code
    package var to: Code
    package var currency: Currency
    /// What moved.
    package var paid: Money
    /// What was due by the clause.
    package var due: Money
}

/// Money of a fund for a purpose.
package struct CompactSpending: Sendable {
    package var fund: Code
    package var purpose: Code
    package var by: MemberID
    package var to: MemberID
    package var currency: Currency
    package var amount: Money
    package var evidence: Digest
}
