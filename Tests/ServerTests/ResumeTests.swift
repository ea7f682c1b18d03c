import Foundation
import GRDB
import Permits
import Server
import Testing
import WeirClient

@Suite("Streams come back whole")
struct ResumeTests {
    private func unlimited(_ configuration: inout ServerConfiguration) {
        (configuration.limits.sessionQuota, configuration.limits.memberQuota) = (nil, nil)
    }

    @Test("a stream of many pages comes whole, page by page, and what was not read is not cut off")
    func pages() async throws {
        let venue = try await TestVenue.start(adjust: unlimited)
        let socket = try RawSocket(port: venue.port)
        try socket.send(Array("LOGON member=acme user=li password=\(password) version=1\n".utf8))
        #expect(try socket.readAnswer().hasPrefix("OK"))
        let count = 6000
        for start in stride(from: 0, to: count, by: 200) {
            let orders = (start..<start + 200).map { _ in "ORDER market=M side=sell qty=1 price=72 tif=ioc\n" }.joined()
            try socket.send(Array(orders.utf8))
            for _ in 0..<200 { #expect(try socket.readAnswer().hasPrefix("OK")) }
        }
        let client = try await venue.logOn("acme", "mo")
        #expect(try await client.send("PRICES").isOK)
        var (next, numbers, pages): (UInt64?, [UInt64], Int) = (1, [], 0)
        while let from = next {
            try socket.send(Array("RESUME stream=private from=\(from)\n".utf8))
            let reply = ClientLine(try socket.readAnswer())
            let to = try #require(reply.number("to"))
            pages += 1
            for number in from..<to + 1 {
                let line = ClientLine(try socket.readLine())
                #expect(line.number("n") == number)
                numbers.append(number)
            }
            next = reply.number("next")
            #expect(next == nil || next == to + 1)
        }
        #expect(numbers.count >= count && pages > 1)
        // Parts, as they are asked for.
        try socket.send(Array("RESUME stream=private from=5 to=9\nRESUME stream=private from=5 limit=2\n".utf8))
        #expect(ClientLine(try socket.readLine()).number("to") == 9)
        for number in 5...9 { #expect(ClientLine(try socket.readLine()).number("n") == UInt64(number)) }
        let part = ClientLine(try socket.readLine())
        #expect(part.number("to") == 6 && part.number("next") == 7)
        for number in 5...6 { #expect(ClientLine(try socket.readLine()).number("n") == UInt64(number)) }
        socket.close()
        try await venue.end()
    }

    @Test("who asks for everything at once and does not read costs a few pages, and is answered when it reads")
    func unread() async throws {
        let venue = try await TestVenue.start(adjust: unlimited)
        let client = try await venue.logOn("acme", "mo")
        for _ in 0..<300 { #expect(try await client.send("ORDER market=M side=sell qty=1 price=72 tif=ioc").isOK) }
        #expect(try await client.send("PRICES").isOK)
        let socket = try RawSocket(port: venue.port)
        try socket.send(Array("LOGON member=acme user=li password=\(password) version=1\n".utf8))
        #expect(try socket.readAnswer().hasPrefix("OK"))
        try socket.send(Array(String(repeating: "RESUME stream=private from=1\n", count: 60).utf8))
        try socket.send(Array("PING id=last\n".utf8))
        var (whole, busy) = (0, 0)
        while true {
            let answer = ClientLine(try socket.readAnswer())
            if answer["id"] == "last" { break }
            if answer.word == "OK" { whole += 1 } else if answer["code"] == "BUSY" { busy += 1 }
        }
        #expect(whole >= 16 && whole + busy == 60)
        socket.close()
        try await venue.end()
    }

    @Test("what stands behind a request that waits for settlement is done at once, and answered after it")
    func behind() async throws {
        let venue = try await TestVenue.start()
        let (li, mo) = (try await venue.logOn("acme", "li"), try await venue.logOn("acme", "mo"))
        #expect(try await li.send("ORDER id=a1 market=M side=sell qty=5 price=72 tif=gtc").isOK)
        #expect(try await mo.send("PRICES").isOK)
        // Settlement cannot book while another writes.
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let queue = try DatabaseQueue(path: "\(venue.directory)/settlement.db", configuration: configuration)
        try await queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        #expect(try await li.send("ORDER id=a2 market=M side=sell qty=6 price=72 tif=gtc").isOK)
        async let replies = li.sendAll(["PRICES id=p", "CANCEL orig=a1", "RESUME stream=private from=1", "PING id=q"])
        while try await mo.send("ORDERS").rows.map({ $0["orig"] }) != ["a2"] {}
        #expect(try await mo.send("RESUME stream=private from=1").isOK)
        try await queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try queue.close()
        let answers = try await replies
        #expect(answers.map { $0.line["id"] } == ["p", nil, nil, "q"])
        #expect(answers.allSatisfy(\.isOK) && answers[1].line["count"] == nil)
        try await venue.end()
    }

    @Test("LOGOUT behind a request that reads is answered after it, then the connection ends")
    func logoutBehind() async throws {
        let venue = try await TestVenue.start()
        let socket = try RawSocket(port: venue.port)
        try socket.send(Array("LOGON member=acme user=li password=\(password) version=1\n".utf8))
        #expect(try socket.readAnswer().hasPrefix("OK"))
        try socket.send(Array("PRICES id=p\nRESUME id=r stream=private from=1\nLOGOUT id=l\n".utf8))
        for id in ["p", "r", "l"] { #expect(ClientLine(try socket.readAnswer())["id"] == id) }
        #expect(throws: RawSocket.Ended.self) { while true { _ = try socket.readLine() } }
        socket.close()
        try await venue.end()
    }

    @Test("a client notices that a venue was set back: by the name of its history, and the newest command that it saw")
    func setBack() async throws {
        var venue = try await TestVenue.start()
        var acme = try await venue.logOn("acme", "li")
        #expect(try await acme.send("ORDER market=M side=sell qty=5 price=72 tif=ioc").isOK)
        let early = try #require(try await acme.seen())
        try await venue.server.stop()
        let copy = TestVenue.temporaryDirectory()
        try FileManager.default.copyItem(atPath: venue.directory, toPath: copy)

        // It goes on under another name; what was seen before is still true.
        venue = try await TestVenue.start(directory: venue.directory, clock: venue.clock)
        acme = try await venue.logOn("acme", "li")
        #expect(try await acme.resume(stream: "private", from: 2, seen: early).isOK)
        #expect(try await acme.send("ORDER market=M side=sell qty=6 price=72 tif=ioc").isOK)
        let late = try #require(try await acme.seen())
        #expect(late.history != early.history && late.sequence > early.sequence)
        #expect(try await acme.send("STATUS").line["history"] == late.history)
        let beyond = ClientHistory(history: early.history, sequence: late.sequence)
        let refused = try await acme.resume(stream: "private", from: 2, seen: beyond)
        #expect(refused.code == "HISTORY_CHANGED")
        try await venue.end()

        // The copy of before never had the late history.
        venue = try await TestVenue.start(directory: copy, clock: venue.clock)
        acme = try await venue.logOn("acme", "li")
        #expect(try await acme.resume(stream: "private", from: 2, seen: early).isOK)
        #expect(try await acme.resume(stream: "private", from: 2, seen: late).code == "HISTORY_CHANGED")
        #expect(try await acme.send("RESUME stream=private from=1 history=12 seq=1").code == "BAD_VALUE")
        #expect(try await acme.send("RESUME stream=private from=1 seq=1").code == "INVALID_COMBINATION")
        try await venue.end()
    }
}
