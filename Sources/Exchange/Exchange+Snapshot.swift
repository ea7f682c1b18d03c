import Audit
import Compacts
import Ledger
import OrderBook
package import Permits
import Registry

// The state as bytes: equal states give equal bytes, whatever led to them.

extension Exchange {
    /// Marks a snapshot and its layout; a change of layout is a new number.
    package static let format: UInt64 = 0x5745_4952_0000_000C

    /// The state with its position: what a snapshot file holds.
    package func snapshot() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(Exchange.format)
        writer.write(self)
        return writer.bytes
    }

    /// The state without its position: what the state digest is taken of.
    ///
    /// A refused command without an id leaves these bytes as they were.
    package func stateBytes() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(State(of: self))
        return writer.bytes
    }

    /// Reads a snapshot back.
    /// - Throws: `SnapshotError` if the bytes are of another layout or cut short.
    package init(snapshot: [UInt8]) throws(SnapshotError) {
        var reader = ByteReader(snapshot)
        let format: UInt64 = try reader.read()
        guard format == Exchange.format else { throw SnapshotError("not a snapshot of this version's layout") }
        self = try Exchange.layout(&reader, nil)
        guard reader.isAtEnd else { throw SnapshotError("bytes left after the snapshot at \(reader.position)") }
    }
}

extension Exchange: Layout {
    /// The position, and the state.
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Exchange?) throws(SnapshotError) -> Exchange {
        let sequence = try coder.value("sequence", old?.sequence)
        let now = try coder.value("now", old?.now)
        let hasDueTimers = try coder.value("hasDueTimers", old?.hasDueTimers)
        var new = try State.layout(&coder, old.map { State(of: $0) }).exchange
        (new.sequence, new.now, new.hasDueTimers) = (sequence, now, hasDueTimers)
        return new
    }
}

/// The state without its position.
private struct State: Layout {
    var exchange: Exchange

    init(of exchange: Exchange) { self.exchange = exchange }

    static func layout(_ coder: inout some SnapshotCoder, _ old: State?) throws(SnapshotError) -> State {
        let old = old?.exchange
        var new = Exchange()
        new.orderCount = try coder.value("orderCount", old?.orderCount)
        new.dayCount = try coder.value("dayCount", old?.dayCount)
        new.tradeCount = try coder.value("tradeCount", old?.tradeCount)
        new.members = try coder.value("members", old?.members)
        new.registry = try coder.value("registry", old?.registry)
        new.ledger = try coder.value("ledger", old?.ledger)
        new.firstReplies = try coder.value("firstReplies", old?.firstReplies)
        new.rules = try coder.value("rules", old?.rules)
        new.timers = try coder.value("timers", old?.timers)
        for market in try coder.list("markets", old?.markets) {
            new.marketCodes.append(market.terms.code)
            new.markets.append(market)
        }
        new.auctionStreamCount = try coder.value("auctionStreamCount", old?.auctionStreamCount)
        new.auctionCount = try coder.value("auctionCount", old?.auctionCount)
        new.auctions = ContiguousArray(try coder.list("auctions", old?.auctions))
        new.registryStreamCount = try coder.value("registryStreamCount", old?.registryStreamCount)
        new.fourEyes = try coder.value("fourEyes", old?.fourEyes)
        new.compacts = try coder.value("compacts", old?.compacts)
        new.sweeps = try coder.list("sweeps", old?.sweeps)
        new.unlabelled = try coder.list("unlabelled", old?.unlabelled)
        new.derive()
        return State(of: new)
    }
}

extension Exchange {
    /// Makes what is made of the rest of the state.
    fileprivate mutating func derive() {
        findCouplings()
        for market in markets {
            for order in market.book.allOrders { _ = ordersOfMembers.add(order.id, of: order.owner) }
        }
        for auction in auctions where auction.hasStandingBids {
            for entry in auction.entries { standingBids[entry.member, default: 0] += 1 }
        }
        for sweep in sweeps {
            if let market = sweep.market { markets[market.slot].isSwept = true }
            if let batch = sweep.batch { set(isSwept: true, batch) }
        }
    }
}

extension Market: Layout {
    package static func layout(_ coder: inout some SnapshotCoder, _ old: Market?) throws(SnapshotError) -> Market {
        let terms = try MarketListing.layout(&coder, old?.terms)
        let phase = try coder.value("phase", old?.phase)
        let reference = try coder.value("reference", old?.reference)
        let streamCount = try coder.value("streamCount", old?.streamCount)
        let hasTraded = try coder.value("hasTraded", old?.hasTraded)
        let alertedSides = try coder.value("alertedSides", old?.alertedSides)
        let published = try coder.optional("published", old?.published)
        let trades = try coder.list("trades", old?.recentTrades.last(RecentTrades.capacity))
        let base = try coder.optional("base", old?.recentTrades.base)
        let today = try TradingDay.layout(&coder, old?.today)
        let yesterday = try coder.optional("yesterday", old?.yesterday)
        let book = try coder.own("book", old?.book, form: OrderBook.form, write: { $0.encode(to: &$1) }) {
            reader throws(SnapshotError) in try OrderBook(from: &reader)
        }
        return try coder.made(old) {
            var market = Market(terms: terms)
            (market.phase, market.reference, market.streamCount) = (phase, reference, streamCount)
            (market.hasTraded, market.alertedSides, market.published) = (hasTraded, alertedSides, published)
            for trade in trades { market.recentTrades.append(trade) }
            market.recentTrades.base = base
            (market.today, market.yesterday) = (today, yesterday)
            market.book = book
            for order in book.orders(where: { $0.kind == .limit && $0.stop > .zero }) { market.noteSetOff(order) }
            return market
        }
    }
}

extension MarketListing: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: MarketListing?
    ) throws(SnapshotError) -> MarketListing {
        MarketListing(
            market: try coder.value("market", old?.market),
            code: try coder.value("code", old?.code),
            permitClass: try coder.value("permitClass", old?.permitClass),
            currency: try coder.value("currency", old?.currency),
            tick: try coder.value("tick", old?.tick),
            lot: try coder.value("lot", old?.lot),
            quantityMax: try coder.value("quantityMax", old?.quantityMax),
            bandBasisPoints: try coder.value("bandBasisPoints", old?.bandBasisPoints),
            reference: try coder.value("reference", old?.reference),
            maker: try coder.value("maker", old?.maker),
            taker: try coder.value("taker", old?.taker),
            timeZone: try coder.value("timeZone", old?.timeZone)
        )
    }
}

extension TradingDay: Layout {
    static func layout(_ coder: inout some SnapshotCoder, _ old: TradingDay?) throws(SnapshotError) -> TradingDay {
        TradingDay(
            after: try coder.value("after", old?.after),
            reference: try coder.value("reference", old?.reference),
            opened: try coder.value("opened", old?.opened, none: .never)
        )
    }
}

extension TradePrint: Layout {
    package static func layout(
        _ coder: inout some SnapshotCoder,
        _ old: TradePrint?
    ) throws(SnapshotError) -> TradePrint {
        TradePrint(
            number: try coder.value("number", old?.number),
            time: try coder.value("time", old?.time),
            price: try coder.value("price", old?.price),
            quantity: try coder.value("quantity", old?.quantity),
            aggressor: try coder.word("aggressor", old?.aggressor),
            buyer: try coder.value("buyer", old?.buyer),
            seller: try coder.value("seller", old?.seller),
            buyerFee: try coder.value("buyerFee", old?.buyerFee),
            sellerFee: try coder.value("sellerFee", old?.sellerFee),
            nextOrder: try coder.value("nextOrder", old?.nextOrder),
            isAcross: try coder.value("isAcross", old?.isAcross),
            isBusted: try coder.value("isBusted", old?.isBusted),
            isCorrected: try coder.value("isCorrected", old?.isCorrected)
        )
    }
}
