import Exchange
import Logging
import Permits
import Storage
import Wire

// Applying commands, and sending what came of them after the commit.

extension Sequencer {
    /// The time of the next command; a timer that is due by then fires first.
    func stamp() -> Timestamp {
        if venue.nextDeadline <= time { fireClock(at: time) }
        return time
    }

    /// Writes what stands before the lines of the item at hand in the journal.
    func startEntries(of session: Session) {
        entryStart.removeAll(keepingCapacity: true)
        guard let member = session.member else { return }
        let members = venue.exchange.members
        JournalEntry.start(
            &entryStart,
            time: time,
            member: members[member].code,
            user: members[session.user].code
        )
    }

    /// Applies a command, writes it to the batch, and sends what came of it.
    ///
    /// - Parameters:
    ///   - request: the command, stamped.
    ///   - line: as the journal holds it.
    ///   - isOfItem: whether `entryStart` is the beginning of its entry.
    ///   - session: who gets the reply.
    /// - Returns: the reply.
    @discardableResult
    func apply(_ request: Request, line: Span<UInt8>, isOfItem: Bool = false, from session: Session?) -> Reply {
        let reply = venue.execute(request, output: &output)
        if batch.count == 0 { batch.firstCommand = venue.exchange.sequence }
        batch.count += 1
        if isOfItem {
            batch.payload.append(entryStart.span)
        } else {
            let members = venue.exchange.members
            JournalEntry.start(
                &batch.payload,
                time: request.time,
                member: members[request.member].code,
                user: members[request.user].code
            )
        }
        JournalEntry.end(&batch.payload, line: line)
        route(to: session)
        return reply
    }

    /// Checks and seals a bid; the batch gets the sealed form.
    func seal(_ bid: BidLine, _ member: MemberID, _ session: Session) {
        let time = stamp()
        do throws(Refusal) {
            let (request, line) = try venue.seal(bid, member: member, user: session.user, time: time)
            apply(request, line: line.span, from: session)
        } catch {
            refuse(bid.id, error, session)
        }
    }

    func sequence(_ entry: String) {
        let bytes = Array("+0s \(entry)".utf8)
        time = now
        do {
            guard let entry = try StreamEntry.parse(bytes.span, after: stamp()),
                case .command(let request) = try venue.prepare(entry)
            else { return configuration.logger.error("not a command: \(entry)") }
            let reply = apply(request, line: entry.line.span, from: nil)
            if case .refused(let refusal) = reply.outcome {
                configuration.logger.error("first entry refused: \(entry): \(refusal.text)")
            }
        } catch {
            configuration.logger.error("first entry \(entry): \(error)")
        }
    }

    func refuse(_ id: Code, _ refusal: Refusal, _ session: Session) {
        Venue.refuse(id: id, refusal, output: &output)
        route(to: session)
    }

    /// Sends each line of the output where it belongs, and empties it.
    func route(to session: Session?) {
        for line in output.lines {
            switch line.destination {
            case .reply: if let session { send(line, to: session) }
            case .member(let member): for listener in listeners.of(member) { send(line, to: listener) }
            case .market(let market): for listener in listeners.of(market) { send(line, to: listener) }
            }
        }
        output.removeAll()
    }

    private func send(_ line: OutputLine, to session: Session) {
        touch(session)
        output.bytes.withSpan(line.range) { session.out.append($0) }
    }

    func send(_ bytes: Span<UInt8>, to session: Session) {
        touch(session)
        session.out.append(bytes)
    }

    func touch(_ session: Session) {
        guard session.out.isEmpty, !session.closes else { return }
        touched.append(session)
    }

    /// Commits the batch if the journal is free; otherwise it goes on collecting.
    /// - Parameter beside: whether the journal's thread commits it while this one goes on; with nothing else to do this one
    ///   does, which spares a single order two changes of thread.
    func handOver(beside: Bool) {
        guard !committer.isBusy, batch.count > 0 || !touched.isEmpty else { return }
        for session in touched {
            batch.deliveries.append(
                Batch.Delivery(connection: session.connection, bytes: session.out, closes: session.closes)
            )
            session.out = []
        }
        touched.removeAll(keepingCapacity: true)
        let handed = batch
        batch = Batch()
        if beside { committer.commitBeside(handed) } else { committer.commitHere(handed) }
    }
}
