import Auctions
import Permits
import Testing

@Suite("Published auctions")
struct CaseTests {
    /// The Korean exchange's example, in tonnes and won.
    private let korea = BidList(
        [
            (11_000, [1000, 1500, 2500]), (10_500, [1000, 2000]), (10_300, [1000, 1000, 2000]), (10_000, [1000, 2000]),
        ].enumerated().flatMap { level in
            level.element.1.enumerated().map {
                ("\(level.offset)-\($0.offset)", Int64(level.element.0), Int64($0.element))
            }
        }
    )

    @Test("Korea: 10,000 t at 10,300 won; the earlier bids at the margin are served")
    func koreaTime() {
        let clearing = korea.clear(sale(10_000, reserve: 10_000), noPurchaseLimit(.korea))
        #expect(clearing.price == Price(minorUnits: 10_300))
        #expect(clearing.sold == Quantity(10_000))
        #expect(korea.won(clearing) == [1000, 1500, 2500, 1000, 2000, 1000, 1000, 0, 0, 0])
        #expect(clearing.cutByRule == [.margin: 2000, .outbid: 3000])
    }

    @Test("the same bids under the EU's book: the same price, the draw decides at the margin")
    func koreaDraw() {
        let clearing = korea.clear(sale(10_000), .eu)
        #expect(clearing.price == Price(minorUnits: 10_300))
        let margin = korea.won(clearing)[5...7]
        #expect(margin.reduce(0, +) == 2000)
        #expect(margin.count { $0 > 0 && $0 < 1000 } <= 1)
    }

    @Test("the same bids under California's book: 500, 500 and 1,000 at the margin")
    func koreaProRata() {
        let clearing = korea.clear(sale(10_000), noPurchaseLimit(.wci))
        #expect(Array(korea.won(clearing)[5...7]) == [500, 500, 1000])
    }

    @Test("Oregon's tax credit auction: time priority, each pays its bid")
    func oregon() {
        let bids = BidList([
            ("A", 47_500, 8), ("B", 48_000, 8), ("C", 48_500, 6), ("C", 48_000, 4), ("D", 49_500, 10),
        ])
        var rules = RuleBook(code: "oregon", title: "Oregon tax credit auctions", source: "OAR 150-315-0180")
        rules.margin = .time
        rules.pricing = .payAsBid
        let clearing = bids.clear(sale(20), rules)
        #expect(bids.won(clearing) == [0, 4, 6, 0, 10])
        #expect(clearing.proceeds == Money(minorUnits: 978_000))
        rules.pricing = .uniform
        #expect(bids.clear(sale(20), rules).proceeds == Money(minorUnits: 960_000))
    }

    @Test("the EPA's SO2 auction of 2023: 73,000 sold for 3,010.00, and 2,500.00 for the advance one")
    func acidRain() {
        let spot = BidList([("MEAN", 7, 3000), ("Prairie State", 4, 70_000)])
        let clearing = spot.clear(sale(125_000), .epa)
        #expect(clearing.sold == Quantity(73_000))
        #expect(clearing.price == Price(minorUnits: 4))
        #expect(clearing.proceeds == Money(minorUnits: 301_000))
        #expect(clearing.awards.map { $0.price.notional(of: $0.quantity).minorUnits } == [21_000, 280_000])
        let advance = BidList([("Prairie State", 2, 125_000)])
        #expect(advance.clear(sale(125_000), .epa).proceeds == Money(minorUnits: 250_000))
        let statistics = AuctionStatistics(spot.steps, bidders: spot.bidders, clearing: clearing)
        #expect(statistics.mean == Price(minorUnits: 4))
    }

    @Test("the same bids under other books: 2,920.00; cancelled; 13,000 more in each of the UK's next four auctions")
    func acidRainElsewhere() {
        let spot = BidList([("MEAN", 7, 3000), ("Prairie State", 4, 70_000)])
        #expect(spot.clear(sale(125_000), .uniform).proceeds == Money(minorUnits: 292_000))
        let eu = spot.clear(sale(125_000), .eu)
        #expect(eu.failure == .underSubscribed)
        #expect(eu.cutByRule == [.cancelled: 73_000])
        let uk = spot.clear(sale(125_000), .uk)
        #expect(uk.price == Price(minorUnits: 4))
        let later = RollOver.Later(
            proposed: Quantity(125_000),
            planned: Quantity(125_000),
            isSameYear: true,
            lot: Quantity(500)
        )
        let unsold = uk.offered - uk.sold
        #expect(
            RuleBook.uk.rollOver.additions(of: unsold, to: [later, later, later, later, later])
                == [13_000, 13_000, 13_000, 13_000, 0].map { Quantity($0) }
        )
    }

    @Test("California: a supply that is no multiple of the lot is sold to the last allowance")
    func californiaRemainder() {
        // 19 February 2013: 12,924,822 at 13.62; the bids are ours, the published result is theirs.
        let bids = BidList([
            ("A", 1400, 9_000_000), ("B", 1362, 3_000_000), ("C", 1362, 2_000_000), ("D", 1300, 5_000_000),
        ])
        let clearing = bids.clear(sale(12_924_822, lot: 1000, reserve: 1071), noPurchaseLimit(.wci))
        #expect(clearing.price == Price(minorUnits: 1362))
        #expect(clearing.sold == Quantity(12_924_822))
        // 3,924,822 of 5,000,000 at the margin: 2,354,893.2 and 1,569,928.8, and one more by the draw.
        let won = bids.won(clearing)
        #expect(won[0] == 9_000_000)
        #expect(won[1] + won[2] == 3_924_822)
        #expect([2_354_893, 2_354_894].contains(won[1]))
    }

    @Test("California: 6,470,000 of 9,260,000 are sold at the reserve price")
    func californiaUnderSubscribed() {
        let bids = BidList([("A", 1200, 6_000_000), ("B", 1134, 470_000), ("C", 1133, 100_000)])
        let clearing = bids.clear(sale(9_260_000, lot: 1000, reserve: 1134), noPurchaseLimit(.wciAdvance))
        #expect(clearing.price == Price(minorUnits: 1134))
        #expect(clearing.sold == Quantity(6_470_000))
        #expect(clearing.cutByRule == [.reserve: 100_000])
    }

    @Test("California: of 10,000 left, tied bids of 7, 5, 3 and 2 thousand get their floor, and two one more each")
    func californiaTies() {
        let bids = BidList([("A", 1000, 7000), ("B", 1000, 5000), ("C", 1000, 3000), ("D", 1000, 2000)])
        let clearing = bids.clear(sale(10_000, lot: 1000), noPurchaseLimit(.wci))
        let extra = zip(bids.won(clearing), [4117, 2941, 1764, 1176]).map { $0 - Int64($1) }
        #expect(extra.reduce(0, +) == 2)
        #expect(extra.allSatisfy { $0 == 0 || $0 == 1 })
    }

    @Test("Washington: bids of 10,000 at 20, 20,000 at 15 and 5,000 at 12 need a guarantee of 450,000")
    func guarantee() throws {
        let steps = [(2000, 10_000), (1500, 20_000), (1200, 5000)].map {
            (price: Price(minorUnits: $0.0), quantity: Quantity($0.1))
        }
        #expect(try GuaranteeRule.needed(for: steps) == Money(minorUnits: 45_000_000))
        #expect(try GuaranteeRule.needed(for: steps.reversed()) == Money(minorUnits: 45_000_000))
    }

    @Test("the WCI's holding limit is 9,375,000 for a combined cap of 300,000,000")
    func holdingLimit() {
        #expect(HoldingLimit.westernClimateInitiative.quantity(cap: Quantity(300_000_000)) == Quantity(9_375_000))
    }

    @Test("California's first auction: limits cut two thirds of the demand, 3.10 to 1.06 times the supply")
    func restatedDemand() {
        var bids = BidList([("Big", 1009, 2_290_000)] + (0..<8).map { ("B\($0)", Int64(1010), Int64(101_250)) })
        bids.bidders[0].bidderClass = .compliance
        let clearing = bids.clear(sale(1_000_000, lot: 250, reserve: 1000), .wci)
        #expect(clearing.demanded == Quantity(1_060_000))
        #expect(bids.steps.reduce(0) { $0 + $1.quantity.units } == 3_100_000)
        #expect(clearing.cutByRule[.purchaseLimit] == 2_040_000)
    }
}

/// The book without its purchase limit, for bid lists in which a bidder stands for many.
func noPurchaseLimit(_ rules: RuleBook) -> RuleBook {
    var rules = rules
    rules.purchaseLimit = .none
    return rules
}
