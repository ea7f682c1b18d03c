import OrderBook
package import Permits
import Registry

// Listing markets.

extension Exchange {
    mutating func listMarket(_ new: NewMarket) throws(Refusal) {
        let permitClass = try findClass(new.permits)
        let program = registry[permitClass].program
        guard market(new.code) == nil else {
            throw Refusal(.alreadyExists, "there is a market \(new.code) already")
        }
        guard ![Exchange.privateStream, Exchange.auctionStream, Exchange.registryStream].contains(new.code) else {
            throw Refusal(.alreadyExists, "\(new.code) is the name of a stream that every venue has")
        }
        guard markets.count < Limits.marketsMax else {
            throw Refusal(.limitReached, "the venue has \(Limits.marketsMax) markets, the most it can")
        }
        try checkLasts(permitClass)
        try checkNoSweep(of: program)
        let terms = try checkTerms(new, permitClass: permitClass, currency: registry[program].currency)
        // Nothing below may fail.
        let market = Market(terms: terms)
        let band = market.band
        markets.append(market)
        marketCodes.append(terms.code)
        findCouplings()
        events.append(.marketListed(terms))
        events.append(
            .reference(
                market: terms.market,
                count: nextCount(of: terms.market),
                price: terms.reference,
                low: band.low,
                high: band.high
            )
        )
    }

    /// Gives a closed market another tick or band.
    ///
    /// A new band ends the orders outside it. A new tick ends all orders, as exchanges do that change it: prices are of another grid.
    mutating func relist(_ code: Code, tick: DecimalNumber?, band: DecimalNumber?) throws(Refusal) {
        let id = try findMarket(code)
        guard markets[id.slot].phase == .closed else {
            throw Refusal(.wrongPhase, "tick and band can be changed only while \(code) is closed")
        }
        try checkAtRest(id)
        let currency = markets[id.slot].terms.currency
        var terms = markets[id.slot].terms
        if let tick {
            terms.tick = Price(
                minorUnits: try minorUnits(tick, "tick", currency: currency, max: Limits.priceMax.minorUnits)
            )
            guard terms.tick > .zero else { throw Refusal(.outOfRange, "tick must be above 0") }
            guard markets[id.slot].reference.minorUnits % terms.tick.minorUnits == 0 else {
                throw Refusal(
                    .offTick,
                    "the reference price \(terms.text(markets[id.slot].reference)) is no multiple of it; REFERENCE sets another"
                )
            }
        }
        if let band { terms.bandBasisPoints = try scaled(band, "band", to: 2, max: 100_000, unit: "per cent") }
        let levels = Band.levelCount(
            reference: markets[id.slot].reference,
            tick: terms.tick,
            basisPoints: terms.bandBasisPoints
        )
        guard levels <= Int64(Limits.levelsMax) else {
            throw Refusal(
                .outOfRange,
                "the band has \(levels) prices; at most \(Limits.levelsMax): widen the tick or narrow the band"
            )
        }
        // Nothing below may fail.
        guard terms.tick != markets[id.slot].terms.tick else { return take(terms) }
        begin(Sweep(.relisting(id, terms.tick, basisPoints: terms.bandBasisPoints), began: now))
    }

    /// Ends the orders of a market that gets another tick, then gives it its new terms and an empty book.
    /// - Returns: whether it is done.
    mutating func sweepRelisting(_ id: MarketID, _ tick: Price, basisPoints: Int64, _ sweep: inout Sweep) -> Bool {
        guard sweepOrders(&sweep, in: [id], .tick) else { return false }
        markets[id.slot].isSwept = false
        var terms = markets[id.slot].terms
        (terms.tick, terms.bandBasisPoints) = (tick, basisPoints)
        let lastPrice = markets[id.slot].book.lastPrice
        let band = Market.band(around: markets[id.slot].reference, terms)
        markets[id.slot].book = OrderBook(tick: tick, low: band.low, high: band.high, lastPrice: lastPrice)
        take(terms)
        return true
    }

    private mutating func take(_ terms: MarketListing) {
        markets[terms.market.slot].terms = terms
        events.append(.marketChanged(terms))
        let last = markets[terms.market.slot].book.lastPrice
        moveReference(of: terms.market, to: markets[terms.market.slot].reference)
        markets[terms.market.slot].book.lastPrice = last
    }

    private func checkTerms(
        _ new: NewMarket,
        permitClass: ClassID,
        currency: Currency
    ) throws(Refusal) -> MarketListing {
        let priceMax = Limits.priceMax.minorUnits
        let tick = try minorUnits(new.tick, "tick", currency: currency, max: priceMax)
        let reference = try minorUnits(new.reference, "ref", currency: currency, max: priceMax)
        guard tick > 0 else { throw Refusal(.outOfRange, "tick must be above 0") }
        guard reference > 0, reference % tick == 0 else {
            throw Refusal(.offTick, "ref must be a positive multiple of the tick")
        }
        for (quantity, key) in [(new.lot, "lot"), (new.quantityMax, "maxqty")] {
            guard quantity > .zero, quantity <= Limits.quantityMax else {
                throw Refusal(.outOfRange, "\(key) is outside 1 to \(Limits.quantityMax.units)")
            }
        }
        guard new.quantityMax.units % new.lot.units == 0 else {
            throw Refusal(.offLot, "maxqty must be a multiple of the lot \(new.lot.units)")
        }
        // Basis points are hundredths of a per cent; parts per million are ten-thousandths.
        let band = try scaled(new.bandPercent, "band", to: 2, max: 100_000, unit: "per cent")
        let maker = try scaled(new.makerPercent, "maker", to: 4, max: 1_000_000, unit: "per cent")
        let taker = try scaled(new.takerPercent, "taker", to: 4, max: 1_000_000, unit: "per cent")
        let terms = MarketListing(
            market: MarketID(UInt32(markets.count)),
            code: new.code,
            permitClass: permitClass,
            currency: currency,
            tick: Price(minorUnits: tick),
            lot: new.lot,
            quantityMax: new.quantityMax,
            bandBasisPoints: band,
            reference: Price(minorUnits: reference),
            maker: FeeRate(partsPerMillion: Int32(maker)),
            taker: FeeRate(partsPerMillion: Int32(taker)),
            timeZone: new.timeZone
        )
        // As prices rise the band may come to hold more; it is narrower then, and the `REFERENCE` line says so.
        let levels = Band.levelCount(reference: terms.reference, tick: terms.tick, basisPoints: band)
        guard levels <= Int64(Limits.levelsMax) else {
            throw Refusal(
                .outOfRange,
                "the band has \(levels) prices; at most \(Limits.levelsMax): widen the tick or narrow the band"
            )
        }
        return terms
    }

    /// The name under which a member asks for its own stream.
    package static let privateStream = Code("private") ?? .none
}
