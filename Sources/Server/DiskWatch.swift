import Foundation
import Logging
import Storage
import Wire

/// Warns before a disk is full: looks every second at each file system that the venue writes to.
///
/// What follows the journal is made up for later, so the last of the room is the journal's: below a second bound settlement, the
/// sealed log and snapshots wait, and trading goes on.
final class DiskWatch: @unchecked Sendable {
    private let files: [String]
    private let roomMin: Int64
    private let reserve: Int64
    /// Tells those that follow the journal whether they are to wait.
    private let hold: @Sendable (Bool) -> Void
    private let logger: Logger
    // Under `condition`.
    private let condition = SteadyCondition()
    private var scarce: [DiskRoom.Disk] = []
    private var isHeld = false
    private var isStopped = false

    /// - Parameters:
    ///   - directory: the data directory.
    ///   - roomMin: the megabytes of room below which the operator is told.
    ///   - reserve: the megabytes of room that are kept for the journal.
    ///   - hold: tells those that follow the journal whether they are to wait.
    ///   - logger: where that is told.
    init(directory: String, roomMin: Int64, reserve: Int64, hold: @escaping @Sendable (Bool) -> Void, logger: Logger) {
        files = ["journal.db", "settlement.db", "snapshots.db", "log.db"].map { "\(directory)/\($0)" }
        self.roomMin = roomMin
        self.reserve = reserve
        self.hold = hold
        self.logger = logger
    }

    /// Looks from now on, on a thread of its own: a file system may keep whoever asks it waiting.
    /// - Throws: `ServerError` if there is no thread to have.
    func start() throws(ServerError) {
        try ServiceThread.start("weir.disks") { [self] in
            repeat { look() } while goesOn()
        }
    }

    /// Waits a second, or for the end.
    private func goesOn() -> Bool {
        let next = SteadyTime(timeIntervalSinceNow: 1)
        return condition.withLock {
            while !isStopped, condition.wait(until: next) {}
            return !isStopped
        }
    }

    func stop() {
        condition.withLock {
            isStopped = true
            condition.signal()
        }
    }

    /// Looks at the disks, and tells of what has changed.
    private func look() {
        let now = DiskRoom.disks(of: files).filter { $0.freeMegabytes < max(roomMin, reserve) }
        let isHeld = now.contains { $0.freeMegabytes < reserve }
        let (before, wasHeld) = condition.withLock {
            defer { (scarce, self.isHeld) = (now, isHeld) }
            return (scarce, self.isHeld)
        }
        for disk in now where !before.contains(where: { $0.files == disk.files }) {
            logger.warning("\(text(disk)); make room before it is full, which stops the venue")
        }
        if now.isEmpty, !before.isEmpty { logger.notice("the disks have room again") }
        guard isHeld != wasHeld else { return }
        hold(isHeld)
        let followers = "settlement, the sealed log and snapshots"
        if isHeld {
            logger.error("\(followers) wait for room, so that the journal has the last \(reserve) MB; trading goes on")
        } else {
            logger.notice("\(followers) go on")
        }
    }

    /// What `STATUS` tells of disks that are nearly full.
    var alarms: [AlarmRow] { condition.withLock { scarce }.map { AlarmRow("disk", text($0)) } }

    private func text(_ disk: DiskRoom.Disk) -> String {
        let names = disk.files.map { ($0 as NSString).lastPathComponent }.joined(separator: ", ")
        return "the disk of \(names) has \(disk.freeMegabytes) MB of room left, less than \(max(roomMin, reserve)) MB"
            + (disk.freeMegabytes < reserve ? "; settlement waits" : "")
    }
}
