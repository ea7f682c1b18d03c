import Exchange
import Permits
import Registry
import Storage
import Wire

// Subscriptions, and streams that are sent again.

extension Sequencer {
    func subscribe(_ id: Code, _ code: Code, _ on: Bool, _ session: Session) {
        guard let market = venue.marketID(code) else {
            return refuse(id, Refusal(.unknownMarket, "no market \(code); MARKETS lists them"), session)
        }
        if on, session.markets.insert(market).inserted {
            listeners.add(session, to: market)
        } else if !on, session.markets.remove(market) != nil {
            listeners.remove(session, from: market)
        }
        output.audience = listeners.audience
        Venue.accept(id: id, market: code, count: venue.streamCount(market: market), output: &output)
        route(to: session)
    }

    /// Sends a page of a stream again, as far as it is booked, once the client has read what was sent before.
    func resume(_ id: Code, _ wanted: Resumption, _ member: MemberID, _ session: Session) {
        let name = wanted.stream
        guard let (destination, last) = venue.stream(name, of: member), let stream = destination.stream else {
            return refuse(id, Refusal(noStream: name), session)
        }
        if let seen = wanted.seen, let refusal = changed(since: seen.history, seen.sequence) {
            return refuse(id, refusal, session)
        }
        guard wanted.from <= last + 1 else {
            let text = "stream \(name) has come to \(last); from may be up to \(last + 1)"
            return refuse(id, Refusal(.notRetained, text), session)
        }
        let request = StreamRequest(
            id: id,
            name: name,
            stream: stream,
            from: wanted.from,
            through: min(wanted.through ?? last, last),
            last: last,
            limit: wanted.limit
        )
        guard request.from <= request.through else { return accept(request, through: request.from - 1, session) }
        guard let ticket = hold(id, member, session) else { return }
        let (inbox, projector, sequence) = (inbox, projector, venue.exchange.sequence)
        session.connection.whenRead {
            projector.page(request, after: sequence) { inbox.add(.page(ticket, request, $0)) }
        }
    }

    /// Why what a client has seen is not in this history; nil if it is.
    private func changed(since history: HistoryID, _ sequence: UInt64) -> Refusal? {
        guard let end = journal.end(of: history) else {
            return Refusal(.historyChanged, "this venue has no history \(history); begin anew with from=1")
        }
        let common = min(end, venue.exchange.sequence)
        guard sequence > common else { return nil }
        let text = "of history \(history) this venue has the commands up to \(common), not \(sequence): it was set back"
        return Refusal(.historyChanged, text)
    }

    private func accept(_ request: StreamRequest, through: UInt64, _ session: Session) {
        Venue.accept(
            id: request.id,
            stream: request.name,
            from: request.from,
            through: through,
            next: through < request.through ? through + 1 : nil,
            output: &output
        )
        route(to: session)
    }

    func finish(_ request: StreamRequest, _ page: Result<Settlement.FeedPage, Refusal>, _ session: Session) {
        switch page {
        case .failure(let refusal): refuse(request.id, refusal, session)
        case .success(let page):
            accept(request, through: page.last, session)
            send(page.bytes.span, to: session)
        }
    }

    /// Reads what an inquiry needs, as of the last command; what the client sends meanwhile is done, and answered after it.
    func read(_ id: Code, _ inquiry: Inquiry, _ member: MemberID, _ session: Session) {
        do throws(Refusal) {
            let need = try venue.need(of: inquiry, from: member, at: time)
            guard let ticket = hold(id, member, session) else { return }
            let inbox = inbox
            projector.read(need, after: venue.exchange.sequence) { inbox.add(.read(ticket, inquiry, $0)) }
        } catch {
            refuse(id, error, session)
        }
    }

    func finish(_ id: Code, _ inquiry: Inquiry, _ records: Result<Inquiry.Records, Refusal>, _ session: Session) {
        switch records {
        case .failure(let refusal): refuse(id, refusal, session)
        case .success(let records):
            venue.answer(inquiry, records, for: session.member ?? .venue, at: time, id: id, output: &output)
            route(to: session)
        }
    }

    // MARK: Answers that are made elsewhere

    /// Begins one, unless the member has its most.
    private func hold(_ id: Code, _ member: MemberID, _ session: Session) -> Ticket? {
        let count = readsUnderWay[member, default: 0]
        guard count < configuration.limits.memberReadsMax else {
            let code = venue.exchange.members[member].code
            refuse(id, Refusal(.busy, "\(code) has \(count) requests under way that read; await one"), session)
            return nil
        }
        readsUnderWay[member] = count + 1
        lastTicket += 1
        let ticket = Ticket(number: lastTicket, member: member, connection: session.connection, id: id)
        session.hold(ticket)
        return ticket
    }

    /// Gives one, if its connection is still there.
    func answer(_ ticket: Ticket, _ body: (Session) -> Void) {
        readsUnderWay[ticket.member]? -= 1
        if readsUnderWay[ticket.member] == 0 { readsUnderWay[ticket.member] = nil }
        guard let session = sessions[ObjectIdentifier(ticket.connection)] else { return }
        if session.answer(ticket, { body(session) }) { touch(session) }
    }
}
