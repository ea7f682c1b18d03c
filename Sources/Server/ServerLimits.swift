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
        func seconds(_ value: Int64) -> UInt64 { UInt64(value) }
        return [
            LimitRow("line", UInt64(Limits.lineBytesMax), "bytes", "LINE_TOO_LONG, and the connection is closed"),
            LimitRow("line-logon", UInt64(Limits.lineBytesBeforeLogonMax), "bytes", "the same, before a LOGON"),
            LimitRow("line-time", seconds(lineSecondsMax), "s", "a line that has begun and does not end: closed"),
            LimitRow("handshake-time", seconds(handshakeSecondsMax), "s", "a TLS handshake that does not end: closed"),
            LimitRow("logon-time", seconds(logonSecondsMax), "s", "a connection that does not log on: closed"),
            LimitRow("unsent", UInt64(unsentBytesMax), "bytes", "a client that does not read: closed; RESUME goes on"),
            LimitRow("session-rate", rate(sessionQuota), "per s", "THROTTLED; taking back has ten times as much"),
            LimitRow("session-burst", burst(sessionQuota), "requests", "THROTTLED"),
            LimitRow("member-rate", rate(memberQuota), "per s", "THROTTLED, over all the member's sessions"),
            LimitRow("member-burst", burst(memberQuota), "requests", "THROTTLED"),
            LimitRow("member-sessions", UInt64(memberSessionsMax), "sessions", "LIMIT_REACHED at LOGON"),
            LimitRow(
                "member-reads",
                UInt64(memberReadsMax),
                "under way",
                "BUSY: RESUME, TRACE, PRICES, PROOF and the like"
            ),
            LimitRow("connections", UInt64(connectionsMax), "connections", "BUSY, and closed"),
            LimitRow("connections-reserved", UInt64(reservedPlaces), "of them", "for the operator and regulators"),
            LimitRow("connections-waiting", UInt64(unauthenticatedMax), "from one source", "not logged on: closed"),
            LimitRow(
                "logon-failures",
                UInt64(Doorkeeper.freeFailures),
                "in a row",
                "THROTTLED for 1 s, doubling to \(Doorkeeper.delaySecondsMax) s, for that login at that source alone"
            ),
            LimitRow(
                "logon-failures-source",
                UInt64(Doorkeeper.freeFailuresOfSource),
                "in a row",
                "the same for every login that has not logged on from there before"
            ),
            LimitRow("queue", UInt64(inboxMax), "requests", "BUSY"),
            LimitRow("password-queue", UInt64(PasswordWorkers.waitingMax), "logons", "BUSY"),
            LimitRow("disk-room", UInt64(diskRoomMin), "MB", "a disk with less: an alarm; a full one stops the venue"),
            LimitRow("disk-reserve", UInt64(diskReserve), "MB", "a disk with less: settlement waits, trading goes on"),
            LimitRow("clock", seconds(clockSecondsMax), "s", "the wall clock differs by more: an alarm, and no jump"),
        ]
    }

    /// Sets a limit that can be set, by its name in `rows`; 0 for no limit of a rate.
    /// - Returns: false if there is no such limit, or it cannot have that value.
    package mutating func set(_ name: String, to value: Int64) -> Bool {
        guard value >= (name.hasSuffix("-rate") ? 0 : 1), value <= 1 << 30 else { return false }
        switch name {
        case "line-time": lineSecondsMax = value
        case "handshake-time": handshakeSecondsMax = value
        case "logon-time": logonSecondsMax = value
        case "unsent": unsentBytesMax = Int(value)
        case "session-rate": sessionQuota = ServerLimits.quota(value)
        case "member-rate": memberQuota = ServerLimits.quota(value)
        case "session-burst": sessionQuota?.burst = value
        case "member-burst": memberQuota?.burst = value
        case "member-sessions": memberSessionsMax = Int(value)
        case "member-reads": memberReadsMax = Int(value)
        case "connections": connectionsMax = Int(value)
        case "connections-reserved": reservedPlaces = Int(value)
        case "connections-waiting": unauthenticatedMax = Int(value)
        case "queue": inboxMax = Int(value)
        case "disk-room": diskRoomMin = value
        case "disk-reserve": diskReserve = value
        case "clock": clockSecondsMax = value
        default: return false
        }
        return true
    }

    private static func quota(_ rate: Int64) -> RequestQuota? {
        rate == 0 ? nil : RequestQuota(perSecond: min(rate, 1_000_000), burst: 2 * min(rate, 1_000_000))
    }

    private func rate(_ quota: RequestQuota?) -> UInt64 { UInt64(quota?.perSecond ?? 0) }
    private func burst(_ quota: RequestQuota?) -> UInt64 { UInt64(quota?.burst ?? 0) }
}
