import Audit
import Exchange
import GRDB
import OrderBook
import Permits

/// Turns events into rows, within one transaction.
///
/// Rare events (members, markets, caps, phases) are written at once; orders, trades and balances are gathered.
struct SettlementProjection {
    /// What it must know of earlier batches.
    struct Context {
        /// A market's currency and permit class.
        var markets: [MarketID: (currency: Currency, permitClass: ClassID)] = [:]
        var day: Int64 = 1
        /// Whether the day has its row, which its first entry makes.
        var dayHasBegun = false
    }

    let database: Database
    private var context: Context
    private var batch: SettlementBatch
    private let lines: FeedLines
    private var nextLine: Int

    private init(_ database: Database, _ context: Context, lines: FeedLines, nextLine: Int, entryCount: Int) {
        self.database = database
        self.context = context
        self.lines = lines
        self.nextLine = nextLine
        batch = SettlementBatch(entryCount: entryCount)
    }

    /// Books the entries after `watermark`, and moves it.
    /// - Returns: the context for the next batch.
    static func apply(
        _ entries: [SettlementEntry],
        lines: FeedLines,
        after watermark: UInt64,
        through position: JournalPosition,
        context: Context,
        _ database: Database
    ) throws -> Context {
        let sequence = position.command
        let firstLine = lines.lines.firstIndex { $0.sequence > watermark } ?? lines.count
        var projection = SettlementProjection(
            database,
            context,
            lines: lines,
            nextLine: firstLine,
            entryCount: entries.count
        )
        var last = watermark
        for entry in entries where entry.sequence > watermark {
            guard entry.sequence > last, entry.sequence <= sequence else {
                throw BookingFault(
                    sequence: entry.sequence,
                    message: "is out of order: it follows \(last) in a batch that ends at \(sequence)"
                )
            }
            last = entry.sequence
            try projection.book(entry)
        }
        try projection.writeLines(through: sequence)
        guard projection.nextLine == lines.count else {
            throw BookingFault(
                sequence: lines.lines[projection.nextLine].sequence,
                message: "has a feed line beyond the batch's end \(sequence)"
            )
        }
        try SettlementWriter(database).write(projection.batch, through: position)
        return projection.context
    }

    private mutating func book(_ entry: SettlementEntry) throws {
        let (sequence, time) = (entry.sequence, entry.time)
        if !context.dayHasBegun {
            try table("trading_day").insert([
                "number": context.day, "date": time.dateText, "first_seq": sequence,
            ])
            context.dayHasBegun = true
        }
        for (index, event) in entry.events.enumerated() {
            let at = Origin(seq: sequence, position: index + 1, time: time)
            switch event {
            case .orderEntered(let order, market: _):
                batch.enter(order, sequence: sequence, time: time)
            case .orderAmended(let order, market: _):
                batch.amend(order)
            case .triggered(member: _, count: _, let order):
                batch.trigger(order, time: time)
            case .done(member: _, count: _, let order, let reason):
                batch.end(order.id, state: reason.word, sequence: sequence, time: time)
            case .fill(let fill):
                if fill.open == .zero { batch.end(fill.order, state: "filled", sequence: sequence, time: time) }
            case .trade(count: _, let trade):
                guard let market = context.markets[trade.market] else {
                    throw BookingFault(sequence: sequence, message: "trades in unknown market \(trade.market.index)")
                }
                batch.book(
                    .init(sequence: sequence, time: time, day: context.day, trade: trade),
                    currency: market.currency,
                    permitClass: market.permitClass
                )
            case .serials(let move):
                batch.book(SettlementBatch.BookedMove(sequence: sequence, position: index + 1, time: time, move: move))
            case .transferred(let transfer):
                try batch.book(transfer, sequence: sequence)
                try write(transfer, at)
            case .dayEnded:
                try endDay(sequence: sequence, time: time)
            case .marketListed(let listing):
                context.markets[listing.market] = (listing.currency, listing.permitClass)
                try write(listing, at)
            case .marketChanged(let listing):
                try table("market").row("id", listing.market).set([
                    "tick": listing.tick, "band_basis_points": listing.bandBasisPoints,
                ])
            case .phase(let market, count: _, let phase, let text):
                if !phase.isCall { batch.markets.indicate(nil, of: market) }
                try table("market").row("id", market).set(["phase": phase])
                try table("phase_change").insert([
                    "seq": at.seq, "n": at.position, "market": market, "phase": phase, "text": text,
                    "time": time,
                ])
            case .reference(let market, count: _, let price, let low, let high):
                try table("market").row("id", market).set([
                    "reference": price, "band_low": low, "band_high": high,
                ])
            case .memberAdmitted(let member, let code, let role, let name):
                try table("member", .updates("id")).insert(["id": member, "code": code, "role": role, "name": name])
            case .loginChanged(let user, let login):
                try table("login", .updates("id")).insert([
                    "id": user, "member": login.member, "code": login.code, "person": login.person,
                    "revoked": login.isRevoked,
                ])
            case .registry(count: _, let fact): try write(fact, at)
            case .pending(member: _, count: _, let transfer, let state): try write(transfer, state, at)
            // Another member that approves is told as well.
            case .proposal(let member, count: _, let proposal, let state, let user) where member == proposal.member:
                try write(proposal, state, by: user, at)
            case .swap(member: _, count: _, let swap, let state): try write(swap, state, at)
            case .offer(member: _, count: _, let offer, let state): try write(offer, state, at)
            case .alert(let member, count: _, let alert): try write(alert, to: member, at)
            case .trusted(let trust): try write(trust, at)
            case .distrusted(let program, let member, let trusted): try endTrust(program, member, trusted)
            case .compactTold(let id, let code, let fact):
                try write(fact, of: id, code, at)
            case .auctionAnnounced(let auction): try write(announced: auction, at)
            case .auction(count: _, let auction, let phase, let offered, text: _):
                try table("auction").row("id", auction.number).set([
                    "phase": phase, "offered": offered,
                ])
            case .auctionCleared(let auction): try write(cleared: auction, at)
            case .level(let market, count: _, let side, let price, let quantity):
                batch.markets.show(quantity, at: price, side, of: market)
            case .indicative(let market, count: _, let price, let volume, let surplus, let side):
                let indicative = Indicative(price: price, volume: volume, surplus: surplus, surplusSide: side)
                batch.markets.indicate(price == .zero ? nil : indicative, of: market)
            case .busted(_, count: _, let trade, price: _): batch.markets.bust(trade)
            case .dayOver, .moved, .compact, .complaint, .proposal, .awarded, .sessionOpened, .sessionClosed:
                // Copies for the feeds, and sessions, which are nobody's property.
                continue
            }
        }
    }

    /// Ends the trading day: its feed stays, the one before it goes.
    private mutating func endDay(sequence: UInt64, time: Timestamp) throws {
        try writeLines(through: sequence)
        try table("trading_day").row("number", context.day).set([
            "date": time.dateText, "ended_seq": sequence, "ended_time": time,
        ])
        context.day += 1
        context.dayHasBegun = false
        try database.execute(sql: "DELETE FROM \(feedTable)")
    }

    /// The table of the current day; at the day's end it still holds the day before the one that ended.
    private var feedTable: String { context.day.isMultiple(of: 2) ? "feed_even" : "feed_odd" }

    /// The most bytes of a block, or nearly: a reader of one line reads its whole block.
    private static let blockBytesMax = 1 << 18

    /// Writes the lines up to a command, those of a stream together: one row holds as many as the batch brought.
    private mutating func writeLines(through sequence: UInt64) throws {
        let end = lines.lines[nextLine...].firstIndex { $0.sequence > sequence } ?? lines.count
        var blocks: [(first: FeedLines.Line, bytes: [UInt8])] = []
        var blockOfStream: [UInt64: Int] = [:]
        for line in lines.lines[nextLine..<end] {
            if let index = blockOfStream[line.stream], blocks[index].bytes.count < SettlementProjection.blockBytesMax {
                blocks[index].bytes.append(UInt8(ascii: "\n"))
                blocks[index].bytes += lines.bytes[line.range]
            } else {
                blockOfStream[line.stream] = blocks.count
                blocks.append((line, Array(lines.bytes[line.range])))
            }
        }
        // By stream: neighbours in the table are written together.
        blocks.sort { ($0.first.stream, $0.first.count) < ($1.first.stream, $1.first.count) }
        try database.insert(into: feedTable, columnCount: 4, blocks) { block, row in
            row.add(block.first.stream)
            row.add(block.first.count)
            row.add(block.first.sequence)
            row.add(text: block.bytes)
        }
        nextLine = end
    }
}

extension SettlementProjection {
    private func write(_ transfer: Transfer, _ at: Origin) throws {
        var currency: String?
        var permitClass: UInt32?
        switch transfer.asset {
        case .cash(let asset): currency = asset.text
        case .permits(let asset): permitClass = asset.index
        }
        try table("transfer").insert([
            "seq": at.seq, "n": at.position, "kind": transfer.kind, "from_member": transfer.from,
            "to_member": transfer.to, "currency": currency, "permit_class": permitClass,
            "amount": transfer.amount, "text": transfer.text, "time": at.time,
            "from_facility": transfer.fromFacility, "to_facility": transfer.toFacility,
            "from_spillable": transfer.isFromSpillable, "to_spillable": transfer.isToSpillable,
            "from_fund": transfer.fromFund, "to_fund": transfer.toFund,
        ])
    }

    private func write(_ listing: MarketListing, _ at: Origin) throws {
        try table("market").insert([
            "id": listing.market, "code": listing.code, "permit_class": listing.permitClass,
            "currency": listing.currency, "tick": listing.tick, "lot": listing.lot,
            "quantity_max": listing.quantityMax, "band_basis_points": listing.bandBasisPoints,
            "maker_ppm": listing.maker.partsPerMillion, "taker_ppm": listing.taker.partsPerMillion,
            "phase": "closed", "reference": listing.reference, "listed_seq": at.seq, "listed_time": at.time,
            "timezone": listing.timeZone.rawValue,
        ])
    }
}

extension Timestamp {
    /// The date (UTC), `2027-03-01`.
    fileprivate var dateText: String { String(description.prefix(10)) }
}
