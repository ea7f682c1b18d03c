import Audit
import Exchange
import Permits
import Registry

// From fields to the requests of the registry and of four eyes.

extension LineScanner {
    /// The years that a vintage or period may name.
    static var vintages: ClosedRange<Int64> { 1900...2999 }

    /// Program, vintage and zone; vintage 0 is that of entitlements, which last.
    func className(_ line: Span<UInt8>) throws(Refusal) -> ClassName {
        let program = try required(code(.program, line), .program)
        let vintage = try required(integer(.vintage, line, in: 0...LineScanner.vintages.upperBound), .vintage)
        guard vintage == 0 || vintage >= LineScanner.vintages.lowerBound else {
            let years = LineScanner.vintages
            throw Refusal(
                .outOfRange,
                "vintage must be \(years.lowerBound) to \(years.upperBound), or 0 for entitlements"
            )
        }
        return ClassName(program: program, vintage: vintage, zone: try code(.zone, line) ?? .none)
    }

    private func amount(_ line: Span<UInt8>) throws(Refusal) -> PermitAmount {
        PermitAmount(
            try className(line),
            try required(quantity(.qty, line), .qty),
            first: try integer(.first, line, in: 1...Limits.capMax.units)
        )
    }

    private func period(_ line: Span<UInt8>) throws(Refusal) -> Int64 {
        try required(integer(.period, line, in: LineScanner.vintages), .period)
    }

    private func number(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> UInt64 {
        UInt64(try required(integer(key, line, in: 1...Int64.max), key))
    }

    func registryCommand(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        switch verb {
        case .program: return .program(try newProgram(line))
        case .cap: return .cap(try newCap(line))
        case .allocate: return .allocate(try newAllocation(line))
        case .holiday:
            return .holiday(
                program: try required(code(.program, line), .program),
                date: try required(time(.date, line), .date)
            )
        case .facility:
            let facility = try required(code(.facility, line), .facility)
            return .facility(
                NewFacility(
                    code: facility,
                    program: try required(code(.program, line), .program),
                    member: try required(code(.member, line), .member),
                    zone: try code(.zone, line) ?? .none,
                    name: try text(.name, line) ?? facility.description,
                    closes: try flag(.close, line)
                )
            )
        case .monitor:
            return .monitor(
                facility: try required(code(.facility, line), .facility),
                verifier: try required(code(.verifier, line), .verifier),
                second: try code(.second, line),
                rule: try word(.split, line) ?? .dispute,
                tolerance: try decimal(.within, line) ?? .zero
            )
        case .report:
            return .report(
                NewReport(
                    facility: try required(code(.facility, line), .facility),
                    period: try period(line),
                    quantity: Quantity(try required(integer(.qty, line, in: 0...Limits.useMax.units), .qty)),
                    measure: try word(.kind, line) ?? .use,
                    evidence: try required(digest(.evidence, line), .evidence),
                    text: try text(.text, line) ?? ""
                )
            )
        case .deadline:
            return .deadline(
                NewDeadline(
                    program: try required(code(.program, line), .program),
                    period: try period(line),
                    due: try required(time(.due, line), .due),
                    since: try integer(.since, line, in: LineScanner.vintages),
                    share: try decimal(.share, line) ?? DecimalNumber(whole: 100)
                )
            )
        case .suspend:
            return .suspend(
                NewSuspension(
                    program: try required(code(.program, line), .program),
                    member: try required(code(.member, line), .member),
                    until: try time(.until, line),
                    auctions: try integer(.auctions, line, in: 1...1000),
                    isFrozen: try flag(.freeze, line),
                    text: try text(.text, line) ?? ""
                )
            )
        case .season, .announce, .spill, .release: return try seasonCommand(line)
        case .link, .delivery, .move: return try linkCommand(line)
        case .swap: return .swap(try newSwap(line))
        case .unswap: return .unswap(try number(.swap, line))
        case .offer: return .offer(try newOffer(line))
        case .take: return .take(try number(.offer, line))
        case .unoffer: return .unoffer(try number(.offer, line))
        case .readmit:
            return .readmit(
                program: try required(code(.program, line), .program),
                member: try required(code(.member, line), .member),
                text: try text(.text, line) ?? ""
            )
        case .bust:
            return .bust(
                market: try required(code(.market, line), .market),
                trade: try number(.trade, line),
                text: try text(.text, line) ?? ""
            )
        default: return try holderCommand(line)
        }
    }

    private func linkCommand(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        let link = try required(code(.link, line), .link)
        switch verb {
        case .link:
            let text = try text(.ratio, line)
            guard let ratio = text.map({ Ratio($0) }) ?? .one else {
                throw Refusal(
                    .badValue,
                    "ratio must be two whole numbers with a colon, what arrives and what leaves, like 9:10"
                )
            }
            let most = Limits.capMax.units
            return .link(
                NewLink(
                    code: link,
                    program: try required(code(.program, line), .program),
                    from: try required(code(.from, line), .from),
                    to: try required(code(.to, line), .to),
                    balance: try integer(.balance, line, in: -most...most).map { Quantity($0) },
                    terms: Link.Change(
                        starts: try time(.starts, line) ?? .never,
                        limit: try integer(.limit, line, in: 0...most).map { Quantity($0) },
                        ratio: ratio,
                        window: try integer(.window, line, in: 0...Limits.windowMax) ?? 0,
                        isFrozen: try flag(.freeze, line)
                    )
                )
            )
        case .delivery: return .delivery(link: link, quantity: try required(quantity(.qty, line), .qty))
        default:
            return .move(
                ZoneMove(
                    link: link,
                    vintage: try required(integer(.vintage, line, in: LineScanner.vintages), .vintage),
                    quantity: try required(quantity(.qty, line), .qty),
                    isBack: try flag(.back, line),
                    first: try integer(.first, line, in: 1...Limits.capMax.units)
                )
            )
        }
    }

    private func seasonCommand(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        let program = try required(code(.program, line), .program)
        let vintage = try required(integer(.vintage, line, in: LineScanner.vintages), .vintage)
        switch verb {
        case .season:
            return .season(
                NewSeason(
                    program: program,
                    vintage: vintage,
                    ends: try required(time(.ends, line), .ends),
                    carry: try decimal(.carry, line) ?? .zero,
                    spills: try flag(.spills, line)
                )
            )
        case .announce:
            return .announce(
                program: program,
                vintage: vintage,
                percent: try required(decimal(.percent, line), .percent)
            )
        case .spill:
            return .spill(
                program: program,
                vintage: vintage,
                percent: try required(decimal(.percent, line), .percent)
            )
        default: return .release(program: program, vintage: vintage)
        }
    }

    private func holderCommand(_ line: Span<UInt8>) throws(Refusal) -> RegistryCommand {
        switch verb {
        case .transfer: return .transfer(try amount(line), to: try required(code(.to, line), .to))
        case .recall: return .recall(transfer: try number(.transfer, line))
        case .retire: return .retire(try amount(line), text: try text(.text, line) ?? "")
        case .cover:
            return .cover(
                facility: try required(code(.facility, line), .facility),
                try amount(line),
                from: try code(.from, line)
            )
        case .surrender:
            return .surrender(
                facility: try required(code(.facility, line), .facility),
                period: try period(line),
                try amount(line)
            )
        case .trust, .distrust:
            let program = try required(code(.program, line), .program)
            let target = try required(code(.to, line), .to)
            return verb == .trust ? .trust(program: program, to: target) : .distrust(program: program, to: target)
        case .pay: return .pay(penalty: try number(.penalty, line))
        case .fourEyes:
            return .fourEyes(
                isOn: try flag(.on, line),
                seconds: try integer(.within, line, in: 60...Limits.proposalSecondsMax) ?? FourEyes.secondsDefault
            )
        case .propose:
            let (act, request) = try proposed(line)
            return .propose(verb: request.verb, act: act)
        case .approve:
            let (act, request) = try proposed(line)
            guard case .command(let command) = request.body else {
                throw Refusal(.invalidCombination, "\(request.verb.text) cannot be proposed")
            }
            return .approve(proposal: try number(.proposal, line), act: act, verb: request.verb, command: command)
        default:
            return .decline(proposal: try number(.proposal, line), text: try text(.text, line) ?? "")
        }
    }

    /// The request within a proposal or approval: its text, and what it reads as.
    private func proposed(_ line: Span<UInt8>) throws(Refusal) -> (act: String, request: ParsedLine) {
        let act = try required(text(.act, line, bytesMax: Limits.lineBytesMax), .act)
        let bytes = Array(act.utf8)
        let request: ParsedLine
        do throws(ParseFailure) { request = try LineParser.parse(bytes.span) } catch {
            throw Refusal(error.refusal.code, "act: \(error.refusal.text)")
        }
        if case .login = request.body {
            throw Refusal(.badValue, "act: a proposal is kept, so LOGIN takes hash= here, never a password")
        }
        guard case .command = request.body else {
            throw Refusal(.invalidCombination, "\(request.verb.text) cannot be proposed")
        }
        return (act, request)
    }

    private func newProgram(_ line: Span<UInt8>) throws(Refusal) -> NewProgram {
        let program = try required(code(.program, line), .program)
        var new = NewProgram(
            code: program,
            unit: try required(text(.unit, line), .unit),
            currency: try required(word(.currency, line), .currency),
            name: try text(.name, line) ?? program.description
        )
        if let rules = try code(.rules, line) { new.rules = rules.description }
        if let policies = try text(.with, line) { new.policies = policies }
        new.offsets = try code(.offsets, line)
        new.yields = try code(.yields, line)
        return new
    }

    private func newCap(_ line: Span<UInt8>) throws(Refusal) -> NewCap {
        let permits = try className(line)
        let level: NewCap.Level
        let quantity = try quantity(.cap, line, max: Limits.capMax)
        let base = try integer(.base, line, in: LineScanner.vintages)
        switch (quantity, base, try decimal(.reduce, line)) {
        case (let cap?, nil, nil): level = .quantity(cap)
        case (nil, let base?, let percent?): level = .reduced(base: base, percent: percent)
        default: throw Refusal(.missingKey, "CAP needs either cap= or base= and reduce=")
        }
        var new = NewCap(permits, level, holdingLimit: try self.quantity(.holding, line, max: Limits.capMax))
        new.reserve = try self.quantity(.reserve, line, max: Limits.capMax)
        new.expiry = try time(.expire, line)
        return new
    }

    private func newAllocation(_ line: Span<UInt8>) throws(Refusal) -> NewAllocation {
        let permits = try className(line)
        let max = Limits.useMax
        let factor = try decimal(.factor, line)
        guard Int(factor?.fractionCount ?? 0) <= Limits.factorDecimalsMax else {
            throw Refusal(.badNumber, "factor has more than \(Limits.factorDecimalsMax) decimals")
        }
        var given: [(AllocationMethod, Quantity)] = []
        if let direct = try quantity(.qty, line) { given.append((.direct, direct)) }
        if let history = try quantity(.history, line, max: max) { given.append((.history, history)) }
        if let output = try quantity(.output, line, max: max) { given.append((.benchmark, output)) }
        if let saving = try quantity(.saving, line, max: max) { given.append((.saving, saving)) }
        guard given.count == 1, (given[0].0 == .direct) == (factor == nil) else {
            throw Refusal(.missingKey, "ALLOCATE needs qty=, or factor= with one of history=, output= and saving=")
        }
        var new = NewAllocation(
            permits,
            member: try code(.member, line),
            facility: try code(.facility, line),
            method: given[0].0,
            basis: given[0].1,
            factor: factor ?? DecimalNumber(whole: 1)
        )
        guard new.member != nil || new.facility != nil else {
            throw Refusal(.missingKey, "ALLOCATE needs member= or facility=")
        }
        new.fromReserve = try flag(.reserve, line)
        return new
    }

    func registryQuery(_ line: Span<UInt8>) throws(Refusal) -> RegistryQuery {
        let rows = 1...Int64(Limits.rowsMax)
        let program = try code(.program, line)
        let member = try code(.member, line)
        let facility = try code(.facility, line)
        let year = try integer(.period, line, in: LineScanner.vintages)
        switch verb {
        case .rules: return .rules(program: try required(program, .program))
        case .facilities:
            return .facilities(program: program, member: member, facility: facility, from: try code(.from, line))
        case .reports: return .reports(facility: try required(facility, .facility), period: year)
        case .obligations:
            return .obligations(
                program: program,
                member: member,
                facility: facility,
                period: year,
                from: try code(.from, line)
            )
        case .blocks:
            return .blocks(
                try className(line),
                member: member,
                facility: facility,
                from: Int(try integer(.from, line, in: 1...Int64(Int32.max)) ?? 1),
                limit: Int(try integer(.limit, line, in: rows) ?? rows.upperBound)
            )
        case .transfers: return .transfers
        case .penalties:
            return .penalties(
                program: program,
                member: member,
                from: UInt64(try integer(.from, line, in: 1...Int64.max) ?? 1)
            )
        case .proposals: return .proposals
        case .seasons: return .seasons(program: program)
        case .swaps: return .swaps
        case .offers: return .offers
        case .rights: return .rights(member: member)
        case .links: return .links(program: program)
        case .reach:
            let depth = try integer(.depth, line, in: rows) ?? 10
            return .reach(market: try required(code(.market, line), .market), depth: Int(depth))
        default: return .concentration(try className(line))
        }
    }

    func inquiry(_ line: Span<UInt8>) throws(Refusal) -> Inquiry {
        switch verb {
        case .prices: return .prices(market: try code(.market, line), least: try decimal(.min, line))
        case .trace:
            let permits = try className(line)
            return .trace(
                permits,
                serial: Int64(try number(.serial, line)),
                page: Int(try integer(.page, line, in: 1...Inquiry.pathPagesMax) ?? 1)
            )
        case .certificate:
            return .certificate(number: try number(.number, line), digest: try digest(.digest, line))
        default: return .log(try logInquiry(line))
        }
    }
}
