import Exchange
import Permits
import Registry

// Swaps, offers by agreement and the rights that follow from them, as fields.

extension TextSink {
    /// Appends an offer to swap; what is told to everyone names nobody.
    mutating func append(_ swap: Swap, _ exchange: Exchange, isNamed: Bool = true) {
        append("swap", swap.number)
        if isNamed { append("member", exchange.members[swap.member].code) }
        append(" give=")
        append(name: swap.give, exchange)
        append("giveqty", swap.giveQuantity)
        append(" want=")
        append(name: swap.want, exchange)
        append("wantqty", swap.wantQuantity)
        if isNamed, let partner = swap.partner { append("to", exchange.members[partner].code) }
        if swap.expires != .never { append("expire", swap.expires) }
    }

    /// Appends a class as `SWAP` takes it: `WATER:2027:murray`.
    private mutating func append(name id: ClassID, _ exchange: Exchange) {
        let terms = exchange.registry[id]
        append(code: exchange.registry[terms.program].code)
        append(text: ":\(terms.vintage)")
        guard !terms.zone.isEmpty else { return }
        append(text: ":\(terms.zone)")
    }

    /// Appends an offer by agreement; what is told to everyone names nobody.
    mutating func append(_ offer: Offer, _ exchange: Exchange, isNamed: Bool = true) {
        append("offer", offer.number)
        if isNamed { append("member", exchange.members[offer.seller].code) }
        for (index, item) in offer.items.enumerated() {
            append(text: index == 0 ? " give=" : ",")
            append(name: item.permitClass, exchange)
            append(text: ":\(item.quantity.units)")
        }
        append("price", money: offer.price.minorUnits, offer.currency)
        if offer.royalty > .zero { append("royalty", money: offer.royalty.minorUnits, offer.currency) }
        if offer.lease > 0 { append("lease", UInt64(offer.lease)) }
        if isNamed, let partner = offer.partner { append("to", exchange.members[partner].code) }
        if offer.expires != .never { append("expire", offer.expires) }
    }

    /// Appends a royalty or lease; what is told to everyone names nobody.
    mutating func append(_ right: Right, _ exchange: Exchange, isNamed: Bool = true) {
        append("offer", right.sale)
        if isNamed {
            append("seller", exchange.members[right.seller].code)
            append("buyer", exchange.members[right.buyer].code)
        }
        append(class: right.entitlement, exchange)
        append("qty", right.quantity)
        if right.royalty > .zero { append("royalty", money: right.royalty.minorUnits, right.currency) }
        if let seasons = right.seasonsLeft { append("seasons", UInt64(seasons)) }
        if right.owed > .zero { append("owed", money: right.owed.minorUnits, right.currency) }
    }
}
