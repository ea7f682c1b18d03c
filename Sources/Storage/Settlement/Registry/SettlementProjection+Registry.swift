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
            try insert(
                into: "program",
                [
                    "id": id, "code": program.code, "unit": program.unit, "currency": program.currency,
                    "name": program.name, "regulator": program.regulator, "rules": program.rules.code,
                    "offsets_for": program.offsetsFor, "yields": program.yields,
                ]
            )
        case .classification(let member, let isCompliance, let lead):
            try insert(
                into: "classification",
                [
                    "member": member, "type": isCompliance ? "compliance" : "general", "lead": lead, "seq": seq,
                ],
                .replaces
            )
        case .cap(let id, let terms): try write(cap: terms, of: id, seq, time)
        case .allocation(let allocation):
            try insert(
                into: "allocation",
                [
                    "seq": seq, "permit_class": allocation.permitClass, "member": allocation.member,
                    "facility": allocation.facility, "method": allocation.method, "basis": allocation.basis,
                    "factor": allocation.factor.description, "quantity": allocation.quantity,
                    "from_reserve": allocation.fromReserve, "deducted": allocation.deducted, "time": time,
                ]
            )
        case .facility(let id, let facility):
            try insert(
                into: "facility",
                [
                    "id": id, "code": facility.code, "program": facility.program, "member": facility.member,
                    "zone": facility.zone, "name": facility.name, "registered_seq": seq,
                ]
            )
        case .facilityClosed(let id):
            try update(
                "facility",
                where: "id",
                id,
                [
                    "closed_seq": seq
                ]
            )
        case .monitoring(let id, let monitoring):
            try update(
                "facility",
                where: "id",
                id,
                [
                    "verifier": monitoring.verifier, "second": monitoring.second, "split": monitoring.rule,
                    "within": monitoring.tolerance.hundredths,
                ]
            )
        case .report(let id, let report, let text, let verified):
            try insert(
                into: "report",
                [
                    "seq": seq, "facility": id, "period": report.period, "measure": report.measure,
                    "verifier": report.verifier, "quantity": report.quantity,
                    "determination": report.isDetermination, "evidence": report.evidence, "verified": verified,
                    "text": text, "time": time,
                ]
            )
            try write(verified: verified, id, report.period, report.measure, seq)
        case .verified(let id, let period, let measure, let quantity):
            try write(verified: quantity, id, period, measure, seq)
        case .deadline(let number, let deadline):
            try insert(
                into: "deadline",
                [
                    "id": number, "program": deadline.program, "period": deadline.period, "since": deadline.since,
                    "due": deadline.due, "share": deadline.share.hundredths, "set_seq": seq,
                ]
            )
        case .deadlineReplaced(let number):
            try update(
                "deadline",
                where: "id",
                number,
                [
                    "replaced_seq": seq
                ]
            )
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
        try insert(
            into: "verified_use",
            [
                "facility": facility, "period": period, "measure": measure, "quantity": quantity, "seq": seq,
            ],
            .replaces
        )
    }

    private func write(cap terms: PermitClass, of id: ClassID, _ seq: Int64, _ time: Timestamp) throws {
        let expires = terms.expiry == .never ? nil : "\(terms.expiry)"
        try insert(
            into: "permit_class",
            [
                "id": id, "program": terms.program, "vintage": terms.vintage, "zone": terms.zone, "cap": terms.cap,
                "holding_limit": terms.holdingLimit, "expires": expires,
            ],
            .updates("id")
        )
        try insert(
            into: "cap_change",
            [
                "seq": seq, "permit_class": id, "cap": terms.cap, "holding_limit": terms.holdingLimit,
                "reserve": terms.reserve, "issued": terms.issued, "time": time,
            ]
        )
    }

    private func write(consequence fact: RegistryFact, _ position: Int, _ seq: Int64, _ time: Timestamp) throws {
        switch fact {
        case .surrender(let surrender):
            try insert(
                into: "surrender",
                [
                    "seq": seq, "n": position, "facility": surrender.facility, "period": surrender.period,
                    "permit_class": surrender.permitClass, "quantity": surrender.quantity,
                    "counts": surrender.kind, "automatic": surrender.isAutomatic, "time": time,
                ]
            )
        case .compliance(let facility, let deadline, let outcome, let tally):
            try insert(
                into: "compliance",
                [
                    "deadline": deadline, "facility": facility, "use": outcome.use, "due": outcome.due,
                    "surrendered": tally.total, "offsets": tally.offsets, "shortfall": outcome.shortfall,
                    "verified": outcome.isVerified, "seq": seq,
                ]
            )
        case .penalty(let penalty):
            try insert(
                into: "penalty",
                [
                    "number": penalty.number, "seq": seq, "program": penalty.program, "facility": penalty.facility,
                    "member": penalty.member, "period": penalty.period, "shortfall": penalty.shortfall,
                    "amount": penalty.amount, "permits": penalty.permits, "paid": penalty.isPaid, "time": time,
                ]
            )
        case .paid(let penalty):
            try database.execute(
                sql: "UPDATE penalty SET paid = 1 WHERE number = ?",
                arguments: [Int64(bitPattern: penalty.number)]
            )
        case .suspension(let suspension, let text):
            try endSuspension(suspension.program, suspension.member, seq)
            try insert(
                into: "suspension",
                [
                    "seq": seq, "program": suspension.program, "member": suspension.member,
                    "until": suspension.until == .never ? nil : "\(suspension.until)",
                    "auctions": suspension.auctions, "frozen": suspension.isFrozen, "text": text,
                ]
            )
        case .readmission(let program, let member, text: _): try endSuspension(program, member, seq)
        case .certificate(let certificate):
            let serials = certificate.serials.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
            try insert(
                into: "certificate",
                [
                    "number": certificate.number, "seq": seq, "member": certificate.member,
                    "permit_class": certificate.permitClass, "quantity": certificate.quantity, "serials": serials,
                    "text": certificate.text, "digest": certificate.digest, "time": time,
                ]
            )
        case .bust(let trade, market: _, let text):
            // The trade may be in the same batch, and is written at its end: the reference is checked when it is committed.
            try insert(
                into: "bust",
                [
                    "seq": seq, "trade": trade.number, "text": text,
                ]
            )
        case .season(let season): try write(season, carried: nil, spillable: nil, forfeited: nil)
        case .announcement(let season, of: let entitlements, let percent, let credited):
            try insert(
                into: "announcement",
                [
                    "seq": seq, "program": season.program, "vintage": season.vintage, "entitlements": entitlements,
                    "announced": percent.hundredths, "credited": credited, "time": time,
                ]
            )
        case .seasonEnd(let season, let carried, let spillable, let forfeited):
            try write(season, carried: carried, spillable: spillable, forfeited: forfeited)
        case .link(let link): try write(link)
        case .delivery(let link, let quantity):
            try write(link)
            try insert(
                into: "delivered",
                [
                    "seq": seq, "link": link.code, "quantity": quantity, "time": time,
                ]
            )
        case .moved(let link, let member, let left, let arrived, let isBack):
            try write(link)
            try insert(
                into: "zone_move",
                [
                    "seq": seq, "n": position, "link": link.code, "member": member, "left": left,
                    "arrived": arrived, "back": isBack, "time": time,
                ]
            )
        case .sale(let offer, let buyer):
            try insert(
                into: "sale",
                [
                    "offer": offer.number, "buyer": buyer, "seq": seq, "time": time,
                ]
            )
        case .right(let right, let yielded, let paid):
            try insert(
                into: "royalty",
                [
                    "seq": seq, "n": position, "sale": right.sale, "permit_class": right.entitlement,
                    "yielded": yielded, "paid": paid, "owed": right.owed, "seasons_left": right.seasonsLeft,
                    "time": time,
                ]
            )
        case .expiry(let id, cancelled: _):
            try update(
                "permit_class",
                where: "id",
                id,
                [
                    "expired_seq": seq
                ]
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
        try insert(
            into: "season",
            [
                "program": season.program, "vintage": season.vintage, "ends": season.ends,
                "carry": season.carry.hundredths, "spills": season.spills, "carried": carried,
                "spillable": spillable, "forfeited": forfeited,
            ],
            .replaces
        )
    }

    private func write(_ offer: Offer, _ state: OfferState, seq: Int64) throws {
        try insert(
            into: "offer",
            [
                "number": offer.number, "seller": offer.seller, "currency": offer.currency, "price": offer.price,
                "royalty": offer.royalty, "lease": offer.lease, "partner": offer.partner, "state": state,
                "seq": seq,
            ],
            .updates("number")
        )
        for item in offer.items {
            try insert(
                into: "offer_item",
                [
                    "offer": offer.number, "permit_class": item.permitClass, "quantity": item.quantity,
                ],
                .stays
            )
        }
    }

    private func write(_ link: Link) throws {
        try insert(
            into: "link",
            [
                "code": link.code, "program": link.program, "from_zone": link.from, "to_zone": link.to,
                "max_balance": link.limit, "balance": link.balance, "ratio": link.ratio.text,
                "window": link.window, "opens": link.opens, "frozen": link.isFrozen,
                "changes": link.next.map { "\($0.starts)" },
            ],
            .replaces
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
                try insert(
                    into: "proposal",
                    [
                        "number": proposal.number, "member": proposal.member, "act": proposal.act,
                        "author": proposal.author, "proposed_seq": seq, "state": "open",
                    ]
                )
                return
            }
            try update(
                "proposal",
                where: "number",
                proposal.number,
                [
                    "state": state, "decided_by": user, "decided_seq": seq,
                ]
            )
        case .alert(let member, count: _, let alert):
            try insert(
                into: "alert",
                [
                    "seq": seq, "n": position, "regulator": member, "kind": alert.kind, "text": alert.text,
                    "time": time,
                ]
            )
        case .swap(member: _, count: _, let swap, let state):
            try insert(
                into: "swap",
                [
                    "number": swap.number, "member": swap.member, "give": swap.give,
                    "give_quantity": swap.giveQuantity, "want": swap.want, "want_quantity": swap.wantQuantity,
                    "partner": swap.partner, "state": state, "seq": seq,
                ],
                .updates("number")
            )
        case .offer(member: _, count: _, let offer, let state): try write(offer, state, seq: seq)
        case .trusted(let trust):
            try insert(
                into: "trust",
                [
                    "program": trust.program, "member": trust.member, "trusted": trust.trusted,
                    "effective": trust.effective, "seq": seq,
                ],
                .replaces
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
