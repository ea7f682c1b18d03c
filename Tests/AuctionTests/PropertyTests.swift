import Auctions
import Permits
import Seals
import Testing

@Suite("Random auctions against a slow model")
struct PropertyTests {
    struct Auction {
        var steps: [BidStep] = []
        var bidders: [Bidder] = []
        var sale: Sale
        var rules: RuleBook

        init(_ chance: inout SplitMix64) {
            rules = RuleBook.all[chance.below(RuleBook.all.count)]
            if chance.oneIn(3) { Auction.compose(&rules, &chance) }
            let lot = Int64([1, 1, 3][chance.below(3)])
            sale = Sale(supply: Quantity(Int64(chance.below(40))), lot: Quantity(lot))
            sale.seed = SHA256.digest(of: [UInt8(chance.below(256))])
            if chance.oneIn(4) { sale.consigned = Quantity(Int64(chance.below(10))) }
            if chance.oneIn(2) { sale.reserve = chance.price() }
            if chance.oneIn(5) { sale.confidentialReserve = chance.price() }
            if chance.oneIn(3) { sale.marketFloor = chance.price() }
            if chance.oneIn(4) {
                let low = chance.price()
                sale.containment = [ContainmentTier(trigger: low, quantity: Quantity(Int64(chance.below(8))))]
                if chance.oneIn(2) {
                    let high = Price(minorUnits: low.minorUnits + Int64(chance.below(4)))
                    sale.containment.append(ContainmentTier(trigger: high, quantity: Quantity(Int64(chance.below(8)))))
                }
            }
            if chance.oneIn(5) {
                sale.withholding = ContainmentTier(trigger: chance.price(), quantity: Quantity(Int64(chance.below(8))))
            }
            let count = 1 + chance.below(6)
            for index in 0..<count {
                let group = chance.oneIn(4) ? chance.below(count) : index
                var bidder = Bidder(group: group, bidderClass: chance.oneIn(3) ? .general : .compliance)
                if chance.oneIn(2) { bidder.guarantee = Money(minorUnits: Int64(chance.below(200))) }
                if rules.holdingLimit || chance.oneIn(4) { bidder.room = Quantity(Int64(chance.below(20))) }
                bidders.append(bidder)
            }
            for _ in 0..<chance.below(10) {
                let quantity = Quantity(lot * Int64(1 + chance.below(8)))
                steps.append(BidStep(bidder: chance.below(count), price: chance.price(), quantity: quantity))
            }
        }

        /// Another book from the same policies.
        private static func compose(_ rules: inout RuleBook, _ chance: inout SplitMix64) {
            rules.pricing = Pricing.allCases[chance.below(3)]
            rules.margin = [.draw, .time, .proRata(minimumFill: nil), .proRataByPermit][chance.below(4)]
            rules.underSubscription = UnderSubscription.allCases[chance.below(3)]
            rules.marketTest = MarketTest.allCases[chance.below(3)]
            rules.guarantee = GuaranteeRule.allCases[chance.below(3)]
            rules.oneStepEach = chance.oneIn(4)
            let percents: [Int64?] = [nil, 10, 25, 40]
            rules.purchaseLimit = PurchaseLimit(
                compliancePercent: percents[chance.below(4)],
                generalPercent: percents[chance.below(4)]
            )
        }

        func clear() -> Clearing { Clearing(steps, bidders: bidders, sale: sale, rules: rules) }
    }

    @Test("100,000 random auctions give the model's price, awards and cuts, and keep every promise", arguments: 1...20)
    func againstModel(seed: Int) throws {
        var chance = SplitMix64(seed: UInt64(seed) << 32)
        for number in 0..<5000 {
            let auction = Auction(&chance)
            let clearing = auction.clear()
            let model = ReferenceClearing(
                auction.steps,
                bidders: auction.bidders,
                sale: auction.sale,
                rules: auction.rules
            )
            let won = awarded(clearing, auction)
            let agrees =
                clearing.price?.minorUnits == model.price && won == model.won
                && limitsAsOne(clearing.cutByRule) == limitsAsOne(model.cut)
            guard agrees, brokenPromise(clearing, auction, won) == nil else {
                Issue.record(
                    """
                    seed \(seed) auction \(number): \(brokenPromise(clearing, auction, won) ?? "differs from the model")
                    \(auction)
                    engine \(clearing.price?.minorUnits ?? -1) \(won) \(clearing.cutByRule)
                    model  \(model.price ?? -1) \(model.won) \(model.cut)
                    """
                )
                return
            }
        }
    }

    /// Where several limits bind, the model names the first that a lot meets, the engine the first that the step meets.
    private func limitsAsOne(_ cuts: [CutRule: Int64]) -> [CutRule: Int64] {
        cuts.reduce(into: [:]) { sums, cut in
            let isLimit = [.purchaseLimit, .holdingLimit, .guarantee].contains(cut.key)
            sums[isLimit ? .purchaseLimit : cut.key, default: 0] += cut.value
        }
    }

    private func awarded(_ clearing: Clearing, _ auction: Auction) -> [Int64] {
        var won = [Int64](repeating: 0, count: auction.steps.count)
        for award in clearing.awards { won[award.step] += award.quantity.units }
        return won
    }

    /// The first promise that the result breaks.
    private func brokenPromise(_ clearing: Clearing, _ auction: Auction, _ won: [Int64]) -> String? {
        let steps = auction.steps
        if won.reduce(0, +) != clearing.sold.units { return "the awards are not what was sold" }
        if clearing.sold > clearing.offered { return "more sold than offered" }
        var cut = [Int64](repeating: 0, count: steps.count)
        for part in clearing.cuts { cut[part.step] += part.quantity.units }
        for (index, step) in steps.enumerated() where won[index] + cut[index] != step.quantity.units {
            return "step \(index) is neither served nor cut in part"
        }
        if let price = clearing.price {
            let plain: Set<CutRule> = [.outbid, .margin]
            if clearing.awards.contains(where: { steps[$0.step].price < price }) { return "a bid below the price won" }
            if clearing.cuts.contains(where: { plain.contains($0.rule) && steps[$0.step].price > price }) {
                return "a bid above the price lost without a named rule"
            }
        }
        for (index, bidder) in auction.bidders.enumerated() {
            let mine = steps.indices.filter { steps[$0].bidder == index }.reduce(0) { $0 + won[$1] }
            if let room = bidder.room, mine > room.units { return "bidder \(index) is above its holding limit" }
            let paid = clearing.awards.filter { steps[$0.step].bidder == index }
                .reduce(0) { $0 + $1.price.minorUnits * $1.quantity.units }
            if auction.rules.guarantee != .none, let guarantee = bidder.guarantee, paid > guarantee.minorUnits,
                auction.rules.pricing == .uniform
            {
                return "bidder \(index) pays more than its guarantee"
            }
        }
        return nil
    }

    @Test("under uniform price, raising one's only bid never loses any of one's award", arguments: 1...10)
    func raising(seed: Int) {
        var chance = SplitMix64(seed: UInt64(seed) << 33)
        for number in 0..<2000 {
            var auction = Auction(&chance)
            auction.rules.pricing = .uniform
            auction.rules.guarantee = .none
            guard
                let raised = auction.steps.indices.first(where: { index in
                    auction.steps.count { $0.bidder == auction.steps[index].bidder } == 1
                })
            else { continue }
            let before = awarded(auction.clear(), auction)[raised]
            auction.steps[raised].price.minorUnits += Int64(1 + chance.below(5))
            let after = awarded(auction.clear(), auction)[raised]
            #expect(after >= before, "seed \(seed) auction \(number): \(before) before, \(after) after: \(auction)")
        }
    }
}

extension SplitMix64 {
    fileprivate mutating func price() -> Price { Price(minorUnits: Int64(5 + below(8))) }
    fileprivate mutating func oneIn(_ n: Int) -> Bool { below(n) == 0 }
}
