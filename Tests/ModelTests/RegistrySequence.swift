import Permits

/// A random sequence of requests to a small registry, as lines of a stream file: most are sensible, some are not.
struct RegistrySequence {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// Two regulators, a verifier each, four participants of whom two are associates, two programs with offsets for one of them.
    mutating func opening() -> [String] {
        var lines = [
            "2027-01-04T08:00:00Z venue MEMBER member=hub role=operator name=H",
            "+0s hub MEMBER member=epa role=regulator name=E", "+0s hub MEMBER member=moe role=regulator name=M",
            "+0s hub MEMBER member=vera role=verifier name=V", "+0s hub MEMBER member=otto role=verifier name=O",
            "+0s hub MEMBER member=eye role=observer name=I",
        ]
        for member in participants {
            lines.append("+0s hub MEMBER member=\(member) role=participant name=P")
            lines.append("+0s hub DEPOSIT member=\(member) currency=EUR amount=100000.00")
        }
        for member in ["epa", "moe", "hub"] + participants {
            lines += ["ann", "ben"].map { "+0s hub LOGIN member=\(member) user=\($0) hash=x" }
        }
        let book = random.pick(["plain", "eu", "wci", "epa", "rggi", "china"])
        let with = random.pick([
            "", "holding=tiered", "holding=by-vintage,banking=50", "level=entity,borrowing=30,offsets=20",
        ])
        let policies = with.isEmpty ? "" : " with=\(with)"
        lines += [
            "+0s epa/ann PROGRAM program=A unit=t currency=EUR rules=\(book)\(policies)",
            "+0s epa/ann PROGRAM program=O unit=t currency=EUR offsets=A",
            "+0s moe/ann PROGRAM program=B unit=t currency=EUR",
            "+0s epa/ann CAP program=A vintage=2026 cap=\(random.number(50...300))",
            "+0s epa/ann CAP program=A vintage=2027 cap=\(random.number(50...300)) holding=\(random.number(30...200)) reserve=10",
            "+0s epa/ann CAP program=A vintage=2027 zone=e cap=\(random.number(20...100))",
            "+0s epa/ann CAP program=A vintage=2028 base=2027 reduce=10",
            "+0s epa/ann CAP program=O vintage=2026 cap=100 expire=2027-\(random.number(10...12))-01",
            "+0s moe/ann CAP program=B vintage=2027 cap=100 holding=60",
            "+0s hub MARKET market=M program=A vintage=2027 tick=1 lot=1 maxqty=100 band=50 ref=10 maker=0.1 taker=0.2",
            "+0s hub PHASE market=M phase=preopen", "+0s hub PHASE market=M phase=open",
            "+0s epa/ann FACILITY facility=f0 program=A member=p0",
            "+0s epa/ann FACILITY facility=f1 program=A member=p0 zone=e",
            "+0s epa/ann FACILITY facility=f2 program=A member=p1 zone=e",
            "+0s epa/ann MONITOR facility=f0 verifier=vera",
            "+0s epa/ann MONITOR facility=f1 verifier=vera second=otto split=\(random.pick(["mean", "higher", "lower", "dispute"])) within=10",
            "+0s epa/ann MONITOR facility=f2 verifier=otto", "+0s epa/ann CLASSIFY member=p1 type=compliance to=p0",
        ]
        lines += [
            "+0s epa/ann PROGRAM program=W unit=ML currency=EUR",
            "+0s epa/ann PROGRAM program=E unit=ML currency=EUR yields=W",
            "+0s epa/ann CAP program=E vintage=0 zone=n cap=200",
            "+0s epa/ann CAP program=W vintage=2027 zone=n cap=\(random.number(60...300))",
            "+0s epa/ann CAP program=W vintage=2027 zone=s cap=50",
            "+0s epa/ann ALLOCATE program=W vintage=2027 zone=s member=p1 qty=30",
            "+0s epa/ann SEASON program=W vintage=2027 ends=2027-0\(random.number(2...4))-01 carry=\(random.number(0...100)) spills=\(random.number(0...1))",
            "+0s epa/ann LINK link=L program=W from=n to=s limit=\(random.number(5...60)) ratio=\(random.number(1...9)):9",
        ]
        for member in participants {
            lines.append(
                "+0s epa/ann ALLOCATE program=E vintage=0 zone=n member=\(member) qty=\(random.number(1...40))"
            )
            for permits in [
                "program=A vintage=2026", "program=A vintage=2027", "program=A vintage=2027 zone=e",
                "program=O vintage=2026",
            ] {
                lines.append("+0s epa/ann ALLOCATE \(permits) member=\(member) qty=\(random.number(1...12))")
            }
        }
        return lines
    }

    /// The next line.
    mutating func next(open: [RegistryAuditor.Open]) -> String {
        let step = random.pick(["+1s", "+1s", "+1s", "+5m", "+3h", "+2d", "+20d"])
        let sender = random.chance(60) ? random.pick(everyone) : nil
        let (natural, request) = random.chance(550) ? held() : random.chance(600) ? ruled() : doubled(open)
        let user = random.pick(["ann", "ben"])
        let member = sender ?? natural
        let hasLogins = !["vera", "otto", "eye"].contains(member)
        return "\(step) \(member)\(hasLogins ? "/\(user)" : "") \(request)"
    }

    private let participants = ["p0", "p1", "p2", "p3"]
    private var everyone: [String] { participants + ["hub", "epa", "moe", "vera", "otto", "eye"] }

    private mutating func participant() -> String { random.pick(participants) }
    private mutating func facility() -> String { random.pick(["f0", "f0", "f1", "f2", "f9"]) }

    private mutating func permits() -> String {
        switch random.number(0...9) {
        case 0...3: "program=A vintage=2027"
        case 4: "program=A vintage=2027 zone=e"
        case 5...6: "program=A vintage=2026"
        case 7: "program=A vintage=2028"
        case 8: "program=O vintage=2026"
        default: "program=B vintage=2027"
        }
    }

    private mutating func first() -> String { random.chance(250) ? " first=\(random.number(1...120))" : "" }

    /// What holders do.
    private mutating func held() -> (String, String) {
        let who = participant()
        let quantity = random.number(1...40)
        switch random.number(0...14) {
        case 12...14: return water(who)
        case 0...2:
            let side = random.pick(["buy", "sell"])
            return (who, "ORDER market=M side=\(side) qty=\(quantity) price=\(random.number(8...12)) tif=gtc")
        case 3: return (who, "MASSCANCEL")
        case 4...5: return (who, "TRANSFER \(permits()) to=\(participant()) qty=\(quantity)\(first())")
        case 6: return (who, "RETIRE \(permits()) qty=\(random.number(1...9))\(first())")
        case 7...8:
            let from = random.chance(200) ? " from=\(facility())" : ""
            return (
                random.pick(["p0", "p0", "p1"]),
                "COVER facility=\(facility()) \(permits()) qty=\(quantity)\(from)\(first())"
            )
        case 9:
            let (owner, own) = random.pick([("p0", "f0"), ("p0", "f1"), ("p1", "f2")])
            let facility = random.chance(100) ? facility() : own
            let period = random.number(2026...2027)
            let permits = random.chance(800) ? "program=A vintage=\(random.number(2026...2027))" : permits()
            return (
                owner,
                "SURRENDER facility=\(facility) period=\(period) \(permits) qty=\(random.number(1...9))\(first())"
            )
        case 10: return (who, random.pick(["TRUST", "DISTRUST"]) + " program=A to=\(participant())")
        default:
            return (
                who, random.pick(["RECALL transfer=\(random.number(1...9))", "PAY penalty=\(random.number(1...6))"])
            )
        }
    }

    /// What regulators, verifiers and the operator do.
    private mutating func ruled() -> (String, String) {
        let evidence = "evidence=" + String(repeating: "ab", count: 32)
        let quantity = random.number(1...60)
        switch random.number(0...15) {
        case 14...15: return ("epa", source())
        case 0...3: return (random.pick(["epa", "epa", "moe"]), allocation())
        case 4: return ("epa", cap())
        case 5...7:
            let kind = random.chance(150) ? " kind=saving" : ""
            let period = random.number(2026...2027)
            return (
                random.pick(["vera", "otto", "epa"]),
                "REPORT facility=\(facility()) period=\(period) qty=\(quantity) \(evidence)\(kind)"
            )
        case 8...9:
            let month = random.number(1...12)
            let share = random.chance(300) ? " share=30" : ""
            let since = random.chance(200) ? " since=2026" : ""
            return (
                "epa",
                "DEADLINE program=A period=\(random.number(2026...2027)) due=2027-\(month < 10 ? "0" : "")\(month)-15\(share)\(since)"
            )
        case 10:
            let freeze = random.chance(500) ? " freeze=1" : ""
            let until = random.chance(500) ? " until=2027-\(random.number(10...12))-01" : ""
            return (
                "epa",
                random.chance(500)
                    ? "SUSPEND program=A member=\(participant())\(freeze)\(until)"
                    : "READMIT program=A member=\(participant())"
            )
        case 11:
            return ("epa", "MONITOR facility=\(facility()) verifier=\(random.pick(["vera", "otto"]))")
        case 12:
            let to = random.chance(500) ? " to=\(participant())" : ""
            return ("epa", "CLASSIFY member=\(participant()) type=compliance\(to)")
        default:
            let close = random.chance(700) ? " close=1" : ""
            return (
                "epa",
                "FACILITY facility=\(random.pick(["f1", "f2", "f3"])) program=A member=\(random.pick(["p0", "p1"]))\(close)"
            )
        }
    }

    private mutating func water(_ who: String) -> (String, String) {
        if random.chance(250) {
            return (who, "TRANSFER program=E vintage=0 zone=n to=\(participant()) qty=\(random.number(1...20))")
        }
        let back = random.chance(300) ? " back=1" : ""
        return (who, "MOVE link=L vintage=\(random.chance(800) ? 2027 : 2028) qty=\(random.number(1...9))\(back)")
    }

    private mutating func source() -> String {
        switch random.number(0...4) {
        case 0...1: "ANNOUNCE program=E vintage=2027 percent=\(random.number(1...130)).\(random.number(0...9))"
        case 2:
            random.chance(500)
                ? "SPILL program=W vintage=2028 percent=7" : "DELIVERY link=L qty=\(random.number(1...9))"
        case 3: "SPILL program=W vintage=2028 percent=\(random.number(1...100))"
        default: "RELEASE program=W vintage=2028"
        }
    }

    private mutating func allocation() -> String {
        let reserve = random.chance(100) ? " reserve=1" : ""
        let amount =
            switch random.number(0...3) {
            case 0: "history=\(random.number(1...99)) factor=0.\(random.number(1...99))"
            case 1: "saving=\(random.number(1...30)) factor=0.9 facility=\(facility())"
            default: "qty=\(random.number(1...70))"
            }
        let target =
            random.chance(300) && !amount.contains("facility") ? "facility=\(facility())" : "member=\(participant())"
        return "ALLOCATE \(permits()) \(target) \(amount)\(reserve)"
    }

    private mutating func cap() -> String {
        let holding = random.chance(500) ? " holding=\(random.number(20...150))" : ""
        let reserve = random.chance(200) ? " reserve=\(random.number(1...30))" : ""
        return "CAP \(permits()) cap=\(random.number(20...300))\(holding)\(reserve)"
    }

    /// Four eyes: proposals, right approvals, altered ones.
    private mutating func doubled(_ open: [RegistryAuditor.Open]) -> (String, String) {
        let who = random.pick(["epa", "epa", "p0", "p1", "hub"])
        let act =
            switch who {
            case "epa":
                random.pick([cap(), allocation(), "BUST market=M trade=\(random.number(1...5))", "FOUREYES on=0"])
            case "hub": "LOGIN member=p0 user=new hash=x"
            default:
                random.pick(["TRANSFER program=A vintage=2027 to=p2 qty=\(random.number(1...9))", "FOUREYES on=0"])
            }
        switch random.number(0...9) {
        case 0: return (who, "FOUREYES on=\(random.number(0...1))")
        case 1...4: return (who, "PROPOSE act=\"\(act)\"")
        default:
            guard !open.isEmpty else { return (who, "APPROVE proposal=1 act=\"\(act)\"") }
            let chosen = random.pick(open)
            if random.chance(80) { return (chosen.member, "DECLINE proposal=\(chosen.number)") }
            let altered = random.chance(400) ? chosen.act + "0" : chosen.act
            return (chosen.member, "APPROVE proposal=\(chosen.number) act=\"\(altered)\"")
        }
    }
}
