import Audit
import Exchange
import Ledger
import Permits
import Registry
import Seals

// Queries about the registry.

extension Venue {
    func answer(_ query: RegistryQuery, _ member: MemberID, _ rows: inout Rows) throws(Refusal) {
        switch query {
        case .rules(let code): try rules(code, &rows)
        case .facilities(let program, let member, let facility, let from):
            for id in try facilities(program, member, facility, from) {
                rows.row { $0.append(status: id, exchange) }
            }
        case .reports(let code, let period): try reports(code, period, &rows)
        case .obligations(let program, let member, let facility, let period, let from):
            for id in try facilities(program, member, facility, from) where rows.count < Limits.rowsMax {
                obligations(id, period, &rows)
            }
        case .blocks(let name, let owner, let facility, let from, let limit):
            try blocks(name, try subject(owner, member), facility, from, limit, &rows)
        case .transfers(let program): try transfers(program, member, &rows)
        case .penalties(let program, let owner, let from): try penalties(program, owner, from, &rows)
        case .proposals: proposals(member, &rows)
        case .concentration(let name): try concentration(name, member, &rows)
        case .seasons(let code): try seasons(code, &rows)
        case .deadlines(let code): try deadlines(code, &rows)
        case .swaps:
            for swap in exchange.registry.swaps
            where swap.partner == nil || swap.partner == member || swap.member == member {
                rows.row { $0.append(swap, exchange) }
            }
        case .offers:
            for offer in exchange.registry.offers
            where offer.partner == nil || offer.partner == member || offer.seller == member {
                rows.row { $0.append(offer, exchange) }
            }
        case .rights(let code):
            let party = code == nil && exchange.seesAll(member) ? nil : try subject(code, member)
            for right in exchange.registry.rights
            where party == nil || right.seller == party || right.buyer == party {
                rows.row { $0.append(right, exchange) }
            }
        case .reach(let code, let depth): try reach(code, depth, &rows)
        case .links(let code):
            let program = try code.map { code throws(Refusal) in try exchange.findProgram(code) }
            for link in exchange.registry.links where program == nil || link.program == program {
                rows.row { $0.append(link, exchange) }
            }
        }
    }

    private func reach(_ code: Code, _ depth: Int, _ rows: inout Rows) throws(Refusal) {
        let terms = exchange.markets[try exchange.findMarket(code).slot].terms
        rows.head.append("market", code)
        for offer in exchange.reach(of: terms.market, depth: depth) {
            rows.row { bytes in
                bytes.append("side", offer.side)
                bytes.append("price", offer.delivered, terms.currency)
                bytes.append("qty", offer.quantity)
                bytes.append("in", exchange.markets[offer.market.slot].terms.code)
                bytes.append("at", offer.price, terms.currency)
                if !offer.way.isEmpty { bytes.append(text: " via=\(offer.way) ratio=\(offer.arrives):\(offer.left)") }
            }
        }
    }

    private func rules(_ code: Code, _ rows: inout Rows) throws(Refusal) {
        let rules = exchange.registry[try exchange.findProgram(code)].rules
        rows.head.append("program", code)
        rows.head.append(" rules=")
        rows.head.append(text: rules.code)
        rows.head.append("source", quoted: rules.source)
        for policy in rules.policies {
            rows.row { bytes in
                bytes.append(text: " policy=\(policy.name) value=\(policy.value)")
            }
        }
    }

    /// The facilities that match, by code: `Limits.rowsMax` at most.
    private func facilities(
        _ program: Code?,
        _ member: Code?,
        _ facility: Code?,
        _ from: Code?
    ) throws(Refusal) -> [FacilityID] {
        let program = try program.map { code throws(Refusal) in try exchange.findProgram(code) }
        let member = try member.map { code throws(Refusal) in try exchange.findMember(code) }
        let registry = exchange.registry
        if let facility {
            let id = try exchange.findFacility(facility)
            return registry.isOf(program, member, id) && from.map({ facility > $0 }) != false ? [id] : []
        }
        return Array(
            registry.facilitiesByCode(behind: from).lazy.filter { registry.isOf(program, member, $0) }
                .prefix(Limits.rowsMax)
        )
    }

    private func reports(_ code: Code, _ period: Int64?, _ rows: inout Rows) throws(Refusal) {
        let facility = exchange.registry[try exchange.findFacility(code)]
        rows.head.append("facility", code)
        for report in facility.reports where period == nil || report.period == period {
            rows.row { bytes in
                bytes.append("time", report.time)
                bytes.append(report, exchange)
                if let verified = facility.verified(report.measure, period: report.period) {
                    bytes.append("verified", verified)
                }
            }
        }
    }

    private func obligations(_ id: FacilityID, _ period: Int64?, _ rows: inout Rows) {
        let facility = exchange.registry[id]
        // Years that are reported, but of which nothing was surrendered and no deadline has come.
        let bare = facility.reportedYears.filter { year in
            year.measure == .use
                && !facility.obligations.contains { ($0.since...$0.period).contains(year.period) }
        }
        let all = facility.obligations + bare.map { Obligation(period: $0.period, since: $0.period) }
        for obligation in all.sorted(by: { $0.period < $1.period })
        where period == nil || obligation.period == period {
            guard rows.count < Limits.rowsMax else { return }
            let (use, isVerified) = facility.countedUse(
                since: obligation.since,
                through: obligation.period,
                unreported: exchange.registry[facility.program].rules.unreported
            )
            let open = Obligation.Outcome(use: use, due: max(.zero, use), shortfall: .zero, isVerified: isVerified)
            rows.row { bytes in
                bytes.append(facility: id, exchange)
                bytes.append("period", UInt64(obligation.period))
                bytes.append(obligation.outcome ?? open, obligation.tally)
                bytes.append(obligation.isSettled ? " settled=1" : " settled=0")
            }
        }
    }

    private func blocks(
        _ name: ClassName,
        _ owner: MemberID,
        _ code: Code?,
        _ from: Int,
        _ limit: Int,
        _ rows: inout Rows
    ) throws(Refusal) {
        var account = AccountID.general(owner)
        if let code {
            let facility = try exchange.findFacility(code)
            guard exchange.registry[facility].member == owner else {
                throw Refusal(.notYourFacility, "facility \(code) belongs to another member")
            }
            account = .compliance(facility)
        }
        let all = exchange.ledger.blocks(of: account, .permits(try exchange.findClass(name)))
        rows.head.append("blocks", UInt64(all.count))
        for block in all.dropFirst(from - 1).prefix(limit) {
            rows.row { bytes in
                bytes.append("first", UInt64(block.first))
                bytes.append("last", UInt64(block.last))
                bytes.append("qty", Quantity(block.count))
            }
        }
    }

    private func transfers(_ code: Code?, _ member: MemberID, _ rows: inout Rows) throws(Refusal) {
        let program = try code.map { code throws(Refusal) in try exchange.findProgram(code) }
        let isRegulator = exchange.members[member].role == .regulator
        let waiting = isRegulator ? exchange.registry.transfers.map { $0 } : exchange.registry.transfers(of: member)
        for transfer in waiting {
            let own = exchange.registry[transfer.permitClass].program
            guard program == nil || own == program, !isRegulator || exchange.registry[own].regulator == member else {
                continue
            }
            rows.row { bytes in
                bytes.append("transfer", transfer.number)
                bytes.append(transfer, exchange)
            }
        }
        for trust in exchange.registry.trusts[member] ?? [] {
            rows.row { bytes in
                bytes.append("trusted", exchange.members[trust.trusted].code)
                bytes.append("program", exchange.registry[trust.program].code)
                bytes.append("effective", trust.effective)
            }
        }
    }

    private func penalties(_ program: Code?, _ owner: Code?, _ from: UInt64, _ rows: inout Rows) throws(Refusal) {
        let program = try program.map { code throws(Refusal) in try exchange.findProgram(code) }
        let owner = try owner.map { code throws(Refusal) in try exchange.findMember(code) }
        let matching = exchange.registry.penalties.filter {
            $0.number >= from && (program == nil || $0.program == program) && (owner == nil || $0.member == owner)
        }
        for penalty in matching.prefix(Limits.rowsMax) { rows.row { $0.append(penalty, exchange) } }
    }

    private func deadlines(_ code: Code?, _ rows: inout Rows) throws(Refusal) {
        let program = try code.map { code throws(Refusal) in try exchange.findProgram(code) }
        for (index, deadline) in exchange.registry.deadlines.enumerated() {
            guard program == nil || deadline.program == program, !deadline.isReplaced else { continue }
            rows.row { bytes in
                bytes.append(deadline, number: index, exchange)
                bytes.append(deadline.isDone ? " settled=1" : " settled=0")
            }
        }
    }

    private func seasons(_ code: Code?, _ rows: inout Rows) throws(Refusal) {
        let program = try code.map { code throws(Refusal) in try exchange.findProgram(code) }
        for season in exchange.registry.seasons where program == nil || season.program == program {
            rows.row { $0.append(season, exchange) }
        }
    }

    private func proposals(_ member: MemberID, _ rows: inout Rows) {
        rows.head.append(exchange.fourEyes.isOn(for: member) ? " foureyes=1" : " foureyes=0")
        for proposal in exchange.fourEyes.proposals where [proposal.member, proposal.approver].contains(member) {
            rows.row { bytes in
                bytes.append("proposal", proposal.number)
                if member != proposal.member { bytes.append("member", exchange.members[proposal.member].code) }
                bytes.append("by", exchange.members[proposal.author].code)
                bytes.append("expires", proposal.expires)
                bytes.append("act", quoted: proposal.act)
            }
        }
    }

    /// What a group holds; the larger is the greater, of equal ones the earlier member.
    private struct Holder: Comparable {
        let quantity: Int64
        let lead: MemberID

        static func < (a: Holder, b: Holder) -> Bool { (a.quantity, b.lead) < (b.quantity, a.lead) }
    }

    /// Shares of a class by groups of associates, the largest first, and the sum of their squares in ten-thousandths.
    ///
    /// How much a member holds is its own business: others see shares without names.
    private func concentration(_ name: ClassName, _ asker: MemberID, _ rows: inout Rows) throws(Refusal) {
        let asset = AssetID.permits(try exchange.findClass(name))
        // By member; those that lead a group have what their associates hold.
        let members = exchange.members.members
        let facilities = exchange.registry.facilities
        var quantities = ContiguousArray<Int64>(repeating: 0, count: members.count)
        exchange.ledger.forEachHolder(of: asset) { account, balance in
            guard !account.isBacking, !account.isFinal,
                let member = account.member ?? account.spiller ?? account.facility.map({ facilities[$0.slot].member })
            else { return }
            quantities[Int((members[Int(member.index)].group ?? member).index)] += balance.total
        }
        let held = quantities.indices.filter { quantities[$0] > 0 }.map { index in
            Holder(quantity: quantities[index], lead: MemberID(UInt32(index)))
        }
        let total = held.reduce(0) { $0 + $1.quantity }
        // Herfindahl-Hirschman index: the sum of squared shares in per cent, 0 to 10,000, rounded down.
        let squares = held.reduce(Int128(0)) { $0 + Int128($1.quantity) * Int128($1.quantity) }
        rows.head.append("held", Quantity(total))
        rows.head.append("holders", UInt64(held.count))
        rows.head.append("hhi", total == 0 ? 0 : UInt64(squares * 10_000 / (Int128(total) * Int128(total))))
        for (index, holder) in held.largest(Limits.rowsMax).enumerated() {
            let associates = exchange.members.associates(of: holder.lead)
            rows.row { bytes in
                if exchange.seesAll(asker) || associates.contains(asker) {
                    bytes.append("member", exchange.members[holder.lead].code)
                    bytes.append("associates", UInt64(associates.count - 1))
                } else {
                    bytes.append(text: " member=~\(index + 1)")
                }
                bytes.append("qty", Quantity(holder.quantity))
                bytes.append(" share=")
                bytes.append(decimal: Int64(Int128(holder.quantity) * 10_000 / Int128(total)), scale: 2)
            }
        }
    }
}

extension TextSink {
    /// Appends a facility and what it still has to do.
    fileprivate mutating func append(status id: FacilityID, _ exchange: Exchange) {
        let facility = exchange.registry[id]
        append(facility: id, exchange)
        if facility.isClosed { append(" closed=1") }
        if let monitoring = facility.monitoring { append(monitoring, exchange) }
        append("opendue", facility.openDue)
        if facility.owed > .zero { append("owed", facility.owed) }
        if facility.credit > .zero { append("credit", facility.credit) }
        if facility.deduction > .zero { append("deduction", facility.deduction) }
        if facility.savingUsed > .zero { append("savingused", facility.savingUsed) }
        append("name", quoted: facility.name)
    }
}
