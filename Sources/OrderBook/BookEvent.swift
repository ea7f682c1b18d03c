package import Permits

/// What a book reports of a command, in the order in which it happened; level changes stand last.
package enum BookEvent: Sendable, Equatable, BitwiseCopyable {
    /// Two orders traded.
    case fill(Fill)
    /// The order left the book without being filled whole; its `open` is what was left.
    case closed(Order, DoneReason)
    /// A stop became active; the order is as it is from now on, `.market` or `.limit`.
    case triggered(Order)
    /// The band moved and took the order's protection price, once `from`, along; only market and stop orders.
    case repriced(Order, from: Price)
    /// What a level shows after the command; zero if it is gone.
    case level(Side, Price, Quantity)
}

/// A trade between two orders, at the resting order's price or at the call's.
package struct Fill: Sendable, Equatable, BitwiseCopyable {
    /// One side of a trade.
    package struct Party: Sendable, Equatable, BitwiseCopyable {
        package var order: OrderID
        package var owner: MemberID
        private var storedReference: PackedCode
        private var storedLimit: UInt32
        private var storedOpen: UInt32

        /// The client's own id for the order.
        package var reference: Code { storedReference.code }
        /// The order's limit or protection price.
        package var limit: Price { Price(minorUnits: Int64(storedLimit)) }
        /// What is open of the order after the fill.
        package var open: Quantity { Quantity(Int64(storedOpen)) }

        /// Makes a party of all its fields.
        package init(order: OrderID, owner: MemberID, reference: Code, limit: Price, open: Quantity) {
            self.init(
                order: order,
                owner: owner,
                reference: PackedCode(reference),
                limit: UInt32(limit.minorUnits),
                open: UInt32(open.units)
            )
        }

        init(order: OrderID, owner: MemberID, reference: PackedCode, limit: UInt32, open: UInt32) {
            self.order = order
            self.owner = owner
            storedReference = reference
            storedLimit = limit
            storedOpen = open
        }
    }

    package var price: Price
    package var quantity: Quantity
    /// The side of the incoming order; nil in a call, where neither side takes.
    package var aggressor: Side?
    package var buy: Party
    package var sell: Party

    /// Makes a fill of all its fields.
    package init(price: Price, quantity: Quantity, aggressor: Side?, buy: Party, sell: Party) {
        self.price = price
        self.quantity = quantity
        self.aggressor = aggressor
        self.buy = buy
        self.sell = sell
    }
}

/// Where a call would trade if it ended now.
package struct Indicative: Sendable, Equatable {
    package var price: Price
    package var volume: Quantity
    /// What one side could not trade at the price.
    package var surplus: Quantity
    /// The side that has the surplus; nil if there is none.
    package var surplusSide: Side?

    /// Makes an indication of all its fields.
    package init(price: Price, volume: Quantity, surplus: Quantity, surplusSide: Side?) {
        self.price = price
        self.volume = volume
        self.surplus = surplus
        self.surplusSide = surplusSide
    }
}

extension Indicative: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: Indicative?
    ) throws(SnapshotError) -> Indicative {
        Indicative(
            price: try coder.value("price", old?.price),
            volume: try coder.value("volume", old?.volume),
            surplus: try coder.value("surplus", old?.surplus),
            surplusSide: try coder.word("surplusSide", old?.surplusSide)
        )
    }
}

/// One price of one side, as the public sees it.
package struct DepthLevel: Sendable, Equatable {
    package var price: Price
    /// The displayed quantity.
    package var quantity: Quantity
    package var orderCount: Int

    /// Makes a level of all its fields.
    package init(price: Price, quantity: Quantity, orderCount: Int) {
        self.price = price
        self.quantity = quantity
        self.orderCount = orderCount
    }
}
