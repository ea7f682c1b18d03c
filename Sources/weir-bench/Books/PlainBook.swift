import OrderBook
import Permits

/// A book as one writes it in plain Swift: an object an order, linked in a queue a price, found in a dictionary.
///
/// It is what `OrderBook` is measured against on any machine, and a second opinion on the trades of a message file. Of what a book
/// does it knows limit orders, cancels and replacements alone.
struct PlainBook {
    private final class Resting {
        let number: UInt64
        let side: Side
        var level: Int
        var open: Int64
        var next: Resting?
        unowned(unsafe) var previous: Resting?

        init(number: UInt64, side: Side, level: Int, open: Int64) {
            (self.number, self.side, self.level, self.open) = (number, side, level, open)
        }
    }

    private struct Queue {
        var first: Resting?
        unowned(unsafe) var last: Resting?

        mutating func append(_ order: Resting) {
            order.previous = last
            if let last { last.next = order } else { first = order }
            last = order
        }

        mutating func remove(_ order: Resting) {
            let next = order.next
            next?.previous = order.previous
            if next == nil { last = order.previous }
            if let previous = order.previous { previous.next = next } else { first = next }
            order.next = nil
        }
    }

    private var queues: [Queue]
    private var orders: [UInt64: Resting] = [:]
    /// At or above the highest level with a bid; -1 if there is none.
    private var bestBid = -1
    /// At or below the lowest level with an ask.
    private var bestAsk: Int

    /// Makes an empty book of so many prices.
    init(levelCount: Int) {
        queues = Array(repeating: Queue(), count: levelCount)
        bestAsk = levelCount
    }

    var count: Int { orders.count }

    /// Does what a message says, and adds the trades that come of it.
    mutating func take(_ message: Message, _ trades: inout [BookTrade]) {
        switch message.kind {
        case .new:
            let order = Resting(
                number: message.order,
                side: message.side,
                level: Int(message.level),
                open: Int64(message.quantity)
            )
            enter(order, isIOC: message.isIOC, &trades)
        case .cancel:
            guard let order = orders.removeValue(forKey: message.order) else { return }
            queues[order.level].remove(order)
        case .amend:
            guard let order = orders[message.order] else { return }
            let (level, quantity) = (Int(message.level), Int64(message.quantity))
            if level == order.level, quantity <= order.open {
                order.open = quantity
                return
            }
            queues[order.level].remove(order)
            orders[order.number] = nil
            (order.level, order.open) = (level, quantity)
            enter(order, isIOC: false, &trades)
        }
    }

    private mutating func enter(_ order: Resting, isIOC: Bool, _ trades: inout [BookTrade]) {
        if order.side == .buy {
            while order.open > 0, bestAsk <= order.level {
                if queues[bestAsk].first?.side == .sell { meet(bestAsk, order, &trades) } else { bestAsk += 1 }
            }
        } else {
            while order.open > 0, bestBid >= order.level {
                if queues[bestBid].first?.side == .buy { meet(bestBid, order, &trades) } else { bestBid -= 1 }
            }
        }
        guard order.open > 0, !isIOC else { return }
        queues[order.level].append(order)
        orders[order.number] = order
        if order.side == .buy { bestBid = max(bestBid, order.level) } else { bestAsk = min(bestAsk, order.level) }
    }

    /// Trades with a level's first order.
    private mutating func meet(_ level: Int, _ order: Resting, _ trades: inout [BookTrade]) {
        guard let other = queues[level].first else { return }
        let quantity = min(order.open, other.open)
        order.open -= quantity
        other.open -= quantity
        trades.append(BookTrade(taker: order.number, maker: other.number, quantity: quantity))
        guard other.open == 0 else { return }
        queues[level].remove(other)
        orders[other.number] = nil
    }
}

/// A trade of a message file.
struct BookTrade: Equatable {
    var taker: UInt64
    var maker: UInt64
    var quantity: Int64
}
