/// Trading between zones, slowly and obviously: every way is walked, every order is looked at, every lot is counted.
struct ZoneModel {
    struct Link {
        let from: Int
        let to: Int
        var limit: Int?
        var balance = 0
        var ratio: (arrives: Int, leaves: Int)
        var window = 0
        var opens: Int?

        var floor: Int?
        var reopens: Int?
        var backReopens: Int?
        var isOneWay = false
        /// Whether the way out, or back, has closed and not opened again.
        var isClosed = [false, false]

        /// How much more may arrive, or leave on the way back.
        func room(_ isBack: Bool) -> Int {
            if isBack, isOneWay || isClosed[1] { return 0 }
            if !isBack, isClosed[0] { return 0 }
            return isBack ? max(0, balance - (floor ?? -1_000_000)) : max(0, (limit ?? 1_000_000) - balance)
        }

        var isShut: Bool { room(false) == 0 }

        /// Looks at the balance as it is now.
        mutating func look() {
            if let limit, balance >= limit { isClosed[0] = true }
            if limit == nil || balance <= reopens ?? ((limit ?? 0) - 1) { isClosed[0] = false }
            if let floor, balance <= floor { isClosed[1] = true }
            if floor == nil || balance >= backReopens ?? ((floor ?? 0) + 1) { isClosed[1] = false }
        }
    }
    struct Order: Equatable {
        let number: UInt64
        let owner: String
        let zone: Int
        let isBuy: Bool
        let price: Int
        var open: Int
        /// The command by which it came.
        let since: Int
    }
    struct Trade: Equatable {
        var zone: Int
        var price: Int
        var quantity: Int
        var buyer: String
        var seller: String
        var acrossZone: Int?
        var acrossQuantity: Int?
    }
    struct Offer {
        enum Kind { case water, entitlement, lease }

        let seller: String
        let zone: Int
        let quantity: Int
        let kind: Kind
    }
    struct Gathered: Equatable {
        let number: Int
        let owner: String
        let link: Int
        let quantity: Int
    }
    struct Step: Equatable {
        let link: Int
        let isBack: Bool
    }
    struct Way {
        var zones: [Int]
        var steps: [Step] = []
        /// What leaves, and what arrives after each step, of the least that is whole everywhere.
        var amounts: [Int] = [1]

        var left: Int { amounts[0] }
        var arrives: Int { amounts[amounts.count - 1] }
    }

    let zoneCount: Int
    private(set) var links: [Link] = []
    private(set) var orders: [Order] = []
    private(set) var held: [String: [Int]] = [:]
    /// Every offer by agreement there was, by number; which of them is open the venue says.
    var offers: [Offer] = []
    /// Until when nobody's permits leave a member's accounts.
    var barred: [String: Int] = [:]
    /// Entitlements to the first zone's water by member, and who gets the yield of how many in its place.
    private(set) var entitled: [String: Int] = [:]
    private var leases: [(seller: String, buyer: String, quantity: Int)] = []
    private var announced = 0
    /// What announcements have not given a member yet, in ten-thousandths of a permit.
    private var due: [String: Int] = [:]
    private(set) var trades: [Trade] = []
    /// What each member's moves left below a whole permit, by link and direction.
    private var moved: [String: (parts: Int, of: Int)] = [:]
    /// Moves that gather, in the order in which they came.
    var gathered: [Gathered] = []
    private var ways: [Way] = []

    init(zoneCount: Int) { self.zoneCount = zoneCount }

    // MARK: Links and ways

    mutating func add(_ link: Link, now: Int) {
        links.append(link)
        changed(links.count - 1, wasShut: true, now)
        findWays()
        couple()
    }

    mutating func change(link: Int, to terms: Link, now: Int) {
        let wasShut = links[link].isShut
        var new = terms
        (new.balance, new.opens, new.isClosed) = (links[link].balance, links[link].opens, links[link].isClosed)
        links[link] = new
        changed(link, wasShut: wasShut, now)
        findWays()
        couple()
    }

    mutating func deliver(_ quantity: Int, link: Int, now: Int) {
        let wasShut = links[link].isShut
        links[link].balance -= quantity
        changed(link, wasShut: wasShut, now)
        couple()
    }

    private mutating func changed(_ link: Int, wasShut: Bool, _ now: Int) {
        self.now = now
        links[link].look()
        guard wasShut, !links[link].isShut, links[link].window > 0, links[link].opens == nil else { return }
        links[link].opens = now + links[link].window
    }

    private var now = 0

    /// Time has come to `time`: what gathered is cleared, link by link.
    mutating func pass(to time: Int) {
        while let next = links.indices.filter({ (links[$0].opens ?? .max) <= time })
            .min(by: { (links[$0].opens ?? 0, $0) < (links[$1].opens ?? 0, $1) })
        {
            now = time
            links[next].opens = nil
            serve(next)
            couple()
        }
    }

    /// Shares what has opened: the moves' part is to the trades' as what they want, neither more than all of it; of it each lot
    /// of moves, in the order in which they came, has its place.
    private mutating func serve(_ link: Int) {
        let waiting = gathered.filter { $0.link == link }
        guard !waiting.isEmpty else { return }
        gathered.removeAll { $0.link == link }
        var wanted = 0
        for way in ways {
            guard let place = way.steps.firstIndex(of: Step(link: link, isBack: false)) else { continue }
            preventSelfTrades(way)
            wanted = max(wanted, crossing(way).volume * way.amounts[place + 1])
        }
        let room = links[link].room(false)
        let hop = ways.first { $0.steps == [Step(link: link, isBack: false)] }.map { ($0.left, $0.arrives) } ?? (1, 1)
        let asked = waiting.map { $0.quantity / hop.0 }
        let all = asked.reduce(0, +)
        let (moves, trades) = (min(all * hop.1, room), min(wanted, room))
        let part = (moves + trades <= room ? moves : room * moves / (moves + trades)) / hop.1
        var seen = 0
        for (move, lots) in zip(waiting, asked) {
            let given = part * (seen + lots) / max(all, 1) - part * seen / max(all, 1)
            seen += lots
            guard given > 0, barred[move.owner, default: 0] <= now else { continue }
            carry(
                given,
                of: move.owner,
                by: Way(
                    zones: [links[link].from, links[link].to],
                    steps: [Step(link: link, isBack: false)],
                    amounts: [hop.0, hop.1]
                ),
                now: now
            )
        }
    }

    /// Every way that passes no zone twice, of at most four links; the shorter first, then in the order of links.
    private mutating func findWays() {
        ways = []
        var last = (0..<zoneCount).map { Way(zones: [$0]) }
        for _ in 0..<4 {
            var longer: [Way] = []
            for way in last {
                for (index, link) in links.enumerated() {
                    for isBack in [false, true] {
                        let (from, to) = isBack ? (link.to, link.from) : (link.from, link.to)
                        guard way.zones.last == from, !way.zones.contains(to) else { continue }
                        var next = way
                        next.zones.append(to)
                        next.steps.append(Step(link: index, isBack: isBack))
                        longer.append(next)
                    }
                }
            }
            ways += longer.map(withAmounts)
            last = longer
        }
    }

    /// Tries 1, 2, 3 … until what leaves is whole after every step.
    private func withAmounts(_ way: Way) -> Way {
        var way = way
        var left = 1
        search: while true {
            var amounts = [left]
            for step in way.steps {
                let ratio = links[step.link].ratio
                let (arrives, leaves) = step.isBack ? (ratio.leaves, ratio.arrives) : ratio
                let units = (amounts.last ?? 0) * arrives
                guard units % leaves == 0 else {
                    left += 1
                    continue search
                }
                amounts.append(units / leaves)
            }
            way.amounts = amounts
            return way
        }
    }

    private func capacity(_ way: Way) -> Int {
        var most = Int.max
        for (index, step) in way.steps.enumerated() {
            let link = links[step.link]
            if link.opens != nil, !step.isBack { return 0 }
            most = min(most, link.room(step.isBack) / way.amounts[step.isBack ? index : index + 1])
        }
        return most
    }

    // MARK: Permits

    mutating func give(_ quantity: Int, to member: String, zone: Int) {
        held[member, default: [Int](repeating: 0, count: zoneCount)][zone] += quantity
    }

    mutating func carry(_ multiples: Int, of member: String, by way: Way, now: Int) {
        for (index, step) in way.steps.enumerated() {
            let (leaves, arrives) = (multiples * way.amounts[index], multiples * way.amounts[index + 1])
            let wasShut = links[step.link].isShut
            links[step.link].balance += step.isBack ? -leaves : arrives
            changed(step.link, wasShut: wasShut, now)
        }
        give(-multiples * way.left, to: member, zone: way.zones[0])
        give(multiples * way.arrives, to: member, zone: way.zones[way.zones.count - 1])
    }

    /// A member moves its own: what it moved by this ratio before and now arrives as if it were one.
    mutating func move(_ quantity: Int, of member: String, link: Int, isBack: Bool, now: Int) {
        let (arrives, leaves) = isBack ? (links[link].ratio.leaves, links[link].ratio.arrives) : links[link].ratio
        let wasShut = links[link].isShut
        let key = "\(member) \(link) \(isBack)"
        var lost = moved[key] ?? (parts: 0, of: 1)
        lost = (lost.parts * leaves / lost.of, leaves)
        let arriving = (quantity * arrives + lost.parts) / leaves
        moved[key] = (quantity * arrives + lost.parts - arriving * leaves, leaves)
        links[link].balance += isBack ? -quantity : arriving
        changed(link, wasShut: wasShut, now)
        give(-quantity, to: member, zone: isBack ? links[link].to : links[link].from)
        give(arriving, to: member, zone: isBack ? links[link].from : links[link].to)
        couple()
    }

    mutating func entitle(_ member: String, to quantity: Int) { entitled[member, default: 0] += quantity }

    /// What an offer brings to who takes it.
    mutating func take(_ offer: Offer, by buyer: String) {
        switch offer.kind {
        case .water:
            give(-offer.quantity, to: offer.seller, zone: offer.zone)
            give(offer.quantity, to: buyer, zone: offer.zone)
        case .entitlement:
            entitle(offer.seller, to: -offer.quantity)
            entitle(buyer, to: offer.quantity)
        case .lease: leases.append((offer.seller, buyer, offer.quantity))
        }
    }

    /// Credits announced water, in hundredths of a per cent, as the venue shared it out.
    /// - Returns: what is wrong with that: all together get what is due, rounded down once; nobody gets more than a permit too
    ///   much; nobody is short of more than a permit, beyond what those had too much who sold what would have evened it out.
    mutating func announce(_ upTo: Int, credits: [String: Int]) -> String? {
        var yields = entitled
        for lease in leases {
            yields[lease.seller, default: 0] -= lease.quantity
            yields[lease.buyer, default: 0] += lease.quantity
        }
        for (member, quantity) in yields { due[member, default: 0] += quantity * (upTo - announced) }
        announced = upTo
        let gone = due.values.reduce(0) { $0 - min(0, $1) }
        for (member, credit) in credits {
            due[member, default: 0] -= credit * 10_000
            give(credit, to: member, zone: 0)
        }
        let left = due.values.reduce(0, +)
        guard (0..<10_000).contains(left) else { return "all together are short of \(left) ten-thousandths" }
        return due.first { $0.value < -10_000 || $0.value > 10_000 + gone }
            .map { "\($0.key) is short of \($0.value) ten-thousandths" }
    }

    // MARK: Orders

    mutating func cancelAll(of owner: String) { orders.removeAll { $0.owner == owner } }

    /// Takes an order in: what it can reach, best first, then it rests unless it is immediate.
    mutating func enter(_ incoming: Order, isImmediate: Bool, now: Int) {
        self.now = now
        var order = incoming
        let home = Way(zones: [order.zone])
        while order.open > 0 {
            var best: (index: Int, way: Way, multiples: Int)?
            for way in [home] + ways where (order.isBuy ? way.zones.last : way.zones.first) == order.zone {
                let zone = order.isBuy ? way.zones[0] : way.zones[way.zones.count - 1]
                let (own, other) = order.isBuy ? (way.arrives, way.left) : (way.left, way.arrives)
                for (index, resting) in orders.enumerated() where resting.zone == zone && resting.isBuy != order.isBuy {
                    let (buy, sell) = order.isBuy ? (order.price, resting.price) : (resting.price, order.price)
                    let multiples = min(order.open / own, resting.open / other, capacity(way))
                    guard multiples > 0, sell * way.left <= buy * way.arrives else { continue }
                    if let best, !isBetter(resting, way, than: orders[best.index], best.way) { continue }
                    best = (index, way, multiples)
                }
            }
            guard let best else { break }
            if orders[best.index].owner == order.owner { return couple() }
            trade(&order, with: best.index, by: best.way, best.multiples)
        }
        if order.open > 0, !isImmediate { orders.append(order) }
        orders.removeAll { $0.open == 0 }
        couple()
    }

    /// By delivered price, as fractions, then time.
    private func isBetter(_ a: Order, _ wayA: Way, than b: Order, _ wayB: Way) -> Bool {
        let (one, two) =
            a.isBuy
            ? (b.price * wayB.arrives * wayA.left, a.price * wayA.arrives * wayB.left)
            : (a.price * wayA.left * wayB.arrives, b.price * wayB.left * wayA.arrives)
        return one != two ? one < two : a.since < b.since
    }

    private mutating func trade(_ order: inout Order, with index: Int, by way: Way, _ multiples: Int) {
        let resting = orders[index]
        let (own, other) = order.isBuy ? (way.arrives, way.left) : (way.left, way.arrives)
        order.open -= multiples * own
        orders[index].open -= multiples * other
        let (buyer, seller) = order.isBuy ? (order.owner, resting.owner) : (resting.owner, order.owner)
        settle(multiples, by: way, buyer, seller)
        trades.append(
            Trade(
                zone: resting.zone,
                price: resting.price,
                quantity: multiples * other,
                buyer: buyer,
                seller: seller,
                acrossZone: way.steps.isEmpty ? nil : order.zone,
                acrossQuantity: way.steps.isEmpty ? nil : multiples * own
            )
        )
        orders.removeAll { $0.open == 0 }
    }

    private mutating func settle(_ multiples: Int, by way: Way, _ buyer: String, _ seller: String) {
        give(-multiples * way.left, to: seller, zone: way.zones[0])
        give(multiples * way.left, to: buyer, zone: way.zones[0])
        carry(multiples, of: buyer, by: way, now: now)
    }

    mutating func takeTrades() -> [Trade] {
        defer { trades = [] }
        return trades
    }

    // MARK: Batches

    /// Clears what meets, the shortest ways first, until nothing does; every lot stands alone.
    private mutating func couple() {
        var isDone = false
        while !isDone {
            isDone = true
            for way in ways where clear(way) { isDone = false }
        }
    }

    /// The orders of a side that may trade by a way: those that meet the other side's best, down to the price with which they
    /// use up its capacity.
    private func candidates(_ way: Way, isBuy: Bool) -> [Order] {
        let (zone, other) =
            isBuy ? (way.zones[way.zones.count - 1], way.zones[0]) : (way.zones[0], way.zones[way.zones.count - 1])
        func meets(_ sell: Order, _ buy: Order) -> Bool { sell.price * way.left <= buy.price * way.arrives }
        let opposite = orders.filter { $0.zone == other && $0.isBuy != isBuy }
        let meeting = orders.filter { order in
            order.zone == zone && order.isBuy == isBuy && order.open >= (isBuy ? way.arrives : way.left)
                && opposite.contains { isBuy ? meets($0, order) : meets(order, $0) }
        }.sorted { isBuy ? (-$0.price, $0.since) < (-$1.price, $1.since) : ($0.price, $0.since) < ($1.price, $1.since) }
        var sum = 0
        var last: Int?
        return meeting.filter { order in
            guard sum < capacity(way) || order.price == last else { return false }
            sum += order.open / (isBuy ? way.arrives : way.left)
            last = order.price
            return true
        }
    }

    /// Ends orders, by the newer of each two, until none that may trade meets another of its owner.
    private mutating func preventSelfTrades(_ way: Way) {
        var isDone = capacity(way) == 0
        while !isDone {
            isDone = true
            var (sells, buys) = (candidates(way, isBuy: false), candidates(way, isBuy: true))
            for owner in Set(sells.map(\.owner)).sorted() {
                while let sell = sells.first(where: { $0.owner == owner }),
                    let buy = buys.first(where: { $0.owner == owner }),
                    sell.price * way.left <= buy.price * way.arrives
                {
                    let newer = max(sell.number, buy.number)
                    orders.removeAll { $0.number == newer }
                    sells.removeAll { $0.number == newer }
                    buys.removeAll { $0.number == newer }
                    isDone = false
                }
            }
        }
    }

    /// The lots of both sides of a way, best first, and how many of them trade.
    private func crossing(_ way: Way) -> (sells: [Order], buys: [Order], volume: Int) {
        let sells = orders.filter { !$0.isBuy && $0.zone == way.zones[0] }
            .sorted { ($0.price, $0.since) < ($1.price, $1.since) }
            .flatMap { [Order](repeating: $0, count: $0.open / way.left) }
        let buys = orders.filter { $0.isBuy && $0.zone == way.zones[way.zones.count - 1] }
            .sorted { (-$0.price, $0.since) < (-$1.price, $1.since) }
            .flatMap { [Order](repeating: $0, count: $0.open / way.arrives) }
        var volume = 0
        while volume < min(sells.count, buys.count, capacity(way)),
            sells[volume].price * way.left <= buys[volume].price * way.arrives
        { volume += 1 }
        return (sells, buys, volume)
    }

    private mutating func clear(_ way: Way) -> Bool {
        preventSelfTrades(way)
        let (sells, buys, volume) = crossing(way)
        guard volume > 0 else { return false }
        let (worstSell, worstBuy) = (sells[volume - 1].price, buys[volume - 1].price)
        let price = max(worstSell, (worstSell + worstBuy * way.arrives / way.left) / 2)
        var selling = ZoneModel.shares(of: volume, sells, worst: worstSell)
        var buying = ZoneModel.shares(of: volume, buys, worst: worstBuy)
        while let (sell, offered) = selling.first, let (buy, wanted) = buying.first {
            let multiples = min(offered, wanted)
            selling[0].1 -= multiples
            buying[0].1 -= multiples
            selling.removeAll { $0.1 == 0 }
            buying.removeAll { $0.1 == 0 }
            fill(sell, buy, multiples, at: price, by: way)
        }
        orders.removeAll { $0.open == 0 }
        return true
    }

    private mutating func fill(_ sell: Order, _ buy: Order, _ multiples: Int, at price: Int, by way: Way) {
        for index in orders.indices {
            if orders[index].number == sell.number { orders[index].open -= multiples * way.left }
            if orders[index].number == buy.number { orders[index].open -= multiples * way.arrives }
        }
        settle(multiples, by: way, buy.owner, sell.owner)
        trades.append(
            Trade(
                zone: sell.zone,
                price: price,
                quantity: multiples * way.left,
                buyer: buy.owner,
                seller: sell.owner,
                acrossZone: buy.zone,
                acrossQuantity: multiples * way.arrives
            )
        )
    }

    /// How many lots each order gets: all that are better than the worst price, those at it in proportion, what is left
    /// over one by one by how much of one they lack, then in their order.
    private static func shares(of volume: Int, _ lots: [Order], worst: Int) -> [(Order, Int)] {
        var result: [(Order, Int)] = []
        for lot in lots where result.last?.0 != lot { result.append((lot, 0)) }
        func offered(_ order: Order) -> Int { lots.count { $0 == order } }
        var rest = volume
        for index in result.indices where result[index].0.price != worst && isAhead(result[index].0, worst) {
            result[index].1 = offered(result[index].0)
            rest -= result[index].1
        }
        let margin = result.indices.filter { result[$0].0.price == worst }
        let total = margin.reduce(0) { $0 + offered(result[$1].0) }
        let shared = rest
        for index in margin {
            result[index].1 = shared * offered(result[index].0) / total
            rest -= result[index].1
        }
        let wanting = margin.sorted { a, b in
            let (first, second) = (shared * offered(result[a].0) % total, shared * offered(result[b].0) % total)
            return first == second ? a < b : first > second
        }
        for index in wanting where rest > 0 {
            result[index].1 += 1
            rest -= 1
        }
        return result.filter { $0.1 > 0 }
    }

    private static func isAhead(_ order: Order, _ worst: Int) -> Bool {
        order.isBuy ? order.price > worst : order.price < worst
    }
}
