import Permits
import Seals

// A facility as bytes.

extension Facility {
    func encode(to writer: inout ByteWriter) {
        writer.write(code)
        writer.write(program.index)
        writer.write(zone)
        writer.write(name)
        writer.write(member.index)
        writer.write(isClosed)
        writer.write(monitoring != nil)
        if let monitoring {
            writer.write(monitoring.verifier.index)
            writer.write(monitoring.second?.index ?? .max)
            writer.write(monitoring.rule)
            writer.write(monitoring.tolerance.hundredths)
        }
        writer.write(count: reports.count)
        for report in reports {
            writer.write(report.time)
            writer.write(report.period)
            writer.write(report.measure)
            writer.write(report.quantity)
            writer.write(report.verifier.index)
            writer.write(report.isDetermination)
            for byte in report.evidence.bytes { writer.write(byte) }
        }
        writer.write(count: obligations.count)
        for obligation in obligations { obligation.encode(to: &writer) }
        for quantity in [
            owed, owedAsPenalty, credit, deduction, savingUsed, carried.allowances, carried.banked, carried.offsets,
        ] {
            writer.write(quantity)
        }
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        code = try reader.readCode()
        program = ProgramID(try reader.read())
        zone = try reader.readCode()
        name = try reader.readString()
        member = MemberID(try reader.read())
        isClosed = try reader.readBool()
        if try reader.readBool() {
            let verifier = MemberID(try reader.read())
            let second: UInt32 = try reader.read()
            monitoring = Monitoring(
                verifier: verifier,
                second: second == .max ? nil : MemberID(second),
                rule: try reader.readWord(),
                tolerance: Percent(hundredths: try reader.read())
            )
        }
        for _ in 0..<(try reader.readCount()) {
            take(
                Report(
                    time: try reader.readTimestamp(),
                    period: try reader.read(),
                    measure: try reader.readWord(),
                    quantity: try reader.readQuantity(),
                    verifier: MemberID(try reader.read()),
                    isDetermination: try reader.readBool(),
                    evidence: try reader.readDigest()
                )
            )
        }
        for _ in 0..<(try reader.readCount()) { obligations.append(try Obligation(from: &reader)) }
        owed = try reader.readQuantity()
        owedAsPenalty = try reader.readQuantity()
        credit = try reader.readQuantity()
        deduction = try reader.readQuantity()
        savingUsed = try reader.readQuantity()
        carried.allowances = try reader.readQuantity()
        carried.banked = try reader.readQuantity()
        carried.offsets = try reader.readQuantity()
    }
}

extension Obligation {
    func encode(to writer: inout ByteWriter) {
        writer.write(period)
        writer.write(since)
        for quantity in [
            tally.allowances, tally.banked, tally.borrowed, tally.offsets, replaced, carried, carriedPenalty, charged,
            gap, imposed,
        ] {
            writer.write(quantity)
        }
        writer.write(isSettled)
        writer.write(outcome != nil)
        guard let outcome else { return }
        for quantity in [outcome.use, outcome.due, outcome.shortfall] { writer.write(quantity) }
        writer.write(outcome.isVerified)
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        let period: Int64 = try reader.read()
        self.init(period: period, since: try reader.read())
        tally.allowances = try reader.readQuantity()
        tally.banked = try reader.readQuantity()
        tally.borrowed = try reader.readQuantity()
        tally.offsets = try reader.readQuantity()
        replaced = try reader.readQuantity()
        carried = try reader.readQuantity()
        carriedPenalty = try reader.readQuantity()
        charged = try reader.readQuantity()
        gap = try reader.readQuantity()
        imposed = try reader.readQuantity()
        isSettled = try reader.readBool()
        guard try reader.readBool() else { return }
        let use = try reader.readQuantity()
        let due = try reader.readQuantity()
        let shortfall = try reader.readQuantity()
        outcome = Outcome(use: use, due: due, shortfall: shortfall, isVerified: try reader.readBool())
    }
}
