package import Permits
import Seals

/// What each report's evidence was first given for: one document does not prove two things.
///
/// Source: double counting, which the rules of offset programs forbid: one reduction, one credit.
package struct EvidenceUses: Sendable {
    /// A facility's year that something proves.
    package struct Use: Sendable, Equatable {
        package var facility: FacilityID
        package var period: Int64
    }

    private var first: [Digest: Use] = [:]

    /// Notes what the evidence of a facility's reports is for, now that `report` has come and taken the place of some of `before`.
    /// - Returns: what the same evidence was given for before, if that was something else.
    package mutating func note(_ report: Report, of id: FacilityID, _ facility: Facility, before: [Report]) -> Use? {
        let use = Use(facility: id, period: report.period)
        let kept = Set(facility.reports.lazy.filter { $0.period == report.period }.map(\.evidence))
        for old in before
        where old.period == report.period && !kept.contains(old.evidence) && first[old.evidence] == use {
            first[old.evidence] = nil
        }
        guard let earlier = first[report.evidence] else {
            first[report.evidence] = use
            return nil
        }
        return earlier == use ? nil : earlier
    }
}

extension EvidenceUses: Layout {
    /// By digest.
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: EvidenceUses?
    ) throws(SnapshotError) -> EvidenceUses {
        var new = EvidenceUses()
        let sorted = old?.first.sorted { $0.key.hex < $1.key.hex }
        let uses = try coder.list("uses", sorted) { coder, old throws(SnapshotError) in
            (
                digest: try coder.value("digest", old?.key),
                use: Use(
                    facility: try coder.value("facility", old?.value.facility),
                    period: try coder.value("period", old?.value.period)
                )
            )
        }
        for entry in uses { new.first[entry.digest] = entry.use }
        return new
    }
}
