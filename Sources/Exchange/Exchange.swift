package import Ledger
import OrderBook
package import Permits
package import Compacts
package import Registry
package import Audit

/// The exchange: a deterministic state machine.
///
/// A command goes in, a reply and events come out.
///
/// A plain value without I/O, clock, chance or threads: the same commands give the same bytes, in every process. Time is the
/// stamp on the request. Each rule stands in its subject's folder: `House`, `Trading`, `Auctions`, `Deals`, `Registry`, `Water`,
/// `Agreements`.
///
/// A method that does not mutate gets a copy of the whole value from one that does, 1.2 KB (callgrind, 2026): on the path of an
/// order, checks are inlined, or `mutating` though they change nothing.
package struct Exchange: Sendable {
    /// The number of the last command.
    package internal(set) var sequence: UInt64 = 0
    /// The time of the last command.
    package internal(set) var now = Timestamp.zero
    package internal(set) var members = Members()
    package internal(set) var registry = Registry()
    package internal(set) var ledger = Ledger()
    /// Markets by `MarketID.slot`.
    ///
    /// Read them as `markets[id.slot]`: debug builds of Swift 6.3.1 release a struct of this size once too often when a
    /// subscript of ours yields it.
    package internal(set) var markets: ContiguousArray<Market> = []
    package internal(set) var firstReplies = FirstReplies()
    /// Under which rules commands are executed; 0 until the journal names them, which are those of 1.
    ///
    /// A change of what any entry comes to is a new number. A start goes over to the newest with a `RESTART` that names it, and
    /// what stands before in the journal is executed as it was.
    package internal(set) var rules: Int64 = 0
    /// The newest rules, which new venues have.
    package static let newestRules: Int64 = 1
    /// Auctions that have not ended, and of each seller some that have, in order of announcement.
    package internal(set) var auctions: ContiguousArray<Auction> = []
    /// How many auctions were ever announced.
    var auctionCount: UInt64 = 0
    /// How many bids of each member stand in auctions without a result; made from the auctions.
    var standingBids: [MemberID: Int] = [:]
    /// The number of the last event on the public stream of auctions.
    package internal(set) var auctionStreamCount: UInt64 = 0
    /// The number of the last event on the public stream of the registry.
    package internal(set) var registryStreamCount: UInt64 = 0
    /// Agreements between members, and what follows from them.
    package internal(set) var compacts = Compacts()
    /// Which members need two persons, and what they have proposed.
    package internal(set) var fourEyes = FourEyes()
    /// Where each market's code stands, which is its `MarketID.slot`.
    var marketCodes = CodeTable()
    /// The ways between markets by `MarketID.slot`; empty while no program has links.
    ///
    /// It follows from links, classes and markets, and is no part of the state.
    var couplings: ContiguousArray<Couplings> = []
    /// The best prices of each market, kept while there are couplings.
    var tops: ContiguousArray<Top> = []
    /// Whether a stop has acted in the command at hand, after which resting orders of two zones may meet.
    var hasTriggered = false
    var timers = Timers()
    /// The live orders of each member; made from the books.
    var ordersOfMembers = MemberOrders()
    /// The order that is being entered and does not rest yet; nil between commands.
    var entering: OrderID?
    /// How many orders the command at hand may still match.
    var matchesLeft = Limits.matchesMax
    /// Whether the last command was a `CLOCK` that left timers which are due: another command may come before the next.
    package internal(set) var hasDueTimers = false
    var orderCount: UInt64 = 0
    /// How many trading days have ended.
    package internal(set) var dayCount: UInt64 = 0
    var tradeCount: UInt64 = 0
    /// What the command at hand did, in order; empty between commands.
    var events: ContiguousArray<Event> = []
    /// What the book did in the command at hand; empty between commands.
    var bookEvents = Buffer<BookEvent>()
    /// Facilities of which a fact has changed that labels go by; between commands those that wait for a `CLOCK`.
    var unlabelled: [FacilityID] = []
    /// What goes over a whole program, market or venue, the first of which goes on.
    var sweeps: [Sweep] = []
    /// How many steps of it the command at hand may still make, and with how many events it ends.
    var stepsLeft = Limits.sliceStepsMax
    var sliceEnd = 0
    /// Agreements that may have waited for a fact of the command at hand; empty between commands.
    var awakened: [AgreementID] = []
    private var owner = Owner()

    package init() {}

    /// Applies one command.
    ///
    /// - Parameters:
    ///   - request: the command, who sent it and when; its time is not before the last one's.
    ///   - output: gets what happened, in order.
    /// - Returns: the reply. A refused command has changed nothing but `sequence`, `now` and the memory of its id; two refusals
    ///   leave more behind: the misuse of a fund is published, and a draft that cannot be read is dropped.
    package mutating func apply(_ request: borrowing Request, into output: inout ContiguousArray<Event>) -> Reply {
        precondition(request.time >= now, "time runs backwards")
        swap(&events, &output)
        defer { swap(&events, &output) }
        if owner.isShared() {
            bookEvents.makeOwn()
            firstReplies.makeOwn()
            ledger.makeOwn()
            members.makeOwn()
            marketCodes.makeOwn()
            owner.own()
        }
        sequence += 1
        now = request.time
        matchesLeft = Limits.matchesMax
        stepsLeft = Limits.sliceStepsMax
        sliceEnd = events.count + Limits.sliceEventsMax
        hasDueTimers = false
        let isRemembered = !request.id.isEmpty && !request.verb.isOfSession
        if isRemembered {
            switch firstReplies.match(request.id, of: request.member, contentHash: request.contentHash) {
            case .new: break
            case .repeated(let reply): return reply
            case .differs(let first):
                let text = "id \(request.id) was used before with other content, in seq \(first)"
                return Reply(
                    id: request.id,
                    sequence: sequence,
                    isRepeat: false,
                    outcome: .refused(Refusal(.duplicateID, text))
                )
            }
        }
        let outcome: Outcome
        do throws(Refusal) {
            try Permissions.check(members[request.member].role, request.verb)
            // Asked here, since the call copies the state.
            if request.verb.needsTwoPersons { try checkPersons(request) }
            let sender = Sender(member: request.member, user: request.user, id: request.id)
            outcome = try perform(request.command, sender)
        } catch {
            outcome = .refused(error)
        }
        if !awakened.isEmpty { advanceAwakened() }
        if !unlabelled.isEmpty { reviewLabels() }
        if timers.wantsLook { lookAtTimers() }
        if isRemembered, !outcome.isBusy {
            firstReplies.record(
                outcome,
                sequence: sequence,
                contentHash: request.contentHash,
                id: request.id,
                member: request.member
            )
        }
        return Reply(id: request.id, sequence: sequence, isRepeat: false, outcome: outcome)
    }

    /// When `CLOCK` is due; `.never` if nothing waits for time to pass.
    package var nextDeadline: Timestamp { mutating get { timers.next } }

    /// Stops the program if an invariant does not hold.
    ///
    /// Slow: for tests and `weir verify`.
    package func checkInvariants() {
        ledger.checkInvariants()
        for market in markets { market.book.checkInvariants(isContinuous: market.phase == .open) }
        checkHolds()
        checkMemberOrders()
        for (index, permitClass) in registry.classes.enumerated() {
            let statement = ledger.statement(of: .permits(ClassID(UInt32(index))))
            precondition(statement.issued == permitClass.issued.units, "issued permits differ from the ledger's")
            let promised = sweeps.flatMap(\.pending).reduce(Quantity.zero) {
                $1.permitClass.index == index ? $0 + Quantity($1.amount) : $0
            }
            precondition(permitClass.promised == promised, "permits promised differ from what is still to be credited")
            let pledged = auctions.filter { $0.phase.isBeforeResult && $0.terms.permitClass.index == index }
                .reduce(Quantity.zero) { $0 + $1.setAside }
            precondition(permitClass.pledged == pledged, "permits set aside differ from what auctions offer")
        }
    }
}

/// Who sent the command at hand, and under which id.
struct Sender {
    let member: MemberID
    let user: UserID
    let id: Code
}

extension Exchange {
    /// Looks a market up by its code.
    @inline(__always)
    package func market(_ code: Code) -> MarketID? {
        marketCodes.place(of: code).map { MarketID(UInt32($0)) }
    }

    /// Looks a market up by its code.
    /// - Throws: `unknownMarket`.
    @inline(__always)
    package func findMarket(_ code: Code) throws(Refusal) -> MarketID {
        guard let market = market(code) else {
            throw Refusal(.unknownMarket, "no market \(code); MARKETS lists them")
        }
        return market
    }

    /// Looks a member up by its code.
    /// - Throws: `unknownMember`.
    package func findMember(_ code: Code) throws(Refusal) -> MemberID {
        guard let member = members.member(code) else {
            throw Refusal(.unknownMember, "no member \(code); MEMBERS lists them")
        }
        return member
    }

    /// Whether a member sees the business of others: the operator and regulators do.
    package func seesAll(_ member: MemberID) -> Bool {
        members[member].role == .operator || members[member].role == .regulator
    }

    /// The next number on a member's private stream.
    mutating func nextCount(of member: MemberID) -> UInt64 {
        members[member].streamCount += 1
        return members[member].streamCount
    }

    /// The next number on a market's public stream.
    mutating func nextCount(of market: MarketID) -> UInt64 {
        markets[market.slot].streamCount += 1
        return markets[market.slot].streamCount
    }
}
