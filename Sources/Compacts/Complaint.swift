package import Permits
package import Seals

/// A public complaint about a member, or about a reading of an agreement, to which an answer is due.
///
/// Source: third-party supervision by firms, organisations and the public.
package struct Complaint: Sendable, Equatable {
    /// How it stands.
    package enum State: Spelling, Word {
        case open, answered
        /// Nobody answered in time.
        case unanswered
    }

    /// From 1, over the venue.
    package var number: UInt64
    package var by: MemberID
    /// Who must answer.
    package var about: MemberID
    package var agreement: AgreementID?
    /// The reading that is disputed: the settlement of its period waits for the answer, within the time of grace.
    package var measure: Code
    package var period: Code
    package var due: Timestamp
    package var evidence: Digest
    package var text: String
    /// What was answered; empty until then.
    package var answer = ""
    package var state = State.open
    /// Whether its time passed without an answer, though one may have come since.
    package var wasIgnored = false

    package init(
        number: UInt64,
        by: MemberID,
        about: MemberID,
        agreement: AgreementID?,
        measure: Code,
        period: Code,
        due: Timestamp,
        evidence: Digest,
        text: String
    ) {
        self.number = number
        self.by = by
        self.about = about
        self.agreement = agreement
        self.measure = measure
        self.period = period
        self.due = due
        self.evidence = evidence
        self.text = text
    }

    /// Whether it holds up the settlement of a period.
    func disputes(_ period: Code) -> Bool { state == .open && !self.period.isEmpty && self.period == period }
}
