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

extension Opening {
    func encode(to writer: inout ByteWriter) {
        writer.write(auction.number)
        writer.write(secret)
        writer.write(hidden) { $0.write($1) }
        writer.write(floor) { $0.write($1) }
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        auction = AuctionID(try reader.read())
        secret = try reader.readDigest()
        hidden = try reader.readOptional { reader throws(SnapshotError) in try reader.readPrice() }
        floor = try reader.readOptional { reader throws(SnapshotError) in try reader.readPrice() }
    }
}

extension OpenedBids {
    func encode(to writer: inout ByteWriter) {
        writer.write(count: members.count)
        for (member, nonce) in zip(members, nonces) {
            writer.write(member.index)
            writer.write(nonce)
        }
        writer.write(count: steps.count)
        for step in steps {
            writer.write(count: step.bidder)
            writer.write(step.price)
            writer.write(step.quantity)
        }
        writer.write(count: unopened)
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        for _ in 0..<(try reader.readCount()) {
            members.append(MemberID(try reader.read()))
            nonces.append(try reader.readString())
        }
        for _ in 0..<(try reader.readCount()) {
            let bidder = Int(try reader.read(UInt64.self))
            let price = try reader.readPrice()
            steps.append(BidStep(bidder: bidder, price: price, quantity: try reader.readQuantity()))
        }
        unopened = Int(try reader.read(UInt64.self))
    }
}
