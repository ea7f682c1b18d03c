package import Permits
package import Registry
package import Seals

/// Commands about sealed-bid auctions.
package enum AuctionCommand: Sendable, Equatable {
    case announce(NewAuction)
    /// Puts a participant's permits into an auction, to be sold on its behalf.
    case consign(auction: Code, quantity: Quantity)
    /// Sets how much cash stands behind a participant's bid.
    case guarantee(auction: Code, amount: DecimalNumber)
    /// A bid as it is kept until the close; replaces the member's earlier one.
    case bid(SealedBid)
    case withdraw(auction: Code)
    /// Releases the secret of a closed auction: the bids are opened, cleared, published and settled.
    case open(OpenedAuction)
    case callOff(auction: Code, text: String)
    /// Says what a participant is to purchase limits: its class, and whom it is associated with.
    case classify(member: Code, isCompliance: Bool, associate: Code?)
}

/// A quantity at a price, as it was written.
package struct PriceStep: Sendable, Equatable {
    package var price: DecimalNumber
    package var quantity: Quantity
}

/// `AUCTION`: the terms that are announced.
package struct NewAuction: Sendable, Equatable {
    package var code: Code
    package var permits: ClassName
    package var supply: Quantity
    package var opens: Timestamp
    package var closes: Timestamp
    /// The rule book's name, and other policies in it: `margin=time,pricing=pay-as-bid`.
    package var rules: String
    package var policies: String = ""
    package var lot: Quantity?
    package var reserve: DecimalNumber?
    /// What bids are sealed to, and what the draw is committed by: `AuctionSecret`.
    package var sealKey: Digest
    package var commitment: Digest
    /// The commitment to a confidential reserve price; `AuctionSecret.commitment(toReserve:)`.
    package var hiddenReserve: Digest?
    /// `13.00:10000000,…`, by rising trigger.
    package var tiers: [PriceStep] = []
    package var withheld: PriceStep?
    /// Who gets the proceeds of the seller's part, in per cent; the seller if empty.
    package var shares: [Share] = []

    /// A member's part of the proceeds.
    package struct Share: Sendable, Equatable {
        package var member: Code
        package var percent: Int64
    }
}

/// `BID` as a participant sends it: seen by the venue for a moment, and never written.
package struct PlainBid: Sendable {
    package var auction: Code
    package var steps: [PriceStep]
    /// The bidder's own random text: seals the bid, and takes part in the draw.
    package var nonce: String
}

/// `SEALEDBID`: what the journal holds of a bid.
package struct SealedBid: Sendable, Equatable {
    package var auction: Code
    /// What all its steps ask for; kept in the clear, so that limits hold before the close.
    package var quantity: Quantity
    /// Binds the bidder: see `BidContent`.
    package var commitment: Digest
    /// The content, sealed to the auction's key.
    package var box: [UInt8]
}

/// `OPENBIDS`: what a seller releases at the close.
package struct OpenedAuction: Sendable, Equatable {
    package var auction: Code
    package var secret: Digest
    /// The confidential reserve price, if one was committed to.
    package var hiddenReserve: DecimalNumber?
    /// The lowest price that is not significantly below the secondary market, by the method fixed before the auction.
    package var marketFloor: DecimalNumber?
}
