import ArgumentParser
import OrderBook
import Permits

/// The bare book: no accounts, no lines, no journal.
struct BookBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "book",
        abstract: "Messages a second of the bare book, in five shapes; the worst counts."
    )

    @Option(help: "Messages a run.")
    var messages = 2_000_000

    @Option(help: "Runs a shape; the median counts.")
    var runs = 5

    @Option(help: "Seed of the flow.")
    var seed: UInt64 = 1

    func run() throws {
        var report = Report(
            "book",
            ["messages": messages, "runs": runs, "seed": Int(seed)],
            columns: ["shape", "messages_per_second", "fills", "resting_at_end"]
        )
        var rates: [Double] = []
        for shape in Shape.allCases {
            let flow = Flow.make(shape, count: messages, seed: seed)
            var shapeRates: [Double] = []
            var result = BookRun()
            for _ in 0..<runs {
                result = BookRun()
                shapeRates.append(Double(messages) / seconds { result.run(flow) })
            }
            rates.append(shapeRates.median)
            report.add([
                "shape": shape.rawValue, "messages_per_second": Int(shapeRates.median), "fills": result.fills,
                "resting_at_end": result.book.count,
            ])
        }
        let (worst, best) = (rates.min() ?? 0, rates.max() ?? 1)
        report.summary = ["worst_messages_per_second": Int(worst), "worst_to_best": worst / best]
        try report.write()
    }
}

/// One run of a flow through a book.
struct BookRun {
    var book = OrderBook(
        tick: Price(minorUnits: 1),
        low: Price(minorUnits: 1),
        high: Price(minorUnits: Int64(Flow.levelCount)),
        lastPrice: Price(minorUnits: 4096)
    )
    var fills = 0

    mutating func run(_ flow: [Message]) {
        var events = Buffer<BookEvent>()
        for message in flow {
            let id = OrderID(number: message.order)
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
            for event in events { if case .fill = event { fills += 1 } }
            events.removeAll()
        }
    }

    private func order(_ message: Message, _ id: OrderID) -> Order {
        let quantity = Quantity(Int64(message.quantity))
        return Order(
            id: id,
            owner: MemberID(UInt32(truncatingIfNeeded: message.order % 1000)),
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
