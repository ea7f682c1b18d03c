package import Permits

// Agreements, complaints, eco-labels.

extension RequestRule {
    package static let interest = RequestRule(
        .interest,
        "Opens a dialogue about an agreement with some members, or with anyone who joins; or invites more to it.",
        by: .everyone,
        required: .compact + [(.text, .text)],
        optional: [(.to, .list("CODE"))]
    )

    package static let join = RequestRule(
        .join,
        "Takes part in an open dialogue.",
        by: .everyone,
        required: .compact
    )

    package static let leave = RequestRule(
        .leave,
        "Leaves a dialogue.",
        by: .everyone,
        required: .compact
    )

    package static let message = RequestRule(
        .message,
        "Says something to everyone who takes part.",
        by: .everyone,
        required: .compact + [(.text, .text)]
    )

    package static let draft = RequestRule(
        .draft,
        "Puts forward the exact text of an agreement; with more=1 the next DRAFT goes on where this one ends.",
        by: .parties,
        required: .compact + [(.text, .text)],
        optional: [(.more, .flag)]
    )

    package static let sign = RequestRule(
        .sign,
        "Signs the draft at hand with the key of one's login; two persons of each party make it a contract.",
        by: .parties,
        required: .compact + [(.draft, .integer), (.digest, .digest), (.sign, .text)]
    )

    package static let terminate = RequestRule(
        .terminate,
        "Signs the end of a contract: of all parties at once, or of one's own part as the terms allow.",
        by: .parties,
        required: .compact + [(.sign, .text)]
    )

    package static let reading = RequestRule(
        .reading,
        "Reports what was measured for an agreement; the arbiter decides with the same verb.",
        by: .everyone,
        required: .compact + [(.measure, .code), (.period, .code), (.value, .decimal)],
        optional: [(.sample, .integer), (.evidence, .digest)]
    )

    package static let fulfil = RequestRule(
        .fulfil,
        "Says that a task of an agreement is done.",
        by: .everyone,
        required: .compact + [(.task, .code)],
        optional: [(.evidence, .digest)]
    )

    package static let spend = RequestRule(
        .spend,
        "Spends money of a fund for one of its purposes; anything else is refused and published.",
        by: [.regulator, .participant],
        .twoPersons,
        required: .compact + [(.fund, .code), (.purpose, .code), (.to, .code), (.amount, .decimal)],
        optional: [(.evidence, .digest)]
    )

    package static let donate = RequestRule(
        .donate,
        "Gives money to a fund, whose purposes bind it.",
        by: .participant,
        .twoPersons,
        required: .compact + [(.fund, .code), (.amount, .decimal)],
        optional: [(.text, .text)]
    )

    package static let settle = RequestRule(
        .settle,
        "Pays a claim, as far as one has the money.",
        by: [.regulator, .participant],
        .twoPersons,
        required: [(.claim, .integer)]
    )

    package static let waive = RequestRule(
        .waive,
        "Gives up a claim, a part of it, or more time for it; or what a clause will pay for a period.",
        by: [.regulator, .participant],
        .twoPersons,
        optional: [
            (.claim, .integer), (.amount, .decimal), (.until, .time), (.compact, .code), (.clause, .code),
            (.period, .code), (.text, .text),
        ]
    )

    package static let complain = RequestRule(
        .complain,
        "Complains about a member in public; about a reading, it is not settled before the answer.",
        by: .everyone,
        required: [(.member, .code), (.text, .text)],
        optional: [(.compact, .code), (.measure, .code), (.period, .code), (.evidence, .digest)]
    )

    package static let answer = RequestRule(
        .answer,
        "Answers a complaint in public.",
        by: .everyone,
        required: [(.number, .integer), (.text, .text)]
    )

    package static let observe = RequestRule(
        .observe,
        "Publishes one's own report about how an agreement is kept.",
        by: .everyone,
        required: .compact + [(.text, .text)],
        optional: [(.evidence, .digest)]
    )

    package static let label = RequestRule(
        .label,
        "Makes an eco-label with criteria over registry facts, which awards and withdraws itself; close=1: no more.",
        by: .regulator,
        .twoPersons,
        required: [(.label, .code), (.program, .code), (.criteria, .text), (.days, .integer)],
        optional: [(.name, .text), (.close, .flag)]
    )

    package static let compacts = RequestRule(
        .compacts,
        "The agreements that bind or bound, the open dialogues and one's own.",
        by: .everyone,
        optional: [(.compact, .code), (.member, .code), (.from, .code)]
    )

    package static let terms = RequestRule(
        .terms,
        "The exact text of a contract, line by line; draft=1: of the draft at hand.",
        by: .everyone,
        required: .compact,
        optional: [(.draft, .flag)]
    )

    package static let periods = RequestRule(
        .periods,
        "The periods of a contract: when each is settled, what is known and what is awaited.",
        by: .everyone,
        required: .compact
    )

    package static let readings = RequestRule(
        .readings,
        "Every reading of a contract, oldest first.",
        by: .everyone,
        required: .compact,
        optional: [(.measure, .code), (.period, .code), (.from, .integer)]
    )

    package static let claims = RequestRule(
        .claims,
        "What is and was owed under contracts, by number.",
        by: .everyone,
        optional: [(.compact, .code), (.member, .code), (.from, .integer)]
    )

    package static let funds = RequestRule(
        .funds,
        "The accounts of a contract, and what was spent for each purpose.",
        by: .everyone,
        required: .compact
    )

    package static let standing = RequestRule(
        .standing,
        "What members have kept and broken, as counts, and the score.",
        by: .everyone,
        optional: [(.member, .code), (.from, .code)]
    )

    package static let complaints = RequestRule(
        .complaints,
        "The complaints and how they stand, by number.",
        by: .everyone,
        optional: [(.compact, .code), (.member, .code), (.from, .integer)]
    )

    package static let labels = RequestRule(
        .labels,
        "The eco-labels, and which facilities have them.",
        by: .everyone,
        optional: [(.label, .code), (.member, .code), (.facility, .code), (.from, .code)]
    )
}
