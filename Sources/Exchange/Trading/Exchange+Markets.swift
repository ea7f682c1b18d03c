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
            taker: FeeRate(partsPerMillion: Int32(taker))
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
