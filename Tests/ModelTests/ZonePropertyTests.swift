import Exchange
import Foundation
import Ledger
import OrderBook
import Permits
import Registry
import Testing
import Wire

@testable import Simulation

@Suite("Random seasons on random rivers")
struct ZonePropertyTests {
    /// Seasons a test case; `WEIR_SEQUENCES` says otherwise: 5000 make 100,000 over all cases.
    private static let seasons = Int(ProcessInfo.processInfo.environment["WEIR_SEQUENCES"] ?? "") ?? 60
    private static let length = 40

    @Test(
        "trade as the slow model says, by every link's account and ratio; a swap has all its legs or none",
        arguments: 1...20
    )
    func seasons(block: Int) throws {
        var seen = ZoneSeason.Seen()
        for number in 0..<ZonePropertyTests.seasons {
            let seed = UInt64(block) << 32 | UInt64(number)
            do {
                var season = ZoneSeason(seed: seed)
                try season.run(length: ZonePropertyTests.length)
                seen.merge(season.seen)
            } catch {
                Issue.record("seed \(seed): \(error)")
                return
            }
        }
        // The test cannot pass by doing nothing.
        #expect(seen.across > 0 && seen.home > 0 && seen.batched > 0 && seen.moves > 0 && seen.longWays > 0)
        #expect(seen.swaps > 0 && seen.rings > 0 && seen.shut > 0)
        #expect(seen.sales > 0 && seen.suspensions > 0 && seen.leases > 0 && seen.announcements > 0)
        #expect(seen.gathered > 0 && seen.served > 0)
    }
}

/// A season: a river of zones and links, three participants, and what they do, in the venue and in the model.
struct ZoneSeason {
    /// What has happened, so that a test can tell whether it tested.
    struct Seen {
        var across = 0
        var home = 0
        var batched = 0
        var longWays = 0
        var moves = 0
        var swaps = 0
        var rings = 0
        /// Orders that a link without room kept apart.
        var shut = 0
        var sales = 0
        var suspensions = 0
        var leases = 0
        var announcements = 0
        /// Moves that waited for a link to open, and those of them that got something.
        var gathered = 0
        var served = 0

        mutating func merge(_ other: Seen) {
            across += other.across
            home += other.home
            batched += other.batched
            longWays += other.longWays
            moves += other.moves
            swaps += other.swaps
            rings += other.rings
            shut += other.shut
            sales += other.sales
            suspensions += other.suspensions
            leases += other.leases
            announcements += other.announcements
            gathered += other.gathered
            served += other.served
        }
    }

    private(set) var seen = Seen()
    private var random: SplitMix64
    private var model: ZoneModel
    private var replay = StreamReplay()
    private let members = ["ada", "bob", "cas"]
    private var swapCount: Int64 = 0
    private var announced: Int64 = 0

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        model = ZoneModel(zoneCount: Int(random.number(2...5)))
    }

    mutating func run(length: Int) throws {
        try open()
        for step in 0..<length {
            try act()
            guard step == length / 2 else { continue }
            let bytes = replay.venue.snapshot()
            let restored = try Venue(snapshot: bytes)
            guard restored.snapshot() == bytes else { throw Difference("a snapshot differs") }
            let time = replay.time
            replay = StreamReplay(on: restored)
            replay.time = time
        }
    }

    private struct Difference: Error, CustomStringConvertible {
        let description: String
        init(_ text: String) { description = text }
    }

    private mutating func open() throws {
        try send("2027-07-01T00:00:00Z venue MEMBER member=hub role=operator name=H")
        try send("+0s hub MEMBER member=basin role=regulator name=B")
        try send("+0s basin PROGRAM program=W unit=ML currency=EUR")
        for member in members {
            try send("+0s hub MEMBER member=\(member) role=participant name=P")
            try send("+0s hub DEPOSIT member=\(member) currency=EUR amount=1000000")
        }
        for zone in 0..<model.zoneCount {
            try send("+0s basin CAP program=W vintage=2027 zone=z\(zone) cap=100000")
            try send(
                "+0s hub MARKET market=M\(zone) program=W vintage=2027 zone=z\(zone) tick=0.01 lot=1 maxqty=1000 band=900 ref=0.10 maker=1 taker=2"
            )
            try send("+0s hub PHASE market=M\(zone) phase=preopen")
            try send("+0s hub PHASE market=M\(zone) phase=open")
            for member in members {
                try send("+0s basin ALLOCATE program=W vintage=2027 zone=z\(zone) member=\(member) qty=300")
            }
        }
        try send("+0s basin PROGRAM program=H unit=ML currency=EUR yields=W")
        try send("+0s basin CAP program=H vintage=0 zone=z0 cap=1000")
        for member in members {
            try send("+0s basin ALLOCATE program=H vintage=0 zone=z0 member=\(member) qty=\(random.number(1...60))")
        }
        try send("+0s basin SEASON program=W vintage=2027 ends=2028-06-30")
        for _ in 0..<random.number(1...Int64(model.zoneCount + 2)) { try addLink() }
    }

    // MARK: What happens

    private mutating func act() throws {
        let who = random.pick(members)
        switch random.number(0...99) {
        case 0...48: try order(who)
        case 49...54: try deal(who)
        case 55...57: try send("+1s \(who) MASSCANCEL")
        case 58: if let move = model.gathered.last { try send("+1s \(move.owner) RECALL transfer=\(move.number)") }
        case 59...65: try move(who)
        case 66: try send("+1s basin ANNOUNCE program=H vintage=2027 percent=\(percent())")
        case 67...70:
            let link = random.pick(Array(model.links.indices))
            try send("+1s basin DELIVERY link=L\(link) qty=\(random.number(1...12))")
        case 71...73: try changeLink()
        case 74: try addLink()
        case 75...94: try swap(who)
        case 95: try suspend(who)
        case 96...97: if swapCount > 0 { try send("+1s \(who) UNSWAP swap=\(random.number(1...swapCount))") }
        default: try send("+2m basin CAP program=W vintage=2027 zone=z0 cap=\(random.number(90_000...100_000))")
        }
    }

    private mutating func order(_ who: String) throws {
        let side = random.pick(["buy", "sell"])
        let zone = random.number(0...Int64(model.zoneCount - 1))
        let tif = random.chance(300) ? "ioc" : "gtc"
        let price = "0.\(random.number(100...112))".prefix(4)
        try send(
            "+\(random.number(1...20))s \(who) ORDER market=M\(zone) side=\(side) qty=\(random.number(1...40)) price=\(price) tif=\(tif)"
        )
    }

    private mutating func move(_ who: String) throws {
        let link = random.pick(Array(model.links.indices))
        let back = random.chance(400) ? " back=1" : ""
        try send("+1s \(who) MOVE link=L\(link) vintage=2027 qty=\(random.number(1...25))\(back)")
    }

    private mutating func terms() -> String {
        let ratio = random.pick(["1:1", "1:1", "9:10", "1:2", "3:4", "2:1", "5:6"])
        var terms = "ratio=\(ratio)"
        let limit = random.chance(800) ? random.number(0...30) : nil
        let floor = random.chance(300) ? random.number(-20...(limit ?? 20)) : nil
        if let limit {
            terms += " limit=\(limit)"
            if random.chance(300) { terms += " reopen=\(random.number(-5...(limit - 1)))" }
        }
        if let floor {
            terms += " floor=\(floor)"
            if random.chance(500) { terms += " backopen=\(random.number((floor + 1)...(floor + 12)))" }
        }
        if random.chance(100) { terms += " oneway=1" }
        if random.chance(300) { terms += " window=60" }
        return terms
    }

    private mutating func addLink() throws {
        let from = random.number(0...Int64(model.zoneCount - 1))
        let to = (from + random.number(1...Int64(model.zoneCount - 1))) % Int64(model.zoneCount)
        try send("+1s basin LINK link=L\(model.links.count) program=W from=z\(from) to=z\(to) \(terms())")
    }

    private mutating func changeLink() throws {
        let index = random.pick(Array(model.links.indices))
        let link = model.links[index]
        try send("+1s basin LINK link=L\(index) program=W from=z\(link.from) to=z\(link.to) \(terms())")
    }

    private mutating func swap(_ who: String) throws {
        let give = random.number(0...Int64(model.zoneCount - 1))
        let want = (give + random.number(1...Int64(model.zoneCount - 1))) % Int64(model.zoneCount)
        let (given, wanted) = (random.number(8...15), random.number(1...8))
        try send("+1s \(who) SWAP give=W:2027:z\(give) giveqty=\(given) want=W:2027:z\(want) wantqty=\(wanted)")
    }

    /// Offers permits, takes an offer, or withdraws one; the engine refuses what another may do.
    private mutating func deal(_ who: String) throws {
        let number = model.offers.isEmpty ? 1 : random.number(1...Int64(model.offers.count))
        switch random.below(4) {
        case 0...1:
            let zone = random.number(0...Int64(model.zoneCount - 1))
            let to = random.chance(300) ? " to=\(random.pick(members))" : ""
            let quantity = random.number(1...20)
            let (given, lease) = random.pick([
                ("W:2027:z\(zone)", ""), ("W:2027:z\(zone)", ""), ("H:0:z0", ""), ("H:0:z0", " lease=1"),
                ("H:0:z0", " lease=1"),
            ])
            try send("+1s \(who) OFFER give=\(given):\(quantity) price=\(random.number(0...3)).50\(to)\(lease)")
        case 2: try send("+1s \(who) TAKE offer=\(number)")
        default: try send("+1s \(who) UNOFFER offer=\(number)")
        }
    }

    /// More than was announced before, most of the time.
    private mutating func percent() -> String {
        announced += random.number(-50...3000)
        announced = min(max(announced, 1), 100_000)
        return "\(announced / 100).\(announced % 100 / 10)\(announced % 10)"
    }

    /// Bars a member for some minutes, now and then with its accounts.
    private mutating func suspend(_ who: String) throws {
        let until = replay.time.adding(microseconds: random.number(30...300) * Timestamp.microsecondsPerSecond)
        let freeze = random.chance(500) ? " freeze=1" : ""
        try send("+1s basin SUSPEND program=W member=\(who) until=\(until)\(freeze)")
    }

    // MARK: Sending and comparing

    private mutating func send(_ line: String) throws {
        var model = model
        var seen = seen
        var swapCount = swapCount
        try replay.run(Array((line + "\n").utf8)) { step, venue in
            do {
                try ZoneSeason.follow(line, step, venue, &model, &seen, &swapCount)
                venue.exchange.checkInvariants()
            } catch { throw Difference("\(line): \(error)") }
        }
        self.model = model
        self.seen = seen
        self.swapCount = swapCount
    }

    private static func follow(
        _ line: String,
        _ step: StreamReplay.Step,
        _ venue: Venue,
        _ model: inout ZoneModel,
        _ seen: inout Seen,
        _ swapCount: inout Int64
    ) throws {
        let now = Int(venue.exchange.now.microseconds / 1_000_000)
        let isTimer = step.entry.member == Code("venue") && !line.contains("venue")
        var batched = isTimer
        if isTimer {
            model.pass(to: now)
        } else if String(decoding: step.output.bytes, as: UTF8.self).hasPrefix("OK") {
            let fields = Fields(line)
            batched = !["ORDER"].contains(fields.verb)
            try apply(fields, step, venue, now, &model)
            if fields.verb == "MOVE" { seen.moves += 1 }
            if line.contains(" lease=") { seen.leases += 1 }
            if fields.verb == "ANNOUNCE" { seen.announcements += 1 }
            if fields.verb == "SWAP" { swapCount += 1 }
            if fields.verb == "TAKE" { seen.sales += 1 }
            if fields.verb == "SUSPEND" { seen.suspensions += 1 }
        } else if line.contains(" MOVE "), String(decoding: step.output.bytes, as: UTF8.self).contains("CAPACITY") {
            seen.shut += 1
        }
        for event in step.output.events {
            guard case .pending(member: _, count: _, _, let state) = event else { continue }
            if state == .waiting { seen.gathered += 1 }
            if state == .executed { seen.served += 1 }
        }
        try compareTrades(step, venue, batched, &model, &seen)
        try checkSwaps(step, &model, venue, &seen)
        try compareState(venue, model)
    }

    /// What an accepted request means to the model.
    private static func apply(
        _ fields: Fields,
        _ step: StreamReplay.Step,
        _ venue: Venue,
        _ now: Int,
        _ model: inout ZoneModel
    ) throws {
        let link = Int(fields["link"].dropFirst()) ?? 0
        let quantity = Int(fields["qty"]) ?? 0
        let parts = fields["ratio"].split(separator: ":").compactMap { Int($0) }
        let ratio = parts.count == 2 ? (arrives: parts[0], leaves: parts[1]) : (arrives: 1, leaves: 1)
        let zones = (from: Int(fields["from"].dropFirst()) ?? 0, to: Int(fields["to"].dropFirst()) ?? 0)
        var terms = ZoneModel.Link(from: zones.from, to: zones.to, limit: Int(fields["limit"]), ratio: ratio)
        terms.window = Int(fields["window"]) ?? 0
        (terms.floor, terms.reopens) = (Int(fields["floor"]), Int(fields["reopen"]))
        (terms.backReopens, terms.isOneWay) = (Int(fields["backopen"]), fields["oneway"] == "1")
        switch fields.verb {
        case "ALLOCATE" where fields["program"] == "H": model.entitle(fields["member"], to: quantity)
        case "ALLOCATE": model.give(quantity, to: fields["member"], zone: Int(fields["zone"].dropFirst()) ?? 0)
        case "LINK" where link < model.links.count:
            model.change(link: link, to: terms, now: now)
        case "LINK": model.add(terms, now: now)
        case "DELIVERY": model.deliver(quantity, link: link, now: now)
        case "MOVE" where model.links[link].opens != nil && fields["back"] != "1":
            let number = Int(
                step.output.events.compactMap { event -> UInt64? in
                    guard case .pending(member: _, count: _, let transfer, .waiting) = event else { return nil }
                    return transfer.number
                }.first ?? 0
            )
            model.gathered.append(.init(number: number, owner: fields.member, link: link, quantity: quantity))
        case "RECALL": model.gathered.removeAll { $0.number == Int(fields["transfer"]) }
        case "MOVE": model.move(quantity, of: fields.member, link: link, isBack: fields["back"] == "1", now: now)
        case "MASSCANCEL": model.cancelAll(of: fields.member)
        case "SUSPEND":
            model.cancelAll(of: fields["member"])
            let until = Timestamp(fields["until"]).map { Int($0.microseconds / 1_000_000) } ?? 0
            model.barred[fields["member"]] = max(model.barred[fields["member"], default: 0], until)
        case "ANNOUNCE":
            var credits: [String: Int] = [:]
            for event in step.output.events {
                guard case .transferred(let transfer) = event else { continue }
                credits["\(venue.exchange.members[transfer.to].code)", default: 0] += Int(transfer.amount)
            }
            let upTo = Int(fields["percent"].replacing(".", with: "")) ?? 0
            if let wrong = model.announce(upTo, credits: credits) { throw Difference(wrong) }
        case "OFFER":
            let given = fields["give"].split(separator: ":").map(String.init)
            let kind: ZoneModel.Offer.Kind =
                given[0] == "W" ? .water : fields["lease"].isEmpty ? .entitlement : .lease
            model.offers.append(
                .init(
                    seller: fields.member,
                    zone: Int(given[2].dropFirst()) ?? 0,
                    quantity: Int(given[3]) ?? 0,
                    kind: kind
                )
            )
        case "TAKE": model.take(model.offers[(Int(fields["offer"]) ?? 1) - 1], by: fields.member)
        case "ORDER":
            for event in step.output.events {
                guard case .orderEntered(let order, market: _) = event else { continue }
                let incoming = ZoneModel.Order(
                    number: order.id.number,
                    owner: fields.member,
                    zone: Int(fields["market"].dropFirst()) ?? 0,
                    isBuy: fields["side"] == "buy",
                    price: Int(order.price.minorUnits),
                    open: quantity,
                    since: Int(venue.exchange.sequence)
                )
                model.enter(incoming, isImmediate: fields["tif"] == "ioc", now: now)
            }
        default: break
        }
    }

    private static func compareTrades(
        _ step: StreamReplay.Step,
        _ venue: Venue,
        _ batched: Bool,
        _ model: inout ZoneModel,
        _ seen: inout Seen
    ) throws {
        let exchange = venue.exchange
        var trades: [ZoneModel.Trade] = []
        for event in step.output.events {
            guard case .trade(count: _, let trade) = event else { continue }
            trades.append(
                ZoneModel.Trade(
                    zone: Int(trade.market.index),
                    price: Int(trade.price.minorUnits),
                    quantity: Int(trade.quantity.units),
                    buyer: "\(exchange.members[trade.buyer].code)",
                    seller: "\(exchange.members[trade.seller].code)",
                    acrossZone: trade.across.map { Int($0.market.index) },
                    acrossQuantity: trade.across.map { Int($0.quantity.units) }
                )
            )
            if trade.across == nil { seen.home += 1 } else { seen.across += 1 }
            if trade.aggressor == nil { seen.batched += 1 }
        }
        let links = step.output.events.count { if case .registry(count: _, .moved) = $0 { true } else { false } }
        if links > trades.count { seen.longWays += 1 }
        if let own = trades.first(where: { $0.buyer == $0.seller }) { throw Difference("\(own) is with itself") }
        let expected = model.takeTrades()
        guard trades == expected else { throw Difference("trades \(trades)\nthe model has \(expected)") }
    }

    /// All legs of a swap came in one command, and nobody gave more or got less than offered.
    private static func checkSwaps(
        _ step: StreamReplay.Step,
        _ model: inout ZoneModel,
        _ venue: Venue,
        _ seen: inout Seen
    ) throws {
        let exchange = venue.exchange
        var gave: [MemberID: [ClassID: Int64]] = [:]
        var got: [MemberID: [ClassID: Int64]] = [:]
        for event in step.output.events {
            guard case .transferred(let transfer) = event, transfer.kind == .swap,
                case .permits(let id) = transfer.asset
            else { continue }
            gave[transfer.from, default: [:]][id, default: 0] += transfer.amount
            got[transfer.to, default: [:]][id, default: 0] += transfer.amount
            let zone = Int(exchange.registry[id].zone.description.dropFirst()) ?? 0
            model.give(-Int(transfer.amount), to: "\(exchange.members[transfer.from].code)", zone: zone)
            model.give(Int(transfer.amount), to: "\(exchange.members[transfer.to].code)", zone: zone)
        }
        var count = 0
        for event in step.output.events {
            guard case .swap(member: _, count: _, let swap, .executed) = event else { continue }
            count += 1
            guard (1...swap.giveQuantity.units).contains(gave[swap.member]?[swap.give] ?? 0),
                (got[swap.member]?[swap.want] ?? 0) >= swap.wantQuantity.units
            else { throw Difference("swap \(swap.number) left \(swap.member.index) with one leg") }
        }
        guard (count == 0) == gave.isEmpty, count == gave.count else { throw Difference("a swap without its legs") }
        if count > 0 { seen.swaps += 1 }
        if count == 3 { seen.rings += 1 }
    }

    /// Every holding, every account of a link and every open order agree; no link is above its limit by trade.
    private static func compareState(_ venue: Venue, _ model: ZoneModel) throws {
        let exchange = venue.exchange
        for (index, link) in exchange.registry.links.enumerated() {
            guard Int(link.balance.units) == model.links[index].balance,
                link.opens.map({ Int($0.microseconds / 1_000_000) }) == model.links[index].opens
            else { throw Difference("link \(index): \(link), the model has \(model.links[index])") }
        }
        for (member, quantity) in model.entitled {
            guard let code = Code(member), let id = exchange.members.member(code) else { continue }
            let held = exchange.ledger.balance(.general(id), .permits(ClassID(UInt32(model.zoneCount)))).total
            guard held == Int64(quantity) else { throw Difference("\(member) is entitled to \(held), not \(quantity)") }
        }
        for (member, zones) in model.held {
            guard let code = Code(member), let id = exchange.members.member(code) else { continue }
            for (zone, quantity) in zones.enumerated() {
                let held = exchange.ledger.balance(.general(id), .permits(ClassID(UInt32(zone)))).total
                guard held == Int64(quantity) else {
                    throw Difference("\(member) has \(held) in z\(zone), the model \(quantity)")
                }
            }
        }
        let open = exchange.markets.flatMap { market in market.book.allOrders.map { ($0.id.number, Int($0.open.units)) }
        }
        .sorted { $0.0 < $1.0 }
        let expected = model.orders.map { ($0.number, $0.open) }.sorted { $0.0 < $1.0 }
        guard open.elementsEqual(expected, by: ==) else { throw Difference("open \(open), the model has \(expected)") }
    }

    /// A line's member, verb and values.
    private struct Fields {
        let member: String
        let verb: String
        private let values: [String: String]

        init(_ line: String) {
            let words = line.split(separator: " ").map(String.init)
            member = words[1]
            verb = words[2]
            values = Dictionary(
                words.dropFirst(3).map { word in
                    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                    return (parts[0], parts.count > 1 ? parts[1] : "")
                },
                uniquingKeysWith: { first, _ in first }
            )
        }

        subscript(key: String) -> String { values[key] ?? "" }
    }
}
