package import Permits
import Seals

// The registry in snapshots.

extension Registry: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Registry?) throws(SnapshotError) -> Registry {
        var new = Registry()
        new.programs = ContiguousArray(try coder.list("programs", old?.programs))
        new.classes = ContiguousArray(try coder.list("classes", old?.classes))
        for facility in try coder.list("facilities", old?.facilities) { _ = new.add(facility) }
        new.deadlines = try coder.list("deadlines", old?.deadlines)
        for penalty in try coder.list("penalties", old?.penalties) { new.add(penalty) }
        new.suspensions = try coder.list("suspensions", old?.suspensions)
        let trusts = old?.trusts.sorted { $0.key < $1.key }.flatMap(\.value)
        for trust in try coder.list("trusts", trusts) {
            new.set(trust, of: trust.member, to: trust.trusted, in: trust.program)
        }
        new.transferCount = try coder.value("transferCount", old?.transferCount)
        for transfer in try coder.list("transfers", old?.transfers) { new.add(transfer) }
        new.certificateCount = try coder.value("certificateCount", old?.certificateCount)
        let retired = try coder.list("retired", old?.allRetired) { coder, old throws(SnapshotError) in
            (
                member: try coder.value("member", old?.member),
                program: try coder.value("program", old?.program),
                quantity: try coder.value("quantity", old?.quantity)
            )
        }
        for entry in retired { new.count(retired: entry.quantity, by: entry.member, of: entry.program) }
        new.evidence = try coder.value("evidence", old?.evidence)
        for act in try coder.list("acts", old?.acts.all) { new.acts.take(act) }
        new.allocated = try coder.value("allocated", old?.allocated)
        new.seasons = try coder.list("seasons", old?.seasons)
        new.links = try coder.list("links", old?.links)
        new.passageFractions = try coder.value("passageFractions", old?.passageFractions)
        new.swapCount = try coder.value("swapCount", old?.swapCount)
        for swap in try coder.list("swaps", old?.swaps) { new.add(swap) }
        new.offerCount = try coder.value("offerCount", old?.offerCount)
        for offer in try coder.list("offers", old?.offers) { new.add(offer) }
        for right in try coder.list("rights", old?.rights) { new.add(right) }
        new.royaltyFractions = try coder.value("royaltyFractions", old?.royaltyFractions)
        return new
    }
}

extension Program: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Program?) throws(SnapshotError) -> Program {
        let code = try coder.value("code", old?.code)
        let name = try coder.value("name", old?.name)
        let unit = try coder.value("unit", old?.unit)
        let currency = try coder.value("currency", old?.currency)
        let regulator = try coder.value("regulator", old?.regulator)
        let book = try coder.value("rules", old?.rules.code)
        let policies = try coder.value(
            "policies",
            old?.rules.policies.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
        )
        let penaltyPrice = try coder.value("penaltyPrice", old?.penaltyPrice)
        let offsetsFor = try coder.value("offsetsFor", old?.offsetsFor, none: ProgramID(.max))
        let yields = try coder.value("yields", old?.yields, none: ProgramID(.max))
        let zone = try coder.value("timeZone", old?.calendar.zone)
        let holidays = try coder.list("holidays", old?.calendar.holidays)
        return try coder.made(old) { () throws(SnapshotError) in
            let rules: ComplianceRules
            do throws(RejectCode) { rules = try ComplianceRules.composed(book, policies) } catch {
                throw SnapshotError("\(book) \(policies) is no rule book")
            }
            var program = Program(
                code: code,
                name: name,
                unit: unit,
                currency: currency,
                regulator: regulator,
                rules: rules
            )
            (program.penaltyPrice, program.offsetsFor, program.yields) = (penaltyPrice, offsetsFor, yields)
            program.calendar.zone = zone
            for holiday in holidays { _ = program.calendar.add(holiday: holiday) }
            return program
        }
    }
}

extension PermitClass: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: PermitClass?
    ) throws(SnapshotError) -> PermitClass {
        var new = PermitClass(
            program: try coder.value("program", old?.program),
            vintage: try coder.value("vintage", old?.vintage),
            zone: try coder.value("zone", old?.zone),
            cap: try coder.value("cap", old?.cap)
        )
        new.issued = try coder.value("issued", old?.issued)
        new.pledged = try coder.value("pledged", old?.pledged)
        new.promised = try coder.value("promised", old?.promised)
        new.reserve = try coder.value("reserve", old?.reserve)
        new.rolledOver = try coder.optional("rolledOver", old?.rolledOver)
        new.carried = try coder.value("carried", old?.carried)
        new.returned = try coder.value("returned", old?.returned)
        new.holdingLimit = try coder.value("holdingLimit", old?.holdingLimit, none: Quantity(-1))
        new.expiry = try coder.value("expiry", old?.expiry)
        new.isExpired = try coder.value("isExpired", old?.isExpired)
        return new
    }
}

extension RolledOver: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: RolledOver?) throws(SnapshotError)
        -> RolledOver
    {
        var new = RolledOver()
        new.parts = try coder.list("parts", old?.parts)
        new.capPercent = try coder.optional("capPercent", old?.capPercent)
        new.year = try coder.optional("year", old?.year)
        return new
    }
}

extension Deadline: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Deadline?) throws(SnapshotError) -> Deadline {
        var new = Deadline(
            program: try coder.value("program", old?.program),
            period: try coder.value("period", old?.period),
            since: try coder.value("since", old?.since),
            due: try coder.value("due", old?.due),
            share: try coder.value("share", old?.share)
        )
        new.isDone = try coder.value("isDone", old?.isDone)
        new.isReplaced = try coder.value("isReplaced", old?.isReplaced)
        return new
    }
}

extension Penalty: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Penalty?) throws(SnapshotError) -> Penalty {
        var new = Penalty(
            number: try coder.value("number", old?.number),
            time: try coder.value("time", old?.time),
            program: try coder.value("program", old?.program),
            facility: try coder.value("facility", old?.facility),
            member: try coder.value("member", old?.member),
            period: try coder.value("period", old?.period),
            shortfall: try coder.value("shortfall", old?.shortfall),
            amount: try coder.value("amount", old?.amount),
            permits: try coder.value("permits", old?.permits)
        )
        new.isPaid = try coder.value("isPaid", old?.isPaid)
        new.isUndetermined = try coder.value("isUndetermined", old?.isUndetermined)
        return new
    }
}

extension Suspension: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Suspension?
    ) throws(SnapshotError) -> Suspension {
        Suspension(
            program: try coder.value("program", old?.program),
            member: try coder.value("member", old?.member),
            until: try coder.value("until", old?.until),
            auctions: try coder.value("auctions", old?.auctions, none: -1),
            isFrozen: try coder.value("isFrozen", old?.isFrozen)
        )
    }
}

extension Trust: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Trust?) throws(SnapshotError) -> Trust {
        Trust(
            program: try coder.value("program", old?.program),
            member: try coder.value("member", old?.member),
            trusted: try coder.value("trusted", old?.trusted),
            effective: try coder.value("effective", old?.effective)
        )
    }
}

extension PendingTransfer: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: PendingTransfer?
    ) throws(SnapshotError) -> PendingTransfer {
        PendingTransfer(
            number: try coder.value("number", old?.number),
            permitClass: try coder.value("permitClass", old?.permitClass),
            from: try coder.value("from", old?.from),
            to: try coder.value("to", old?.to),
            quantity: try coder.value("quantity", old?.quantity),
            first: try coder.value("first", old?.first, none: 0),
            proposed: try coder.value("proposed", old?.proposed),
            executes: try coder.value("executes", old?.executes),
            passage: try coder.optional("passage", old?.passage)
        )
    }
}

extension PendingTransfer.Passage: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: PendingTransfer.Passage?
    ) throws(SnapshotError) -> PendingTransfer.Passage {
        PendingTransfer.Passage(
            link: try coder.value("link", old?.link),
            target: try coder.value("target", old?.target),
            arrives: try coder.value("arrives", old?.arrives)
        )
    }
}
