import Compacts
import Exchange
import Ledger
import Permits
import Seals
import Wire

/// Watches agreements from the facts that they tell, with accounts and signatures of its own.
struct CompactAuditor {
    struct Breach: Error, CustomStringConvertible {
        let description: String
    }

    /// One agreement as the auditor knows it.
    private struct Life {
        var terms: PlainTerms?
        var contract: Draft?
        var draft: Draft?
        var signers: [UInt64: [(member: MemberID, user: UserID)]] = [:]
        var enders: [MemberID: Set<String>] = [:]
        var isEnded = false
        var readings: [(measure: String, period: String, sampler: String, value: Int64, isDetermination: Bool)] = []
        var started: Set<String> = []
        var settled: Set<String> = []
        var waived: Set<String> = []
        var rests: [String: Int64] = [:]
        /// What the clauses at hand must still do, of which period.
        var expected: [CompactOracle.Act] = []
        var period = ""
    }
    private struct Draft {
        var number: UInt64
        var signatories: [Code]
        var digest: String
    }

    /// Cents by member, and by agreement and fund.
    private var cash: [String: Int64] = [:]
    private var lives: [AgreementID: Life] = [:]
    private var claims: [UInt64: Claim] = [:]
    private(set) var seen: [String: Int] = [:]
    private(set) var refused: Set<String> = []
    private var verb = ""

    /// Checks one line with what it did; `contract` gives the plain terms that come into force.
    mutating func watch(
        _ line: String,
        _ step: StreamReplay.Step,
        _ venue: Venue,
        contract: (String) -> PlainTerms?
    ) throws {
        verb = String(decoding: step.entry.line, as: UTF8.self).split(separator: " ").first.map(String.init) ?? ""
        for event in step.output.events {
            switch event {
            case .transferred(let transfer): try take(transfer, venue)
            case .compactTold(let id, let code, let fact): try take(fact, of: id, code, venue, contract)
            default: break
            }
        }
        for (id, life) in lives where !life.expected.isEmpty {
            throw Breach(description: "\(id.number) \(life.period): not done: \(life.expected)")
        }
        try compare(venue)
        let answer = String(decoding: step.output.bytes, as: UTF8.self)
        if answer.hasPrefix("ERR"), let code = answer.split(separator: " ").first(where: { $0.hasPrefix("code=") }) {
            refused.insert(String(code.dropFirst(5)))
        }
    }

    // MARK: Accounts

    private mutating func take(_ transfer: Transfer, _ venue: Venue) throws {
        guard transfer.kind != .agreement else { return }
        let member = transfer.kind == .deposit ? transfer.to : transfer.from
        cash["\(venue.exchange.members[member].code)", default: 0] +=
            transfer.kind == .deposit ? transfer.amount : -transfer.amount
    }

    /// Holds the auditor's accounts against the ledger's: to the cent, and nothing else there.
    private func compare(_ venue: Venue) throws {
        var sum: Int64 = 0
        for (index, member) in venue.exchange.members.members.enumerated().dropFirst() {
            let total = venue.exchange.ledger.balance(.general(MemberID(UInt32(index))), .cash(.eur)).total
            guard total == cash["\(member.code)", default: 0] else {
                throw Breach(
                    description: "\(member.code) has \(total), must have \(cash["\(member.code)", default: 0])"
                )
            }
            sum += total
        }
        for agreement in venue.exchange.compacts.agreements {
            for fund in agreement.funds {
                let total = venue.exchange.ledger.balance(.fund(fund.fund), .cash(.eur)).total
                guard total == cash["\(agreement.code) \(fund.name)", default: 0], total >= 0 else {
                    throw Breach(description: "\(agreement.code) \(fund.name) has \(total)")
                }
                sum += total
            }
        }
        guard sum == -venue.exchange.ledger.balance(.bank, .cash(.eur)).total else {
            throw Breach(description: "money came or went: \(sum)")
        }
    }

    /// The account of a place in an agreement's terms.
    private func account(_ place: String, _ code: Code, _ life: Life) -> String {
        life.terms?.parties.first { $0.name == place }?.member ?? "\(code) \(place)"
    }

    // MARK: Facts

    private mutating func take(
        _ fact: CompactFact,
        of id: AgreementID,
        _ code: Code,
        _ venue: Venue,
        _ contract: (String) -> PlainTerms?
    ) throws {
        var life = lives[id] ?? Life()
        defer { lives[id] = life }
        let name = "\(code)"
        switch fact {
        case .draft(let draft):
            let terms = draft.terms
            life.draft = Draft(number: draft.number, signatories: terms.signatories, digest: terms.digest.hex)
        case .signed(let number, let signature):
            guard number == life.draft?.number, !life.isEnded else {
                throw Breach(description: "\(name): a signature of no draft at hand")
            }
            life.signers[number, default: []].append((signature.member, signature.user))
        case .endSigned(let signature):
            life.enders[signature.member, default: []].insert(person(signature.user, venue))
        case .contract(let draft, isAmended: _):
            try conclude(draft, &life, venue)
            guard let plain = contract(name) else { throw Breach(description: "\(name): no draft is known") }
            guard plain.text() == draft.terms.text else {
                throw Breach(description: "\(name): another text is in force")
            }
            life.terms = plain
            count("contract")
        case .ended(let ending, text: _):
            guard !life.isEnded else { throw Breach(description: "\(name) ends twice") }
            life.isEnded = true
            count("ended \(ending.text)")
            if ending == .terminated {
                let all = life.contract?.signatories.allSatisfy { member in
                    venue.exchange.members.member(member).map { life.enders[$0, default: []].count >= 2 } ?? false
                }
                guard all ?? false else { throw Breach(description: "\(name) ends without all signatures") }
            }
        default: try take(executed: fact, of: id, code, &life, venue)
        }
    }

    /// No party is bound without the signatures of two of its persons under exactly this text.
    private func conclude(_ draft: Agreement.Draft, _ life: inout Life, _ venue: Venue) throws {
        guard let known = life.draft, known.number == draft.number, known.digest == draft.terms.digest.hex else {
            throw Breach(description: "another draft is in force")
        }
        for code in draft.terms.parties.filter(\.signs).map(\.member) {
            let own = life.signers[draft.number, default: []].filter { venue.exchange.members[$0.member].code == code }
            guard Set(own.map { person($0.user, venue) }).count >= 2 else {
                throw Breach(description: "\(code) is bound without signatures of two persons")
            }
        }
        life.contract = known
        life.draft = nil
        life.enders = [:]
    }

    private func person(_ user: UserID, _ venue: Venue) -> String {
        let login = venue.exchange.members[user]
        return login.person.isEmpty ? "login \(user.index)" : "\(login.person)"
    }

    private mutating func take(
        executed fact: CompactFact,
        of id: AgreementID,
        _ code: Code,
        _ life: inout Life,
        _ venue: Venue
    ) throws {
        switch fact {
        case .reading(let reading, by: _):
            life.readings.append(
                (
                    "\(reading.measure)", "\(reading.period)", "\(reading.sampler)", reading.figure.millionths,
                    reading.isDetermination
                )
            )
        case .settled(let period, figures: _):
            guard life.settled.insert("\(period)").inserted else {
                throw Breach(description: "\(code) \(period) is settled twice")
            }
            guard !life.isEnded else { throw Breach(description: "\(code) \(period) is settled after the end") }
            try expect(atStart: false, "\(period)", code, &life)
            count("settled")
        case .payment(let payment): try take(payment, code, &life)
        case .undetermined(let clause, let period, text: _):
            try meet(.init(kind: "undetermined", clause: "\(clause)"), "\(period)", code, &life)
        case .waived(let waiver, text: _):
            guard verb != "WAIVE" else {
                let place =
                    life.terms?.parties.first { "\(venue.exchange.members[waiver.by].code)" == $0.member }?.name ?? ""
                life.waived.insert("\(waiver.period) \(waiver.clause) \(place)")
                return count("waived")
            }
            try meet(.init(kind: "waived", clause: "\(waiver.clause)"), "\(waiver.period)", code, &life)
        case .claim(let claim, let text): try take(claim, text, code, &life)
        case .spending(let spending):
            guard spending.purpose == Code("good"), "\(venue.exchange.members[spending.to].code)" == "p3" else {
                throw Breach(description: "\(code): a fund paid for something else")
            }
            cash["\(code) \(spending.fund)", default: 0] -= spending.amount.minorUnits
            cash["p3", default: 0] += spending.amount.minorUnits
            count("spending")
        case .misuse: count("misuse")
        case .donation(let by, let fund, let amount, _, text: _):
            cash["\(venue.exchange.members[by].code)", default: 0] -= amount.minorUnits
            cash["\(code) \(fund)", default: 0] += amount.minorUnits
            let period = period(at: venue.exchange.now, life)
            life.rests["\(period) \(fund)", default: 0] += amount.minorUnits
            count("donation")
        default: break
        }
    }

    private mutating func count(_ what: String) { seen[what, default: 0] += 1 }

    private func periods(_ life: Life) -> [(label: String, starts: Int64)] {
        (0..<(life.terms?.periodCount ?? 0)).map { index in
            let month = life.terms?.step == "quarter" ? index * 3 + 1 : index + 1
            let label = life.terms?.step == "quarter" ? "2028-Q\(index + 1)" : "2028-0\(month)"
            return (label, CalendarDate(year: 2028, month: month, day: 1)?.dayNumber ?? 0)
        }
    }

    private func period(at time: Timestamp, _ life: Life) -> String {
        let all = periods(life)
        return (all.last { $0.starts <= time.day } ?? all[0]).label
    }

    // MARK: Clauses

    /// Reckons what the clauses of a period must do now.
    private mutating func expect(atStart: Bool, _ period: String, _ code: Code, _ life: inout Life) throws {
        guard let terms = life.terms, life.expected.isEmpty,
            let index = periods(life).firstIndex(where: { $0.label == period })
        else { throw Breach(description: "\(code) \(period): \(life.expected) was not done") }
        var balances: [String: Int64] = [:]
        var rests: [String: Int64] = [:]
        let funds = terms.funds.map(\.name) + terms.bonds.map(\.name)
        for place in terms.parties.map(\.name) + funds {
            balances[place] = cash[account(place, code, life), default: 0]
            rests[place] = life.rests["\(period) \(place)", default: 0]
        }
        let prefix = "\(period) "
        let waived = life.waived.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        var oracle = CompactOracle(
            terms,
            period: period,
            index: index,
            figures: figures(period, life),
            balances: balances,
            rests: rests,
            waived: Set(waived)
        )
        oracle.run(atStart: atStart)
        life.expected = oracle.acts
        life.period = period
    }

    /// What each measure comes to when no more is awaited.
    private func figures(_ period: String, _ life: Life) -> [String: Int64] {
        var figures: [String: Int64] = [:]
        for measure in life.terms?.measures ?? [] {
            let own = life.readings.filter { $0.measure == measure.name && $0.period == period }
            func last(_ name: String?) -> Int64? { own.last { $0.sampler == name && !$0.isDetermination }?.value }
            func mean(_ a: Int64, _ b: Int64) -> Int64 { (a + b + 1) / 2 }
            if let decided = own.last(where: \.isDetermination) {
                figures[measure.name] = decided.value
            } else if let a = last(measure.first), let b = last(measure.second) {
                let isClose = abs(a - b) * 100 <= max(a, b) * 5
                figures[measure.name] =
                    isClose || measure.rule == "mean" || measure.rule == "dispute"
                    ? mean(a, b) : measure.rule == "higher" ? max(a, b) : min(a, b)
            } else if let one = last(measure.first) ?? last(measure.second) {
                figures[measure.name] = one
            } else if let otherwise = measure.otherwise {
                figures[measure.name] = otherwise * 10_000
            }
        }
        return figures
    }

    /// Something a clause did: it must be what is expected next.
    private mutating func meet(_ act: CompactOracle.Act, _ period: String, _ code: Code, _ life: inout Life) throws {
        let isOfStart = life.terms?.clauses.first { $0.name == act.clause }?.atStart ?? false
        if isOfStart, life.expected.isEmpty, life.started.insert(period).inserted {
            try expect(atStart: true, period, code, &life)
        }
        guard life.expected.first == act, life.period == period else {
            throw Breach(
                description: "\(code) \(period): \(act), expected \(life.expected.first.map { "\($0)" } ?? "nothing")"
            )
        }
        life.expected.removeFirst()
        guard !life.isEnded else { throw Breach(description: "\(code) \(period): \(act) after the end") }
        count(act.kind)
    }

    private mutating func take(_ payment: CompactPayment, _ code: Code, _ life: inout Life) throws {
        let (from, to) = ("\(payment.from)", "\(payment.to)")
        let (clause, period) = ("\(payment.clause)", "\(payment.period)")
        let act = CompactOracle.Act(
            kind: "payment",
            clause: clause,
            from: from,
            to: to,
            due: payment.due.minorUnits,
            paid: payment.paid.minorUnits
        )
        let isOfFund =
            period == "entry" || period == "end" || (life.terms?.bonds.contains { $0.name == clause } ?? false)
        if !isOfFund {
            let isClaim = claims.values.contains { claim in
                claim.isOwed && claim.clause == payment.clause && claim.period == payment.period
                    && claim.owed == payment.due && life.expected.isEmpty
            }
            if isClaim {
                guard payment.paid <= payment.due else { throw Breach(description: "\(code): \(act) is too much") }
                guard !life.isEnded || verb == "SETTLE" else {
                    throw Breach(description: "\(code): \(act) after the end")
                }
                count("claim payment")
            } else {
                try meet(act, period, code, &life)
            }
        }
        cash[account(from, code, life), default: 0] -= payment.paid.minorUnits
        cash[account(to, code, life), default: 0] += payment.paid.minorUnits
        life.rests["\(period) \(from)", default: 0] -= payment.paid.minorUnits
        life.rests["\(period) \(to)", default: 0] += payment.paid.minorUnits
        guard cash[account(from, code, life), default: 0] >= 0 else {
            throw Breach(description: "\(code): \(act) is not there")
        }
    }

    private mutating func take(_ claim: Claim, _ text: String, _ code: Code, _ life: inout Life) throws {
        defer { claims[claim.number] = claim }
        guard let before = claims[claim.number] else {
            let act = CompactOracle.Act(kind: "claim", clause: "\(claim.clause)", due: claim.owed.minorUnits)
            return try meet(act, "\(claim.period)", code, &life)
        }
        count("claim \(claim.state.text)")
        switch claim.state {
        case .broken where before.state == .open:
            let penalty = before.owed.minorUnits * (life.terms?.penalty ?? 0) / 100
            guard claim.owed.minorUnits <= before.owed.minorUnits + penalty else {
                throw Breach(description: "\(code): a penalty is too high")
            }
        case .paid, .waived:
            guard claim.owed == .zero else { throw Breach(description: "\(code): \(claim) is not paid") }
        default:
            guard claim.owed <= before.owed else { throw Breach(description: "\(code): a claim grows") }
        }
        guard before.isOwed else { throw Breach(description: "\(code): a claim changes that is closed") }
    }
}
