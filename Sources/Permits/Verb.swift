/// Every request that the protocol knows.
public enum Verb: Spelling, Word {
    // Sessions.
    case logon = "LOGON", logout = "LOGOUT", ping = "PING", help = "HELP", status = "STATUS",
        subscribe = "SUBSCRIBE", unsubscribe = "UNSUBSCRIBE", resume = "RESUME", deadman = "DEADMAN"
    case challenge = "CHALLENGE", rotate = "ROTATE"
    // The operator.
    case member = "MEMBER", login = "LOGIN", revoke = "REVOKE", market = "MARKET", phase = "PHASE",
        reference = "REFERENCE", dayEnd = "DAYEND", deposit = "DEPOSIT", withdraw = "WITHDRAW"
    // The regulator.
    case program = "PROGRAM", cap = "CAP", allocate = "ALLOCATE", auction = "AUCTION", openBids = "OPENBIDS",
        callOff = "CALLOFF", classify = "CLASSIFY"
    case facility = "FACILITY", monitor = "MONITOR", deadline = "DEADLINE", holiday = "HOLIDAY",
        suspend = "SUSPEND", readmit = "READMIT", bust = "BUST"
    case season = "SEASON", announce = "ANNOUNCE", spill = "SPILL", release = "RELEASE", link = "LINK",
        delivery = "DELIVERY"
    // The verifier.
    case report = "REPORT"
    // The participant.
    case transfer = "TRANSFER", retire = "RETIRE", order = "ORDER", amend = "AMEND", cancel = "CANCEL",
        massCancel = "MASSCANCEL", quote = "QUOTE"
    case consign = "CONSIGN", guarantee = "GUARANTEE", bid = "BID", withdrawBid = "WITHDRAWBID"
    case swap = "SWAP", unswap = "UNSWAP", offer = "OFFER", take = "TAKE", unoffer = "UNOFFER", move = "MOVE",
        cover = "COVER", surrender = "SURRENDER", recall = "RECALL", trust = "TRUST", distrust = "DISTRUST",
        pay = "PAY", determine = "DETERMINE", reverse = "REVERSE", takeBack = "TAKEBACK"
    // Agreements.
    case interest = "INTEREST", join = "JOIN", leave = "LEAVE", message = "MESSAGE", draft = "DRAFT",
        sign = "SIGN", terminate = "TERMINATE", reading = "READING", fulfil = "FULFIL", spend = "SPEND",
        donate = "DONATE", settle = "SETTLE", waive = "WAIVE",
        vote = "VOTE"
    case complain = "COMPLAIN", answer = "ANSWER", observe = "OBSERVE", label = "LABEL"
    case compacts = "COMPACTS", terms = "TERMS", periods = "PERIODS", readings = "READINGS", claims = "CLAIMS",
        funds = "FUNDS", standing = "STANDING", complaints = "COMPLAINTS", labels = "LABELS"
    // Two persons.
    case fourEyes = "FOUREYES", propose = "PROPOSE", approve = "APPROVE", decline = "DECLINE"
    // Queries.
    case account = "ACCOUNT", orders = "ORDERS", book = "BOOK", trades = "TRADES", markets = "MARKETS",
        programs = "PROGRAMS", members = "MEMBERS", ledger = "LEDGER", auctions = "AUCTIONS", bids = "BIDS",
        result = "RESULT"
    case rules = "RULES", facilities = "FACILITIES", reports = "REPORTS", obligations = "OBLIGATIONS", deadlines =
        "DEADLINES",
        blocks = "BLOCKS", trace = "TRACE", certificate = "CERTIFICATE", transfers = "TRANSFERS",
        penalties = "PENALTIES", proposals = "PROPOSALS"
    case concentration = "CONCENTRATION", seasons = "SEASONS", links = "LINKS", reach = "REACH", swaps = "SWAPS",
        offers = "OFFERS", rights = "RIGHTS", prices = "PRICES"
    // The sealed log.
    case checkpoint = "CHECKPOINT", proof = "PROOF", cosign = "COSIGN"
    // The sequencer.
    case clock = "CLOCK", disconnect = "DISCONNECT", restart = "RESTART", sealedBid = "SEALEDBID"
}
