package import Permits

/// A part of a price step that was not served, and the rule that took it away.
package struct Cut: Hashable, Sendable {
    /// The step's place among all steps.
    package var step: Int
    package var quantity: Quantity
    package var rule: CutRule

    package init(step: Int, quantity: Quantity, rule: CutRule) {
        self.step = step
        self.quantity = quantity
        self.rule = rule
    }
}

/// What a price step won.
package struct Award: Hashable, Sendable {
    /// The step's place among all steps.
    package var step: Int
    package var quantity: Quantity
    /// What the winner pays for each permit.
    package var price: Price
}

/// The result of a sealed-bid auction: a pure function of the sale, the bids and the rule book.
package struct Clearing: Sendable {
    /// The clearing price: the lowest price served, or what the rule book makes of it; nil if nothing was sold.
    package private(set) var price: Price?
    /// What was offered in the end: supply, consigned permits, and what containment added or withheld.
    package private(set) var offered: Quantity
    /// What was offered before containment.
    package let initial: Quantity
    package private(set) var sold = Quantity.zero
    /// In the order of price, the highest first, and then of entry.
    package private(set) var awards: [Award] = []
    /// Every permit of every step that was not served.
    package private(set) var cuts: [Cut] = []
    /// What the bids that counted asked for.
    package private(set) var demanded: Quantity
    /// Why nothing was sold; nil if something was.
    package private(set) var failure: Failure?
    /// The places of the steps by price, the highest first, and then by entry.
    let order: [UInt32]

    /// Why an auction sold nothing.
    package enum Failure: Spelling, Word {
        case noBids = "no-bids"
        /// The bids did not cover the supply (EU).
        case underSubscribed = "under-subscribed"
        /// The price would be significantly below the secondary market (EU).
        case belowMarket = "below-market"
        /// The price would be below the confidential reserve (New Zealand).
        case belowReserve = "below-reserve"
    }

    /// Clears `steps`, which stand in the order of their entry.
    ///
    /// Complexity: that of sorting the steps. Their quantities are multiples of the lot.
    package init(_ steps: [BidStep], bidders: [Bidder], sale: Sale, rules: RuleBook) {
        order = Clearing.byPrice(steps)
        let admission = Admission(steps, order: order, bidders: bidders, sale: sale, rules: rules)
        let entries = admission.entries
        cuts = admission.cuts
        demanded = Quantity(entries.reduce(0) { $0 + $1.quantity })
        let supply = Containment.supply(of: sale) { trigger in
            var sum: Int64 = 0
            for entry in entries {
                guard entry.price >= trigger.minorUnits else { break }
                sum += entry.quantity
            }
            return sum
        }
        offered = Quantity(supply)
        initial = sale.offered
        clear(entries, supply, sale, rules)
    }

    private mutating func clear(_ entries: ContiguousArray<Entry>, _ supply: Int64, _ sale: Sale, _ rules: RuleBook) {
        guard let margin = Margin(entries, supply: supply) else { return fail(.noBids, entries) }
        let isShort = demanded.units < supply
        if isShort, rules.underSubscription == .cancel { return fail(.underSubscribed, entries) }
        var clearing = margin.price
        if isShort, rules.underSubscription == .sellAtReserve, let reserve = sale.reserve {
            clearing = reserve.minorUnits
        }
        if rules.pricing == .midpoint, !isShort {
            if let next = margin.nextPrice(entries, supply) { clearing = (margin.price + next) / 2 }
        }
        if rules.marketTest == .cancelBelow, let floor = sale.marketFloor, clearing < floor.minorUnits {
            return fail(.belowMarket, entries)
        }
        if let secret = sale.confidentialReserve, clearing < secret.minorUnits { return fail(.belowReserve, entries) }
        price = Price(minorUnits: clearing)
        award(entries, margin, supply, sale, rules)
    }

    /// The places of the steps by price, the highest first, and then by entry.
    private static func byPrice(_ steps: [BidStep]) -> [UInt32] {
        // Price and place in one word, so that sorting compares integers.
        var keys: [UInt64] = []
        keys.reserveCapacity(steps.count)
        for (index, step) in steps.enumerated() {
            keys.append(UInt64(UInt32.max - UInt32(step.price.minorUnits)) << 32 | UInt64(index))
        }
        keys.sort()
        return keys.map { UInt32(truncatingIfNeeded: $0) }
    }

    private mutating func fail(_ failure: Failure, _ entries: ContiguousArray<Entry>) {
        self.failure = failure
        for entry in entries {
            cuts.append(Cut(step: Int(entry.step), quantity: Quantity(entry.quantity), rule: .cancelled))
        }
    }

    private mutating func award(
        _ entries: ContiguousArray<Entry>,
        _ margin: Margin,
        _ supply: Int64,
        _ sale: Sale,
        _ rules: RuleBook
    ) {
        awards.reserveCapacity(margin.last)
        for entry in entries[..<margin.first] { award(entry, entry.quantity, rules) }
        let tied = entries[margin.first..<margin.last]
        let rest = supply - margin.above
        if margin.tied <= rest {
            for entry in tied { award(entry, entry.quantity, rules) }
        } else {
            // A step that came down from a higher price counts from when it was entered.
            let byEntry = tied.sorted { $0.step < $1.step }
            let shares = rules.margin.share(rest, among: byEntry.map(\.quantity), lot: sale.lot.units) {
                place in
                Draw.ticket(of: Int(byEntry[place].step), seed: sale.seed)
            }
            for (entry, share) in zip(byEntry, shares) {
                if share > 0 { award(entry, share, rules) }
                if share < entry.quantity {
                    cuts.append(
                        Cut(
                            step: Int(entry.step),
                            quantity: Quantity(entry.quantity - share),
                            rule: entry.lost(by: .margin)
                        )
                    )
                }
            }
        }
        for entry in entries[margin.last...] {
            cuts.append(Cut(step: Int(entry.step), quantity: Quantity(entry.quantity), rule: entry.lost(by: .outbid)))
        }
    }

    private mutating func award(_ entry: Entry, _ quantity: Int64, _ rules: RuleBook) {
        let paid = rules.pricing == .payAsBid ? Price(minorUnits: entry.price) : price ?? .zero
        awards.append(Award(step: Int(entry.step), quantity: Quantity(quantity), price: paid))
        sold += Quantity(quantity)
    }

    /// What the winners pay.
    package var proceeds: Money {
        awards.reduce(.zero) { $0 + $1.price.notional(of: $1.quantity) }
    }
}

/// Where the supply ends among entries that stand by price, the highest first.
private struct Margin {
    /// The lowest price served.
    let price: Int64
    /// The entries of that price.
    let first: Int
    let last: Int
    /// What is bid above that price, and at it.
    let above: Int64
    let tied: Int64

    /// Nil if there is nothing to serve.
    init?(_ entries: ContiguousArray<Entry>, supply: Int64) {
        guard supply > 0, !entries.isEmpty else { return nil }
        var index = 0
        var sum: Int64 = 0
        while true {
            let start = index
            let level = entries[start].price
            var quantity: Int64 = 0
            while index < entries.count, entries[index].price == level {
                quantity += entries[index].quantity
                index += 1
            }
            if sum + quantity >= supply || index == entries.count {
                price = level
                first = start
                last = index
                above = sum
                tied = quantity
                return
            }
            sum += quantity
        }
    }

    /// The highest price of which something is not served: the lowest one served, if it is rationed.
    func nextPrice(_ entries: ContiguousArray<Entry>, _ supply: Int64) -> Int64? {
        if above + tied > supply { return price }
        return last < entries.count ? entries[last].price : nil
    }
}
