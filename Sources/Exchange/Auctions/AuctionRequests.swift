package import Permits
import Registry
import Seals

// Auctions.

extension RequestRule {
    package static let auction = RequestRule(
        .auction,
        "Announces a sealed-bid auction; weir auction secret makes key and commit, weir clear --policies lists with.",
        by: [.regulator, .participant],
        .twoPersons,
        required: .auction + [
            (.program, .code), (.vintage, .integer), (.supply, .integer), (.opens, .time), (.closes, .time),
            (.rules, .code), (.key, .digest), (.commit, .digest),
        ],
        optional: [
            (.zone, .code), (.with, .list("POLICY=VALUE")), (.lot, .integer), (.reserve, .decimal), (.hidden, .digest),
            (.tiers, .list("PRICE:QTY")), (.withhold, .list("PRICE:QTY")), (.shares, .list("MEMBER:PERCENT")),
        ],
        example:
            #"auction=A1 program=CO2 vintage=2027 supply=100 opens=2027-01-02T00:00:00Z closes=2027-01-03T00:00:00Z rules=uniform key=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa commit=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"#
    )

    package static let openBids = RequestRule(
        .openBids,
        "Releases a closed auction's secret: bids are opened, cleared, published and settled.",
        by: [.regulator, .participant],
        required: .auction + [(.secret, .digest)],
        optional: [(.hidden, .decimal), (.floor, .decimal)]
    )

    package static let callOff = RequestRule(
        .callOff,
        "Calls an auction off; its bids are never opened.",
        by: [.regulator, .participant],
        required: .auction,
        optional: [(.text, .text)]
    )

    package static let classify = RequestRule(
        .classify,
        "Says whether a participant is a covered entity, and with whom it shares its purchase limit.",
        by: .regulator,
        required: [(.member, .code), (.type, .words(BidderKind.self))],
        optional: [(.to, .code)]
    )

    package static let consign = RequestRule(
        .consign,
        "Puts permits into an announced auction, to be sold for you.",
        by: .participant,
        required: .auction + [(.qty, .integer)]
    )

    package static let guarantee = RequestRule(
        .guarantee,
        "Sets the cash that stands behind your bid; 0 frees it when there is no bid.",
        by: .participant,
        required: .auction + [(.amount, .decimal)]
    )

    package static let bid = RequestRule(
        .bid,
        "Places your bid, or replaces it; nonce is 22 to 64 random characters, which seal it.",
        by: .participant,
        required: .auction + [(.steps, .list("PRICE:QTY")), (.nonce, .text)],
        example: #"auction=A1 steps=71.25:100 nonce=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"#
    )

    package static let withdrawBid = RequestRule(
        .withdrawBid,
        "Withdraws your bid.",
        by: .participant,
        .takesBack,
        required: .auction
    )

    package static let sealedBid = RequestRule(
        .sealedBid,
        "The sequencer's: a bid as it is kept until the close.",
        by: .participant,
        .fromVenueAlone,
        required: .auction + [(.qty, .integer), (.commit, .digest), (.box, .text)],
        example:
            #"auction=A1 qty=100 commit=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa box=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"#
    )

    package static let auctions = RequestRule(
        .auctions,
        "The auctions, their terms and where they stand.",
        by: .everyone,
        .inPages,
        optional: .auction
    )

    package static let bids = RequestRule(
        .bids,
        "Your own bid: its quantity and commitment, never its prices.",
        by: .participant,
        required: .auction
    )

    package static let result = RequestRule(
        .result,
        "A cleared auction: its figures, and each price step with what it won and what cut it.",
        by: .everyone,
        required: .auction,
        optional: [(.from, .integer), (.limit, .integer)]
    )
}

extension LineScanner {
    func readAuction(_ line: Span<UInt8>) throws(Refusal) -> AuctionCommand {
        let auction = try required(code(.auction, line), .auction)
        return .announce(try newAuction(auction, line))
    }

    func readConsign(_ line: Span<UInt8>) throws(Refusal) -> AuctionCommand {
        let auction = try required(code(.auction, line), .auction)
        return .consign(auction: auction, quantity: try required(quantity(.qty, line), .qty))
    }

    func readGuarantee(_ line: Span<UInt8>) throws(Refusal) -> AuctionCommand {
        let auction = try required(code(.auction, line), .auction)
        return .guarantee(auction: auction, amount: try required(decimal(.amount, line), .amount))
    }

    func readWithdrawBid(_ line: Span<UInt8>) throws(Refusal) -> AuctionCommand {
        let auction = try required(code(.auction, line), .auction)
        return .withdraw(auction: auction)
    }

    func readCallOff(_ line: Span<UInt8>) throws(Refusal) -> AuctionCommand {
        let auction = try required(code(.auction, line), .auction)
        return .callOff(auction: auction, text: try text(.text, line) ?? "")
    }

    func readOpenBids(_ line: Span<UInt8>) throws(Refusal) -> AuctionCommand {
        let auction = try required(code(.auction, line), .auction)
        return .open(
            OpenedAuction(
                auction: auction,
                secret: try required(digest(.secret, line), .secret),
                hiddenReserve: try decimal(.hidden, line),
                marketFloor: try decimal(.floor, line)
            )
        )
    }

    func readSealedBid(_ line: Span<UInt8>) throws(Refusal) -> AuctionCommand {
        let auction = try required(code(.auction, line), .auction)
        guard let range = range(.box),
            let box = Hex.bytes(String(decoding: bytes(line, range), as: UTF8.self))
        else { throw Refusal(.badValue, "box must be hexadecimal digits") }
        return .bid(
            SealedBid(
                auction: auction,
                quantity: try required(quantity(.qty, line, max: Limits.capMax), .qty),
                commitment: try required(digest(.commit, line), .commit),
                box: box
            )
        )
    }

    func readClassify(_ line: Span<UInt8>) throws(Refusal) -> AuctionCommand {
        .classify(
            member: try required(code(.member, line), .member),
            isCompliance: try required(word(.type, line, BidderKind.self), .type) == .compliance,
            associate: try code(.to, line)
        )
    }

    func newAuction(_ auction: Code, _ line: Span<UInt8>) throws(Refusal) -> NewAuction {
        var new = NewAuction(
            code: auction,
            permits: try className(line),
            supply: try required(quantity(.supply, line), .supply),
            opens: try required(time(.opens, line), .opens),
            closes: try required(time(.closes, line), .closes),
            rules: try required(code(.rules, line), .rules).description,
            sealKey: try required(digest(.key, line), .key),
            commitment: try required(digest(.commit, line), .commit)
        )
        if let range = range(.with) { new.policies = String(decoding: bytes(line, range), as: UTF8.self) }
        new.lot = try quantity(.lot, line)
        new.reserve = try decimal(.reserve, line)
        new.hiddenReserve = try digest(.hidden, line)
        new.tiers = try pricesAndQuantities(.tiers, line)
        let withheld = try pricesAndQuantities(.withhold, line)
        guard withheld.count <= 1 else { throw Refusal(.badValue, "withhold takes one PRICE:QTY") }
        new.withheld = withheld.first
        for pair in try pairs(.shares, line) {
            guard let member = Code(line.extracting(pair.left)),
                let percent = Int64(String(decoding: bytes(line, pair.right), as: UTF8.self)),
                (0...100).contains(percent)
            else { throw Refusal(.badValue, "shares must be MEMBER:PERCENT, separated by commas") }
            new.shares.append(.init(member: member, percent: percent))
        }
        return new
    }

    /// A bid in the clear.
    func plainBid(_ line: Span<UInt8>, id: Code) throws(Refusal) -> BidLine {
        let auction = try required(code(.auction, line), .auction)
        let steps = try pricesAndQuantities(.steps, line)
        guard (1...Limits.bidStepsMax).contains(steps.count) else {
            throw Refusal(.outOfRange, "steps must be 1 to \(Limits.bidStepsMax) of PRICE:QTY")
        }
        let nonce = try required(text(.nonce, line), .nonce)
        guard (22...64).contains(nonce.utf8.count), nonce.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw Refusal(.outOfRange, "nonce must be 22 to 64 random characters, such as openssl rand -hex 16 prints")
        }
        return BidLine(bid: PlainBid(auction: auction, steps: steps, nonce: nonce), id: id)
    }

    func pricesAndQuantities(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> [PriceStep] {
        var list: [PriceStep] = []
        for pair in try pairs(key, line) {
            let price: DecimalNumber
            let quantity: DecimalNumber
            do throws(RejectCode) {
                price = try DecimalNumber(line.extracting(pair.left))
                quantity = try DecimalNumber(line.extracting(pair.right))
            } catch {
                throw Refusal(error, "\(key.name) must be PRICE:QTY, separated by commas, like 71.25:500,70.00:1000")
            }
            guard quantity.fractionCount == 0, (1...Limits.quantityMax.units).contains(quantity.digits) else {
                throw Refusal(.outOfRange, "a quantity in \(key.name) must be 1 to \(Limits.quantityMax.units)")
            }
            list.append(PriceStep(price: price, quantity: Quantity(quantity.digits)))
        }
        return list
    }

    /// The pairs of a list, as ranges into the line.
    func pairs(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> [(left: Range<Int>, right: Range<Int>)] {
        guard let range = range(key) else { return [] }
        var pairs: [(left: Range<Int>, right: Range<Int>)] = []
        var start = range.lowerBound
        while start <= range.upperBound {
            var end = start
            var colon: Int?
            while end < range.upperBound, line[end] != UInt8(ascii: ",") {
                if line[end] == UInt8(ascii: ":"), colon == nil { colon = end }
                end += 1
            }
            guard let colon else {
                throw Refusal(.badValue, "\(key.name) must be pairs with a colon, separated by commas")
            }
            pairs.append((start..<colon, colon + 1..<end))
            start = end + 1
        }
        return pairs
    }

    func digest(_ key: Key, _ line: Span<UInt8>) throws(Refusal) -> Digest? {
        guard let range = range(key) else { return nil }
        guard let found = Hex.bytes(String(decoding: bytes(line, range), as: UTF8.self)), let digest = Digest(found)
        else {
            throw Refusal(.badValue, "\(key.name) must be 64 hexadecimal digits, lower case")
        }
        return digest
    }

    func bytes(_ line: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for index in range { bytes.append(line[index]) }
        return bytes
    }

    func result(_ line: Span<UInt8>) throws(Refusal) -> Query {
        .result(
            auction: try required(code(.auction, line), .auction),
            from: Int(try integer(.from, line, in: 1...Int64(Int32.max)) ?? 1),
            limit: Int(try integer(.limit, line, in: 1...Int64(Limits.rowsMax)) ?? Int64(Limits.rowsMax))
        )
    }
}
