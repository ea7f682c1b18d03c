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
            subscribers[market, default: []].append(session)
        } else if !on, session.markets.remove(market) != nil {
            subscribers[market]?.removeAll { $0 === session }
        }
        Venue.accept(id: id, market: code, count: venue.streamCount(market: market), output: &output)
        route(to: session, sequence: nil, time: now)
    }

    func resume(
        _ id: Code,
        _ name: Code,
        from: UInt64,
        _ member: MemberID,
        _ session: Session
    ) {
        let stream: UInt64
        if name == Exchange.privateStream {
            stream = FeedLine.stream(of: member)
        } else if let market = venue.marketID(name) {
            stream = FeedLine.stream(of: market)
        } else {
            let text = "no stream \(name); it is private or a market's code"
            return refuse(id, Refusal(.unknownStream, text), session)
        }
        let last = lastCount(of: stream)
        guard from <= last + 1 else {
            let text = "stream \(name) has come to \(last); from may be up to \(last + 1)"
            return refuse(id, Refusal(.notRetained, text), session)
        }
        let first = recent.first(of: stream, last: last)
        let request = StreamRequest(id: id, name: name, stream: stream, from: from, through: first - 1)
        guard from < first else { return finish(request, .success([]), session) }
        read(request, session)
    }

    /// Reads older lines of a stream; what the client sends meanwhile waits.
    func read(_ request: StreamRequest, _ session: Session) {
        let (inbox, connection) = (inbox, session.connection)
        projector.history(request) { lines in inbox.add(.history(connection, request, lines)) }
        session.isWaiting = true
    }

    func finish(_ request: StreamRequest, _ lines: Result<[FeedLine], Refusal>, _ session: Session) {
        switch lines {
        case .failure(let refusal): refuse(request.id, refusal, session)
        case .success(let older):
            let last = lastCount(of: request.stream)
            let first = recent.first(of: request.stream, last: last)
            if request.from <= request.through, older.count < Int(request.through - request.from + 1) {
                let from = older.first?.count ?? request.through + 1
                let text = "stream \(request.name) is kept from \(from) to \(last)"
                return refuse(request.id, Refusal(.notRetained, text), session)
            }
            // Lines may have moved from memory to settlement meanwhile; then read again.
            guard first <= request.through + 1 || request.from >= first else {
                let again = StreamRequest(
                    id: request.id,
                    name: request.name,
                    stream: request.stream,
                    from: request.from,
                    through: first - 1
                )
                return read(again, session)
            }
            Venue.accept(id: request.id, stream: request.name, from: request.from, through: last, output: &output)
            route(to: session, sequence: nil, time: now)
            let newer = recent.bytes(of: request.stream, from: max(request.from, request.through + 1))
            send(older.bytes + newer, to: session)
        }
    }

    /// Reads what an inquiry needs; what the client sends meanwhile waits.
    func read(_ id: Code, _ inquiry: Inquiry, _ session: Session) {
        do throws(Refusal) {
            let need = try venue.need(of: inquiry, at: now)
            let (inbox, connection) = (inbox, session.connection)
            // After the commit under way, whose replies the client may have seen, and its booking.
            committer.afterCommit { [projector] in
                projector.read(need) { inbox.add(.read(connection, id, inquiry, $0)) }
            }
            session.isWaiting = true
        } catch {
            refuse(id, error, session)
        }
    }

    func finish(_ id: Code, _ inquiry: Inquiry, _ records: Result<Inquiry.Records, Refusal>, _ session: Session) {
        switch records {
        case .failure(let refusal): refuse(id, refusal, session)
        case .success(let records):
            venue.answer(inquiry, records, id: id, output: &output)
            route(to: session, sequence: nil, time: now)
        }
    }

    func lastCount(of stream: UInt64) -> UInt64 {
        stream % 2 == 0
            ? venue.streamCount(member: MemberID(UInt32(stream / 2)))
            : venue.streamCount(market: MarketID(UInt32(stream / 2)))
    }
}
