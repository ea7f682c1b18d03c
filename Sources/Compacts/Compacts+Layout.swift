package import Permits
import Registry
import Seals

// Agreements in snapshots: texts of terms are kept, and read again.

extension Compacts: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Compacts?) throws(SnapshotError) -> Compacts {
        var new = Compacts()
        new.agreementCount = try coder.value("agreementCount", old?.agreementCount)
        for agreement in try coder.list("agreements", old?.agreements) { new.take(agreement) }
        new.claimCount = try coder.value("claimCount", old?.claimCount)
        for claim in try coder.list("claims", old?.claims) { new.take(claim) }
        new.complaintCount = try coder.value("complaintCount", old?.complaintCount)
        for complaint in try coder.list("complaints", old?.complaints) { new.take(complaint) }
        let ignored = try coder.list("ignored", old?.allIgnored) { coder, old throws(SnapshotError) in
            (complainer: try coder.value("complainer", old?.complainer), member: try coder.value("member", old?.member))
        }
        for entry in ignored { new.note(ignored: entry.complainer, by: entry.member) }
        new.labels = try coder.list("labels", old?.labels)
        for award in try coder.list("awards", old?.allAwards) { new.set(award, award.label, of: award.facility) }
        new.fundCount = try coder.value("fundCount", old?.fundCount)
        let proceeds = try coder.list("proceeds", old?.proceeds) { coder, old throws(SnapshotError) in
            Proceeds(
                program: try coder.value("program", old?.program),
                time: try coder.value("time", old?.time),
                amount: try coder.value("amount", old?.amount)
            )
        }
        for entry in proceeds { new.take(entry) }
        let standings = try coder.list("standings", old?.counted) { coder, member throws(SnapshotError) in
            (
                member: try coder.value("member", member),
                standing: try Standing.layout(&coder, member.flatMap { old?.standing(of: $0) })
            )
        }
        for entry in standings { new.set(entry.standing, of: entry.member) }
        new.merits = try coder.value("merits", old?.merits)
        return new
    }
}

extension Merits: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Merits?) throws(SnapshotError) -> Merits {
        Merits(
            year: Int(try coder.value("year", old.map { Int64($0.year) })),
            counted: try coder.list("counted", old?.counted.sorted()),
            flows: try coder.list("flows", old?.flows.sorted { $0.key < $1.key }) { coder, old throws(SnapshotError) in
                (
                    flow: Flow(
                        pair: try coder.value("pair", old?.key.pair),
                        currency: try coder.value("currency", old?.key.currency)
                    ),
                    amount: try coder.value("amount", old?.value)
                )
            }
        )
    }
}

extension Merits.Pair: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Merits.Pair?
    ) throws(SnapshotError) -> Merits.Pair {
        Merits.Pair(
            member: try coder.value("member", old?.member),
            other: try coder.value("other", old?.other)
        )
    }
}

extension Standing: Layout {
    /// The counts that are kept here; the registry's are not.
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Standing?) throws(SnapshotError) -> Standing {
        var new = Standing()
        new.kept = try coder.value("kept", old?.kept)
        new.late = try coder.value("late", old?.late)
        new.broken = try coder.value("broken", old?.broken)
        new.goodwill = try coder.value("goodwill", old?.goodwill)
        new.misuse = try coder.value("misuse", old?.misuse)
        new.unanswered = try coder.value("unanswered", old?.unanswered)
        new.unread = try coder.value("unread", old?.unread)
        return new
    }
}

extension Agreement.Draft: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Agreement.Draft?
    ) throws(SnapshotError) -> Agreement.Draft {
        let number = try coder.value("number", old?.number)
        let author = try coder.value("author", old?.author)
        let text = try coder.value("text", old?.terms.text)
        return try coder.made(old) { () throws(SnapshotError) in
            do throws(TermsProblem) {
                return Agreement.Draft(number: number, author: author, terms: try Terms(text))
            } catch { throw SnapshotError("a draft's terms: \(error.text)") }
        }
    }
}

extension Agreement.Signature: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Agreement.Signature?
    ) throws(SnapshotError) -> Agreement.Signature {
        Agreement.Signature(
            member: try coder.value("member", old?.member),
            user: try coder.value("user", old?.user),
            time: try coder.value("time", old?.time)
        )
    }
}

extension Agreement.FundState: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Agreement.FundState?
    ) throws(SnapshotError) -> Agreement.FundState {
        var new = Agreement.FundState(
            name: try coder.value("name", old?.name),
            fund: try coder.value("fund", old?.fund)
        )
        new.turnovers = try coder.list("turnovers", old?.turnovers) { coder, old throws(SnapshotError) in
            Turnover(
                period: try coder.value("period", old?.period),
                received: try coder.value("received", old?.received),
                paid: try coder.value("paid", old?.paid)
            )
        }
        return new
    }
}

extension Agreement: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Agreement?
    ) throws(SnapshotError) -> Agreement {
        let id = try coder.value("id", old?.id)
        var new = Agreement(
            code: try coder.value("code", old?.code),
            initiator: try coder.value("initiator", old?.initiator),
            members: [],
            isOpen: try coder.value("isOpen", old?.isOpen)
        )
        new.id = id
        new.members = try coder.list("members", old?.members)
        new.left = try coder.list("left", old?.left)
        new.state = try coder.value("state", old?.state)
        new.ending = try coder.word("ending", old?.ending)
        new.ended = try coder.value("ended", old?.ended)
        new.unfinished = try coder.optional("unfinished", old?.unfinished) { coder, old throws(SnapshotError) in
            (author: try coder.value("author", old?.author), text: try coder.value("text", old?.text))
        }
        new.draftCount = try coder.value("draftCount", old?.draftCount)
        new.draft = try coder.optional("draft", old?.draft)
        new.contract = try coder.optional("contract", old?.contract)
        new.concluded = try coder.value("concluded", old?.concluded)
        new.signatures = try coder.list("signatures", old?.signatures)
        new.endSignatures = try coder.list("endSignatures", old?.endSignatures)
        new.leaves = try coder.value("leaves", old?.leaves)
        new.wakes = try coder.value("wakes", old?.wakes)
        new.readingCount = try coder.value("readingCount", old?.readingCount)
        for reading in try coder.list("readings", old?.readings) { new.take(reading) }
        new.expelled = try coder.list("expelled", old?.expelled)
        new.motions = try coder.list("motions", old?.motions) { coder, old throws(SnapshotError) in
            Motion(
                clause: try coder.value("clause", old?.clause),
                period: try coder.value("period", old?.period),
                votes: try coder.list("votes", old?.votes)
            )
        }
        new.progress = try coder.list("progress", old?.progress) { coder, old throws(SnapshotError) in
            Progress(
                hasStarted: try coder.value("hasStarted", old?.hasStarted),
                isSettled: try coder.value("isSettled", old?.isSettled)
            )
        }
        new.waivers = try coder.list("waivers", old?.waivers) { coder, old throws(SnapshotError) in
            Waiver(
                clause: try coder.value("clause", old?.clause),
                period: try coder.value("period", old?.period),
                by: try coder.value("by", old?.by)
            )
        }
        new.funds = try coder.list("funds", old?.funds)
        new.tasks = try coder.list("tasks", old?.tasks) { coder, old throws(SnapshotError) in
            (name: try coder.value("name", old?.name), state: try coder.value("state", old?.state))
        }
        new.spent = try coder.list("spent", old?.spent) { coder, old throws(SnapshotError) in
            (
                fund: try coder.value("fund", old?.fund),
                purpose: try coder.value("purpose", old?.purpose),
                amount: try coder.value("amount", old?.amount)
            )
        }
        return new
    }
}

extension Figure: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Figure?) throws(SnapshotError) -> Figure {
        Figure(millionths: try coder.integer(old?.millionths))
    }
}

extension Reading: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Reading?) throws(SnapshotError) -> Reading {
        Reading(
            number: try coder.value("number", old?.number),
            measure: try coder.value("measure", old?.measure),
            period: try coder.value("period", old?.period),
            sample: try coder.value("sample", old?.sample),
            sampler: try coder.value("sampler", old?.sampler),
            figure: try coder.value("figure", old?.figure),
            isDetermination: try coder.value("isDetermination", old?.isDetermination),
            time: try coder.value("time", old?.time),
            evidence: try coder.value("evidence", old?.evidence)
        )
    }
}

extension Claim: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Claim?) throws(SnapshotError) -> Claim {
        let (number, agreement) = (try coder.value("number", old?.number), try coder.value("agreement", old?.agreement))
        let (clause, period) = (try coder.value("clause", old?.clause), try coder.value("period", old?.period))
        var new = Claim(
            number: number,
            agreement: agreement,
            clause: clause,
            period: period,
            debtor: try coder.value("debtor", old?.debtor),
            creditor: try Creditor.layout(&coder, old?.creditor),
            currency: try coder.value("currency", old?.currency),
            owed: try coder.value("owed", old?.owed),
            delivery: try coder.optional("delivery", old?.delivery),
            since: try coder.value("since", old?.since),
            cure: try coder.value("cure", old?.cure)
        )
        new.state = try coder.value("state", old?.state)
        new.isEased = try coder.value("isEased", old?.isEased)
        return new
    }
}

extension Claim.Creditor: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Claim.Creditor?
    ) throws(SnapshotError) -> Claim.Creditor {
        var (member, fund): (MemberID?, FundID?)
        switch old {
        case .member(let old): member = old
        case .fund(let old): fund = old
        case nil: break
        }
        return try coder.choice("creditor", fund == nil ? Form.member : .fund) { coder, form throws(SnapshotError) in
            switch form {
            case .member: .member(try coder.value("member", member))
            case .fund: .fund(try coder.value("fund", fund))
            }
        }
    }

    private enum Form: UInt8, CaseIterable {
        case member, fund
    }
}

extension Claim.Delivery: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Claim.Delivery?
    ) throws(SnapshotError) -> Claim.Delivery {
        Claim.Delivery(
            permitClass: try coder.value("permitClass", old?.permitClass),
            quantity: try coder.value("quantity", old?.quantity),
            buyer: try coder.value("buyer", old?.buyer),
            seller: try coder.value("seller", old?.seller),
            price: try coder.value("price", old?.price)
        )
    }
}

extension Complaint: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Complaint?
    ) throws(SnapshotError) -> Complaint {
        var new = Complaint(
            number: try coder.value("number", old?.number),
            by: try coder.value("by", old?.by),
            about: try coder.value("about", old?.about),
            agreement: try coder.value("agreement", old?.agreement, none: AgreementID(0)),
            measure: try coder.value("measure", old?.measure),
            period: try coder.value("period", old?.period),
            due: try coder.value("due", old?.due),
            evidence: try coder.value("evidence", old?.evidence),
            text: try coder.value("text", old?.text)
        )
        new.answer = try coder.value("answer", old?.answer)
        new.state = try coder.value("state", old?.state)
        new.wasIgnored = try coder.value("wasIgnored", old?.wasIgnored)
        return new
    }
}

extension Label: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Label?) throws(SnapshotError) -> Label {
        let (code, program) = (try coder.value("code", old?.code), try coder.value("program", old?.program))
        let (name, days) = (try coder.value("name", old?.name), try coder.value("days", old?.days))
        let (text, isClosed) = (try coder.value("text", old?.text), try coder.value("isClosed", old?.isClosed))
        return try coder.made(old) { () throws(SnapshotError) in
            do throws(TermsProblem) {
                return try Label(code: code, program: program, name: name, days: days, text: text, isClosed: isClosed)
            } catch { throw SnapshotError("a label's criteria: \(error.text)") }
        }
    }
}

extension LabelAward: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: LabelAward?
    ) throws(SnapshotError) -> LabelAward {
        LabelAward(
            label: try coder.value("label", old?.label),
            facility: try coder.value("facility", old?.facility),
            since: try coder.value("since", old?.since),
            until: try coder.value("until", old?.until)
        )
    }
}
