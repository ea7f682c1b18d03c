import Audit
import Exchange
import Foundation
import Logging
import NIOCore
import NIOEmbedded
import Permits
import Seals
import Server
import Storage
import Synchronization
import Wire

/// A venue, its disk, its network and its clients in one thread, driven by a seed: the same seed, the same run.
///
/// Everything of the venue is real but its threads, its sockets, its clock and its disk. A safety phase, in which connections
/// break, processes die, the power goes and the disk fails, is followed by a liveness phase: faults stop, and everything
/// must be answered and agree.
package final class Simulation {
    private let steps: Int
    private let onlyFault: Fault?
    private let directory: String
    private let disk = SimulatedDisk.installed
    private var random: SplitMix64
    private let clock = SimulatedClock()
    private var clients: [SimulatedClient] = []
    private var requests = RequestMaker()
    private var report = SimulationReport()

    /// The process of the venue; nil while it is down.
    private var process: Process?

    private struct Process {
        let core: VenueCore
        let workers: SimulatedWorkers
        let loop: EmbeddedEventLoop
        let reads: LoopReads
    }

    /// The n-th operation of the disk that fails, from 1.
    package struct Fault {
        package let kind: SimulatedDisk.Fault
        package let number: Int
        /// Whether the power goes then, and takes what is not synced; else the process alone ends.
        package let cutsPower: Bool

        package init(_ kind: SimulatedDisk.Fault, number: Int, cutsPower: Bool) {
            self.kind = kind
            self.number = number
            self.cutsPower = cutsPower
        }
    }

    /// - Parameters:
    ///   - seed: what decides everything.
    ///   - steps: of the safety phase.
    ///   - onlyFault: the one fault that comes, at its place; nil for all kinds as the seed decides.
    ///   - directory: an existing directory, for the venue's lock alone.
    package init(seed: UInt64, steps: Int, onlyFault: Fault? = nil, directory: String) {
        self.steps = steps
        self.onlyFault = onlyFault
        self.directory = directory
        random = SplitMix64(seed: seed)
        disk.erase(seed: random.next())
        if let onlyFault { disk.fail(onlyFault.kind, after: onlyFault.number) }
        for member in RequestMaker.participants + ["operator", "epa"] {
            clients.append(
                SimulatedClient(
                    member: member,
                    password: RequestMaker.password,
                    key: RequestMaker.key(of: member),
                    isOfficial: ["operator", "epa"].contains(member),
                    markets: member == "coal" ? [] : RequestMaker.markets
                )
            )
        }
    }

    /// Runs both phases.
    /// - Throws: `SimulationFailure` if a promise was broken.
    package func run() throws -> SimulationReport {
        try startUntilItRuns()
        for _ in 0..<steps { try step() }
        try live()
        try compareWithReplay()
        try stopProcess { disk.kill() }
        report.seeds = 1
        report.steps = steps
        report.failedOperations = disk.failureCount
        report.acknowledged = clients.reduce(0) { $0 + $1.acknowledged.count }
        report.resent = clients.reduce(0) { $0 + $1.resent }
        report.refusedForNow = clients.reduce(0) { $0 + $1.refusedForNow }
        report.reconnects = clients.reduce(0) { $0 + $1.reconnects }
        return report
    }

    /// The journal as it stands, as a stream file; nil if it cannot be read.
    package func journalText() -> [UInt8]? {
        guard let core = process?.core else { return nil }
        var text: [UInt8] = []
        do { try core.forEachBatch { text += $0.payload } } catch { return nil }
        return text
    }

    // MARK: The process

    private static let logKey = Ed25519.PrivateKey(seed: .zero)

    private func start() throws {
        // A process that has died leaves no lock; ours lives on in this one.
        unlink(directory + "/lock")
        var configuration = ServerConfiguration(
            directory: directory,
            logKey: Simulation.logKey,
            logger: Logger(label: "simulation", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        configuration.bootstrap = RequestMaker.bootstrap()
        configuration.clock = { [clock] in clock.reading }
        configuration.passwordCost = RequestMaker.passwordCost
        configuration.readsEntriesBack = true
        // The simulated wall clock is set back now and then.
        configuration.acceptsFutureJournal = true
        configuration.commandsPerSnapshot = 100
        // So little that bursts exceed them.
        configuration.limits.inboxMax = 90
        configuration.limits.sessionQuota = RequestQuota(perSecond: 50, burst: 60)
        configuration.limits.memberQuota = RequestQuota(perSecond: 100, burst: 80)
        let workers = SimulatedWorkers()
        let core = try VenueCore(configuration: configuration, workers: workers.workers, onFailure: {})
        process = Process(core: core, workers: workers, loop: EmbeddedEventLoop(), reads: core.loopReads())
        core.begin()
        try checkAcknowledged(core)
    }

    /// Starts the venue, again and again while the disk fails.
    private func startUntilItRuns() throws {
        for attempt in 0... {
            do {
                return try start()
            } catch let failure as SimulationFailure {
                throw failure
            } catch {
                guard disk.hasFailed, attempt < 3 else {
                    throw SimulationFailure("the venue does not start on a whole disk: \(error)")
                }
                report.diskFaults += 1
                try stopProcess { onlyFault?.cutsPower == true ? disk.cutPower() : disk.kill() }
                disk.heal()
            }
        }
    }

    /// Ends the process; what it sent before may still arrive.
    /// - Parameter disk: what happens to the disk meanwhile.
    /// - Throws: `SimulationFailure` if what arrives is not right.
    private func stopProcess(_ disk: () -> Void) throws {
        for client in clients where random.chance(700) { try client.read(atMost: .max) }
        // From here on the process changes nothing any more, and what it has left is taken away.
        disk()
        for client in clients { client.cut() }
        // Timers that are left would hold their connections for ever.
        process?.loop.advanceTime(by: .hours(1))
        process?.workers.all.forEach { $0.discard() }
        process = nil
    }

    /// What was acknowledged must be there, as it was.
    private func checkAcknowledged(_ core: VenueCore) throws {
        let exchange = core.venue.exchange
        for client in clients {
            guard let code = Code(client.member), let member = exchange.members.member(code) else {
                guard client.acknowledged.isEmpty else { throw SimulationFailure("member \(client.member) is lost") }
                continue
            }
            for (id, sequence) in client.acknowledged {
                guard let code = Code(id), let reply = exchange.firstReplies.reply(to: code, of: member) else {
                    throw SimulationFailure("\(id) was acknowledged as command \(sequence) and is lost")
                }
                guard reply.sequence == sequence else {
                    throw SimulationFailure("\(id) was command \(sequence) and is now \(reply.sequence)")
                }
            }
        }
        exchange.checkInvariants()
    }

    // MARK: Safety

    private func step() throws {
        guard let process else { return try startUntilItRuns() }
        if process.core.failure != nil {
            guard disk.hasFailed else {
                throw SimulationFailure("the venue stopped on a whole disk: \(process.core.failure.debugDescription)")
            }
            report.diskFaults += 1
            try stopProcess { onlyFault?.cutsPower == true ? disk.cutPower() : disk.kill() }
            disk.heal()
            return
        }
        let client = random.pick(clients)
        switch random.number(0...999) {
        case ..<250: try act(client)
        case ..<450: try carry(client)
        case ..<550: process.loop.run()
        case ..<700: process.core.sequence()
        case ..<820: random.pick(process.workers.all).runOne()
        case ..<860: process.core.book()
        case ..<960: try client.read(atMost: Int(random.number(1...2000)))
        case ..<982: pass(random.number(0...5_000_000))
        case ..<988: client.cut()
        case ..<990:
            clock.setWall(by: random.number(-3_600_000_000...3_600_000_000))
            report.clockJumps += 1
        case ..<992: try kill()
        case ..<994: try cutPower()
        case ..<995: try stopCleanly()
        case ..<997 where onlyFault != nil: process.core.book()
        case ..<997: disk.fail(random.chance(500) ? .ioError : .full, after: Int(random.number(1...60)))
        default: try burst()
        }
    }

    /// Time goes by, for the clock and for the timers of connections.
    private func pass(_ microseconds: Int64) {
        clock.tick(by: microseconds)
        process?.loop.advanceTime(by: .microseconds(microseconds))
    }

    private func act(_ client: SimulatedClient) throws {
        guard let process else { return }
        guard client.link != nil else { return try connect(client, to: process) }
        guard client.isLoggedOn else { return }
        if random.chance(30) {
            return client.probe(random.pick(["PING", "BOOK market=M", "NONSENSE", "ORDER qty=", "ACCOUNT"]))
        }
        let (id, line) = requests.next(client.member, &random)
        client.request(id, line)
    }

    /// Begins a session, with requests in the same packet as its logon at times.
    private func connect(_ client: SimulatedClient, to process: Process) throws {
        let credential = random.pick(SimulatedClient.Credential.allCases)
        let certified = credential == .certificate ? ["\(client.member)/u"] : []
        let link = try SimulatedLink(to: process.core, process.reads, on: process.loop, certified: certified)
        client.connect(link, by: credential, behind: requests.pipelined(client.member, &random))
    }

    /// Many requests of one client at once.
    private func burst() throws {
        let client = random.pick(clients)
        for _ in 0..<random.number(1...100) { try act(client) }
        try client.link?.carryToVenue(atMost: .max)
    }

    private func carry(_ client: SimulatedClient) throws {
        try client.link?.carryToVenue(atMost: Int(random.chance(700) ? random.number(1...2000) : random.number(1...20)))
    }

    private func kill() throws {
        report.kills += 1
        try stopProcess { disk.kill() }
    }

    private func cutPower() throws {
        report.powerCuts += 1
        try stopProcess { disk.cutPower() }
    }

    private func stopCleanly() throws {
        guard let process else { return }
        report.cleanStops += 1
        settle(process)
        do {
            try process.core.close()
        } catch {
            guard disk.hasFailed else { throw SimulationFailure("the venue does not stop on a whole disk: \(error)") }
            disk.heal()
        }
        try stopProcess { disk.kill() }
    }

    /// Lets the venue finish what it has.
    private func settle(_ process: Process) {
        for _ in 0..<1000 {
            process.loop.run()
            process.core.sequence()
            for worker in process.workers.all { worker.drain() }
            process.core.book()
            if process.core.failure != nil { return }
            if process.core.settledSequence == process.core.lastCommand, process.workers.all.allSatisfy(\.isIdle) {
                return
            }
        }
    }

    // MARK: Liveness

    /// Without faults everything is answered, and every stream is whole.
    private func live() throws {
        disk.heal()
        if let process, process.core.failure != nil {
            try stopProcess { disk.kill() }
        }
        if process == nil { try startUntilItRuns() }
        guard let process else { return }
        for client in clients { client.cut() }
        for _ in 0..<200 {
            pass(1_000_000)
            for client in clients {
                if client.link == nil {
                    try connect(client, to: process)
                } else if client.isLoggedOn {
                    client.goOn()
                }
                try client.link?.carryToVenue(atMost: .max)
            }
            settle(process)
            if let failure = process.core.failure {
                throw SimulationFailure("the venue stopped on a whole disk: \(failure)")
            }
            for client in clients { try client.read(atMost: .max) }
            if clients.allSatisfy(\.isSatisfied) { return }
        }
        let waiting = clients.filter { !$0.isSatisfied }.map { "\($0.member) (\($0.open.count) unanswered)" }
        throw SimulationFailure("no progress without faults: \(waiting.joined(separator: ", ")) wait")
    }

    // MARK: Agreement

    /// A replay of the journal on a fresh engine says the same as the venue said: every answer, every event, every balance.
    private func compareWithReplay() throws {
        guard let core = process?.core else { return }
        var replay = StreamReplay()
        var model = ModelFollower()
        var answers: [String: String] = [:]
        var streams: [Destination: [String]] = [:]
        var facts: [LogEntry] = []
        let blinding = Blinding(key: Simulation.logKey)
        try core.forEachBatch { batch in
            try replay.run(batch.payload) { step, venue in
                try model.follow(step, venue)
                if let sequence = step.sequence {
                    facts += step.output.facts(sequence: sequence, of: venue.exchange, blinding: blinding)
                }
                for line in step.output.lines {
                    let text = String(decoding: step.output.text(of: line), as: UTF8.self)
                    switch line.destination {
                    case .reply:
                        guard let id = text.value(of: "id"), !text.hasSuffix(" dup=1") else { continue }
                        guard !text.contains(" code=DUPLICATE_ID ") else { continue }
                        guard answers.updateValue(text, forKey: id) == nil else {
                            throw SimulationFailure("\(id) was executed twice")
                        }
                    case .member, .market: streams[line.destination, default: []].append(text)
                    }
                }
            }
        }
        let exchange = replay.venue.exchange
        try model.compareBalances(exchange)
        report.commands = exchange.sequence
        report.digest = core.lastHash
        guard exchange.stateBytes() == core.venue.exchange.stateBytes() else {
            throw SimulationFailure("the replay of the journal ends in another state than the venue")
        }
        for client in clients {
            for (id, text) in client.answers where answers[id] != text {
                throw SimulationFailure(
                    "\(id) was answered \"\(text)\", the replay says \"\(answers[id] ?? "nothing")\""
                )
            }
            for stream in client.streams {
                let lines = try destination(of: stream, client, replay.venue).flatMap { streams[$0] } ?? []
                guard stream.lines.sorted(by: { $0.key < $1.key }).map(\.value) == lines else {
                    throw SimulationFailure("stream \(stream.name) of \(client.member) differs from the replay's")
                }
                report.events += lines.count
            }
        }
        try compare(core.sealed(), with: facts)
        let differences = try core.settledBalances().differences(from: exchange)
        guard differences.isEmpty else {
            throw SimulationFailure("settlement differs: \(differences.joined(separator: "; "))")
        }
    }

    /// The sealed log has each fact of the replay, and no other, and its newest checkpoint is of them all.
    private func compare(_ log: (entries: [LogEntry], checkpoint: Checkpoint?), with facts: [LogEntry]) throws {
        guard log.entries.map(\.leaf) == facts.map(\.leaf), log.entries.map(\.content) == facts.map(\.content) else {
            throw SimulationFailure(
                "the sealed log has \(log.entries.count) leaves, the replay \(facts.count) facts, not the same"
            )
        }
        var tree = MerkleFrontier()
        for fact in facts { tree.append(MerkleTree.leaf(fact.leaf)) }
        guard log.checkpoint?.size ?? 0 == tree.count, log.checkpoint.map({ $0.root == tree.root }) ?? true else {
            throw SimulationFailure("the newest checkpoint is not of the log's leaves")
        }
    }

    private func destination(
        of stream: SimulatedStream,
        _ client: SimulatedClient,
        _ venue: Venue
    ) throws -> Destination? {
        guard let name = Code(stream.name), let code = Code(client.member) else { return nil }
        if name == Exchange.privateStream { return venue.exchange.members.member(code).map { .member($0) } }
        return venue.marketID(name).map { .market($0) }
    }
}

/// The clocks of a machine, whose wall clock somebody sets now and then.
private final class SimulatedClock: Sendable {
    private let clocks = Mutex(ClockReading(Timestamp(microseconds: 1_803_895_200_000_000)))

    var reading: ClockReading { clocks.withLock { $0 } }

    func setWall(by microseconds: Int64) {
        clocks.withLock { $0.wall = $0.wall.adding(microseconds: microseconds) }
    }

    func tick(by microseconds: Int64) {
        clocks.withLock { clocks in
            clocks.wall = clocks.wall.adding(microseconds: microseconds)
            clocks.steady += microseconds
        }
    }
}

extension String {
    /// The value of a field of a reply.
    fileprivate func value(of key: String) -> String? {
        split(separator: " ").first { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
    }
}
