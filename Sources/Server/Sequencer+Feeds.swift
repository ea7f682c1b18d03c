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

    func resume(
        _ id: Code,
        _ name: Code,
        from: UInt64,
        _ member: MemberID,
        _ session: Session
    ) {
        guard let (destination, last) = venue.stream(name, of: member), let stream = destination.stream else {
            return refuse(id, Refusal(noStream: name), session)
        }
        guard from <= last + 1 else {
            let text = "stream \(name) has come to \(last); from may be up to \(last + 1)"
            return refuse(id, Refusal(.notRetained, text), session)
        }
        let request = StreamRequest(id: id, name: name, stream: stream, from: from, through: last)
        guard from <= last else { return finish(request, .success([]), session) }
        // What the client sends meanwhile waits.
        session.isWaiting = true
        let (inbox, connection) = (inbox, session.connection)
        projector.history(request, after: venue.exchange.sequence) { inbox.add(.history(connection, request, $0)) }
    }

    func finish(_ request: StreamRequest, _ lines: Result<[FeedLine], Refusal>, _ session: Session) {
        switch lines {
        case .failure(let refusal): refuse(request.id, refusal, session)
        case .success(let lines):
            if lines.count < Int(request.through + 1 - request.from) {
                let from = lines.first?.count ?? request.through + 1
                let text = "stream \(request.name) is kept from \(from) to \(request.through)"
                return refuse(request.id, Refusal(.notRetained, text), session)
            }
            Venue.accept(
                id: request.id,
                stream: request.name,
                from: request.from,
                through: request.through,
                output: &output
            )
            route(to: session)
            send(lines.bytes.span, to: session)
        }
    }

    /// Reads what an inquiry needs, as of the last command; what the client sends meanwhile waits.
    func read(_ id: Code, _ inquiry: Inquiry, _ member: MemberID, _ session: Session) {
        do throws(Refusal) {
            let need = try venue.need(of: inquiry, from: member, at: time)
            let (inbox, connection) = (inbox, session.connection)
            projector.read(need, after: venue.exchange.sequence) { inbox.add(.read(connection, id, inquiry, $0)) }
            session.isWaiting = true
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
}
