package import Permits
package import Seals

/// What members ask for about agreements; symbols are still codes, decimals still unscaled.
package enum CompactCommand: Sendable, Equatable {
    /// Opens a dialogue about an agreement, or invites more members to it; nil: anyone may join.
    case interest(agreement: Code, to: [Code]?, text: String)
    case join(agreement: Code)
    case leave(agreement: Code)
    case message(agreement: Code, text: String)
    /// Adds to the draft in the making; the last part ends it.
    case draft(agreement: Code, text: String, isUnfinished: Bool)
    case sign(agreement: Code, draft: UInt64, digest: Digest, signature: [UInt8])
    /// Signs the end of a contract.
    case terminate(agreement: Code, signature: [UInt8])
    case reading(NewReading)
    /// Says that a task is done.
    case fulfil(agreement: Code, task: Code, evidence: Digest)
    case spend(NewSpending)
    /// Gives money to a fund.
    case donate(agreement: Code, fund: Code, amount: DecimalNumber, text: String)
    /// Is for an expulsion that waits for votes.
    case vote(agreement: Code, clause: Code)
    /// Pays what one owes, as far as one has it.
    case settle(claim: UInt64)
    /// Gives up a claim, or a part of it, or more time for it.
    case waiveClaim(UInt64, amount: DecimalNumber?, until: Timestamp?, text: String)
    /// Gives up what a clause will pay for a period.
    case waiveClause(agreement: Code, clause: Code, period: Code, text: String)
    case complain(NewComplaint)
    case answer(complaint: UInt64, text: String)
    /// Publishes a report of one's own about an agreement.
    case observe(agreement: Code, text: String, evidence: Digest)
    case label(NewLabel)
}

/// `READING`: a figure for an agreement.
package struct NewReading: Sendable, Equatable {
    package var agreement: Code
    package var measure: Code
    package var period: Code
    /// Which of the period's samples; nil: the only one, or a decision about the whole period.
    package var sample: Int64?
    package var value: DecimalNumber
    package var evidence: Digest
}

/// `SPEND`: money of a fund for one of its purposes.
package struct NewSpending: Sendable, Equatable {
    package var agreement: Code
    package var fund: Code
    package var purpose: Code
    package var to: Code
    package var amount: DecimalNumber
    package var evidence: Digest
}

/// `COMPLAIN`: about a member, or about a reading of an agreement.
package struct NewComplaint: Sendable, Equatable {
    package var about: Code
    package var agreement: Code?
    package var measure: Code?
    package var period: Code?
    package var evidence: Digest
    package var text: String
}

/// `LABEL`: an eco-label with its criteria.
package struct NewLabel: Sendable, Equatable {
    package var code: Code
    package var program: Code
    package var name: String
    package var criteria: String
    package var days: Int64
    package var isClosed: Bool
}

/// What a person signs.
package enum CompactText {
    /// The signature of a draft.
    package static func signed(agreement: Code, draft: UInt64, digest: Digest, member: Code, user: Code) -> [UInt8] {
        Array("weir compact 1\n\(agreement) draft \(draft)\n\(digest.hex)\n\(member)/\(user)\n".utf8)
    }

    /// The signature of the end of a contract with these terms.
    package static func end(agreement: Code, digest: Digest, member: Code, user: Code) -> [UInt8] {
        Array("weir compact end 1\n\(agreement)\n\(digest.hex)\n\(member)/\(user)\n".utf8)
    }
}
