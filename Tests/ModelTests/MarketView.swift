import Permits

@testable import Simulation

/// What can be seen of a market of the model, worked out again only when the market has changed.
struct MarketView {
    /// What each row of `values` is.
    static let names = [
        "phase, reference, last price", "live orders (id, open, price)", "bids", "best bid", "bids published", "asks",
        "best ask", "asks published", "indicative",
    ]
    private(set) var values: [[Int64]] = []
    private var orders: [ReferenceOrder] = []
    private var phase: Phase?
    private var prices: [Int64] = []

    mutating func update(_ market: ReferenceMarket) {
        let prices = [market.reference, market.lastPrice]
        guard market.phase != phase || prices != self.prices || market.orders != orders else { return }
        phase = market.phase
        self.prices = prices
        orders = market.orders
        var live: [Int64] = []
        for order in orders.sorted(by: { $0.id < $1.id }) { live += [Int64(order.id), order.open, order.price] }
        values = [[Int64(market.phase.place)] + prices, live]
        for side in Side.allCases {
            let depth = market.depth(side)
            let levels = depth.flatMap { [$0.price, $0.quantity] }
            values += [levels, depth.prefix(1).map(\.price), levels]
        }
        values.append(MarketView.values(of: market.phase.isCall ? market.call : nil))
    }

    /// A call as plain numbers; none if nothing would trade.
    static func values(of call: ReferenceCall?) -> [Int64] {
        guard let call else { return [] }
        return [call.price, call.volume, call.surplus, Int64(call.side?.place ?? 9)]
    }
}
