import Exchange
import Logging
import Permits
import Storage
import Wire

// Applying commands, and sending what came of them after the commit.

extension Sequencer {
    /// The time of the next command; a timer that is due by then fires first.
    func stamp() -> Timestamp {
        if venue.nextDeadline <= time { fire(venue.dueClock(at: time)) }
        return time
    }

    /// Applies a command, writes its entry to the batch, and sends what came of it.
    ///
    /// What the journal could not be replayed with is refused with `INTERNAL`, and changes nothing.
    /// - Parameters:
    ///   - request: the command, stamped.
    ///   - line: as the journal holds it.
    ///   - session: who gets the reply.
    /// - Returns: the reply; nil if the engine did not get the command.
    @discardableResult
    func apply(_ request: Request, line: Span<UInt8>, from session: Session?) -> Reply? {
        let length = batch.payload.count
        if let fault = write(request, line: line) {
            batch.payload.removeLast(batch.payload.count - length)
            refuse(request, fault, session)
            return nil
        }
        let reply = venue.execute(request, output: &output)
        if batch.count == 0 { batch.firstCommand = venue.exchange.sequence }
        batch.count += 1
        charge(session, for: request.verb)
        route(to: session)
        return reply
    }

    /// Takes as many requests of a member's limit as would have done what a command did, if that is much more than most do.
    ///
    /// Settlement and the disk pay for it. Taking back is free.
    private func charge(_ session: Session?, for verb: Verb) {
        let tokens = output.events.count / Sequencer.eventsPerToken
        guard tokens > 0, !verb.takesBack else { return }
        session?.connection.memberThrottle?.charge(tokens, at: 1000 * clock.steady)
    }

    /// Writes a request's entry.
    /// - Returns: why the journal's reader would not take it; nil if it does.
    private func write(_ request: Request, line: Span<UInt8>) -> String? {
        if let fault = venue.entryFault(of: request, line: line) { return "\(fault)" }
        let start = batch.payload.count
        entries.append(request, line: line, members: venue.exchange.members, to: &batch.payload)
        guard configuration.readsEntriesBack else { return nil }
        return venue.readBackFault(of: request, entry: Array(batch.payload[start...]))
    }

    /// Refuses a request that cannot stand in the journal: a fault of the venue's own, not of the member's.
    private func refuse(_ request: Request, _ fault: String, _ session: Session?) {
        let verb = request.verb.text
        configuration.logger.critical("a \(verb) was refused, since its journal entry would not replay: \(fault)")
        let refusal = Refusal(
            .internalFault,
            "the venue could not record this \(verb), and did nothing; tell the operator"
        )
        if let session { refuse(request.id, refusal, session) }
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
            if case .refused(let refusal) = reply?.outcome {
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
        output.bytes.withSpan(line.range) { send($0, to: session) }
    }

    func send(_ bytes: Span<UInt8>, to session: Session) {
        if session.append(bytes) {
            touch(session)
        } else if session.heldBytes > configuration.limits.unsentBytesMax {
            // As with what is sent and not read: it can RESUME.
            session.dropHeld()
            end(session)
        }
    }

    func touch(_ session: Session) {
        guard !session.isTouched else { return }
        session.isTouched = true
        touched.append(session)
    }

    /// Commits the batch if the journal is free; otherwise it goes on collecting.
    /// - Parameter beside: whether the journal's thread commits it while this one goes on; with nothing else to do this one
    ///   does, which spares a single order two changes of thread.
    func handOver(beside: Bool) {
        guard !committer.isBusy, batch.count > 0 || !touched.isEmpty else { return }
        for session in touched {
            session.isTouched = false
            batch.deliveries.append(
                Batch.Delivery(
                    connection: session.connection,
                    bytes: session.takeOut(),
                    closes: session.closes && session.held.isEmpty
                )
            )
        }
        touched.removeAll(keepingCapacity: true)
        let handed = batch
        batch = Batch()
        if beside { committer.commitBeside(handed) } else { committer.commitHere(handed) }
    }
}
