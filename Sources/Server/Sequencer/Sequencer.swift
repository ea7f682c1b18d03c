import Exchange
import Foundation
import Logging
import Permits
import Storage
import Synchronization
import Wire

/// The one owner of the venue: it takes requests in order of arrival, stamps and applies them, and collects the batch that
/// the journal commits next.
///
/// It has a thread of its own; but when that has nothing to do, an event loop that has read a few lines runs them itself,
/// commits and answers them, which spares a single order every change of thread. `baton` is held by the one that runs.
///
/// Rules:
/// 1. Exactly one reply a request, in request order for each connection.
/// 2. Every command that reaches the engine is in the journal, refused ones too; what could not be replayed from there never does.
/// 3. A `CLOCK` comes before the first command at or after a deadline; and between commands while timers are due.
/// 4. Nothing leaves before the commit of the batch that it belongs to.
final class Sequencer: @unchecked Sendable {
    // All state but the constants is touched under `baton` alone.
    let configuration: ServerConfiguration
    let inbox: Inbox
    let committer: Committer
    let projector: Projector
    let passwords: PasswordWorkers
    let doorkeeper: Doorkeeper
    let clock: VenueClock
    let salts: RequestSalt
    let logonLog: LogonLog
    let journal: Journal
    let journalCheck: JournalCheck
    let disks: DiskWatch
    let isStopping = Atomic<Bool>(false)
    let finished = DispatchSemaphore(value: 0)
    /// A lock of the system's, which the thread sanitizer knows; it does not know `Mutex`.
    private let baton = NSLock()
    /// When the thread wakes for a timer.
    private let wakesAt = Atomic<Int64>(.max)
    /// The most lines that an event loop runs itself; with more, reading goes on beside.
    private static let linesAtOnceMax = 256
    /// How many events a member's request makes for each token that it takes of its limit: that many are free.
    static let eventsPerToken = 64
    /// The fewest lines that are worth a commit of their own while others wait.
    private static let linesBesideMin = 32

    var venue: Venue
    var output = Output()
    var batch = Batch()
    var sessions: [ObjectIdentifier: Session] = [:]
    var listeners = Listeners()
    /// The limits of the members that have logged on.
    var throttles: [MemberID: Throttle] = [:]
    /// How many answers of each member are made elsewhere.
    var readsUnderWay: [MemberID: Int] = [:]
    var lastTicket: UInt64 = 0
    /// Sessions with bytes or a close in the batch at hand, in order of first use.
    var touched: [Session] = []
    /// The time of the item at hand: what came in one read has one time.
    var time = Timestamp.zero
    /// Writes the batch's journal entries.
    var entries = JournalEntryWriter()

    init(
        venue: Venue,
        configuration: ServerConfiguration,
        inbox: Inbox,
        committer: Committer,
        projector: Projector,
        passwords: PasswordWorkers,
        doorkeeper: Doorkeeper,
        clock: VenueClock,
        salts: RequestSalt,
        logonLog: LogonLog,
        journal: Journal,
        journalCheck: JournalCheck,
        disks: DiskWatch
    ) {
        self.venue = venue
        self.configuration = configuration
        self.inbox = inbox
        self.committer = committer
        self.projector = projector
        self.passwords = passwords
        self.doorkeeper = doorkeeper
        self.clock = clock
        self.salts = salts
        self.logonLog = logonLog
        self.journal = journal
        self.journalCheck = journalCheck
        output.history = journal.history
        self.disks = disks
        output.audience = listeners.audience
    }

    /// Starts the thread; `entries` are sequenced before anything else.
    /// - Throws: `ServerError` if there is no thread to have.
    func start(with entries: [String]) throws(ServerError) {
        try ServiceThread.start("weir.sequencer") { [self] in
            begin(with: entries)
            run()
            finished.signal()
        }
    }

    /// Sequences `entries`.
    func begin(with entries: [String]) {
        baton.withLock { for entry in entries { sequence(entry) } }
    }

    /// Runs what has come in once, for whoever has not started the thread.
    func runOnce() { baton.withLock { runRound(inbox.take()) } }

    /// Finishes what has been received, commits it, and ends the thread.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        inbox.wake()
        finished.wait()
    }

    private func run() {
        while true {
            let isLast = isStopping.load(ordering: .acquiring)
            inbox.wait(microseconds: isLast ? 0 : waitMax)
            baton.withLock { runRound(inbox.take()) }
            guard isLast else { continue }
            baton.withLock {
                while !batch.isEmpty || !touched.isEmpty {
                    committer.drain()
                    handOver(beside: true)
                }
            }
            committer.drain()
            return
        }
    }

    private func runRound(_ items: [InboxItem]) {
        for (index, item) in items.enumerated() {
            time = now
            take(item)
            // While the journal commits what is there, the rest is applied.
            if index + 1 < items.count, batch.count >= Sequencer.linesBesideMin { handOver(beside: true) }
        }
        logonLog.tellRest(at: clock.steady)
        if venue.nextDeadline != .never { fire(venue.clock(at: now)) }
        handOver(beside: batch.count > Sequencer.linesAtOnceMax || !inbox.isEmpty)
        let deadline = venue.nextDeadline.microseconds
        if wakesAt.exchange(deadline, ordering: .acquiringAndReleasing) > deadline { inbox.wake() }
    }

    /// Runs what an event loop has read on that loop, if nothing else is to be done.
    /// - Returns: false if it must go to the inbox; nothing was done then.
    func runHere(_ reads: [InboxItem], lineCount: Int) -> Bool {
        guard lineCount <= Sequencer.linesAtOnceMax else { return false }
        guard baton.try() else { return false }
        defer { baton.unlock() }
        guard !isStopping.load(ordering: .acquiring), !committer.isBusy, inbox.isEmpty else { return false }
        runRound(reads)
        return true
    }

    // MARK: Time

    var now: Timestamp { clock.now }

    /// How long the thread may wait for something to do, in microseconds: until the next timer is due, and a second at most.
    ///
    /// A wait does not count the time for which a machine is suspended, and a wall clock that was set should be noticed while
    /// nobody trades.
    private var waitMax: Int64 {
        let deadline = wakesAt.load(ordering: .acquiring)
        return min(max(0, deadline - clock.now.microseconds), Timestamp.microsecondsPerSecond)
    }

    /// Fires the timers that are due, or as many as one `CLOCK` does.
    func fire(_ clock: Request?) {
        guard let clock else { return }
        apply(clock, line: Array("CLOCK".utf8).span, from: nil)
    }

    // MARK: Items

    func take(_ item: InboxItem) {
        switch item {
        case .opened(let connection):
            sessions[ObjectIdentifier(connection)] = Session(connection: connection)
        case .lines(let connection, let lines, let bytes):
            guard let session = sessions[ObjectIdentifier(connection)] else { return }
            for line in lines where !session.closes {
                if session.isWaiting {
                    session.waiting.append((line, bytes))
                } else {
                    receive(line, bytes, from: session)
                }
            }
        case .closed(let connection):
            if let session = sessions.removeValue(forKey: ObjectIdentifier(connection)) { close(session) }
        case .probe(let body): body()
        case .checked(let connection, let logon, let check):
            answer(connection) {
                finish(logon, check, $0)
                connection.answered()
            }
        case .hashed(let connection, let login, let hash):
            answer(connection) {
                set(login, hash, $0)
                connection.answered()
            }
        case .page(let ticket, let request, let page): answer(ticket) { finish(request, page, $0) }
        case .read(let ticket, let inquiry, let records): answer(ticket) { finish(ticket.id, inquiry, records, $0) }
        }
    }

    /// Gives the answer that a session waits for, then reads what came behind.
    func answer(_ connection: Connection, _ body: (Session) -> Void) {
        guard let session = sessions[ObjectIdentifier(connection)] else { return }
        session.isWaiting = false
        body(session)
        while !session.isWaiting, !session.closes, !session.waiting.isEmpty {
            let (line, bytes) = session.waiting.removeFirst()
            receive(line, bytes, from: session)
        }
    }

    func receive(_ line: ReceivedLine, _ bytes: [UInt8], from session: Session) {
        switch line {
        case .failure(let failure): refuse(failure.id, failure.refusal, session)
        case .tooLong(let refusal):
            refuse(.none, refusal, session)
            end(session)
        case .ended: end(session)
        case .request(let request, let range):
            perform(request, bytes.span.extracting(range), session)
            if request.body.holdsOthers, !session.isWaiting { session.connection.answered() }
        }
    }

    func perform(_ line: ParsedLine, _ bytes: Span<UInt8>, _ session: Session) {
        if case .query = line.body {
            venue.answer(line, member: session.member, served: served, output: &output)
            return route(to: session)
        }
        guard let member = session.member else {
            switch line.body {
            case .logon(let logon): return check(logon, session)
            case .challenge: return challenge(line.id, session)
            default:
                let text = "\(line.verb.text) needs a session; send LOGON first"
                return refuse(line.id, Refusal(.notLoggedOn, text), session)
            }
        }
        switch line.body {
        case .query: break
        case .command(let command):
            if let refusal = credentialRefusal(command) { return refuse(line.id, refusal, session) }
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
            if line.verb == .revoke || line.verb == .approve { endRevokedSessions() }
        case .logon(let logon):
            refuse(logon.id, Refusal(.alreadyLoggedOn, "this connection has logged on; LOGOUT ends it"), session)
        case .challenge: challenge(line.id, session)
        case .login(let login): hash(.login(login), session)
        case .rotate(let rotation): hash(.rotation(rotation, isRepeat: false), session)
        case .bid(let bid): seal(bid, member, session)
        case .subscribe(let market): subscribe(line.id, market, true, session)
        case .unsubscribe(let market): subscribe(line.id, market, false, session)
        case .resume(let resumption): resume(line.id, resumption, member, session)
        case .inquiry(let inquiry): read(line.id, inquiry, member, session)
        }
    }
}
