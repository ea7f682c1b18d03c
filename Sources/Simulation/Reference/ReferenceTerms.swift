import Exchange
import OrderBook
import Permits

// The engine's answers and events in the model's terms.

extension ReferenceOutcome {
    /// The engine's outcome in the model's terms.
    init(_ outcome: Outcome) {
        switch outcome {
        case .done, .loggedOn, .registry: self = .done
        case .order(let id, let open): self = .order(id.number, open: open.units)
        case .quote(let bid, let bidOpen, let ask, let askOpen):
            self = .quote(bid: bid?.number, bidOpen: bidOpen.units, ask: ask?.number, askOpen: askOpen.units)
        case .cancelled(let count): self = .cancelled(count)
        case .refused(let refusal): self = .refused(refusal.code)
        }
    }
}

extension ReferenceEvent {
    /// The engine's event in the model's terms; nil for those that are compared otherwise.
    init?(_ event: Event) {
        switch event {
        case .trade(_, let trade):
            self = .trade(
                ReferenceTrade(
                    market: trade.market.slot,
                    price: trade.price.minorUnits,
                    quantity: trade.quantity.units,
                    aggressor: trade.aggressor,
                    buyer: trade.buyer,
                    seller: trade.seller,
                    buyOrder: trade.buyOrder.number,
                    sellOrder: trade.sellOrder.number,
                    buyerFee: trade.buyerFee.minorUnits,
                    sellerFee: trade.sellerFee.minorUnits
                )
            )
        case .fill(let fill):
            self = .fill(
                order: fill.order.number,
                owner: fill.member,
                price: fill.price.minorUnits,
                quantity: fill.quantity.units,
                open: fill.open.units,
                fee: fill.fee.minorUnits,
                fill.liquidity
            )
        case .done(_, _, let order, let reason):
            self = .done(order: order.id.number, open: order.open.units, reason)
        case .triggered(_, _, let order): self = .triggered(order: order.id.number)
        case .phase(let market, _, let phase, _): self = .phase(market: market.slot, phase)
        case .reference(let market, _, let price, let low, let high):
            self = .reference(market: market.slot, price: price.minorUnits, low: low.minorUnits, high: high.minorUnits)
        default: return nil
        }
    }
}
