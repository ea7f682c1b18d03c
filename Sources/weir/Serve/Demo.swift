import ArgumentParser
import Audit
import Disclosure
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
        abstract: "Run a demonstration exchange with carbon and water programs, agreements, pages and traffic.",
        discussion: """
            Replays programs and agreements from the fixtures, in the order of their times, into a fresh data directory, opens
            the markets again, serves the public's pages, and lets a market maker and a trader run. Log on as member=you user=you
            and trade with them. The venue's clock goes on from the end of the fixtures.
            """
    )

    @Option(help: "The port; 0 for any that is free.")
    var port = 7070

    @Option(help: "The port of the public's pages; 0 for any that is free.")
    var http = 8080

    @Option(help: "The data directory to make; a temporary one otherwise.")
    var data: String?

    @Option(help: "Where the stream files are; without it, the project's own, wherever the program is called from.")
    var fixtures: String?

    /// What the demonstration's past is made of.
    private static let streams = [
        "compact-hengjin", "compact-xinanjiang-3", "carbon-program", "carbon-day", "two-valleys", "water-season",
    ]

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
        let site: PublicSite
        let pages: String
        do {
            (site, pages) = try await Serve.startSite(
                of: server,
                directory,
                "127.0.0.1",
                http,
                SiteLimits(),
                configuration.logger
            )
        } catch {
            try await server.stop()
            throw ValidationError("port \(http) cannot be used for the pages (\(error)); give another with --http")
        }
        let signals = await StopSignals.install { server.closeListener() }
        let traffic = Task { try await DemoTraffic(port: bound, markets: Demo.markets(of: venue)).run() }
        greet(bound, pages, directory, venue)
        try await Serve.untilStopped(server, by: signals)
        traffic.cancel()
        try await site.stop()
    }

    private func greet(_ port: Int, _ pages: String, _ directory: String, _ venue: Venue) {
        let markets = Demo.openMarkets(venue.exchange)
        let codes = markets.map(\.terms.code.description).joined(separator: ", ")
        let first = markets.first?.terms.code.description ?? ""
        Console.line(
            """
            weir: listening on 127.0.0.1:\(port), data in \(directory)
            weir: \(venue.exchange.sequence) commands replayed; markets \(codes) are open

            Look at everything in a browser
              \(pages)/
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

    /// The markets that are opened again: of regulators that act alone, since the demonstration cannot be their second person, and
    /// without zones, where more than one cap bounds what can be issued.
    private static func openMarkets(_ exchange: Exchange) -> [Market] {
        exchange.markets.filter { market in
            let terms = exchange.registry[market.terms.permitClass]
            return terms.zone.isEmpty && !exchange.fourEyes.isOn(for: exchange.registry[terms.program].regulator)
        }
    }

    private static func markets(of venue: Venue) -> [DemoTraffic.Market] {
        Demo.openMarkets(venue.exchange).map { market in
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
        for day in try past() {
            try replay.run(Array(day.entries.utf8)) { step, venue in try recorder.record(step, venue) }
            guard let end = day.end else { continue }
            // A day ends for all markets, those of other streams too.
            let open = replay.venue.exchange.markets.filter { $0.phase == .open }.map(\.terms.code)
            let moment = end.split(separator: " ").prefix(2).joined(separator: " ")
            func phase(_ phase: String) -> [String] { open.map { "\(moment) PHASE market=\($0) phase=\(phase)" } }
            let entries = phase("closed") + [end] + phase("preopen") + phase("open")
            try replay.run(Array((entries.joined(separator: "\n") + "\n").utf8)) { step, venue in
                try recorder.record(step, venue)
            }
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

    /// The streams' entries as one, in the order of their times: those of each trading day, and the entry that ends it.
    private func past() throws -> [(entries: String, end: String?)] {
        let folder = try fixtures ?? Demo.ownFixtures()
        var entries: [Substring] = []
        for name in Demo.streams {
            let file = "\(folder)/\(name).stream"
            guard let text = FileManager.default.contents(atPath: file).map({ String(decoding: $0, as: UTF8.self) })
            else {
                throw ValidationError("\(file) cannot be read; give the folder of the stream files with --fixtures")
            }
            Console.note("weir: replaying \(file)")
            let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            if let relative = lines.first(where: { $0.hasPrefix("+") }) {
                throw CommandError("\(file): the time of \(relative) is relative, so it cannot be put among others")
            }
            entries += lines
        }
        // Times have one form in these files, so their order is that of the texts; equal ones stay as they are.
        let order = entries.indices.sorted { a, b in
            let (left, right) = (entries[a].prefix { $0 != " " }, entries[b].prefix { $0 != " " })
            return left == right ? a < b : left < right
        }
        var days: [(entries: String, end: String?)] = [("", nil)]
        for place in order {
            if entries[place].contains(" DAYEND") {
                days[days.count - 1].end = String(entries[place])
                days.append(("", nil))
            } else {
                days[days.count - 1].entries += entries[place] + "\n"
            }
        }
        return days
    }

    /// The stream files of the project that this program was built in.
    private static func ownFixtures() throws -> String {
        var folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path != "/" {
            let fixtures = folder.appendingPathComponent("fixtures").path
            if FileManager.default.fileExists(atPath: fixtures + "/\(streams[0]).stream") { return fixtures }
            folder.deleteLastPathComponent()
        }
        return "fixtures"
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
        for market in Demo.openMarkets(exchange) {
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
