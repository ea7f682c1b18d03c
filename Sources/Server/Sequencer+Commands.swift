import Exchange
import Logging
import Permits
import Storage
import Wire

// Applying commands, and sending what came of them after the commit.

extension Sequencer {
    /// The time of the next command; a timer that is due by then fires first.
    func stamp() -> Timestamp {
        let time = now
        fireClock(at: time)
        return time
    }

    /// Applies a command, writes it to the batch, and sends what came of it.
    @discardableResult
    func apply(_ request: Request, line: [UInt8], from session: Session?) -> Reply {
        let reply = venue.execute(request, output: &output)
        let sequence = venue.exchange.sequence
        if batch.count == 0 { batch.firstCommand = sequence }
        batch.count += 1
        let members = venue.exchange.members
        JournalEntry.append(
            to: &batch.payload,
            time: request.time,
            member: members[request.member].code,
            user: members[request.user].code,
            line: line.span
        )
        if !output.events.isEmpty {
            batch.entries.append(
                SettlementEntry(sequence: sequence, time: request.time, events: Array(output.events))
            )
        }
        route(to: session, sequence: sequence, time: request.time)
        return reply
    }

    /// Checks and seals a bid; the batch gets the sealed form.
    func seal(_ bid: BidLine, _ member: MemberID, _ session: Session) {
        let time = stamp()
        do throws(Refusal) {
            let (request, line) = try venue.seal(bid, member: member, user: session.user, time: time)
            apply(request, line: line, from: session)
        } catch {
            refuse(bid.id, error, session)
        }
    }

    func sequence(_ entry: String) {
        let bytes = Array("+0s \(entry)".utf8)
        do {
            guard let entry = try StreamEntry.parse(bytes.span, after: stamp()),
                case .command(let request) = try venue.prepare(entry)
            else { return configuration.logger.error("not a command: \(entry)") }
            let reply = apply(request, line: entry.line, from: nil)
            if case .refused(let refusal) = reply.outcome {
                configuration.logger.error("first entry refused: \(entry): \(refusal.text)")
            }
        } catch {
            configuration.logger.error("first entry \(entry): \(error)")
        }
    }

    func refuse(_ id: Code, _ refusal: Refusal, _ session: Session) {
        Venue.refuse(id: id, refusal, output: &output)
        route(to: session, sequence: nil, time: now)
    }

    /// Sends each line of the output where it belongs, and empties it.
    func route(to session: Session?, sequence: UInt64?, time: Timestamp) {
        for line in output.lines {
            let bytes = output.bytes[line.range]
            switch line.destination {
            case .reply:
                if let session { send(bytes, to: session) }
            case .member(let member):
                keep(line, FeedLine.stream(of: member), sequence)
                for listener in sessionsOfMember[member] ?? [] { send(bytes, to: listener) }
            case .market(let market):
                keep(line, FeedLine.stream(of: market), sequence)
                for listener in subscribers[market] ?? [] { send(bytes, to: listener) }
            }
        }
        output.removeAll()
    }

    func keep(_ line: OutputLine, _ stream: UInt64, _ sequence: UInt64?) {
        guard let sequence else { return }
        let kept = FeedLine(
            stream: stream,
            count: line.count,
            sequence: sequence,
            line: Array(output.bytes[line.range].dropLast())
        )
        batch.lines.append(kept)
        recent.append(kept, booked: projector.applied)
    }

    func send(_ bytes: some Collection<UInt8>, to session: Session) {
        touch(session)
        session.out.append(contentsOf: bytes)
    }

    func touch(_ session: Session) {
        guard session.out.isEmpty, !session.closes else { return }
        touched.append(session)
    }

    /// Gives the batch to the journal if that is free; otherwise it goes on collecting.
    func handOver() {
        guard !committer.isBusy, batch.count > 0 || !touched.isEmpty else { return }
        for session in touched {
            batch.deliveries.append(
                Batch.Delivery(connection: session.connection, bytes: session.out, closes: session.closes)
            )
            session.out = []
        }
        touched.removeAll(keepingCapacity: true)
        if venue.exchange.sequence - lastSnapshot >= configuration.commandsPerSnapshot {
            lastSnapshot = venue.exchange.sequence
            batch.snapshot = venue
        }
        let commits = batch.count > 0
        committer.commit(batch)
        batch = Batch()
        guard commits else { return }
        batchesSinceCheckpoint += 1
        if batchesSinceCheckpoint >= 1000 {
            batchesSinceCheckpoint = 0
            projector.checkpoint()
        }
    }
}
