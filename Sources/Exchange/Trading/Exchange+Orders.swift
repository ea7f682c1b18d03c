import Audit
import Ledger
import OrderBook
package import Permits
import Registry

// Order entry: every check first, in the order of the reject catalogue; then hold, enter, match.

extension Exchange {
    mutating func enterOrder(_ new: NewOrder, _ sender: Sender) throws(Refusal) -> Outcome {
        let id = try findMarket(new.market)
        let order = try checkOrder(new, in: id, sender)
        if order.postOnly { try checkPostOnly(order, in: id) }
        try checkStanding(sender.member, in: id)
        if order.timeInForce != .ioc, order.timeInForce != .fok { try checkOrderCount(sender.member) }
        try checkCover(of: order, in: id)
        // Nothing below may fail.
        takeHold(of: order, market: id)
        return .order(order.id, open: enter(order, in: id))
    }

    /// Puts a checked order, whose hold is taken, into its book and settles what it trades.
    /// - Returns: what is open of it then.
    @inline(__always)
    mutating func enter(_ order: Order, in id: MarketID) -> Quantity {
        orderCount += 1
        if order.expiry != .never { timers.add(.expire(order.id), at: order.expiry) }
        events.append(.orderEntered(order, market: id))
        entering = order.id
        if markets[id.slot].phase.isCall, !preventSelfTrade(of: order, in: id) {
            bookEvents.append(.closed(order, .selfTrade))
            settleBookEvents(of: id)
        } else {
            admit(order, in: id)
        }
        entering = nil
        let open = markets[id.slot].book.open(order.id)
        if open.units > 0 { rests(order.id, of: order.owner) }
        return open
    }

    /// Lets an order trade, here and where its market is coupled to, and rest.
    @inline(__always)
    mutating func admit(_ order: Order, in id: MarketID) {
        guard !isCoupled(id) else { return admitAcross(order, in: id) }
        enterAtHome(order, in: id)
    }

    /// Lets an order trade in its own market's book, and rest there.
    @inline(__always)
    mutating func enterAtHome(_ order: Order, in id: MarketID) {
        beginMatching(in: id)
        let phase = markets[id.slot].phase
        markets[id.slot].book.enter(order, phase: phase, events: &bookEvents)
        settleBookEvents(of: id)
        endMatching(in: id)
    }

    /// Tells a book the command at hand, and how many orders that may still match.
    @inline(__always)
    mutating func beginMatching(in id: MarketID) {
        markets[id.slot].book.clock = sequence
        markets[id.slot].book.matchesLeft = matchesLeft
    }

    /// Takes back how many orders the command may still match; stops that are due beyond that act in a `CLOCK`.
    @inline(__always)
    mutating func endMatching(in id: MarketID) {
        matchesLeft = markets[id.slot].book.matchesLeft
        guard matchesLeft == 0, markets[id.slot].phase == .open, markets[id.slot].book.hasDueStop() else { return }
        timers.add(.resumes(id), at: now)
    }

    /// Triggers the stops of an open market that are due.
    mutating func resume(_ id: MarketID) {
        beginMatching(in: id)
        markets[id.slot].book.resumeContinuous(events: &bookEvents)
        settleBookEvents(of: id)
        endMatching(in: id)
    }

    /// Builds the order that a request asks for; changes nothing.
    @inline(__always)
    mutating func checkOrder(_ new: NewOrder, in id: MarketID, _ sender: Sender) throws(Refusal) -> Order {
        try checkAtRest(id)
        let terms = markets[id.slot].terms
        let timeInForce = new.timeInForce ?? (new.kind == .market ? .ioc : .day)
        let givenPrice = try readPrice(new.price, "price", in: id)
        let givenStop = try readPrice(new.stop, "stop", in: id)
        try OrderRules.checkPhase(markets[id.slot].phase, market: terms.code, new, timeInForce)
        try OrderRules.checkCombination(new, timeInForce)
        let band = markets[id.slot].band
        let price = givenPrice ?? (new.side == .buy ? band.high : band.low)
        let stop = givenStop ?? .zero
        if let givenPrice { try checkTick(givenPrice, "price", in: id) }
        if let givenStop { try checkTick(givenStop, "stop", in: id) }
        try checkLots(new, terms: terms)
        try checkBand(price, "price", in: id, band)
        if new.stop != nil { try checkBand(stop, "stop", in: id, band) }
        var expiry = new.expiry ?? .never
        if new.isExpiryDate { expiry = terms.timeZone.end(ofDay: expiry.adding(microseconds: -1).day) }
        guard expiry > now else { throw Refusal(.expiryPassed, "expire \(expiry) is not after \(now)") }
        try checkLasts(terms.permitClass)
        return Order(
            id: OrderID(count: orderCount + 1, market: id),
            owner: sender.member,
            user: sender.user,
            reference: sender.id,
            side: new.side,
            kind: new.kind,
            timeInForce: timeInForce,
            selfTrade: new.selfTrade,
            postOnly: new.postOnly,
            isQuote: false,
            sessionBound: members[sender.user].cancelOnDisconnect,
            price: price,
            stop: stop,
            quantity: new.quantity,
            open: new.quantity,
            display: new.display ?? .zero,
            shown: min(new.display ?? new.quantity, new.quantity),
            minimum: new.minimum ?? .zero,
            expiry: expiry
        )
    }

    /// A price in the market's currency; nil if none is given.
    @inline(__always)
    func readPrice(_ given: DecimalNumber?, _ key: String, in id: MarketID) throws(Refusal) -> Price? {
        guard let given else { return nil }
        let currency = markets[id.slot].terms.currency
        return Price(minorUnits: try minorUnits(given, key, currency: currency, max: Limits.priceMax.minorUnits))
    }

    @inline(__always)
    func checkTick(_ price: Price, _ key: String, in id: MarketID) throws(Refusal) {
        let terms = markets[id.slot].terms
        guard price.minorUnits > 0, price.minorUnits % terms.tick.minorUnits == 0 else {
            throw Refusal(
                .offTick,
                "\(key) \(terms.text(price)) is not a positive multiple of the tick \(terms.text(terms.tick))"
            )
        }
    }

    @inline(__always)
    func checkBand(_ price: Price, _ key: String, in id: MarketID, _ band: Band) throws(Refusal) {
        guard price < band.low || price > band.high else { return }
        let terms = markets[id.slot].terms
        throw Refusal(
            .outsideBand,
            "\(key) \(terms.text(price)) is outside \(terms.text(band.low)) to \(terms.text(band.high)), "
                + "the band around the reference price \(terms.text(markets[id.slot].reference))"
        )
    }

    @inline(__always)
    private func checkLots(_ new: NewOrder, terms: MarketListing) throws(Refusal) {
        try checkLot(new.quantity, "qty", terms: terms)
        if let display = new.display { try checkLot(display, "display", terms: terms) }
        if let minimum = new.minimum { try checkLot(minimum, "min", terms: terms) }
        try checkSize(new.quantity, "qty", terms: terms)
    }

    @inline(__always)
    func checkSize(_ quantity: Quantity, _ key: String, terms: MarketListing) throws(Refusal) {
        guard quantity > terms.quantityMax else { return }
        throw Refusal(.orderTooLarge, "\(key) \(quantity.units) is above the largest order, \(terms.quantityMax.units)")
    }

    @inline(__always)
    func checkLot(_ quantity: Quantity, _ key: String, terms: MarketListing) throws(Refusal) {
        guard quantity.units > 0, quantity.units % terms.lot.units == 0 else {
            throw Refusal(.offLot, "\(key) \(quantity.units) is not a positive multiple of the lot \(terms.lot.units)")
        }
    }

    mutating func checkPostOnly(_ order: Order, in id: MarketID) throws(Refusal) {
        guard markets[id.slot].phase == .open else { return }
        let (side, price) = (order.side, order.price)
        if isCoupled(id), isReached(by: side, at: price, in: id), meetsAcross(order, in: id) {
            let price = markets[id.slot].terms.text(price)
            throw Refusal(.wouldCross, "a post-only \(side.text) at \(price) would trade with an order of another zone")
        }
        guard markets[id.slot].book.wouldCross(side: side, price: price) else { return }
        let best = side == .buy ? markets[id.slot].book.bestAsk : markets[id.slot].book.bestBid
        throw Refusal(
            .wouldCross,
            "a post-only \(side.text) at \(markets[id.slot].terms.text(price)) would trade: the best "
                + "\(side.opposite.text) order is at \(markets[id.slot].terms.text(best ?? price))"
        )
    }

    /// Refuses a member that is barred from the market's program.
    @inline(__always)
    mutating func checkStanding(_ member: MemberID, in id: MarketID) throws(Refusal) {
        guard !registry.suspensions.isEmpty else { return }
        try checkStanding(member, in: registry[markets[id.slot].terms.permitClass].program)
    }

    /// The decimal in minor units of a currency.
    package func minorUnits(
        _ given: DecimalNumber,
        _ key: String,
        currency: Currency,
        max: Int64
    ) throws(Refusal) -> Int64 {
        try scaled(given, key, to: currency.scale, max: max, unit: currency.text)
    }

    /// The decimal with `scale` decimals, from 0 to `max`.
    func scaled(
        _ given: DecimalNumber,
        _ key: String,
        to scale: Int,
        max: Int64,
        unit: @autoclosure () -> String
    ) throws(Refusal) -> Int64 {
        let value: Int64
        do throws(RejectCode) { value = try given.scaled(to: scale) } catch {
            if error == .badNumber {
                throw Refusal(.badNumber, "\(key) has more than \(scale) decimals, the most of \(unit())")
            }
            throw Refusal(error, "\(key) exceeds 64 bits")
        }
        guard (0...max).contains(value) else {
            throw Refusal(.outOfRange, "\(key) is outside 0 to \(FixedPoint.text(max, scale: scale))")
        }
        return value
    }
}
