import Exchange
import Permits
import Seals
import Testing
import Wire

@Suite("What an agreement has to do at once is done in slices")
struct AgreementSliceTests {
    private static let text: String = {
        var lines = ["agreement kind=compensation currency=EUR title=t"]
        lines.append("term starts=2027-01-01 ends=2027-12-31 each=month due=900 cure=5")
        for party in 0..<25 { lines += ["party name=p\(party) member=a", "party name=q\(party) member=b"] }
        lines += ["measure name=m by=p0 default=1", "fund name=f rest=p0"]
        lines.append("pay name=e from=p0 to=q0 amount=0.01 when=\"m>5\"")
        let key = (0..<25).map { "p\($0):2,q\($0):2" }.joined(separator: ",")
        lines += (0..<9).map { "contribute name=c\($0) to=f total=100 key=\(key) rest=p0 at=start" }
        return lines.joined(separator: "\n")
    }()

    private static func key(_ member: String, _ user: String) -> Ed25519.PrivateKey {
        Ed25519.PrivateKey(seed: SHA256.digest(of: Array("\(member)/\(user)".utf8)))
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private let persons = ["a", "b"].flatMap { member in ["x", "y"].map { (member, $0) } }

    /// Both have the money that is given, and have put the text forward.
    private func seed(cash: String) -> String {
        var lines = ["2027-10-15T08:00:00Z venue MEMBER member=operator role=operator name=O"]
        for member in ["a", "b"] {
            lines.append("+0s operator MEMBER member=\(member) role=participant name=N")
            lines.append("+0s operator DEPOSIT member=\(member) currency=EUR amount=\(cash)")
        }
        for (member, user) in persons {
            let key = Self.key(member, user).publicKey.bytes.hex
            lines.append("+0s operator LOGIN member=\(member) user=\(user) key=\(key)")
        }
        lines.append("+0s a/x INTEREST compact=C to=b text=hi")
        let quoted = Self.text.replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        let half = quoted.index(quoted.startIndex, offsetBy: 3_000)
        lines.append("+0s a/x DRAFT compact=C more=1 text=\"\(quoted[..<half])\"")
        lines.append("+0s a/x DRAFT compact=C text=\"\(quoted[half...])\"")
        return lines.map { $0 + "\n" }.joined()
    }

    private var signatures: [String] {
        let digest = SHA256.digest(of: Array(Self.text.utf8))
        return persons.map { member, user in
            let text = CompactText.signed(
                agreement: Code("C") ?? .none,
                draft: 1,
                digest: digest,
                member: Code(member) ?? .none,
                user: Code(user) ?? .none
            )
            let signature = Self.hex(Self.key(member, user).signature(of: text))
            return "+0s \(member)/\(user) SIGN compact=C draft=1 digest=\(digest.hex) sign=\(signature)"
        }
    }

    private let turns = Array(repeating: "+0s a/x CANCEL order=1", count: 30)

    private func value(_ key: String, in line: String) -> String? {
        line.split(separator: " ").first { $0.hasPrefix("\(key)=") }.map { String($0.dropFirst(key.count + 1)) }
    }

    /// The public lines of payments, each by its clause, period and payer.
    private func payments(_ all: [String]) -> [String] {
        all.filter { $0.hasPrefix("REGISTRY ") && $0.contains("what=payment") }
    }

    private func name(_ payment: String) -> String {
        ["clause", "period", "from"].map { value($0, in: payment) ?? "" }.joined(separator: " ")
    }

    @Test("a contract that reaches back pays for each month once, in more commands than one")
    func backdated() throws {
        let (replies, all, _) = try runWithSnapshots(behind: seed(cash: "100000"), signatures + turns, every: 1)
        #expect(replies[3].hasPrefix("OK"), "\(replies[3])")
        let paid = payments(all)
        // 10 months × 9 clauses × 50 parties.
        #expect(paid.count == 4_500)
        #expect(Set(paid.map(name)).count == 4_500)
        #expect(paid.allSatisfy { value("paid", in: $0) == "2.00" })
        #expect(Set(paid.compactMap { value("seq", in: $0) }).count == 10)
    }

    @Test("a deposit pays what is owed as far as it goes, in more commands than one; what is too late is broken")
    func owed() throws {
        let (_, all, _) = try runWithSnapshots(
            behind: seed(cash: "10"),
            signatures + turns + ["+0s operator DEPOSIT member=b currency=EUR amount=4000"] + turns
                + ["+6d operator DEPOSIT member=b currency=EUR amount=1"] + turns + turns,
            every: 1
        )
        let deposit = try #require(all.firstIndex { $0.contains("kind=deposit") && $0.contains("amount=4000.00") })
        let late = payments(Array(all[deposit...]))
        #expect(late.count == 2_001)
        #expect(Set(late.compactMap { value("seq", in: $0) }).count > 2)
        let sum = payments(all).compactMap { value("paid", in: $0).flatMap { Double($0) } }.reduce(0, +)
        #expect(sum == 10 + 10 + 4000 + 1)
        let broken = all.filter {
            $0.hasPrefix("REGISTRY ") && $0.contains("what=claim") && $0.contains("state=broken")
        }
        #expect(Set(broken.compactMap { value("claim", in: $0) }).count == broken.count)
        #expect(broken.count > 2_000)
    }
}
