import ArgumentParser
import Exchange
import Foundation
import Logging
import OrderBook
import Permits
import Registry
import Server
import Storage
import Wire

/// A running exchange with a past and with traffic: the two-minute tour.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a demonstration exchange with a carbon and a water market, and traffic.",
        discussion: """
            Replays a carbon trading day and a water season from the fixtures into a fresh data directory, opens the
            markets again, and lets a market maker and a trader run. Log on as member=you user=you and trade with them.
            The venue's clock goes on from the end of the fixtures.
            """
    )

    @Option(help: "The port; 0 for any that is free.")
    var port = 7070

    @Option(help: "The data directory to make; a temporary one otherwise.")
    var data: String?

    @Option(help: "Where the stream files are.")
    var fixtures = "fixtures"

    /// The password of every login of the demonstration.
    static let password = "demo-password"

    func run() async throws {
        let directory =
            data ?? FileManager.default.temporaryDirectory.path
            + "/weir-demo-\(ProcessInfo.processInfo.processIdentifier)"
        let venue = try prepare(directory)
        var configuration = ServerConfiguration(
            directory: directory,
            logKey: try LogKeyFile.open(directory: directory).key,
            logger: Serve.logger
        )
        configuration.logger.logLevel = .warning
        configuration.port = port
        // The fixtures' last moment is now.
        let offset = venue.exchange.now.microseconds - SystemClock.now.microseconds
        configuration.clock = {
            ClockReading(wall: SystemClock.now.adding(microseconds: offset), steady: SystemClock.steady)
        }
        let server = try ExchangeServer(configuration: configuration)
        let bound: Int
        do { bound = try await server.start() } catch {
            throw ValidationError("port \(port) cannot be used (\(error)); give another with --port")
        }
        let signals = await StopSignals.install { server.closeListener() }
        let traffic = Task { try await DemoTraffic(port: bound, markets: Demo.markets(of: venue)).run() }
        greet(bound, directory, venue)
        try await Serve.untilStopped(server, by: signals)
        traffic.cancel()
    }

    private func greet(_ port: Int, _ directory: String, _ venue: Venue) {
        let codes = venue.exchange.markets.map(\.terms.code.description).joined(separator: ", ")
        let first = venue.exchange.markets.first?.terms.code.description ?? ""
        Console.line(
            """
            weir: listening on 127.0.0.1:\(port), data in \(directory)
            weir: \(venue.exchange.sequence) commands replayed; markets \(codes) are open

            Connect with either
              .build/release/weir connect 127.0.0.1:\(port)
              nc 127.0.0.1 \(port)
            and type
              LOGON member=you user=you password=\(Demo.password) version=1
              BOOK market=\(first)
              ORDER id=first market=\(first) side=buy type=market qty=10
              ACCOUNT
            In another terminal, SQL on what has settled:
              sqlite3 \(directory)/settlement.db "select * from issued_vs_cap"
            Ctrl-C stops it.
            """
        )
    }

    private static func markets(of venue: Venue) -> [DemoTraffic.Market] {
        venue.exchange.markets.map { market in
            DemoTraffic.Market(
                code: market.terms.code.description,
                middle: market.book.lastPrice.minorUnits,
                tick: market.terms.tick.minorUnits,
                low: market.band.low.minorUnits,
                high: market.band.high.minorUnits,
                scale: market.terms.currency.scale,
                lot: market.terms.lot.units
            )
        }
    }

    /// Replays the fixtures, lets the demonstration's members in, and opens the markets.
    private func prepare(_ directory: String) throws -> Venue {
        let recorder = try Recorder(directory: directory)
        var replay = StreamReplay()
        for name in ["carbon-day", "water-season"] {
            let file = "\(fixtures)/\(name).stream"
            guard let text = FileManager.default.contents(atPath: file) else {
                throw ValidationError("\(file) cannot be read; run this from the project's folder, or give --fixtures")
            }
            Console.note("weir: replaying \(file)")
            try replay.run([UInt8](text)) { step, venue in try recorder.record(step, venue) }
        }
        let opening = try openingEntries(replay.venue.exchange).joined(separator: "\n") + "\n"
        try replay.run(Array(opening.utf8)) { step, venue in
            try recorder.record(step, venue)
            let text = String(decoding: step.output.bytes, as: UTF8.self)
            if text.hasPrefix("ERR") {
                throw CommandError("\(String(decoding: step.entry.line, as: UTF8.self)): \(text)")
            }
        }
        try recorder.finish(replay.venue)
        return replay.venue
    }

    /// What turns the end of the fixtures into an open market with three more members.
    private func openingEntries(_ exchange: Exchange) throws -> [String] {
        let hash = try PasswordHash.make(password: Demo.password)
        guard let host = exchange.members.members.first(where: { $0.role == .operator })?.code else {
            throw CommandError("the fixtures have no operator")
        }
        var entries: [String] = []
        for (code, name) in [("you", "You"), ("maker", "Demo market maker"), ("trader", "Demo trader")] {
            entries += [
                "+0s \(host) MEMBER member=\(code) role=participant name=\"\(name)\"",
                "+0s \(host) LOGIN member=\(code) user=\(code) hash=\(hash)",
            ]
        }
        for market in exchange.markets {
            let terms = exchange.registry[market.terms.permitClass]
            let program = exchange.registry[terms.program]
            let regulator = exchange.members[program.regulator].code
            let share = Quantity(50_000)
            let permits = "program=\(program.code) vintage=\(terms.vintage)"
            let cap = max(terms.cap.units, terms.issued.units + 3 * share.units)
            entries.append(
                "+0s \(regulator) CAP \(permits) cap=\(cap) holding=\(max(terms.holdingLimit ?? .zero, Quantity(10_000_000)).units)"
            )
            for code in ["you", "maker", "trader"] {
                entries += [
                    "+0s \(host) DEPOSIT member=\(code) currency=\(market.terms.currency.text) amount=10000000",
                    "+0s \(regulator) ALLOCATE \(permits) member=\(code) qty=\(share.units)",
                ]
            }
            entries += [
                "+0s \(host) PHASE market=\(market.terms.code) phase=preopen",
                "+0s \(host) PHASE market=\(market.terms.code) phase=open",
            ]
        }
        return entries
    }
}
