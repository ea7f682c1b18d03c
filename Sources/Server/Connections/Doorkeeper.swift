import Foundation
import NIOConcurrencyHelpers
import NIOCore
import Permits
import Seals

/// Who may connect, and who may try a password: connections by source, and delays after failed logons.
///
/// 1. What anybody can do to a login from outside delays that outsider alone: a login is never locked.
/// 2. Where a login has logged on before, failures at that source delay it by seconds, not minutes; a certificate is never delayed.
/// 3. Connections that do not log on keep nobody out.
///
/// Shared by the event loops and the sequencer.
final class Doorkeeper: Sendable {
    /// Where a connection comes from: an IPv4 address, or an IPv6 network of 64 bits, which one sender usually has whole.
    struct Source: Hashable, Sendable {
        let text: String

        init(_ address: SocketAddress?) {
            switch address {
            case .v6:
                var bytes = [UInt8](repeating: 0, count: 16)
                inet_pton(AF_INET6, address?.ipAddress ?? "", &bytes)
                let isMapped = bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
                text =
                    isMapped
                    ? bytes.suffix(4).map { String($0) }.joined(separator: ".")
                    : Hex.text(Array(bytes.prefix(8))) + "/64"
            case let address?: text = address.ipAddress ?? "local"
            case nil: text = "local"
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
        /// Microseconds of the steady clock, as all times here.
        var until: Int64 = 0
        var last: Int64 = 0

        /// The milliseconds that are left.
        func wait(_ now: Int64) -> Int64 { max(0, (until - now + 999) / 1000) }
    }

    private struct Attempt: Hashable {
        let source: Source
        /// Nil for all that the source tries.
        let login: String?
    }

    private struct State {
        var connections = 0
        /// Connections that have not logged on, the oldest of a source first.
        var waiting: [Source: [any Channel]] = [:]
        var failures: [Attempt: Failures] = [:]
        var known: Set<Attempt> = []

        mutating func remove(_ channel: any Channel, _ source: Source) {
            waiting[source]?.removeAll { $0 === channel }
            if waiting[source]?.isEmpty == true { waiting[source] = nil }
        }
    }

    private let limits: ServerLimits
    private let state = NIOLockedValueBox(State())

    /// How many failures of a login at a source are free of delay.
    static let freeFailures = 5
    /// How many failures of a source are free of delay, over all logins.
    static let freeFailuresOfSource = 50
    /// The longest delay, in seconds.
    static let delaySecondsMax: Int64 = 900
    /// The longest delay where the login has logged on before, in seconds: others behind the same address may be guessing.
    static let delaySecondsOfKnown: Int64 = 4
    /// After how many seconds without a failure they are forgotten.
    private static let forgetSeconds: Int64 = 3600
    /// How many attempts are remembered; beyond, those whose delay is over are forgotten first.
    private static let attemptsMax = 100_000

    init(limits: ServerLimits) { self.limits = limits }

    // MARK: Connections

    /// Counts a new connection.
    ///
    /// When the places for everybody are taken, those who have not logged on make room: the oldest of the source that has most of them.
    /// So connections that say nothing keep nobody out.
    func admit(_ channel: any Channel, from source: Source) -> Admission {
        let (admission, evicted) = state.withLockedValue { state -> (Admission, (any Channel)?) in
            let own = state.waiting[source]?.count ?? 0
            guard own < limits.unauthenticatedMax else {
                return (.refused("\(own) connections from there have not logged on, the most that may wait"), nil)
            }
            var evicted: (any Channel)?
            var admission = Admission.admitted
            if state.connections >= limits.connectionsMax - limits.reservedPlaces {
                if let most = state.waiting.max(by: { $0.value.count < $1.value.count })?.key {
                    evicted = state.waiting[most]?.removeFirst()
                    if state.waiting[most]?.isEmpty == true { state.waiting[most] = nil }
                } else if state.connections < limits.connectionsMax {
                    admission = .reserved
                } else {
                    return (.refused("the venue has its most connections, \(limits.connectionsMax)"), nil)
                }
            }
            state.connections += 1
            state.waiting[source, default: []].append(channel)
            return (admission, evicted)
        }
        evicted?.close(promise: nil)
        return admission
    }

    /// A connection that was admitted has logged on.
    func loggedOn(_ channel: any Channel, from source: Source) {
        state.withLockedValue { $0.remove(channel, source) }
    }

    /// A connection that was admitted has gone.
    func closed(_ channel: any Channel, from source: Source) {
        state.withLockedValue { state in
            state.remove(channel, source)
            state.connections -= 1
        }
    }

    // MARK: Logons

    /// How many milliseconds a login must wait at a source before it may be tried again, at most a few seconds where it has logged on before.
    func delay(_ login: String, at source: Source, now: Int64) -> Int64 {
        state.withLockedValue { state in
            let attempt = Attempt(source: source, login: login)
            let isKnown = state.known.contains(attempt)
            var wait = state.failures[attempt]?.wait(now) ?? 0
            if isKnown {
                wait = min(wait, 1000 * Doorkeeper.delaySecondsOfKnown)
            } else {
                wait = max(wait, state.failures[Attempt(source: source, login: nil)]?.wait(now) ?? 0)
            }
            return wait
        }
    }

    /// Whether a login has logged on from a source before.
    func isKnown(_ login: String, at source: Source) -> Bool {
        state.withLockedValue { $0.known.contains(Attempt(source: source, login: login)) }
    }

    /// A logon failed, or a change of credentials for lack of the old password.
    /// - Returns: how often in a row it has failed there.
    func failed(_ login: String, at source: Source, now: Int64) -> Int {
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
    private static func count(_ failures: inout Failures, free: Int, _ now: Int64) -> Int {
        let second = Timestamp.microsecondsPerSecond
        if failures.last + forgetSeconds * second < now { failures = Failures() }
        failures.count += 1
        failures.last = now
        let doublings = failures.count - free
        if doublings >= 0 {
            failures.until = now + min(delaySecondsMax, 1 << min(doublings, 10)) * second
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
