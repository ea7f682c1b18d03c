import Permits
import Registry

// Measures, indices, and the clauses that move money and permits.

extension TermsReader {
    /// Reads a measure: readings of parties, or what the registry or the ledger says.
    mutating func readMeasure(_ line: inout TermsLine) throws(TermsProblem) {
        let name = try newValueName(&line)
        let unit = line.text("unit") ?? ""
        var sources: [MeasureTerms.Source] = []
        if let first = try optionalParty(&line, "by") { sources.append(.readings(try sampling(first, &line))) }
        if let facility = try line.code("facility") {
            sources.append(.facility(facility, try line.word("kind") ?? .use))
        }
        if let program = try line.code("proceeds") { sources.append(.proceeds(program: program)) }
        if let balance = try line.code("balance") {
            let place = try place(named: balance, "balance")
            if case .party = place { throw TermsProblem("balance is of a fund, or of the venue's fees") }
            sources.append(.balance(place))
        }
        if let received = try line.code("received") {
            guard case .fund(let fund) = try place(named: received, "received") else {
                throw TermsProblem("received is of a fund")
            }
            sources.append(.received(fund: fund))
        }
        guard sources.count == 1 else {
            throw TermsProblem("measure needs one of by=, facility=, proceeds=, balance=, received=")
        }
        append(MeasureTerms(name: name, source: sources[0], unit: unit))
    }

    private func sampling(_ first: Int, _ line: inout TermsLine) throws(TermsProblem) -> MeasureTerms.Sampling {
        let sampling = MeasureTerms.Sampling(
            first: first,
            second: try optionalParty(&line, "second"),
            rule: try line.word("split") ?? .mean,
            tolerance: try line.percent("within") ?? .zero,
            arbiter: try optionalParty(&line, "arbiter"),
            samples: try line.integer("samples", in: 1...400) ?? 1,
            otherwise: try line.figure("default")
        )
        func member(_ party: Int?) -> Code? { party.map { terms.parties[$0].member } }
        if sampling.second == nil {
            guard line.text("split") == nil, line.text("within") == nil else {
                throw TermsProblem("split= and within= are for two samplers; second= names the other")
            }
        }
        guard member(sampling.second) != member(first) else {
            throw TermsProblem("second is the same member as the first sampler")
        }
        guard sampling.arbiter == nil || ![member(first), member(sampling.second)].contains(member(sampling.arbiter))
        else { throw TermsProblem("the arbiter is the same member as a sampler") }
        guard sampling.rule != .dispute || sampling.arbiter != nil else {
            throw TermsProblem("split=dispute needs an arbiter, who decides")
        }
        return sampling
    }

    mutating func readIndex(_ line: inout TermsLine) throws(TermsProblem) {
        let name = try newValueName(&line)
        let factor = try line.figure("factor") ?? .one
        var parts: [IndexTerms.Part] = []
        for text in try line.required("of").split(separator: ",", omittingEmptySubsequences: false) {
            let fields = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 2 || fields.count == 3, let weight = Figure(fields[1]),
                let baseline = fields.count == 3 ? Figure(fields[2]) : Figure.one, baseline > .zero
            else {
                throw TermsProblem("of: \(text) is not MEASURE:WEIGHT or MEASURE:WEIGHT:BASELINE, baseline above 0")
            }
            guard weight <= TermsReader.weightMax else { throw TermsProblem("of: a weight is at most 100") }
            parts.append(IndexTerms.Part(measure: try measure(fields[0], "of"), weight: weight, baseline: baseline))
        }
        guard factor <= TermsReader.weightMax else { throw TermsProblem("factor is at most 100") }
        guard parts.count <= 16 else { throw TermsProblem("an index has at most 16 parts") }
        append(IndexTerms(name: name, factor: factor, parts: parts))
    }

    /// Sixteen parts of the largest weight, factor and ratio still fit 128 bits.
    private static let weightMax = Figure(millionths: 100_000_000)

    /// A name that no measure or index has.
    private func newValueName(_ line: inout TermsLine) throws(TermsProblem) -> Code {
        let name = try line.requiredCode("name")
        guard !terms.measures.contains(where: { $0.name == name }), !terms.indices.contains(where: { $0.name == name })
        else { throw TermsProblem("the name \(name) is taken") }
        return name
    }

    private func measure(_ name: String, _ key: String) throws(TermsProblem) -> Int {
        guard let index = terms.measures.firstIndex(where: { $0.name.description == name }) else {
            throw TermsProblem("\(key): no measure \(name)")
        }
        return index
    }

    private func subject(_ name: String) throws(TermsProblem) -> ClauseSubject {
        if let index = terms.indices.firstIndex(where: { $0.name.description == name }) { return .index(index) }
        if let index = terms.measures.firstIndex(where: { $0.name.description == name }) { return .measure(index) }
        guard name.hasPrefix("standing."), let code = Code(String(name.dropFirst(9))),
            let party = terms.parties.firstIndex(where: { $0.name == code })
        else { throw TermsProblem("when: no measure or index \(name), nor standing.PARTY") }
        return .standing(party: party)
    }

    // MARK: Clauses

    /// Reads a clause that moves money or permits.
    mutating func readClause(_ line: inout TermsLine) throws(TermsProblem) {
        let name = try line.requiredCode("name")
        if line.word == "split", let index = terms.clauses.firstIndex(where: { $0.name == name }) {
            return try readTier(&line, of: index)
        }
        guard !terms.clauses.contains(where: { $0.name == name }),
            !terms.funds.contains(where: { $0.bond != nil && $0.name == name })
        else { throw TermsProblem("there is a clause \(name) already") }
        let action: Clause.Action =
            switch line.word {
            case "pay": .pay(try payment(&line))
            case "split": .split(try split(&line))
            case "contribute": .split(try contribution(&line))
            case "deliver": .deliver(try delivery(&line))
            case "issue": .issue(try issue(&line))
            case "expel": .expel(try expulsion(&line))
            default: .suspend(try suspension(&line))
            }
        let condition = try line.text("when").map { text throws(TermsProblem) in
            try Condition<ClauseSubject>(text) { name throws(TermsProblem) in try subject(name) }
        }
        let clause = Clause(
            name: name,
            moment: try line.word("at") ?? .due,
            selector: try selector(&line),
            condition: condition,
            action: action
        )
        if clause.moment == .start {
            let isKnown = (condition?.subjects ?? []).allSatisfy { if case .standing = $0 { true } else { false } }
            guard isKnown, terms.measuresUsed(by: action).isEmpty else {
                throw TermsProblem("at=start comes before anything is measured; only standing is known then")
            }
        }
        append(clause)
    }

    private func selector(_ line: inout TermsLine) throws(TermsProblem) -> Clause.Selector {
        guard let text = line.text("period") else { return .every }
        if text == "first" { return .first }
        if text == "last" { return .last }
        guard let code = Code(text), let index = terms.schedule.period(code) else {
            let labels = terms.schedule.periods.prefix(3).map { "\($0.label)" }.joined(separator: ", ")
            throw TermsProblem("period: no period \(text); they are first, last, \(labels), …")
        }
        return .one(index)
    }

    private func payment(_ line: inout TermsLine) throws(TermsProblem) -> Payment {
        let from = try place(&line, "from")
        let to = try place(&line, "to")
        guard from != to else { throw TermsProblem("from and to are the same") }
        guard to != .fees else { throw TermsProblem("nothing is paid into the venue's fees") }
        let currency = terms.currency
        let amount: Payment.Amount
        if let rate = try line.figure("rate") {
            guard rate > .zero else { throw TermsProblem("rate must be above 0") }
            guard line.text("amount") == nil else { throw TermsProblem("rate= and amount= do not go together") }
            let least = try line.money("min", currency)
            let most = try line.money("max", currency)
            guard least ?? .zero <= most ?? Limits.moneyMax else { throw TermsProblem("min is above max") }
            let measure = try measure(try line.required("of"), "of")
            amount = .rate(rate, measure: measure, least: least, most: most, try line.word("round") ?? .down)
        } else if let word = line.text("amount"), word == "all" || word == "rest" {
            if case .party = from { throw TermsProblem("amount=\(word) is of a fund") }
            guard word == "all" || from != .fees else { throw TermsProblem("amount=rest is of a fund") }
            amount = word == "all" ? .all : .rest
        } else {
            amount = .fixed(try amounts(&line, "amount"))
        }
        return Payment(from: from, to: to, amount: amount)
    }

    /// A sum for each period, or one for all.
    private func amounts(_ line: inout TermsLine, _ key: String) throws(TermsProblem) -> [Money] {
        let sums = try line.monies(key, terms.currency)
        guard sums.count == 1 || sums.count == terms.schedule.periods.count else {
            throw TermsProblem("\(key) is one sum, or one for each of the \(terms.schedule.periods.count) periods")
        }
        return sums
    }

    private func split(_ line: inout TermsLine) throws(TermsProblem) -> Split {
        let from = try place(&line, "from")
        let measure = try measure(try line.required("of"), "of")
        var split = Split(total: .measure(measure), hub: from, isPaidOut: true, ends: [], tiers: [])
        split.tiers.append(try tier(&line, "shares", of: &split))
        return split
    }

    /// A further line of a split: what lies above the tier before.
    private mutating func readTier(_ line: inout TermsLine, of index: Int) throws(TermsProblem) {
        guard case .split(var split) = terms.clauses[index].action, split.isPaidOut else {
            throw TermsProblem("there is a clause \(terms.clauses[index].name) already")
        }
        guard split.tiers.last?.upTo != nil else { throw TermsProblem("the tier before has no upto=, so none follows") }
        split.tiers.append(try tier(&line, "shares", of: &split))
        var clause = terms.clauses[index]
        clause.action = .split(split)
        setClause(clause, at: index)
    }

    private func contribution(_ line: inout TermsLine) throws(TermsProblem) -> Split {
        let fund = try place(&line, "to")
        guard case .fund = fund else { throw TermsProblem("contribute is to a fund") }
        let total = Split.Total.fixed(try amounts(&line, "total"))
        var split = Split(total: total, hub: fund, isPaidOut: false, ends: [], tiers: [])
        split.tiers.append(try tier(&line, "key", of: &split))
        for end in split.ends {
            guard case .party = end else { throw TermsProblem("key: parties contribute") }
        }
        return split
    }

    /// Shares like `city:58.735,county:41.265`, and who gets what rounding leaves.
    private func tier(
        _ line: inout TermsLine,
        _ key: String,
        of split: inout Split
    ) throws(TermsProblem) -> Split.Tier {
        var shares = [Int64](repeating: 0, count: split.ends.count)
        var named: Set<Int> = []
        for text in try line.required(key).split(separator: ",", omittingEmptySubsequences: false) {
            let fields = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 2, let name = Code(fields[0]), let share = Figure(fields[1]) else {
                throw TermsProblem("\(key): \(text) is not NAME:PERCENT")
            }
            let end = try place(named: name, key)
            guard end != .fees else { throw TermsProblem("\(key): the venue's fees have no share") }
            if !split.ends.contains(end) {
                split.ends.append(end)
                shares.append(0)
            }
            let index = split.ends.firstIndex(of: end) ?? 0
            guard named.insert(index).inserted else { throw TermsProblem("\(key): \(name) stands twice") }
            shares[index] = share.millionths
        }
        guard shares.allSatisfy({ $0 <= 100_000_000 }), shares.reduce(0, +) == 100_000_000 else {
            throw TermsProblem("\(key): the shares must sum to 100 per cent")
        }
        let rest = try place(&line, "rest")
        guard let restIndex = split.ends.firstIndex(of: rest), named.contains(restIndex) else {
            throw TermsProblem("rest: \(terms.name(of: rest)) has no share")
        }
        guard key == "shares" else { return Split.Tier(upTo: nil, indexed: nil, shares: shares, rest: restIndex) }
        let upTo = try line.figure("upto")
        var indexed: (measure: Int, base: Figure)?
        if let text = line.text("indexed") {
            let fields = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 2, let base = Figure(fields[1]), base > .zero, upTo != nil else {
                throw TermsProblem("indexed is MEASURE:BASE of an upto")
            }
            indexed = (try measure(fields[0], "indexed"), base)
        }
        return Split.Tier(upTo: upTo, indexed: indexed, shares: shares, rest: restIndex)
    }

    private func delivery(_ line: inout TermsLine) throws(TermsProblem) -> DeliveryTerms {
        let from = try signer(&line, "from")
        let to = try signer(&line, "to")
        guard terms.parties[from].member != terms.parties[to].member else {
            throw TermsProblem("from and to are one member")
        }
        let permits = try className(&line)
        var quantities: [Quantity] = []
        for text in try line.required("qty").split(separator: ",", omittingEmptySubsequences: false) {
            guard text.utf8.allSatisfy({ (48...57).contains($0) }), text == "0" || text.utf8.first != 48,
                let units = Int64(text), (0...Limits.quantityMax.units).contains(units)
            else { throw TermsProblem("qty: \(text) is no quantity from 0 to \(Limits.quantityMax.units)") }
            quantities.append(Quantity(units))
        }
        guard quantities.count == 1 || quantities.count == terms.schedule.periods.count else {
            throw TermsProblem("qty is one quantity, or one for each of the \(terms.schedule.periods.count) periods")
        }
        let price = try line.money("price", terms.currency)
        guard price?.minorUnits ?? 0 <= Limits.priceMax.minorUnits else { throw TermsProblem("price is too high") }
        let unit = Price(minorUnits: price?.minorUnits ?? 0)
        let isTotal = line.text("total") != nil
        guard !isTotal || price == nil else {
            throw TermsProblem("price= is for one permit, total= for all; one of them")
        }
        return DeliveryTerms(
            from: from,
            to: to,
            permits: permits,
            quantities: quantities,
            totals: isTotal ? try amounts(&line, "total") : quantities.map(unit.notional)
        )
    }

    private func issue(_ line: inout TermsLine) throws(TermsProblem) -> IssueTerms {
        IssueTerms(
            to: try signer(&line, "to"),
            regulator: try signer(&line, "by"),
            permits: try className(&line),
            facility: try line.requiredCode("facility"),
            factor: try line.figure("factor") ?? .one
        )
    }

    private func suspension(_ line: inout TermsLine) throws(TermsProblem) -> SuspensionTerms {
        SuspensionTerms(
            party: try signer(&line, "party"),
            regulator: try signer(&line, "by"),
            program: try line.requiredCode("program"),
            days: try line.integer("days", in: 1...36_600) ?? 365
        )
    }

    private func expulsion(_ line: inout TermsLine) throws(TermsProblem) -> ExpulsionTerms {
        let party = try signer(&line, "party")
        let others = terms.signatories.count { $0 != terms.parties[party].member }
        guard others >= 2 else { throw TermsProblem("expel leaves fewer than two members; exit or breach ends it") }
        let word = line.text("votes")
        guard word != "all" else { return ExpulsionTerms(party: party, votes: nil) }
        guard let votes = word.map({ Int64($0) }) ?? 0, (0...Int64(others)).contains(votes) else {
            throw TermsProblem("votes must be 0 to \(others), or all")
        }
        return ExpulsionTerms(party: party, votes: votes)
    }

    /// `WATER:2027` or `WATER:2027:murray`.
    private func className(_ line: inout TermsLine) throws(TermsProblem) -> ClassName {
        let parts = try line.required("permits").split(separator: ":", omittingEmptySubsequences: false).map(
            String.init
        )
        guard parts.count == 2 || parts.count == 3, let program = Code(parts[0]),
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let vintage = Int64(parts[1]), vintage <= 2999,
            let zone = parts.count == 3 ? Code(parts[2]) : Code.none
        else { throw TermsProblem("permits must be PROGRAM:VINTAGE or PROGRAM:VINTAGE:ZONE") }
        return ClassName(program: program, vintage: vintage, zone: zone)
    }

    // MARK: The whole

    /// What an agreement of its kind must have.
    func checkWhole() throws(TermsProblem) {
        let periods = terms.schedule.periods.count
        guard terms.moves * periods <= Terms.movesMax else {
            throw TermsProblem("\(terms.moves) payments in \(periods) periods are more than \(Terms.movesMax)")
        }
        guard terms.moves <= Terms.movesOfPeriodMax else {
            throw TermsProblem("\(terms.moves) payments in a period are more than \(Terms.movesOfPeriodMax)")
        }
        guard terms.readings * periods <= Limits.readingsMax else {
            throw TermsProblem("\(terms.readings) readings in \(periods) periods are more than \(Limits.readingsMax)")
        }
        let samples = terms.measures.reduce(Int64(0)) { sum, measure in
            if case .readings(let sampling) = measure.source { sum + sampling.samples } else { sum }
        }
        guard samples <= Terms.samplesMax else {
            throw TermsProblem("\(samples) samples in a period are more than \(Terms.samplesMax)")
        }
        guard terms.signatories.count >= 2 else { throw TermsProblem("an agreement needs parties of two members") }
        func needs(_ what: String, _ isThere: Bool) throws(TermsProblem) {
            guard isThere else { throw TermsProblem("kind \(terms.kind.text) needs \(what)") }
        }
        func has(_ test: (Clause.Action) -> Bool) -> Bool { terms.clauses.contains { test($0.action) } }
        let pays = has { if case .pay = $0 { true } else { false } }
        let isRated = has {
            if case .pay(let payment) = $0, case .rate = payment.amount { true } else { false }
        }
        switch terms.kind {
        case .sale: try needs("a clause deliver", has { if case .deliver = $0 { true } else { false } })
        case .compensation: try needs("a clause pay with when=", terms.clauses.contains { $0.condition != nil } && pays)
        case .revenueShare:
            try needs("a clause split", has { if case .split(let split) = $0 { split.isPaidOut } else { false } })
        case .fund: try needs("a fund with a manager, and a purpose", !terms.purposes.isEmpty)
        case .saving: try needs("a clause issue", has { if case .issue = $0 { true } else { false } })
        case .service: try needs("a clause pay with rate=", isRated)
        case .deposit: try needs("a fund, and a clause pay", !terms.funds.isEmpty && pays)
        case .evaluation: try needs("an index", !terms.indices.isEmpty)
        }
    }
}

extension Terms {
    /// The measures that a clause needs.
    func measuresUsed(by action: Clause.Action) -> [Int] {
        switch action {
        case .pay(let payment):
            if case .rate(_, let measure, _, _, _) = payment.amount { [measure] } else { [] }
        case .split(let split):
            split.tiers.compactMap { $0.indexed?.measure }
                + {
                    if case .measure(let measure) = split.total { [measure] } else { [] }
                }()
        case .deliver, .issue, .suspend, .expel: []
        }
    }
}

extension Terms {
    /// How many payments each period can have.
    var moves: Int {
        clauses.reduce(0) { sum, clause in
            if case .split(let split) = clause.action { sum + split.ends.count } else { sum + 1 }
        }
    }

    /// How many readings of each period can count at once.
    var readings: Int {
        measures.reduce(0) { sum, measure in
            if case .readings(let sampling) = measure.source { sum + Int(sampling.readings) } else { sum }
        }
    }

    /// How many readings and payments all periods can have: what a contract may take of memory.
    package var places: Int { (moves + readings) * schedule.periods.count }
}
