import Foundation
import Permits
import Server
import Testing
import WeirClient

@Suite("Trading over TCP")
struct TradingTests {
    @Test("two clients trade; both get their fills; subscribers get the public events; RESUME sends the same bytes")
    func trade() async throws {
        let venue = try await TestVenue.start()
        let acme = try await venue.logOn("acme", "li")
        let bolt = try await venue.logOn("bolt", "bo")
        let watcher = try await venue.logOn("epa", "ann")
        let start = try #require(try await watcher.send("SUBSCRIBE market=M").line.number("n"))
        #expect(try await bolt.send("ORDER id=b1 market=M side=sell qty=400 price=71.20 tif=gtc").isOK)
        let reply = try await acme.send("ORDER id=a1 market=M side=buy qty=1000 price=71.25 tif=gtc")
        #expect(reply.line["open"] == "600")
        let bought = try #require(await next(acme) { $0.line.word == "FILL" })
        let sold = try #require(await next(bolt) { $0.line.word == "FILL" })
        #expect(bought.line["price"] == "71.20" && bought.line["liquidity"] == "taker" && bought.line["fee"] == "56.96")
        #expect(sold.line["qty"] == "400" && sold.line["liquidity"] == "maker" && sold.line["fee"] == "28.48")

        var live: [String] = []
        for await event in watcher.events {
            live.append(event.line.text)
            #expect(event.missed == 0)
            if event.line.word == "BOOK", event.line["side"] == "buy" { break }
        }
        #expect(live.count == 4)
        let again = try await watcher.resume(stream: "M", from: start + 1)
        #expect(again.line.number("to") == start + 4)
        var resent: [String] = []
        for await event in watcher.events {
            resent.append(event.line.text)
            if resent.count == live.count { break }
        }
        #expect(resent == live)
        try await venue.end()
    }

    @Test("RESUME reaches back across a restart, byte for byte")
    func resumeAfterRestart() async throws {
        var venue = try await TestVenue.start()
        var acme = try await venue.logOn("acme", "li")
        for index in 0..<20 {
            #expect(try await acme.send("ORDER market=M side=sell qty=1 price=72.\(10 + index)").isOK)
        }
        #expect(try await acme.send("MASSCANCEL").line["count"] == "20")
        let before = try await collect(acme, from: 1)
        #expect(before.count == 22)
        try await venue.server.stop()
        venue = try await TestVenue.start(directory: venue.directory, clock: venue.clock)
        acme = try await venue.logOn("acme", "li")
        let after = try await collect(acme, from: 1)
        #expect(after == before)
        #expect(try await collect(acme, from: 10) == Array(before[9...]))
        #expect(try await acme.resume(stream: "private", from: 24).code == "NOT_RETAINED")
        #expect(try await acme.resume(stream: "nothing", from: 1).code == "UNKNOWN_STREAM")
        try await venue.end()
    }

    /// The lines that RESUME brings.
    private func collect(_ client: WeirClient, from: UInt64) async throws -> [String] {
        let reply = try await client.resume(stream: "private", from: from)
        let last = try #require(reply.line.number("to"))
        var lines: [String] = []
        for await event in client.events {
            // What was sent live before has come already; what is sent again begins at `from`.
            if event.line.number("n") == from { lines = [] }
            lines.append(event.line.text)
            if event.line.number("n") == last, lines.count == Int(last - from + 1) { break }
        }
        return lines
    }

    @Test("a lost connection cancels what its session entered with cod=1, and nothing else")
    func cancelOnDisconnect() async throws {
        let venue = try await TestVenue.start()
        let li = try await venue.logOn("acme", "li", cancelOnDisconnect: true)
        let mo = try await venue.logOn("acme", "mo")
        #expect(try await li.send("ORDER id=a1 market=M side=sell qty=5 price=72 tif=gtc").isOK)
        #expect(try await mo.send("ORDER id=a2 market=M side=sell qty=6 price=72 tif=gtc").isOK)
        try await li.close()
        let done = try #require(await next(mo) { $0.line.word == "DONE" })
        #expect(done.line["orig"] == "a1" && done.line["reason"] == "disconnect")
        #expect(try await mo.send("ORDERS").rows.map { $0["orig"] } == ["a2"])
        try await venue.end()
    }

    @Test("the dead man's switch fires by the venue's clock")
    func deadman() async throws {
        let venue = try await TestVenue.start()
        let acme = try await venue.logOn("acme", "li")
        #expect(try await acme.send("ORDER id=a1 market=M side=sell qty=5 price=72 tif=gtc").isOK)
        #expect(try await acme.send("DEADMAN timeout=60").isOK)
        venue.clock.advance(seconds: 59)
        #expect(try await acme.send("ORDERS").rows.count == 1)
        venue.clock.advance(seconds: 1)
        #expect(try await acme.send("PING").isOK)
        let done = try #require(await next(acme) { $0.line.word == "DONE" })
        #expect(done.line["reason"] == "deadman")
        try await venue.end()
    }

    @Test("an id sent twice is one order; STATUS tells what became of it")
    func idempotence() async throws {
        let venue = try await TestVenue.start()
        let acme = try await venue.logOn("acme", "li")
        let line = "ORDER id=a1 market=M side=sell qty=5 price=72 tif=gtc"
        let first = try await acme.send(line)
        let second = try await acme.send(line)
        #expect(second.line.text == first.line.text + " dup=1")
        #expect(try await acme.send(line + " post=1").code == "DUPLICATE_ID")
        #expect(try await acme.send("ORDERS").rows.count == 1)
        #expect(try await acme.send("STATUS id=a1").line["state"] == "accepted")
        #expect(try await acme.send("STATUS id=a9").line["state"] == "never-seen")
        try await venue.end()
    }

    @Test("STATUS tells how far settlement is behind; once what is booked was told, it is not")
    func settlementLag() async throws {
        let venue = try await TestVenue.start()
        let acme = try await venue.logOn("acme", "li")
        let before = try await acme.send("STATUS").line
        let booked = try #require(before["booked"].flatMap { Int($0) })
        let last = try #require(before["seq"].flatMap { Int($0) })
        #expect(booked <= last)
        #expect(try await acme.send("ORDER id=a1 market=M side=sell qty=5 price=72 tif=gtc").isOK)
        // It is answered from what is booked, so it waits for that.
        #expect(try await acme.send("PRICES").isOK)
        let after = try await acme.send("STATUS").line
        #expect(after["booked"] == after["seq"])
        try await venue.end()
    }
}
