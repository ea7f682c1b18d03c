import Exchange
import Permits
import Wire

/// A venue as full as its limits let it be, and a request of each verb that its work grows with most.
struct WorstVenue {
    /// A request that is measured, after others that prepare it.
    struct Request {
        let what: String
        let setup: [String]
        let line: String
        /// How long after what is before.
        let delay: String

        /// - Parameters:
        ///   - line: the sender and the request.
        ///   - what: what its work grows with here.
        ///   - setup: what is sent before it, in the same form.
        ///   - delay: how long it comes after what is before.
        init(_ line: String, _ what: String, after setup: [String] = [], delay: String = "1us") {
            self.delay = delay
            self.what = what
            self.setup = setup
            self.line = line
        }

        var verb: String { String(line.split(separator: " ")[1]) }
    }

    /// What came of it.
    struct Row {
        let milliseconds: Double
        /// Lines of the answer and of all events.
        let lines: Int
        /// The answer's first word, and its code if it is a refusal.
        let answer: String
    }

    /// Requests that another thread answers, or that do nothing in the engine.
    static let elsewhere: Set<String> = [
        "SUBSCRIBE", "UNSUBSCRIBE", "RESUME", "CHALLENGE", "ROTATE", "TRACE", "PRICES", "CHECKPOINT", "PROOF", "COSIGN",
        "SEALEDBID", "RESTART",
    ]

    private let orders: Int
    let members: Int
    private let blocks: Int
    private var replay = StreamReplay()
    /// How many orders each maker rests.
    private var ordersEach: Int { min(Limits.ordersMax - 10, orders / 4) }
    private var makers: Int { orders / ordersEach }

    init(orders: Int, members: Int, blocks: Int) {
        self.orders = orders
        self.members = members
        self.blocks = blocks
    }

    // MARK: Running

    /// Runs entries that must be taken.
    private mutating func send(_ lines: [String]) throws {
        // An entry may have a time of its own.
        let text = lines.map { $0.first?.isNumber == true ? "\($0)\n" : "+1us \($0)\n" }.joined()
        try replay.run(Array(text.utf8)) { step, _ in
            for line in step.output.lines where line.destination == .reply {
                let text = String(decoding: step.output.text(of: line), as: UTF8.self)
                if text.hasPrefix("ERR") {
                    throw LoadError(message: "\(String(decoding: step.entry.line, as: UTF8.self)): \(text)")
                }
            }
        }
    }

    /// Measures a request, its reading and all the lines that it makes included.
    mutating func measure(_ request: Request) throws -> Row {
        replay.audience = nil
        try send(request.setup)
        var row = try measureOnce("+\(request.delay) \(request.line)")
        // Each slice of what goes over everybody, and of timers that are due together, is a command of its own; the longest
        // counts.
        while isBehind {
            let slice = try measureOnce("+1us venue CLOCK")
            if slice.milliseconds > row.milliseconds { row = slice }
        }
        return row
    }

    /// Whether something is left for a `CLOCK`.
    private var isBehind: Bool {
        var exchange = replay.venue.exchange
        return exchange.nextDeadline <= replay.time
    }

    private mutating func measureOnce(_ entry: String) throws -> Row {
        let bytes = Array("\(entry)\n".utf8)
        var lines = 0
        var answer = ""
        let elapsed = try seconds {
            try replay.run(bytes) { step, _ in
                lines += step.output.lines.count
                if let reply = step.output.lines.first(where: { $0.destination == .reply }) {
                    let text = String(decoding: step.output.text(of: reply), as: UTF8.self)
                    let words = text.split(separator: " ")
                    answer = ([words[0]] + words.filter { $0.hasPrefix("code=") }).joined(separator: " ")
                }
            }
        }
        return Row(milliseconds: elapsed * 1000, lines: lines, answer: answer)
    }

    // MARK: The venue

    func member(_ index: Int) -> String { "m\(index)" }

    /// Fills the venue.
    mutating func build() throws {
        replay.audience = .nobody
        replay.time = Timestamp(microseconds: 1_803_895_200_000_000)
        try send([
            "venue MEMBER member=op role=operator name=O", "op MEMBER member=reg role=regulator name=R",
            "op MEMBER member=ver role=verifier name=V",
            "reg PROGRAM program=P unit=t currency=EUR", "reg CAP program=P vintage=2027 cap=1000000000000000",
            "reg PROGRAM program=S unit=t currency=EUR", "reg CAP program=S vintage=2027 cap=1000000000000000",
            "reg CAP program=S vintage=2028 cap=1000000000000000",
            "reg PROGRAM program=Q unit=t currency=EUR rules=eu", "reg CAP program=Q vintage=2027 cap=1000000000000000",
            "reg PROGRAM program=W unit=ML currency=EUR", "reg CAP program=W vintage=2027 cap=1000000000000000",
            "reg SEASON program=W vintage=2027 ends=2028-06-30 carry=50 spills=1",
            "reg PROGRAM program=E unit=ML currency=EUR yields=W", "reg CAP program=E vintage=0 cap=1000000000000000",
            "reg PROGRAM program=Z unit=ML currency=EUR",
            "reg CAP program=Z vintage=2027 zone=a cap=1000000000000",
            "reg CAP program=Z vintage=2027 zone=b cap=1000000000000",
            "reg LINK link=L program=Z from=a to=b limit=1000000",
        ])
        for index in 0..<members {
            let code = member(index)
            try send([
                "op MEMBER member=\(code) role=participant name=N",
                "op DEPOSIT member=\(code) currency=EUR amount=100000000",
                "reg ALLOCATE program=P vintage=2027 member=\(code) qty=1000000",
                "reg ALLOCATE program=E vintage=0 member=\(code) qty=1000",
            ])
            // As many as one regulator may have, but for those that are registered later.
            if index < Limits.facilitiesMax - 2 {
                try send(["reg FACILITY facility=f\(index) program=P member=\(code)"])
            }
        }
        try send(["reg ALLOCATE program=S vintage=2027 member=\(member(members - 1)) qty=1000000"])
        try send(["reg FACILITY facility=scattered program=S member=\(member(members - 3))"])
        try send(
            ["m0", "m1", "m2"].flatMap {
                ["op LOGIN member=\($0) user=u hash=x", "op LOGIN member=\($0) user=v hash=x person=v"]
            }
                + ["reg", "op"].flatMap {
                    ["op LOGIN member=\($0) user=u hash=x", "op LOGIN member=\($0) user=v hash=x person=\($0)v"]
                }
        )
        try send(
            [("M", "P"), ("D", "P"), ("U", "P"), ("B", "S")].flatMap {
                [
                    "op MARKET market=\($0) program=\($1) vintage=2027 tick=0.01 lot=1 maxqty=1000000 band=50 ref=70",
                    "op PHASE market=\($0) phase=preopen",
                ] + ($0 == "U" ? [] : ["op PHASE market=\($0) phase=open"])
            }
        )
        try fillBook()
        try splitBlocks()
        try send(
            (0..<min(1000, members)).flatMap { ["reg ALLOCATE program=Q vintage=2027 member=\(member($0)) qty=10000"] }
                + (0..<Limits.transfersMax).map { _ in "m0 TRANSFER program=Q vintage=2027 to=m1 qty=1" }
        )
    }

    private mutating func fillBook() throws {
        for maker in 0..<makers {
            let code = member(maker)
            try send(
                (0..<ordersEach).map { index in
                    let isBuy = index.isMultiple(of: 2)
                    // Every other maker gathers for a call, in which all of its orders trade.
                    if !maker.isMultiple(of: 2) {
                        return
                            "\(code) ORDER market=U side=\(isBuy ? "buy" : "sell") qty=1 price=\(isBuy ? 71 : 69) tif=gtc"
                    }
                    let cents = isBuy ? 6999 - index % 3000 : 7001 + index % 3000
                    let price = "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
                    return "\(code) ORDER market=M side=\(isBuy ? "buy" : "sell") qty=1 price=\(price) tif=gtc"
                }
            )
        }
    }

    /// Two members that each hold every other number.
    private mutating func splitBlocks() throws {
        let giver = member(members - 1)
        for start in stride(from: 0, to: blocks, by: 1000) {
            try send(
                (start..<min(start + 1000, blocks)).flatMap { _ in
                    ["\(member(members - 2))", "\(member(members - 3))"].map {
                        "\(giver) TRANSFER program=S vintage=2027 to=\($0) qty=1"
                    }
                }
            )
        }
    }

    // MARK: The requests

    private static let key = "30723d4f4e4f51f1e2309c90fbb32cc71a4292261c2282b5de3779f4a38e676f"
    private static let commit = "c8efc4260949e2e95ab54b89780c906151ce29204a37ee4ce24bafe0725e917a"
    private static let zeros = String(repeating: "0", count: 64)

    /// One of each verb at least; those that end what others need stand last.
    var requests: [Request] { trading + registry + auctions + agreements + members_ + queries + wholeVenue }

    private var trading: [Request] {
        let taker = member(members - 4)
        let rests = "\(taker) ORDER market=D side=sell qty=1 price=71 tif=gtc"
        let scattered = (member(members - 2), member(members - 3))
        return [
            Request("\(taker) ORDER market=M side=buy qty=1 price=60 tif=gtc", "rests"),
            Request("\(taker) ORDER market=M side=buy qty=100000 price=100 tif=gtc", "meets as many orders as it may"),
            Request("\(taker) ORDER market=M side=buy qty=90000 price=100 tif=fok", "counts what it could meet"),
            Request(
                "\(taker) ORDER market=D side=buy qty=1000 price=70 tif=gtc",
                "takes an iceberg slice by slice",
                after: ["m1 ORDER market=D side=sell type=iceberg qty=100000 display=1 price=70 tif=gtc"]
            ),
            Request(
                "\(taker) ORDER market=D side=buy qty=100000 price=70 tif=gtc",
                "takes an iceberg beyond what one command may meet"
            ),
            Request("m1 MASSCANCEL market=D", "the iceberg"),
            Request(
                "\(taker) ORDER market=D side=sell qty=1 price=69.50 tif=ioc",
                "triggers a cascade of stops",
                after: ["m1 ORDER market=D side=buy qty=1 price=69.50 tif=gtc"]
                    + (0..<min(2500, Limits.ordersMax - ordersEach - 10)).map { _ in
                        "m2 ORDER market=D side=sell type=stop qty=1 stop=69.50 tif=gtc"
                    }
            ),
            Request("\(taker) AMEND order=1 qty=1", "another's order"),
            Request("\(taker) CANCEL order=1", "another's order"),
            Request("\(taker) MASSCANCEL", "few orders beside everybody's"),
            Request("\(taker) QUOTE market=M bid=60 bidqty=1", "few orders beside everybody's", after: [rests]),
            Request("m0 QUOTE market=M bid=40 bidqty=1", "as many orders as a member may have"),
            Request("m0 ORDERS", "as many orders as a member may have"),
            Request("venue CLOCK", "stops that one command could not trigger"),
            Request("m0 MASSCANCEL", "cancels as many orders as a member may have"),
            Request("\(scattered.0) ORDER market=B side=sell qty=1000 price=72 tif=gtc", "out of many serial blocks"),
            Request(
                "\(taker) ORDER market=B side=buy qty=1000 price=72 tif=ioc",
                "brings as many serial blocks as may move"
            ),
            Request(
                "\(scattered.0) ORDER market=B side=sell qty=\(blocks / 2) price=72 tif=gtc",
                "out of too many serial blocks"
            ),
            Request(
                "\(scattered.1) TRANSFER program=S vintage=2027 to=m1 qty=1000",
                "as many serial blocks as may move"
            ),
            Request("\(scattered.1) TRANSFER program=S vintage=2027 to=m1 qty=\(blocks / 2)", "too many serial blocks"),
            Request("\(scattered.1) RETIRE program=S vintage=2027 qty=1000", "as many serial blocks as may move"),
            Request(
                "\(scattered.1) COVER facility=scattered program=S vintage=2027 qty=1000",
                "as many serial blocks as may move"
            ),
            Request(
                "\(scattered.1) SURRENDER facility=scattered period=2027 program=S vintage=2027 qty=1000",
                "as many serial blocks as may move"
            ),
            Request("m0 TRANSFER program=Q vintage=2027 to=m1 qty=1", "with as many waiting as a member may have"),
            Request("m0 RECALL transfer=\(2 * blocks + 3)", "among many that wait"),
            Request("m0 TRANSFERS", "as many as a member may have"),
            Request("\(taker) TRUST program=P to=m1", "-"),
            Request("\(taker) DISTRUST program=P to=m1", "-"),
            Request("\(taker) PAY penalty=1", "-"),
            Request("\(taker) SWAP give=P:2027 giveqty=1 want=S:2027 wantqty=1", "-"),
            Request("\(taker) SWAPS", "-"),
            Request("\(taker) UNSWAP swap=1", "-"),
            Request("\(taker) OFFER give=P:2027:1 price=1", "-"),
            Request("\(taker) OFFERS", "-"),
            Request("m1 TAKE offer=1", "-"),
            Request("\(taker) UNOFFER offer=1", "-"),
            Request("\(taker) MOVE link=L vintage=2027 qty=1", "-"),
            Request("m1/u DEADMAN timeout=1", "-"),
            Request("venue CLOCK", "a dead man's switch of as many orders as a member may have", delay: "2s"),
        ]
    }

    private var registry: [Request] {
        [
            Request("reg PROGRAM program=P2 unit=t currency=EUR", "-"),
            Request("reg CAP program=P vintage=2028 cap=1000000", "-"),
            Request("reg ALLOCATE program=P vintage=2027 member=m1 qty=1", "-"),
            Request("reg HOLIDAY program=P date=2027-12-24", "-"),
            Request("reg FACILITY facility=new program=P member=m1", "-"),
            Request("reg MONITOR facility=new verifier=ver", "-"),
            Request("ver REPORT facility=new period=2027 qty=1 evidence=\(WorstVenue.zeros)", "-"),
            Request(
                "reg REVERSE transfer=1 text=x",
                "of as many acts as may be remembered",
                after: (0..<Limits.actsMax).map { _ in "m1 TRANSFER program=Q vintage=2027 to=m0 qty=1" }
            ),
            Request("reg TAKEBACK program=P vintage=2027 member=m3 qty=1 text=x", "-"),
            Request("reg SUSPEND program=P member=m1 text=x", "ends as many orders as a member may have"),
            Request("reg READMIT program=P member=m1", "-"),
            Request("reg BUST market=D trade=1", "-"),
            Request("reg DETERMINE penalty=1 price=70", "-"),
            Request("reg SEASON program=W vintage=2027 ends=2028-06-29", "-"),
            Request("reg LINK link=L program=Z from=a to=b limit=100", "-"),
            Request("reg DELIVERY link=L qty=1", "-"),
            Request("reg CLASSIFY member=m3 type=general", "-"),
        ]
    }

    private var auctions: [Request] {
        [
            Request(
                "reg AUCTION auction=A program=P vintage=2027 supply=1 opens=2028-01-01 closes=2028-01-02 rules=uniform "
                    + "key=\(WorstVenue.key) commit=\(WorstVenue.commit)",
                "-"
            ),
            Request("m1 CONSIGN auction=A qty=1", "-"),
            Request("m1 GUARANTEE auction=A amount=1", "-"),
            Request("m1 BID auction=A steps=1.00:1 nonce=0123456789abcdef0123456789abcdef", "-"),
            Request("m1 WITHDRAWBID auction=A", "-"),
            Request("m1 BIDS auction=A", "-"),
            Request("m1 RESULT auction=A", "-"),
            Request("m1 AUCTIONS", "-"),
            Request("reg CALLOFF auction=A", "-"),
            Request(
                "reg OPENBIDS auction=O secret=\(String(repeating: "1", count: 64))",
                "a bid of as many steps as it may have of every hundredth member",
                after: [
                    "reg AUCTION auction=O program=P vintage=2027 supply=100000 opens=2027-03-03T00:00:00Z closes=2027-03-04T12:00:00Z rules=uniform "
                        + "key=\(WorstVenue.key) commit=\(WorstVenue.commit)"
                ] + bids
            ),
        ]
    }

    private var bids: [String] {
        let steps = (1...Limits.bidStepsMax).map { "\(1 + $0).00:\($0)" }.reversed().joined(separator: ",")
        let bidders = (0..<max(1, members / 100)).map(member)
        let nonce = String(repeating: "0", count: 32)
        return bidders.map { "\($0) GUARANTEE auction=O amount=100000" }
            // Timers that are due together go in turns with other requests: all of them, before the bids.
            + (0..<20).map { _ in "2027-03-04T00:00:00Z venue CLOCK" }
            + bidders.map { "2027-03-04T00:00:00Z \($0) BID auction=O steps=\(steps) nonce=\(nonce)" }
            + ["2027-03-05T00:00:00Z venue CLOCK"]
    }

    private var members_: [Request] {
        [
            Request("op MEMBER member=new role=participant name=N", "-"),
            Request("op LOGIN member=new user=u hash=x", "-"),
            Request("op REVOKE member=new user=u", "-"),
            Request("m2/u LOGON member=m2 user=u version=1 cod=1", "-"),
            Request("m2/u LOGOUT", "-"),
            Request("m2/u DISCONNECT", "-"),
            Request("op DEPOSIT member=m1 currency=EUR amount=1", "-"),
            Request("op WITHDRAW member=m1 currency=EUR amount=1", "-"),
            Request("op MARKET market=N program=P vintage=2027 tick=0.01 lot=1 maxqty=10 band=50 ref=70", "-"),
            Request("op REFERENCE market=N price=71", "-"),
            Request("m2/u FOUREYES on=1", "-"),
            Request("m2/u PROPOSE act=\"TRANSFER program=P vintage=2027 to=m1 qty=1\"", "-"),
            Request("m2 PROPOSALS", "-"),
            Request("m2/v APPROVE proposal=1 act=\"TRANSFER program=P vintage=2027 to=m1 qty=1\"", "-"),
            Request("m2/v DECLINE proposal=1", "-"),
        ]
    }

    private var queries: [Request] {
        let owner = member(members - 2)
        return [
            Request("m1 PING", "-"), Request("m1 HELP", "every verb"), Request("m1 STATUS", "-"),
            Request("m1 ACCOUNT", "beside everybody's"), Request("m1 BOOK market=M depth=1000", "a deep book"),
            Request("m1 TRADES market=D", "-"), Request("m1 MARKETS", "-"), Request("m1 PROGRAMS", "every holder"),
            Request("m1 MEMBERS", "every member"), Request("op LEDGER", "every account"),
            Request("m1 RULES program=P", "-"),
            Request("m1 FACILITIES", "every facility"), Request("m1 REPORTS facility=f1", "-"),
            Request("m1 OBLIGATIONS", "every facility"),
            Request("\(owner) BLOCKS program=S vintage=2027 from=\(blocks / 2)", "many serial blocks"),
            Request("m1 CERTIFICATE number=1", "as many serial blocks as may move"), Request("m1 PENALTIES", "-"),
            Request("m1 CONCENTRATION program=P vintage=2027", "every holder"), Request("m1 SEASONS", "-"),
            Request("m1 DEADLINES", "-"),
            Request("m1 LINKS", "-"), Request("m1 REACH market=M depth=1000", "a deep book"), Request("m1 RIGHTS", "-"),
        ]
    }

    /// Two zones without a link: every other member sells in one, the others buy in the other.
    private var zones: [String] {
        ["reg PROGRAM program=Y unit=ML currency=EUR"]
            + ["a", "b"].flatMap {
                [
                    "reg CAP program=Y vintage=2027 zone=\($0) cap=1000000000000",
                    "op MARKET market=Y\($0) program=Y vintage=2027 zone=\($0) tick=0.01 lot=1 maxqty=100 band=50 ref=70",
                    "op PHASE market=Y\($0) phase=preopen", "op PHASE market=Y\($0) phase=open",
                ]
            }
            + (makers..<members).flatMap { index in
                let code = member(index)
                return index.isMultiple(of: 2)
                    ? [
                        "reg ALLOCATE program=Y vintage=2027 zone=a member=\(code) qty=1",
                        "\(code) ORDER market=Ya side=sell qty=1 price=69 tif=gtc",
                    ] : ["\(code) ORDER market=Yb side=buy qty=1 price=71 tif=gtc"]
            }
    }

    /// What the operator and regulators do to everybody at once.
    private var wholeVenue: [Request] {
        [
            Request("reg ANNOUNCE program=E vintage=2027 percent=10", "credits every holder"),
            Request("reg SPILL program=W vintage=2027 percent=10", "every holder"),
            Request("reg RELEASE program=W vintage=2027", "every holder"),
            Request("reg LABEL label=B program=P criteria=standing>1 days=10", "every facility"),
            Request("venue CLOCK", "labels of every facility"),
            Request("reg DEADLINE program=P period=2027 due=2028-01-31", "-"),
            Request(
                "reg LINK link=Y program=Y from=a to=b limit=1000000",
                "a batch of every member's order",
                after: zones
            ),
            Request("op PHASE market=U phase=open", "a call in which half of all orders trade"),
            Request("reg CAP program=P vintage=2027 cap=1000000000000000 holding=1000", "ends what does not fit"),
            Request("op PHASE market=U phase=closed", "-"), Request("op PHASE market=B phase=closed", "-"),
            Request("op PHASE market=M phase=closing", "-"),
            Request("op PHASE market=M phase=closed", "a call"),
            Request("op PHASE market=D phase=closed", "-"),
            Request("op MARKET market=M tick=0.02", "ends the orders that are left of it"),
            Request("op DAYEND", "every order"),
            Request("venue CLOCK", "a deadline of every facility", delay: "400d"),
            Request("venue CLOCK", "the end of a season of every holder", delay: "200d"),
        ]
    }
}
