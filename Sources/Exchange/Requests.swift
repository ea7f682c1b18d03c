package import Permits

// Every request, by its subject's declaration.

extension RequestRule {
    /// The rules of all verbs, indexed by `Verb.rawValue`.
    package static let all: ContiguousArray<RequestRule> = ContiguousArray(Verb.allCases.map(of))

    private static func of(_ verb: Verb) -> RequestRule {
        switch verb {
        case .logon: .logon
        case .logout: .logout
        case .ping: .ping
        case .help: .help
        case .status: .status
        case .subscribe: .subscribe
        case .unsubscribe: .unsubscribe
        case .resume: .resume
        case .deadman: .deadman
        case .challenge: .challenge
        case .rotate: .rotate
        case .member: .member
        case .login: .login
        case .revoke: .revoke
        case .market: .market
        case .phase: .phase
        case .reference: .reference
        case .dayEnd: .dayEnd
        case .deposit: .deposit
        case .withdraw: .withdraw
        case .program: .program
        case .cap: .cap
        case .allocate: .allocate
        case .auction: .auction
        case .openBids: .openBids
        case .callOff: .callOff
        case .classify: .classify
        case .facility: .facility
        case .monitor: .monitor
        case .deadline: .deadline
        case .holiday: .holiday
        case .suspend: .suspend
        case .readmit: .readmit
        case .bust: .bust
        case .season: .season
        case .announce: .announce
        case .spill: .spill
        case .release: .release
        case .link: .link
        case .delivery: .delivery
        case .report: .report
        case .transfer: .transfer
        case .retire: .retire
        case .order: .order
        case .amend: .amend
        case .cancel: .cancel
        case .massCancel: .massCancel
        case .quote: .quote
        case .consign: .consign
        case .guarantee: .guarantee
        case .bid: .bid
        case .withdrawBid: .withdrawBid
        case .swap: .swap
        case .unswap: .unswap
        case .offer: .offer
        case .take: .take
        case .unoffer: .unoffer
        case .move: .move
        case .cover: .cover
        case .surrender: .surrender
        case .recall: .recall
        case .trust: .trust
        case .distrust: .distrust
        case .pay: .pay
        case .interest: .interest
        case .join: .join
        case .leave: .leave
        case .message: .message
        case .draft: .draft
        case .sign: .sign
        case .terminate: .terminate
        case .reading: .reading
        case .fulfil: .fulfil
        case .spend: .spend
        case .donate: .donate
        case .settle: .settle
        case .waive: .waive
        case .complain: .complain
        case .answer: .answer
        case .observe: .observe
        case .label: .label
        case .compacts: .compacts
        case .terms: .terms
        case .periods: .periods
        case .readings: .readings
        case .claims: .claims
        case .funds: .funds
        case .standing: .standing
        case .complaints: .complaints
        case .labels: .labels
        case .fourEyes: .fourEyes
        case .propose: .propose
        case .approve: .approve
        case .decline: .decline
        case .account: .account
        case .orders: .orders
        case .book: .book
        case .trades: .trades
        case .markets: .markets
        case .programs: .programs
        case .members: .members
        case .ledger: .ledger
        case .auctions: .auctions
        case .bids: .bids
        case .result: .result
        case .rules: .rules
        case .facilities: .facilities
        case .reports: .reports
        case .obligations: .obligations
        case .blocks: .blocks
        case .trace: .trace
        case .certificate: .certificate
        case .transfers: .transfers
        case .penalties: .penalties
        case .proposals: .proposals
        case .concentration: .concentration
        case .seasons: .seasons
        case .links: .links
        case .reach: .reach
        case .swaps: .swaps
        case .offers: .offers
        case .rights: .rights
        case .prices: .prices
        case .checkpoint: .checkpoint
        case .proof: .proof
        case .cosign: .cosign
        case .clock: .clock
        case .disconnect: .disconnect
        case .restart: .restart
        case .sealedBid: .sealedBid
        }
    }
}

/// What is asked of verbs at every request, in plain data.
private struct Marks: Sendable {
    let roles: Roles
    let traits: RequestRule.Traits

    /// Indexed by `Verb.rawValue`: no memory to count references of.
    static let all = InlineArray<256, Marks> { index in
        let rule = index < RequestRule.all.count ? RequestRule.all[index] : RequestRule.clock
        return Marks(roles: rule.roles, traits: rule.traits)
    }
}

extension Verb {
    /// What it takes and who may send it.
    package var rule: RequestRule { RequestRule.all[Int(rawValue)] }

    /// Who may send it.
    package var roles: Roles { Marks.all[Int(rawValue)].roles }

    private var traits: RequestRule.Traits { Marks.all[Int(rawValue)].traits }

    /// Whether it takes an order, a bid or an offer back, or makes the venue do so.
    package var takesBack: Bool { traits.contains(.takesBack) }

    /// Whether it is a query that lists what there may be any number of, a page at a time.
    package var listsInPages: Bool { traits.contains(.inPages) }

    /// Whether only the sequencer writes it: it stands in journals, and no client can send it.
    package var isInternal: Bool { traits.contains(.fromVenueAlone) }

    /// Whether it is about the sender's session, so that a repeat must act again instead of getting the first reply.
    package var isOfSession: Bool { traits.contains(.ofSession) }

    /// Whether it needs two persons of a member that has four eyes on.
    ///
    /// A halt needs one only: it is the safe direction.
    package var needsTwoPersons: Bool { traits.contains(.twoPersons) }

    /// Whether it needs two persons of every member.
    package var alwaysNeedsTwoPersons: Bool { traits.contains(.alwaysTwoPersons) }
}
