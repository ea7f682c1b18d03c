package import Permits
import Seals

// The registry as bytes.

extension Registry {
    /// Appends the registry in snapshot form.
    package func encode(to writer: inout ByteWriter) {
        writer.write(count: programs.count)
        for program in programs { program.encode(to: &writer) }
        writer.write(count: classes.count)
        for permitClass in classes { permitClass.encode(to: &writer) }
        writer.write(count: facilities.count)
        for facility in facilities { facility.encode(to: &writer) }
        writer.write(count: deadlines.count)
        for deadline in deadlines { deadline.encode(to: &writer) }
        writer.write(count: penalties.count)
        for penalty in penalties { penalty.encode(to: &writer) }
        writer.write(count: suspensions.count)
        for suspension in suspensions {
            writer.write(suspension.program.index)
            writer.write(suspension.member.index)
            writer.write(suspension.until)
            writer.write(suspension.auctions ?? -1)
            writer.write(suspension.isFrozen)
        }
        let trusts = self.trusts.sorted { $0.key < $1.key }.flatMap(\.value)
        writer.write(count: trusts.count)
        for trust in trusts {
            writer.write(trust.program.index)
            writer.write(trust.member.index)
            writer.write(trust.trusted.index)
            writer.write(trust.effective)
        }
        writer.write(transferCount)
        writer.write(count: transfers.count)
        for transfer in transfers { transfer.encode(to: &writer) }
        writer.write(certificateCount)
        let retired = allRetired
        writer.write(count: retired.count)
        for entry in retired {
            writer.write(entry.member.index)
            writer.write(entry.program.index)
            writer.write(entry.quantity)
        }
        writer.write(count: seasons.count)
        for season in seasons { season.encode(to: &writer) }
        writer.write(count: links.count)
        for link in links { link.encode(to: &writer) }
        writer.write(swapCount)
        writer.write(count: swaps.count)
        for swap in swaps { swap.encode(to: &writer) }
        writer.write(offerCount)
        writer.write(count: offers.count)
        for offer in offers { offer.encode(to: &writer) }
        writer.write(count: rights.count)
        for right in rights { right.encode(to: &writer) }
    }

    /// Reads a registry from snapshot form.
    package init(from reader: inout ByteReader) throws(SnapshotError) {
        for _ in 0..<(try reader.readCount()) { programs.append(try Program(from: &reader)) }
        for _ in 0..<(try reader.readCount()) { classes.append(try PermitClass(from: &reader)) }
        for _ in 0..<(try reader.readCount()) { _ = add(try Facility(from: &reader)) }
        for _ in 0..<(try reader.readCount()) { deadlines.append(try Deadline(from: &reader)) }
        for _ in 0..<(try reader.readCount()) { add(try Penalty(from: &reader)) }
        for _ in 0..<(try reader.readCount()) {
            let program = ProgramID(try reader.read())
            let member = MemberID(try reader.read())
            let until = try reader.readTimestamp()
            let auctions: Int64 = try reader.read()
            suspensions.append(
                Suspension(
                    program: program,
                    member: member,
                    until: until,
                    auctions: auctions < 0 ? nil : auctions,
                    isFrozen: try reader.readBool()
                )
            )
        }
        for _ in 0..<(try reader.readCount()) {
            let program = ProgramID(try reader.read())
            let member = MemberID(try reader.read())
            let trusted = MemberID(try reader.read())
            let effective = try reader.readTimestamp()
            let trust = Trust(program: program, member: member, trusted: trusted, effective: effective)
            set(trust, of: member, to: trusted, in: program)
        }
        transferCount = try reader.read()
        for _ in 0..<(try reader.readCount()) { add(try PendingTransfer(from: &reader)) }
        certificateCount = try reader.read()
        for _ in 0..<(try reader.readCount()) {
            let member = MemberID(try reader.read())
            let program = ProgramID(try reader.read())
            count(retired: try reader.read(), by: member, of: program)
        }
        for _ in 0..<(try reader.readCount()) { seasons.append(try Season(from: &reader)) }
        for _ in 0..<(try reader.readCount()) { links.append(try Link(from: &reader)) }
        swapCount = try reader.read()
        for _ in 0..<(try reader.readCount()) { add(try Swap(from: &reader)) }
        offerCount = try reader.read()
        for _ in 0..<(try reader.readCount()) { add(try Offer(from: &reader)) }
        for _ in 0..<(try reader.readCount()) { add(try Right(from: &reader)) }
    }
}

extension Program {
    func encode(to writer: inout ByteWriter) {
        writer.write(code)
        writer.write(name)
        writer.write(unit)
        writer.write(currency)
        writer.write(regulator.index)
        writer.write(rules.code)
        writer.write(rules.policies.map { "\($0.name)=\($0.value)" }.joined(separator: ","))
        writer.write(penaltyPrice)
        writer.write(offsetsFor?.index ?? .max)
        writer.write(yields?.index ?? .max)
        writer.write(count: calendar.holidays.count)
        for holiday in calendar.holidays { writer.write(holiday) }
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        code = try reader.readCode()
        name = try reader.readString()
        unit = try reader.readString()
        currency = try reader.readWord()
        regulator = MemberID(try reader.read())
        let book = try reader.readString()
        let policies = try reader.readString()
        do throws(RejectCode) { rules = try ComplianceRules.composed(book, policies) } catch {
            throw SnapshotError("\(book) \(policies) is no rule book")
        }
        penaltyPrice = try reader.readMoney()
        let offsets: UInt32 = try reader.read()
        offsetsFor = offsets == .max ? nil : ProgramID(offsets)
        let yielded: UInt32 = try reader.read()
        yields = yielded == .max ? nil : ProgramID(yielded)
        for _ in 0..<(try reader.readCount()) { _ = calendar.add(holiday: try reader.read()) }
    }
}

extension PermitClass {
    func encode(to writer: inout ByteWriter) {
        writer.write(program.index)
        writer.write(vintage)
        writer.write(zone)
        writer.write(cap)
        writer.write(issued)
        writer.write(pledged)
        writer.write(promised)
        writer.write(reserve)
        writer.write(carried)
        writer.write(holdingLimit?.units ?? -1)
        writer.write(expiry)
        writer.write(isExpired)
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        let program = ProgramID(try reader.read())
        let vintage: Int64 = try reader.read()
        let zone = try reader.readCode()
        self.init(program: program, vintage: vintage, zone: zone, cap: try reader.readQuantity())
        issued = try reader.readQuantity()
        pledged = try reader.readQuantity()
        promised = try reader.readQuantity()
        reserve = try reader.readQuantity()
        carried = try reader.readQuantity()
        let limit: Int64 = try reader.read()
        holdingLimit = limit < 0 ? nil : Quantity(limit)
        expiry = try reader.readTimestamp()
        isExpired = try reader.readBool()
    }
}

extension Deadline {
    func encode(to writer: inout ByteWriter) {
        writer.write(program.index)
        writer.write(period)
        writer.write(since)
        writer.write(due)
        writer.write(share.hundredths)
        writer.write(isDone)
        writer.write(isReplaced)
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        program = ProgramID(try reader.read())
        period = try reader.read()
        since = try reader.read()
        due = try reader.readTimestamp()
        share = Percent(hundredths: try reader.read())
        isDone = try reader.readBool()
        isReplaced = try reader.readBool()
    }
}

extension Penalty {
    func encode(to writer: inout ByteWriter) {
        writer.write(number)
        writer.write(time)
        writer.write(program.index)
        writer.write(facility.index)
        writer.write(member.index)
        writer.write(period)
        writer.write(shortfall)
        writer.write(amount)
        writer.write(permits)
        writer.write(isPaid)
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        number = try reader.read()
        time = try reader.readTimestamp()
        program = ProgramID(try reader.read())
        facility = FacilityID(try reader.read())
        member = MemberID(try reader.read())
        period = try reader.read()
        shortfall = try reader.readQuantity()
        amount = try reader.readMoney()
        permits = try reader.readQuantity()
        isPaid = try reader.readBool()
    }
}

extension PendingTransfer {
    func encode(to writer: inout ByteWriter) {
        writer.write(number)
        writer.write(permitClass.index)
        writer.write(from.index)
        writer.write(to.index)
        writer.write(quantity)
        writer.write(first ?? 0)
        writer.write(proposed)
        writer.write(executes)
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        number = try reader.read()
        permitClass = ClassID(try reader.read())
        from = MemberID(try reader.read())
        to = MemberID(try reader.read())
        quantity = try reader.readQuantity()
        let serial: Int64 = try reader.read()
        first = serial == 0 ? nil : serial
        proposed = try reader.readTimestamp()
        executes = try reader.readTimestamp()
    }
}
