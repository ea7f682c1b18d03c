import Auctions
import Permits
import Registry
import Seals

/// An auction whose bids are being opened, with what its seller has released.
struct Opening: Equatable, Sendable {
    var auction: AuctionID
    var secret: Digest
    /// The confidential reserve price.
    var hidden: Price?
    /// What the secondary market pays.
    var floor: Price?
}

/// The bids of an auction, opened in the order of their entry.
struct OpenedBids: Sendable {
    private(set) var members: [MemberID] = []
    private(set) var steps: [BidStep] = []
    private(set) var nonces: [String] = []
    /// How many could not be opened, or were not what their commitment says: they take no part.
    private(set) var unopened = 0

    /// Adds a bid; nil if it could not be opened.
    mutating func add(_ content: BidContent?, of member: MemberID) {
        guard let content else {
            unopened += 1
            return
        }
        for step in content.steps {
            steps.append(BidStep(bidder: members.count, price: step.price, quantity: step.quantity))
        }
        members.append(member)
        nonces.append(content.nonce)
    }
}

extension Opening: Layout {
    static func layout(_ coder: inout some SnapshotCoder, _ old: Opening?) throws(SnapshotError) -> Opening {
        Opening(
            auction: try coder.value("auction", old?.auction),
            secret: try coder.value("secret", old?.secret),
            hidden: try coder.optional("hidden", old?.hidden),
            floor: try coder.optional("floor", old?.floor)
        )
    }
}

extension OpenedBids: Layout {
    static func layout(_ coder: inout some SnapshotCoder, _ old: OpenedBids?) throws(SnapshotError) -> OpenedBids {
        var new = OpenedBids()
        let bids = old.map { zip($0.members, $0.nonces) }
        for (member, nonce) in try coder.list(
            "bids",
            bids,
            { coder, old throws(SnapshotError) in
                (try coder.value("member", old?.0), try coder.value("nonce", old?.1))
            }
        ) {
            new.members.append(member)
            new.nonces.append(nonce)
        }
        new.steps = try coder.list("steps", old?.steps) { coder, old throws(SnapshotError) in
            BidStep(
                bidder: try coder.value("bidder", old?.bidder),
                price: try coder.value("price", old?.price),
                quantity: try coder.value("quantity", old?.quantity)
            )
        }
        new.unopened = try coder.value("unopened", old?.unopened)
        return new
    }
}
