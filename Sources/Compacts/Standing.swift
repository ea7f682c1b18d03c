/// What a member has kept and broken, as plain counts.
package struct Standing: Sendable, Equatable {
    /// Payments, deliveries and tasks on time.
    package var kept: Int64 = 0
    /// Those that came late.
    package var late: Int64 = 0
    /// Those that were still open when the time to cure was over.
    package var broken: Int64 = 0
    /// Claims given up or eased in another's favour.
    package var goodwill: Int64 = 0
    /// Attempts to spend a fund on anything but its purposes.
    package var misuse: Int64 = 0
    /// Complaints that were not answered in time.
    package var unanswered: Int64 = 0
    /// Readings that were due and did not come.
    package var unread: Int64 = 0
    /// Obligations that a deadline found fulfilled.
    package var surrendered: Int64 = 0
    /// Penalties imposed.
    package var penalties: Int64 = 0

    package init() {}

    /// The score, 0 to 100, rounded down: 100 × (good + 5) ÷ (good + bad + 10).
    ///
    /// good = kept + goodwill + surrendered; bad = late + unread + unanswered + 3 × (broken + misuse + penalties).
    /// A member of whom nothing is known has 50. `PROTOCOL.md` publishes the formula.
    package var score: Int64 {
        let good = kept + goodwill + surrendered
        let bad = late + unread + unanswered + 3 * (broken + misuse + penalties)
        return 100 * (good + 5) / (good + bad + 10)
    }
}
