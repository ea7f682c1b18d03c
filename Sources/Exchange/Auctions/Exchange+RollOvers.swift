import Auctions
import Ledger
import Permits
import Registry

// What becomes of permits that an auction did not sell: they go to later ones, as its rule book says.

extension Exchange {
    /// Adds what was not sold of the seller's part to its later auctions of the class that have not opened; of a regulator's,
    /// what auctions that are not announced yet are to get is kept for them.
    mutating func rollOver(from id: AuctionID) {
        guard let result = auctions[slot(of: id)].result else { return }
        let terms = auctions[slot(of: id)].terms
        let soldOfSeller = result.sold - auctions[slot(of: id)].soldConsigned(result)
        let unsold = max(auctions[slot(of: id)].supply - soldOfSeller, .zero)
        let later = laterAuctions(like: terms)
        var places = later.map { index in
            RollOver.Later(
                proposed: auctions[index].proposed,
                planned: auctions[index].supply,
                isSameYear: auctions[index].terms.closes.date.year == terms.closes.date.year,
                lot: auctions[index].terms.lot
            )
        }
        if terms.issues {
            let unknown = max(0, terms.ruleBook.rollOver.auctionCount - later.count)
            places += Array(repeating: .unknown(lot: terms.lot), count: unknown)
        }
        let additions = terms.ruleBook.rollOver.additions(of: unsold, to: places)
        for (index, addition) in zip(later, additions) where addition > .zero {
            auctions[index].supply += addition
            if terms.issues {
                registry.pledge(addition, of: terms.permitClass)
            } else {
                let isHeld = ledger.hold(addition.units, of: .permits(terms.permitClass), in: .general(terms.seller))
                precondition(isHeld, "what was not sold is no longer there")
            }
            publish(auctions[index].terms.id, "rolled over from \(terms.code)")
        }
        keep(additions.dropFirst(later.count), of: terms)
    }

    /// Keeps parts for auctions that are still to be announced.
    private mutating func keep(_ parts: ArraySlice<Quantity>, of terms: Auction.Terms) {
        guard parts.contains(where: { $0 > .zero }) else { return }
        let rule = terms.ruleBook.rollOver
        var kept = registry[terms.permitClass].rolledOver ?? RolledOver()
        if case .spread(auctions: _, let capPercent) = rule { kept.capPercent = capPercent }
        kept.year = rule == .withinYear ? Int64(terms.closes.date.year) : nil
        for (place, part) in parts.enumerated() {
            if place < kept.parts.count { kept.parts[place] += part } else { kept.parts.append(part) }
        }
        registry[terms.permitClass].rolledOver = kept
    }

    /// What a regulator's auction that is announced offers beyond its terms: the next part that was kept for it, as far as its cap
    /// and the vintage's allow; what does not fit goes on to the next.
    mutating func takeRolledOver(by auction: inout Auction) -> Bool {
        let terms = auction.terms
        guard terms.issues, var kept = registry[terms.permitClass].rolledOver else { return false }
        registry[terms.permitClass].rolledOver = nil
        guard kept.year ?? Int64(terms.closes.date.year) == Int64(terms.closes.date.year) else { return false }
        let next = kept.parts.removeFirst()
        let room = registry.roomUnderCap(of: terms.permitClass) - auction.setAside
        let most = kept.capPercent.map { Quantity(auction.proposed.units * $0 / 100) - auction.supply } ?? next
        let fits = max(.zero, min(next, min(room, most))).units / terms.lot.units * terms.lot.units
        auction.supply += Quantity(fits)
        if !kept.parts.isEmpty {
            kept.parts[0] += next - Quantity(fits)
            registry[terms.permitClass].rolledOver = kept
        }
        return fits > 0
    }

    /// Whether what was not sold of a consignor's stays consigned, to the seller's next auction of the class: so where consigned
    /// permits are sold first (17 CCR 95911(f)).
    mutating func staysConsigned(_ part: AuctionSettlement.Part, after id: AuctionID) -> Bool {
        let terms = auctions[slot(of: id)].terms
        guard terms.ruleBook.consignedFirst, part.amount > 0, let next = laterAuctions(like: terms).first else {
            return false
        }
        auctions[next].consign(Quantity(part.amount), of: part.member)
        publish(auctions[next].terms.id, "consigned permits not sold in \(terms.code)")
        return true
    }

    /// The places of the seller's auctions of the same class that have not opened, in the order in which they close.
    private func laterAuctions(like terms: Auction.Terms) -> [Int] {
        auctions.indices.filter { index in
            auctions[index].phase == .announced && auctions[index].terms.permitClass == terms.permitClass
                && auctions[index].terms.seller == terms.seller
        }.sorted { a, b in (auctions[a].terms.closes, a) < (auctions[b].terms.closes, b) }
    }
}
