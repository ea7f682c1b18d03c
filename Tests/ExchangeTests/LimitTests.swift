import Audit
import Compacts
import Exchange
import Foundation
import OrderBook
import Permits
import Registry
import Testing
import Wire

@Suite("Limits belong to their owners")
struct LimitTests {
    /// Counts of `Limits` that bound one value or one command, and nothing that is kept.
    private static let bounded: Set<String> = [
        "levelsMax", "factorDecimalsMax", "routeLinksMax", "routesMax", "offerItemsMax", "readingsMax", "partiesMax",
        "draftBytesMax", "blocksPerLine", "bidStepsMax", "lineBytesMax", "lineBytesBeforeLogonMax", "textBytesMax",
        "rowsMax", "feedLinesMax", "reviewsMax", "entitlementsMax", "matchesMax", "timersMax", "blocksMax",
        "ringsMax", "sliceStepsMax", "sliceEventsMax",
    ]

    @Test("every count that is a limit has a row with its owner, and no row stands for nothing")
    func rows() throws {
        let source = try String(
            contentsOf: projectFolder.appendingPathComponent("Sources/Permits/Money.swift"),
            encoding: .utf8
        )
        let counts = source.matches(of: /static var (\w+): Int \{/).map { String($0.1) }
        #expect(counts.count > 40)
        let names = CountLimit.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(Set(counts).subtracting(LimitTests.bounded) == Set(names))
    }

    @Test("PROTOCOL.md has the table as the program has it")
    func document() throws {
        let text = try String(contentsOf: projectFolder.appendingPathComponent("PROTOCOL.md"), encoding: .utf8)
        for limit in CountLimit.all {
            let row =
                "| `\(limit.name)` | \(limit.owner.rawValue) | \(limit.most.formatted(.number.locale(Locale(identifier: "en_US")))) | \(limit.what) |"
            #expect(text.contains(row), "missing: \(row)")
        }
    }

    @Test("what one owner can fill is a small part of the service's memory")
    func memory() throws {
        let unit = try String(
            contentsOf: projectFolder.appendingPathComponent("ops/service/weir.service"),
            encoding: .utf8
        )
        let gigabytes = try #require(unit.firstMatch(of: /MemoryMax=(\d+)G/)?.1)
        let memory = try #require(Int(gigabytes)) << 30
        #expect(CountLimit.bytes(of: .member) <= memory / 64)
        #expect(CountLimit.bytes(of: .regulator) <= memory / 8)
        #expect(CountLimit.bytes(of: .operator) <= memory / 8)
    }

    @Test("no row says less than the element takes by itself")
    func sizes() {
        let strides: [String: Int] = [
            "transfersMax": MemoryLayout<PendingTransfer>.stride, "trustsMax": MemoryLayout<Trust>.stride,
            "actsMax": MemoryLayout<ReversibleAct>.stride + 16 * ReversibleAct.blocksMax,
            "swapsMax": MemoryLayout<Swap>.stride, "offersMax": MemoryLayout<Offer>.stride,
            "rightsMax": MemoryLayout<Right>.stride, "auctionsMax": MemoryLayout<Auction>.stride,
            "auctionsKeptMax": MemoryLayout<Auction>.stride, "auctionStepsKeptMax": MemoryLayout<Auction.Step>.stride,
            "bidsMax": MemoryLayout<Auction.Entry>.stride,
            "dialoguesMax": MemoryLayout<Agreement>.stride + 2 * Terms.bytesMax,
            "contractsMax": MemoryLayout<Agreement>.stride + Terms.bytesMax,
            "placesMax": MemoryLayout<Reading>.stride + MemoryLayout<Claim>.stride,
            "agreementsKeptMax": MemoryLayout<Agreement>.stride + Terms.bytesMax,
            "complaintsMax": MemoryLayout<Complaint>.stride + 2 * Limits.textBytesMax,
            "complaintsKeptMax": MemoryLayout<Complaint>.stride + 2 * Limits.textBytesMax,
            "proposalsMax": MemoryLayout<Proposal>.stride + Limits.lineBytesMax,
            "refusalTextsMax": MemoryLayout<Outcome>.stride + Limits.lineBytesMax,
            "loginsMax": MemoryLayout<Login>.stride, "programsMax": MemoryLayout<Program>.stride,
            "facilitiesMax": MemoryLayout<Facility>.stride + 300 * MemoryLayout<Report>.stride,
            "classesMax": MemoryLayout<PermitClass>.stride, "deadlinesMax": MemoryLayout<Deadline>.stride,
            "linksMax": MemoryLayout<Link>.stride, "labelsMax": MemoryLayout<Label>.stride,
            "membersMax": MemoryLayout<Member>.stride, "marketsMax": MemoryLayout<Market>.stride,
            "ordersMax": MemoryLayout<Order>.stride, "holidaysMax": 8, "idsMax": 56,
        ]
        for limit in CountLimit.all {
            #expect(
                strides[limit.name].map { $0 <= limit.bytes } ?? false,
                "\(limit.name): \(strides[limit.name] ?? 0)"
            )
        }
    }

    /// Something that a member can have so many of, and how it asks for one more.
    struct Case: CustomTestStringConvertible, Sendable {
        let limit: Int
        let setting: String
        /// The line of `WHO` for the thing `#`.
        let line: String
        let first: String
        let second: String
        var testDescription: String { line }
    }

    private static let people = """
        2027-03-01T08:00:00Z venue MEMBER member=operator role=operator name=O
        +0s operator MEMBER member=epa role=regulator name=E
        +0s operator MEMBER member=sea role=regulator name=S
        +0s operator MEMBER member=acme role=participant name=A
        +0s operator MEMBER member=bolt role=participant name=B
        +0s epa PROGRAM program=CO2 unit=t currency=EUR
        +0s sea PROGRAM program=NOX unit=t currency=EUR
        +0s epa CAP program=CO2 vintage=2027 cap=1000000
        +0s epa CAP program=CO2 vintage=2028 cap=1000000
        +0s epa ALLOCATE program=CO2 vintage=2027 member=acme qty=100000
        +0s epa ALLOCATE program=CO2 vintage=2027 member=bolt qty=100000

        """
    private static let auction =
        "program=CO2 vintage=2027 supply=1 opens=2029-01-01 closes=2029-01-02 rules=uniform key=30723d4f4e4f51f1e2309c90fbb32cc71a4292261c2282b5de3779f4a38e676f commit=c8efc4260949e2e95ab54b89780c906151ce29204a37ee4ce24bafe0725e917a"

    static let cases: [Case] = [
        Case(
            limit: Limits.swapsMax,
            setting: "",
            line: "WHO SWAP give=CO2:2027 giveqty=1 want=CO2:2028 wantqty=#",
            first: "acme",
            second: "bolt"
        ),
        Case(
            limit: Limits.offersMax,
            setting: "",
            line: "WHO OFFER give=CO2:2027:1 price=#.00",
            first: "acme",
            second: "bolt"
        ),
        Case(
            limit: Limits.dialoguesMax,
            setting: "",
            line: "WHO INTEREST compact=WHO-# text=hi",
            first: "acme",
            second: "bolt"
        ),
        Case(
            limit: Limits.complaintsMax,
            setting: "",
            line: "WHO COMPLAIN member=epa text=\"no #\"",
            first: "acme",
            second: "bolt"
        ),
        Case(
            limit: Limits.auctionsMax,
            setting: "",
            line: "WHO AUCTION auction=WHO-# " + auction,
            first: "acme",
            second: "bolt"
        ),
        Case(
            limit: Limits.proposalsMax,
            setting: """
                +0s acme FOUREYES on=1
                +0s bolt FOUREYES on=1

                """,
            line: "WHO PROPOSE act=\"TRANSFER program=CO2 vintage=2027 to=bolt qty=#\"",
            first: "acme",
            second: "bolt"
        ),
        Case(
            limit: Limits.programsMax - 1,
            setting: "",
            line: "WHO PROGRAM program=WHO-# unit=t currency=EUR",
            first: "epa",
            second: "sea"
        ),
        Case(
            limit: Limits.labelsMax,
            setting: "",
            line: "epa LABEL label=l-# program=CO2 days=10 name=n criteria=\"penalties=0\"",
            first: "epa",
            second: "epa"
        ),
    ]

    @Test("a member that has used up its own leaves others theirs", arguments: cases)
    func ownCounts(_ given: Case) throws {
        var replay = StreamReplay()
        try replay.run(Array((LimitTests.people + given.setting).utf8)) { _, _ in }
        func send(_ who: String, _ number: Int) throws -> String {
            let line = given.line.replacingOccurrences(of: "WHO", with: who).replacingOccurrences(
                of: "#",
                with: "\(number)"
            )
            var transcript = Transcript()
            try replay.run(Array("+10ms \(line)\n".utf8)) { step, venue in transcript.append(step, in: venue) }
            return String(decoding: transcript.take(), as: UTF8.self)
        }
        for number in 1...given.limit { #expect(try send(given.first, number).contains("< OK ")) }
        #expect(try send(given.first, given.limit + 1).contains("code=LIMIT_REACHED"))
        guard given.second != given.first else { return }
        #expect(try send(given.second, given.limit + 2).contains("< OK "))
    }
}
