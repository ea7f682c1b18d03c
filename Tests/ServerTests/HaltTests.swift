import Foundation
import GRDB
import Permits
import Server
import Testing
import WeirClient

@Suite("A halt")
struct HaltTests {
    @Test("takes effect at one number: no trade after it, and the orders behind it are refused")
    func oneNumber() async throws {
        let venue = try await TestVenue.start {
            $0.limits.sessionQuota = nil
            $0.limits.memberQuota = nil
        }
        let count = 400
        func orders(_ side: String) -> [UInt8] {
            Array(
                (0..<count).map { "ORDER id=\(side)\($0) market=M side=\(side) qty=1 price=71 tif=gtc\n" }.joined().utf8
            )
        }
        var sockets: [RawSocket] = []
        for (member, user) in [("acme", "li"), ("bolt", "bo"), ("operator", "admin")] {
            let socket = try RawSocket(port: venue.port)
            try socket.send(Array("LOGON member=\(member) user=\(user) password=\(password) version=1\n".utf8))
            #expect(try socket.readAnswer().hasPrefix("OK"))
            sockets.append(socket)
        }
        try sockets[0].send(orders("buy"))
        try sockets[1].send(orders("sell"))
        try sockets[2].send(Array("PHASE market=M phase=halt text=inquiry\n".utf8))
        let answer = try sockets[2].readAnswer()
        #expect(answer.hasPrefix("OK"))
        let halt = try #require(ClientLine(answer).number("seq"))
        for socket in sockets[0...1] {
            for _ in 0..<count {
                let line = ClientLine(try socket.readAnswer())
                let sequence = try #require(line.number("seq"))
                #expect(sequence < halt ? line.word == "OK" : line["code"] == "WRONG_PHASE")
            }
        }
        for socket in sockets { socket.close() }
        try await venue.server.stop()
        let database = try DatabaseQueue(path: "\(venue.directory)/settlement.db")
        let late = try await database.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM trade WHERE seq >= ?", arguments: [Int64(halt)])
        }
        #expect(late == 0)
        try FileManager.default.removeItem(atPath: venue.directory)
    }
}
