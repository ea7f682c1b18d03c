import Auctions
import Permits
import Testing

/// For every rule book: ties, exact exhaustion, one lot short, nothing sold, under-subscription, limits.
@Suite("Rule books")
struct RuleBookTests {
    @Test("a supply that the bids exactly use up is sold whole, at the lowest bid", arguments: RuleBook.all)
    func exact(rules: RuleBook) {
        let bids = BidList([("A", 1200, 4000), ("B", 1100, 6000), ("C", 1000, 5000)])
        let clearing = bids.clear(sale(10_000, lot: 1000, reserve: 900), noPurchaseLimit(rules))
        #expect(clearing.price == Price(minorUnits: 1100))
        #expect(bids.won(clearing) == [4000, 6000, 0])
        #expect(clearing.cutByRule == [.outbid: 5000])
        #expect(clearing.proceeds.minorUnits == (rules.pricing == .payAsBid ? 11_400_000 : 11_000_000))
    }

    @Test("one lot more of supply brings the next price", arguments: RuleBook.all)
    func oneLotLeft(rules: RuleBook) {
        let bids = BidList([("A", 1200, 4000), ("B", 1100, 6000), ("C", 1000, 5000)])
        let clearing = bids.clear(sale(11_000, lot: 1000, reserve: 900), noPurchaseLimit(rules))
        #expect(clearing.price == Price(minorUnits: 1000))
        #expect(bids.won(clearing) == [4000, 6000, 1000])
        #expect(clearing.cutByRule == [.margin: 4000])
    }

    @Test("one lot short, the last winner gets the rest", arguments: RuleBook.all)
    func oneLotShort(rules: RuleBook) {
        let bids = BidList([("A", 1200, 4000), ("B", 1100, 6000)])
        let clearing = bids.clear(sale(9000, lot: 1000, reserve: 900), noPurchaseLimit(rules))
        #expect(bids.won(clearing) == [4000, 5000])
        #expect(clearing.cutByRule == [.margin: 1000])
    }

    @Test("a tie is shared by the book's rule", arguments: RuleBook.all)
    func tie(rules: RuleBook) {
        let bids = BidList([("A", 1200, 2000), ("B", 1100, 6000), ("C", 1100, 2000)])
        let won = bids.won(bids.clear(sale(6000, lot: 1000, reserve: 900), noPurchaseLimit(rules)))
        switch rules.margin {
        case .time: #expect(won == [2000, 4000, 0])
        case .proRata, .proRataByPermit: #expect(won == [2000, 3000, 1000])
        case .draw: #expect([[2000, 4000, 0], [2000, 2000, 2000]].contains(won))
        }
    }

    @Test("without bids, or with bids below the reserve only, nothing is sold", arguments: RuleBook.all)
    func nothing(rules: RuleBook) {
        #expect(BidList([]).clear(sale(1000), rules).failure == .noBids)
        let low = BidList([("A", 800, 1000)])
        let clearing = low.clear(sale(1000, reserve: 900), rules)
        #expect(clearing.failure == .noBids)
        #expect(clearing.price == nil)
        #expect(clearing.cutByRule == [.reserve: 1000])
    }

    @Test("too few bids: cancelled, sold at the lowest, or sold at the reserve", arguments: RuleBook.all)
    func underSubscribed(rules: RuleBook) {
        let bids = BidList([("A", 1200, 4000), ("B", 1100, 3000)])
        let clearing = bids.clear(sale(10_000, lot: 1000, reserve: 900), noPurchaseLimit(rules))
        switch rules.underSubscription {
        case .cancel:
            #expect(clearing.failure == .underSubscribed)
            #expect(clearing.cutByRule == [.cancelled: 7000])
        case .sellAtLowestBid: #expect(clearing.price == Price(minorUnits: 1100))
        case .sellAtReserve: #expect(clearing.price == Price(minorUnits: 900))
        }
    }

    @Test("the purchase limit cuts from the lowest price, for associates together", arguments: RuleBook.all)
    func limits(rules: RuleBook) throws {
        var bids = BidList([("A", 1200, 10_000), ("A", 1100, 10_000), ("B", 1150, 10_000), ("C", 1000, 100_000)])
        bids.bidders[1].group = 0
        let clearing = bids.clear(sale(40_000, lot: 1000), rules)
        guard let limit = rules.purchaseLimit.quantity(for: .compliance, of: Quantity(40_000)), !rules.oneStepEach
        else {
            return #expect(clearing.cutByRule[.purchaseLimit] == (rules.oneStepEach ? 108_000 : nil))
        }
        let cut = clearing.cuts.filter { $0.rule == .purchaseLimit }
        #expect(cut.filter { $0.step == 0 }.reduce(0) { $0 + $1.quantity.units } == 10_000 - min(limit.units, 10_000))
        #expect(cut.filter { $0.step == 1 }.reduce(0) { $0 + $1.quantity.units } == 10_000)
        let ours = [0, 1, 2].reduce(0) { $0 + bids.won(clearing)[$1] }
        #expect(ours == limit.units)
    }

    @Test("Korea takes a participant's first bid only")
    func oneStep() {
        let bids = BidList([("A", 1000, 100), ("A", 1200, 100), ("B", 900, 100)])
        let clearing = bids.clear(sale(200), noPurchaseLimit(.korea))
        #expect(bids.won(clearing) == [100, 0, 100])
        #expect(clearing.cutByRule == [.oneStep: 100])
    }

    @Test("Washington looks again at lots over the guarantee at the next lower price of any bid")
    func reevaluated() {
        // 45.00 covers 3 at 15.00 and 4 at 11.00: A's fourth lot counts at B's price, its fifth nowhere.
        var bids = BidList([("A", 1500, 5), ("B", 1100, 4)])
        bids.bidders[0].guarantee = Money(minorUnits: 4500)
        let clearing = bids.clear(sale(20, reserve: 1000), noPurchaseLimit(.washington))
        #expect(bids.won(clearing) == [4, 4])
        #expect(clearing.cutByRule == [.guarantee: 1])
    }

    @Test("New Zealand sells nothing below its confidential reserve")
    func confidentialReserve() {
        let bids = BidList([("A", 5000, 1000), ("B", 4000, 500)])
        var terms = sale(1500, lot: 500, reserve: 3000)
        terms.confidentialReserve = Price(minorUnits: 4001)
        let clearing = bids.clear(terms, .newZealand)
        #expect(clearing.failure == .belowReserve)
        terms.confidentialReserve = Price(minorUnits: 4000)
        #expect(bids.clear(terms, .newZealand).sold == Quantity(1500))
    }

    @Test("New Zealand and RGGI add the cost containment reserve where the price passes its trigger")
    func costContainment() {
        let bids = BidList([("A", 8000, 1000), ("B", 7500, 1000), ("C", 7200, 1000), ("D", 6000, 1000)])
        var terms = sale(1000, lot: 500)
        terms.containment = [ContainmentTier(trigger: Price(minorUnits: 7000), quantity: Quantity(1500))]
        let some = bids.clear(terms, .newZealand)
        #expect(some.offered == Quantity(2500))
        #expect(some.price == Price(minorUnits: 7200))
        // The reserve serves whoever bid the trigger or more, no one below it.
        terms.containment = [ContainmentTier(trigger: Price(minorUnits: 7000), quantity: Quantity(9000))]
        let all = bids.clear(terms, noPurchaseLimit(.rggi))
        #expect(all.offered == Quantity(3000))
        #expect(bids.won(all) == [1000, 1000, 1000, 0])
        // A second tier only where the demand at its own trigger still exceeds what the first made of the supply.
        terms.containment = [
            ContainmentTier(trigger: Price(minorUnits: 7000), quantity: Quantity(500)),
            ContainmentTier(trigger: Price(minorUnits: 7400), quantity: Quantity(9000)),
        ]
        #expect(bids.clear(terms, noPurchaseLimit(.rggi)).offered == Quantity(2000))
    }

    @Test("RGGI withholds where the price would fall below the trigger of the emissions containment reserve")
    func emissionsContainment() {
        let bids = BidList([("A", 800, 1000), ("B", 500, 1000)])
        var terms = sale(2000, lot: 1000, reserve: 200)
        terms.withholding = ContainmentTier(trigger: Price(minorUnits: 600), quantity: Quantity(200))
        let clearing = bids.clear(terms, noPurchaseLimit(.rggi))
        #expect(clearing.offered == Quantity(1800))
        #expect(clearing.price == Price(minorUnits: 500))
        terms.withholding = ContainmentTier(trigger: Price(minorUnits: 600), quantity: Quantity(2000))
        #expect(bids.clear(terms, noPurchaseLimit(.rggi)).offered == Quantity(1000))
    }

    @Test("the EU cancels below the secondary market, the UK clears at the lowest bid that is not below it")
    func marketTest() {
        let bids = BidList([("A", 7000, 1000), ("B", 6900, 500), ("C", 5000, 500)])
        var terms = sale(2000, lot: 500)
        terms.marketFloor = Price(minorUnits: 6500)
        #expect(bids.clear(terms, .eu).failure == .belowMarket)
        let uk = bids.clear(terms, .uk)
        #expect(uk.price == Price(minorUnits: 6900))
        #expect(uk.sold == Quantity(1500))
        #expect(uk.cutByRule == [.marketTest: 500])
    }

    @Test("a minimum fill: who would get less gets nothing, the smallest first")
    func minimumFill() {
        let bids = BidList([("A", 1000, 6), ("B", 1000, 3), ("C", 1000, 3)])
        var rules = RuleBook.uniform
        rules.margin = .proRata(minimumFill: Quantity(2))
        // Shares of 6 are 3, 1.5 and 1.5: one of the small ones gives way, then 4 and 2 fit.
        let won = bids.won(bids.clear(sale(6), rules))
        #expect(won[0] == 4)
        #expect(won[1...2].sorted() == [0, 2])
    }

    @Test("the mid-point of the lowest price served and the highest that is not")
    func midpoint() {
        let bids = BidList([("A", 1000, 5), ("B", 901, 5)])
        var rules = RuleBook.uniform
        rules.pricing = .midpoint
        #expect(bids.clear(sale(5), rules).price == Price(minorUnits: 950))
        #expect(bids.clear(sale(10), rules).price == Price(minorUnits: 901))
        // A price of which something is refused is not served.
        #expect(bids.clear(sale(7), rules).price == Price(minorUnits: 901))
    }

    @Test("the UK's roll-over stops at 125 per cent of the first proposed volume, the overflow goes to the others")
    func rollOver() {
        func later(_ planned: Int64) -> RollOver.Later {
            .init(proposed: Quantity(1000), planned: Quantity(planned), isSameYear: true, lot: Quantity(1))
        }
        let auctions = [later(1000), later(1200), later(1250), later(1000)]
        let units = { (rule: RollOver, unsold: Int64) in
            rule.additions(of: Quantity(unsold), to: auctions).map(\.units)
        }
        #expect(units(RuleBook.uk.rollOver, 400) == [175, 50, 0, 175])
        #expect(units(RuleBook.uk.rollOver, 5000) == [250, 50, 0, 250])
        #expect(units(RuleBook.eu.rollOver, 5) == [2, 1, 1, 1])
        #expect(units(RuleBook.newZealand.rollOver, 7) == [7, 0, 0, 0])
        #expect(units(RuleBook.korea.rollOver, 7) == [7, 0, 0, 0])
        #expect(units(RuleBook.epa.rollOver, 7) == [0, 0, 0, 0])
    }

    @Test("roll-overs keep whole lots: the UK's 1,038,500 of 6 October 2021 went as 260,000 and three times 259,500")
    func rollOverLots() {
        let later = RollOver.Later(
            proposed: Quantity(5_187_500),
            planned: Quantity(5_187_500),
            isSameYear: true,
            lot: Quantity(500)
        )
        let additions = RuleBook.uk.rollOver.additions(
            of: Quantity(1_038_500),
            to: [later, later, .unknown(lot: Quantity(500)), .unknown(lot: Quantity(500))]
        )
        #expect(additions.map(\.units) == [260_000, 259_500, 259_500, 259_500])
        #expect(RuleBook.korea.rollOver.additions(of: Quantity(1_234), to: [later]) == [Quantity(1_000)])
    }

    @Test("a book composed from policies")
    func composition() throws {
        var book = RuleBook.uniform
        for (policy, value) in [
            ("pricing", "pay-as-bid"), ("margin", "pro-rata:5"), ("roll-over", "spread:4:125"), ("general-limit", "4"),
            ("compliance-limit", "none"), ("one-step", "yes"), ("guarantee", "reevaluate-lower"), ("lot", "500"),
        ] { try book.set(policy, to: value) }
        #expect(book.margin == .proRata(minimumFill: Quantity(5)))
        #expect(book.rollOver == .spread(auctions: 4, capPercent: 125))
        #expect(book.purchaseLimit == PurchaseLimit(compliancePercent: nil, generalPercent: 4))
        #expect(book.oneStepEach && book.lot == Quantity(500))
        #expect(throws: RejectCode.unknownKey) { try book.set("colour", to: "red") }
        for (policy, value) in [
            ("margin", "luck"), ("margin", "pro-rata:0"), ("lot", "0"), ("general-limit", "101"), ("one-step", "1"),
            ("roll-over", "spread:4:99"), ("roll-over", "spread"), ("pricing", ""),
        ] {
            #expect(throws: RejectCode.badValue) { try book.set(policy, to: value) }
        }
    }

    @Test("every policy of a book can be set by the text that lists it")
    func policyTexts() {
        for (name, values) in RuleBook.policies {
            for value in values.split(separator: "|") where !value.contains(where: \.isUppercase) {
                var book = RuleBook.uniform
                #expect(throws: Never.self) { try book.set(name, to: String(value)) }
            }
        }
    }
}
