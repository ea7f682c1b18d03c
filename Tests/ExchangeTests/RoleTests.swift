import Audit
import Exchange
import Permits
import Testing
import Wire

/// Every verb of the grammar, sent by every role through the venue: refused for its role, or not for its role.
@Suite("Roles")
struct RoleTests {
    private static let roles: [Role] = Role.allCases.filter { $0 != .venue }

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
        // A stream file has hashes in place of passwords.
        let hashed: [Verb: String] = [.login: "LOGIN member=x user=x hash=x", .rotate: "ROTATE hash=x"]
        let line = hashed[verb] ?? verb.rule.example
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
