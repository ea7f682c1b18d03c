import Audit
import Exchange
import GRDB
import Ledger
import Permits
import Registry
import Seals

// The registry as rows.

extension SettlementProjection {
    func write(_ fact: RegistryFact, position: Int, sequence: UInt64, time: Timestamp) throws {
        let seq = Int64(bitPattern: sequence)
        switch fact {
        case .program(let id, let program):
            try database.execute(
                sql: "INSERT INTO program VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    id.index, "\(program.code)", program.unit, program.currency.text, program.name,
                    program.regulator.index, program.rules.code, program.offsetsFor?.index,
                    program.yields?.index,
                ]
            )
        case .classification(let member, let isCompliance, let lead):
            try database.execute(
                sql: "INSERT OR REPLACE INTO classification VALUES (?, ?, ?, ?)",
                arguments: [member.index, isCompliance ? "compliance" : "general", lead?.index, seq]
            )
        case .cap(let id, let terms): try write(cap: terms, of: id, seq, time)
        case .allocation(let allocation):
            try database.execute(
                sql: "INSERT INTO allocation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    seq, allocation.permitClass.index, allocation.member.index, allocation.facility?.index,
                    allocation.method.text, allocation.basis.units, allocation.factor.description,
                    allocation.quantity.units, allocation.fromReserve, allocation.deducted.units, "\(time)",
                ]
            )
        case .facility(let id, let facility):
            try database.execute(
                sql:
                    "INSERT INTO facility (id, code, program, member, zone, name, registered_seq) VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    id.index, "\(facility.code)", facility.program.index, facility.member.index, "\(facility.zone)",
                    facility.name, seq,
                ]
            )
        case .facilityClosed(let id):
            try database.execute(sql: "UPDATE facility SET closed_seq = ? WHERE id = ?", arguments: [seq, id.index])
        case .monitoring(let id, let monitoring):
            try database.execute(
                sql: "UPDATE facility SET verifier = ?, second = ?, split = ?, within = ? WHERE id = ?",
                arguments: [
                    monitoring.verifier.index, monitoring.second?.index, monitoring.rule.text,
                    monitoring.tolerance.hundredths, id.index,
                ]
            )
        case .report(let id, let report, let text, let verified):
            try database.execute(
                sql: "INSERT INTO report VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    seq, id.index, report.period, report.measure.text, report.verifier.index, report.quantity.units,
                    report.isDetermination, report.evidence.hex, verified?.units, text, "\(time)",
                ]
            )
            try write(verified: verified, id, report.period, report.measure, seq)
        case .verified(let id, let period, let measure, let quantity):
            try write(verified: quantity, id, period, measure, seq)
        case .deadline(let number, let deadline):
            try database.execute(
                sql: "INSERT INTO deadline VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                arguments: [
                    number, deadline.program.index, deadline.period, deadline.since, "\(deadline.due)",
                    deadline.share.hundredths, seq,
                ]
            )
        case .deadlineReplaced(let number):
            try database.execute(sql: "UPDATE deadline SET replaced_seq = ? WHERE id = ?", arguments: [seq, number])
        case .surrender, .compliance, .penalty, .paid, .suspension, .readmission, .certificate, .bust, .season,
            .announcement, .seasonEnd, .spill, .release, .link, .delivery, .swapped, .sale, .right, .moved, .compact,
            .complaint, .label, .award, .expiry:
            try write(consequence: fact, position, seq, time)
        }
    }

    private func write(
        verified quantity: Quantity?,
        _ facility: FacilityID,
        _ period: Int64,
        _ measure: Measure,
        _ seq: Int64
    ) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO verified_use VALUES (?, ?, ?, ?, ?)",
            arguments: [facility.index, period, measure.text, quantity?.units, seq]
        )
    }

    private func write(cap terms: PermitClass, of id: ClassID, _ seq: Int64, _ time: Timestamp) throws {
        let expires = terms.expiry == .never ? nil : "\(terms.expiry)"
        try database.execute(
            sql: """
                INSERT INTO permit_class VALUES (?, ?, ?, ?, ?, ?, ?, NULL)
                ON CONFLICT (id) DO UPDATE SET cap = excluded.cap, holding_limit = excluded.holding_limit,
                    expires = excluded.expires
                """,
            arguments: [
                id.index, terms.program.index, terms.vintage, "\(terms.zone)", terms.cap.units,
                terms.holdingLimit?.units, expires,
            ]
        )
        try database.execute(
            sql: "INSERT INTO cap_change VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                seq, id.index, terms.cap.units, terms.holdingLimit?.units, terms.reserve.units, terms.issued.units,
                "\(time)",
            ]
        )
    }

    private func write(consequence fact: RegistryFact, _ position: Int, _ seq: Int64, _ time: Timestamp) throws {
        switch fact {
        case .surrender(let surrender):
            try database.execute(
                sql: "INSERT INTO surrender VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    seq, position, surrender.facility.index, surrender.period, surrender.permitClass.index,
                    surrender.quantity.units, surrender.kind.text, surrender.isAutomatic, "\(time)",
                ]
            )
        case .compliance(let facility, let deadline, let outcome, let tally):
            try database.execute(
                sql: "INSERT INTO compliance VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    deadline, facility.index, outcome.use.units, outcome.due.units, tally.total.units,
                    tally.offsets.units, outcome.shortfall.units, outcome.isVerified, seq,
                ]
            )
        case .penalty(let penalty):
            try database.execute(
                sql: "INSERT INTO penalty VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    Int64(bitPattern: penalty.number), seq, penalty.program.index, penalty.facility.index,
                    penalty.member.index, penalty.period, penalty.shortfall.units, penalty.amount.minorUnits,
                    penalty.permits.units, penalty.isPaid, "\(time)",
                ]
            )
        case .paid(let penalty):
            try database.execute(
                sql: "UPDATE penalty SET paid = 1 WHERE number = ?",
                arguments: [Int64(bitPattern: penalty.number)]
            )
        case .suspension(let suspension, let text):
            try endSuspension(suspension.program, suspension.member, seq)
            try database.execute(
                sql: "INSERT INTO suspension VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                arguments: [
                    seq, suspension.program.index, suspension.member.index,
                    suspension.until == .never ? nil : "\(suspension.until)", suspension.auctions,
                    suspension.isFrozen, text,
                ]
            )
        case .readmission(let program, let member, text: _): try endSuspension(program, member, seq)
        case .certificate(let certificate):
            let serials = certificate.serials.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
            try database.execute(
                sql: "INSERT INTO certificate VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    Int64(bitPattern: certificate.number), seq, certificate.member.index,
                    certificate.permitClass.index, certificate.quantity.units, serials, certificate.text,
                    certificate.digest.hex, "\(time)",
                ]
            )
        case .bust(let trade, market: _, let text):
            // The trade may be in the same batch, and is written at its end: the reference is checked when it is committed.
            try database.execute(
                sql: "INSERT INTO bust VALUES (?, ?, ?)",
                arguments: [seq, Int64(bitPattern: trade.number), text]
            )
        case .season(let season): try write(season, carried: nil, spillable: nil, forfeited: nil)
        case .announcement(let season, of: let entitlements, let percent, let credited):
            try database.execute(
                sql: "INSERT INTO announcement VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    seq, season.program.index, season.vintage, entitlements.index, percent.hundredths, credited.units,
                    "\(time)",
                ]
            )
        case .seasonEnd(let season, let carried, let spillable, let forfeited):
            try write(season, carried: carried, spillable: spillable, forfeited: forfeited)
        case .link(let link): try write(link)
        case .delivery(let link, let quantity):
            try write(link)
            try database.execute(
                sql: "INSERT INTO delivered VALUES (?, ?, ?, ?)",
                arguments: [seq, "\(link.code)", quantity.units, "\(time)"]
            )
        case .moved(let link, let member, let left, let arrived, let isBack):
            try write(link)
            try database.execute(
                sql: "INSERT INTO zone_move VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [seq, position, "\(link.code)", member.index, left.units, arrived.units, isBack, "\(time)"]
            )
        case .sale(let offer, let buyer):
            try database.execute(
                sql: "INSERT INTO sale VALUES (?, ?, ?, ?)",
                arguments: [Int64(bitPattern: offer.number), buyer.index, seq, "\(time)"]
            )
        case .right(let right, let yielded, let paid):
            try database.execute(
                sql: "INSERT INTO royalty VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    seq, position, Int64(bitPattern: right.sale), right.entitlement.index, yielded.units,
                    paid.minorUnits, right.owed.minorUnits, right.seasonsLeft, "\(time)",
                ]
            )
        case .expiry(let id, cancelled: _):
            try database.execute(
                sql: "UPDATE permit_class SET expired_seq = ? WHERE id = ?",
                arguments: [seq, id.index]
            )
        case .complaint(let complaint, let text): try write(complaint, text: text, seq, time)
        case .label(let label): try write(label, seq)
        case .award(let award, let state): try write(award, state, position, seq, time)
        case .program, .classification, .cap, .allocation, .facility, .facilityClosed, .monitoring, .report, .verified,
            .deadline, .deadlineReplaced, .spill, .release, .swapped, .compact:
            break
        }
    }

    private func write(_ season: Season, carried: Quantity?, spillable: Quantity?, forfeited: Quantity?) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO season VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                season.program.index, season.vintage, "\(season.ends)", season.carry.hundredths, season.spills,
                carried?.units, spillable?.units, forfeited?.units,
            ]
        )
    }

    private func write(_ offer: Offer, _ state: OfferState, seq: Int64) throws {
        try database.execute(
            sql: """
                INSERT INTO offer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (number) DO UPDATE SET state = excluded.state, seq = excluded.seq
                """,
            arguments: [
                Int64(bitPattern: offer.number), offer.seller.index, offer.currency.text, offer.price.minorUnits,
                offer.royalty.minorUnits, offer.lease, offer.partner?.index, state.text, seq,
            ]
        )
        for item in offer.items {
            try database.execute(
                sql: "INSERT OR IGNORE INTO offer_item VALUES (?, ?, ?)",
                arguments: [Int64(bitPattern: offer.number), item.permitClass.index, item.quantity.units]
            )
        }
    }

    private func write(_ link: Link) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO link VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                "\(link.code)", link.program.index, "\(link.from)", "\(link.to)", link.limit?.units,
                link.balance.units, link.ratio.text, link.window, link.opens.map { "\($0)" },
                link.isFrozen, link.next.map { "\($0.starts)" },
            ]
        )
    }

    private func endSuspension(_ program: ProgramID, _ member: MemberID, _ seq: Int64) throws {
        try database.execute(
            sql: "UPDATE suspension SET ended_seq = ? WHERE program = ? AND member = ? AND ended_seq IS NULL",
            arguments: [seq, program.index, member.index]
        )
    }

    /// Facts that only those concerned are told.
    func writePrivate(_ event: Event, position: Int, sequence: UInt64, time: Timestamp) throws {
        let seq = Int64(bitPattern: sequence)
        switch event {
        case .pending(member: _, count: _, let transfer, let state):
            // Told to both sides; the second time nothing is new.
            try database.execute(
                sql: """
                    INSERT INTO pending_transfer VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)
                    ON CONFLICT (number) DO UPDATE SET state = excluded.state,
                        ended_seq = CASE excluded.state WHEN 'waiting' THEN NULL ELSE excluded.proposed_seq END
                    """,
                arguments: [
                    Int64(bitPattern: transfer.number), transfer.permitClass.index, transfer.from.index,
                    transfer.to.index, transfer.quantity.units, seq, "\(transfer.executes)", state.text,
                ]
            )
        case .proposal(member: _, count: _, let proposal, let state, let user):
            guard state != .open else {
                try database.execute(
                    sql: "INSERT INTO proposal VALUES (?, ?, ?, ?, ?, 'open', NULL, NULL)",
                    arguments: [
                        Int64(bitPattern: proposal.number), proposal.member.index, proposal.act,
                        proposal.author.index, seq,
                    ]
                )
                return
            }
            try database.execute(
                sql: "UPDATE proposal SET state = ?, decided_by = ?, decided_seq = ? WHERE number = ?",
                arguments: [state.text, user.index, seq, Int64(bitPattern: proposal.number)]
            )
        case .alert(let member, count: _, let alert):
            try database.execute(
                sql: "INSERT INTO alert VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [seq, position, member.index, alert.kind.text, alert.text, "\(time)"]
            )
        case .swap(member: _, count: _, let swap, let state):
            try database.execute(
                sql: """
                    INSERT INTO swap VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (number) DO UPDATE SET state = excluded.state, seq = excluded.seq
                    """,
                arguments: [
                    Int64(bitPattern: swap.number), swap.member.index, swap.give.index, swap.giveQuantity.units,
                    swap.want.index, swap.wantQuantity.units, swap.partner?.index, state.text, seq,
                ]
            )
        case .offer(member: _, count: _, let offer, let state): try write(offer, state, seq: seq)
        case .trusted(let trust):
            try database.execute(
                sql: "INSERT OR REPLACE INTO trust VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    trust.program.index, trust.member.index, trust.trusted.index, "\(trust.effective)", seq,
                ]
            )
        case .distrusted(let program, let member, let trusted):
            try database.execute(
                sql: "DELETE FROM trust WHERE program = ? AND member = ? AND trusted = ?",
                arguments: [program.index, member.index, trusted.index]
            )
        default: preconditionFailure("not a private event of the registry: \(event)")
        }
    }
}
