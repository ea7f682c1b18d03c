package import Permits
import Seals

// A facility in snapshots.

extension Facility: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Facility?) throws(SnapshotError) -> Facility {
        let (code, program) = (try coder.value("code", old?.code), try coder.value("program", old?.program))
        let (zone, name) = (try coder.value("zone", old?.zone), try coder.value("name", old?.name))
        let member = try coder.value("member", old?.member)
        var new = Facility(code: code, program: program, zone: zone, name: name, member: member)
        new.isClosed = try coder.value("isClosed", old?.isClosed)
        new.monitoring = try coder.optional("monitoring", old?.monitoring)
        for report in try coder.list("reports", old?.reports) { new.take(report) }
        new.obligations = try coder.list("obligations", old?.obligations)
        new.owed = try coder.value("owed", old?.owed)
        new.owedAsPenalty = try coder.value("owedAsPenalty", old?.owedAsPenalty)
        new.credit = try coder.value("credit", old?.credit)
        new.deduction = try coder.value("deduction", old?.deduction)
        new.savingUsed = try coder.value("savingUsed", old?.savingUsed)
        new.carried.allowances = try coder.value("carried.allowances", old?.carried.allowances)
        new.carried.banked = try coder.value("carried.banked", old?.carried.banked)
        new.carried.offsets = try coder.value("carried.offsets", old?.carried.offsets)
        return new
    }
}

extension Monitoring: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Monitoring?
    ) throws(SnapshotError) -> Monitoring {
        Monitoring(
            verifier: try coder.value("verifier", old?.verifier),
            second: try coder.value("second", old?.second, none: MemberID(.max)),
            rule: try coder.value("rule", old?.rule),
            tolerance: try coder.value("tolerance", old?.tolerance)
        )
    }
}

extension Report: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Report?) throws(SnapshotError) -> Report {
        Report(
            time: try coder.value("time", old?.time),
            period: try coder.value("period", old?.period),
            measure: try coder.value("measure", old?.measure),
            quantity: try coder.value("quantity", old?.quantity),
            verifier: try coder.value("verifier", old?.verifier),
            isDetermination: try coder.value("isDetermination", old?.isDetermination),
            evidence: try coder.value("evidence", old?.evidence)
        )
    }
}

extension Obligation: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Obligation?
    ) throws(SnapshotError) -> Obligation {
        var new = Obligation(
            period: try coder.value("period", old?.period),
            since: try coder.value("since", old?.since)
        )
        new.tally.allowances = try coder.value("tally.allowances", old?.tally.allowances)
        new.tally.banked = try coder.value("tally.banked", old?.tally.banked)
        new.tally.borrowed = try coder.value("tally.borrowed", old?.tally.borrowed)
        new.tally.offsets = try coder.value("tally.offsets", old?.tally.offsets)
        new.replaced = try coder.value("replaced", old?.replaced)
        new.carried = try coder.value("carried", old?.carried)
        new.carriedPenalty = try coder.value("carriedPenalty", old?.carriedPenalty)
        new.charged = try coder.value("charged", old?.charged)
        new.gap = try coder.value("gap", old?.gap)
        new.imposed = try coder.value("imposed", old?.imposed)
        new.isSettled = try coder.value("isSettled", old?.isSettled)
        new.outcome = try coder.optional("outcome", old?.outcome) { coder, old throws(SnapshotError) in
            Outcome(
                use: try coder.value("use", old?.use),
                due: try coder.value("due", old?.due),
                shortfall: try coder.value("shortfall", old?.shortfall),
                isVerified: try coder.value("isVerified", old?.isVerified)
            )
        }
        return new
    }
}
