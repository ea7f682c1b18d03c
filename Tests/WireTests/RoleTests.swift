import Audit
import Exchange
import Permits
import Testing
import Wire

/// Every verb of the grammar, sent by every role through the venue: refused for its role, or not for its role.
@Suite("Roles")
struct RoleTests {
    private static let roles: [Role] = Role.allCases.filter { $0 != .venue }

    /// A line that reads, though nothing that it names exists.
    private static func line(_ rule: RequestRule) -> String {
        let special: [Verb: String] = [
            .login: "LOGIN member=x user=x hash=x", .cap: "CAP program=x vintage=2027 cap=1",
            .allocate: "ALLOCATE program=x vintage=2027 member=x qty=1", .cancel: "CANCEL order=1",
            .amend: "AMEND order=1 qty=1", .propose: "PROPOSE act=\"FOUREYES on=1\"",
            .approve: "APPROVE proposal=1 act=\"CAP program=x vintage=2027 cap=1\"", .proof: "PROOF leaf=0",
            .order: "ORDER market=x side=buy qty=1 price=1.00", .rotate: "ROTATE hash=x",
            .cosign:
                "COSIGN size=1 key=epa+efe82c66+BAMFOs97jbLg1dkFrQHpe3M6T7mzxPlSwiPIjjXhuPVv line=\"\u{2014} epa AAAAAAAA\"",
            .monitor: "MONITOR facility=x verifier=x", .offer: "OFFER give=x:2027:1 price=1.00",
            .swap: "SWAP give=x:2027 giveqty=1 want=y:2027 wantqty=1",
            .bid: "BID auction=x steps=1.00:1 nonce=\(String(repeating: "a", count: 32))",
            .link: "LINK link=x program=x from=a to=b",
            .auction:
                "AUCTION auction=x program=x vintage=2027 supply=1 opens=2027-01-02T00:00:00Z closes=2027-01-03T00:00:00Z rules=uniform key=\(digest) commit=\(digest)",
            .sign: "SIGN compact=x draft=1 digest=\(digest) sign=\(digest)\(digest)",
            .terminate: "TERMINATE compact=x sign=\(digest)\(digest)", .waive: "WAIVE claim=1",
            .label: "LABEL label=x program=x criteria=shortfall=0 days=30",
            .sealedBid: "SEALEDBID auction=x qty=1 commit=\(digest) box=\(digest)\(digest)",
        ]
        if let line = special[rule.verb] { return line }
        let fields = rule.keys.filter(\.isRequired).map { "\($0.key.name)=\(value($0))" }
        return ([rule.verb.text] + fields).joined(separator: " ")
    }

    private static let digest = String(repeating: "a", count: 64)

    private static func value(_ rule: KeyRule) -> String {
        switch rule.form {
        case .code, .text: "x"
        case .word(let words): words[0]
        case .integer where [.vintage, .period].contains(rule.key): "2027"
        case .integer, .flag: "1"
        case .decimal: "1.00"
        case .time: "2027-01-01T00:00:00Z"
        case .list(let example): example
        case .digest: digest
        }
    }

    private func venue() throws -> StreamReplay {
        var replay = StreamReplay()
        var lines = ["2027-01-01T00:00:00Z venue MEMBER member=operator role=operator name=x"]
        for role in RoleTests.roles where role != .operator {
            lines.append("+0s operator MEMBER member=\(role.text) role=\(role.text) name=x")
        }
        for role in RoleTests.roles { lines.append("+0s operator LOGIN member=\(role.text) user=u hash=x") }
        try replay.run(Array((lines.joined(separator: "\n") + "\n").utf8)) { step, _ in
            #expect(!String(decoding: step.output.bytes, as: UTF8.self).contains("ERR"))
        }
        return replay
    }

    @Test("each verb is answered to each role as the table of permissions says", arguments: Verb.allCases)
    func matrix(verb: Verb) throws {
        // What belongs to a connection has no form in a stream; the session layer refuses nobody by role there.
        guard ![.subscribe, .unsubscribe, .resume, .challenge].contains(verb) else { return }
        let line = RoleTests.line(RequestRule.all[Int(verb.place)])
        for role in RoleTests.roles {
            var replay = try venue()
            var code: String?
            try replay.run(Array("+0s \(role.text)/u \(line)\n".utf8)) { step, _ in
                let reply = try #require(step.output.lines.first { $0.destination == .reply })
                let text = String(decoding: step.output.text(of: reply), as: UTF8.self)
                if text.hasPrefix("ERR"), let start = text.firstRange(of: " code=") {
                    code = String(text[start.upperBound...].prefix { $0 != " " })
                }
            }
            // The gate of sealed bids is the only way for one.
            let isAllowed = Permissions.allows(role, verb) && (verb != .sealedBid || role == .participant)
            #expect((code == "ROLE_NOT_ALLOWED") != isAllowed, "\(role.text): \(line) gave \(code ?? "OK")")
            for malformed in ["BAD_SYNTAX", "MISSING_KEY", "BAD_VALUE", "UNKNOWN_KEY", "OUT_OF_RANGE", "BAD_NUMBER"] {
                #expect(code != malformed, "\(line) does not read")
            }
        }
    }

    @Test("nobody but the venue itself sends what is the sequencer's; the operator cannot trade or set caps")
    func separation() {
        for role in RoleTests.roles {
            for verb in [Verb.clock, .restart] { #expect(!Permissions.allows(role, verb)) }
        }
        for verb in Verb.allCases where Permissions.allows(.operator, verb) && Permissions.allows(.regulator, verb) {
            // What both may do is to look, to talk about their sessions, to halt, and to decide by two persons.
            let shared: [Verb] = [.phase, .fourEyes, .propose, .approve, .decline, .disconnect]
            #expect(
                shared.contains(verb) || Permissions.allows(.observer, verb) || Permissions.allows(.participant, verb),
                "\(verb.text)"
            )
        }
        for verb in [Verb.order, .bid, .cap, .allocate, .auction, .bust, .surrender, .transfer] {
            #expect(!Permissions.allows(.operator, verb))
        }
        for verb in [Verb.member, .login, .revoke, .deposit, .withdraw, .market, .order, .bid] {
            #expect(!Permissions.allows(.regulator, verb))
        }
    }
}
