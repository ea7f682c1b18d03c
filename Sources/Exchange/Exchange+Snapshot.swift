import Audit
import Compacts
import Ledger
import OrderBook
package import Permits
import Registry

// The state as bytes: equal states give equal bytes, whatever led to them.

extension Exchange {
    /// Marks a snapshot and its layout; a change of layout is a new number.
    private static let format: UInt64 = 0x5745_4952_0000_000A

    /// The state with its position: what a snapshot file holds.
    package func snapshot() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(Exchange.format)
        writer.write(sequence)
        writer.write(now)
        writer.write(hasDueTimers)
        encodeState(to: &writer)
        return writer.bytes
    }

    /// The state without its position: what the state digest is taken of.
    ///
    /// A refused command without an id leaves these bytes as they were.
    package func stateBytes() -> [UInt8] {
        var writer = ByteWriter()
        encodeState(to: &writer)
        return writer.bytes
    }

    private func encodeState(to writer: inout ByteWriter) {
        writer.write(orderCount)
        writer.write(tradeCount)
        members.encode(to: &writer)
        registry.encode(to: &writer)
        ledger.encode(to: &writer)
        firstReplies.encode(to: &writer)
        timers.encode(to: &writer)
        writer.write(count: markets.count)
        for market in markets { market.encode(to: &writer) }
        writer.write(auctionStreamCount)
        writer.write(auctionCount)
        writer.write(count: auctions.count)
        for auction in auctions { auction.encode(to: &writer) }
        writer.write(registryStreamCount)
        fourEyes.encode(to: &writer)
        compacts.encode(to: &writer)
        writer.write(count: sweeps.count)
        for sweep in sweeps { sweep.encode(to: &writer) }
        writer.write(count: unlabelled.count)
        for facility in unlabelled { writer.write(facility.index) }
    }

    /// Reads a snapshot back.
    /// - Throws: `SnapshotError` if the bytes are of another layout or cut short.
    package init(snapshot: [UInt8]) throws(SnapshotError) {
        var reader = ByteReader(snapshot)
        let format: UInt64 = try reader.read()
        guard format == Exchange.format else { throw SnapshotError("not a snapshot of this version's layout") }
        sequence = try reader.read()
        now = try reader.readTimestamp()
        hasDueTimers = try reader.readBool()
        orderCount = try reader.read()
        tradeCount = try reader.read()
        members = try Members(from: &reader)
        registry = try Registry(from: &reader)
        ledger = try Ledger(from: &reader)
        firstReplies = try FirstReplies(from: &reader)
        timers = try Timers(from: &reader)
        for _ in 0..<(try reader.readCount()) {
            let market = try Market(from: &reader)
            marketCodes.append(market.terms.code)
            markets.append(market)
        }
        findCouplings()
        for market in markets {
            for order in market.book.allOrders { _ = ordersOfMembers.add(order.id, of: order.owner) }
        }
        auctionStreamCount = try reader.read()
        auctionCount = try reader.read()
        for _ in 0..<(try reader.readCount()) { auctions.append(try Auction(from: &reader)) }
        for auction in auctions where auction.hasStandingBids {
            for entry in auction.entries { standingBids[entry.member, default: 0] += 1 }
        }
        registryStreamCount = try reader.read()
        fourEyes = try FourEyes(from: &reader)
        compacts = try Compacts(from: &reader)
        for _ in 0..<(try reader.readCount()) {
            let sweep = try Sweep(from: &reader)
            if case .phase(let market, _, text: _) = sweep.kind { markets[market.slot].isSwept = true }
            if let batch = sweep.batch { set(isSwept: true, batch) }
            sweeps.append(sweep)
        }
        for _ in 0..<(try reader.readCount()) { unlabelled.append(FacilityID(try reader.read())) }
        guard reader.isAtEnd else { throw SnapshotError("bytes left after the snapshot at \(reader.position)") }
    }
}

extension Market {
    func encode(to writer: inout ByteWriter) {
        writer.write(terms.market.index)
        writer.write(terms.code)
        writer.write(terms.permitClass.index)
        writer.write(terms.currency)
        writer.write(terms.tick)
        writer.write(terms.lot)
        writer.write(terms.quantityMax)
        writer.write(terms.bandBasisPoints)
        writer.write(terms.reference)
        writer.write(terms.maker.partsPerMillion)
        writer.write(terms.taker.partsPerMillion)
        writer.write(phase)
        writer.write(reference)
        writer.write(streamCount)
        writer.write(hasTraded)
        writer.write(alertedSides)
        writer.write(published != nil)
        if let published { published.encode(to: &writer) }
        let trades = recentTrades.last(RecentTrades.capacity)
        writer.write(count: trades.count)
        for trade in trades {
            writer.write(trade.number)
            writer.write(trade.time)
            writer.write(trade.price)
            writer.write(trade.quantity)
            writer.write(trade.aggressor?.rawValue ?? .max)
            writer.write(trade.buyer.index)
            writer.write(trade.seller.index)
            writer.write(trade.buyerFee)
            writer.write(trade.sellerFee)
            writer.write(trade.isAcross)
            writer.write(trade.isBusted)
        }
        book.encode(to: &writer)
    }

    init(from reader: inout ByteReader) throws(SnapshotError) {
        terms = MarketListing(
            market: MarketID(try reader.read()),
            code: try reader.readCode(),
            permitClass: ClassID(try reader.read()),
            currency: try reader.readWord(),
            tick: try reader.readPrice(),
            lot: try reader.readQuantity(),
            quantityMax: try reader.readQuantity(),
            bandBasisPoints: try reader.read(),
            reference: try reader.readPrice(),
            maker: FeeRate(partsPerMillion: try reader.read()),
            taker: FeeRate(partsPerMillion: try reader.read())
        )
        phase = try reader.readWord()
        reference = try reader.readPrice()
        band = Market.band(around: reference, terms)
        streamCount = try reader.read()
        hasTraded = try reader.readBool()
        alertedSides = try reader.read()
        published = try reader.readBool() ? try Indicative(from: &reader) : nil
        for _ in 0..<(try reader.readCount()) {
            let number: UInt64 = try reader.read()
            let time = try reader.readTimestamp()
            let price = try reader.readPrice()
            let quantity = try reader.readQuantity()
            recentTrades.append(
                TradePrint(
                    number: number,
                    time: time,
                    price: price,
                    quantity: quantity,
                    aggressor: Side(rawValue: try reader.read()),
                    buyer: MemberID(try reader.read()),
                    seller: MemberID(try reader.read()),
                    buyerFee: try reader.readMoney(),
                    sellerFee: try reader.readMoney(),
                    isAcross: try reader.readBool(),
                    isBusted: try reader.readBool()
                )
            )
        }
        book = try OrderBook(from: &reader)
    }
}
