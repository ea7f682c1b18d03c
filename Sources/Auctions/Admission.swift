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
    /// By group, then by class within it.
    private var boughtByGroup: [Int64]
    private var boughtByClass: [[Int64]]
    private let groupLimit: [Int64]
    private let classLimit: [Int64]

    /// Admits `steps`, whose `order` is by price, the highest first, and then by entry.
    init(_ steps: [BidStep], order: [UInt32], bidders: [Bidder], sale: Sale, rules: RuleBook) {
        self.sale = sale
        self.bidders = bidders
        self.rules = rules
        floor = sale.reserve?.minorUnits ?? 0
        boughtByBidder = [Int64](repeating: 0, count: bidders.count)
        boughtByGroup = boughtByBidder
        boughtByClass = BidderClass.allCases.map { _ in [Int64](repeating: 0, count: bidders.count) }
        classLimit = BidderClass.allCases.map {
            rules.purchaseLimit.quantity(for: $0, of: sale.offered)?.units ?? .max
        }
        groupLimit = Admission.groupLimits(bidders, classLimit)
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
                    entries.append(Entry(step: index, price: step.price.minorUnits, quantity: step.quantity.units))
                }
            }
        }
        if rules.marketTest == .excludeBelow, let lowest = sale.marketFloor { exclude(below: lowest) }
    }

    /// The limit of each group: that of its most generous class, while its members of one class share that class's own
    /// (Washington: WAC 173-446-330).
    private static func groupLimits(_ bidders: [Bidder], _ classLimit: [Int64]) -> [Int64] {
        var limits = [Int64](repeating: 0, count: bidders.count)
        for bidder in bidders {
            limits[bidder.group] = max(limits[bidder.group], classLimit[Int(bidder.bidderClass.place)])
        }
        return limits
    }

    /// Takes steps price by price: at each, its own in the order of entry, then those that come down to it.
    private mutating func admitWithLimits(_ steps: [BidStep], _ order: [UInt32]) {
        let first = rules.oneStepEach ? firstSteps(steps) : []
        let counted = order.prefix { steps[Int($0)].price.minorUnits >= floor }
        var lowered = LoweredSteps(counted.map { steps[Int($0)].price.minorUnits }, bidders: bidders.count)
        var index = 0
        for (level, price) in lowered.prices.enumerated() {
            var entries: [Entry] = []
            while index < counted.count, steps[Int(order[index])].price.minorUnits == price {
                let step = order[index]
                let quantity = steps[Int(step)].quantity
                if rules.oneStepEach, first[steps[Int(step)].bidder] != step {
                    cuts.append(Cut(step: Int(step), quantity: quantity, rule: .oneStep))
                } else {
                    entries.append(Entry(step: step, price: price, quantity: quantity.units))
                }
                index += 1
            }
            for entry in entries + lowered.due(at: level, steps) {
                let bidder = steps[Int(entry.step)].bidder
                guard let rest = admit(entry, bidder: bidder) else { continue }
                lowered.keep(rest, of: bidder, at: level, until: affordablePrice(bidder))
            }
        }
        for step in order[index...] {
            cuts.append(Cut(step: Int(step), quantity: steps[Int(step)].quantity, rule: .reserve))
        }
        for entry in lowered.left(steps) { cut(entry, entry.quantity, .guarantee) }
    }

    /// The highest price at which a bidder's guarantee covers a lot more than it has bought.
    private func affordablePrice(_ bidder: Int) -> Int64 {
        (bidders[bidder].guarantee?.minorUnits ?? 0) / (boughtByBidder[bidder] + sale.lot.units)
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
        let kind = Int(bidder.bidderClass.place)
        let room = min(
            groupLimit[bidder.group] - boughtByGroup[bidder.group],
            classLimit[kind] - boughtByClass[kind][bidder.group]
        )
        narrow(&entry, to: room, .purchaseLimit)
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
        boughtByClass[kind][bidder.group] += entry.quantity
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

/// Steps that a guarantee did not cover where they stood, which come down until it does (17 CCR 95911(e)).
///
/// A step is looked at again only at prices at which its bidder can pay for a lot more, and at the lowest price of all: between
/// them nothing could be taken, and so the work grows with what is taken, not with steps × prices.
private struct LoweredSteps {
    /// The prices of all steps, the highest first.
    let prices: [Int64]
    /// What waits of each bidder.
    private var waiting: [[Entry]]
    /// The bidders whose turn comes at each price.
    private var turns: [[Int]]
    private var hasTurn: [Bool]

    /// - Parameters:
    ///   - prices: those of all steps, in descending order.
    ///   - bidders: how many there are.
    init(_ prices: [Int64], bidders: Int) {
        self.prices = prices.reduce(into: []) { kept, price in if kept.last != price { kept.append(price) } }
        waiting = Array(repeating: [], count: bidders)
        turns = Array(repeating: [], count: self.prices.count)
        hasTurn = Array(repeating: false, count: bidders)
    }

    /// Keeps what was not covered at a price, the place of which is `level`, until one at which it may be.
    mutating func keep(_ entry: Entry, of bidder: Int, at level: Int, until price: Int64) {
        waiting[bidder].append(entry)
        guard !hasTurn[bidder], level + 1 < prices.count else { return }
        hasTurn[bidder] = true
        let next = prices[(level + 1)...].firstPlace { $0 > price }
        turns[min(next, prices.count - 1)].append(bidder)
    }

    /// What is to be looked at again at a price, the last to have come down first.
    mutating func due(at level: Int, _ steps: [BidStep]) -> [Entry] {
        let bidders = level == prices.count - 1 ? waiting.indices.filter { !waiting[$0].isEmpty } : turns[level]
        return take(bidders, steps).map {
            Entry(step: $0.step, price: prices[level], quantity: $0.quantity, isLowered: true)
        }
    }

    /// What no price came down to.
    mutating func left(_ steps: [BidStep]) -> [Entry] { take(Array(waiting.indices), steps) }

    private mutating func take(_ bidders: [Int], _ steps: [BidStep]) -> [Entry] {
        var taken: [Entry] = []
        for bidder in bidders {
            taken += waiting[bidder]
            waiting[bidder] = []
            hasTurn[bidder] = false
        }
        return taken.sorted { a, b in
            (steps[Int(a.step)].price, a.step) < (steps[Int(b.step)].price, b.step)
        }
    }
}
