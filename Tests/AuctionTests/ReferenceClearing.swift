import Auctions
import Permits
import Seals

/// A slow auction that is obviously right: it looks at one lot after another, and sorts anew whenever it needs an order.
struct ReferenceClearing {
    /// One lot of a step, at the price where it counts.
    struct Lot {
        var step: Int
        var price: Int64
        var size: Int64
        var isLowered = false
    }

    var price: Int64?
    var won: [Int64]
    var cut: [CutRule: Int64] = [:]
    private let steps: [BidStep]
    private let bidders: [Bidder]
    private let sale: Sale
    private let rules: RuleBook

    init(_ steps: [BidStep], bidders: [Bidder], sale: Sale, rules: RuleBook) {
        (self.steps, self.bidders, self.sale, self.rules) = (steps, bidders, sale, rules)
        won = [Int64](repeating: 0, count: steps.count)
        var lots = admitted()
        if rules.marketTest == .excludeBelow, let floor = sale.marketFloor?.minorUnits {
            for lot in lots where lot.price < floor { lose(lot, .marketTest) }
            lots.removeAll { $0.price < floor }
        }
        clear(lots)
    }

    private mutating func lose(_ lot: Lot, _ rule: CutRule) { cut[rule, default: 0] += lot.size }

    /// Every lot that counts, taken from the highest price down.
    private mutating func admitted() -> [Lot] {
        var waiting: [Lot] = []
        for (index, step) in steps.enumerated() {
            var rest = step.quantity.units
            while rest > 0 {
                waiting.append(Lot(step: index, price: step.price.minorUnits, size: min(rest, sale.lot.units)))
                rest -= sale.lot.units
            }
        }
        var taken: [Lot] = []
        let prices = Set(steps.map(\.price.minorUnits)).sorted(by: >)
        for price in prices {
            let here =
                waiting.filter { $0.price == price && !$0.isLowered }
                + waiting.filter { $0.price == price && $0.isLowered }
            for lot in here {
                guard let rule = refusal(of: lot, after: taken) else {
                    taken.append(lot)
                    continue
                }
                let lower = prices.first { $0 < price && $0 >= sale.reserve?.minorUnits ?? 0 }
                if rule == .guarantee, rules.guarantee == .reevaluateLower, let lower {
                    waiting.append(Lot(step: lot.step, price: lower, size: lot.size, isLowered: true))
                } else {
                    lose(lot, rule)
                }
            }
        }
        return taken
    }

    private func refusal(of lot: Lot, after taken: [Lot]) -> CutRule? {
        let me = steps[lot.step].bidder
        if let reserve = sale.reserve, lot.price < reserve.minorUnits { return .reserve }
        if rules.oneStepEach, steps.firstIndex(where: { $0.bidder == me }) != lot.step { return .oneStep }
        let mine = taken.filter { steps[$0.step].bidder == me }
        let ours = taken.filter { bidders[steps[$0.step].bidder].group == bidders[me].group }
        func limit(of bidder: Bidder) -> Int64 {
            rules.purchaseLimit.quantity(for: bidder.bidderClass, of: sale.offered)?.units ?? .max
        }
        let groupLimits = bidders.filter { $0.group == bidders[me].group }.map(limit)
        if ours.reduce(0, { $0 + $1.size }) + lot.size > groupLimits.max() ?? .max { return .purchaseLimit }
        // Those of a class in a group share what one of it may buy.
        let alike = ours.filter { bidders[steps[$0.step].bidder].bidderClass == bidders[me].bidderClass }
        if alike.reduce(0, { $0 + $1.size }) + lot.size > limit(of: bidders[me]) { return .purchaseLimit }
        if let room = bidders[me].room, mine.reduce(0, { $0 + $1.size }) + lot.size > room.units {
            return .holdingLimit
        }
        if rules.guarantee != .none, let guarantee = bidders[me].guarantee {
            let needed = try? GuaranteeRule.needed(
                for: (mine + [lot]).map { (Price(minorUnits: $0.price), Quantity($0.size)) }
            )
            if needed ?? guarantee > guarantee { return .guarantee }
        }
        return nil
    }

    private mutating func clear(_ lots: [Lot]) {
        let supply = finalSupply(lots)
        let total = lots.reduce(0) { $0 + $1.size }
        let isShort = total < supply
        // Every permit by its price, the highest first.
        let permits = lots.sorted { $0.price > $1.price }.flatMap { [Int64](repeating: $0.price, count: Int($0.size)) }
        guard let lowest = permits.prefix(Int(supply)).last, !(isShort && rules.underSubscription == .cancel) else {
            return fail(lots)
        }
        var clearing = lowest
        if isShort, rules.underSubscription == .sellAtReserve, let reserve = sale.reserve {
            clearing = reserve.minorUnits
        }
        if !isShort, rules.pricing == .midpoint, let next = permits.dropFirst(Int(supply)).first {
            clearing = (lowest + next) / 2
        }
        if rules.marketTest == .cancelBelow, let floor = sale.marketFloor, clearing < floor.minorUnits {
            return fail(lots)
        }
        if let secret = sale.confidentialReserve, clearing < secret.minorUnits { return fail(lots) }
        price = clearing
        for lot in lots where lot.price > lowest { won[lot.step] += lot.size }
        for lot in lots where lot.price < lowest { lose(lot, lot.isLowered ? .guarantee : .outbid) }
        shareMargin(lots.filter { $0.price == lowest }, supply - won.reduce(0, +))
    }

    private mutating func fail(_ lots: [Lot]) {
        for lot in lots { lose(lot, .cancelled) }
    }

    private func finalSupply(_ lots: [Lot]) -> Int64 {
        func demand(_ trigger: Price) -> Int64 {
            lots.filter { $0.price >= trigger.minorUnits }.reduce(0) { $0 + $1.size }
        }
        func demandAbove(_ trigger: Price) -> Int64 {
            lots.filter { $0.price > trigger.minorUnits }.reduce(0) { $0 + $1.size }
        }
        var supply = sale.offered.units
        for tier in sale.containment {
            var added: Int64 = 0
            if demandAbove(tier.trigger) <= supply { break }
            while demand(tier.trigger) > supply, added < tier.quantity.units {
                supply += 1
                added += 1
            }
        }
        if let withholding = sale.withholding {
            var withheld: Int64 = 0
            while withheld < withholding.quantity.units, supply > demand(withholding.trigger) {
                supply -= 1
                withheld += 1
            }
        }
        return supply
    }

    /// Shares what is left among the lots of the lowest price that is served, by step and by whether they came down.
    private mutating func shareMargin(_ lots: [Lot], _ supply: Int64) {
        struct Claim {
            var step: Int
            var isLowered: Bool
            var wanted: Int64
            var got: Int64 = 0
        }
        var claims: [Claim] = []
        for lot in lots {
            if let index = claims.firstIndex(where: { $0.step == lot.step && $0.isLowered == lot.isLowered }) {
                claims[index].wanted += lot.size
            } else {
                claims.append(Claim(step: lot.step, isLowered: lot.isLowered, wanted: lot.size))
            }
        }
        claims.sort { $0.step < $1.step }
        func ticket(_ claim: Claim) -> Digest {
            var bytes = sale.seed.bytes
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8((claim.step >> shift) & 255)) }
            return SHA256.digest(of: bytes)
        }
        let drawn = claims.indices.sorted { ticket(claims[$0]) < ticket(claims[$1]) }
        let total = claims.reduce(0) { $0 + $1.wanted }
        var rest = min(supply, total)
        switch rules.margin {
        case .proRata where total > supply:
            // Whole lots, then a lot each by the remainders, then what is less than a lot.
            let lot = sale.lot.units
            var remainders: [Int: Int64] = [:]
            for index in claims.indices {
                let exact = claims[index].wanted * (supply / lot)
                claims[index].got = exact / total * lot
                remainders[index] = exact % total
            }
            rest -= claims.reduce(0) { $0 + $1.got }
            while rest >= lot {
                let most = remainders.values.max()
                guard let index = drawn.first(where: { remainders[$0] == most && most != nil }) else { break }
                remainders[index] = nil
                claims[index].got += lot
                rest -= lot
            }
            if rest > 0, let index = drawn.first(where: { claims[$0].got < claims[$0].wanted }) {
                claims[index].got += rest
            }
        case .proRataByPermit where total > supply:
            for index in claims.indices { claims[index].got = claims[index].wanted * supply / total }
            rest -= claims.reduce(0) { $0 + $1.got }
            for index in drawn where rest > 0 && claims[index].got < claims[index].wanted {
                claims[index].got += 1
                rest -= 1
            }
        case .time, .proRata, .proRataByPermit, .draw:
            for index in rules.margin == .draw ? drawn : Array(claims.indices) {
                claims[index].got = min(rest, claims[index].wanted)
                rest -= claims[index].got
            }
        }
        for claim in claims {
            won[claim.step] += claim.got
            if claim.got < claim.wanted {
                cut[claim.isLowered ? .guarantee : .margin, default: 0] += claim.wanted - claim.got
            }
        }
    }
}
