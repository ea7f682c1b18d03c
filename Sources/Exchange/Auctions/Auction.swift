package import Auctions
package import Permits
package import Seals

/// An auction's number, from 1 in order of announcement; no other ever has it.
package struct AuctionID: Hashable, Comparable, Sendable {
    package var number: UInt64

    package init(_ number: UInt64) { self.number = number }

    /// Orders by announcement.
    package static func < (a: AuctionID, b: AuctionID) -> Bool { a.number < b.number }
}

/// Where an auction is in its life.
package enum AuctionPhase: Spelling, Word {
    /// Waits for its window; consignors may add permits.
    case announced
    /// The window: bids are placed, replaced and withdrawn.
    case open
    /// Waits for its secret.
    case closed
    /// Cleared, published and settled.
    case settled
    /// Cleared, and nothing was sold.
    case failed
    case calledOff = "called-off"

    /// Whether guarantees, consignments and bids still stand.
    var isBeforeResult: Bool { self == .announced || self == .open || self == .closed }
}

/// A sealed-bid auction at the venue.
package struct Auction: Sendable {
    /// What was announced.
    package struct Terms: Sendable {
        package var id: AuctionID
        package var code: Code
        package var permitClass: ClassID
        package var currency: Currency
        /// Who announced it, and holds its secret.
        package var seller: MemberID
        /// Whether the seller is the program's regulator, and issues what is won; otherwise it sells what it holds.
        package var issues: Bool
        package var rules: String
        package var policies: String
        package var lot: Quantity
        package var reserve: Price?
        package var tiers: [ContainmentTier]
        package var withheld: ContainmentTier?
        package var opens: Timestamp
        package var closes: Timestamp
        package var sealKey: Digest
        package var commitment: Digest
        package var hiddenReserve: Digest?
        package var shares: [Share]

        /// A part of the proceeds.
        package struct Share: Sendable {
            package var member: MemberID
            package var percent: Int64
        }

        /// The rule book.
        package var ruleBook: RuleBook {
            do throws(RejectCode) { return try RuleBook.composed(rules, policies) } catch {
                preconditionFailure("an announced auction has no rule book \(rules) \(policies)")
            }
        }
    }

    /// A bid that was not replaced or withdrawn.
    package struct Entry: Sendable {
        package var member: MemberID
        package var time: Timestamp
        package var bid: SealedBid
    }

    /// Permits that a participant has put in.
    package struct Consignment: Sendable {
        package var member: MemberID
        package var quantity: Quantity
    }

    /// Cash that stands behind a participant's bid.
    package struct Guarantee: Sendable {
        package var member: MemberID
        package var amount: Money
    }

    /// A price step as published after the close.
    package struct Step: Sendable {
        package var member: MemberID
        package var price: Price
        package var quantity: Quantity
        package var won: Quantity
        package var paid: Money
        /// How much each rule cut, in the order of cutting.
        package var cuts: [Cut]
    }

    /// What became of it.
    package struct Result: Sendable {
        package var price: Price?
        package var failure: Clearing.Failure?
        package var offered: Quantity
        /// Before containment.
        package var initial: Quantity
        package var demanded: Quantity
        package var sold: Quantity
        package var proceeds: Money
        package var statistics: AuctionStatistics
        package var steps: [Step]
        /// The nonces of the bids that were opened, in their order; the draw is made from them.
        package var nonces: [String]
        package var seed: Digest
        /// What the seller released.
        package var secret: Digest
        /// How many bids could not be opened.
        package var unopened: Int
    }

    package var terms: Terms
    package internal(set) var phase = AuctionPhase.announced
    /// The command that ended it; 0 until then.
    var ended: UInt64 = 0
    /// What the seller offers; roll-over of earlier auctions may add to it.
    package internal(set) var supply: Quantity
    /// What it offered when it was announced.
    package var proposed: Quantity
    /// What each consignor has put in, in the order in which they came.
    package internal(set) var consignments: [Consignment] = []
    /// By member.
    package internal(set) var guarantees: [Guarantee] = []
    /// In the order of entry.
    package internal(set) var entries: [Entry] = []
    package internal(set) var result: Result?
    /// What is still to be moved between its clearing and its end.
    var settlement: AuctionSettlement?

    init(terms: Terms, supply: Quantity) {
        self.terms = terms
        self.supply = supply
        proposed = supply
    }

    /// Marks it as ended by a command; the bids' boxes are of no more use.
    mutating func end(as phase: AuctionPhase, sequence: UInt64) {
        self.phase = phase
        ended = sequence
        for index in entries.indices { entries[index].bid.box = [] }
    }

    /// Whether bids stand that have not been cleared.
    var hasStandingBids: Bool { phase.isBeforeResult && result == nil }

    /// Adds permits that a member puts in.
    mutating func consign(_ quantity: Quantity, of member: MemberID) {
        if let place = consignments.firstIndex(where: { $0.member == member }) {
            consignments[place].quantity += quantity
        } else {
            consignments.append(Consignment(member: member, quantity: quantity))
        }
    }

    /// How much of what was sold was consigned: those permits come first or last, by the rule book.
    func soldConsigned(_ result: Result) -> Quantity {
        let consigned = consignments.reduce(Quantity.zero) { $0 + $1.quantity }
        return terms.ruleBook.consignedFirst
            ? min(consigned, result.sold) : max(.zero, result.sold - (result.offered - consigned))
    }

    /// All that is offered before containment.
    package var offered: Quantity { consignments.reduce(supply) { $0 + $1.quantity } }

    /// What is set aside for it under the cap: its supply, and the most that containment could add.
    var setAside: Quantity { terms.issues ? supply + containment : .zero }

    /// The most that containment could add.
    var containment: Quantity { terms.tiers.reduce(.zero) { $0 + $1.quantity } }

    /// A member's bid, as it is kept.
    package func entry(of member: MemberID) -> Entry? { entries.first { $0.member == member } }

    /// What stands behind a member's bid.
    package func guarantee(of member: MemberID) -> Money {
        let place = guarantees.firstPlace { $0.member < member }
        return place < guarantees.count && guarantees[place].member == member ? guarantees[place].amount : .zero
    }
}

extension RuleBook {
    /// A book with other policies in it: `margin=time,pricing=pay-as-bid`.
    /// - Throws: `badValue` if there is no such book or value, `unknownKey` if there is no such policy.
    static func composed(_ name: String, _ policies: String) throws(RejectCode) -> RuleBook {
        guard var book = RuleBook.named(name) else { throw .badValue }
        for policy in policies.split(separator: ",") {
            let parts = policy.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { throw .badValue }
            try book.set(String(parts[0]), to: String(parts[1]))
        }
        return book
    }
}
