package import Audit
package import NIOCore
import Permits
import Exchange
import Logging
package import Seals
import NIOConcurrencyHelpers
package import Storage
package import Wire

/// A venue without its sockets: sequencer, journal and settlement of one data directory.
///
/// `start` gives it threads. The simulator gives it none: it calls `sequence` and `book` when its seed says so, and runs
/// what the workers were given.
package final class VenueCore: Sendable {
    let configuration: ServerConfiguration
    private let journal: Journal
    private let followers: Followers
    private let journalCheck: JournalCheck
    private let inbox: Inbox
    private let projector: Projector
    private let passwords: PasswordWorkers
    private let doorkeeper: Doorkeeper
    private let clock: VenueClock
    private let logonLog: LogonLog
    private let disks: DiskWatch
    let sequencer: Sequencer
    private let fault: NIOLockedValueBox<(any Error)?>
    /// Stream-file entries that an empty journal begins with, or that a restart needs.
    private let entries: [String]

    /// What a first start gave the operator's login; nil if the venue existed or the configuration has its own entries.
    package let operatorPassword: String?

    /// Opens the data directory and recovers the venue.
    /// - Parameters:
    ///   - configuration: how it runs.
    ///   - workers: who commits, hashes and reads for it.
    ///   - onFailure: called when the disk fails; the venue answers nothing any more then.
    /// - Throws: what storage and recovery throw.
    package init(
        configuration: ServerConfiguration,
        workers: Workers,
        onFailure: @escaping @Sendable () -> Void
    ) throws {
        self.configuration = configuration
        journal = try Journal(directory: configuration.directory)
        followers = try Followers(
            directory: configuration.directory,
            journal: journal,
            logKey: configuration.logKey,
            logOrigin: configuration.logOrigin,
            logger: configuration.logger
        )
        let (venue, settled) = try Recovery.recover(
            journal: journal,
            followers: followers,
            logger: configuration.logger
        )
        try VenueCore.checkTime(of: venue, configuration)
        clock = VenueClock(
            configuration.clock,
            notBefore: venue.exchange.now,
            boundSeconds: configuration.limits.clockSecondsMax,
            logger: configuration.logger
        )
        logonLog = LogonLog(configuration.logger)
        doorkeeper = Doorkeeper(limits: configuration.limits)
        inbox = Inbox(capacity: configuration.limits.inboxMax)
        fault = NIOLockedValueBox(nil)
        let failed: @Sendable (any Error) -> Void = { [fault, logger = configuration.logger] error in
            logger.critical("the venue stops: \(error)")
            fault.withLockedValue { $0 = $0 ?? error }
            onFailure()
        }
        projector = Projector(
            from: settled,
            followers: followers,
            journal: journal,
            configuration: configuration,
            readers: workers.readers,
            onFailure: failed
        )
        journalCheck = JournalCheck(journal, projector: projector, logger: configuration.logger)
        let committer = Committer(
            journal: journal,
            journalEnd: followers.journalEnd,
            clock: clock,
            projector: projector,
            inbox: inbox,
            workers: workers,
            logger: configuration.logger,
            onFailure: failed
        )
        disks = DiskWatch(
            directory: configuration.directory,
            roomMin: configuration.limits.diskRoomMin,
            reserve: configuration.limits.diskReserve,
            hold: { [projector] in projector.hold($0) },
            logger: configuration.logger
        )
        passwords = try PasswordWorkers(cost: configuration.passwordCost, worker: workers.passwords)
        sequencer = Sequencer(
            venue: venue,
            configuration: configuration,
            inbox: inbox,
            committer: committer,
            projector: projector,
            passwords: passwords,
            doorkeeper: doorkeeper,
            clock: clock,
            salts: try RequestSalt(key: configuration.logKey),
            logonLog: logonLog,
            journal: journal,
            journalCheck: journalCheck,
            disks: disks
        )
        (entries, operatorPassword) = try VenueCore.firstEntries(of: venue, configuration)
    }

    /// Refuses a journal from the future, unless the operator has said that it is right.
    ///
    /// A stamp never goes back: who starts on such a journal stays ahead of the world for as long.
    private static func checkTime(of venue: Venue, _ configuration: ServerConfiguration) throws {
        let (last, wall) = (venue.exchange.now, configuration.clock().wall)
        let ahead = last.microseconds - wall.microseconds
        guard ahead > configuration.limits.clockSecondsMax * Timestamp.microsecondsPerSecond else { return }
        let text = "the journal's last command is of \(last), and the wall clock says \(wall)"
        guard configuration.acceptsFutureJournal else {
            throw ServerError(
                "\(text): set the machine's clock right and start again; if it is right, --accept-future-journal goes on from the "
                    + "journal's time, ahead of the world"
            )
        }
        configuration.logger.warning("\(text): accepted, the venue goes on from the journal's time")
    }

    private static func firstEntries(
        of venue: Venue,
        _ configuration: ServerConfiguration
    ) throws -> ([String], password: String?) {
        let restart = "venue RESTART rules=\(Exchange.newestRules)"
        guard venue.exchange.sequence == 0 else {
            let isNeeded =
                venue.exchange.rules != Exchange.newestRules
                || venue.exchange.members.logins.contains(where: \.isLoggedOn)
            return (isNeeded ? [restart] : [], nil)
        }
        if let bootstrap = configuration.bootstrap { return ([restart] + bootstrap, nil) }
        let password = try PasswordHash.randomPassword()
        let hash = try PasswordHash.make(password: password, cost: configuration.passwordCost)
        return (
            [
                restart,
                "venue FOUREYES on=1",
                "venue MEMBER member=operator role=operator name=\"Venue operator\"",
                "venue LOGIN member=operator user=admin hash=\(hash)",
            ],
            password
        )
    }

    /// Why the venue has stopped; nil while it runs.
    package var failure: (any Error)? { fault.withLockedValue { $0 } }

    /// What an event loop that reads for this venue needs.
    package func loopReads() -> LoopReads { LoopReads(sequencer: sequencer, inbox: inbox) }

    /// Lets a connection in, or tells it why not; on its event loop.
    /// - Parameters:
    ///   - channel: the connection.
    ///   - reads: what its loop reads.
    ///   - certified: the logins of its client certificate where no handshake tells them: in a simulation.
    /// - Throws: what NIO refuses.
    package func accept(_ channel: any Channel, _ reads: LoopReads, certified: [String] = []) throws {
        let source = Doorkeeper.Source(channel.remoteAddress)
        let admission = doorkeeper.admit(channel, from: source)
        if case .refused(let reason) = admission { return refuse(channel, reason) }
        var isReserved = false
        if case .reserved = admission { isReserved = true }
        let security = configuration.security
        let connection = Connection(
            channel: channel,
            unsentMax: configuration.limits.unsentBytesMax,
            source: source,
            isReserved: isReserved,
            serverDigest: security?.certificateDigest,
            doorkeeper: doorkeeper,
            noteBadCertificate: { [logonLog, clock] reason in
                logonLog.noteCertificate(from: source, refused: reason, at: clock.steady)
            }
        )
        connection.certify(names: certified)
        try security?.secure(channel, connection, handshakeSecondsMax: configuration.limits.handshakeSecondsMax)
        try channel.pipeline.syncOperations.addHandler(
            ConnectionHandler(
                connection: connection,
                inbox: inbox,
                loopReads: reads,
                configuration: configuration,
                clock: clock
            )
        )
    }

    /// Closes a connection for which there is no place; in plaintext it is told.
    private func refuse(_ channel: any Channel, _ reason: String) {
        guard configuration.security == nil else { return channel.close(promise: nil) }
        var output = Output()
        Venue.refuse(id: .none, Refusal(.busy, reason), output: &output)
        let bytes = channel.allocator.buffer(bytes: output.bytes.array(0..<output.bytes.count))
        channel.writeAndFlush(bytes).whenComplete { _ in channel.close(promise: nil) }
    }

    /// Starts the threads of sequencer and settlement.
    /// - Throws: `ServerError` if there are no threads to have.
    func start() throws {
        try projector.start()
        try sequencer.start(with: entries)
        try disks.start()
        try passwords.start()
        try journalCheck.start()
    }

    /// Finishes what was received; settlement catches up, but not for long, and leaves a snapshot.
    func stop() {
        journalCheck.stop()
        disks.stop()
        sequencer.stop()
        projector.stop()
        passwords.stop()
    }

    /// Runs `body` when the sequencer's turn comes: if it hangs, never.
    func whenAlive(_ body: @escaping @Sendable () -> Void) { inbox.add(.probe(body)) }

    /// Takes the wall clock as it is, if it is ahead of the venue's time: the operator's word.
    func acceptWallClock() { clock.acceptWallClock() }

    /// Closes the files.
    package func close() throws {
        try followers.close()
        try journal.close()
    }

    /// For reading the sealed log as it is now; nil if none is kept.
    var logReader: SealedLogReader? { followers.log?.reader }

    /// The last command that settlement has booked.
    package var settledSequence: UInt64 { projector.applied }

    // MARK: By hand

    /// Begins as `start` does, without threads.
    package func begin() { sequencer.begin(with: entries) }

    /// Takes what has come in, and commits it if the journal is free.
    package func sequence() { sequencer.runOnce() }

    /// Does one thing of settlement's: follows a batch, or books.
    package func book() { projector.advance() }

    /// The venue as the last command left it.
    package var venue: Venue { sequencer.venue }

    /// The last durable command.
    package var lastCommand: UInt64 { journal.lastCommand }

    /// The venue's time.
    var now: Timestamp { clock.now }

    /// The hash of the last durable batch.
    package var lastHash: Digest { journal.lastHash }

    /// Reads the journal from its first batch.
    package func forEachBatch(_ body: (JournalBatch) throws -> Void) throws { try journal.forEachBatch(body) }

    /// The sealed log's entries, and the newest checkpoint's root.
    package func sealed() throws -> (entries: [LogEntry], checkpoint: Checkpoint?) {
        guard let reader = followers.log?.reader else { return ([], nil) }
        var entries: [LogEntry] = []
        var cursor = reader.entries()
        while let entry = try cursor.next() { entries.append(entry) }
        return (entries, try reader.checkpoint().flatMap { Checkpoint(text: $0.text) })
    }

    /// What settlement has booked.
    package func settledBalances() throws -> Settlement.Balances { try followers.settlement.balances() }
}
