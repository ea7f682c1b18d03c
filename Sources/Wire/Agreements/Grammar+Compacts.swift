import Permits

// The verbs of agreements.

extension VerbRule {
    private typealias Keys = [(Key, Form)]

    static func compact(_ verb: Verb) -> (summary: String, required: [(Key, Form)], optional: [(Key, Form)]) {
        let compact: Keys = [(.compact, .code)]
        switch verb {
        case .interest:
            return (
                "Opens a dialogue about an agreement with some members, or with anyone who joins; or invites more to it.",
                compact + [(.text, .text)], [(.to, .list("CODE"))]
            )
        case .join: return ("Takes part in an open dialogue.", compact, [])
        case .leave: return ("Leaves a dialogue.", compact, [])
        case .message: return ("Says something to everyone who takes part.", compact + [(.text, .text)], [])
        case .draft:
            return (
                "Puts forward the exact text of an agreement; with more=1 the next DRAFT goes on where this one ends.",
                compact + [(.text, .text)], [(.more, .flag)]
            )
        case .sign:
            return (
                "Signs the draft at hand with the key of one's login; two persons of each party make it a contract.",
                compact + [(.draft, .integer), (.digest, .digest), (.sign, .text)], []
            )
        case .terminate:
            return (
                "Signs the end of a contract: of all parties at once, or of one's own part as the terms allow.",
                compact + [(.sign, .text)], []
            )
        case .reading:
            return (
                "Reports what was measured for an agreement; the arbiter decides with the same verb.",
                compact + [(.measure, .code), (.period, .code), (.value, .decimal)],
                [(.sample, .integer), (.evidence, .digest)]
            )
        case .fulfil:
            return ("Says that a task of an agreement is done.", compact + [(.task, .code)], [(.evidence, .digest)])
        case .spend:
            return (
                "Spends money of a fund for one of its purposes; anything else is refused and published.",
                compact + [(.fund, .code), (.purpose, .code), (.to, .code), (.amount, .decimal)],
                [(.evidence, .digest)]
            )
        case .donate:
            return (
                "Gives money to a fund, whose purposes bind it.",
                compact + [(.fund, .code), (.amount, .decimal)], [(.text, .text)]
            )
        case .settle: return ("Pays a claim, as far as one has the money.", [(.claim, .integer)], [])
        case .waive:
            return (
                "Gives up a claim, a part of it, or more time for it; or what a clause will pay for a period.", [],
                [
                    (.claim, .integer), (.amount, .decimal), (.until, .time), (.compact, .code), (.clause, .code),
                    (.period, .code), (.text, .text),
                ]
            )
        case .complain:
            return (
                "Complains about a member in public; about a reading, it is not settled before the answer.",
                [(.member, .code), (.text, .text)],
                [(.compact, .code), (.measure, .code), (.period, .code), (.evidence, .digest)]
            )
        case .answer: return ("Answers a complaint in public.", [(.number, .integer), (.text, .text)], [])
        case .observe:
            return (
                "Publishes one's own report about how an agreement is kept.", compact + [(.text, .text)],
                [(.evidence, .digest)]
            )
        default:
            return (
                "Makes an eco-label with criteria over registry facts, which awards and withdraws itself; close=1: no more.",
                [(.label, .code), (.program, .code), (.criteria, .text), (.days, .integer)],
                [(.name, .text), (.close, .flag)]
            )
        }
    }

    static func compactQuery(_ verb: Verb) -> (summary: String, required: [(Key, Form)], optional: [(Key, Form)]) {
        let compact: Keys = [(.compact, .code)]
        switch verb {
        case .compacts:
            return (
                "The agreements that bind or bound, the open dialogues and one's own.", [],
                [(.compact, .code), (.member, .code), (.from, .code)]
            )
        case .terms:
            return (
                "The exact text of a contract, line by line; draft=1: of the draft at hand.", compact, [(.draft, .flag)]
            )
        case .periods:
            return ("The periods of a contract: when each is settled, what is known and what is awaited.", compact, [])
        case .readings:
            return (
                "Every reading of a contract, oldest first.", compact,
                [(.measure, .code), (.period, .code), (.from, .integer)]
            )
        case .claims:
            return (
                "What is and was owed under contracts, by number.", [],
                [(.compact, .code), (.member, .code), (.from, .integer)]
            )
        case .funds: return ("The accounts of a contract, and what was spent for each purpose.", compact, [])
        case .standing:
            return (
                "What members have kept and broken, as counts, and the score.", [], [(.member, .code), (.from, .code)]
            )
        case .complaints:
            return (
                "The complaints and how they stand, by number.", [],
                [(.compact, .code), (.member, .code), (.from, .integer)]
            )
        default:
            return (
                "The eco-labels, and which facilities have them.", [],
                [(.label, .code), (.member, .code), (.facility, .code), (.from, .code)]
            )
        }
    }
}
