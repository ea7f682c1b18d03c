/// Every request that the protocol knows.
public enum Verb: UInt8, Word {
    // Sessions.
    case logon, logout, ping, help, status, subscribe, unsubscribe, resume, deadman
    case challenge, rotate
    // The operator.
    case member, login, revoke, market, phase, reference, dayEnd, deposit, withdraw
    // The regulator.
    case program, cap, allocate, auction, openBids, callOff, classify
    case facility, monitor, deadline, holiday, suspend, readmit, bust
    case season, announce, spill, release, link, delivery
    // The verifier.
    case report
    // The participant.
    case transfer, retire, order, amend, cancel, massCancel, quote
    case consign, guarantee, bid, withdrawBid
    case swap, unswap, offer, take, unoffer, move, cover, surrender, recall, trust, distrust, pay
    // Agreements.
    case interest, join, leave, message, draft, sign, terminate, reading, fulfil, spend, donate, settle, waive
    case complain, answer, observe, label
    case compacts, terms, periods, readings, claims, funds, standing, complaints, labels
    // Two persons.
    case fourEyes, propose, approve, decline
    // Queries.
    case account, orders, book, trades, markets, programs, members, ledger, auctions, bids, result
    case rules, facilities, reports, obligations, blocks, trace, certificate, transfers, penalties, proposals
    case concentration, seasons, links, reach, swaps, offers, rights, prices
    // The sealed log.
    case checkpoint, proof, cosign
    // The sequencer.
    case clock, disconnect, restart, sealedBid

    /// The word on the wire.
    public var word: StaticString {
        switch self {
        case .logon: "LOGON"
        case .logout: "LOGOUT"
        case .ping: "PING"
        case .help: "HELP"
        case .status: "STATUS"
        case .subscribe: "SUBSCRIBE"
        case .unsubscribe: "UNSUBSCRIBE"
        case .resume: "RESUME"
        case .deadman: "DEADMAN"
        case .challenge: "CHALLENGE"
        case .rotate: "ROTATE"
        case .revoke: "REVOKE"
        case .member: "MEMBER"
        case .login: "LOGIN"
        case .market: "MARKET"
        case .phase: "PHASE"
        case .reference: "REFERENCE"
        case .dayEnd: "DAYEND"
        case .deposit: "DEPOSIT"
        case .withdraw: "WITHDRAW"
        case .program: "PROGRAM"
        case .cap: "CAP"
        case .allocate: "ALLOCATE"
        case .transfer: "TRANSFER"
        case .retire: "RETIRE"
        case .order: "ORDER"
        case .amend: "AMEND"
        case .cancel: "CANCEL"
        case .massCancel: "MASSCANCEL"
        case .quote: "QUOTE"
        case .account: "ACCOUNT"
        case .orders: "ORDERS"
        case .book: "BOOK"
        case .trades: "TRADES"
        case .markets: "MARKETS"
        case .programs: "PROGRAMS"
        case .members: "MEMBERS"
        case .ledger: "LEDGER"
        case .clock: "CLOCK"
        case .disconnect: "DISCONNECT"
        case .restart: "RESTART"
        case .auction: "AUCTION"
        case .openBids: "OPENBIDS"
        case .callOff: "CALLOFF"
        case .classify: "CLASSIFY"
        case .consign: "CONSIGN"
        case .guarantee: "GUARANTEE"
        case .bid: "BID"
        case .withdrawBid: "WITHDRAWBID"
        case .auctions: "AUCTIONS"
        case .bids: "BIDS"
        case .result: "RESULT"
        case .sealedBid: "SEALEDBID"
        case .facility: "FACILITY"
        case .monitor: "MONITOR"
        case .deadline: "DEADLINE"
        case .holiday: "HOLIDAY"
        case .suspend: "SUSPEND"
        case .readmit: "READMIT"
        case .bust: "BUST"
        case .report: "REPORT"
        case .cover: "COVER"
        case .surrender: "SURRENDER"
        case .recall: "RECALL"
        case .trust: "TRUST"
        case .distrust: "DISTRUST"
        case .pay: "PAY"
        case .fourEyes: "FOUREYES"
        case .propose: "PROPOSE"
        case .approve: "APPROVE"
        case .decline: "DECLINE"
        case .rules: "RULES"
        case .facilities: "FACILITIES"
        case .reports: "REPORTS"
        case .obligations: "OBLIGATIONS"
        case .blocks: "BLOCKS"
        case .trace: "TRACE"
        case .certificate: "CERTIFICATE"
        case .transfers: "TRANSFERS"
        case .penalties: "PENALTIES"
        case .proposals: "PROPOSALS"
        case .concentration: "CONCENTRATION"
        case .season: "SEASON"
        case .announce: "ANNOUNCE"
        case .spill: "SPILL"
        case .release: "RELEASE"
        case .seasons: "SEASONS"
        case .link: "LINK"
        case .delivery: "DELIVERY"
        case .move: "MOVE"
        case .links: "LINKS"
        case .reach: "REACH"
        case .swap: "SWAP"
        case .unswap: "UNSWAP"
        case .swaps: "SWAPS"
        case .offer: "OFFER"
        case .take: "TAKE"
        case .unoffer: "UNOFFER"
        case .offers: "OFFERS"
        case .rights: "RIGHTS"
        case .prices: "PRICES"
        case .interest: "INTEREST"
        case .join: "JOIN"
        case .leave: "LEAVE"
        case .message: "MESSAGE"
        case .draft: "DRAFT"
        case .sign: "SIGN"
        case .terminate: "TERMINATE"
        case .reading: "READING"
        case .fulfil: "FULFIL"
        case .spend: "SPEND"
        case .donate: "DONATE"
        case .settle: "SETTLE"
        case .waive: "WAIVE"
        case .complain: "COMPLAIN"
        case .answer: "ANSWER"
        case .observe: "OBSERVE"
        case .label: "LABEL"
        case .compacts: "COMPACTS"
        case .terms: "TERMS"
        case .periods: "PERIODS"
        case .readings: "READINGS"
        case .claims: "CLAIMS"
        case .funds: "FUNDS"
        case .standing: "STANDING"
        case .complaints: "COMPLAINTS"
        case .labels: "LABELS"
        case .checkpoint: "CHECKPOINT"
        case .proof: "PROOF"
        case .cosign: "COSIGN"
        }
    }
}
