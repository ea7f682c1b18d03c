package import Permits

// The call auction: one price for all, found from the whole book, hidden quantity included.
//
// Rule, each step among what the step before left:
// 1. the largest executable volume;
// 2. the smallest surplus |buy − sell|;
// 3. the side of the pressure: all left with a surplus of buys, the highest; all of sells, the lowest;
// 4. the nearest to the reference price. (What is left is one run of ticks and the reference a tick, so no two are
//    equally near.)
//
// Every tick of the crossing range is a candidate. Buy and sell quantity are constant between neighbouring occupied
// prices, so of such a gap the lowest tick, the highest and the one nearest to the reference stand for all its ticks.

extension OrderBook {
    /// Where a call would trade now; nil if it would not.
    ///
    /// `reference` decides the last ties; it is on the tick grid and may be outside the band.
    /// O(occupied levels in the crossing range).
    package func indicative(reference: Price) -> Indicative? {
        guard let bestBid, let bestAsk, bestBid >= bestAsk else { return nil }
        precondition(reference.minorUnits % tick.minorUnits == 0, "the reference price is off the tick")
        // The bid levels of the range, best first; the sweep takes them from the back.
        var bidLevels: ContiguousArray<Int> = []
        var buy = Quantity.zero
        var bid = bids.first
        while bid <= bids.index(of: bestAsk) {
            bidLevels.append(bid)
            buy.units += bids[bid].total
            bid = bids.first(from: bid + 1)
        }
        var choice = CallChoice(reference: reference)
        var sell = Quantity.zero
        var ask = asks.first
        var price = bestAsk
        while true {
            if ask != Ladder.none, asks.price(at: ask) == price {
                sell.units += asks[ask].total
                ask = asks.first(from: ask + 1)
            }
            choice.consider(price, buy: buy, sell: sell)
            if let last = bidLevels.last, bids.price(at: last) == price {
                buy.units -= bids[last].total
                bidLevels.removeLast()
            }
            // The best bid is the upper end of the range, so the sweep ends with the bids.
            guard let last = bidLevels.last else { break }
            var next = bids.price(at: last)
            if ask != Ladder.none { next = min(next, asks.price(at: ask)) }
            let lowest = Price(minorUnits: price.minorUnits + tick.minorUnits)
            let highest = Price(minorUnits: next.minorUnits - tick.minorUnits)
            if lowest <= highest {
                choice.consider(lowest, buy: buy, sell: sell)
                choice.consider(min(max(reference, lowest), highest), buy: buy, sell: sell)
                choice.consider(highest, buy: buy, sell: sell)
            }
            price = next
        }
        return choice.result
    }

    /// What ending a call would trade; `reference` decides the last ties.
    /// - Complexity: occupied levels in the crossing range.
    package func uncrossing(reference: Price) -> Uncrossing {
        let call = indicative(reference: reference)
        return Uncrossing(price: call?.price ?? .zero, left: call?.volume ?? .zero)
    }

    /// Ends a call, or a part of it: trades what is left to trade at its price, by price and time on each side, then closes
    /// what was only for the call (market, at-the-open and at-the-close orders in the book; parked ones stay).
    ///
    /// Self-trade prevention does not act: orders of one member that would meet have ended before. An iceberg
    /// trades with all that is open at its place in the queue, keeps the place, and shows a fresh slice afterwards.
    /// No order enters between two parts; what has ended meanwhile trades no more.
    /// Events: fills, then closed orders by number, then levels.
    /// - Parameters:
    ///   - call: what is left to do.
    ///   - steps: how many fills and closed orders there may be; lowered by what there were.
    ///   - events: gets what happened.
    /// - Returns: whether the call has ended.
    package mutating func uncross(
        _ call: inout Uncrossing,
        atMost steps: inout Int,
        events: inout Buffer<BookEvent>
    ) -> Bool {
        own()
        fillCall(&call, atMost: &steps, events: &events)
        let isDone = call.left == .zero && closeCallOrders(&call, atMost: &steps, events: &events)
        finish(&events)
        return isDone
    }

    private mutating func fillCall(_ call: inout Uncrossing, atMost steps: inout Int, events: inout Buffer<BookEvent>) {
        while call.left > .zero, steps > 0 {
            guard let bestBid, let bestAsk, bestBid >= call.price, bestAsk <= call.price else {
                call.left = .zero
                return
            }
            steps -= 1
            lastPrice = call.price
            let bid = bids[bids.first].head
            let ask = asks[asks.first].head
            let quantity = min(call.left, Quantity(Int64(min(orders[bid].open, orders[ask].open))))
            call.left -= quantity
            let buyer = fill(bid, quantity)
            let seller = fill(ask, quantity)
            events.append(
                .fill(Fill(price: call.price, quantity: quantity, aggressor: nil, buy: buyer.party, sell: seller.party))
            )
        }
    }

    private mutating func closeCallOrders(
        _ call: inout Uncrossing,
        atMost steps: inout Int,
        events: inout Buffer<BookEvent>
    ) -> Bool {
        while let number = callOrders.first(after: call.closed) {
            guard steps > 0 else { return false }
            steps -= 1
            call.closed = number
            let slot = orders.slot(of: number)
            guard slot != 0, orders[slot].place == .bids || orders[slot].place == .asks else { continue }
            events.append(.closed(take(slot), .unfilled))
        }
        callOrders.sortOut(orders)
        return true
    }

    /// Takes a quantity that traded with another book's order, in a call over both, off an order.
    /// - Returns: the order as it is now.
    package mutating func fill(_ id: OrderID, _ quantity: Quantity, events: inout Buffer<BookEvent>) -> Order {
        own()
        let order = fill(orders.slot(of: id), quantity)
        finish(&events)
        return order
    }

    /// Takes a traded quantity off the best order of its side, hidden part or not.
    /// - Returns: the order as it is now.
    private mutating func fill(_ slot: UInt32, _ quantity: Quantity) -> Order {
        var order = orders.order(at: slot)
        order.open -= quantity
        order.showSlice()
        // The fresh slice may be larger than what was left of the old one: `shown` is then negative.
        reduce(slot, by: quantity.units, shown: Int64(orders[slot].shown) - order.shown.units)
        if order.open == .zero { take(slot) }
        return order
    }
}

/// A call that ends: its price, and what is left to do.
package struct Uncrossing: Sendable, Equatable {
    /// The price of all its trades.
    package var price: Price
    /// What is still to trade.
    package var left: Quantity
    /// Up to which number orders that were only for the call are closed.
    package var closed = OrderID(number: 0)

    package init(price: Price, left: Quantity, closed: OrderID = OrderID(number: 0)) {
        self.price = price
        self.left = left
        self.closed = closed
    }
}

/// The orders of a book that may only trade in a call, by number; some have ended.
///
/// It follows from the orders and is no part of the state.
struct CallOrders: Sendable {
    private var numbers: ContiguousArray<OrderID> = []
    private var isSorted = true
    /// With how many those that have ended are taken out.
    private var enough = 64

    /// Notes an order; one that is entered again may come twice.
    /// - Returns: whether `sortOut` is due.
    mutating func add(_ number: OrderID) -> Bool {
        if let last = numbers.last, last > number { isSorted = false }
        numbers.append(number)
        return numbers.count >= enough
    }

    /// Takes out what has ended.
    mutating func sortOut(_ orders: Slab) {
        numbers.removeAll { orders.slot(of: $0) == 0 }
        enough = 2 * numbers.count + 64
    }

    /// The first number above another.
    mutating func first(after number: OrderID) -> OrderID? {
        if !isSorted {
            numbers.sort()
            isSorted = true
        }
        let place = numbers.firstPlace { $0 <= number }
        return place < numbers.count ? numbers[place] : nil
    }
}

/// The best call price among the candidates seen so far, by the rule above.
private struct CallChoice {
    private struct Candidate {
        var price: Price
        /// Buys less sells.
        var pressure: Quantity
    }

    private let reference: Price
    private var volume = Quantity.zero
    private var surplus = Quantity.zero
    // Of the candidates with that volume and surplus:
    private var lowest: Candidate?
    private var highest: Candidate?
    private var nearest: Candidate?
    private var allBuy = true
    private var allSell = true

    init(reference: Price) { self.reference = reference }

    /// Takes a candidate into account; they come in ascending order.
    mutating func consider(_ price: Price, buy: Quantity, sell: Quantity) {
        let candidate = Candidate(price: price, pressure: buy - sell)
        let executable = min(buy, sell)
        let rest = max(buy, sell) - executable
        if lowest == nil || executable > volume || (executable == volume && rest < surplus) {
            volume = executable
            surplus = rest
            lowest = candidate
            nearest = candidate
            allBuy = true
            allSell = true
        } else if executable != volume || rest != surplus {
            return
        }
        highest = candidate
        if let present = nearest, distance(candidate) < distance(present) { nearest = candidate }
        if candidate.pressure <= .zero { allBuy = false }
        if candidate.pressure >= .zero { allSell = false }
    }

    var result: Indicative? {
        guard let chosen = allBuy ? highest : allSell ? lowest : nearest, volume > .zero else { return nil }
        let side: Side? = chosen.pressure > .zero ? .buy : chosen.pressure < .zero ? .sell : nil
        return Indicative(price: chosen.price, volume: volume, surplus: surplus, surplusSide: side)
    }

    private func distance(_ candidate: Candidate) -> Int64 {
        abs(candidate.price.minorUnits - reference.minorUnits)
    }
}
