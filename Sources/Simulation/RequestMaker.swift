import Permits
import Seals
import Storage

/// Random requests of each member, biased so that things happen: few prices, scarce funds and permits.
struct RequestMaker {
    static let participants = ["acme", "bolt", "coal"]
    static let markets = ["M", "N"]
    static let password = "simulated-password"
    /// What its hash costs: with another cost the venue would make a new one, of chance, at each logon.
    static let passwordCost = PasswordHash.Cost(logN: 1, blockSize: 1, parallelism: 1)
    /// Its hash, at the lowest cost and the same in every run.
    private static let hash =
        "scrypt$1$1$1$776569722d73696d756c6174696f6e21$6e159bc2f2892ad6"
        + "cf5a5d73eeefeff0a477cd779f2cfd78f447b994d68ef78a"
    private var count = 0

    /// The key of a member's login.
    static func key(of member: String) -> Ed25519.PrivateKey {
        Ed25519.PrivateKey(seed: SHA256.digest(of: Array(member.utf8)))
    }

    /// The entries that a venue begins with; logins have the password `password` and their `key(of:)`.
    static func bootstrap() -> [String] {
        func login(_ member: String) -> String {
            "LOGIN member=\(member) user=u hash=\(hash) key=\(key(of: member).publicKey.bytes.hex)"
        }
        var entries = [
            "venue MEMBER member=operator role=operator name=\"Venue operator\"",
            "venue \(login("operator"))",
            "operator MEMBER member=epa role=regulator name=\"Environment agency\"",
            "operator \(login("epa"))",
            "epa PROGRAM program=P unit=t currency=EUR",
            "epa CAP program=P vintage=2027 cap=100000 holding=60000",
        ]
        for member in participants {
            entries += [
                "operator MEMBER member=\(member) role=participant name=\(member)",
                "operator \(login(member))",
                "operator DEPOSIT member=\(member) currency=EUR amount=20000",
                "epa ALLOCATE program=P vintage=2027 member=\(member) qty=300",
            ]
        }
        for market in markets {
            entries += [
                "operator MARKET market=\(market) program=P vintage=2027 tick=0.01 lot=1 maxqty=500 band=10 ref=70 maker=0.1 taker=0.2",
                "operator PHASE market=\(market) phase=preopen",
                "operator PHASE market=\(market) phase=open",
            ]
        }
        return entries
    }

    /// A request of `member` with a new id.
    mutating func next(_ member: String, _ random: inout SplitMix64) -> (id: String, line: String) {
        count += 1
        let id = "\(member)-\(count)"
        let body: String
        switch member {
        case "operator": body = operatorRequest(&random)
        case "epa": body = regulatorRequest(&random)
        default: body = participantRequest(member, &random)
        }
        var words = body.split(separator: " ", maxSplits: 1)
        words.insert("id=\(id)", at: 1)
        return (id, words.joined(separator: " "))
    }

    /// What a member sends right behind its logon: nothing, requests, or whatever else a session takes.
    mutating func pipelined(_ member: String, _ random: inout SplitMix64) -> [SimulatedClient.Pipelined] {
        (0..<random.number(0...3)).map { _ in
            guard random.chance(500) else { return next(member, &random) }
            return (
                nil,
                random.pick([
                    "PING", "ACCOUNT", "CHALLENGE", "LOGON member=\(member) user=u version=1", "LOGOUT",
                    "UNSUBSCRIBE market=M", "STATUS", "ORDER qty=", "TRACE program=P vintage=2027 serial=1",
                    "PRICES days=1",
                    "ROTATE old=wrong-password password=other-password",
                ])
            )
        }
    }

    private func market(_ random: inout SplitMix64) -> String { random.chance(800) ? "M" : "N" }
    private func side(_ random: inout SplitMix64) -> String { random.chance(500) ? "buy" : "sell" }
    private func price(_ random: inout SplitMix64) -> String {
        let cents = random.number(6980...7020)
        return "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }
    /// An id that the member may have used lately.
    private func earlier(_ member: String, _ random: inout SplitMix64) -> String {
        "\(member)-\(max(1, Int64(count) - random.number(1...60)))"
    }

    private func participantRequest(_ member: String, _ random: inout SplitMix64) -> String {
        switch random.number(0...99) {
        case ..<45:
            let tif = random.pick(["gtc", "gtc", "day", "ioc", "fok"])
            return "ORDER market=\(market(&random)) side=\(side(&random)) qty=\(random.number(1...20)) "
                + "price=\(price(&random)) tif=\(tif)"
        case ..<50:
            return "ORDER market=\(market(&random)) side=\(side(&random)) qty=\(random.number(10...40)) type=iceberg "
                + "display=\(random.number(1...9)) price=\(price(&random)) tif=gtc"
        case ..<55:
            return
                "ORDER market=M side=\(side(&random)) qty=\(random.number(1...9)) type=stop stop=\(price(&random)) tif=gtc"
        case ..<60:
            return "ORDER market=\(market(&random)) side=\(side(&random)) qty=\(random.number(1...9)) type=market"
        case ..<63:
            // Mostly somebody else's.
            return "CANCEL order=\(random.number(1...Int64(max(1, count))))000\(random.number(0...1))"
        case ..<72: return "CANCEL orig=\(earlier(member, &random))"
        case ..<82: return "AMEND orig=\(earlier(member, &random)) qty=\(random.number(1...30)) price=\(price(&random))"
        case ..<88:
            return "QUOTE market=\(market(&random)) bid=69.\(random.number(80...99)) bidqty=\(random.number(1...9)) "
                + "ask=70.\(random.number(10...30)) askqty=\(random.number(1...9))"
        case ..<90: return "MASSCANCEL market=\(market(&random))"
        case ..<94:
            return
                "TRANSFER program=P vintage=2027 to=\(random.pick(RequestMaker.participants)) qty=\(random.number(1...9))"
        case ..<96: return "RETIRE program=P vintage=2027 qty=\(random.number(1...5))"
        default: return "ORDER market=X side=buy qty=\(random.number(0...5)) price=70"
        }
    }

    private func operatorRequest(_ random: inout SplitMix64) -> String {
        switch random.number(0...9) {
        case ..<4:
            let verb = random.chance(700) ? "DEPOSIT" : "WITHDRAW"
            return
                "\(verb) member=\(random.pick(RequestMaker.participants)) currency=EUR amount=\(random.number(1...2000))"
        case ..<9:
            return "PHASE market=\(market(&random)) phase=\(random.pick(["halt", "preopen", "open", "open", "open"]))"
        default: return "REFERENCE market=N price=\(price(&random))"
        }
    }

    private func regulatorRequest(_ random: inout SplitMix64) -> String {
        random.chance(800)
            ? "ALLOCATE program=P vintage=2027 member=\(random.pick(RequestMaker.participants)) qty=\(random.number(1...50))"
            : "CAP program=P vintage=2027 cap=\(random.number(500...100_000)) holding=\(random.number(200...60_000))"
    }
}
