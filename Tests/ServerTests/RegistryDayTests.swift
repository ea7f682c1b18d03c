import Exchange
import Foundation
import GRDB
import Permits
import Server
import Testing
import WeirClient

@Suite("A registry over TCP")
struct RegistryDayTests {
    private let opening =
        openMarket + [
            "operator LOGIN member=epa user=ben hash=\(passwordHash)",
            "operator MEMBER member=vera role=verifier name=\"Vera Verification\"",
            "operator LOGIN member=vera user=v hash=\(passwordHash)",
            "epa PROGRAM program=ETS unit=tCO2e currency=EUR rules=eu",
            "epa CAP program=ETS vintage=2026 cap=1000",
            "epa FACILITY facility=mill program=ETS member=acme", "epa MONITOR facility=mill verifier=vera",
        ]
    private let evidence = String(repeating: "0f", count: 32)

    @Test("two persons, a verifier, a deadline that falls while the venue is down; TRACE and the stream go on after it")
    func year() async throws {
        var venue = try await TestVenue.start(opening)
        var ann = try await venue.logOn("epa", "ann")
        let ben = try await venue.logOn("epa", "ben")
        #expect(try await ann.send("FOUREYES on=1").isOK)
        let act = "ALLOCATE program=ETS vintage=2026 member=acme qty=100"
        #expect(try await ann.send(act).code == "NEEDS_APPROVAL")
        let proposal = try #require(try await ann.send("PROPOSE act=\"\(act)\"").line.number("proposal"))
        #expect(try await ann.send("APPROVE proposal=\(proposal) act=\"\(act)\"").code == "SAME_PERSON")
        #expect(try await ben.send("APPROVE proposal=\(proposal) act=\"\(act)0\"").code == "CONTENT_DIFFERS")
        #expect(try await ben.send("APPROVE proposal=\(proposal) act=\"\(act)\"").line["qty"] == "100")
        #expect(await next(ann) { $0.line["state"] == "approved" } != nil)

        let acme = try await venue.logOn("acme", "li")
        let vera = try await venue.logOn("vera", "v")
        #expect(try await vera.send("REPORT facility=mill period=2026 qty=120 evidence=\(evidence)").isOK)
        #expect(try await acme.send("COVER facility=mill program=ETS vintage=2026 qty=90").isOK)
        #expect(
            try await acme.send("TRACE program=ETS vintage=2026 serial=95").rows.map { $0["kind"] } == ["allocation"]
        )
        let deadline = "DEADLINE program=ETS period=2026 due=2027-03-04"
        let second = try #require(try await ann.send("PROPOSE act=\"\(deadline)\"").line.number("proposal"))
        #expect(try await ben.send("APPROVE proposal=\(second) act=\"\(deadline)\"").isOK)
        let start = try #require(try await ann.send("SUBSCRIBE market=registry").line.number("n"))
        try await venue.server.stop()

        venue.clock.set(try #require(Timestamp("2027-03-06T00:00:00Z")))
        venue = try await TestVenue.start(directory: venue.directory, clock: venue.clock)
        ann = try await venue.logOn("epa", "ann")
        #expect(try await ann.resume(stream: "registry", from: start + 1).isOK)
        let penalty = try #require(await next(ann) { $0.line["kind"] == "penalty" })
        #expect(penalty.line["shortfall"] == "30" && penalty.line["amount"] == "3000.00")
        let path = try await ann.send("TRACE program=ETS vintage=2026 serial=7").rows
        #expect(path.map { $0["kind"] } == ["allocation", "cover", "surrender"])
        #expect(path.map { $0["to"] } == ["acme", "acme/mill", "surrendered"])
        #expect(try await ann.send("TRACE program=ETS vintage=2026 serial=101").code == "UNKNOWN_SERIAL")
        try await venue.server.stop()
        #expect(
            try rows(venue.directory, "SELECT use, due, surrendered, shortfall FROM compliance_readable") == [
                "120|120|90|30"
            ]
        )
        #expect(
            try rows(venue.directory, "SELECT state, act FROM proposal")
                == ["approved|\(act)", "approved|\(deadline)"]
        )
        #expect(
            try rows(venue.directory, "SELECT issued, held, surrendered FROM issuance WHERE program = 'ETS'") == [
                "100|10|90"
            ]
        )
        try FileManager.default.removeItem(atPath: venue.directory)
    }

    @Test("PRICES counts the trades that are booked, and what moves off the markets apart")
    func prices() async throws {
        let venue = try await TestVenue.start(opening)
        let acme = try await venue.logOn("acme", "li")
        let bolt = try await venue.logOn("bolt", "bo")
        for (price, qty) in [("71.00", 10), ("71.40", 20), ("71.20", 10), ("71.80", 10), ("70.00", 50)] {
            #expect(try await acme.send("ORDER market=M side=sell qty=\(qty) price=\(price)").isOK)
            #expect(try await bolt.send("ORDER market=M side=buy qty=\(qty) price=\(price)").isOK)
        }
        #expect(try await acme.send("TRANSFER program=CO2 vintage=2027 to=bolt qty=7").isOK)
        let all = try #require(try await bolt.send("PRICES").rows.first)
        #expect(all["trades"] == "5" && all["qty"] == "100" && all["offmarket"] == "7")
        #expect(all["vwap"] == "70.68" && all["low"] == "70.00" && all["high"] == "71.80" && all["median"] == "71.20")
        let some = try #require(try await bolt.send("PRICES market=M min=70.50").rows.first)
        #expect(some["trades"] == "4" && some["low"] == "71.00" && some["median"] == nil)
        #expect(try await bolt.send("PRICES market=NONE").code == "UNKNOWN_MARKET")
        try await venue.server.stop()
        #expect(try rows(venue.directory, "SELECT trades, median FROM median_price") == ["5|7120.0"])
        try FileManager.default.removeItem(atPath: venue.directory)
    }

    @Test("a settlement file of an older schema is rebuilt from the journal")
    func olderSettlement() async throws {
        var venue = try await TestVenue.start(opening)
        let acme = try await venue.logOn("acme", "li")
        #expect(try await acme.send("RETIRE program=CO2 vintage=2027 qty=7").line.number("number") == 1)
        try await venue.server.stop()
        let file = venue.directory + "/settlement.db"
        let before = try rows(venue.directory, "SELECT * FROM issuance")
        try await DatabaseQueue(path: file).write { db in
            try db.execute(sql: "DROP VIEW compliance_readable; DROP TABLE compliance; DROP TABLE serial_move")
            try db.execute(sql: "UPDATE grdb_migrations SET identifier = '1: the venue'")
        }
        venue = try await TestVenue.start(directory: venue.directory, clock: venue.clock)
        let again = try await venue.logOn("acme", "li")
        #expect(try await again.send("TRACE program=CO2 vintage=2027 serial=3").rows.count == 2)
        try await venue.server.stop()
        #expect(try rows(venue.directory, "SELECT * FROM issuance") == before)
        try FileManager.default.removeItem(atPath: venue.directory)
    }
}
