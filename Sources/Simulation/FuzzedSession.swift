import Exchange
import Logging
import NIOEmbedded
import Permits
import Seals
import Server
import Storage
import Wire

/// A venue on a simulated disk that gets whatever bytes there are, from a member that has logged on.
package final class FuzzedSession {
    private let core: VenueCore
    private let workers = SimulatedWorkers()
    private let loop = EmbeddedEventLoop()
    private let reads: LoopReads
    private var turn = 0

    /// - Parameter directory: an existing directory, for the venue's lock alone.
    /// - Throws: what the venue throws if it cannot start.
    package init(directory: String) throws {
        SimulatedDisk.installed.erase(seed: 1)
        var configuration = ServerConfiguration(
            directory: directory,
            logKey: Ed25519.PrivateKey(seed: .zero),
            logger: Logger(label: "fuzz", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        configuration.bootstrap = RequestMaker.bootstrap()
        configuration.passwordCost = RequestMaker.passwordCost
        configuration.readsEntriesBack = true
        (configuration.limits.sessionQuota, configuration.limits.memberQuota) = (nil, nil)
        configuration.clock = { ClockReading(Timestamp(microseconds: 1_803_895_200_000_000)) }
        core = try VenueCore(configuration: configuration, workers: workers.workers, onFailure: {})
        reads = core.loopReads()
        core.begin()
        settle(rounds: 4)
    }

    /// Sends bytes on a connection of their own, in two reads, and counts the answers.
    ///
    /// - Parameter bytes: what a client sends; the members log on in turn.
    /// - Throws: `SimulationFailure` if a line has not exactly one answer, or the venue stops.
    package func feed(_ bytes: [UInt8]) throws {
        let members = RequestMaker.participants + ["operator", "epa"]
        turn += 1
        let link = try SimulatedLink(to: core, reads, on: loop)
        link.send("LOGON member=\(members[turn % members.count]) user=u password=\(RequestMaker.password) version=1\n")
        link.send(bytes)
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
            .filter { !$0.isEmpty && !$0.elementsEqual([UInt8(ascii: "\r")]) }.count
        let cut = bytes.isEmpty ? 0 : turn % bytes.count
        try link.carryToVenue(atMost: 60 + cut)
        settle(rounds: lines + 4)
        try link.carryToVenue(atMost: .max)
        settle(rounds: lines + 4)
        let answer = try link.carryToClient(atMost: .max)
        let answers = answer.split(separator: UInt8(ascii: "\n"))
            .filter { $0.starts(with: Array("OK".utf8)) || $0.starts(with: Array("ERR".utf8)) }.count
        // After a LOGOUT the venue answers nothing more; nor after a line that is too long, whose end it does not wait for.
        let unfinished = bytes.count - (bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0)
        let answersMax = lines + 1 + (unfinished > Limits.lineBytesBeforeLogonMax ? 1 : 0)
        guard link.isClosed ? answers <= answersMax : answers == lines + 1 else {
            throw SimulationFailure("\(lines + 1) lines have \(answers) answers")
        }
        if let failure = core.failure { throw SimulationFailure("the venue stopped: \(failure)") }
        link.cut()
        settle(rounds: 4)
        core.venue.exchange.checkInvariants()
    }

    /// Lets the venue work; each line whose answer is read or hashed elsewhere takes a round.
    private func settle(rounds: Int) {
        for _ in 0..<rounds {
            loop.run()
            core.sequence()
            for worker in workers.all { worker.drain() }
            core.book()
        }
    }
}
