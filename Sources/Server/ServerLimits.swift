import Permits
package import Wire

/// What a server allows its clients: every limit with its default, as `STATUS` shows them.
package struct ServerLimits: Sendable {
    /// The most connections at once.
    package var connectionsMax = 1024
    /// How many of them are kept for the operator and regulators; a quarter of them at most.
    package var reservedPlaces: Int {
        get { min(reserved, connectionsMax / 4) }
        set { reserved = newValue }
    }
    private var reserved = 16
    /// The most connections from one source that have not logged on.
    package var unauthenticatedMax = 32
    /// The most requests of one member that wait for what is read elsewhere.
    package var memberReadsMax = 16
    /// The most sessions of one member.
    package var memberSessionsMax = 16
    /// How long a TLS handshake may take, in seconds.
    package var handshakeSecondsMax: Int64 = 5
    /// How long a connection may take to log on, in seconds.
    package var logonSecondsMax: Int64 = 30
    /// How long a line that has begun may take, in seconds.
    package var lineSecondsMax: Int64 = 10
    /// The requests that one session may send; nil for no limit.
    package var sessionQuota: RequestQuota? = RequestQuota(perSecond: 100, burst: 200)
    /// The requests that a member may send over all its sessions; nil for no limit.
    package var memberQuota: RequestQuota? = RequestQuota(perSecond: 400, burst: 800)
    /// The most bytes that a connection may have unsent before it is closed.
    package var unsentBytesMax = 8 << 20
    /// The most requests that wait for the sequencer; more get `BUSY`.
    package var inboxMax = 65_536

    /// How much the wall clock may differ from the venue's time before the operator is told, in seconds.
    package var clockSecondsMax: Int64 = 5
    /// The room on a disk below which the operator is told, in megabytes: an hour's journal of a busy venue.
    package var diskRoomMin: Int64 = 1024
    /// The room on a disk that is kept for the journal, in megabytes: with less, settlement waits.
    package var diskReserve: Int64 = 128

    package init() {}

    /// The limits as rows of `STATUS`: value, unit, and what happens beyond; a value of 0 is no limit.
    package var rows: [LimitRow] {
        ServerLimits.all.map { LimitRow($0.name, UInt64($0.value(self)), $0.unit, $0.effect) }
    }

    /// Sets a limit that can be set, by its name in `rows`; 0 for no limit of a rate.
    /// - Returns: false if there is no such limit, or it cannot have that value.
    package mutating func set(_ name: String, to value: Int64) -> Bool {
        guard value >= (name.hasSuffix("-rate") ? 0 : 1), value <= 1 << 30,
            let set = ServerLimits.all.first(where: { "\($0.name)" == name })?.set
        else { return false }
        set(&self, value)
        return true
    }

    private static func quota(_ rate: Int64) -> RequestQuota? {
        rate == 0 ? nil : RequestQuota(perSecond: min(rate, 1_000_000), burst: 2 * min(rate, 1_000_000))
    }
}

extension ServerLimits {
    /// A limit: its name, how it is read and set, and what it says of itself.
    private struct Declaration {
        let name: StaticString
        let unit: StaticString
        let effect: String
        let value: (ServerLimits) -> Int64
        /// Nil for what nobody can set.
        let set: ((inout ServerLimits, Int64) -> Void)?

        init(_ name: StaticString, fixed value: Int, _ unit: StaticString, _ effect: String) {
            (self.name, self.unit, self.effect) = (name, unit, effect)
            self.value = { _ in Int64(value) }
            set = nil
        }

        init(_ name: StaticString, _ limit: WritableKeyPath<ServerLimits, Int>, _ unit: StaticString, _ effect: String)
        {
            (self.name, self.unit, self.effect) = (name, unit, effect)
            value = { Int64($0[keyPath: limit]) }
            set = { $0[keyPath: limit] = Int($1) }
        }

        init(
            _ name: StaticString,
            _ limit: WritableKeyPath<ServerLimits, Int64>,
            _ unit: StaticString,
            _ effect: String
        ) {
            (self.name, self.unit, self.effect) = (name, unit, effect)
            value = { $0[keyPath: limit] }
            set = { $0[keyPath: limit] = $1 }
        }

        /// How many requests a quota grants in a second.
        init(_ name: StaticString, rateOf quota: WritableKeyPath<ServerLimits, RequestQuota?>, _ effect: String) {
            (self.name, unit, self.effect) = (name, "per s", effect)
            value = { $0[keyPath: quota]?.perSecond ?? 0 }
            set = { $0[keyPath: quota] = ServerLimits.quota($1) }
        }

        /// How many requests a quota grants at once.
        init(_ name: StaticString, burstOf quota: WritableKeyPath<ServerLimits, RequestQuota?>) {
            (self.name, unit, effect) = (name, "requests", "THROTTLED")
            value = { $0[keyPath: quota]?.burst ?? 0 }
            set = { $0[keyPath: quota]?.burst = $1 }
        }
    }

    private static var all: [Declaration] {
        [
            Declaration("line", fixed: Limits.lineBytesMax, "bytes", "LINE_TOO_LONG, and the connection is closed"),
            Declaration("line-logon", fixed: Limits.lineBytesBeforeLogonMax, "bytes", "the same, before a LOGON"),
            Declaration("line-time", \.lineSecondsMax, "s", "a line that has begun and does not end: closed"),
            Declaration("handshake-time", \.handshakeSecondsMax, "s", "a TLS handshake that does not end: closed"),
            Declaration("logon-time", \.logonSecondsMax, "s", "a connection that does not log on: closed"),
            Declaration("unsent", \.unsentBytesMax, "bytes", "a client that does not read: closed; RESUME goes on"),
            Declaration("session-rate", rateOf: \.sessionQuota, "THROTTLED; taking back has ten times as much"),
            Declaration("session-burst", burstOf: \.sessionQuota),
            Declaration("member-rate", rateOf: \.memberQuota, "THROTTLED, over all the member's sessions"),
            Declaration("member-burst", burstOf: \.memberQuota),
            Declaration("member-sessions", \.memberSessionsMax, "sessions", "LIMIT_REACHED at LOGON"),
            Declaration(
                "member-reads",
                \.memberReadsMax,
                "under way",
                "BUSY: RESUME, TRACE, PRICES, PROOF and the like"
            ),
            Declaration("connections", \.connectionsMax, "connections", "BUSY, and closed"),
            Declaration("connections-reserved", \.reservedPlaces, "of them", "for the operator and regulators"),
            Declaration("connections-waiting", \.unauthenticatedMax, "from one source", "not logged on: closed"),
            Declaration(
                "logon-failures",
                fixed: Int(Doorkeeper.freeFailures),
                "in a row",
                "THROTTLED for 1 s, doubling to \(Doorkeeper.delaySecondsMax) s, for that login at that source alone"
            ),
            Declaration(
                "logon-failures-source",
                fixed: Int(Doorkeeper.freeFailuresOfSource),
                "in a row",
                "the same for every login that has not logged on from there before"
            ),
            Declaration("queue", \.inboxMax, "requests", "BUSY"),
            Declaration("password-queue", fixed: PasswordWorkers.waitingMax, "logons", "BUSY"),
            Declaration("disk-room", \.diskRoomMin, "MB", "a disk with less: an alarm; a full one stops the venue"),
            Declaration("disk-reserve", \.diskReserve, "MB", "a disk with less: settlement waits, trading goes on"),
            Declaration("clock", \.clockSecondsMax, "s", "the wall clock differs by more: an alarm, and no jump"),
        ]
    }
}
