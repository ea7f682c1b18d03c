import ArgumentParser
import OrderBook
import Permits
import Seals

/// The bare book: no accounts, no lines, no journal.
struct BookBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "book",
        abstract:
            "Messages a second of the bare book, beside a book in plain Swift: in five shapes, or of a message file.",
        discussion: MessageFile.help
    )

    @Option(help: "Messages a run.")
    var messages = 2_000_000

    @Option(help: "Runs a shape, in turn with the plain book; the median counts.")
    var runs = 5

    @Option(help: "Seed of the flow.")
    var seed: UInt64 = 1

    @Option(help: "A message file to run instead of the shapes; each order is of a member of its own.")
    var stream: String?

    @Option(help: "Write the messages of the shape \"narrow\" to this file, and measure nothing.")
    var write: String?

    func validate() throws {
        guard messages > 0, runs > 0 else { throw ValidationError("--messages and --runs are at least 1") }
    }

    func run() throws {
        if let write { return try MessageFile(Flow.make(.narrow, count: messages, seed: seed)).write(to: write) }
        let settings: [String: Any] =
            if let stream { ["stream": stream, "runs": runs] } else {
                ["messages": messages, "runs": runs, "seed": Int(seed)]
            }
        var report = Report(
            "book",
            settings,
            columns: [
                "shape", "messages_per_second", "least", "most", "plain_messages_per_second", "ratio", "trades",
                "resting_at_end",
                "trades_sha256",
            ]
        )
        var measured: [BookComparison] = []
        if let stream {
            let file = try MessageFile(path: stream)
            measured.append(try BookComparison(file.messages, levelCount: file.levelCount, members: .max, runs: runs))
            report.add(measured[0].row("the file's"))
        } else {
            for shape in Shape.allCases {
                let flow = Flow.make(shape, count: messages, seed: seed)
                measured.append(try BookComparison(flow, levelCount: Flow.levelCount, members: .max, runs: runs))
                report.add(measured[measured.count - 1].row(shape.rawValue))
            }
        }
        let rates = measured.map(\.rates.median)
        let (worst, best) = (rates.min() ?? 0, rates.max() ?? 1)
        report.summary = [
            "worst_messages_per_second": Int(worst), "worst_to_best": worst / best,
            "worst_ratio_to_plain": measured.map(\.ratio).min() ?? 0,
        ]
        try report.write()
    }
}

/// A flow through the book and through the plain one, in turn.
struct BookComparison {
    private(set) var rates: [Double] = []
    private var plainRates: [Double] = []
    private let trades: [BookTrade]
    private let resting: Int

    var ratio: Double { rates.median / plainRates.median }

    /// Runs both so many times, after a run of each in which they must make the same trades.
    init(_ flow: [Message], levelCount: Int, members: UInt64, runs: Int) throws {
        var (book, plain) = (BookRun(levelCount: levelCount, members: members), PlainBook(levelCount: levelCount))
        var trades: [BookTrade] = []
        for (index, message) in flow.enumerated() {
            var expected: [BookTrade] = []
            plain.take(message, &expected)
            let made = book.trades(of: message)
            guard made == expected else {
                throw ValidationError(
                    "message \(index + 1), \(message): trades \(made), and \(expected) in the plain book"
                )
            }
            trades += made
        }
        (self.trades, resting) = (trades, plain.count)
        guard book.book.count == resting else { throw ValidationError("the plain book has other orders at the end") }
        for _ in 0..<runs {
            rates.append(
                Double(flow.count)
                    / seconds {
                        var run = BookRun(levelCount: levelCount, members: members)
                        run.run(flow)
                    }
            )
            plainRates.append(
                Double(flow.count)
                    / seconds {
                        var run = PlainBook(levelCount: levelCount)
                        var trades: [BookTrade] = []
                        for message in flow {
                            run.take(message, &trades)
                            trades.removeAll(keepingCapacity: true)
                        }
                    }
            )
        }
    }

    func row(_ shape: String) -> [String: Any] {
        [
            "shape": shape, "messages_per_second": Int(rates.median), "least": Int(rates.min() ?? 0),
            "most": Int(rates.max() ?? 0),
            "plain_messages_per_second": Int(plainRates.median), "ratio": ratio, "trades": trades.count,
            "resting_at_end": resting,
            "trades_sha256": digest.hex,
        ]
    }

    /// The hash of the trades, a line `TAKER,MAKER,QUANTITY` each.
    private var digest: Digest {
        var hash = SHA256()
        for trade in trades { hash.update(Array("\(trade.taker),\(trade.maker),\(trade.quantity)\n".utf8)) }
        return hash.finish()
    }
}

/// One run of a flow through a book.
struct BookRun {
    private(set) var book: OrderBook
    private(set) var fills = 0
    private let members: UInt64
    private var events = Buffer<BookEvent>()

    /// Makes an empty book of so many prices; orders are of so many members in turn.
    init(levelCount: Int = Flow.levelCount, members: UInt64 = 1000) {
        self.members = members
        book = OrderBook(
            tick: Price(minorUnits: 1),
            low: Price(minorUnits: 1),
            high: Price(minorUnits: Int64(levelCount)),
            lastPrice: Price(minorUnits: Int64(levelCount + 1) / 2)
        )
    }

    mutating func run(_ flow: [Message]) {
        for message in flow {
            enter(message)
            for event in events { if case .fill = event { fills += 1 } }
            events.removeAll()
        }
    }

    /// Does what a message says, and gives the trades that come of it.
    mutating func trades(of message: Message) -> [BookTrade] {
        enter(message)
        defer { events.removeAll() }
        return events.compactMap { event in
            guard case .fill(let fill) = event else { return nil }
            let (taker, maker) = fill.aggressor == .buy ? (fill.buy, fill.sell) : (fill.sell, fill.buy)
            return BookTrade(taker: taker.order.number, maker: maker.order.number, quantity: fill.quantity.units)
        }
    }

    @inline(__always)
    private mutating func enter(_ message: Message) {
        let id = OrderID(number: message.order)
        book.matchesLeft = Limits.matchesMax
        switch message.kind {
        case .new: book.enter(order(message, id), phase: .open, events: &events)
        case .cancel: book.cancel(id, reason: .cancelled, events: &events)
        case .amend:
            if let live = book.order(id) {
                let filled = live.quantity - live.open
                book.amend(
                    id,
                    quantity: filled + Quantity(Int64(message.quantity)),
                    price: Price(minorUnits: Int64(message.level) + 1),
                    stop: .zero,
                    phase: .open,
                    events: &events
                )
            }
        }
    }

    private func order(_ message: Message, _ id: OrderID) -> Order {
        let quantity = Quantity(Int64(message.quantity))
        return Order(
            id: id,
            owner: MemberID(UInt32(truncatingIfNeeded: message.order % members)),
            user: UserID(0),
            reference: .none,
            side: message.side,
            kind: .limit,
            timeInForce: message.isIOC ? .ioc : .gtc,
            selfTrade: .newest,
            postOnly: false,
            isQuote: false,
            sessionBound: false,
            price: Price(minorUnits: Int64(message.level) + 1),
            stop: .zero,
            quantity: quantity,
            open: quantity,
            display: .zero,
            shown: quantity,
            minimum: .zero,
            expiry: .never
        )
    }
}
