import Auctions
import Permits
import Seals

/// What a bid says, in the form that is sealed and committed to.
///
/// Text: the nonce, a line end, then `PRICE:QUANTITY` for each step with the price in minor units, separated by spaces; for sealing
/// filled with spaces to a multiple of 256 bytes, so that the length tells little of how many steps there are.
struct BidContent {
    var nonce: String
    var steps: [(price: Price, quantity: Quantity)]

    /// Sealed content is a multiple of this long.
    private static let block = 256

    private var text: [UInt8] {
        var bytes = Array(nonce.utf8)
        bytes.append(UInt8(ascii: "\n"))
        for (index, step) in steps.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: " ")) }
            bytes.append(number: step.price.minorUnits)
            bytes.append(UInt8(ascii: ":"))
            bytes.append(number: step.quantity.units)
        }
        return bytes
    }

    /// SHA-256 of `weir bid 1`, the auction's and the member's code, and the text, each after a line end: hides the bid, since the nonce cannot be guessed, and binds
    /// the bidder.
    func commitment(auction: Code, member: Code) -> Digest {
        SHA256.digest(of: Array("weir bid 1\n\(auction)\n\(member)\n".utf8) + text)
    }

    /// Seals to an auction's key.
    ///
    /// The one-time key comes from the nonce and the bid, so that the same bid gives the same box, and a repeat is known as one.
    func sealed(to key: Digest, commitment: Digest) -> [UInt8]? {
        var padded = text
        while padded.count % BidContent.block != 0 { padded.append(UInt8(ascii: " ")) }
        let oneTimeKey = SHA256.digest(of: Array("weir one-time 1\n".utf8) + commitment.bytes + text)
        return SealedBox.seal(padded, to: key, oneTimeKey: oneTimeKey)
    }

    /// Opens a sealed bid.
    /// - Returns: nil unless it opens with the key and is what its commitment says.
    static func open(_ bid: SealedBid, member: Code, with key: borrowing X25519.PrivateKey) -> BidContent? {
        guard let bytes = SealedBox.open(bid.box, with: key) else { return nil }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count == 2 else { return nil }
        var content = BidContent(nonce: String(decoding: lines[0], as: UTF8.self), steps: [])
        for step in lines[1].split(separator: UInt8(ascii: " ")) {
            let parts = step.split(separator: UInt8(ascii: ":"))
            guard parts.count == 2, let price = number(parts[0]), let quantity = number(parts[1]) else { return nil }
            content.steps.append((Price(minorUnits: price), Quantity(quantity)))
        }
        return content.commitment(auction: bid.auction, member: member) == bid.commitment ? content : nil
    }

    /// The number that decimal digits say; nil for anything else.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        guard (1...18).contains(digits.count) else { return nil }
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }

    init(nonce: String, steps: [(price: Price, quantity: Quantity)]) {
        self.nonce = nonce
        self.steps = steps
    }

    /// The guarantee that the bid needs under a way of pricing.
    ///
    /// Under one price the largest p × (quantity bid at p or higher); if each pays its bid, the sum of all steps.
    /// - Throws: `overflow`.
    func guaranteeNeeded(_ pricing: Pricing) throws(RejectCode) -> Money {
        guard pricing == .payAsBid else { return try GuaranteeRule.needed(for: steps) }
        var sum: Int64 = 0
        for step in steps {
            let (next, overflowed) = sum.addingReportingOverflow(step.price.notional(of: step.quantity).minorUnits)
            guard !overflowed else { throw .overflow }
            sum = next
        }
        return Money(minorUnits: sum)
    }
}
