import Foundation
import GRDB
import Logging
import Permits
import Server
import Storage
import Testing
import WeirClient

@testable import Disclosure

@Suite("the public's site: pages, open data and events say what is booked, and nothing that is not public")
struct SiteTests {
    /// A site of a venue.
    private func serve(_ venue: TestVenue, _ limits: SiteLimits = SiteLimits()) async throws -> (PublicSite, Int) {
        let log = venue.server.logReader.map { PublicLog($0) }
        let site = try PublicSite(
            directory: venue.directory,
            log: log,
            limits: limits,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            clock: { venue.clock.now }
        )
        return (site, try await site.start(host: "127.0.0.1", port: 0))
    }

    private struct Answer {
        let status: String
        let head: String
        let body: String
    }

    private func get(_ port: Int, _ path: String, _ headers: [String] = []) async throws -> Answer {
        let lines = ["GET \(path) HTTP/1.1", "host: x", "connection: close"] + headers
        let answer = try await blocking {
            let socket = try RawSocket(port: port)
            defer { socket.close() }
            try socket.send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
            return String(decoding: try socket.readAll(), as: UTF8.self)
        }
        let parts = try #require(answer.firstRange(of: "\r\n\r\n"))
        return Answer(
            status: String(answer.prefix(12).suffix(3)),
            head: String(answer[..<parts.lowerBound]),
            body: String(answer[parts.upperBound...])
        )
    }

    /// Lets a trade happen, and waits until settlement has it, as `PRICES` does.
    private func trade(_ venue: TestVenue) async throws {
        let (acme, bolt) = (try await venue.logOn("acme", "li"), try await venue.logOn("bolt", "bo"))
        _ = try await bolt.send("ORDER id=resting-secret market=M side=sell qty=300 price=71.40")
        _ = try await acme.send("ORDER id=buy market=M side=buy qty=123 price=71.40")
        _ = try await acme.send("RETIRE program=CO2 vintage=2027 qty=17 text=\"for <the> =river\"")
        _ = try await acme.send("PRICES")
        try await acme.close()
        try await bolt.close()
    }

    @Test("every page that the site leads to is there, in both languages, whole and without a script of its own")
    func pages() async throws {
        let venue = try await TestVenue.start()
        try await trade(venue)
        let (site, port) = try await serve(venue)
        var (seen, waiting): (Set<String>, [String]) = (["/", "/zh/"], ["/", "/zh/"])
        while let path = waiting.popLast() {
            let answer = try await get(port, path)
            #expect(answer.status == "200", "\(path)")
            #expect(
                answer.head.lowercased().contains("x-content-type-options: nosniff")
                    && answer.head.contains("default-src 'none'")
            )
            #expect(!answer.head.lowercased().contains("set-cookie"))
            guard answer.head.lowercased().contains("content-type: text/html") else { continue }
            #expect(answer.body.hasSuffix("</html>\n") && !answer.body.contains("{{"), "\(path)")
            #expect(!answer.body.contains("style=") && !answer.body.contains("onclick"), "\(path)")
            for link in answer.body.matches(of: /href="(\/[^"#]*)/).map({ String($0.1).replacing("&amp;", with: "&") })
            where !link.contains("?before=") && seen.insert(link).inserted {
                waiting.append(link)
            }
        }
        #expect(
            seen.isSuperset(of: [
                "/markets/M", "/programs/CO2", "/zh/log", "/retirements/1", "/members/acme", "/data/trades.csv",
            ])
        )
        for path in [
            "/nothing", "/programs/NONE", "/auctions/7", "/agreements/x", "/data/orders", "/data/orders.json",
            "/data/trades.xml",
        ] {
            #expect(try await get(port, path).status == "404", "\(path)")
        }
        try await site.stop()
        try await venue.end()
    }

    @Test("what is nobody else's business is on no page, in no table and in no event")
    func secrets() async throws {
        let venue = try await TestVenue.start()
        try await trade(venue)
        let (site, port) = try await serve(venue)
        // An order's id, what acme has left in cash, what bolt still holds.
        let cash = try rows(venue.directory, "SELECT total FROM cash_balance WHERE account = 'member' ORDER BY member")
        let secrets = ["resting-secret"] + cash.map { String($0.dropLast(2)) + "." + $0.suffix(2) } + cash
        #expect(cash.count == 2)
        let tables = PublicTable.all.flatMap { ["/data/\($0.name).json", "/data/\($0.name).csv", "/data/\($0.name)"] }
        for path in tables + [
            "/", "/markets/M", "/programs/CO2", "/members/acme", "/members/bolt", "/log", "/retirements",
        ] {
            let body = try await get(port, path).body
            for secret in secrets { #expect(!body.contains(secret), "\(path) tells \(secret)") }
        }
        let trades = try await get(port, "/data/trades.json").body
        #expect(trades.contains("\"quantity\":123") && !trades.contains("acme") && !trades.contains("bolt"))
        try await site.stop()
        try await venue.end()
    }

    @Test(
        "each public table is served as it is in SQL, page by page, as JSON and as CSV that no spreadsheet takes for formulas"
    )
    func tables() async throws {
        let venue = try await TestVenue.start()
        try await trade(venue)
        let (site, port) = try await serve(venue)
        for table in PublicTable.all {
            var path: String? = "/data/\(table.name).json?limit=1"
            var count = 0
            while let next = path {
                let body = Data(try await get(port, next).body.utf8)
                let page = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any], "\(table.name)")
                let rows = try #require(page["rows"] as? [[String: Any]])
                for row in rows { #expect(Set(row.keys) == Set(table.columns.map(\.name))) }
                count += rows.count
                path = page["next"] as? String
            }
            #expect(
                [String(count)] == (try rows(venue.directory, "SELECT COUNT(*) FROM \(table.view)")),
                "\(table.name)"
            )
            let lines = try await get(port, "/data/\(table.name).csv").body.split(separator: "\n")
            #expect(lines.count == count + 1, "\(table.name)")
        }
        #expect(try await get(port, "/data/retirements.csv").body.contains("for <the> =river"))
        #expect(
            CSVText.line([.text("=1+1"), .number("-5"), .text("a,\"b\""), .text("@x")])
                == "'=1+1,-5,\"a,\"\"b\"\"\",'@x\n"
        )
        for (query, status) in [
            ("from=2027-01-01&to=2028-01-01", "200"), ("market=M", "200"), ("from=soon", "400"), ("limit=0", "400"),
            ("limit=5&limit=6", "400"), ("after=%5B1%5D", "200"), ("after=1", "400"), ("buyer=acme", "400"),
            ("from=2027-13-01", "400"),
        ] {
            #expect(try await get(port, "/data/trades.json?\(query)").status == status, "\(query)")
        }
        let first = try await get(port, "/data/trades.json")
        let tag = try #require(first.head.firstMatch(of: /(?i)etag: ([^\r]*)/)?.1)
        #expect(try await get(port, "/data/trades.json", ["if-none-match: \(tag)"]).status == "304")
        try await site.stop()
        try await venue.end()
    }

    @Test("rows since a time are found by halving, as a plain condition finds them")
    func timeRanges() async throws {
        let venue = try await TestVenue.start()
        let (acme, bolt) = (try await venue.logOn("acme", "li"), try await venue.logOn("bolt", "bo"))
        for _ in 0..<20 {
            venue.clock.advance(seconds: 7)
            _ = try await bolt.send("ORDER market=M side=sell qty=1 price=71.25")
            _ = try await acme.send("ORDER market=M side=buy qty=1 price=71.25")
        }
        _ = try await acme.send("PRICES")
        let (site, port) = try await serve(venue)
        for time in try rows(
            venue.directory,
            "SELECT time FROM trade UNION SELECT '2027-03-01T08:00:31Z' UNION SELECT '2030-01-01'"
        ) {
            let page = try JSONSerialization.jsonObject(
                with: Data(try await get(port, "/data/trades.json?from=\(time)").body.utf8)
            )
            let found = ((page as? [String: Any])?["rows"] as? [Any])?.count
            #expect(
                [found.map(String.init)]
                    == (try rows(venue.directory, "SELECT COUNT(*) FROM trade WHERE time >= '\(time)'")),
                "\(time)"
            )
        }
        try await site.stop()
        try await venue.end()
    }

    @Test("who follows a market gets each line with its number, and after a cut those behind the last one seen")
    func events() async throws {
        let venue = try await TestVenue.start()
        try await trade(venue)
        let (site, port) = try await serve(venue)
        @Sendable func follow(_ request: String, _ headers: String = "", until word: String) async throws -> [Int] {
            try await blocking {
                let socket = try RawSocket(port: port)
                defer { socket.close() }
                try socket.send(Array("GET \(request) HTTP/1.1\r\nhost: x\r\n\(headers)\r\n".utf8))
                var text = ""
                while !text.contains(word) { text += try socket.readLine() + "\n" }
                return text.matches(of: /id: (\d+)\n/).compactMap { Int($0.1) }
            }
        }
        let first = try await follow("/live/markets/M?from=1", until: "data: TRADE")
        #expect(first == Array(1...first.count))
        let bolt = try await venue.logOn("bolt", "bo")
        async let more = bolt.send("ORDER market=M side=sell qty=5 price=71.45")
        let next = try await follow("/live/markets/M", "last-event-id: \(first.count)\r\n", until: "71.45")
        _ = try await more
        #expect(next.first == first.count + 1 && next == Array(next[0]..<(next[0] + next.count)))
        // Who claims to be ahead neither ends the site nor keeps what comes from others.
        async let ahead = follow("/live/markets/M", "last-event-id: \(UInt64.max)\r\n", until: "71.46")
        async let behind = follow("/live/markets/M?from=1", until: "71.46")
        _ = try await bolt.send("ORDER market=M side=sell qty=5 price=71.46")
        let (late, whole) = try await (ahead, behind)
        #expect(whole.first == 1 && late.last == whole.last)
        #expect(try await get(port, "/live/markets/NONE").status == "404")
        try await site.stop()
        try await venue.end()
    }

    @Test("a source has so many connections, and one that says nothing whole is ended")
    func limits() async throws {
        let venue = try await TestVenue.start()
        var limits = SiteLimits()
        #expect(
            limits.set("connections-of-source", to: 3) && limits.set("idle-seconds", to: 1)
                && !limits.set("idle", to: 1)
        )
        let (site, port) = try await serve(venue, limits)
        let left = try await blocking {
            let held = try (0..<3).map { _ in try RawSocket(port: port) }
            for socket in held { try socket.send(Array("GET / HTTP/1.1\r\n".utf8)) }
            let sockets = try held + [RawSocket(port: port)]
            defer { for socket in sockets { socket.close() } }
            return try sockets.reversed().map { try $0.readAll().count }
        }
        #expect(left == [0, 0, 0, 0])
        // A connection may be closed a moment before it is counted out.
        var status = ""
        while status != "200" { status = (try? await get(port, "/healthz").status) ?? "" }
        #expect(
            ConnectionCounter.source(of: "2001:db8:1:2:3:4:5:6") == ConnectionCounter.source(of: "2001:db8:1:2:9::1")
        )
        try await site.stop()
        try await venue.end()
    }

    @Test("charts of nothing, of zeros, of one value and of the largest numbers are drawn")
    func charts() {
        for value in [0, 1, -1, Int64.max, .min] {
            let bars = PeriodBars(
                id: "a",
                title: "t",
                unit: "u",
                scale: 2,
                empty: "e",
                series: ["x", "y"],
                periods: [.init(label: "p", values: [value, value]), .init(label: "q", values: [value, 0])]
            )
            let stack = StackChart(
                id: "b",
                title: "t",
                parts: ["x", "y"],
                marker: "m",
                unit: "u",
                empty: "e",
                bars: [.init(label: "p", parts: [max(0, value), max(0, value)], marker: max(0, value))]
            )
            let steps = StepChart(
                id: "c",
                title: "t",
                unit: "%",
                scale: 2,
                empty: "e",
                points: [.init(date: "2027-01-01", value: value)],
                end: nil
            )
            let depth = DepthChart(
                id: "d",
                title: "t",
                buy: "b",
                sell: "s",
                upTo: "u",
                unit: "u",
                scale: 2,
                quantityUnit: "q",
                empty: "e",
                bids: [.init(price: value, quantity: max(1, value)), .init(price: value, quantity: max(1, value))],
                asks: []
            )
            for svg in [bars.svg, stack.svg, steps.svg, depth.svg] {
                #expect(svg.hasSuffix("</svg>") && !svg.contains("nan"))
            }
        }
    }
}
