package import Exchange
import Ledger
package import Permits
import Registry

/// An entry of a stream, ready to run.
package enum PreparedEntry: Sendable {
    case command(Request)
    /// Sealed when it runs.
    case bid(BidLine, MemberID, UserID, Timestamp)
    /// `member` is nil for a connection that has not logged on.
    case query(ParsedLine, member: MemberID?)
    /// Answered from what the replay has kept.
    case inquiry(id: Code, Inquiry, MemberID, Timestamp)
    /// Does not reach the engine.
    case refused(id: Code, Refusal)

    /// Whether timers that are due fire before it: they do before all that is asked, answered or refused, but a `CLOCK` comes by itself.
    var firesTimers: Bool {
        guard case .command(let request) = self else { return true }
        return request.verb != .clock
    }
}

extension Venue {
    /// Reads an entry as the session that sent it would have.
    /// - Throws: `StreamError` if the entry names a member or login that does not exist, or cannot stand in a stream.
    package func prepare(_ entry: StreamEntry) throws(StreamError) -> PreparedEntry { try prepare(ReadLine(entry)) }

    func prepare(_ read: ReadLine) throws(StreamError) -> PreparedEntry {
        let entry = read.entry
        let (member, user) = try sender(of: entry)
        let line: ParsedLine
        switch read.request {
        case .success(let request): line = request
        case .failure(let failure): return .refused(id: failure.id, failure.refusal)
        }
        if case .query = line.body { return .query(line, member: member) }
        guard let member else {
            return .refused(id: line.id, Refusal(.notLoggedOn, "\(line.verb.text) needs a session; send LOGON first"))
        }
        if case .command(.session(.restart(let rules?))) = line.body, rules > Exchange.newestRules {
            throw StreamError(
                "what follows was written under rules \(rules), and this version of weir knows rules 1 to \(Exchange.newestRules): "
                    + "start the version that wrote it, or a later one"
            )
        }
        switch line.body {
        case .command(let command): return .command(request(command, line, member, user, entry.time))
        case .logon(let logon): return .command(request(logon.command, line, member, user, entry.time))
        case .bid(let bid): return .bid(bid, member, user, entry.time)
        case .rotate(let rotation) where rotation.password == nil && rotation.old == nil:
            return .command(request(rotation.command(hash: nil).0, line, member, user, entry.time))
        case .login, .rotate:
            return .refused(
                id: line.id,
                Refusal(.badValue, "a stream holds no passwords; \(line.verb.text) takes hash= here")
            )
        case .inquiry(let inquiry): return .inquiry(id: line.id, inquiry, member, entry.time)
        case .query, .challenge, .subscribe, .unsubscribe, .resume:
            throw StreamError("\(line.verb.text) belongs to a connection and has no meaning in a stream file")
        }
    }

    private func request(
        _ command: Command,
        _ line: ParsedLine,
        _ member: MemberID,
        _ user: UserID,
        _ time: Timestamp
    ) -> Request {
        Request(
            time: time,
            member: member,
            user: user,
            verb: line.verb,
            id: line.id,
            contentHash: line.contentHash,
            command: command
        )
    }

    /// Runs a prepared entry.
    ///
    /// - Parameters:
    ///   - entry: what `prepare` made.
    ///   - records: what happened so far, for inquiries.
    ///   - output: gets the lines and events.
    /// - Returns: the command's sequence number; nil for what did not reach the engine.
    package mutating func run(_ entry: PreparedEntry, records: ReplayRecords, output: inout Output) -> UInt64? {
        switch entry {
        case .command(let request):
            execute(request, output: &output)
            return exchange.sequence
        case .bid(let bid, let member, let user, let time):
            do throws(Refusal) {
                execute(try seal(bid, member: member, user: user, time: time).request, output: &output)
                return exchange.sequence
            } catch {
                Venue.refuse(id: bid.id, error, output: &output)
            }
        case .query(let line, let member): answer(line, member: member, output: &output)
        case .inquiry(let id, let inquiry, let member, let time):
            do throws(Refusal) {
                let need = try need(of: inquiry, from: member, at: time)
                answer(inquiry, try records.read(need), for: member, at: time, id: id, output: &output)
            } catch {
                Venue.refuse(id: id, error, output: &output)
            }
        case .refused(let id, let refusal): Venue.refuse(id: id, refusal, output: &output)
        }
        return nil
    }

    /// The `CLOCK` that must come before a command at `time`, if a timer is due by then.
    ///
    /// A `CLOCK` that leaves timers due, so many had come together, takes turns with other commands: it was that one.
    package mutating func dueClock(at time: Timestamp) -> Request? { exchange.hasDueTimers ? nil : clock(at: time) }

    /// The next `CLOCK` that a stream needs before an entry at `time`: at the moment when its timer fell due, as a live venue had fired it.
    mutating func clock(before time: Timestamp) -> Request? {
        exchange.hasDueTimers ? nil : clock(at: max(exchange.now, min(nextDeadline, time)))
    }

    /// The `CLOCK` that fires timers at `time`, if any is due by then.
    package mutating func clock(at time: Timestamp) -> Request? {
        guard nextDeadline <= time else { return nil }
        return Request(
            time: time,
            member: .venue,
            user: .venue,
            verb: .clock,
            id: .none,
            contentHash: 0,
            command: .clock
        )
    }

    private func sender(of entry: StreamEntry) throws(StreamError) -> (MemberID?, UserID) {
        guard !entry.member.isEmpty else { return (nil, .venue) }
        guard let member = exchange.members.member(entry.member) else {
            throw StreamError("no member \(entry.member) at this point of the stream")
        }
        guard !entry.user.isEmpty else { return (member, .venue) }
        guard let user = exchange.members.login(entry.user, of: member) else {
            throw StreamError("\(entry.member) has no login \(entry.user) at this point of the stream")
        }
        return (member, user)
    }
}

extension StreamEntry {
    /// The sequencer's own entry for a timer that fell due.
    package static func clock(at time: Timestamp) -> StreamEntry {
        StreamEntry(time: time, member: Members.venueCode, user: .none, line: Array("CLOCK".utf8))
    }
}
