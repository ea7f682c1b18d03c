package import Permits

/// Every key of every request.
///
/// At most eight characters, so that a key is one machine word.
package enum Key: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case id, member, user, password, hash, version, cod, heartbeat, market, stream, from, timeout
    case role, name, program, vintage, tick, lot, maxqty, band, ref, maker, taker, phase, text, price
    case currency, amount, unit, cap, holding, qty, to
    case side, type, tif, stp, post, stop, display, min, expire, order, orig, bid, bidqty, ask, askqty
    case verb, code, depth, limit
    case auction, supply, opens, closes, rules, with, reserve, tiers, withhold, key, commit, hidden, shares
    case secret, floor, steps, nonce, box
    case zone, base, reduce, offsets, facility, history, output, saving, factor, date, close
    case verifier, second, split, within, period, evidence, kind, due, since, share
    case yields, starts, ends, carry, spills, percent, link, balance, ratio, back
    case offer, royalty, lease, window, give, giveqty, want, wantqty, swap
    case size, line, seq, n, leaf, cosigned, sign, takeover, person, old
    case compact, draft, more, measure, value, sample, clause, task, fund, purpose, claim, label, criteria, days
    case page, until, auctions, freeze, trade, first, transfer, penalty, on, act, proposal, serial, number, digest

    /// The key as it is written.
    package var name: String {
        switch self {
        case .heartbeat: "hb"
        default: "\(self)"
        }
    }
}

/// The form of a key's value.
package enum Form: Sendable {
    /// Up to 20 of `[A-Za-z0-9._-]`.
    case code
    /// One of the words.
    case word([String])
    /// A whole number.
    case integer
    /// A decimal number, exact.
    case decimal
    /// `2027-03-01T09:00:00.000000Z`, or a date.
    case time
    /// 0 or 1.
    case flag
    /// A bare token or a JSON string.
    case text
    /// Pairs with a colon between, separated by commas; the text shows one.
    case list(String)
    /// 64 hexadecimal digits, lower case.
    case digest

    /// How `HELP` shows it.
    package var description: String {
        switch self {
        case .code: "CODE"
        case .word(let words): words.joined(separator: "|")
        case .integer: "N"
        case .decimal: "DECIMAL"
        case .time: "TIME"
        case .flag: "0|1"
        case .text: "TEXT"
        case .list(let example): "\(example),…"
        case .digest: "HEX64"
        }
    }

    static func words<W: Word>(_: W.Type, without left: [W] = []) -> Form {
        .word(W.allCases.filter { word in !left.contains { $0.rawValue == word.rawValue } }.map(\.text))
    }
}

/// One key of one verb.
package struct KeyRule: Sendable {
    package let key: Key
    package let form: Form
    package let isRequired: Bool
}

/// What a verb takes and does: the table that the parser, `HELP`, completion and the documentation share.
package struct VerbRule: Sendable {
    package let verb: Verb
    package let summary: String
    package let keys: [KeyRule]

    /// The grammar, indexed by `Verb.rawValue`.
    package static let all: [VerbRule] = Verb.allCases.map(rule)

    /// One line of usage: `CANCEL [order=N] [orig=CODE] [id=CODE]`.
    package var usage: String {
        let parts = keys.map { rule in
            let text = "\(rule.key.name)=\(rule.form.description)"
            return rule.isRequired ? text : "[\(text)]"
        }
        return ([verb.text] + parts).joined(separator: " ")
    }

    private static func rule(_ verb: Verb) -> VerbRule {
        let (summary, required, optional) = entry(verb)
        let keys =
            required.map { KeyRule(key: $0.0, form: $0.1, isRequired: true) }
            + (optional + (verb.listsInPages ? [(.page, .integer)] : []) + [(.id, .code)]).map {
                KeyRule(key: $0.0, form: $0.1, isRequired: false)
            }
        return VerbRule(verb: verb, summary: summary, keys: keys)
    }

    private typealias Keys = [(Key, Form)]

    private static func entry(_ verb: Verb) -> (summary: String, required: Keys, optional: Keys) {
        switch verb {
        case .logon, .logout, .challenge, .rotate, .ping, .help, .status, .subscribe, .unsubscribe, .resume, .deadman,
            .clock, .disconnect, .restart:
            session(verb)
        case .member, .login, .revoke, .market, .phase, .reference, .dayEnd, .deposit, .withdraw: administration(verb)
        case .order, .amend, .cancel, .massCancel, .quote: trading(verb)
        case .program, .cap, .allocate, .holiday, .facility, .monitor, .report, .deadline, .suspend, .readmit, .bust,
            .season, .announce, .spill, .release, .link, .delivery, .move, .swap, .unswap, .offer, .take, .unoffer,
            .transfer, .recall, .retire,
            .cover,
            .surrender, .trust, .distrust,
            .pay, .fourEyes, .propose, .approve,
            .decline:
            registry(verb)
        case .rules, .facilities, .reports, .obligations, .blocks, .trace, .certificate, .transfers, .penalties,
            .proposals, .concentration, .seasons, .links, .reach, .swaps, .offers, .rights, .prices:
            registryQuery(verb)
        case .account, .orders, .book, .trades, .markets, .programs, .members, .ledger:
            query(verb)
        case .interest, .join, .leave, .message, .draft, .sign, .terminate, .reading, .fulfil, .spend, .donate, .settle,
            .waive, .complain, .answer, .observe, .label:
            compact(verb)
        case .compacts, .terms, .periods, .readings, .claims, .funds, .standing, .complaints, .labels:
            compactQuery(verb)
        case .checkpoint, .proof, .cosign: log(verb)
        case .auction, .openBids, .callOff, .classify, .consign, .guarantee, .bid, .withdrawBid, .sealedBid,
            .auctions, .bids, .result:
            auction(verb)
        }
    }

    private static func session(_ verb: Verb) -> (String, Keys, Keys) {
        switch verb {
        case .logon:
            (
                "Starts a session. cod=1 cancels its orders when the connection is lost; hb=N asks for heartbeats; takeover=1 ends "
                    + "a live session of the login. sign= answers CHALLENGE in place of a password.",
                [(.member, .code), (.user, .code), (.version, .integer)],
                [(.password, .text), (.sign, .text), (.takeover, .flag), (.cod, .flag), (.heartbeat, .integer)]
            )
        case .challenge: ("A nonce that a machine signs with its key to log on.", [], [])
        case .rotate:
            (
                "Gives one's own login a new password or key; old= is the password that it has.",
                [], [(.old, .text), (.password, .text), (.hash, .text), (.key, .digest)]
            )
        case .logout: ("Ends the session and closes the connection; orders stay.", [], [])
        case .ping: ("Answers with the venue's time and the last sequence number.", [], [])
        case .help: ("Lists the verbs, or explains one, or a reject code.", [], [(.verb, .text), (.code, .text)])
        case .status: ("What became of today's request with that id; without id, the venue's state and limits.", [], [])
        case .subscribe: ("Sends a market's public events from now on.", [(.market, .code)], [])
        case .unsubscribe: ("Stops them.", [(.market, .code)], [])
        case .resume:
            (
                "Sends a page of a stream's events again from number N: stream=private or a market.",
                [(.stream, .code), (.from, .integer)],
                [(.to, .integer), (.limit, .integer), (.history, .text), (.seq, .integer)]
            )
        case .deadman:
            (
                "Cancels the login's orders unless repeated within so many seconds; 0 switches it off.",
                [(.timeout, .integer)], []
            )
        case .clock: ("The sequencer's: timers fall due.", [], [])
        case .disconnect: ("The sequencer's: a session was lost.", [], [])
        default: ("The sequencer's: the venue started again.", [], [])
        }
    }

    private static func administration(_ verb: Verb) -> (String, Keys, Keys) {
        let permits: Keys = [(.program, .code), (.vintage, .integer)]
        switch verb {
        case .member:
            return (
                "Admits a member.",
                [(.member, .code), (.role, .words(Role.self, without: [.venue])), (.name, .text)], []
            )
        case .login:
            return (
                "Creates a login, or gives it a new password, key or person; with none of them it logs on by certificate.",
                [(.member, .code), (.user, .code)],
                [(.password, .text), (.hash, .text), (.key, .digest), (.person, .code)]
            )
        case .revoke:
            return (
                "Takes a login's password and key away, and ends its session.", [(.member, .code), (.user, .code)],
                [(.text, .text)]
            )
        case .market:
            return (
                "Lists a vintage for trading. band, maker and taker are in per cent.",
                [(.market, .code)] + permits + [
                    (.tick, .decimal), (.lot, .integer), (.maxqty, .integer), (.band, .decimal), (.ref, .decimal),
                ], [(.zone, .code), (.maker, .decimal), (.taker, .decimal)]
            )
        case .phase:
            return (
                "Moves a market to another phase.", [(.market, .code), (.phase, .words(Phase.self))], [(.text, .text)]
            )
        case .reference:
            return ("Sets a closed market's reference price.", [(.market, .code), (.price, .decimal)], [])
        case .dayEnd: return ("Ends the trading day; every market must be closed.", [], [])
        default:
            let summary = verb == .deposit ? "Credits cash that arrived." : "Debits cash that is paid out."
            return (summary, [(.member, .code), (.currency, .words(Currency.self)), (.amount, .decimal)], [])
        }
    }

    private static func trading(_ verb: Verb) -> (String, Keys, Keys) {
        switch verb {
        case .order:
            return (
                "Enters an order; type=limit and tif=day unless said otherwise.",
                [(.market, .code), (.side, .words(Side.self)), (.qty, .integer)],
                [
                    (.type, .words(OrderKind.self)), (.price, .decimal), (.stop, .decimal), (.display, .integer),
                    (.min, .integer), (.tif, .words(TimeInForce.self)), (.expire, .time), (.post, .flag),
                    (.stp, .words(SelfTradePrevention.self)),
                ]
            )
        case .amend:
            return (
                "Changes an order; qty is the new total. Only less quantity keeps the place in the queue.", [],
                [(.order, .integer), (.orig, .code), (.qty, .integer), (.price, .decimal), (.stop, .decimal)]
            )
        case .cancel:
            return (
                "Cancels an order, by its number or by the id that entered it.", [],
                [(.order, .integer), (.orig, .code)]
            )
        case .massCancel:
            return (
                "Cancels every order of the member that matches.", [],
                [(.market, .code), (.side, .words(Side.self)), (.user, .code)]
            )
        default:
            return (
                "Replaces the login's two-sided quote in a market.", [(.market, .code)],
                [(.bid, .decimal), (.bidqty, .integer), (.ask, .decimal), (.askqty, .integer)]
            )
        }
    }

    private static func query(_ verb: Verb) -> (String, Keys, Keys) {
        switch verb {
        case .account: ("A member's cash and permits; one's own unless member is given.", [], [(.member, .code)])
        case .orders:
            (
                "A member's live orders, oldest first, after order number from.", [],
                [(.market, .code), (.member, .code), (.from, .integer), (.limit, .integer)]
            )
        case .book: ("A market's best levels.", [(.market, .code)], [(.depth, .integer)])
        case .trades: ("A market's last trades, oldest first.", [(.market, .code)], [(.limit, .integer)])
        case .markets: ("The markets, their terms, phases and prices.", [], [(.market, .code)])
        case .programs: ("The programs and vintages: cap, issued, held, retired.", [], [(.program, .code)])
        case .members: ("The members.", [], [(.from, .code)])
        default: ("Per asset: issued = held + retired; debits = credits.", [], [])
        }
    }
}
