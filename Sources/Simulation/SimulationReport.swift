package import Seals

/// What happened in a simulation, added up over seeds.
package struct SimulationReport: Sendable {
    package var seeds = 0
    package var steps = 0
    /// Commands in the journals at the end.
    package var commands: UInt64 = 0
    /// Requests that were answered with a command's number.
    package var acknowledged = 0
    /// Requests that were sent again.
    package var resent = 0
    /// Requests that were refused with `BUSY` or `THROTTLED`, and sent again later.
    package var refusedForNow = 0
    package var reconnects = 0
    /// Events of streams that were compared with the replay.
    package var events = 0
    package var kills = 0
    package var powerCuts = 0
    package var cleanStops = 0
    /// Disk faults that stopped the venue, or kept it from starting.
    package var diskFaults = 0
    package var clockJumps = 0
    /// Operations of the disk that failed.
    package var failedOperations = 0
    /// Of all that was in the journals: the same seeds give the same.
    package var digest = Digest.zero

    package init() {}

    /// Adds what happened with other seeds, in order.
    package mutating func add(_ other: SimulationReport) {
        seeds += other.seeds
        steps += other.steps
        commands += other.commands
        acknowledged += other.acknowledged
        resent += other.resent
        refusedForNow += other.refusedForNow
        reconnects += other.reconnects
        events += other.events
        kills += other.kills
        powerCuts += other.powerCuts
        cleanStops += other.cleanStops
        diskFaults += other.diskFaults
        clockJumps += other.clockJumps
        failedOperations += other.failedOperations
        digest = SHA256.digest(of: digest.bytes + other.digest.bytes)
    }
}
