import Permits

// The verbs of sealed-bid auctions.

extension VerbRule {
    static func auction(_ verb: Verb) -> (summary: String, required: [(Key, Form)], optional: [(Key, Form)]) {
        let code: [(Key, Form)] = [(.auction, .code)]
        switch verb {
        case .auction:
            return (
                "Announces a sealed-bid auction; weir auction secret makes key and commit, weir clear --policies lists with.",
                code + [
                    (.program, .code), (.vintage, .integer), (.supply, .integer), (.opens, .time), (.closes, .time),
                    (.rules, .code), (.key, .digest), (.commit, .digest),
                ],
                [
                    (.zone, .code), (.with, .list("POLICY=VALUE")), (.lot, .integer), (.reserve, .decimal),
                    (.hidden, .digest),
                    (.tiers, .list("PRICE:QTY")), (.withhold, .list("PRICE:QTY")), (.shares, .list("MEMBER:PERCENT")),
                ]
            )
        case .openBids:
            return (
                "Releases a closed auction's secret: bids are opened, cleared, published and settled.",
                code + [(.secret, .digest)], [(.hidden, .decimal), (.floor, .decimal)]
            )
        case .callOff: return ("Calls an auction off; its bids are never opened.", code, [(.text, .text)])
        case .classify:
            return (
                "Says whether a participant is a covered entity, and with whom it shares its purchase limit.",
                [(.member, .code), (.type, .words(BidderKind.self))], [(.to, .code)]
            )
        case .consign:
            return ("Puts permits into an announced auction, to be sold for you.", code + [(.qty, .integer)], [])
        case .guarantee:
            return (
                "Sets the cash that stands behind your bid; 0 frees it when there is no bid.",
                code + [(.amount, .decimal)], []
            )
        case .bid:
            return (
                "Places your bid, or replaces it; nonce is 22 to 64 random characters, which seal it.",
                code + [(.steps, .list("PRICE:QTY")), (.nonce, .text)], []
            )
        case .withdrawBid: return ("Withdraws your bid.", code, [])
        case .sealedBid:
            return (
                "The sequencer's: a bid as it is kept until the close.",
                code + [(.qty, .integer), (.commit, .digest), (.box, .text)], []
            )
        case .auctions: return ("The auctions, their terms and where they stand.", [], code)
        case .bids: return ("Your own bid: its quantity and commitment, never its prices.", code, [])
        default:
            return (
                "A cleared auction: its figures, and each price step with what it won and what cut it.", code,
                [(.from, .integer), (.limit, .integer)]
            )
        }
    }
}

/// The classes of bidders as words on the wire.
enum BidderKind: UInt8, Word {
    case compliance, general

    var word: StaticString { self == .compliance ? "compliance" : "general" }
}
