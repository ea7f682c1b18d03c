package import Permits

// The house: sessions, members, cash, approvals, the sealed log.

extension RequestRule {
    package static let logon = RequestRule(
        .logon,
        "Starts a session. cod=1 cancels its orders when the connection is lost; hb=N asks for heartbeats; takeover=1 ends "
            + "a live session of the login. sign= answers CHALLENGE in place of a password.",
        by: .everyone,
        .ofSession,
        required: [(.member, .code), (.user, .code), (.version, .integer)],
        optional: [(.password, .text), (.sign, .text), (.takeover, .flag), (.cod, .flag), (.heartbeat, .integer)]
    )

    package static let logout = RequestRule(
        .logout,
        "Ends the session and closes the connection; orders stay.",
        by: .everyone,
        .ofSession
    )

    package static let challenge = RequestRule(
        .challenge,
        "A nonce that a machine signs with its key to log on.",
        by: .everyone
    )

    package static let rotate = RequestRule(
        .rotate,
        "Gives one's own login a new password or key; old= is the password that it has.",
        by: .everyone,
        optional: [(.old, .text), (.password, .text), (.hash, .text), (.key, .digest)]
    )

    package static let ping = RequestRule(
        .ping,
        "Answers with the venue's time and the last sequence number.",
        by: .everyone
    )

    package static let help = RequestRule(
        .help,
        "Lists the verbs, or explains one, or a reject code.",
        by: .everyone,
        optional: [(.verb, .text), (.code, .text)]
    )

    package static let status = RequestRule(
        .status,
        "What became of today's request with that id; without id, the venue's state and limits.",
        by: .everyone
    )

    package static let subscribe = RequestRule(
        .subscribe,
        "Sends a market's public events from now on.",
        by: .everyone,
        required: [(.market, .code)]
    )

    package static let unsubscribe = RequestRule(
        .unsubscribe,
        "Stops them.",
        by: .everyone,
        required: [(.market, .code)]
    )

    package static let resume = RequestRule(
        .resume,
        "Sends a page of a stream's events again from number N: stream=private or a market.",
        by: .everyone,
        required: [(.stream, .code), (.from, .integer)],
        optional: [(.to, .integer), (.limit, .integer), (.history, .text), (.seq, .integer)]
    )

    package static let deadman = RequestRule(
        .deadman,
        "Cancels the login's orders unless repeated within so many seconds; 0 switches it off.",
        by: .participant,
        [.ofSession, .takesBack],
        required: [(.timeout, .integer)]
    )

    package static let clock = RequestRule(
        .clock,
        "The sequencer's: timers fall due.",
        by: .venue,
        .fromVenueAlone
    )

    package static let disconnect = RequestRule(
        .disconnect,
        "The sequencer's: a session was lost.",
        by: .everyone,
        [.ofSession, .fromVenueAlone]
    )

    package static let restart = RequestRule(
        .restart,
        "The sequencer's: the venue started again.",
        by: .venue,
        [.ofSession, .fromVenueAlone]
    )

    package static let member = RequestRule(
        .member,
        "Admits a member.",
        by: [.operator, .venue],
        .twoPersons,
        required: [(.member, .code), (.role, .words(Role.self, without: [.venue])), (.name, .text)]
    )

    package static let login = RequestRule(
        .login,
        "Creates a login, or gives it a new password, key or person; with none of them it logs on by certificate.",
        by: [.operator, .venue],
        .twoPersons,
        required: [(.member, .code), (.user, .code)],
        optional: [(.password, .text), (.hash, .text), (.key, .digest), (.person, .code)]
    )

    package static let revoke = RequestRule(
        .revoke,
        "Takes a login's password and key away, and ends its session.",
        by: [.operator, .venue],
        required: [(.member, .code), (.user, .code)],
        optional: [(.text, .text)]
    )

    package static let dayEnd = RequestRule(
        .dayEnd,
        "Ends the trading day; every market must be closed.",
        by: .operator
    )

    package static let deposit = RequestRule(
        .deposit,
        "Credits cash that arrived.",
        by: .operator,
        required: [(.member, .code), (.currency, .words(Currency.self)), (.amount, .decimal)]
    )

    package static let withdraw = RequestRule(
        .withdraw,
        "Debits cash that is paid out.",
        by: .operator,
        required: [(.member, .code), (.currency, .words(Currency.self)), (.amount, .decimal)]
    )

    package static let account = RequestRule(
        .account,
        "A member's cash and permits; one's own unless member is given.",
        by: .parties,
        optional: [(.member, .code)]
    )

    package static let members = RequestRule(
        .members,
        "The members.",
        by: .everyone,
        optional: [(.from, .code)]
    )

    package static let ledger = RequestRule(
        .ledger,
        "Per asset: issued = held + retired; debits = credits.",
        by: [.operator, .regulator, .verifier, .observer],
        .inPages
    )

    package static let fourEyes = RequestRule(
        .fourEyes,
        "Whether caps, allocations, keys, trust and the like need two persons of the member.",
        by: .parties,
        .twoPersons,
        required: [(.on, .flag)],
        optional: [(.within, .integer)]
    )

    package static let propose = RequestRule(
        .propose,
        "Proposes a request for another person to approve.",
        by: .parties,
        required: [(.act, .text)]
    )

    package static let approve = RequestRule(
        .approve,
        "Performs a proposed request; act is its exact content.",
        by: .parties,
        required: [(.proposal, .integer), (.act, .text)]
    )

    package static let decline = RequestRule(
        .decline,
        "Ends a proposal.",
        by: .parties,
        required: [(.proposal, .integer)],
        optional: [(.text, .text)]
    )

    package static let proposals = RequestRule(
        .proposals,
        "The member's open proposals, with their exact content.",
        by: .parties,
        .inPages
    )

    package static let checkpoint = RequestRule(
        .checkpoint,
        "The sealed log's signed checkpoint, line by line: the newest, with cosigned=1 the newest with a witness, or of a size.",
        by: .everyone,
        optional: [(.size, .integer), (.cosigned, .flag)]
    )

    package static let proof = RequestRule(
        .proof,
        "Proves a line of a stream by its seq and n, a leaf by its index, or with from that the log only grew since.",
        by: .everyone,
        optional: [
            (.seq, .integer), (.n, .integer), (.stream, .code), (.leaf, .integer), (.from, .integer), (.size, .integer),
        ]
    )

    package static let cosign = RequestRule(
        .cosign,
        "A witness's signature of a checkpoint: key is its verifier key, line the signature line.",
        by: .regulator,
        required: [(.size, .integer), (.key, .text), (.line, .text)]
    )
}
