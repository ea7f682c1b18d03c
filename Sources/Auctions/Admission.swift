import Permits

/// A step as the auction counts it: after limits, and at the price where its guarantee covers it.
struct Entry: Sendable {
    var step: UInt32
    var price: Int64
    var quantity: Int64
    /// Whether the guarantee brought it down from a higher price; losing there, it has lost by the guarantee.
    var isLowered = false

    /// The rule that is named if the entry is not served.
    func lost(by rule: CutRule) -> CutRule { isLowered ? .guarantee : rule }
}

/// What bids count, and what of them was cut by which rule.
///
/// Steps are taken from the highest price down, at one price in the order of entry, so that what is over a limit is cut from the
/// lowest price first (Québec Q-2, r. 46.1, s. 52).
struct Admission {
    private(set) var entries: ContiguousArray<Entry> = []
    private(set) var cuts: [Cut] = []

    private let sale: Sale
    private let bidders: [Bidder]
    private let rules: RuleBook
    private let floor: Int64
    private var boughtByBidder: [Int64]
    private var boughtByGroup: [Int64]
    private let groupLimit: [Int64]

    /// Admits `steps`, whose `order` is by price, the highest first, and then by entry.
    init(_ steps: [BidStep], order: [UInt32], bidders: [Bidder], sale: Sale, rules: RuleBook) {
        self.sale = sale
        self.bidders = bidders
        self.rules = rules
        floor = sale.reserve?.minorUnits ?? 0
        boughtByBidder = [Int64](repeating: 0, count: bidders.count)
        boughtByGroup = boughtByBidder
        groupLimit = Admission.groupLimits(bidders, sale: sale, rules: rules)
        entries.reserveCapacity(steps.count)
        let hasLimits =
            rules.oneStepEach || rules.guarantee != .none || rules.purchaseLimit != .none
            || bidders.contains { $0.room != nil }
        if hasLimits {
            admitWithLimits(steps, order)
        } else {
            for index in order {
                let step = steps[Int(index)]
                if step.price.minorUnits < floor {
                    cuts.append(Cut(step: Int(index), quantity: step.quantity, rule: .reserve))
                } else {
                    entries.append(
                        Entry(step: index, price: step.price.minorUnits, quantity: step.quantity.units)
                    )
                }
            }
        }
        if rules.marketTest == .excludeBelow, let lowest = sale.marketFloor { exclude(below: lowest) }
    }

    /// The limit of each group: that of its most generous class.
    private static func groupLimits(_ bidders: [Bidder], sale: Sale, rules: RuleBook) -> [Int64] {
        var limits = [Int64](repeating: 0, count: bidders.count)
        for bidder in bidders {
            let limit = rules.purchaseLimit.quantity(for: bidder.bidderClass, of: sale.offered)?.units ?? .max
            limits[bidder.group] = max(limits[bidder.group], limit)
        }
        return limits
    }

    private mutating func admitWithLimits(_ steps: [BidStep], _ order: [UInt32]) {
        let first = rules.oneStepEach ? firstSteps(steps) : []
        var carried: [Entry] = []
        var index = 0
        while index < order.count {
            let price = steps[Int(order[index])].price.minorUnits
            var level: [Entry] = []
            while index < order.count, steps[Int(order[index])].price.minorUnits == price {
                let step = order[index]
                let quantity = steps[Int(step)].quantity.units
                if price < floor {
                    cuts.append(Cut(step: Int(step), quantity: Quantity(quantity), rule: .reserve))
                } else if rules.oneStepEach, first[steps[Int(step)].bidder] != step {
                    cuts.append(Cut(step: Int(step), quantity: Quantity(quantity), rule: .oneStep))
                } else {
                    level.append(Entry(step: step, price: price, quantity: quantity))
                }
                index += 1
            }
            let returning =
                price < floor
                ? []
                : carried.map {
                    Entry(step: $0.step, price: price, quantity: $0.quantity, isLowered: true)
                }
            if price >= floor { carried = [] }
            level += returning
            for entry in level {
                if let rest = admit(entry, bidder: steps[Int(entry.step)].bidder) { carried.append(rest) }
            }
        }
        for entry in carried { cut(entry, entry.quantity, .guarantee) }
    }

    /// Each bidder's first step in the order of entry.
    private func firstSteps(_ steps: [BidStep]) -> [UInt32] {
        var first = [UInt32](repeating: .max, count: bidders.count)
        for (index, step) in steps.enumerated() where first[step.bidder] == .max { first[step.bidder] = UInt32(index) }
        return first
    }

    /// Takes what the limits leave room for.
    /// - Returns: what the guarantee does not cover at this price, to be looked at again at the next lower one.
    private mutating func admit(_ entry: Entry, bidder index: Int) -> Entry? {
        var entry = entry
        let bidder = bidders[index]
        narrow(&entry, to: groupLimit[bidder.group] - boughtByGroup[bidder.group], .purchaseLimit)
        narrow(&entry, to: (bidder.room?.units ?? .max) - boughtByBidder[index], .holdingLimit)
        var rest: Entry?
        if rules.guarantee != .none, let guarantee = bidder.guarantee {
            let covered = guarantee.minorUnits / max(entry.price, 1) - boughtByBidder[index]
            if covered < entry.quantity {
                let fits = inLots(max(covered, 0))
                if rules.guarantee == .reevaluateLower {
                    rest = Entry(step: entry.step, price: entry.price, quantity: entry.quantity - fits)
                } else {
                    cut(entry, entry.quantity - fits, .guarantee)
                }
                entry.quantity = fits
            }
        }
        guard entry.quantity > 0 else { return rest }
        entries.append(entry)
        boughtByBidder[index] += entry.quantity
        boughtByGroup[bidder.group] += entry.quantity
        return rest
    }

    /// Cuts what is over a limit.
    private mutating func narrow(_ entry: inout Entry, to room: Int64, _ rule: CutRule) {
        guard entry.quantity > max(room, 0) else { return }
        let fits = inLots(max(room, 0))
        cut(entry, entry.quantity - fits, rule)
        entry.quantity = fits
    }

    private func inLots(_ quantity: Int64) -> Int64 { quantity - quantity % sale.lot.units }

    private mutating func cut(_ entry: Entry, _ quantity: Int64, _ rule: CutRule) {
        cuts.append(Cut(step: Int(entry.step), quantity: Quantity(quantity), rule: rule))
    }

    private mutating func exclude(below lowest: Price) {
        while let last = entries.last, last.price < lowest.minorUnits {
            cut(last, last.quantity, .marketTest)
            entries.removeLast()
        }
    }
}
