import Exchange
import Foundation
import Logging
import Permits
import Storage
import Synchronization
import Wire

/// The one thread that owns the venue: it takes requests in order of arrival, stamps and applies them, and collects the
/// batch that the journal commits next.
///
/// Rules:
/// 1. Exactly one reply a request, in request order for each connection.
/// 2. Every command that reaches the engine is in the journal, refused ones too.
/// 3. A `CLOCK` comes before the first command at or after a deadline.
/// 4. Nothing leaves before the commit of the batch that it belongs to.
final class Sequencer: @unchecked Sendable {
    // All state but the constants is touched by the sequencer's thread alone.
    let configuration: ServerConfiguration
    let inbox: Inbox
    let committer: Committer
    let projector: Projector
    let passwords: PasswordWorkers
    let isStopping = Atomic<Bool>(false)
    let finished = DispatchSemaphore(value: 0)

    var venue: Venue
    var output = Output()
    var batch = Batch()
    var sessions: [ObjectIdentifier: Session] = [:]
    var sessionsOfMember: [MemberID: [Session]] = [:]
    var subscribers: [MarketID: [Session]] = [:]
    var recent = RecentLines()
    /// Sessions with bytes or a close in the batch at hand, in order of first use.
    var touched: [Session] = []
    var lastSnapshot: UInt64
    var batchesSinceCheckpoint = 0

    init(
        venue: Venue,
        configuration: ServerConfiguration,
        inbox: Inbox,
        committer: Committer,
        projector: Projector,
        passwords: PasswordWorkers
    ) {
        self.venue = venue
        self.configuration = configuration
        self.inbox = inbox
        self.committer = committer
        self.projector = projector
        self.passwords = passwords
        lastSnapshot = venue.exchange.sequence
    }

    /// Starts the thread; `entries` are sequenced before anything else.
    func start(with entries: [String]) {
        let thread = Thread { [self] in
            for entry in entries { sequence(entry) }
            run()
            finished.signal()
        }
        thread.name = "weir.sequencer"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Finishes what has been received, commits it, and ends the thread.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        inbox.wake()
        finished.wait()
    }

    func run() {
        while true {
            let isLast = isStopping.load(ordering: .acquiring)
            for item in inbox.take(until: isLast ? .distantPast : wakeTime) { take(item) }
            if venue.nextDeadline <= now { fireClock(at: now) }
            handOver()
            guard isLast else { continue }
            while !batch.isEmpty || !touched.isEmpty {
                committer.drain()
                handOver()
            }
            committer.drain()
            projector.save(venue)
            return
        }
    }

    // MARK: Time

    var now: Timestamp { max(configuration.clock(), venue.exchange.now) }

    /// When the next timer is due, by the wall clock of this machine.
    var wakeTime: Date? {
        let deadline = venue.nextDeadline
        guard deadline != .never else { return nil }
        let missing = max(0, deadline.microseconds - now.microseconds)
        // At most an hour at a time, so that a clock that is set does not strand the timer.
        return Date(timeIntervalSinceNow: min(Double(missing) / 1e6, 3600))
    }

    func fireClock(at time: Timestamp) {
        guard let clock = venue.dueClock(at: time) else { return }
        apply(clock, line: Array("CLOCK".utf8), from: nil)
    }

    // MARK: Items

    func take(_ item: InboxItem) {
        switch item {
        case .opened(let connection):
            sessions[ObjectIdentifier(connection)] = Session(connection: connection)
        case .lines(let connection, let lines):
            guard let session = sessions[ObjectIdentifier(connection)] else { return }
            for line in lines where !session.closes {
                if session.isWaiting { session.waiting.append(line) } else { receive(line, from: session) }
            }
        case .closed(let connection):
            if let session = sessions.removeValue(forKey: ObjectIdentifier(connection)) { close(session) }
        case .checked(let connection, let logon, let isRight):
            answer(connection) { finish(logon, isRight: isRight, $0) }
        case .hashed(let connection, let login, let hash):
            answer(connection) { setPassword(login, hash, $0) }
        case .history(let connection, let request, let lines):
            answer(connection) { finish(request, lines, $0) }
        }
    }

    /// Gives the answer that a session waits for, then reads what came behind.
    func answer(_ connection: Connection, _ body: (Session) -> Void) {
        guard let session = sessions[ObjectIdentifier(connection)] else { return }
        session.isWaiting = false
        body(session)
        while !session.isWaiting, !session.closes, !session.waiting.isEmpty {
            receive(session.waiting.removeFirst(), from: session)
        }
    }

    func receive(_ line: ReceivedLine, from session: Session) {
        switch line {
        case .failure(let failure): refuse(failure.id, failure.refusal, session)
        case .tooLong(let refusal):
            refuse(.none, refusal, session)
            end(session)
        case .request(let request, let bytes): perform(request, bytes, session)
        }
    }

    func perform(_ line: ParsedLine, _ bytes: [UInt8], _ session: Session) {
        if case .query = line.body {
            venue.answer(line, member: session.member, output: &output)
            return route(to: session, sequence: nil, time: now)
        }
        guard let member = session.member else {
            guard case .logon(let logon) = line.body else {
                let text = "\(line.verb.text) needs a session; send LOGON first"
                return refuse(line.id, Refusal(.notLoggedOn, text), session)
            }
            return check(logon, session)
        }
        switch line.body {
        case .query: break
        case .command(let command):
            apply(
                Request(
                    time: stamp(),
                    member: member,
                    user: session.user,
                    verb: line.verb,
                    id: line.id,
                    contentHash: line.contentHash,
                    command: command
                ),
                line: bytes,
                from: session
            )
            if case .session(.logout) = command { logOut(session) }
        case .logon(let logon):
            refuse(logon.id, Refusal(.alreadyLoggedOn, "this connection has logged on; LOGOUT ends it"), session)
        case .login(let login): hash(login, session)
        case .subscribe(let market): subscribe(line.id, market, true, session)
        case .unsubscribe(let market): subscribe(line.id, market, false, session)
        case .resume(let name, let from): resume(line.id, name, from: from, member, session)
        }
    }

    // MARK: Sessions

    func check(_ logon: Logon, _ session: Session) {
        let hash = venue.lookUp(member: logon.member, user: logon.user).map { venue.passwordHash(of: $0.1) }
        let (inbox, connection) = (inbox, session.connection)
        let taken = passwords.verify(logon.password ?? "", against: hash) { isRight in
            inbox.add(.checked(connection, logon, isRight))
        }
        guard taken else { return refuse(logon.id, PasswordWorkers.busy, session) }
        session.isWaiting = true
    }

    func finish(_ logon: Logon, isRight: Bool, _ session: Session) {
        guard isRight, let (member, user) = venue.lookUp(member: logon.member, user: logon.user) else {
            return refuse(logon.id, Refusal(.logonFailed, "member, user or password is wrong"), session)
        }
        let line = logon.journalLine()
        let reply = apply(
            Request(
                time: stamp(),
                member: member,
                user: user,
                verb: .logon,
                id: logon.id,
                contentHash: 0,
                command: logon.command
            ),
            line: line,
            from: session
        )
        guard case .loggedOn = reply.outcome, !reply.isRepeat else { return }
        session.member = member
        session.user = user
        sessionsOfMember[member, default: []].append(session)
        session.connection.heartbeatSeconds.store(logon.heartbeatSeconds, ordering: .releasing)
        session.connection.isLoggedOn.store(true, ordering: .releasing)
    }

    func hash(_ login: NewPassword, _ session: Session) {
        let (inbox, connection) = (inbox, session.connection)
        let taken = passwords.hash(login.password) { hash in inbox.add(.hashed(connection, login, hash)) }
        guard taken else { return refuse(login.id, PasswordWorkers.busy, session) }
        session.isWaiting = true
    }

    func setPassword(_ login: NewPassword, _ hash: Result<String, Refusal>, _ session: Session) {
        guard let member = session.member else { return }
        switch hash {
        case .failure(let refusal): refuse(login.id, refusal, session)
        case .success(let hash):
            let line = login.journalLine(hash: hash)
            apply(
                Request(
                    time: stamp(),
                    member: member,
                    user: session.user,
                    verb: .login,
                    id: login.id,
                    contentHash: login.id.isEmpty ? 0 : LineParser.hash(line.span),
                    command: login.command(hash: hash)
                ),
                line: line,
                from: session
            )
        }
    }

    func logOut(_ session: Session) {
        leave(session)
        session.member = nil
        end(session)
    }

    /// Closes a session's connection once its replies have left.
    func end(_ session: Session) {
        touch(session)
        session.closes = true
    }

    /// A connection is gone: if it was logged on, the engine is told.
    func close(_ session: Session) {
        leave(session)
        guard let member = session.member else { return }
        let request = Request(
            time: stamp(),
            member: member,
            user: session.user,
            verb: .disconnect,
            id: .none,
            contentHash: 0,
            command: .session(.disconnect)
        )
        apply(request, line: Array("DISCONNECT".utf8), from: nil)
    }

    /// Takes a session off every feed.
    func leave(_ session: Session) {
        for market in session.markets { subscribers[market]?.removeAll { $0 === session } }
        if let member = session.member { sessionsOfMember[member]?.removeAll { $0 === session } }
        session.markets = []
    }

    // MARK: Feeds

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

    func lastCount(of stream: UInt64) -> UInt64 {
        stream % 2 == 0
            ? venue.streamCount(member: MemberID(UInt32(stream / 2)))
            : venue.streamCount(market: MarketID(UInt32(stream / 2)))
    }

    // MARK: Commands

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

    // MARK: Output

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
