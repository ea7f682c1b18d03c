import Exchange
import Foundation
import Permits
import Seals
import Server
import Testing
import WeirClient

@Suite("An agreement over TCP")
struct CompactDayTests {
    private static func key(_ user: String) -> Ed25519.PrivateKey {
        Ed25519.PrivateKey(seed: SHA256.digest(of: Array(user.utf8)))
    }

    private let opening =
        openMarket + [
            "operator LOGIN member=bolt user=cy hash=\(passwordHash)",
            "operator MEMBER member=lab role=verifier name=\"Water laboratory\"",
            "operator LOGIN member=lab user=v hash=\(passwordHash)",
        ]

    private let terms = """
        agreement kind=service currency=EUR title="Clean water"
        term starts=2027-03-05 ends=2027-05-04 each=month due=5 grace=20 cure=10
        party name=buyer member=acme
        party name=farmers member=bolt
        monitor name=lab member=lab
        measure name=clean by=lab
        bond name=surety from=farmers amount=1000.00
        pay name=advance from=buyer to=farmers amount=500.00 period=first at=start
        pay name=service from=buyer to=farmers rate=2.50 of=clean
        """

    /// Sends what a person of a member signs with a key of its own.
    private func sign(_ client: WeirClient, _ member: String, _ user: String) async throws -> Bool {
        let digest = SHA256.digest(of: Array(terms.utf8))
        let text = CompactText.signed(
            agreement: try #require(Code("WATER")),
            draft: 1,
            digest: digest,
            member: try #require(Code(member)),
            user: try #require(Code(user))
        )
        let signature = Hex.text(CompactDayTests.key(user).signature(of: text))
        return try await client.send("SIGN compact=WATER draft=1 digest=\(digest.hex) sign=\(signature)").isOK
    }

    @Test(
        "is signed by four persons, goes on by itself while the venue starts again and again, and is told, booked and sealed"
    )
    func life() async throws {
        var venue = try await TestVenue.start(opening)
        var people: [String: WeirClient] = [:]
        for (member, user) in [("acme", "li"), ("acme", "mo"), ("bolt", "bo"), ("bolt", "cy")] {
            let client = try await venue.logOn(member, user)
            #expect(
                try await client.send("ROTATE key=\(CompactDayTests.key(user).publicKey.bytes.hex) old=\(password)")
                    .isOK
            )
            people[user] = client
        }
        let li = try #require(people["li"])
        let bo = try #require(people["bo"])
        #expect(try await li.send("INTEREST compact=WATER to=bolt,lab text=\"shall we?\"").isOK)
        #expect(await next(bo) { $0.line["what"] == "interest" } != nil)
        let quoted = terms.replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        #expect(try await li.send("DRAFT compact=WATER text=\"\(quoted)\"").line["draft"] == "1")
        for (user, client) in people {
            #expect(try await sign(client, user == "li" || user == "mo" ? "acme" : "bolt", user))
        }
        #expect(try await li.send("COMPACTS compact=WATER").rows.first?["stage"] == "contract")
        #expect(try await bo.send("FUNDS compact=WATER").rows.first?["total"] == "1000.00")
        try await venue.server.stop()

        // The advance falls due while the venue is down; the first month is measured, and settled with nobody logged on.
        venue.clock.set(try #require(Timestamp("2027-04-04T00:00:00Z")))
        venue = try await TestVenue.start(directory: venue.directory, clock: venue.clock)
        let lab = try await venue.logOn("lab", "v")
        #expect(try await lab.send("READING compact=WATER measure=clean period=2027-03 value=1000.5").isOK)
        try await venue.server.stop()
        venue.clock.set(try #require(Timestamp("2027-04-11T00:00:00Z")))
        venue = try await TestVenue.start(directory: venue.directory, clock: venue.clock)
        try await venue.server.stop()

        // The second month is never measured: when the time of grace is over, it lapses, and the bond goes back.
        venue.clock.set(try #require(Timestamp("2027-06-01T00:00:00Z")))
        venue = try await TestVenue.start(directory: venue.directory, clock: venue.clock)
        for (member, user) in [("acme", "li"), ("bolt", "bo")] {
            let client = try await venue.logOn(member, user)
            #expect(try await client.resume(stream: "private", from: 1).isOK)
            var told: [String] = []
            for await event in client.events where event.line.word == "COMPACT" {
                told.append(event.line["what"] ?? "")
                if event.line["what"] == "ended" { break }
            }
            #expect(
                told == [
                    "interest", "draft", "signed", "signed", "signed", "signed", "contract", "payment", "payment",
                    "reading",
                    "settled", "payment", "settled", "undetermined", "payment", "ended",
                ]
            )
        }
        let watcher = try await venue.logOn("lab", "v")
        #expect(try await watcher.send("COMPACTS compact=WATER").rows.first?["ending"] == "completed")
        #expect(try await watcher.resume(stream: "registry", from: 1).isOK)
        let paid = try #require(await next(watcher) { $0.line["clause"] == "service" })
        #expect(paid.line["paid"] == "2501.25")
        let (seq, count) = (try #require(paid.line.number("seq")), try #require(paid.line.number("n")))
        #expect(try await watcher.send("PROOF seq=\(seq) n=\(count) stream=registry").isOK)
        try await venue.server.stop()
        #expect(
            try rows(
                venue.directory,
                "SELECT clause, period, payer, payee, paid, due FROM compact_payment ORDER BY seq, n"
            ) == [
                "surety|entry|farmers|surety|100000|100000", "advance|2027-03|buyer|farmers|50000|50000",
                "service|2027-03|buyer|farmers|250125|250125", "surety|end|surety|farmers|100000|100000",
            ]
        )
        #expect(try rows(venue.directory, "SELECT stage, ending FROM compact") == ["ended|completed"])
        #expect(try rows(venue.directory, "SELECT period, name, value FROM compact_figure") == ["2027-03|clean|1000.5"])
        #expect(
            try rows(
                venue.directory,
                "SELECT account, total FROM cash_balance WHERE member IN (3, 4) OR account = 'fund' ORDER BY account DESC, member"
            )
                == ["member|9699875", "member|10300125", "fund|0"]
        )
        try FileManager.default.removeItem(atPath: venue.directory)
    }
}
