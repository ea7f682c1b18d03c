import Exchange
import Permits
import Storage
import Wire

/// A journal of a synthetic flow, written as a server would have written it.
struct BenchJournal {
    /// The venue at its end.
    private(set) var replay = StreamReplay()
    /// How many trades it holds.
    private(set) var trades = 0
    private var payload: [UInt8] = []
    private static let members = 1000
    private static let batchCommands = 2000

    /// Writes whatever sets the venue up, and a flow.
    /// - Parameters:
    ///   - commands: how many orders, cancels and amendments.
    ///   - journal: an empty one.
    ///   - reached: called after each batch with the replay.
    /// - Throws: what the journal and the replay throw.
    mutating func write(_ commands: Int, to journal: Journal, _ reached: (StreamReplay) throws -> Void = { _ in })
        throws
    {
        replay.audience = .nobody
        for entry in try BenchVenue.bootstrap(members: BenchJournal.members) { add(entry) }
        try flush(to: journal)
        for message in Flow.make(.narrow, count: commands, seed: 1) {
            add(BenchJournal.line(message))
            if payload.count >= BenchJournal.batchCommands * 100 {
                try flush(to: journal)
                try reached(replay)
            }
        }
        try flush(to: journal)
        try reached(replay)
    }

    private mutating func add(_ entry: String) {
        payload += "2027-03-01T09:00:00.000000Z ".utf8
        payload += entry.utf8
        payload.append(UInt8(ascii: "\n"))
    }

    private mutating func flush(to journal: Journal) throws {
        let before = replay.venue.exchange.sequence
        var traded = 0
        try replay.run(payload) { step, _ in
            for event in step.output.events { if case .trade = event { traded += 1 } }
        }
        trades += traded
        try journal.append(
            firstCommand: before + 1,
            count: Int(replay.venue.exchange.sequence - before),
            payload: payload
        )
        payload.removeAll(keepingCapacity: true)
    }

    /// A message as its member would send it, in stream form.
    static func line(_ message: Message) -> String {
        let member = "m\(message.order % UInt64(members))"
        let price = FixedPoint.text(7000 + Int64(message.level) - 4096, scale: 2)
        return switch message.kind {
        case .new:
            "\(member) ORDER id=o\(message.order) market=M side=\(message.side.text) qty=\(message.quantity) price=\(price) "
                + "tif=\(message.isIOC ? "ioc" : "gtc")"
        case .cancel: "\(member) CANCEL orig=o\(message.order)"
        case .amend: "\(member) AMEND orig=o\(message.order) qty=\(message.quantity) price=\(price)"
        }
    }
}
