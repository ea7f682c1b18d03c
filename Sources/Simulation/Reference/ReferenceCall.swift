import Permits

/// What a call would trade, or trades.
struct ReferenceCall: Equatable {
    var price: Int64
    var volume: Int64
    var surplus: Int64
    /// Where the surplus is; nil if there is none.
    var side: Side?
}

// The call auction, found by trying every price of the band.

extension ReferenceMarket {
    /// The call at `price`: everyone who accepts the price takes part, hidden quantity included.
    func call(at price: Int64) -> ReferenceCall {
        var bought: Int64 = 0
        var sold: Int64 = 0
        for order in orders where order.isInBook && order.accepts(price) {
            if order.side == .buy { bought += order.open } else { sold += order.open }
        }
        return ReferenceCall(
            price: price,
            volume: min(bought, sold),
            surplus: abs(bought - sold),
            side: bought == sold ? nil : bought > sold ? .buy : .sell
        )
    }

    /// The call at the price that the rules choose; nil if nothing would trade.
    var call: ReferenceCall? {
        let band = band
        let all = stride(from: band.lowerBound, through: band.upperBound, by: Int64.Stride(tick)).map { call(at: $0) }
        let volume = all.map(\.volume).max() ?? 0
        guard volume > 0 else { return nil }
        let largest = all.filter { $0.volume == volume }
        let surplus = largest.map(\.surplus).min() ?? 0
        let best = largest.filter { $0.surplus == surplus }
        if best.allSatisfy({ $0.side == .buy }) { return best.last }
        if best.allSatisfy({ $0.side == .sell }) { return best.first }
        let distance = best.map { abs($0.price - reference) }.min() ?? 0
        return best.last { abs($0.price - reference) == distance }
    }

    /// Trades the call: the best buy order with the best sell order, until the volume is traded.
    mutating func uncross() {
        if let call {
            var left = call.volume
            while left > 0, var buy = queue(.buy).first, var sell = queue(.sell).first {
                let quantity = min(left, buy.open, sell.open)
                left -= quantity
                buy.open -= quantity
                sell.open -= quantity
                record(buy: buy, sell: sell, price: call.price, quantity: quantity, aggressor: nil)
                appendFill(buy, call.price, quantity, .auction)
                appendFill(sell, call.price, quantity, .auction)
                for order in [buy, sell] {
                    guard let position = position(order.id) else { continue }
                    // An iceberg keeps its place and shows a fresh slice.
                    orders[position].open = order.open
                    orders[position].shown = order.slice
                    if order.open == 0 { orders.remove(at: position) }
                }
            }
        }
        let isOver = orders.filter { order in
            order.isInBook
                && (order.kind == .market || order.timeInForce == .atTheOpen || order.timeInForce == .atTheClose)
        }
        for order in isOver.sorted(by: { $0.id < $1.id }) { finish(order.id, .unfilled) }
    }
}
