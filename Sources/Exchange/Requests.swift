package import Permits
import Seals

// Every request: its declaration, how it is read, and what performs it. Each stands in its subject's folder.

extension RequestRule {
    /// The rules of all verbs, indexed by `Verb.place`.
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
        case .determine: .determine
        case .reverse: .reverse
        case .takeBack: .takeBack
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
        case .vote: .vote
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
        case .deadlines: .deadlines
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

extension LineScanner {
    /// Builds what the line asks for.
    func body(_ line: Span<UInt8>, id: Code) throws(Refusal) -> ParsedLine.Body {
        switch verb {
        // House.
        case .logon: try readLogon(line, id: id)
        case .logout: .command(.session(.logout))
        case .challenge: .challenge
        case .rotate: .rotate(try rotation(line, id: id))
        case .ping: .query(.ping)
        case .help: .query(.help(verb: try text(.verb, line), code: try text(.code, line)))
        case .status: .query(.status(original: id.isEmpty ? nil : id))
        case .subscribe: .subscribe(market: try required(code(.market, line), .market))
        case .unsubscribe: .unsubscribe(market: try required(code(.market, line), .market))
        case .resume: .resume(try resumption(line))
        case .deadman: try readDeadman(line)
        case .clock: .command(.clock)
        case .disconnect: .command(.session(.disconnect))
        case .restart: .command(.session(.restart(rules: try integer(.rules, line, in: 1...Int64(Int32.max)))))
        case .member: .command(.admin(try readMember(line)))
        case .login: try loginBody(line, id: id)
        case .revoke: .command(.admin(try readRevoke(line)))
        case .dayEnd: .command(.admin(.dayEnd))
        case .deposit, .withdraw: .command(.admin(try readDeposit(line)))
        case .account: .query(.account(member: try code(.member, line)))
        case .members: .query(.members(from: try code(.from, line)))
        case .ledger: .query(.ledger)
        case .fourEyes: .command(.approval(try readFourEyes(line)))
        case .propose: .command(.approval(try readPropose(line)))
        case .approve: .command(.approval(try readApprove(line)))
        case .decline: .command(.approval(try readDecline(line)))
        case .proposals: .query(.registry(.proposals))
        case .checkpoint: .inquiry(.log(try readCheckpoint(line)))
        case .proof: .inquiry(.log(try readProof(line)))
        case .cosign: .inquiry(.log(try readCosign(line)))
        // Trading.
        case .market: .command(.admin(try readMarket(line)))
        case .phase: .command(.admin(try readPhase(line)))
        case .reference: .command(.admin(try readReference(line)))
        case .order: .command(.order(try newOrder(line)))
        case .amend: .command(.amend(try amendment(line)))
        case .cancel: .command(.cancel(try target(line)))
        case .massCancel: .command(.massCancel(try massCancel(line)))
        case .quote: .command(.quote(try quote(line)))
        case .orders: .query(try readOrders(line))
        case .book: .query(try readBook(line))
        case .trades: .query(try readTrades(line))
        case .markets: .query(.markets(try code(.market, line)))
        case .prices: .inquiry(.prices(market: try code(.market, line), least: try decimal(.min, line)))
        // Auctions.
        case .auction: .command(.auction(try readAuction(line)))
        case .openBids: .command(.auction(try readOpenBids(line)))
        case .callOff: .command(.auction(try readCallOff(line)))
        case .classify: .command(.auction(try readClassify(line)))
        case .consign: .command(.auction(try readConsign(line)))
        case .guarantee: .command(.auction(try readGuarantee(line)))
        case .bid: .bid(try plainBid(line, id: id))
        case .withdrawBid: .command(.auction(try readWithdrawBid(line)))
        case .sealedBid: .command(.auction(try readSealedBid(line)))
        case .auctions: .query(.auctions(try code(.auction, line)))
        case .bids: .query(.bids(auction: try required(code(.auction, line), .auction)))
        case .result: .query(try result(line))
        // Deals.
        case .transfer: .command(.deal(.transfer(try amount(line), to: try required(code(.to, line), .to))))
        case .recall: .command(.deal(.recall(transfer: try number(.transfer, line))))
        case .trust, .distrust: .command(.deal(try readTrust(line)))
        case .transfers: .query(.registry(.transfers(program: try code(.program, line))))
        case .swap: .command(.deal(.swap(try newSwap(line))))
        case .unswap: .command(.deal(.unswap(try number(.swap, line))))
        case .swaps: .query(.registry(.swaps))
        case .offer: .command(.deal(.offer(try newOffer(line))))
        case .take: .command(.deal(.take(try number(.offer, line))))
        case .unoffer: .command(.deal(.unoffer(try number(.offer, line))))
        case .offers: .query(.registry(.offers))
        case .rights: .query(.registry(try readRights(line)))
        // Registry.
        case .program: .command(.registry(.program(try newProgram(line))))
        case .cap: .command(.registry(.cap(try newCap(line))))
        case .allocate: .command(.registry(.allocate(try newAllocation(line))))
        case .holiday: .command(.registry(try readHoliday(line)))
        case .facility: .command(.registry(try readFacility(line)))
        case .monitor: .command(.registry(try readMonitor(line)))
        case .report: .command(.registry(try readReport(line)))
        case .deadline: .command(.registry(try readDeadline(line)))
        case .suspend: .command(.registry(try readSuspend(line)))
        case .readmit: .command(.registry(try readReadmit(line)))
        case .bust: .command(.registry(try readBust(line)))
        case .retire: .command(.registry(.retire(try amount(line), text: try text(.text, line) ?? "")))
        case .cover: .command(.registry(try readCover(line)))
        case .surrender: .command(.registry(try readSurrender(line)))
        case .pay: .command(.registry(.pay(penalty: try number(.penalty, line))))
        case .determine: .command(.registry(try readDetermine(line)))
        case .reverse: .command(.registry(try readReverse(line)))
        case .takeBack: .command(.registry(try readTakeBack(line)))
        case .rules: .query(.registry(try readRules(line)))
        case .programs: .query(.programs(try code(.program, line)))
        case .facilities: .query(.registry(try readFacilities(line)))
        case .reports: .query(.registry(try readReports(line)))
        case .obligations: .query(.registry(try readObligations(line)))
        case .deadlines: .query(.registry(.deadlines(program: try code(.program, line))))
        case .blocks: .query(.registry(try readBlocks(line)))
        case .trace: .inquiry(try readTrace(line))
        case .certificate: .inquiry(try readCertificate(line))
        case .penalties: .query(.registry(try readPenalties(line)))
        case .concentration: .query(.registry(.concentration(try className(line))))
        // Water.
        case .season: .command(.water(try readSeason(line)))
        case .announce: .command(.water(try readAnnounce(line)))
        case .spill: .command(.water(try readSpill(line)))
        case .release: .command(.water(try readRelease(line)))
        case .link: .command(.water(try readLink(line)))
        case .delivery: .command(.water(try readDelivery(line)))
        case .move: .command(.water(try readMove(line)))
        case .seasons: .query(.registry(try readSeasons(line)))
        case .links: .query(.registry(try readLinks(line)))
        case .reach: .query(.registry(try readReach(line)))
        // Agreements.
        case .interest: .command(.compact(try readInterest(line)))
        case .join: .command(.compact(.join(agreement: try agreement(line))))
        case .leave: .command(.compact(.leave(agreement: try agreement(line))))
        case .message: .command(.compact(try readMessage(line)))
        case .draft: .command(.compact(try readDraft(line)))
        case .sign: .command(.compact(try readSign(line)))
        case .terminate: .command(.compact(try readTerminate(line)))
        case .reading: .command(.compact(try readReading(line)))
        case .fulfil: .command(.compact(try readFulfil(line)))
        case .spend: .command(.compact(try readSpend(line)))
        case .donate: .command(.compact(try readDonate(line)))
        case .vote:
            .command(
                .compact(.vote(agreement: try agreement(line), clause: try required(code(.clause, line), .clause)))
            )
        case .settle: .command(.compact(try readSettle(line)))
        case .waive: .command(.compact(try waiver(line)))
        case .complain: .command(.compact(try readComplain(line)))
        case .answer: .command(.compact(try readAnswer(line)))
        case .observe: .command(.compact(try readObserve(line)))
        case .label: .command(.compact(try readLabel(line)))
        case .compacts: .query(.compact(try readCompacts(line)))
        case .terms: .query(.compact(.terms(try agreement(line), ofDraft: try flag(.draft, line))))
        case .periods: .query(.compact(.periods(try agreement(line))))
        case .readings: .query(.compact(try readReadings(line)))
        case .claims: .query(.compact(try readClaims(line)))
        case .funds: .query(.compact(.funds(try agreement(line))))
        case .standing: .query(.compact(try readStanding(line)))
        case .complaints: .query(.compact(try readComplaints(line)))
        case .labels: .query(.compact(try readLabels(line)))
        }
    }

    /// A value whose presence the scanner has checked.
    func required<T>(_ value: T?, _ key: Key) throws(Refusal) -> T {
        guard let value else { throw Refusal(.missingKey, "\(verb.text) needs \(key.name)=") }
        return value
    }
}

extension Exchange {
    mutating func perform(_ command: borrowing Command, _ sender: Sender) throws(Refusal) -> Outcome {
        switch command {
        case .order(let order): return try enterOrder(order, sender)
        case .cancel(let target): return try cancelOrder(target, sender)
        case .amend(let amendment): return try amendOrder(amendment, sender)
        case .quote(let quote): return try replaceQuote(quote, sender)
        case .massCancel(let filter): return try massCancel(filter, sender)
        case .clock: fireTimers()
        case .session(let command): return try applySession(command, sender)
        case .auction(let command): try applyAuction(command, sender)
        case .registry(let command): return try applyRegistry(command, sender)
        case .deal(let command): return try applyDeal(command, sender)
        case .water(let command): return try applyWater(command, sender)
        case .approval(let command): return try applyApproval(command, sender)
        case .compact(let command): return try applyCompact(command, sender)
        case .admin(let command): try applyAdmin(command, sender)
        }
        return .done
    }

    private mutating func applyRegistry(_ command: RegistryCommand, _ sender: Sender) throws(Refusal) -> Outcome {
        switch command {
        case .program(let new): try defineProgram(new, sender)
        case .cap(let new): return try setCap(new, sender)
        case .allocate(let new): return try allocate(new, sender)
        case .holiday(let program, let date): try addHoliday(program: program, date: date, sender)
        case .facility(let new): try registerFacility(new, sender)
        case .monitor(let facility, let verifier, let second, let rule, let tolerance):
            try appoint(
                facility: facility,
                verifier: verifier,
                second: second,
                rule: rule,
                tolerance: tolerance,
                sender
            )
        case .report(let new): try report(new, sender)
        case .deadline(let new): try setDeadline(new, sender)
        case .suspend(let new): try suspend(new, sender)
        case .readmit(let program, let member, let text):
            try readmit(program: program, member: member, text: text, sender)
        case .bust(let market, let trade, let price, let text):
            try bust(market: market, trade: trade, price: price, text: text, sender)
        case .retire(let amount, let text): return try retirePermits(amount, text: text, sender)
        case .cover(let facility, let amount, let source):
            try cover(facility: facility, amount, from: source, sender)
        case .surrender(let facility, let period, let amount):
            try surrender(facility: facility, period: period, amount, sender)
        case .pay(let penalty): try pay(penalty: penalty, sender)
        case .determine(let penalty, let price): try determine(penalty: penalty, price: price, sender)
        case .reverse(let name, let text): try reverse(name, text: text, sender)
        case .takeBack(let amount, let member, let toReserve, let text):
            try takeBack(amount, from: member, toReserve: toReserve, text: text, sender)
        }
        return .done
    }

    private mutating func applyDeal(_ command: DealCommand, _ sender: Sender) throws(Refusal) -> Outcome {
        switch command {
        case .swap(let new): return try offerSwap(new, sender)
        case .unswap(let number): try withdrawSwap(number, sender)
        case .offer(let new): return try offer(new, sender)
        case .take(let number): try takeOffer(number, sender)
        case .unoffer(let number): try withdrawOffer(number, sender)
        case .transfer(let amount, let target): return try transferPermits(amount, to: target, sender)
        case .recall(let transfer): try recall(transfer: transfer, sender)
        case .trust(let program, let target): return try trust(target, program: program, sender)
        case .distrust(let program, let target): try distrust(target, program: program, sender)
        }
        return .done
    }

    private mutating func applyWater(_ command: WaterCommand, _ sender: Sender) throws(Refusal) -> Outcome {
        switch command {
        case .season(let new): try openSeason(new, sender)
        case .announce(let program, let vintage, let percent):
            return try announce(program: program, vintage: vintage, percent: percent, sender)
        case .spill(let program, let vintage, let percent):
            return try spill(program: program, vintage: vintage, percent: percent, sender)
        case .link(let new): try setLink(new, sender)
        case .delivery(let link, let quantity): try deliver(link: link, quantity: quantity, sender)
        case .move(let move): return try moveThrough(move, sender)
        case .release(let program, let vintage):
            return try release(program: program, vintage: vintage, sender)
        }
        return .done
    }

    private mutating func applyApproval(_ command: ApprovalCommand, _ sender: Sender) throws(Refusal) -> Outcome {
        switch command {
        case .fourEyes(let isOn, let seconds, let above):
            try setFourEyes(isOn, seconds: seconds, above: above, sender)
        case .propose(let verb, let act, let command): return try propose(verb, act: act, command, sender)
        case .approve(let number, let act, let verb, let command):
            return try approve(number, act: act, verb: verb, command, sender)
        case .decline(let number, _): try decline(number, sender)
        }
        return .done
    }

    private mutating func applyAdmin(_ command: AdminCommand, _ sender: Sender) throws(Refusal) {
        switch command {
        case .member(let code, let role, let name):
            try admitMember(code: code, role: role, name: name)
        case .rename(let member, let name): try rename(member: member, to: name)
        case .login(let member, let user, let change): try setLogin(member: member, user: user, change)
        case .revoke(let member, let user): try revoke(member: member, user: user)
        case .market(let market): try listMarket(market)
        case .relist(let market, let tick, let band): try relist(market, tick: tick, band: band)
        case .phase(let market, let phase, let text):
            try changePhase(market: market, to: phase, text: text, sender)
        case .reference(let market, let price): try setReference(market: market, price: price)
        case .dayEnd: try endDay()
        case .deposit(let member, let currency, let amount):
            try moveCash(.deposit, member: member, currency: currency, amount: amount)
        case .withdraw(let member, let currency, let amount):
            try moveCash(.withdrawal, member: member, currency: currency, amount: amount)
        }
    }
}
