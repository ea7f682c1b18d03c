import Exchange
import Permits
import Seals

// Agreements as large as they may be: concluded a year late, read to the last sample, owed to the last cent.

extension WorstVenue {
    /// A contract between two members, each of them half of its parties.
    ///
    /// In each of 20 months its parties make as many payments at once as a period may have, and a measure has all its samples.
    private struct Contract {
        let code: String
        /// Who has half of the parties each.
        let members: [String]
        let start: String

        var text: String {
            var lines = ["agreement kind=compensation currency=EUR title=t"]
            lines.append("term starts=\(start) ends=2028-10-31 each=month due=3000 cure=10")
            let halves = (0..<25).map { ("p\($0)", "q\($0)") }
            lines += halves.map { "party name=\($0.0) member=\(members[0])" }
            lines += halves.map { "party name=\($0.1) member=\(members[1])" }
            lines += ["measure name=m by=p0 default=1", "measure name=r by=p0 samples=400"]
            lines += [
                "fund name=f manager=p0 rest=p0", "purpose name=u fund=f to=m1", "task name=t owner=p0 due=2028-06-30",
            ]
            lines.append("pay name=e from=p0 to=q0 amount=0.01 when=\"m>5\"")
            let key = halves.map { "\($0.0):2,\($0.1):2" }.joined(separator: ",")
            lines += (0..<9).map { "contribute name=c\($0) to=f total=1000 key=\(key) rest=p0 at=start" }
            let length = lines.reduce(0) { $0 + $1.utf8.count + 1 }
            lines += Array(repeating: "# \(String(repeating: "x", count: 97))", count: (32_768 - length) / 100)
            return lines.joined(separator: "\n")
        }

        /// The requests with which it is put forward; the last one makes it whole.
        var drafts: [String] {
            let pieces = text.unfoldSubSequences(limitedTo: 3_000)
            return pieces.enumerated().map { index, piece in
                let quoted = piece.replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
                let more = index + 1 < pieces.count ? "more=1 " : ""
                return "\(members[0])/s DRAFT compact=\(code) \(more)text=\"\(quoted)\""
            }
        }

        /// The requests with which two persons of each member sign it.
        var signatures: [String] {
            let digest = SHA256.digest(of: Array(text.utf8))
            return members.flatMap { member in
                ["s", "t"].map { user in
                    let text = CompactText.signed(
                        agreement: Code(code) ?? .none,
                        draft: 1,
                        digest: digest,
                        member: Code(member) ?? .none,
                        user: Code(user) ?? .none
                    )
                    let signature = WorstVenue.key(of: user, member).signature(of: text)
                    let hex = signature.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                    return "\(member)/\(user) SIGN compact=\(code) draft=1 digest=\(digest.hex) sign=\(hex)"
                }
            }
        }

        var dialogue: [String] { ["\(members[0]) INTEREST compact=\(code) text=x to=\(members[1])"] }
        var whole: [String] { dialogue + drafts + signatures }
    }

    private static func key(of user: String, _ member: String) -> Ed25519.PrivateKey {
        Ed25519.PrivateKey(seed: SHA256.digest(of: Array("\(member)/\(user)".utf8)))
    }

    /// Two who have traded nothing, and will have no money.
    private var poor: [String] { [member(members / 2), member(members / 2 + 1)] }

    /// Persons that sign.
    private var signers: [String] {
        (["m1", "m2"] + poor).flatMap { member in
            ["s", "t"].map {
                "op LOGIN member=\(member) user=\($0) person=\(member)\($0) key=\(WorstVenue.key(of: $0, member).publicKey.bytes.hex)"
            }
        }
    }

    var agreements: [Request] {
        // The venue stands in March 2027: a contract may reach back for a year.
        let contract = Contract(code: "C", members: ["m1", "m2"], start: "2027-03-01")
        let late = Contract(code: "D", members: ["m1", "m2"], start: "2026-04-01")
        let owed = Contract(code: "E", members: poor, start: "2026-04-01")
        let readings = (0..<400).map { "m1 READING compact=C measure=r period=2027-03 sample=\($0 + 1) value=1" }
        return [
            Request("m1 INTEREST compact=C text=x to=m2", "-", after: signers),
            Request("m3 JOIN compact=C", "not invited"),
            Request("m1 MESSAGE compact=C text=x", "-"),
            Request(contract.drafts.last ?? "", "as long a text as may be", after: Array(contract.drafts.dropLast())),
            Request(contract.signatures.last ?? "", "the last signature", after: Array(contract.signatures.dropLast())),
            Request(late.signatures.last ?? "", "payments of the year before", after: Array(late.whole.dropLast())),
            Request(
                "m1 READING compact=C measure=r period=2027-03 sample=1 value=2",
                "corrects one of as many as may be",
                after: readings
            ),
            Request("m1 READINGS compact=C", "as many as may be"),
            Request("m1 FULFIL compact=C task=t", "-"),
            Request("m1 SPEND compact=C fund=f purpose=u to=m1 amount=1", "-"),
            Request("m2 DONATE compact=C fund=f amount=1", "-"),
            Request(
                "op DEPOSIT member=\(poor[0]) currency=EUR amount=10000000",
                "pays what is owed under a contract",
                after: poor.map { "op WITHDRAW member=\($0) currency=EUR amount=100000000" } + owed.whole
                    + Array(repeating: "m1 PING", count: 200)
            ),
            Request("\(poor[0]) CLAIMS", "-"),
            Request("\(poor[1]) SETTLE claim=2", "without money"),
            Request("m1 WAIVE compact=C clause=e period=2027-03", "-"),
            Request("m1 COMPLAIN member=m2 text=x", "-"),
            Request("m2 ANSWER number=1 text=x", "-"),
            Request("m1 OBSERVE compact=C text=x", "-"), Request("m1 VOTE compact=C clause=e", "no expulsion"),
            Request("m1 COMPACTS", "-"), Request("m1 TERMS compact=C", "-"), Request("m1 PERIODS compact=C", "-"),
            Request("m1 FUNDS compact=C", "-"),
            Request("m1 STANDING", "every member"), Request("m1 COMPLAINTS", "-"), Request("m1 LABELS", "-"),
            Request("m1/s TERMINATE compact=C sign=00", "-"),
            Request("m2 LEAVE compact=C", "-"),
        ]
    }
}

extension String {
    /// Its pieces of at most so many characters, in order.
    fileprivate func unfoldSubSequences(limitedTo length: Int) -> [Substring] {
        var pieces: [Substring] = []
        var rest = self[...]
        while !rest.isEmpty {
            pieces.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return pieces
    }
}
