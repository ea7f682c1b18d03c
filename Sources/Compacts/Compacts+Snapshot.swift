package import Permits
import Registry
import Seals

// Agreements in snapshot form: texts of terms are kept, and read again.

extension Compacts {
    /// Appends the state in snapshot form.
    package func encode(to writer: inout ByteWriter) {
        writer.write(agreementCount)
        writer.write(count: agreements.count)
        for agreement in agreements { agreement.encode(to: &writer) }
        writer.write(claimCount)
        writer.write(count: claims.count)
        for claim in claims { claim.encode(to: &writer) }
        writer.write(complaintCount)
        writer.write(count: complaints.count)
        for complaint in complaints { complaint.encode(to: &writer) }
        let ignored = allIgnored
        writer.write(count: ignored.count)
        for entry in ignored {
            writer.write(entry.complainer.index)
            writer.write(entry.member.index)
        }
        writer.write(count: labels.count)
        for label in labels {
            writer.write(label.code)
            writer.write(label.program.index)
            writer.write(label.name)
            writer.write(label.days)
            writer.write(label.text)
            writer.write(label.isClosed)
        }
        let awards = allAwards
        writer.write(count: awards.count)
        for award in awards {
            writer.write(award.label)
            writer.write(award.facility.index)
            writer.write(award.since)
            writer.write(award.until)
        }
        writer.write(fundCount)
        writer.write(count: proceeds.count)
        for entry in proceeds {
            writer.write(entry.program.index)
            writer.write(entry.time)
            writer.write(entry.amount)
        }
        writer.write(count: counted.count)
        for member in counted {
            let standing = standing(of: member)
            writer.write(member.index)
            for count in Standing.paths { writer.write(standing[keyPath: count]) }
        }
    }

    /// Reads the state from snapshot form.
    /// - Throws: `SnapshotError`.
    package init(from reader: inout ByteReader) throws(SnapshotError) {
        agreementCount = try reader.read()
        for _ in 0..<(try reader.readCount()) { take(try Agreement(from: &reader)) }
        claimCount = try reader.read()
        for _ in 0..<(try reader.readCount()) { take(try Claim(from: &reader)) }
        complaintCount = try reader.read()
        for _ in 0..<(try reader.readCount()) { take(try Complaint(from: &reader)) }
        for _ in 0..<(try reader.readCount()) {
            let complainer = MemberID(try reader.read())
            note(ignored: complainer, by: MemberID(try reader.read()))
        }
        for _ in 0..<(try reader.readCount()) { labels.append(try Label(from: &reader)) }
        for _ in 0..<(try reader.readCount()) {
            let award = LabelAward(
                label: try reader.readCode(),
                facility: FacilityID(try reader.read()),
                since: try reader.readTimestamp(),
                until: try reader.readTimestamp()
            )
            set(award, award.label, of: award.facility)
        }
        fundCount = try reader.read()
        for _ in 0..<(try reader.readCount()) {
            let program = ProgramID(try reader.read())
            let time = try reader.readTimestamp()
            take(Proceeds(program: program, time: time, amount: try reader.readMoney()))
        }
        for _ in 0..<(try reader.readCount()) {
            let member = MemberID(try reader.read())
            var standing = Standing()
            for count in Standing.paths { standing[keyPath: count] = try reader.read() }
            set(standing, of: member)
        }
    }
}

extension Standing {
    /// Every count, in the order in which they are written; the registry's are not kept.
    fileprivate static var paths: [WritableKeyPath<Standing, Int64>] {
        [\.kept, \.late, \.broken, \.goodwill, \.misuse, \.unanswered, \.unread]
    }
}

extension Agreement.Draft {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(number)
        writer.write(author.index)
        writer.write(terms.text)
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotError) {
        number = try reader.read()
        author = MemberID(try reader.read())
        let text = try reader.readString()
        do throws(TermsProblem) { terms = try Terms(text) } catch {
            throw SnapshotError("a draft's terms: \(error.text)")
        }
    }
}

extension Agreement {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(id.number)
        writer.write(code)
        writer.write(initiator.index)
        writer.write(isOpen)
        for list in [members, left] {
            writer.write(count: list.count)
            for member in list { writer.write(member.index) }
        }
        writer.write(state)
        writer.write(ending?.rawValue ?? .max)
        writer.write(ended)
        writer.write(unfinished != nil)
        if let unfinished {
            writer.write(unfinished.author.index)
            writer.write(unfinished.text)
        }
        writer.write(draftCount)
        for draft in [draft, contract] {
            writer.write(draft != nil)
            if let draft { draft.encode(to: &writer) }
        }
        writer.write(concluded)
        for list in [signatures, endSignatures] {
            writer.write(count: list.count)
            for signature in list {
                writer.write(signature.member.index)
                writer.write(signature.user.index)
                writer.write(signature.time)
            }
        }
        writer.write(leaves)
        writer.write(wakes)
        writer.write(readingCount)
        writer.write(count: readings.count)
        for reading in readings { reading.encode(to: &writer) }
        writer.write(count: kept.count)
        for entry in kept {
            writer.write(entry.period)
            writer.write(entry.member.index)
        }
        writer.write(count: progress.count)
        for period in progress {
            writer.write(period.hasStarted)
            writer.write(period.isSettled)
        }
        writer.write(count: waivers.count)
        for waiver in waivers {
            writer.write(waiver.clause)
            writer.write(waiver.period)
            writer.write(waiver.by.index)
        }
        writer.write(count: funds.count)
        for fund in funds {
            writer.write(fund.name)
            writer.write(fund.fund.index)
            writer.write(count: fund.turnovers.count)
            for turnover in fund.turnovers {
                writer.write(turnover.period)
                writer.write(turnover.received)
                writer.write(turnover.paid)
            }
        }
        writer.write(count: tasks.count)
        for task in tasks {
            writer.write(task.name)
            writer.write(task.state)
        }
        writer.write(count: spent.count)
        for entry in spent {
            writer.write(entry.fund)
            writer.write(entry.purpose)
            writer.write(entry.amount)
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotError) {
        let id = AgreementID(try reader.read())
        let code = try reader.readCode()
        let initiator = MemberID(try reader.read())
        let isOpen = try reader.readBool()
        self.init(code: code, initiator: initiator, members: [], isOpen: isOpen)
        self.id = id
        for _ in 0..<(try reader.readCount()) { members.append(MemberID(try reader.read())) }
        for _ in 0..<(try reader.readCount()) { left.append(MemberID(try reader.read())) }
        state = try reader.readWord()
        ending = Ending(rawValue: try reader.read())
        ended = try reader.readTimestamp()
        if try reader.readBool() {
            let author = MemberID(try reader.read())
            unfinished = (author, try reader.readString())
        }
        draftCount = try reader.read()
        draft = try reader.readBool() ? try Draft(from: &reader) : nil
        contract = try reader.readBool() ? try Draft(from: &reader) : nil
        concluded = try reader.readTimestamp()
        signatures = try Agreement.signatures(&reader)
        endSignatures = try Agreement.signatures(&reader)
        leaves = try reader.readTimestamp()
        wakes = try reader.readTimestamp()
        readingCount = try reader.read()
        for _ in 0..<(try reader.readCount()) { take(try Reading(from: &reader)) }
        for _ in 0..<(try reader.readCount()) {
            let period = try reader.readCode()
            kept.append((period, MemberID(try reader.read())))
        }
        for _ in 0..<(try reader.readCount()) {
            let hasStarted = try reader.readBool()
            progress.append(Progress(hasStarted: hasStarted, isSettled: try reader.readBool()))
        }
        for _ in 0..<(try reader.readCount()) {
            let clause = try reader.readCode()
            let period = try reader.readCode()
            waivers.append(Waiver(clause: clause, period: period, by: MemberID(try reader.read())))
        }
        for _ in 0..<(try reader.readCount()) {
            let name = try reader.readCode()
            var fund = FundState(name: name, fund: FundID(try reader.read()))
            for _ in 0..<(try reader.readCount()) {
                let period = try reader.readCode()
                let received = try reader.readMoney()
                fund.count(received: received, paid: try reader.readMoney(), period: period)
            }
            funds.append(fund)
        }
        for _ in 0..<(try reader.readCount()) {
            let name = try reader.readCode()
            tasks.append((name, try reader.readWord()))
        }
        for _ in 0..<(try reader.readCount()) {
            let fund = try reader.readCode()
            let purpose = try reader.readCode()
            spent.append((fund, purpose, try reader.readMoney()))
        }
    }

    private static func signatures(_ reader: inout ByteReader) throws(SnapshotError) -> [Signature] {
        var list: [Signature] = []
        for _ in 0..<(try reader.readCount()) {
            let member = MemberID(try reader.read())
            let user = UserID(try reader.read())
            list.append(Signature(member: member, user: user, time: try reader.readTimestamp()))
        }
        return list
    }
}

extension Reading {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(number)
        writer.write(measure)
        writer.write(period)
        writer.write(sample)
        writer.write(sampler)
        writer.write(figure.millionths)
        writer.write(isDetermination)
        writer.write(time)
        for byte in evidence.bytes { writer.write(byte) }
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotError) {
        number = try reader.read()
        measure = try reader.readCode()
        period = try reader.readCode()
        sample = try reader.read()
        sampler = try reader.readCode()
        figure = Figure(millionths: try reader.read())
        isDetermination = try reader.readBool()
        time = try reader.readTimestamp()
        evidence = try reader.readDigest()
    }
}

extension Claim {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(number)
        writer.write(agreement.number)
        writer.write(clause)
        writer.write(period)
        writer.write(debtor.index)
        switch creditor {
        case .member(let member):
            writer.write(false)
            writer.write(member.index)
        case .fund(let fund):
            writer.write(true)
            writer.write(fund.index)
        }
        writer.write(currency)
        writer.write(owed)
        writer.write(delivery != nil)
        if let delivery {
            writer.write(delivery.permitClass.index)
            writer.write(delivery.quantity)
            writer.write(delivery.buyer.index)
            writer.write(delivery.seller.index)
            writer.write(delivery.price)
        }
        writer.write(since)
        writer.write(cure)
        writer.write(state)
        writer.write(isEased)
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotError) {
        number = try reader.read()
        agreement = AgreementID(try reader.read())
        clause = try reader.readCode()
        period = try reader.readCode()
        debtor = MemberID(try reader.read())
        creditor = try reader.readBool() ? .fund(FundID(try reader.read())) : .member(MemberID(try reader.read()))
        currency = try reader.readWord()
        owed = try reader.readMoney()
        if try reader.readBool() {
            delivery = Delivery(
                permitClass: ClassID(try reader.read()),
                quantity: try reader.readQuantity(),
                buyer: MemberID(try reader.read()),
                seller: MemberID(try reader.read()),
                price: try reader.readMoney()
            )
        }
        since = try reader.readTimestamp()
        cure = try reader.readTimestamp()
        state = try reader.readWord()
        isEased = try reader.readBool()
    }
}

extension Complaint {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(number)
        writer.write(by.index)
        writer.write(about.index)
        writer.write(agreement?.number ?? 0)
        writer.write(measure)
        writer.write(period)
        writer.write(due)
        for byte in evidence.bytes { writer.write(byte) }
        writer.write(text)
        writer.write(answer)
        writer.write(state)
        writer.write(wasIgnored)
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotError) {
        number = try reader.read()
        by = MemberID(try reader.read())
        about = MemberID(try reader.read())
        let id: UInt64 = try reader.read()
        agreement = id == 0 ? nil : AgreementID(id)
        measure = try reader.readCode()
        period = try reader.readCode()
        due = try reader.readTimestamp()
        evidence = try reader.readDigest()
        text = try reader.readString()
        answer = try reader.readString()
        state = try reader.readWord()
        wasIgnored = try reader.readBool()
    }
}

extension Label {
    fileprivate init(from reader: inout ByteReader) throws(SnapshotError) {
        let code = try reader.readCode()
        let program = ProgramID(try reader.read())
        let name = try reader.readString()
        let days: Int64 = try reader.read()
        let text = try reader.readString()
        let isClosed = try reader.readBool()
        do throws(TermsProblem) {
            try self.init(code: code, program: program, name: name, days: days, text: text, isClosed: isClosed)
        } catch { throw SnapshotError("a label's criteria: \(error.text)") }
    }
}
