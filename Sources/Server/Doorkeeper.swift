import NIOConcurrencyHelpers
import NIOCore
import Permits

/// Who may connect, and who may try a password: connections by source, and delays after failed logons.
///
/// 1. What anybody can do to a login from outside delays that outsider alone: a login is never locked.
/// 2. Where a login has logged on before, failures of others at that source do not delay it.
///
/// Shared by the event loops and the sequencer.
final class Doorkeeper: Sendable {
    /// Where a connection comes from: an IPv4 address, or an IPv6 network of 64 bits, which one sender usually has whole.
    struct Source: Hashable, Sendable {
        let text: String

        init(_ address: SocketAddress?) {
            guard let address, let ip = address.ipAddress else {
                text = "local"
                return
            }
            switch address {
            case .v6: text = ip.split(separator: ":", omittingEmptySubsequences: false).prefix(4).joined(separator: ":")
            default: text = ip
            }
        }
    }

    /// Whether a connection may stay.
    enum Admission: Sendable {
        case admitted
        /// Only for the operator and regulators: the other places are taken.
        case reserved
        case refused(String)
    }

    private struct Failures {
        var count = 0
        var until = Timestamp.zero
        var last = Timestamp.zero
    }

    private struct Attempt: Hashable {
        let source: Source
        /// Nil for all that the source tries.
        let login: String?
    }

    private struct State {
        var connections = 0
        var unauthenticated: [Source: Int] = [:]
        var failures: [Attempt: Failures] = [:]
        var known: Set<Attempt> = []
    }

    private let limits: ServerLimits
    private let state = NIOLockedValueBox(State())

    /// How many failures of a login at a source are free of delay.
    static let freeFailures = 5
    /// How many failures of a source are free of delay, over all logins.
    static let freeFailuresOfSource = 50
    /// The longest delay, in seconds.
    static let delaySecondsMax: Int64 = 900
    /// After how many seconds without a failure they are forgotten.
    private static let forgetSeconds: Int64 = 3600
    /// How many attempts are remembered; beyond, those whose delay is over are forgotten first.
    private static let attemptsMax = 100_000

    init(limits: ServerLimits) { self.limits = limits }

    // MARK: Connections

    /// Counts a new connection.
    func admit(_ source: Source) -> Admission {
        state.withLockedValue { state in
            guard state.connections < limits.connectionsMax else {
                return .refused("the venue has its most connections, \(limits.connectionsMax)")
            }
            let waiting = state.unauthenticated[source] ?? 0
            guard waiting < limits.unauthenticatedMax else {
                return .refused("\(waiting) connections from there have not logged on, the most that may wait")
            }
            state.connections += 1
            state.unauthenticated[source] = waiting + 1
            return state.connections > limits.connectionsMax - limits.reservedPlaces ? .reserved : .admitted
        }
    }

    /// A connection that was admitted has logged on, or has gone without that.
    func left(_ source: Source) {
        state.withLockedValue { state in
            let waiting = (state.unauthenticated[source] ?? 1) - 1
            state.unauthenticated[source] = waiting > 0 ? waiting : nil
        }
    }

    /// A connection that was admitted has gone.
    func closed() { state.withLockedValue { $0.connections -= 1 } }

    // MARK: Logons

    /// How many milliseconds a login must wait at a source before it may be tried again.
    func delay(_ login: String, at source: Source, now: Timestamp) -> Int64 {
        state.withLockedValue { state in
            let attempt = Attempt(source: source, login: login)
            var until = state.failures[attempt]?.until ?? .zero
            if !state.known.contains(attempt) {
                until = max(until, state.failures[Attempt(source: source, login: nil)]?.until ?? .zero)
            }
            return max(0, (until.microseconds - now.microseconds + 999) / 1000)
        }
    }

    /// Whether a login has logged on from a source before.
    func isKnown(_ login: String, at source: Source) -> Bool {
        state.withLockedValue { $0.known.contains(Attempt(source: source, login: login)) }
    }

    /// A logon failed.
    /// - Returns: how often in a row it has failed there.
    func failed(_ login: String, at source: Source, now: Timestamp) -> Int {
        state.withLockedValue { state in
            if state.failures.count >= Doorkeeper.attemptsMax {
                state.failures = state.failures.filter { $0.value.until > now }
                if state.failures.count >= Doorkeeper.attemptsMax { state.failures.removeAll() }
            }
            Doorkeeper.count(
                &state.failures[Attempt(source: source, login: nil), default: Failures()],
                free: Doorkeeper.freeFailuresOfSource,
                now
            )
            return Doorkeeper.count(
                &state.failures[Attempt(source: source, login: login), default: Failures()],
                free: Doorkeeper.freeFailures,
                now
            )
        }
    }

    @discardableResult
    private static func count(_ failures: inout Failures, free: Int, _ now: Timestamp) -> Int {
        let second = Timestamp.microsecondsPerSecond
        if failures.last.adding(microseconds: forgetSeconds * second) < now { failures = Failures() }
        failures.count += 1
        failures.last = now
        let doublings = failures.count - free
        if doublings >= 0 {
            failures.until = now.adding(microseconds: min(delaySecondsMax, 1 << min(doublings, 10)) * second)
        }
        return failures.count
    }

    /// A logon succeeded.
    func succeeded(_ login: String, at source: Source) {
        state.withLockedValue { state in
            let attempt = Attempt(source: source, login: login)
            state.failures[attempt] = nil
            if state.known.count >= Doorkeeper.attemptsMax { state.known.removeAll() }
            state.known.insert(attempt)
        }
    }
}
