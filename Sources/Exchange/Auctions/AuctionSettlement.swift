import Auctions
import Ledger
import Permits

/// What is still to be moved for an auction that has been cleared: the permits and the cash for it are held until then.
struct AuctionSettlement: Sendable {
    /// A seller's part.
    struct Part: Equatable, Sendable {
        var member: MemberID
        var amount: Int64
    }

    /// What a winner gets and pays.
    struct Due: Equatable, Sendable {
        var member: MemberID
        var won = Quantity.zero
        var paid = Money.zero
    }

    /// The next winner stands last.
    private(set) var dues: [Due] = []
    /// Who is still to be paid; the next stands last.
    private(set) var cash: [Part] = []
    /// Whose permits are still to be delivered; the next stand last.
    private(set) var permits: [Part] = []
    /// Permits that sellers keep.
    private(set) var unsold: [Part] = []
    /// What the auction's seller gets of the proceeds.
    private(set) var sellersProceeds = Money.zero

    /// Winners pay in the order of their bids, and sellers are paid in theirs.
    ///
    /// What is sold of consigned permits is of all consignors in proportion (Québec Q-2, r. 46.1, s. 54.1), proceeds are of all
    /// sellers in proportion to what was sold of theirs, and the seller's part of them is shared by the terms: each by the
    /// largest remainder.
    init(_ auction: Auction, _ result: Auction.Result) {
        for step in result.steps where step.won > .zero {
            if dues.last?.member != step.member { dues.append(Due(member: step.member)) }
            dues[dues.count - 1].won += step.won
            dues[dues.count - 1].paid = dues[dues.count - 1].paid + step.paid
        }
        let consignments = auction.consignments
        let consigned = Apportionment.parts(
            of: auction.soldConsigned(result).units,
            by: consignments.map(\.quantity.units)
        )
        let sold = consigned + [result.sold.units - consigned.reduce(0, +)]
        let earned = Apportionment.parts(of: result.proceeds.minorUnits, by: sold)
        for (index, consignment) in consignments.enumerated() {
            permits.append(Part(member: consignment.member, amount: sold[index]))
            unsold.append(Part(member: consignment.member, amount: consignment.quantity.units - sold[index]))
            cash.append(Part(member: consignment.member, amount: earned[index]))
        }
        let seller = auction.terms.seller
        permits.append(Part(member: seller, amount: sold[consignments.count]))
        // What a regulator sells does not exist before it is sold.
        if !auction.terms.issues {
            unsold.append(Part(member: seller, amount: auction.supply.units - sold[consignments.count]))
        }
        let shares = auction.terms.shares
        let parts = Apportionment.parts(of: earned[consignments.count], by: shares.map(\.percent))
        for (share, part) in zip(shares, parts) { cash.append(Part(member: share.member, amount: part)) }
        for part in cash where part.member == seller {
            sellersProceeds = sellersProceeds + Money(minorUnits: part.amount)
        }
        dues.reverse()
        cash.reverse()
        permits.reverse()
    }

    /// The next winner; nil once all have been served.
    mutating func takeDue() -> Due? { dues.popLast() }
    /// Whom a winner pays.
    mutating func takeCash(_ amount: Money) -> [Part] { AuctionSettlement.take(amount.minorUnits, from: &cash) }
    /// Whose permits a winner gets.
    mutating func takePermits(_ quantity: Quantity) -> [Part] { AuctionSettlement.take(quantity.units, from: &permits) }

    private static func take(_ amount: Int64, from parts: inout [Part]) -> [Part] {
        var taken: [Part] = []
        var rest = amount
        while rest > 0, let next = parts.last {
            let part = min(rest, next.amount)
            rest -= part
            parts[parts.count - 1].amount -= part
            if part == next.amount { parts.removeLast() }
            if part > 0 { taken.append(Part(member: next.member, amount: part)) }
        }
        precondition(rest == 0, "sellers are owed less than winners pay")
        return taken
    }
}

extension AuctionSettlement: Layout {
    static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: AuctionSettlement?
    ) throws(SnapshotError) -> AuctionSettlement {
        AuctionSettlement(
            dues: try coder.list("dues", old?.dues) { coder, old throws(SnapshotError) in
                Due(
                    member: try coder.value("member", old?.member),
                    won: try coder.value("won", old?.won),
                    paid: try coder.value("paid", old?.paid)
                )
            },
            cash: try coder.list("cash", old?.cash),
            permits: try coder.list("permits", old?.permits),
            unsold: try coder.list("unsold", old?.unsold),
            sellersProceeds: try coder.value("sellersProceeds", old?.sellersProceeds)
        )
    }

    private init(dues: [Due], cash: [Part], permits: [Part], unsold: [Part], sellersProceeds: Money) {
        (self.dues, self.cash, self.permits, self.unsold) = (dues, cash, permits, unsold)
        self.sellersProceeds = sellersProceeds
    }
}

extension AuctionSettlement.Part: Layout {
    static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: AuctionSettlement.Part?
    ) throws(SnapshotError) -> AuctionSettlement.Part {
        AuctionSettlement.Part(
            member: try coder.value("member", old?.member),
            amount: try coder.value("amount", old?.amount)
        )
    }
}

extension Auction {
    /// Adds what is held for what is still to be moved.
    func tallySettlement(_ tally: inout Ledger.HoldTally) {
        guard let settlement else { return }
        let asset = AssetID.permits(terms.permitClass)
        for due in settlement.dues {
            tally.add(held: due.paid.minorUnits, of: .cash(terms.currency), in: .general(due.member))
            tally.add(incoming: due.won.units, of: asset, in: .general(due.member))
        }
        for part in settlement.permits + settlement.unsold where !(terms.issues && part.member == terms.seller) {
            tally.add(held: part.amount, of: asset, in: .general(part.member))
        }
    }
}
