import Audit
import Compacts
import Exchange
import Ledger
import Permits
import Registry
import Seals

// The registry's events as lines.

extension Output {
    /// Appends what became of a waiting transfer.
    mutating func append(
        _ transfer: PendingTransfer,
        _ state: TransferState,
        _ member: MemberID,
        _ count: UInt64,
        _ sequence: UInt64,
        _ exchange: Exchange
    ) {
        line("TRANSFER", sequence, .member(member), count, .nobody) { bytes in
            bytes.append("transfer", transfer.number)
            bytes.append("state", state)
            bytes.append(transfer, exchange)
        }
    }

    /// Appends what became of a proposal: that of an official is public, unless it is about a login.
    mutating func append(
        _ proposal: Proposal,
        _ state: ProposalState,
        by user: UserID,
        _ member: MemberID,
        _ count: UInt64,
        _ sequence: UInt64,
        _ exchange: Exchange
    ) {
        let isOfficial = [.operator, .regulator].contains(exchange.members[member].role)
        let isPublic = isOfficial && !proposal.act.hasPrefix("\(Verb.login.text) ")
        line("PROPOSAL", sequence, .member(member), count, isPublic ? .everybody : .owner) { bytes in
            bytes.append("proposal", proposal.number)
            bytes.append("state", state)
            if member != proposal.member { bytes.append("member", exchange.members[proposal.member].code) }
            if user != .venue { bytes.append("by", exchange.members[user].code) }
            bytes.append("act", quoted: proposal.act)
        }
    }
}

extension TextSink {
    /// Appends a waiting transfer's class, quantity, sides and time.
    mutating func append(_ transfer: PendingTransfer, _ exchange: Exchange) {
        append(class: transfer.permitClass, exchange)
        append("qty", transfer.quantity)
        append("from", exchange.members[transfer.from].code)
        append("to", exchange.members[transfer.to].code)
        append("executes", transfer.executes)
        if let passage = transfer.passage { append("link", passage.link) }
    }

    /// Appends serial blocks: `serials=1-400,900-950`, the first few of them and how many there are.
    mutating func append(serials blocks: [SerialBlock]) {
        guard !blocks.isEmpty else { return }
        append(" serials=")
        let shown = blocks.prefix(Limits.blocksPerLine)
        append(text: shown.map { "\($0.first)-\($0.last)" }.joined(separator: ","))
        if blocks.count > shown.count { append("blocks", UInt64(blocks.count)) }
    }

    /// Appends what a class is limited by and how much of it there is.
    mutating func append(terms: PermitClass) {
        append("cap", terms.cap)
        append("issued", terms.issued)
        if terms.carried > .zero { append("carried", terms.carried) }
        if terms.returned > .zero { append("returned", terms.returned) }
        if terms.excess > .zero { append("excess", terms.excess) }
        if terms.pledged > .zero { append("auctions", terms.pledged) }
        if terms.reserve > .zero { append("reserve", terms.reserve) }
    }

    /// Appends a public fact.
    mutating func append(_ fact: RegistryFact, _ exchange: Exchange) {
        switch fact {
        case .program(_, let program):
            append(" kind=program")
            append(program: program, exchange)
        case .classification(let member, let isCompliance, let lead):
            append(" kind=classification")
            append("member", exchange.members[member].code)
            append(isCompliance ? " type=compliance" : " type=general")
            if let lead { append("to", exchange.members[lead].code) }
        case .cap(let id, let terms):
            append(" kind=cap")
            append(class: id, exchange)
            append(terms: terms)
            if let limit = terms.holdingLimit { append("holding", limit) }
            if terms.expiry != .never { append("expire", terms.expiry) }
        case .allocation(let allocation): append(allocation, exchange)
        case .facility(let id, let facility):
            append(" kind=facility")
            append(facility: id, exchange)
            append("name", quoted: facility.name)
        case .facilityClosed(let id):
            append(" kind=facility-closed")
            append(facility: id, exchange)
        case .monitoring(let id, let monitoring):
            append(" kind=monitoring")
            append("facility", exchange.registry[id].code)
            append(monitoring, exchange)
        case .report(let id, let report, let text, let verified):
            append(" kind=report")
            append("facility", exchange.registry[id].code)
            append(report, exchange)
            if let verified { append("verified", verified) }
            if !text.isEmpty { append("text", quoted: text) }
        case .verified(let id, let period, let measure, let quantity):
            append(" kind=verified")
            append("facility", exchange.registry[id].code)
            append("period", UInt64(period))
            append("measure", measure)
            if let quantity { append("verified", quantity) }
        case .deadline(let number, let deadline):
            append(" kind=deadline")
            append(deadline, number: number, exchange)
        case .deadlineReplaced(let number):
            append(" kind=deadline-replaced")
            append(exchange.registry.deadlines[number], number: number, exchange)
        case .surrender(let surrender):
            append(" kind=surrender")
            append("facility", exchange.registry[surrender.facility].code)
            append("period", UInt64(surrender.period))
            append(class: surrender.permitClass, exchange)
            append("qty", surrender.quantity)
            append("counts", surrender.kind)
            if surrender.isAutomatic { append(" automatic=1") }
        case .compliance(let id, let deadline, let outcome, let tally):
            append(" kind=compliance")
            append(facility: id, exchange)
            append("period", UInt64(exchange.registry.deadlines[deadline].period))
            append(outcome, tally)
        case .penalty(let penalty):
            append(" kind=penalty")
            append(penalty, exchange)
        case .paid(let penalty):
            append(" kind=paid")
            append(penalty, exchange)
        case .suspension(let suspension, let text):
            append(" kind=suspension")
            append("program", exchange.registry[suspension.program].code)
            append("member", exchange.members[suspension.member].code)
            if suspension.until != .never { append("until", suspension.until) }
            if let auctions = suspension.auctions { append("auctions", UInt64(auctions)) }
            if suspension.isFrozen { append(" freeze=1") }
            append("text", quoted: text)
        case .readmission(let program, let member, let text):
            append(" kind=readmission")
            append("program", exchange.registry[program].code)
            append("member", exchange.members[member].code)
            append("text", quoted: text)
        case .reversal(let act, let text):
            append(" kind=reversal")
            append("what", act.name.process)
            append("number", act.name.number)
            append(class: act.permitClass, exchange)
            append("qty", act.quantity)
            append(serials: act.serials.map { SerialBlock(first: $0.lowerBound, last: $0.upperBound) })
            if act.name.process != .transfer { append("member", exchange.members[act.member].code) }
            append("text", quoted: text)
        case .takenBack(let id, let member, let quantity, let toReserve, let text):
            append(" kind=taken-back")
            append(class: id, exchange)
            append("member", exchange.members[member].code)
            append("qty", quantity)
            append(toReserve ? " reserve=1" : "")
            append("text", quoted: text)
        case .certificate(let certificate):
            append(" kind=retirement")
            append(certificate, exchange)
        case .bust(let trade, let market, let price, let text):
            let terms = exchange.markets[market.slot].terms
            append(" kind=bust")
            append("market", terms.code)
            append("trade", trade.number)
            append("qty", trade.quantity)
            append("price", trade.price, terms.currency)
            if let price { append("corrected", price, terms.currency) }
            append("text", quoted: text)
        case .season(let season):
            append(" kind=season")
            append(season, exchange)
        case .announcement(let season, of: let entitlements, let percent, let credited):
            append(" kind=announcement")
            append("program", exchange.registry[entitlements].code)
            append("vintage", UInt64(season.vintage))
            append(text: " percent=\(percent.text)")
            append("credited", credited)
        case .seasonEnd(let season, let carried, let spillable, let forfeited):
            append(" kind=season-end")
            append(season, exchange)
            append("carried", carried)
            append("spillable", spillable)
            append("forfeited", forfeited)
        case .spill(let program, let vintage, let share, let lost):
            append(" kind=spill")
            append("program", exchange.registry[program].code)
            append("vintage", UInt64(vintage))
            append(text: " percent=\(share.text)")
            append("lost", lost)
        case .release(let program, let vintage, let released):
            append(" kind=release")
            append("program", exchange.registry[program].code)
            append("vintage", UInt64(vintage))
            append("released", released)
        case .swapped(let swap, by: let number):
            append(" kind=swap")
            append("by", number)
            append(swap, exchange, isNamed: false)
        case .link(let link):
            append(" kind=link")
            append(link, exchange)
        case .sale(let offer, buyer: _):
            append(" kind=sale")
            append(offer, exchange, isNamed: false)
        case .right(let right, let yielded, let paid):
            append(" kind=right")
            append("yielded", yielded)
            append("paid", money: paid.minorUnits, right.currency)
            append(right, exchange, isNamed: false)
        case .delivery(let link, let quantity):
            append(" kind=delivery")
            append("qty", quantity)
            append(link, exchange)
        case .moved(let link, member: _, let left, let arrived, let isBack):
            append(" kind=move")
            append("left", left)
            append("arrived", arrived)
            if isBack { append(" back=1") }
            append(link, exchange)
        case .expiry(let id, let cancelled):
            append(" kind=expiry")
            append(class: id, exchange)
            append("cancelled", cancelled)
        case .compact(let id, let fact):
            append(" kind=compact")
            append(fact, of: id, exchange)
        case .complaint(let complaint, let text):
            append(" kind=complaint")
            append(complaint, exchange)
            append("text", quoted: text)
        case .label(let label):
            append(" kind=label")
            append(label, exchange)
        case .award(let award, let state):
            append(" kind=award")
            append("state", state)
            append(award, exchange)
        }
    }

    /// Appends a program's terms.
    mutating func append(program: Program, _ exchange: Exchange) {
        append("program", program.code)
        append("unit", quoted: program.unit)
        append("currency", program.currency)
        append("regulator", exchange.members[program.regulator].code)
        append(" rules=")
        append(text: program.rules.code)
        if let offsets = program.offsetsFor { append("offsets", exchange.registry[offsets].code) }
        if let yields = program.yields { append("yields", exchange.registry[yields].code) }
        if program.calendar.zone != .brussels { append(zone: program.calendar.zone) }
        append("name", quoted: program.name)
    }

    private mutating func append(_ allocation: Allocation, _ exchange: Exchange) {
        append(" kind=allocation")
        append(class: allocation.permitClass, exchange)
        append("member", exchange.members[allocation.member].code)
        if let facility = allocation.facility { append("facility", exchange.registry[facility].code) }
        append("method", allocation.method)
        if allocation.method != .direct {
            append("basis", allocation.basis)
            append(" factor=")
            append(text: allocation.factor.description)
        }
        append("qty", allocation.quantity)
        if allocation.fromReserve { append(" reserve=1") }
        if allocation.deducted > .zero { append("deducted", allocation.deducted) }
    }

    /// Appends a facility's code, program, member and zone.
    mutating func append(facility id: FacilityID, _ exchange: Exchange) {
        let facility = exchange.registry[id]
        append("facility", facility.code)
        append("program", exchange.registry[facility.program].code)
        append("member", exchange.members[facility.member].code)
        if !facility.zone.isEmpty { append("zone", facility.zone) }
    }

    /// Appends who measures.
    mutating func append(_ monitoring: Monitoring, _ exchange: Exchange) {
        append("verifier", exchange.members[monitoring.verifier].code)
        guard let second = monitoring.second else { return }
        append("second", exchange.members[second].code)
        append("split", monitoring.rule)
        append(" within=")
        append(text: monitoring.tolerance.text)
    }

    /// Appends a report.
    mutating func append(_ report: Report, _ exchange: Exchange) {
        append("period", UInt64(report.period))
        append("measure", report.measure)
        append("verifier", exchange.members[report.verifier].code)
        append("qty", report.quantity)
        if report.isDetermination { append(" determination=1") }
        append(" evidence=")
        append(text: report.evidence.hex)
    }

    /// Appends a deadline.
    mutating func append(_ deadline: Deadline, number: Int, _ exchange: Exchange) {
        append("program", exchange.registry[deadline.program].code)
        append("period", UInt64(deadline.period))
        append("since", UInt64(deadline.since))
        append("due", deadline.due)
        append(" share=")
        append(text: deadline.share.text)
    }

    /// Appends a link and what may still go through it.
    mutating func append(_ link: Link, _ exchange: Exchange) {
        append("link", link.code)
        append("program", exchange.registry[link.program].code)
        append("from", link.from)
        append("to", link.to)
        append(text: " ratio=\(link.ratio.text)")
        append(text: " balance=\(link.balance.units)")
        if let limit = link.limit { append("limit", limit) }
        if let opportunity = link.opportunity { append("opportunity", opportunity) }
        if link.window > 0 { append("window", UInt64(link.window)) }
        if let opens = link.opens { append("opens", opens) }
        if link.isFrozen { append(" freeze=1") }
        if let floor = link.floor { append(text: " floor=\(floor.units)") }
        if let reopens = link.reopens { append(text: " reopen=\(reopens.units)") }
        if let reopens = link.backReopens { append(text: " backopen=\(reopens.units)") }
        if link.isOneWay { append(" oneway=1") }
        if let opportunity = link.backOpportunity { append("backopportunity", opportunity) }
        guard let next = link.next else { return }
        append("starts", next.starts)
        append(text: " then=")
        let limit = next.isFrozen ? "freeze" : next.limit.map { "limit:\($0.units)" } ?? "no-limit"
        append(text: [limit, "ratio:\(next.ratio.text)", "window:\(next.window)"].joined(separator: ","))
    }

    /// Appends a season.
    mutating func append(_ season: Season, _ exchange: Exchange) {
        append("program", exchange.registry[season.program].code)
        append("vintage", UInt64(season.vintage))
        append("ends", season.ends)
        append(text: " carry=\(season.carry.text)")
        append(season.spills ? " spills=1" : " spills=0")
        append(season.isEnded ? " ended=1" : " ended=0")
        guard !season.announced.isEmpty else { return }
        append(" announced=")
        let shares = season.announced.map { "\(exchange.registry[$0.entitlements].code):\($0.percent.text)" }
        append(text: shares.joined(separator: ","))
    }

    /// Appends what a deadline found.
    mutating func append(_ outcome: Obligation.Outcome, _ tally: SurrenderTally) {
        append("use", outcome.use)
        append("due", outcome.due)
        append("surrendered", tally.total)
        if tally.offsets > .zero { append("offsets", tally.offsets) }
        if tally.banked > .zero { append("banked", tally.banked) }
        if tally.borrowed > .zero { append("borrowed", tally.borrowed) }
        append("shortfall", outcome.shortfall)
        append(outcome.isVerified ? " verified=1" : " verified=0")
    }

    /// Appends a penalty.
    mutating func append(_ penalty: Penalty, _ exchange: Exchange) {
        let currency = exchange.registry[penalty.program].currency
        append("penalty", penalty.number)
        append(facility: penalty.facility, exchange)
        append("period", UInt64(penalty.period))
        append("shortfall", penalty.shortfall)
        append("currency", currency)
        if penalty.isUndetermined {
            append(" undetermined=1")
        } else {
            append("amount", money: penalty.amount.minorUnits, currency)
        }
        append("permits", penalty.permits)
        append(penalty.isPaid ? " paid=1" : " paid=0")
    }

    /// Appends a certificate.
    mutating func append(_ certificate: Certificate, _ exchange: Exchange) {
        append("number", certificate.number)
        append("time", certificate.time)
        append("member", exchange.members[certificate.member].code)
        append(class: certificate.permitClass, exchange)
        append("qty", certificate.quantity)
        append(serials: certificate.serials.map { SerialBlock(first: $0.lowerBound, last: $0.upperBound) })
        append(" digest=")
        append(text: certificate.digest.hex)
        append(certificate.isReversed ? " reversed=1" : "")
        append("text", quoted: certificate.text)
    }
}
