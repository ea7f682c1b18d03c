import Exchange
import Permits
import Registry

// The registry's public facts as rows, each by its subject's tables.

extension SettlementProjection {
    func write(_ fact: RegistryFact, _ at: Origin) throws {
        switch fact {
        case .program(let id, let program): try write(program, id)
        case .classification(let member, let isCompliance, let lead):
            try write(classification: member, isCompliance: isCompliance, lead: lead, at)
        case .cap(let id, let terms): try write(terms, id, at)
        case .allocation(let allocation): try write(allocation, at)
        case .facility(let id, let facility): try write(facility, id, at)
        case .facilityClosed(let id): try table("facility").row("id", id).set(["closed_seq": at.seq])
        case .monitoring(let id, let monitoring): try write(monitoring, of: id)
        case .report(let id, let report, let text, let verified):
            try write(report, of: id, text: text, verified: verified, at)
        case .verified(let id, let period, let measure, let quantity):
            try write(verified: quantity, id, period, measure, at)
        case .deadline(let number, let deadline): try write(deadline, number: number, at)
        case .deadlineReplaced(let number): try table("deadline").row("id", number).set(["replaced_seq": at.seq])
        case .surrender(let surrender): try write(surrender, at)
        case .compliance(let facility, let deadline, let outcome, let tally):
            try write(outcome, of: facility, deadline: deadline, surrendered: tally, at)
        case .penalty(let penalty): try write(penalty, at)
        case .paid(let penalty): try table("penalty").row("number", penalty.number).set(["paid": true])
        case .suspension(let suspension, let text): try write(suspension, text: text, at)
        case .readmission(let program, let member, text: _): try endSuspension(program, member, at)
        case .certificate(let certificate): try write(certificate, at)
        case .reversal(let act, let text): try write(act, text: text, at)
        case .takenBack(let id, let member, let quantity, toReserve: _, let text):
            try write(takenBack: id, member, quantity, text: text, at)
        case .bust(let trade, market: _, let price, let text):
            // The trade may be in the same batch, and is written at its end: the reference is checked when it is committed.
            try table("bust").insert(["seq": at.seq, "trade": trade.number, "price": price, "text": text])
        case .season(let season): try write(season)
        case .announcement(let season, of: let entitlements, let percent, let credited):
            try write(announced: percent, season, to: entitlements, credited: credited, at)
        case .seasonEnd(let season, let carried, let spillable, let forfeited):
            try write(season, carried: carried, spillable: spillable, forfeited: forfeited)
        case .link(let link): try write(link)
        case .delivery(let link, let quantity): try write(delivered: quantity, through: link, at)
        case .moved(let link, let member, let left, let arrived, let isBack):
            try write(moved: left, arrived: arrived, isBack: isBack, member, through: link, at)
        case .sale(let offer, let buyer): try write(sale: offer, to: buyer, at)
        case .right(let right, let yielded, let paid): try write(right, yielded: yielded, paid: paid, at)
        case .expiry(let id, cancelled: _): try table("permit_class").row("id", id).set(["expired_seq": at.seq])
        case .complaint(let complaint, let text): try write(complaint, text: text, at)
        case .label(let label): try write(label, at)
        case .award(let award, let state): try write(award, state, at)
        case .spill, .release, .swapped, .compact:
            // Their transfers, the swaps' own rows, and `compactTold` say it all.
            break
        }
    }
}
