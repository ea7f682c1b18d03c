import Exchange
import Logging
import NIOConcurrencyHelpers
import Wire

/// Tells the operator of every logon, failed or not: who, from where, why not; never a password, a signature or a hash.
///
/// Shared by the sequencer and the event loops.
final class LogonLog: Sendable {
    private let tally = NIOLockedValueBox(LogonTally())
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// Notes a logon.
    /// - Parameters:
    ///   - logon: who wanted to log on.
    ///   - source: from where.
    ///   - reason: why it was refused; nil if it was not.
    ///   - now: the steady clock, in microseconds.
    func note(_ logon: Logon, from source: Doorkeeper.Source, refused reason: String?, at now: Int64) {
        guard takesLine(from: source, isFailure: reason != nil, at: now) else { return }
        var metadata: Logger.Metadata = [
            "member": "\(logon.member)", "login": "\(logon.user)", "source": "\(source.text)",
        ]
        guard let reason else { return logger.notice("logged on", metadata: metadata) }
        metadata["reason"] = "\(reason)"
        logger.warning("logon refused", metadata: metadata)
    }

    /// Notes a client certificate that was refused, before anybody has said who it is.
    func noteCertificate(from source: Doorkeeper.Source, refused reason: String, at now: Int64) {
        guard takesLine(from: source, isFailure: true, at: now) else { return }
        logger.warning("client certificate refused", metadata: ["source": "\(source.text)", "reason": "\(reason)"])
    }

    /// Tells of those that had no line of their own, once their minute is over.
    func tellRest(at now: Int64) {
        for line in tally.withLockedValue({ $0.summary(at: now) }) { logger.warning("\(line)") }
    }

    private func takesLine(from source: Doorkeeper.Source, isFailure: Bool, at now: Int64) -> Bool {
        tellRest(at: now)
        return tally.withLockedValue { $0.takesLine(source.text, isFailure: isFailure, at: now) }
    }
}

/// Which logons get a line of their own: the first few of each source in a minute, and not too many in all.
///
/// The others are counted, and told together when the minute is over; so neither a guesser nor many of them fill a disk.
struct LogonTally {
    /// The most lines of one source in a minute.
    static let linesOfSourceMax = 10
    /// The most lines in a minute.
    static let linesMax = 200
    /// The most sources that are told apart in a minute.
    static let sourcesMax = 1000
    /// How many sources a summary names.
    static let namedMax = 5
    private static let microseconds: Int64 = 60_000_000

    private struct Count {
        var lines = 0
        var refused = 0
        var succeeded = 0
        /// How many had no line.
        var rest: Int { refused + succeeded }
    }

    private var end: Int64 = 0
    private var lines = 0
    private var counts: [String: Count] = [:]
    /// Those of sources beyond `sourcesMax`.
    private var others = Count()

    /// Counts a logon.
    /// - Returns: whether it gets a line.
    mutating func takesLine(_ source: String, isFailure: Bool, at now: Int64) -> Bool {
        if counts.isEmpty, others.rest == 0 { end = now + LogonTally.microseconds }
        let isTold = counts[source] != nil || counts.count < LogonTally.sourcesMax
        var count = (isTold ? counts[source] : others) ?? Count()
        let takesLine = lines < LogonTally.linesMax && count.lines < LogonTally.linesOfSourceMax
        if takesLine {
            lines += 1
            count.lines += 1
        } else if isFailure {
            count.refused += 1
        } else {
            count.succeeded += 1
        }
        if isTold { counts[source] = count } else { others = count }
        return takesLine
    }

    /// What is told of those without a line, if their minute is over; then counting begins anew.
    mutating func summary(at now: Int64) -> [String] {
        guard now >= end, !counts.isEmpty || others.rest > 0 else { return [] }
        let quiet = counts.filter { $0.value.rest > 0 }
            .sorted { ($1.value.rest, $0.key) < ($0.value.rest, $1.key) }
        var texts = quiet.prefix(LogonTally.namedMax).map { LogonTally.text($0.value, "from \($0.key)") }
        var rest = others
        for (_, count) in quiet.dropFirst(LogonTally.namedMax) {
            rest.refused += count.refused
            rest.succeeded += count.succeeded
        }
        if rest.rest > 0 { texts.append(LogonTally.text(rest, "from other sources")) }
        self = LogonTally()
        return texts
    }

    private static func text(_ count: Count, _ place: String) -> String {
        "\(count.rest) more logons within a minute \(place): \(count.refused) refused, \(count.succeeded) succeeded"
    }
}
